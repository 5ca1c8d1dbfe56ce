//! Sessions of people who have logged in. Of the secret in the cookie only the hash is kept.

use crate::entity::session;
use crate::{AccountId, Store, StoreError, micros, optional_time, secret_hash, time};
use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

/// A session that begins.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Whose it is.
    pub account: AccountId,
    /// When it begins.
    pub now: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// When a second factor was shown.
    pub second_factor_at: Option<Timestamp>,
    /// When the person proved who it is, where that was not now: another service may have asked long ago.
    pub proved_at: Option<Timestamp>,
    /// Address of the computer.
    pub address: String,
    /// Name of the browser.
    pub program: String,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Names it where it is listed and ended; the secret cannot be found from it.
    pub id: String,
    /// Whose it is.
    pub account: AccountId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was used last.
    pub last_used_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// When a second factor was shown.
    pub second_factor_at: Option<Timestamp>,
    /// When the person proved who it is, where that was not as it began.
    pub proved_at: Option<Timestamp>,
    /// Address of the computer.
    pub address: String,
    /// Name of the browser.
    pub program: String,
}

impl Store {
    /// Begins a session that is recognised by `secret`, which is random and long.
    pub async fn open_session(&self, secret: &str, new: &NewSession) -> Result<(), StoreError> {
        let row = session::ActiveModel {
            hash: Set(secret_hash(secret)),
            account: Set(new.account.to_string()),
            created_at: Set(new.now.as_microsecond()),
            last_used_at: Set(new.now.as_microsecond()),
            expires_at: Set(new.expires_at.as_microsecond()),
            second_factor_at: Set(micros(new.second_factor_at)),
            proved_at: Set(micros(new.proved_at)),
            address: Set(new.address.chars().take(100).collect()),
            program: Set(new.program.chars().take(300).collect()),
        };
        let tx = self.db.write().await?;
        session::Entity::insert(row).exec_without_returning(&*tx).await?;
        tx.commit().await
    }

    /// The session of this secret, if it has not ended at `now`.
    pub async fn session(&self, secret: &str, now: Timestamp) -> Result<Option<Session>, StoreError> {
        let row = session::Entity::find_by_id(secret_hash(secret))
            .filter(session::Column::ExpiresAt.gt(now.as_microsecond()))
            .one(self.db.read())
            .await?;
        row.map(from_row).transpose()
    }

    /// Notes that a session was used, and moves its end. Does nothing if it is gone.
    pub async fn touch_session(&self, id: &str, now: Timestamp, expires_at: Timestamp) -> Result<(), StoreError> {
        let change = session::ActiveModel {
            last_used_at: Set(now.as_microsecond()),
            expires_at: Set(expires_at.as_microsecond()),
            ..session::ActiveModel::default()
        };
        self.change_session(id, change).await
    }

    /// Notes that a second factor was shown in a session.
    pub async fn confirm_session(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let second_factor_at = Set(Some(now.as_microsecond()));
        self.change_session(id, session::ActiveModel { second_factor_at, ..session::ActiveModel::default() }).await
    }

    /// The sessions of an account that have not ended at `now`, the one used last first.
    pub async fn sessions(&self, account: &AccountId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let rows = session::Entity::find()
            .filter(session::Column::Account.eq(account.as_str()))
            .filter(session::Column::ExpiresAt.gt(now.as_microsecond()))
            .order_by_desc(session::Column::LastUsedAt)
            .all(self.db.read())
            .await?;
        rows.into_iter().map(from_row).collect()
    }

    /// Ends one session of an account. `false`: there was no such one.
    pub async fn close_session(&self, account: &AccountId, id: &str) -> Result<bool, StoreError> {
        let tx = self.db.write().await?;
        let closed = session::Entity::delete_many()
            .filter(session::Column::Hash.eq(id))
            .filter(session::Column::Account.eq(account.as_str()))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        Ok(closed.rows_affected > 0)
    }

    /// Ends all sessions of an account except one. Returns how many.
    pub async fn close_sessions(&self, account: &AccountId, except: Option<&str>) -> Result<u64, StoreError> {
        let tx = self.db.write().await?;
        let query = session::Entity::delete_many().filter(session::Column::Account.eq(account.as_str()));
        let query = except.into_iter().fold(query, |query, id| query.filter(session::Column::Hash.ne(id)));
        let closed = query.exec(&*tx).await?;
        tx.commit().await?;
        Ok(closed.rows_affected)
    }

    async fn change_session(&self, id: &str, change: session::ActiveModel) -> Result<(), StoreError> {
        let tx = self.db.write().await?;
        session::Entity::update_many().set(change).filter(session::Column::Hash.eq(id)).exec(&*tx).await?;
        tx.commit().await
    }
}

fn from_row(row: session::Model) -> Result<Session, StoreError> {
    Ok(Session {
        id: row.hash,
        account: AccountId::stored(row.account),
        created_at: time(row.created_at)?,
        last_used_at: time(row.last_used_at)?,
        expires_at: time(row.expires_at)?,
        second_factor_at: optional_time(row.second_factor_at)?,
        proved_at: optional_time(row.proved_at)?,
        address: row.address,
        program: row.program,
    })
}
