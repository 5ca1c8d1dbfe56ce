//! Roles that were offered to accounts that are there already, until their persons take them.
//!
//! An e-mail address says nothing about who has the account: its person wrote it, or whoever invited them first. So a role is
//! only offered, with a secret that the inviter passes on, and whoever is signed in with the account takes it.

use crate::accounts::{Granted, put_membership};
use crate::audit::{self, AuditEvent};
use crate::entity::{account, invitation, membership};
use crate::{AccountId, PracticeStore, Role, StoreError, check_name, micros, optional_time, time, word};
use jiff::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use visite_facts::Word;

/// A role that is offered to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The account.
    pub account: AccountId,
    /// Hash of the secret that takes it; what hash is the server's business.
    pub hash: String,
    /// What the inviter calls the person.
    pub name: String,
    /// The role.
    pub role: Role,
    /// Until when the role lasts.
    pub until: Option<Timestamp>,
    /// Who offered it: an account.
    pub invited_by: String,
    /// When it was offered.
    pub invited_at: Timestamp,
    /// Until when it can be taken.
    pub expires_at: Timestamp,
}

impl PracticeStore {
    /// Offers a role, in place of what the account may have been offered before in this practice.
    pub async fn invite(&self, event: &AuditEvent, new: &Invitation) -> Result<(), StoreError> {
        check_name("name", &new.name)?;
        let tx = self.write().await?;
        if account::Entity::find_by_id(new.account.as_str()).one(&*tx).await?.is_none() {
            return Err(StoreError::not_found("account", &new.account));
        }
        let row = invitation::ActiveModel {
            practice: Set(self.id.to_string()),
            account: Set(new.account.to_string()),
            hash: Set(new.hash.clone()),
            name: Set(new.name.clone()),
            role: Set(new.role.word().to_owned()),
            until_at: Set(micros(new.until)),
            invited_by: Set(new.invited_by.clone()),
            invited_at: Set(new.invited_at.as_microsecond()),
            expires_at: Set(new.expires_at.as_microsecond()),
        };
        let mut conflict = OnConflict::columns([invitation::Column::Practice, invitation::Column::Account]);
        conflict.update_columns([
            invitation::Column::Hash,
            invitation::Column::Name,
            invitation::Column::Role,
            invitation::Column::UntilAt,
            invitation::Column::InvitedBy,
            invitation::Column::InvitedAt,
            invitation::Column::ExpiresAt,
        ]);
        invitation::Entity::insert(row).on_conflict(conflict).exec_without_returning(&*tx).await?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }

    /// What is offered and can be taken at `now`, the newest first.
    pub async fn invitations(&self, now: Timestamp) -> Result<Vec<Invitation>, StoreError> {
        let rows = invitation::Entity::find()
            .filter(invitation::Column::Practice.eq(self.id.as_str()))
            .filter(invitation::Column::ExpiresAt.gt(now.as_microsecond()))
            .order_by_desc(invitation::Column::InvitedAt)
            .order_by_asc(invitation::Column::Account)
            .all(self.db.read())
            .await?;
        rows.into_iter().map(from_row).collect()
    }

    /// Takes an offer back. `false`: there was none.
    pub async fn withdraw_invitation(&self, event: &AuditEvent, account: &AccountId) -> Result<bool, StoreError> {
        let tx = self.write().await?;
        let key = (self.id.to_string(), account.to_string());
        if invitation::Entity::delete_by_id(key).exec(&*tx).await?.rows_affected == 0 {
            return Ok(false);
        }
        audit::append(&tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Gives an account the role that it was offered, at the time of `event`. `false`: the offer was taken back, changed
    /// or is over, or the account has a role already, and nothing happened.
    pub async fn accept_invitation(&self, event: &AuditEvent, offered: &Invitation) -> Result<bool, StoreError> {
        let tx = self.write().await?;
        let key = (self.id.to_string(), offered.account.to_string());
        let present = membership::Entity::find_by_id(key.clone()).one(&*tx).await?;
        let in_force = |row: membership::Model| row.until_at.is_none_or(|until| event.at.as_microsecond() < until);
        if present.is_some_and(in_force) {
            return Ok(false);
        }
        let taken = invitation::Entity::delete_by_id(key)
            .filter(invitation::Column::Hash.eq(offered.hash.as_str()))
            .filter(invitation::Column::ExpiresAt.gt(event.at.as_microsecond()))
            .exec(&*tx)
            .await?;
        if taken.rows_affected == 0 {
            return Ok(false);
        }
        let granted = Granted { role: offered.role, until: offered.until, by: &offered.invited_by, at: event.at };
        put_membership(&tx, &self.id, &offered.account, &granted).await?;
        audit::append(&tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }
}

fn from_row(row: invitation::Model) -> Result<Invitation, StoreError> {
    Ok(Invitation {
        account: AccountId::stored(row.account),
        hash: row.hash,
        name: row.name,
        role: word("role", &row.role)?,
        until: optional_time(row.until_at)?,
        invited_by: row.invited_by,
        invited_at: time(row.invited_at)?,
        expires_at: time(row.expires_at)?,
    })
}
