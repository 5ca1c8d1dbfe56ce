//! Accounts of other services (OpenID Connect) by which people sign in. What identifies somebody there is the pair of
//! issuer and subject, and nothing else.

use crate::audit::{self, AuditEvent};
use crate::entity::{account, identity};
use crate::{AccountId, Store, StoreError, time};
use jiff::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

/// Longest name of an issuer, of a subject (255 by the standard), and of the person there, in characters.
const MOST: usize = 500;

/// Who somebody is elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The service that says so: its issuer, an address.
    pub issuer: String,
    /// How the service names the person; means something to that service alone.
    pub subject: String,
    /// The account that the person has here.
    pub account: AccountId,
    /// What people call the account there; to be shown, and never compared.
    pub name: String,
    /// Whether the service showed that it asks for a second factor.
    pub second_factor: bool,
    /// Since when the two belong together.
    pub linked_at: Timestamp,
}

impl Store {
    /// Links an account with another one elsewhere, in place of the one that it may have at that issuer.
    /// [`StoreError::AlreadyThere`] if somebody else has it.
    pub async fn link_identity(&self, event: &AuditEvent, new: &Identity) -> Result<(), StoreError> {
        for text in [&new.issuer, &new.subject, &new.name] {
            if text.is_empty() || text.chars().count() > MOST || text.chars().any(char::is_control) {
                return Err(StoreError::invalid(
                    "identity",
                    format!("Name und Kennung haben 1 bis {MOST} Zeichen in einer Zeile"),
                    format!("name and identifier have 1 to {MOST} characters in one line"),
                ));
            }
        }
        let tx = self.db.write().await?;
        if account::Entity::find_by_id(new.account.as_str()).one(&*tx).await?.is_none() {
            return Err(StoreError::not_found("account", &new.account));
        }
        identity::Entity::delete_many()
            .filter(identity::Column::Account.eq(new.account.as_str()))
            .filter(identity::Column::Issuer.eq(new.issuer.as_str()))
            .exec(&*tx)
            .await?;
        let row = identity::ActiveModel {
            issuer: Set(new.issuer.clone()),
            subject: Set(new.subject.clone()),
            account: Set(new.account.to_string()),
            name: Set(new.name.clone()),
            second_factor: Set(new.second_factor),
            linked_at: Set(new.linked_at.as_microsecond()),
        };
        let inserted = identity::Entity::insert(row).exec_without_returning(&*tx).await;
        inserted.map_err(|error| StoreError::or_there(error, "identity", &new.name))?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }

    /// Whom an issuer means with a subject.
    pub async fn identity(&self, issuer: &str, subject: &str) -> Result<Option<Identity>, StoreError> {
        let key = (issuer.to_owned(), subject.to_owned());
        identity::Entity::find_by_id(key).one(self.db.read()).await?.map(from_row).transpose()
    }

    /// Who somebody is elsewhere, by issuer.
    pub async fn identities(&self, id: &AccountId) -> Result<Vec<Identity>, StoreError> {
        let rows = identity::Entity::find()
            .filter(identity::Column::Account.eq(id.as_str()))
            .order_by_asc(identity::Column::Issuer)
            .all(self.db.read())
            .await?;
        rows.into_iter().map(from_row).collect()
    }

    /// How many people an issuer vouches for.
    pub async fn count_identities(&self, issuer: &str) -> Result<u64, StoreError> {
        Ok(identity::Entity::find().filter(identity::Column::Issuer.eq(issuer)).count(self.db.read()).await?)
    }

    /// Notes that an issuer showed for somebody that it asks for a second factor.
    pub async fn note_second_factor(&self, event: &AuditEvent, issuer: &str, subject: &str) -> Result<(), StoreError> {
        let tx = self.db.write().await?;
        identity::Entity::update_many()
            .col_expr(identity::Column::SecondFactor, Expr::value(true))
            .filter(identity::Column::Issuer.eq(issuer))
            .filter(identity::Column::Subject.eq(subject))
            .exec(&*tx)
            .await?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }

    /// Ends all links of an account with accounts elsewhere, and returns how many there were.
    pub async fn unlink_identities(&self, event: &AuditEvent, id: &AccountId) -> Result<u64, StoreError> {
        let tx = self.db.write().await?;
        let ended =
            identity::Entity::delete_many().filter(identity::Column::Account.eq(id.as_str())).exec(&*tx).await?;
        if ended.rows_affected > 0 {
            audit::append(&tx, event).await?;
        }
        tx.commit().await?;
        Ok(ended.rows_affected)
    }
}

fn from_row(row: identity::Model) -> Result<Identity, StoreError> {
    Ok(Identity {
        issuer: row.issuer,
        subject: row.subject,
        account: AccountId::stored(row.account),
        name: row.name,
        second_factor: row.second_factor,
        linked_at: time(row.linked_at)?,
    })
}
