//! Deleting a practice for good, with a proof of what was deleted.

use super::Sink;
use super::rows::{Whose, delete, write};
use crate::audit::{self, AuditEvent};
use crate::database::Write;
use crate::entity::{account, identity, invitation, membership, practice, record, session};
use crate::{PracticeId, PracticeStore, RecordId, StoreError, to_json};
use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What was deleted: enough to show that it was, too little to know what it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletionProof {
    /// The practice.
    pub practice: String,
    /// When.
    pub at: Timestamp,
    /// Who deleted it.
    pub by: String,
    /// Rows of each table that had any.
    pub rows: BTreeMap<String, u64>,
    /// SHA-256 over all of them, in hexadecimal digits.
    pub sha256: String,
}

impl PracticeStore {
    /// Deletes everything of the practice and leaves a proof: as the record `record` and in the audit log, whose rows
    /// stay. Of the practice itself only its id is left, and of the people who were nowhere else nothing. Backups that were
    /// made before still hold it.
    pub async fn delete(&self, event: &AuditEvent, record: &RecordId) -> Result<DeletionProof, StoreError> {
        let tx = self.write().await?;
        let whose = Whose::Practice(self.id.as_str());
        let mut sink = Sink::new(std::io::sink());
        write::<practice::Entity, _>(&*tx, whose, &mut sink).await?;
        crate::entity::each_table_to_delete!(write(&*tx, whose, &mut sink));
        let people = people(&tx, &self.id).await?;
        let (_, sha256, mut rows) = sink.end()?;
        crate::entity::each_table_to_delete!(delete(&*tx, self.id.as_str()));
        let forgotten = forget(&tx, people).await?;
        if forgotten > 0 {
            rows.insert(super::rows::name::<account::Entity>().to_owned(), forgotten);
        }
        let proof = DeletionProof { practice: self.id.to_string(), at: event.at, by: event.who.clone(), rows, sha256 };
        let left = practice::ActiveModel {
            practice: sea_orm::ActiveValue::Unchanged(self.id.to_string()),
            name: Set(String::new()),
            file: Set(None),
            file_hash: Set(None),
            settings: Set("{}".to_owned()),
            deleted_at: Set(Some(event.at.as_microsecond())),
            ..practice::ActiveModel::default()
        };
        practice::Entity::update(left).exec(&*tx).await?;
        let row = record::ActiveModel {
            practice: Set(self.id.to_string()),
            record: Set(record.to_string()),
            kind: Set("deletion".to_owned()),
            at: Set(event.at.as_microsecond()),
            body: Set(to_json("proof", &proof)?),
        };
        record::Entity::insert(row).exec_without_returning(&*tx).await?;
        let detail = serde_json::to_value(&proof).map_err(|error| StoreError::stored("proof", error))?;
        let event = AuditEvent { practice: Some(self.id.clone()), detail, ..event.clone() };
        audit::append(&tx, &event).await?;
        tx.commit().await?;
        Ok(proof)
    }
}

/// Whoever has a role in the practice, or was offered one.
async fn people(tx: &Write, practice: &PracticeId) -> Result<BTreeSet<String>, StoreError> {
    let members: Vec<String> = membership::Entity::find()
        .select_only()
        .column(membership::Column::Account)
        .filter(membership::Column::Practice.eq(practice.as_str()))
        .into_tuple()
        .all(&**tx)
        .await?;
    let offered: Vec<String> = invitation::Entity::find()
        .select_only()
        .column(invitation::Column::Account)
        .filter(invitation::Column::Practice.eq(practice.as_str()))
        .into_tuple()
        .all(&**tx)
        .await?;
    Ok(members.into_iter().chain(offered).collect())
}

/// Deletes the accounts of those who have nothing to do with any other practice, nor with the provider. How many.
async fn forget(tx: &Write, people: BTreeSet<String>) -> Result<u64, StoreError> {
    let mut forgotten = 0;
    for id in people {
        let elsewhere =
            membership::Entity::find().filter(membership::Column::Account.eq(id.as_str())).count(&**tx).await?
                + invitation::Entity::find().filter(invitation::Column::Account.eq(id.as_str())).count(&**tx).await?;
        let own = account::Entity::find_by_id(id.as_str()).one(&**tx).await?;
        if elsewhere > 0 || own.is_none_or(|account| account.provider_role.is_some()) {
            continue;
        }
        identity::Entity::delete_many().filter(identity::Column::Account.eq(id.as_str())).exec(&**tx).await?;
        session::Entity::delete_many().filter(session::Column::Account.eq(id.as_str())).exec(&**tx).await?;
        forgotten += account::Entity::delete_by_id(id.as_str()).exec(&**tx).await?.rows_affected;
    }
    Ok(forgotten)
}
