//! People who may log in, and which practices they may see in which role.

use crate::audit::{self, AuditEvent};
use crate::database::Write;
use crate::entity::{account, identity, membership, session};
use crate::{
    AccountId, PracticeId, PracticeStore, Store, StoreError, check_name, json, micros, optional_time, time, to_json,
    word,
};
use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value as Json;
use visite_facts::{Lang, Word, words};

words! {
    /// What a person may do in a practice. What each may see stands in `docs/concepts/platform.md`.
    pub enum Role {
        /// Looks after many practices and the installation.
        ProviderAdmin = "provider-admin",
        /// Works for the provider.
        Technician = "technician",
        /// Owns the practice.
        PracticeOwner = "practice-owner",
        /// Runs the practice from day to day.
        PracticeManager = "practice-manager",
        /// Watches over data protection; reads only.
        DataProtectionOfficer = "data-protection-officer",
        /// Works in the practice; sees the own training.
        Staff = "staff",
        /// Audits the practice until a date; reads only.
        Auditor = "auditor",
    }
}

impl Role {
    /// Whether it is a role of people who work for the provider.
    pub fn is_of_provider(self) -> bool {
        matches!(self, Self::ProviderAdmin | Self::Technician)
    }
}

/// An account that is to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Its id.
    pub id: AccountId,
    /// E-mail address, by which the person logs in.
    pub email: String,
    /// Name of the person.
    pub name: String,
    /// Language of pages and mails.
    pub language: Lang,
    /// Role of a provider's employee in the whole installation; none for people of a practice.
    pub provider_role: Option<Role>,
}

/// An account.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// E-mail address, in small letters.
    pub email: String,
    /// Name of the person.
    pub name: String,
    /// The hash of the password as the server made it; none if there is no password yet.
    pub password_hash: Option<String>,
    /// Second factors and recovery codes: JSON, whose meaning is the server's business.
    pub second_factors: Json,
    /// Language of pages and mails.
    pub language: Lang,
    /// Role of a provider's employee in the whole installation; none for people of a practice.
    pub provider_role: Option<Role>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when nobody may log in with it.
    pub disabled_at: Option<Timestamp>,
}

/// A role in a practice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The practice.
    pub practice: PracticeId,
    /// The account.
    pub account: AccountId,
    /// The role.
    pub role: Role,
    /// Until when.
    pub until: Option<Timestamp>,
    /// Who granted it.
    pub granted_by: String,
    /// When it was granted.
    pub granted_at: Timestamp,
}

impl Membership {
    /// Whether it is in force at `now`.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

impl Store {
    /// Makes an account; an error if id or e-mail address are taken.
    pub async fn create_account(&self, event: &AuditEvent, new: &NewAccount) -> Result<(), StoreError> {
        check_name("name", &new.name)?;
        let row = account::ActiveModel {
            account: Set(new.id.to_string()),
            email: Set(email(&new.email)?),
            name: Set(new.name.clone()),
            password_hash: Set(None),
            second_factors: Set("[]".to_owned()),
            totp_step: Set(0),
            language: Set(new.language.word().to_owned()),
            provider_role: Set(new.provider_role.map(|role| role.word().to_owned())),
            created_at: Set(event.at.as_microsecond()),
            disabled_at: Set(None),
        };
        let tx = self.db.write().await?;
        let inserted = account::Entity::insert(row).exec_without_returning(&*tx).await;
        inserted.map_err(|error| StoreError::or_there(error, "account", &new.email))?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }

    /// An account; [`StoreError::NotFound`] if there is none.
    pub async fn account(&self, id: &AccountId) -> Result<Account, StoreError> {
        let row = account::Entity::find_by_id(id.as_str()).one(self.db.read()).await?;
        from_row(row.ok_or_else(|| StoreError::not_found("account", id))?)
    }

    /// The account with this e-mail address, in letters of any case.
    pub async fn account_by_email(&self, address: &str) -> Result<Option<Account>, StoreError> {
        let Ok(address) = email(address) else { return Ok(None) };
        let row = account::Entity::find().filter(account::Column::Email.eq(address)).one(self.db.read()).await?;
        row.map(from_row).transpose()
    }

    /// All accounts, by e-mail address.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let rows = account::Entity::find().order_by_asc(account::Column::Email).all(self.db.read()).await?;
        rows.into_iter().map(from_row).collect()
    }

    /// Changes name, e-mail address, language and role of a provider's employee.
    pub async fn change_account(&self, event: &AuditEvent, changed: &NewAccount) -> Result<(), StoreError> {
        check_name("name", &changed.name)?;
        let change = account::ActiveModel {
            email: Set(email(&changed.email)?),
            name: Set(changed.name.clone()),
            language: Set(changed.language.word().to_owned()),
            provider_role: Set(changed.provider_role.map(|role| role.word().to_owned())),
            ..account::ActiveModel::default()
        };
        self.update_account(event, &changed.id, change).await
    }

    /// Changes the language of pages and mails, and nothing else.
    pub async fn set_language(&self, event: &AuditEvent, id: &AccountId, language: Lang) -> Result<(), StoreError> {
        let language = Set(language.word().to_owned());
        self.update_account(event, id, account::ActiveModel { language, ..account::ActiveModel::default() }).await
    }

    /// Forgets all ways into an account: its password, accounts elsewhere and sessions; and keeps `factors` in place of
    /// its second factors, as they were read with `account`. All of it or nothing; `false`: they were changed meanwhile, or
    /// the account has a role in another practice than `practice`.
    pub async fn reset_account(
        &self,
        events: &[AuditEvent],
        practice: &PracticeId,
        account: &Account,
        factors: &Json,
    ) -> Result<bool, StoreError> {
        let id = account.id.as_str();
        let tx = self.db.write().await?;
        let row = account::Entity::find_by_id(id).lock_exclusive().one(&*tx).await?;
        let row = row.ok_or_else(|| StoreError::not_found("account", id))?;
        let elsewhere = membership::Entity::find()
            .filter(membership::Column::Account.eq(id))
            .filter(membership::Column::Practice.ne(practice.as_str()));
        if elsewhere.count(&*tx).await? > 0
            || json::<Json>("second factors", &row.second_factors)? != account.second_factors
        {
            return Ok(false);
        }
        let change = account::ActiveModel {
            password_hash: Set(None),
            second_factors: Set(to_json("second factors", factors)?),
            ..account::ActiveModel::default()
        };
        update(&tx, &account.id, change).await?;
        identity::Entity::delete_many().filter(identity::Column::Account.eq(id)).exec(&*tx).await?;
        session::Entity::delete_many().filter(session::Column::Account.eq(id)).exec(&*tx).await?;
        for event in events {
            audit::append(&tx, event).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Keeps another password's hash, or none. Sessions go on: end them with [`Store::close_sessions`].
    pub async fn set_password_hash(
        &self,
        event: &AuditEvent,
        id: &AccountId,
        hash: Option<&str>,
    ) -> Result<(), StoreError> {
        let password_hash = Set(hash.map(str::to_owned));
        self.update_account(event, id, account::ActiveModel { password_hash, ..account::ActiveModel::default() }).await
    }

    /// Keeps other second factors, e.g. without the recovery code that was used, if they still are `expected`.
    /// `false`: someone else changed them meanwhile, and nothing happened.
    pub async fn set_second_factors(
        &self,
        event: &AuditEvent,
        id: &AccountId,
        expected: &Json,
        factors: &Json,
    ) -> Result<bool, StoreError> {
        let tx = self.db.write().await?;
        let row = account::Entity::find_by_id(id.as_str()).lock_exclusive().one(&*tx).await?;
        let row = row.ok_or_else(|| StoreError::not_found("account", id))?;
        if json::<Json>("second factors", &row.second_factors)? != *expected {
            return Ok(false);
        }
        let factors = to_json("second factors", factors)?;
        account::Entity::update_many()
            .col_expr(account::Column::SecondFactors, Expr::value(factors))
            .filter(account::Column::Account.eq(id.as_str()))
            .exec(&*tx)
            .await?;
        audit::append(&tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Notes that the one-time password of this step was used. `false`: it was used before, or an older one is tried.
    pub async fn use_totp_step(&self, id: &AccountId, step: u64) -> Result<bool, StoreError> {
        let step = i64::try_from(step).map_err(|_| StoreError::out_of_range("step"))?;
        let tx = self.db.write().await?;
        let used = account::Entity::update_many()
            .col_expr(account::Column::TotpStep, Expr::value(step))
            .filter(account::Column::Account.eq(id.as_str()))
            .filter(account::Column::TotpStep.lt(step))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        Ok(used.rows_affected == 1)
    }

    /// Lets nobody log in with this account any more, and ends its sessions; or lets it log in again.
    pub async fn disable_account(
        &self,
        event: &AuditEvent,
        id: &AccountId,
        is_disabled: bool,
    ) -> Result<(), StoreError> {
        let tx = self.db.write().await?;
        let disabled_at = Set(is_disabled.then(|| event.at.as_microsecond()));
        update(&tx, id, account::ActiveModel { disabled_at, ..account::ActiveModel::default() }).await?;
        if is_disabled {
            session::Entity::delete_many().filter(session::Column::Account.eq(id.as_str())).exec(&*tx).await?;
        }
        audit::append(&tx, event).await?;
        tx.commit().await
    }

    /// The roles of an account in all practices, ended ones too, by practice.
    pub async fn memberships(&self, id: &AccountId) -> Result<Vec<Membership>, StoreError> {
        let rows = membership::Entity::find()
            .filter(membership::Column::Account.eq(id.as_str()))
            .order_by_asc(membership::Column::Practice)
            .all(self.db.read())
            .await?;
        rows.into_iter().map(membership_from_row).collect()
    }

    async fn update_account(
        &self,
        event: &AuditEvent,
        id: &AccountId,
        change: account::ActiveModel,
    ) -> Result<(), StoreError> {
        let tx = self.db.write().await?;
        update(&tx, id, change).await?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }
}

impl PracticeStore {
    /// Who has which role in this practice, ended ones too, by account.
    pub async fn members(&self) -> Result<Vec<Membership>, StoreError> {
        let rows = membership::Entity::find()
            .filter(membership::Column::Practice.eq(self.id.as_str()))
            .order_by_asc(membership::Column::Account)
            .all(self.db.read())
            .await?;
        rows.into_iter().map(membership_from_row).collect()
    }

    /// The role of an account in this practice, if it is in force at `now`.
    pub async fn member(&self, account: &AccountId, now: Timestamp) -> Result<Option<Membership>, StoreError> {
        let row =
            membership::Entity::find_by_id((self.id.to_string(), account.to_string())).one(self.db.read()).await?;
        let membership = row.map(membership_from_row).transpose()?;
        Ok(membership.filter(|membership| membership.is_in_force(now)))
    }

    /// Grants a role, in place of the one that the account may have in this practice.
    pub async fn grant(
        &self,
        event: &AuditEvent,
        account: &AccountId,
        role: Role,
        until: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let tx = self.write().await?;
        if account::Entity::find_by_id(account.as_str()).one(&*tx).await?.is_none() {
            return Err(StoreError::not_found("account", account));
        }
        put_membership(&tx, &self.id, account, &Granted { role, until, by: &event.who, at: event.at }).await?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }

    /// Ends the role of an account in this practice. `false`: it had none, or is the last owner with access at the time of
    /// `event`, and nothing happened.
    pub async fn end_membership(&self, event: &AuditEvent, account: &AccountId) -> Result<bool, StoreError> {
        let tx = self.write().await?;
        let key = (self.id.to_string(), account.to_string());
        let Some(row) = membership::Entity::find_by_id(key.clone()).one(&*tx).await? else { return Ok(false) };
        let now = event.at.as_microsecond();
        let owner = Role::PracticeOwner.word();
        if row.role == owner && row.until_at.is_none_or(|until| now < until) {
            let others = membership::Entity::find()
                .filter(membership::Column::Practice.eq(self.id.as_str()))
                .filter(membership::Column::Account.ne(account.as_str()))
                .filter(membership::Column::Role.eq(owner))
                .filter(membership::Column::UntilAt.is_null().or(membership::Column::UntilAt.gt(now)));
            if others.count(&*tx).await? == 0 {
                return Ok(false);
            }
        }
        membership::Entity::delete_by_id(key).exec(&*tx).await?;
        audit::append(&tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// A role that somebody gave.
pub struct Granted<'g> {
    /// The role.
    pub role: Role,
    /// Until when.
    pub until: Option<Timestamp>,
    /// Who gave it.
    pub by: &'g str,
    /// When.
    pub at: Timestamp,
}

/// Keeps a role of an account that is there, in place of the one that it may have in this practice.
pub async fn put_membership(
    tx: &Write,
    practice: &PracticeId,
    account: &AccountId,
    granted: &Granted<'_>,
) -> Result<(), StoreError> {
    let row = membership::ActiveModel {
        practice: Set(practice.to_string()),
        account: Set(account.to_string()),
        role: Set(granted.role.word().to_owned()),
        until_at: Set(micros(granted.until)),
        granted_by: Set(granted.by.to_owned()),
        granted_at: Set(granted.at.as_microsecond()),
    };
    let mut conflict = OnConflict::columns([membership::Column::Practice, membership::Column::Account]);
    conflict.update_columns([
        membership::Column::Role,
        membership::Column::UntilAt,
        membership::Column::GrantedBy,
        membership::Column::GrantedAt,
    ]);
    membership::Entity::insert(row).on_conflict(conflict).exec_without_returning(&**tx).await?;
    Ok(())
}

async fn update(tx: &Write, id: &AccountId, change: account::ActiveModel) -> Result<(), StoreError> {
    let changed = account::Entity::update_many()
        .set(change)
        .filter(account::Column::Account.eq(id.as_str()))
        .exec(&**tx)
        .await
        .map_err(|error| StoreError::or_there(error, "account", id))?;
    if changed.rows_affected == 0 { Err(StoreError::not_found("account", id)) } else { Ok(()) }
}

/// An address as it is compared: small letters, no white space around.
fn email(address: &str) -> Result<String, StoreError> {
    let address = address.trim().to_lowercase();
    let is_usable = address.len() <= 254
        && !address.chars().any(|c| c.is_control() || c.is_whitespace())
        && address.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    if is_usable {
        return Ok(address);
    }
    Err(StoreError::invalid(
        "e-mail address",
        "eine E-Mail-Adresse sieht aus wie name@praxis.example",
        "an e-mail address looks like name@practice.example",
    ))
}

fn from_row(row: account::Model) -> Result<Account, StoreError> {
    Ok(Account {
        id: AccountId::stored(row.account),
        email: row.email,
        name: row.name,
        password_hash: row.password_hash,
        second_factors: json("second factors", &row.second_factors)?,
        language: word("language", &row.language)?,
        provider_role: row.provider_role.as_deref().map(|text| word("role", text)).transpose()?,
        created_at: time(row.created_at)?,
        disabled_at: optional_time(row.disabled_at)?,
    })
}

fn membership_from_row(row: membership::Model) -> Result<Membership, StoreError> {
    Ok(Membership {
        practice: PracticeId::stored(row.practice),
        account: AccountId::stored(row.account),
        role: word("role", &row.role)?,
        until: optional_time(row.until_at)?,
        granted_by: row.granted_by,
        granted_at: time(row.granted_at)?,
    })
}
