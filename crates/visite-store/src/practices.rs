//! Practices, their file, and their places.

use crate::audit::{self, AuditEvent};
use crate::database::Write;
use crate::entity::{agent, practice, site};
use crate::{
    PracticeId, PracticeStore, SiteId, Store, StoreError, check_name, hex, json, optional_time, time, to_json,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sea_orm::sea_query::{Expr, LockType, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

/// A practice that is to be kept.
#[derive(Clone, Debug)]
pub struct NewPractice {
    /// Its id.
    pub id: PracticeId,
    /// Its name.
    pub name: String,
    /// Its time zone, an IANA name.
    pub time_zone: String,
}

/// A practice.
#[derive(Clone, Debug, PartialEq)]
pub struct Practice {
    /// Its id.
    pub id: PracticeId,
    /// Its name; empty after its deletion.
    pub name: String,
    /// Its time zone, an IANA name.
    pub time_zone: String,
    /// Its practice file, if there is one.
    pub file: Option<PracticeFile>,
    /// Settings of the practice: a JSON object, whose meaning is the server's business.
    pub settings: Json,
    /// When it was made here, or came from elsewhere.
    pub created_at: Timestamp,
    /// When its data were deleted.
    pub deleted_at: Option<Timestamp>,
}

/// What a practice says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PracticeFile {
    /// The file, YAML.
    pub text: String,
    /// Its SHA-256, in hexadecimal digits.
    pub hash: String,
}

/// A place of a practice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// Its name.
    pub name: String,
}

impl Store {
    /// Makes a practice; an error if the id is taken, also by one that was deleted.
    pub async fn create_practice(&self, event: &AuditEvent, new: &NewPractice) -> Result<(), StoreError> {
        check_name("name", &new.name)?;
        check_time_zone(&new.time_zone)?;
        let tx = self.db.write().await?;
        let row = practice::ActiveModel {
            practice: Set(new.id.to_string()),
            name: Set(new.name.clone()),
            time_zone: Set(new.time_zone.clone()),
            file: Set(None),
            file_hash: Set(None),
            settings: Set("{}".to_owned()),
            created_at: Set(event.at.as_microsecond()),
            deleted_at: Set(None),
        };
        let inserted = practice::Entity::insert(row).exec_without_returning(&*tx).await;
        inserted.map_err(|error| StoreError::or_there(error, "practice", &new.id))?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }

    /// The practice that has been here longest and is not deleted.
    pub async fn first_practice(&self) -> Result<Option<PracticeId>, StoreError> {
        let first: Option<String> = practice::Entity::find()
            .select_only()
            .column(practice::Column::Practice)
            .filter(practice::Column::DeletedAt.is_null())
            .order_by_asc(practice::Column::CreatedAt)
            .order_by_asc(practice::Column::Practice)
            .into_tuple()
            .one(self.db.read())
            .await?;
        Ok(first.map(PracticeId::stored))
    }

    /// All practices that are not deleted, by name.
    pub async fn practices(&self) -> Result<Vec<Practice>, StoreError> {
        let rows = practice::Entity::find().filter(practice::Column::DeletedAt.is_null()).all(self.db.read()).await?;
        let mut practices = rows.into_iter().map(from_row).collect::<Result<Vec<_>, _>>()?;
        practices.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(practices)
    }
}

impl PracticeStore {
    /// The practice itself; [`StoreError::NotFound`] if there is none or it was deleted.
    pub async fn info(&self) -> Result<Practice, StoreError> {
        let row = practice::Entity::find_by_id(self.id.as_str()).one(self.db.read()).await?;
        let row = row.filter(|row| row.deleted_at.is_none());
        from_row(row.ok_or_else(|| StoreError::not_found("practice", &self.id))?)
    }

    /// Whether there is such a practice and it is not deleted.
    pub async fn exists(&self) -> Result<bool, StoreError> {
        match self.info().await {
            Ok(_) => Ok(true),
            Err(StoreError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Changes name and time zone.
    pub async fn rename(&self, event: &AuditEvent, name: &str, time_zone: &str) -> Result<(), StoreError> {
        check_name("name", name)?;
        check_time_zone(time_zone)?;
        let change =
            practice::ActiveModel { name: Set(name.to_owned()), time_zone: Set(time_zone.to_owned()), ..self.row() };
        self.change(event, change).await
    }

    /// Keeps the practice file, which the caller has understood before, in place of the one with the hash `before`; none
    /// where there was none. `false`: someone else changed it meanwhile, and nothing happened.
    pub async fn set_file(&self, event: &AuditEvent, before: Option<&str>, text: &str) -> Result<bool, StoreError> {
        let tx = self.write().await?;
        let hash = hex(&Sha256::digest(text.as_bytes()));
        let same = match before {
            Some(before) => practice::Column::FileHash.eq(before),
            None => practice::Column::FileHash.is_null(),
        };
        let change = practice::ActiveModel {
            file: Set(Some(text.to_owned())),
            file_hash: Set(Some(hash)),
            ..practice::ActiveModel::default()
        };
        let kept = practice::Entity::update_many()
            .set(change)
            .filter(practice::Column::Practice.eq(self.id.as_str()))
            .filter(same)
            .exec(&*tx)
            .await?;
        if kept.rows_affected == 0 {
            return Ok(false);
        }
        audit::append(&tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Keeps some settings of the practice, by name; the others stay.
    pub async fn put_settings(&self, event: &AuditEvent, fields: &[(&str, Json)]) -> Result<(), StoreError> {
        let tx = self.write().await?;
        let row = practice::Entity::find_by_id(self.id.as_str()).one(&*tx).await?;
        let row = row.ok_or_else(|| StoreError::not_found("practice", &self.id))?;
        let mut settings: Map<String, Json> = json("settings", &row.settings)?;
        settings.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let change = practice::ActiveModel { settings: Set(to_json("settings", &settings)?), ..self.row() };
        practice::Entity::update(change).exec(&*tx).await?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }

    /// The places, by name.
    pub async fn sites(&self) -> Result<Vec<Site>, StoreError> {
        let rows = site::Entity::find()
            .filter(site::Column::Practice.eq(self.id.as_str()))
            .order_by_asc(site::Column::Name)
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| Site { id: SiteId::stored(row.site), name: row.name }).collect())
    }

    /// Makes a place, or changes its name.
    pub async fn put_site(&self, event: &AuditEvent, site: &Site) -> Result<(), StoreError> {
        check_name("name", &site.name)?;
        let tx = self.write().await?;
        let row = site::ActiveModel {
            practice: Set(self.id.to_string()),
            site: Set(site.id.to_string()),
            name: Set(site.name.clone()),
        };
        let mut conflict = OnConflict::columns([site::Column::Practice, site::Column::Site]);
        conflict.update_column(site::Column::Name);
        site::Entity::insert(row).on_conflict(conflict).exec_without_returning(&*tx).await?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }

    /// Removes a place; agents that stood there stand nowhere. `false`: there was no such one.
    pub async fn remove_site(&self, event: &AuditEvent, id: &SiteId) -> Result<bool, StoreError> {
        let tx = self.write().await?;
        let key = (self.id.to_string(), id.to_string());
        if site::Entity::delete_by_id(key).exec(&*tx).await?.rows_affected == 0 {
            return Ok(false);
        }
        agent::Entity::update_many()
            .col_expr(agent::Column::Site, Expr::value(None::<String>))
            .filter(agent::Column::Practice.eq(self.id.as_str()))
            .filter(agent::Column::Site.eq(id.as_str()))
            .exec(&*tx)
            .await?;
        audit::append(&tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }

    fn row(&self) -> practice::ActiveModel {
        practice::ActiveModel {
            practice: sea_orm::ActiveValue::Unchanged(self.id.to_string()),
            ..practice::ActiveModel::default()
        }
    }

    async fn change(&self, event: &AuditEvent, change: practice::ActiveModel) -> Result<(), StoreError> {
        let tx = self.write().await?;
        practice::Entity::update(change).exec(&*tx).await?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }
}

/// Nobody else writes in this practice until the transaction ends; an error if there is no such practice.
pub async fn lock(tx: &Write, id: &PracticeId) -> Result<(), StoreError> {
    let found = practice::Entity::find_by_id(id.as_str())
        .filter(practice::Column::DeletedAt.is_null())
        .lock(LockType::NoKeyUpdate)
        .one(&**tx)
        .await?;
    found.map(|_| ()).ok_or_else(|| StoreError::not_found("practice", id))
}

fn check_time_zone(name: &str) -> Result<(), StoreError> {
    match TimeZone::get(name) {
        Ok(_) => Ok(()),
        Err(_) => Err(StoreError::invalid(
            "time zone",
            "eine Zeitzone heißt zum Beispiel `Europe/Berlin`",
            "a time zone is called e.g. `Europe/Berlin`",
        )),
    }
}

pub fn from_row(row: practice::Model) -> Result<Practice, StoreError> {
    let file = row.file.zip(row.file_hash).map(|(text, hash)| PracticeFile { text, hash });
    Ok(Practice {
        id: PracticeId::stored(row.practice),
        name: row.name,
        time_zone: row.time_zone,
        file,
        settings: json("settings", &row.settings)?,
        created_at: time(row.created_at)?,
        deleted_at: optional_time(row.deleted_at)?,
    })
}
