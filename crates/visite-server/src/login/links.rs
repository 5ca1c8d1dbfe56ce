//! One-time links: for the very first person, for those who are invited, and for those who lost their way in.
//!
//! A link names the account and carries a secret, of which the account keeps the hash. An account has at most one
//! open link. Looking at a link does not use it; the button on its page does.

use crate::login::factors::{Factors, INVITATION_LASTS, OpenLink};
use crate::login::secret::Secret;
use crate::login::sign_in::changed_meanwhile;
use crate::web::app::App;
use crate::web::refusal::Refusal;
use visite_store::{Account, AccountId, AuditEvent, StoreError};

/// Where links lead.
const PATH: &str = "/invitation/";

/// The path of a link.
pub fn path(account: &AccountId, secret: &Secret) -> String {
    format!("{PATH}{account}.{}", secret.text())
}

/// A new one-time link for `account`, which has no other factors from then on; the whole address. It lasts as long as an
/// invitation, and an earlier link no longer counts.
///
/// # Errors
///
/// If somebody changed the account meanwhile, or the store does not keep it.
pub async fn issue(app: &App, event: &AuditEvent, account: &Account) -> Result<String, Refusal> {
    let (factors, link) = new(app, &account.id)?;
    if !factors.keep(app.store(), event, account).await? {
        return Err(changed_meanwhile());
    }
    Ok(link)
}

/// Factors that are nothing but a new one-time link of `account`, and its whole address.
///
/// # Errors
///
/// If the system gives no random bytes.
pub fn new(app: &App, account: &AccountId) -> Result<(Factors, String), Refusal> {
    let secret = Secret::new(app.random()?);
    let now = app.now();
    let until = now.checked_add(INVITATION_LASTS).unwrap_or(now);
    let factors = Factors { link: Some(OpenLink::new(&secret, until)), ..Factors::default() };
    Ok((factors, app.url().join(&path(account, &secret))))
}

/// Account and secret that a link names, without looking whether it counts.
fn parse(link: &str) -> Option<(AccountId, Secret)> {
    let (account, secret) = link.rsplit_once('.')?;
    Some((AccountId::new(account).ok()?, Secret::parse(secret)?))
}

/// The account that `link` names, whether the link counts or not.
///
/// # Errors
///
/// [`Refusal::Failed`] if the store does not answer.
pub async fn named(app: &App, link: &str) -> Result<Option<Account>, Refusal> {
    let Some((id, _)) = parse(link) else { return Ok(None) };
    match app.store().account(&id).await {
        Ok(account) => Ok(Some(account)),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The account that `link` opens now, if it does.
///
/// # Errors
///
/// [`Refusal::Failed`] if the store does not answer.
pub async fn account_of(app: &App, link: &str) -> Result<Option<(Account, Factors)>, Refusal> {
    let Some((_, secret)) = parse(link) else { return Ok(None) };
    let Some(account) = named(app, link).await? else { return Ok(None) };
    let factors = Factors::of(&account)?;
    let opens = factors.link.as_ref().is_some_and(|open| open.opens(&secret, app.now()));
    Ok((opens && account.disabled_at.is_none()).then_some((account, factors)))
}

/// Uses `link` up. Of several who try at once, one gets the account; the others get nothing.
///
/// # Errors
///
/// [`Refusal::Failed`] if the store does not answer.
pub async fn take(app: &App, link: &str) -> Result<Option<Account>, Refusal> {
    let Some((account, factors)) = account_of(app, link).await? else { return Ok(None) };
    let event = AuditEvent::new(app.now(), account.id.as_str(), None, "link.used");
    let kept = Factors { link: None, ..factors }.keep(app.store(), &event, &account).await?;
    if !kept {
        return Ok(None);
    }
    Ok(Some(app.store().account(&account.id).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_read_back() {
        let id = AccountId::new("a.b").unwrap();
        let secret = Secret::new([1; 32]);
        let link = path(&id, &secret);
        assert_eq!(parse(link.strip_prefix(PATH).unwrap()), Some((id, secret)));
        for wrong in ["", ".", "a.", "a.b", "A.AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
