//! Tokens with which programs use the interface of a practice, and webhooks that tell programs what happened.

use crate::audit::{self, AuditEvent};
use crate::entity::{installation_token, token, webhook};
use crate::{PracticeId, PracticeStore, Store, StoreError, WebhookId, check_name, json, optional_time, secret_hash};
use crate::{time, to_json};
use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

/// A token that is to be given out.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Name for people: for which program it is.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A token that was given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Names it where it is listed and withdrawn; the token cannot be found from it.
    pub id: String,
    /// The practice for which it may be used; none if it belongs to the installation.
    pub practice: Option<PracticeId>,
    /// Name for people.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was used last.
    pub last_used_at: Option<Timestamp>,
}

/// An address that is told what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// The address.
    pub address: String,
    /// The secret with which messages are signed, encrypted by the caller.
    pub secret: String,
    /// What it is told.
    pub events: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Store {
    /// The token that someone brings, if it has not ended at `now`.
    pub async fn token(&self, secret: &str, now: Timestamp) -> Result<Option<Token>, StoreError> {
        let row = token::Entity::find()
            .filter(token::Column::Hash.eq(secret_hash(secret)))
            .filter(token::Column::ExpiresAt.gt(now.as_microsecond()))
            .one(self.db.read())
            .await?;
        if let Some(row) = row {
            return from_row(row).map(Some);
        }
        let row = installation_token::Entity::find_by_id(secret_hash(secret))
            .filter(installation_token::Column::ExpiresAt.gt(now.as_microsecond()))
            .one(self.db.read())
            .await?;
        row.map(of_installation).transpose()
    }

    /// Gives out a token of the installation, of which only the hash is kept. It is random and long.
    pub async fn create_token(&self, event: &AuditEvent, secret: &str, new: &NewToken) -> Result<(), StoreError> {
        check_name("name", &new.name)?;
        let tx = self.db.write().await?;
        let row = installation_token::ActiveModel {
            hash: Set(secret_hash(secret)),
            name: Set(new.name.clone()),
            scopes: Set(to_json("scopes", &new.scopes)?),
            created_by: Set(event.who.clone()),
            created_at: Set(event.at.as_microsecond()),
            expires_at: Set(new.expires_at.as_microsecond()),
            last_used_at: Set(None),
        };
        installation_token::Entity::insert(row).exec_without_returning(&*tx).await?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }

    /// The tokens of the installation, newest first.
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        let rows = installation_token::Entity::find()
            .order_by_desc(installation_token::Column::CreatedAt)
            .all(self.db.read())
            .await?;
        rows.into_iter().map(of_installation).collect()
    }

    /// Notes that a token of the installation was used.
    pub async fn touch_token(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let last_used_at = Set(Some(now.as_microsecond()));
        let tx = self.db.write().await?;
        installation_token::Entity::update_many()
            .set(installation_token::ActiveModel { last_used_at, ..installation_token::ActiveModel::default() })
            .filter(installation_token::Column::Hash.eq(id))
            .exec(&*tx)
            .await?;
        tx.commit().await
    }

    /// Withdraws a token of the installation. `false`: there was no such one.
    pub async fn withdraw_token(&self, event: &AuditEvent, id: &str) -> Result<bool, StoreError> {
        let tx = self.db.write().await?;
        if installation_token::Entity::delete_by_id(id).exec(&*tx).await?.rows_affected == 0 {
            return Ok(false);
        }
        audit::append(&tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }
}

impl PracticeStore {
    /// Gives out a token, of which only the hash is kept. It is random and long.
    pub async fn create_token(&self, event: &AuditEvent, secret: &str, new: &NewToken) -> Result<(), StoreError> {
        check_name("name", &new.name)?;
        let tx = self.write().await?;
        let row = token::ActiveModel {
            practice: Set(self.id.to_string()),
            hash: Set(secret_hash(secret)),
            name: Set(new.name.clone()),
            scopes: Set(to_json("scopes", &new.scopes)?),
            created_by: Set(event.who.clone()),
            created_at: Set(event.at.as_microsecond()),
            expires_at: Set(new.expires_at.as_microsecond()),
            last_used_at: Set(None),
        };
        token::Entity::insert(row).exec_without_returning(&*tx).await?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }

    /// The tokens, newest first.
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        let rows = token::Entity::find()
            .filter(token::Column::Practice.eq(self.id.as_str()))
            .order_by_desc(token::Column::CreatedAt)
            .all(self.db.read())
            .await?;
        rows.into_iter().map(from_row).collect()
    }

    /// Notes that a token was used.
    pub async fn touch_token(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let last_used_at = Set(Some(now.as_microsecond()));
        let tx = self.write().await?;
        token::Entity::update_many()
            .set(token::ActiveModel { last_used_at, ..token::ActiveModel::default() })
            .filter(token::Column::Practice.eq(self.id.as_str()))
            .filter(token::Column::Hash.eq(id))
            .exec(&*tx)
            .await?;
        tx.commit().await
    }

    /// Withdraws a token. `false`: there was no such one.
    pub async fn withdraw_token(&self, event: &AuditEvent, id: &str) -> Result<bool, StoreError> {
        let tx = self.write().await?;
        let key = (self.id.to_string(), id.to_owned());
        if token::Entity::delete_by_id(key).exec(&*tx).await?.rows_affected == 0 {
            return Ok(false);
        }
        audit::append(&tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Keeps a webhook, in place of one with the same id.
    pub async fn put_webhook(&self, event: &AuditEvent, hook: &Webhook) -> Result<(), StoreError> {
        let tx = self.write().await?;
        let row = webhook::Model {
            practice: self.id.to_string(),
            webhook: hook.id.to_string(),
            address: hook.address.clone(),
            secret: hook.secret.clone(),
            events: to_json("events", &hook.events)?,
            created_at: hook.created_at.as_microsecond(),
        };
        crate::upsert::<webhook::Entity, _>(&tx, vec![row]).await?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }

    /// The webhooks, oldest first.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, StoreError> {
        let rows = webhook::Entity::find()
            .filter(webhook::Column::Practice.eq(self.id.as_str()))
            .order_by_asc(webhook::Column::CreatedAt)
            .all(self.db.read())
            .await?;
        let from_row = |row: webhook::Model| {
            let (events, created_at) = (json("events", &row.events)?, time(row.created_at)?);
            let id = WebhookId::stored(row.webhook);
            Ok(Webhook { id, address: row.address, secret: row.secret, events, created_at })
        };
        rows.into_iter().map(from_row).collect()
    }

    /// Removes a webhook. `false`: there was no such one.
    pub async fn remove_webhook(&self, event: &AuditEvent, id: &WebhookId) -> Result<bool, StoreError> {
        let tx = self.write().await?;
        let key = (self.id.to_string(), id.to_string());
        if webhook::Entity::delete_by_id(key).exec(&*tx).await?.rows_affected == 0 {
            return Ok(false);
        }
        audit::append(&tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }
}

fn from_row(row: token::Model) -> Result<Token, StoreError> {
    Ok(Token {
        id: row.hash,
        practice: Some(PracticeId::stored(row.practice)),
        name: row.name,
        scopes: json("scopes", &row.scopes)?,
        created_by: row.created_by,
        created_at: time(row.created_at)?,
        expires_at: time(row.expires_at)?,
        last_used_at: optional_time(row.last_used_at)?,
    })
}

fn of_installation(row: installation_token::Model) -> Result<Token, StoreError> {
    Ok(Token {
        id: row.hash,
        practice: None,
        name: row.name,
        scopes: json("scopes", &row.scopes)?,
        created_by: row.created_by,
        created_at: time(row.created_at)?,
        expires_at: time(row.expires_at)?,
        last_used_at: optional_time(row.last_used_at)?,
    })
}
