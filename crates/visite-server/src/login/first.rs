//! The very first person: a one-time link, printed where the server was started.
//!
//! Whoever starts the server owns it. The link opens a session of the owner, without a password, on this machine
//! itself; before anything else can reach the server there has to be somebody with password and second factor.

use crate::login::factors::{FIRST_LINK_LASTS, Factors, OpenLink};
use crate::login::links;
use crate::login::secret::Secret;
use crate::login::session::PLACEHOLDER;
use jiff::Timestamp;
use visite_facts::Lang;
use visite_store::{Account, AccountId, AuditEvent, NewAccount, NewPractice, PracticeId, Role, Store, StoreError};

/// The setting that says who runs the installation: absent for a practice of its own, [`PROVIDER`] for a provider.
pub const INSTALLATION_KIND: &str = "installation.kind";
/// The value of [`INSTALLATION_KIND`] where a provider looks after many practices.
pub const PROVIDER: &str = "provider";

/// Why the first link could not be made, or nobody can tell who may sign in.
#[derive(Debug, thiserror::Error)]
pub enum FirstError {
    /// The store did not do it.
    #[error("the first account could not be looked up or made")]
    Store(#[from] StoreError),
    /// What is stored as second factors is nothing that this program wrote.
    #[error("second factors of an account cannot be read")]
    Factors(#[from] serde_json::Error),
}

/// Whether a provider runs the installation.
///
/// # Errors
///
/// As the store.
pub async fn is_of_provider(store: &Store) -> Result<bool, StoreError> {
    Ok(store.setting(INSTALLATION_KIND).await?.as_deref() == Some(PROVIDER))
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
        if account.password_hash.is_some() || Factors::of(&account)?.any() {
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
    let event = AuditEvent::new(now, "visite", None, "link.issued").with(serde_json::json!({ "account": owner.id }));
    // Nobody else is there who could have changed it.
    factors.keep(store, &event, &owner).await?;
    Ok(Some(links::path(&owner.id, &secret)))
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
    let practice = match store.practices().await?.into_iter().next() {
        Some(practice) => practice.id,
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

/// Whether the server may be reached from other machines: somebody who looks after it has a password and a second
/// factor, or a passkey, which is both.
///
/// # Errors
///
/// If the store does not answer.
pub async fn may_listen_beyond_loopback(store: &Store, now: Timestamp) -> Result<bool, FirstError> {
    for account in store.accounts().await? {
        let factors = Factors::of(&account)?;
        let protected = !factors.passkeys.is_empty() || (account.password_hash.is_some() && factors.app.is_some());
        if protected && looks_after(store, &account, now).await? {
            return Ok(true);
        }
    }
    Ok(false)
}
