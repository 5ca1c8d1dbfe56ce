//! Settings of the installation: a name and a text each. What they mean is the server's business.

use crate::audit::{self, AuditEvent};
use crate::entity::setting;
use crate::{Store, StoreError};
use jiff::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QuerySelect};
use std::collections::BTreeMap;

/// Name under which the epoch is kept.
const EPOCH: &str = "epoch";
/// Names that the store keeps for itself: the epoch, and the head of the audit log.
const OWN: &[&str] = &[EPOCH, audit::HEAD];

impl Store {
    /// A setting, if it was ever made.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        get(self.db.read(), name).await
    }

    /// All settings.
    pub async fn settings(&self) -> Result<BTreeMap<String, String>, StoreError> {
        let rows = setting::Entity::find().all(self.db.read()).await?;
        Ok(rows.into_iter().filter(|row| !OWN.contains(&row.name.as_str())).map(|row| (row.name, row.value)).collect())
    }

    /// Makes a setting, or removes it with `None`.
    pub async fn set_setting(&self, event: &AuditEvent, name: &str, value: Option<&str>) -> Result<(), StoreError> {
        if OWN.contains(&name) {
            return Err(StoreError::invalid(
                "setting",
                format!("`{name}` führt Visite selbst"),
                format!("`{name}` is kept by Visite itself"),
            ));
        }
        let tx = self.db.write().await?;
        match value {
            Some(value) => put(&*tx, name, value).await?,
            None => {
                setting::Entity::delete_by_id(name).exec(&*tx).await?;
            }
        }
        audit::append(&tx, event).await?;
        tx.commit().await
    }

    /// Makes a setting in place of `before`, as it was read. `false`: someone else changed it meanwhile, and nothing
    /// happened.
    pub async fn replace_setting(
        &self,
        event: &AuditEvent,
        name: &str,
        before: Option<&str>,
        value: &str,
    ) -> Result<bool, StoreError> {
        let tx = self.db.write().await?;
        if get_locked(&*tx, name).await?.as_deref() != before {
            return Ok(false);
        }
        put(&*tx, name, value).await?;
        audit::append(&tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The epoch, which agents compare with the one they know: a higher one makes them send again what they still keep.
    pub async fn epoch(&self) -> Result<i64, StoreError> {
        epoch(self.db.read()).await
    }

    /// Begins a new epoch, as after a restore. Returns it.
    pub async fn raise_epoch(&self, now: Timestamp) -> Result<i64, StoreError> {
        let tx = self.db.write().await?;
        let epoch = raise_epoch(&*tx, now).await?;
        tx.commit().await?;
        Ok(epoch)
    }
}

pub async fn epoch(db: &impl ConnectionTrait) -> Result<i64, StoreError> {
    let text = get(db, EPOCH).await?;
    text.as_deref().unwrap_or("1").parse().map_err(|error| StoreError::stored("epoch", error))
}

/// The new epoch follows the clock, so that a backup that is restored twice does not give the same epoch twice.
pub async fn raise_epoch(db: &impl ConnectionTrait, now: Timestamp) -> Result<i64, StoreError> {
    let next = (epoch(db).await? + 1).max(now.as_second());
    put(db, EPOCH, &next.to_string()).await?;
    Ok(next)
}

pub async fn get(db: &impl ConnectionTrait, name: &str) -> Result<Option<String>, StoreError> {
    Ok(setting::Entity::find_by_id(name).one(db).await?.map(|row| row.value))
}

/// As [`get`], and nobody else changes it until the transaction ends.
pub async fn get_locked(db: &impl ConnectionTrait, name: &str) -> Result<Option<String>, StoreError> {
    Ok(setting::Entity::find_by_id(name).lock_exclusive().one(db).await?.map(|row| row.value))
}

pub async fn put(db: &impl ConnectionTrait, name: &str, value: &str) -> Result<(), StoreError> {
    let row = setting::ActiveModel { name: Set(name.to_owned()), value: Set(value.to_owned()) };
    let mut conflict = OnConflict::column(setting::Column::Name);
    conflict.update_column(setting::Column::Value);
    setting::Entity::insert(row).on_conflict(conflict).exec_without_returning(db).await?;
    Ok(())
}
