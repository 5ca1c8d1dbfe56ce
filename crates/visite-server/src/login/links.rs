//! One-time links: for the very first person, for those who are invited, and for those who lost their way in.
//!
//! A link names the account and carries a secret, of which the account keeps the hash. An account has at most one
//! open link. Looking at a link does not use it; the button on its page does.

use crate::login::factors::Factors;
use crate::login::secret::Secret;
use crate::web::app::App;
use crate::web::refusal::Refusal;
use visite_store::{Account, AccountId, AuditEvent, StoreError};

/// Where links lead.
const PATH: &str = "/invitation/";

/// The path of a link.
pub fn path(account: &AccountId, secret: &Secret) -> String {
    format!("{PATH}{account}.{}", secret.text())
}

/// Account and secret that a link names, without looking whether it counts.
fn parse(link: &str) -> Option<(AccountId, Secret)> {
    let (account, secret) = link.rsplit_once('.')?;
    Some((AccountId::new(account).ok()?, Secret::parse(secret)?))
}

/// The account that `link` opens now, if it does.
///
/// # Errors
///
/// [`Refusal::Failed`] if the store does not answer.
pub async fn account_of(app: &App, link: &str) -> Result<Option<(Account, Factors)>, Refusal> {
    let Some((id, secret)) = parse(link) else { return Ok(None) };
    let account = match app.store().account(&id).await {
        Ok(account) => account,
        Err(StoreError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
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
