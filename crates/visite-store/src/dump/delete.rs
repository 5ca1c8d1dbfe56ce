//! Deleting a practice for good, with a proof of what was deleted.

use super::Sink;
use super::rows::{Whose, delete, write};
use crate::audit::{self, AuditEvent};
use crate::entity::{practice, record};
use crate::{PracticeStore, RecordId, StoreError, to_json};
use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// stay. Of the practice itself only its id is left. Backups that were made before still hold it.
    pub async fn delete(&self, event: &AuditEvent, record: &RecordId) -> Result<DeletionProof, StoreError> {
        let tx = self.write().await?;
        let whose = Whose::Practice(self.id.as_str());
        let mut sink = Sink::new(std::io::sink());
        write::<practice::Entity, _>(&*tx, whose, &mut sink).await?;
        crate::entity::each_table_to_delete!(write(&*tx, whose, &mut sink));
        let (_, sha256, rows) = sink.end()?;
        crate::entity::each_table_to_delete!(delete(&*tx, self.id.as_str()));
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
