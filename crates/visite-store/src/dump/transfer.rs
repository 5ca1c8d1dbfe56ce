//! A whole practice as one file: for the change of the provider.
//!
//! What belongs to the installation stays: people, their access, tokens, jobs, the audit log. Agents come along revoked,
//! since their certificates are from another authority; their computers are enrolled anew and keep their subjects.

use super::backup::{check_counts, finish, table, take_along};
use super::rows::Reading;
use super::{Header, Sink, Source};
use crate::agents::AgentState;
use crate::audit::{self, AuditEvent};
use crate::entity::{account, agent, audit as audit_table, enrolment, finding, job, membership, practice};
use crate::entity::{session, setting, token, webhook};
use crate::{PracticeId, PracticeStore, Store, StoreError};
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use sea_orm::EntityTrait;
use serde_json::Value as Json;
use std::io::{BufRead, BufReader, Write};
use visite_facts::Word;

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
        let reading = Reading::all(&tx, &mut source, |table, row| adapt(&id, table, row)).await?;
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

/// A row as it may come from elsewhere: of this practice and no other, without rights.
fn adapt(id: &PracticeId, name: &str, row: &mut Json) -> Result<(), StoreError> {
    let stays = [
        table::<setting::Entity>(),
        table::<account::Entity>(),
        table::<membership::Entity>(),
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
    }
    Ok(())
}
