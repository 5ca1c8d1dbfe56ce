//! What an account elsewhere does for an account here, where this one lacks something of its own.

use super::service::Kept;
use crate::login::factors::Factors;
use crate::web::app::App;
use crate::web::refusal::Refusal;
use visite_facts::Text;
use visite_store::Account;

/// What the service does for an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// What stands on the button, if the account is linked.
    pub label: Option<Text>,
    /// Whether the second factor is the one there.
    pub second_factor: bool,
}

impl Elsewhere {
    /// Whether the account is linked, so that the person gets in without a password.
    pub fn signs_in(&self) -> bool {
        self.label.is_some()
    }

    /// For `account`. Nobody is looked up where both a way in and a second factor are there already.
    ///
    /// # Errors
    ///
    /// If the store does not answer.
    pub async fn of(app: &App, account: &Account, factors: &Factors) -> Result<Self, Refusal> {
        let way_in = account.password_hash.is_some() || !factors.passkeys.is_empty();
        if way_in && factors.any() {
            return Ok(Self::default());
        }
        Self::linked(app, account, factors).await
    }

    /// As [`Elsewhere::of`], whatever is there.
    ///
    /// # Errors
    ///
    /// If the store does not answer.
    pub async fn linked(app: &App, account: &Account, factors: &Factors) -> Result<Self, Refusal> {
        let Some(kept) = Kept::of(app.store()).await? else { return Ok(Self::default()) };
        let identities = app.store().identities(&account.id).await?;
        Ok(match identities.into_iter().find(|one| one.issuer == kept.issuer) {
            // Without a factor of its own the account relies on the one there, as long as that counts at all. Else a
            // stolen password would be enough to set one up.
            Some(one) => Self {
                label: Some(kept.label),
                second_factor: one.second_factor && kept.second_factor.is_some() && !factors.any(),
            },
            None => Self::default(),
        })
    }
}
