//! The very first person: a one-time link, printed where the server was started.
//!
//! Whoever starts the server owns it. The link opens a session of the owner, without a password, on this machine
//! itself; before anything else can reach the server there has to be somebody with password and second factor.

use crate::login::factors::{FIRST_LINK_LASTS, Factors, OpenLink};
use crate::login::links;
use crate::login::oidc::service::Kept;
use crate::login::secret::Secret;
use crate::login::session::PLACEHOLDER;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use visite_facts::{Lang, Word};
use visite_store::{
    Account, AccountId, AuditEvent, Identity, NewAccount, NewPractice, PracticeId, PracticeStore, Role, Store,
    StoreError,
};

/// The setting that says who runs the installation: absent for a practice of its own, [`PROVIDER`] for a provider,
/// [`DEMO`] for nobody.
pub const INSTALLATION_KIND: &str = "installation.kind";
/// The value of [`INSTALLATION_KIND`] where a provider looks after many practices.
pub const PROVIDER: &str = "provider";
/// The value of [`INSTALLATION_KIND`] of a practice that is made up.
pub const DEMO: &str = "demo";

/// Why the first link could not be made, or nobody can tell who may sign in.
#[derive(Debug, thiserror::Error)]
pub enum FirstError {
    /// The store did not do it.
    #[error("the first account could not be looked up or made")]
    Store(#[from] StoreError),
    /// What is stored as second factors, or as the service by which people sign in, is nothing that this program wrote.
    #[error("second factors of an account, or the sign-in service, cannot be read")]
    Stored(#[from] serde_json::Error),
}

/// Whether a provider runs the installation.
///
/// # Errors
///
/// As the store.
pub async fn is_of_provider(store: &Store) -> Result<bool, StoreError> {
    Ok(store.setting(INSTALLATION_KIND).await?.as_deref() == Some(PROVIDER))
}

/// Whether the server stands in this practice, so that its own machine and networks are the practice's, too: where no
/// provider runs it, in the one with which it began.
///
/// # Errors
///
/// As the store.
pub async fn stands_in_practice(store: &Store, practice: &PracticeId) -> Result<bool, StoreError> {
    Ok(store.setting(INSTALLATION_KIND).await?.is_none() && store.first_practice().await?.as_ref() == Some(practice))
}

/// Whether `account` owns the practice with which the installation began: where no provider runs it, whoever owns that one
/// looks after it. Practices that come later have owners of their own.
///
/// # Errors
///
/// As the store.
pub async fn owns_first(store: &Store, account: &Account, now: Timestamp) -> Result<bool, StoreError> {
    let Some(first) = store.first_practice().await? else { return Ok(false) };
    let membership = store.practice(first).member(&account.id, now).await?;
    Ok(membership.is_some_and(|membership| membership.role == Role::PracticeOwner))
}

/// The path of a new first link, while nobody who looks after the installation can sign in otherwise; else nothing.
/// Makes practice, account and role, if they are not there. An earlier first link no longer counts.
///
/// `random` is used for the link and the ids.
///
/// # Errors
///
/// If the store does not do it.
pub async fn link(store: &Store, now: Timestamp, random: [u8; 64]) -> Result<Option<String>, FirstError> {
    let mut owner = None;
    for account in store.accounts().await? {
        if !looks_after(store, &account, now).await? {
            continue;
        }
        if !is_waiting(store, &account).await? {
            return Ok(None);
        }
        owner = owner.or(Some(account));
    }
    let (for_account, rest) = random.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
    let (for_practice, rest) = rest.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
    let secret = Secret::new(*rest.first_chunk().unwrap_or(&[0; 32]));
    let owner = match owner {
        Some(account) => account,
        None => {
            make_owner(store, now, AccountId::from_random(*for_account), PracticeId::from_random(*for_practice)).await?
        }
    };
    let until = now.checked_add(FIRST_LINK_LASTS).unwrap_or(now);
    let factors = Factors { link: Some(OpenLink::new(&secret, until)), ..Factors::of(&owner)? };
    let event = AuditEvent::new(now, "visite", None, "link.issued").with(json!({ "account": owner.id }));
    // Nobody else is there who could have changed it.
    factors.keep(store, &event, &owner).await?;
    Ok(Some(links::path(&owner.id, &secret)))
}

/// Whether nobody can sign in with `account`: it has no password that counts, no second factor, and no account at the
/// service that is set.
///
/// # Errors
///
/// If the store does not answer, or holds nothing that this program wrote.
pub async fn is_waiting(store: &Store, account: &Account) -> Result<bool, FirstError> {
    if Factors::of(account)?.any() {
        return Ok(false);
    }
    let service = Kept::of(store).await?;
    let identities = store.identities(&account.id).await?;
    let linked = identities.iter().any(|one| service.as_ref().is_some_and(|service| service.issuer == one.issuer));
    let password = account.password_hash.is_some() && !relied(service.as_ref(), &identities);
    Ok(!linked && !password)
}

/// Whether the only second factor of `account` was one elsewhere, and that one counts no longer. Then the password alone
/// opens nothing: whoever stole it could else set up a second factor of their own.
///
/// # Errors
///
/// If the store does not answer, or holds nothing that this program wrote.
pub async fn relied_elsewhere(store: &Store, account: &Account) -> Result<bool, FirstError> {
    if Factors::of(account)?.any() {
        return Ok(false);
    }
    Ok(relied(Kept::of(store).await?.as_ref(), &store.identities(&account.id).await?))
}

fn relied(service: Option<&Kept>, identities: &[Identity]) -> bool {
    let counts =
        |one: &Identity| service.is_some_and(|service| service.issuer == one.issuer && service.second_factor.is_some());
    let mut proved = identities.iter().filter(|one| one.second_factor).peekable();
    proved.peek().is_some() && !proved.any(counts)
}

/// So long a provider has access to a practice that it makes or takes over; then the practice says so again.
pub const ACCESS_LASTS: SignedDuration = SignedDuration::from_hours(24 * 365);

/// Lets in whoever looks after the installation: at a provider its people, else the owners of the first practice. For a practice that came from elsewhere, whose people stayed there. Their names.
///
/// # Errors
///
/// If the store does not answer.
pub async fn let_in(store: &Store, practice: &PracticeStore, now: Timestamp) -> Result<Vec<String>, FirstError> {
    let at_provider = is_of_provider(store).await?;
    let mut names = Vec::new();
    for account in store.accounts().await? {
        if account.disabled_at.is_some() {
            continue;
        }
        let granted = if at_provider {
            account.provider_role.map(|role| (role, now.saturating_add(ACCESS_LASTS).ok()))
        } else {
            owns_first(store, &account, now).await?.then_some((Role::PracticeOwner, None))
        };
        let Some((role, until)) = granted else { continue };
        let event = AuditEvent::new(now, "visite", Some(practice.id()), "membership.granted");
        let event = event.with(json!({ "account": account.id, "role": role.word(), "until": until }));
        practice.grant(&event, &account.id, role, until).await?;
        names.push(account.name);
    }
    Ok(names)
}

/// Whether `account` looks after the installation or a practice, and may sign in.
async fn looks_after(store: &Store, account: &Account, now: Timestamp) -> Result<bool, StoreError> {
    if account.disabled_at.is_some() {
        return Ok(false);
    }
    if account.provider_role == Some(Role::ProviderAdmin) {
        return Ok(true);
    }
    let memberships = store.memberships(&account.id).await?;
    Ok(memberships.iter().any(|one| one.role == Role::PracticeOwner && one.is_in_force(now)))
}

async fn make_owner(store: &Store, now: Timestamp, id: AccountId, practice: PracticeId) -> Result<Account, StoreError> {
    let event = |what: &str, practice: Option<&PracticeId>| AuditEvent::new(now, "visite", practice, what);
    let new = NewAccount {
        email: format!("{id}{PLACEHOLDER}"),
        id,
        name: "Praxisleitung".to_owned(),
        language: Lang::De,
        provider_role: None,
    };
    store.create_account(&event("account.created", None), &new).await?;
    let practice = match store.first_practice().await? {
        Some(practice) => practice,
        None => {
            let new =
                NewPractice { id: practice, name: "Meine Praxis".to_owned(), time_zone: "Europe/Berlin".to_owned() };
            store.create_practice(&event("practice.created", Some(&new.id)), &new).await?;
            new.id
        }
    };
    let granted = event("membership.granted", Some(&practice));
    store.practice(practice.clone()).grant(&granted, &new.id, Role::PracticeOwner, None).await?;
    store.account(&new.id).await
}

/// Whether the server may be reached from other machines: somebody who looks after it has a second factor and, besides,
/// a password or an account elsewhere; or a passkey, which is both.
///
/// # Errors
///
/// If the store does not answer.
pub async fn may_listen_beyond_loopback(store: &Store, now: Timestamp) -> Result<bool, FirstError> {
    let service = Kept::of(store).await?;
    for account in store.accounts().await? {
        let factors = Factors::of(&account)?;
        let identities = store.identities(&account.id).await?;
        let linked = identities.iter().find(|one| service.as_ref().is_some_and(|service| service.issuer == one.issuer));
        let there = linked.is_some_and(|one| one.second_factor)
            && service.as_ref().is_some_and(|service| service.second_factor.is_some());
        let way_in = account.password_hash.is_some() || linked.is_some();
        let protected = !factors.passkeys.is_empty() || (way_in && (factors.app.is_some() || there));
        if protected && looks_after(store, &account, now).await? {
            return Ok(true);
        }
    }
    Ok(false)
}
