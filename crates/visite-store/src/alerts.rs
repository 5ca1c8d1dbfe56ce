//! Alerts: what someone is told once, until it is over. And records: proofs that a practice keeps.

use crate::audit::{self, AuditEvent};
use crate::entity::{alert, record};
use crate::{PracticeStore, RecordId, StoreError, json, optional_time, time, to_json};
use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value as Json;

/// Something that someone should know.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// What is the matter, e.g. `backup_overdue`.
    pub cause: String,
    /// With what: a subject's or an agent's id, or empty for the practice.
    pub subject: String,
    /// Details.
    pub detail: Json,
    /// Since when.
    pub opened_at: Timestamp,
    /// When someone was told.
    pub told_at: Option<Timestamp>,
    /// When it was seen to be over.
    pub resolved_at: Option<Timestamp>,
}

/// A proof that a practice keeps: of a scan, a restore, a deletion.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its id.
    pub id: RecordId,
    /// Of what.
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// What is proven.
    pub body: Json,
}

impl PracticeStore {
    /// Opens an alert. `false`: it is open already, and nobody is to be told again.
    pub async fn open_alert(
        &self,
        cause: &str,
        subject: &str,
        detail: &Json,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tx = self.write().await?;
        let key = (self.id.to_string(), cause.to_owned(), subject.to_owned());
        let known = alert::Entity::find_by_id(key).one(&*tx).await?;
        if known.is_some_and(|known| known.resolved_at.is_none()) {
            return Ok(false);
        }
        let row = alert::Model {
            practice: self.id.to_string(),
            cause: cause.to_owned(),
            subject: subject.to_owned(),
            detail: to_json("detail", detail)?,
            opened_at: now.as_microsecond(),
            told_at: None,
            resolved_at: None,
        };
        crate::upsert::<alert::Entity, _>(&tx, vec![row]).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Notes that someone was told about an open alert. `false`: someone else did it, or it is not open.
    pub async fn tell_alert(&self, cause: &str, subject: &str, now: Timestamp) -> Result<bool, StoreError> {
        let change = alert::ActiveModel { told_at: Set(Some(now.as_microsecond())), ..alert::ActiveModel::default() };
        self.change_alert(cause, subject, change, true).await
    }

    /// Notes that an alert is over. `false`: it was not open.
    pub async fn resolve_alert(&self, cause: &str, subject: &str, now: Timestamp) -> Result<bool, StoreError> {
        let resolved_at = Set(Some(now.as_microsecond()));
        self.change_alert(cause, subject, alert::ActiveModel { resolved_at, ..alert::ActiveModel::default() }, false)
            .await
    }

    /// The alerts, newest first; `only_open` leaves out those that are over.
    pub async fn alerts(&self, only_open: bool) -> Result<Vec<Alert>, StoreError> {
        let query = alert::Entity::find().filter(alert::Column::Practice.eq(self.id.as_str()));
        let query = if only_open { query.filter(alert::Column::ResolvedAt.is_null()) } else { query };
        let rows = query.order_by_desc(alert::Column::OpenedAt).all(self.db.read()).await?;
        rows.into_iter().map(alert_from_row).collect()
    }

    /// Keeps a proof.
    pub async fn add_record(&self, event: &AuditEvent, record: &Record) -> Result<(), StoreError> {
        let tx = self.write().await?;
        let row = record::ActiveModel {
            practice: Set(self.id.to_string()),
            record: Set(record.id.to_string()),
            kind: Set(record.kind.clone()),
            at: Set(record.at.as_microsecond()),
            body: Set(to_json("record", &record.body)?),
        };
        let inserted = record::Entity::insert(row).exec_without_returning(&*tx).await;
        inserted.map_err(|error| StoreError::or_there(error, "record", &record.id))?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }

    /// The proofs, newest first, at most `limit`. Those of a deleted practice, too: they prove its deletion.
    pub async fn records(&self, limit: u64) -> Result<Vec<Record>, StoreError> {
        let rows = record::Entity::find()
            .filter(record::Column::Practice.eq(self.id.as_str()))
            .order_by_desc(record::Column::At)
            .limit(limit)
            .all(self.db.read())
            .await?;
        rows.into_iter().map(record_from_row).collect()
    }

    /// The proofs of one kind, newest first, at most `limit`.
    pub async fn records_of(&self, kind: &str, limit: u64) -> Result<Vec<Record>, StoreError> {
        let rows = record::Entity::find()
            .filter(record::Column::Practice.eq(self.id.as_str()))
            .filter(record::Column::Kind.eq(kind))
            .order_by_desc(record::Column::At)
            .limit(limit)
            .all(self.db.read())
            .await?;
        rows.into_iter().map(record_from_row).collect()
    }

    async fn change_alert(
        &self,
        cause: &str,
        subject: &str,
        change: alert::ActiveModel,
        only_untold: bool,
    ) -> Result<bool, StoreError> {
        let tx = self.write().await?;
        let query = alert::Entity::update_many()
            .set(change)
            .filter(alert::Column::Practice.eq(self.id.as_str()))
            .filter(alert::Column::Cause.eq(cause))
            .filter(alert::Column::Subject.eq(subject))
            .filter(alert::Column::ResolvedAt.is_null());
        let query = if only_untold { query.filter(alert::Column::ToldAt.is_null()) } else { query };
        let changed = query.exec(&*tx).await?;
        tx.commit().await?;
        Ok(changed.rows_affected == 1)
    }
}

pub fn record_from_row(row: record::Model) -> Result<Record, StoreError> {
    let (at, body) = (time(row.at)?, json("record", &row.body)?);
    Ok(Record { id: RecordId::stored(row.record), kind: row.kind, at, body })
}

pub fn alert_from_row(row: alert::Model) -> Result<Alert, StoreError> {
    Ok(Alert {
        cause: row.cause,
        subject: row.subject,
        detail: json("detail", &row.detail)?,
        opened_at: time(row.opened_at)?,
        told_at: optional_time(row.told_at)?,
        resolved_at: optional_time(row.resolved_at)?,
    })
}
