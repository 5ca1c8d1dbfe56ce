//! What an account can prove itself with besides its password: app, passkeys, recovery codes; and its open link.
//!
//! Kept as one JSON object with the account. Changes compare with what was read, so that of two requests with the same
//! recovery code or link only one gets through.

use crate::login::passkey::Passkey;
use crate::login::secret::Secret;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use visite_store::{Account, AuditEvent, Store, StoreError};

/// How long the link printed at the first start counts.
pub const FIRST_LINK_LASTS: SignedDuration = SignedDuration::from_mins(30);
/// How long an invitation counts.
pub const INVITATION_LASTS: SignedDuration = SignedDuration::from_hours(3 * 24);

/// Second factors and the open link of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Factors {
    /// Key shared with an app, sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Passkeys.
    pub passkeys: Vec<Passkey>,
    /// Hashes of the recovery codes that are left.
    pub recovery_codes: Vec<String>,
    /// The one-time link that opens a session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<OpenLink>,
}

/// A one-time link that was not used yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenLink {
    /// Hash of its secret.
    pub hash: String,
    /// When it ends, in whole microseconds since 1970.
    pub until: i64,
}

impl OpenLink {
    /// A link that `secret` opens until `until`.
    pub fn new(secret: &Secret, until: Timestamp) -> Self {
        Self { hash: secret.hash(), until: until.as_microsecond() }
    }

    /// Whether `secret` opens it at `now`.
    pub fn opens(&self, secret: &Secret, now: Timestamp) -> bool {
        self.hash == secret.hash() && now.as_microsecond() < self.until
    }
}

impl Factors {
    /// Those of `account`.
    ///
    /// # Errors
    ///
    /// If what is stored is nothing that this program wrote.
    pub fn of(account: &Account) -> Result<Self, serde_json::Error> {
        // An account begins with an empty list.
        if account.second_factors.as_array().is_some_and(Vec::is_empty) {
            return Ok(Self::default());
        }
        serde_json::from_value(account.second_factors.clone())
    }

    /// Whether there is a second factor. Recovery codes alone are none: they are its replacement.
    pub fn any(&self) -> bool {
        self.app.is_some() || !self.passkeys.is_empty()
    }

    /// Where the key of an account's app is sealed for.
    pub fn app_place(account: &Account) -> String {
        format!("account/{}/app", account.id)
    }

    /// Keeps these as the factors of `account`, as it was read. `false`: somebody changed them meanwhile.
    ///
    /// # Errors
    ///
    /// As the store.
    pub async fn keep(&self, store: &Store, event: &AuditEvent, account: &Account) -> Result<bool, StoreError> {
        let json = serde_json::to_value(self).unwrap_or(Json::Null);
        store.set_second_factors(event, &account.id, &account.second_factors, &json).await
    }
}
