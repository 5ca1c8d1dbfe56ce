//! A whole practice as one file: for the change of the provider.
//!
//! What belongs to the installation stays: people, their access, tokens, jobs, the audit log. Agents come along revoked,
//! since their certificates are from another authority; their computers are enrolled anew and keep their subjects.

use super::backup::{check_counts, finish, table, take_along};
use super::rows::Reading;
use super::{Header, Sink, Source};
use crate::agents::AgentState;
use crate::audit::{self, AuditEvent};
use crate::entity::{acceptance, alert, body, finding_event, observation, record, round, snapshot, subject};
use crate::entity::{account, agent, audit as audit_table, enrolment, finding, invitation, job, membership, practice};
use crate::entity::{identity, installation_token, session, setting, token, webhook};
use crate::snapshots::Content;
use crate::{AgentId, PracticeId, PracticeStore, RecordId, Store, StoreError, json, time, word};
use crate::{agents, alerts, findings, practices, rounds, snapshots};
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use sea_orm::EntityTrait;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::io::{BufRead, BufReader, Write};
use visite_facts::{Area, FindingState, Severity, Text, Word};

/// The setting of a practice that says where alerts go.
const ALERTS: &str = "alerts";

impl PracticeStore {
    /// Writes everything that the practice takes along when it changes its provider, as it is at one moment.
    pub async fn export<W: Write + Send>(&self, writer: W, now: Timestamp) -> Result<Header, StoreError> {
        self.info().await?;
        let tx = self.db.consistent().await?;
        let mut sink = Sink::new(GzEncoder::new(writer, Compression::fast()));
        let header = take_along(&tx, self.id.as_str(), &mut sink, now).await?;
        finish(sink, &header)?;
        Ok(header)
    }
}

impl Store {
    /// Puts an exported practice into this store: everything or nothing. Returns its id.
    ///
    /// [`StoreError::AlreadyThere`] if there is such a practice, unless it was deleted; [`StoreError::File`] if the file
    /// is none, was changed or cut off.
    pub async fn import<R: BufRead + Send>(&self, reader: R, event: &AuditEvent) -> Result<PracticeId, StoreError> {
        let mut source = Source::open(BufReader::new(GzDecoder::new(reader)), true)?;
        let id = PracticeId::new(source.header.practice.clone().unwrap_or_default())?;
        let tx = self.db.write().await?;
        let known = practice::Entity::find_by_id(id.as_str()).one(&*tx).await?;
        if known.as_ref().is_some_and(|known| known.deleted_at.is_none()) {
            return Err(StoreError::already_there("practice", &id));
        }
        if known.is_some() {
            // It comes back; its proof of deletion stays in the audit log.
            crate::entity::each_table_to_delete!(delete(&tx, &id));
            practice::Entity::delete_by_id(id.as_str()).exec(&*tx).await?;
        }
        let reading = Reading::all(&tx, &mut source, |table, row| adapt(&id, event.at, table, row)).await?;
        check_counts(&source.header, &reading.counts)?;
        if practice::Entity::find_by_id(id.as_str()).one(&*tx).await?.is_none() {
            return Err(StoreError::file("die Praxis selbst fehlt darin", "the practice itself is not in it"));
        }
        audit::append(&tx, &AuditEvent { practice: Some(id.clone()), ..event.clone() }).await?;
        tx.commit().await?;
        Ok(id)
    }
}

async fn delete<E, A>(tx: &crate::Write, id: &PracticeId) -> Result<(), StoreError>
where
    E: EntityTrait<ActiveModel = A>,
    A: sea_orm::ActiveModelTrait<Entity = E>,
{
    super::rows::delete::<E, _>(&**tx, id.as_str()).await
}

/// Where alerts go does not come along: the addresses may be those of the provider that the practice has left.
fn forget_addresses(row: &mut Json) -> Result<(), StoreError> {
    let no_settings = || StoreError::file("die Einstellungen darin sind keine", "the settings in it are none");
    let text = row.get("settings").and_then(Json::as_str).ok_or_else(no_settings)?;
    let mut settings: serde_json::Map<String, Json> = serde_json::from_str(text).map_err(|_| no_settings())?;
    settings.remove(ALERTS);
    row["settings"] = Json::Object(settings).to_string().into();
    Ok(())
}

/// A row as it may come from elsewhere: of this practice and no other, without rights, and no longer here than it is.
fn adapt(id: &PracticeId, now: Timestamp, name: &str, row: &mut Json) -> Result<(), StoreError> {
    let stays = [
        table::<setting::Entity>(),
        table::<account::Entity>(),
        table::<identity::Entity>(),
        table::<installation_token::Entity>(),
        table::<membership::Entity>(),
        table::<invitation::Entity>(),
        table::<session::Entity>(),
        table::<token::Entity>(),
        table::<webhook::Entity>(),
        table::<audit_table::Entity>(),
        table::<enrolment::Entity>(),
        table::<job::Entity>(),
    ];
    if stays.contains(&name) || row.get("practice").and_then(Json::as_str) != Some(id.as_str()) {
        return Err(StoreError::file(
            "sie enthält Zeilen, die nicht zu dieser Praxis gehören",
            "it has rows that do not belong to this practice",
        ));
    }
    if name == table::<agent::Entity>() {
        row["state"] = AgentState::Revoked.word().into();
    }
    if name == table::<finding::Entity>() {
        row["assigned_to"] = Json::Null;
    }
    if name == table::<practice::Entity>() {
        row["deleted_at"] = Json::Null;
        row["created_at"] = now.as_microsecond().into();
        forget_addresses(row)?;
    }
    // What cannot be read later would keep all practices from being read together.
    readable(name, row).map_err(|error| {
        let why = error.chain();
        StoreError::file(format!("eine Zeile darin ist keine: {why}"), format!("a row in it is none: {why}"))
    })
}

/// Whether the row of a table means something, as it is read later.
fn readable(name: &str, row: &Json) -> Result<(), StoreError> {
    read::<practice::Entity, _>(name, row, practices::from_row)?;
    read::<agent::Entity, _>(name, row, |row| {
        AgentId::new(row.agent.clone())?;
        agents::from_row(row)
    })?;
    read::<subject::Entity, _>(name, row, snapshots::seen_subject)?;
    read::<body::Entity, _>(name, row, |row| Content::parse(&row.content))?;
    read::<snapshot::Entity, _>(name, row, |row| {
        Ok((time(row.since_at)?, time(row.observed_at)?, time(row.received_at)?))
    })?;
    read::<observation::Entity, _>(name, row, |row| Ok((time(row.observed_at)?, time(row.received_at)?)))?;
    read::<round::Entity, _>(name, row, |row| {
        let listed =
            (row.round.clone(), row.at, row.catalog_hash.clone(), row.summary.clone(), row.is_full, row.open.clone());
        Ok((rounds::info(listed)?, rounds::assessment(row)?))
    })?;
    read::<finding::Entity, _>(name, row, |row| {
        let listed: (Severity, FindingState, Area) =
            (word("severity", &row.severity)?, word("state", &row.state)?, word("area", &row.area)?);
        let topic: Text = json("topic", &row.topic)?;
        Ok((listed, topic, findings::kept(row)?))
    })?;
    read::<finding_event::Entity, _>(name, row, findings::happened)?;
    read::<acceptance::Entity, _>(name, row, findings::accepted)?;
    read::<record::Entity, _>(name, row, |row| {
        RecordId::new(row.record.clone())?;
        alerts::record_from_row(row)
    })?;
    read::<alert::Entity, _>(name, row, alerts::alert_from_row)
}

fn read<E, T>(
    name: &str,
    row: &Json,
    understand: impl FnOnce(E::Model) -> Result<T, StoreError>,
) -> Result<(), StoreError>
where
    E: EntityTrait,
    E::Model: DeserializeOwned,
{
    if name != table::<E>() {
        return Ok(());
    }
    let model = E::Model::deserialize(row).map_err(|error| StoreError::stored("row", error))?;
    understand(model).map(|_| ())
}
