//! Who asks: where the request came from, and the person behind its session.

use crate::login::factors::Factors;
use crate::login::first;
use crate::login::oidc::elsewhere::Elsewhere;
use crate::login::session::{self, Demands, Standing};
use crate::web::app::App;
use crate::web::refusal::Refusal;
use crate::web::urls::is_loopback_host;
use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, HOST, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use std::net::IpAddr;
use visite_facts::Lang;
use visite_store::{Account, Membership, PracticeStore, Role, Session};

/// Marks requests that came in without encryption. The listener puts it there.
#[derive(Clone, Copy, Debug)]
pub struct Unencrypted;

/// Where a request came from.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Address of the connection.
    pub address: IpAddr,
    /// Whether the browser reached the server encrypted.
    pub encrypted: bool,
    /// Whether it used the public address, to which passkeys belong.
    pub by_public_name: bool,
    /// How the browser calls itself.
    pub program: String,
}

impl Arrival {
    /// Of a request with these headers. `unencrypted`: the connection itself was not. A proxy before the server may
    /// have been reached encrypted all the same; only the machine itself is trusted not to have one.
    pub fn new(app: &App, address: IpAddr, unencrypted: bool, headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let host = text(HOST);
        let encrypted = app.url().secure() && !(unencrypted && is_loopback_host(host));
        let origin = format!("{}://{host}", if encrypted { "https" } else { "http" });
        Self { address, encrypted, by_public_name: origin == app.url().origin(), program: text(USER_AGENT).to_owned() }
    }
}

/// A request and the person behind it, if there is one.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Language of the answer.
    pub lang: Lang,
    /// Where it came from.
    pub arrival: Arrival,
    /// Who it is.
    pub visitor: Option<Visitor>,
}

/// A person with a session.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The account.
    pub account: Account,
    /// What it can prove itself with.
    pub factors: Factors,
    /// What an account elsewhere does for it.
    pub elsewhere: Elsewhere,
    /// The session.
    pub session: Session,
    /// What is demanded of the account.
    pub demands: Demands,
    /// How far the session has come.
    pub standing: Standing,
    /// Whether the person proved a short time ago who it is.
    pub fresh: bool,
}

/// A practice that the visitor has a role in; what pages of a practice work with.
#[derive(Clone)]
pub struct Here {
    /// What is kept of the practice.
    pub practice: PracticeStore,
    /// The role, in force now.
    pub membership: Membership,
}

impl Visitor {
    /// The person behind the session in these headers.
    ///
    /// # Errors
    ///
    /// [`Refusal::Failed`] if the store does not answer. A wrong or ended session is nobody, and no error.
    pub async fn of(app: &App, arrival: &Arrival, headers: &HeaderMap) -> Result<Option<Self>, Refusal> {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let Some(secret) = session::from_cookies(cookies, arrival.encrypted) else { return Ok(None) };
        let now = app.now();
        let store = app.store();
        let Some(session) = store.session(&secret.text(), now).await? else { return Ok(None) };
        let account = store.account(&session.account).await?;
        if account.disabled_at.is_some() {
            return Ok(None);
        }
        let visitor = Self::with(app, account, session).await?;
        if now.duration_since(visitor.session.last_used_at) >= session::NOTED_EVERY {
            let end = session::end(visitor.session.created_at, now, visitor.standing != Standing::AwaitsSecondFactor);
            store.touch_session(&visitor.session.id, now, end).await?;
        }
        Ok(Some(visitor))
    }

    /// The person of `account` in `session`.
    ///
    /// # Errors
    ///
    /// [`Refusal::Failed`] if the store does not answer.
    pub async fn with(app: &App, account: Account, session: Session) -> Result<Self, Refusal> {
        let factors = Factors::of(&account)?;
        let demands = demands_on(app, &account).await?;
        let elsewhere = Elsewhere::of(app, &account, &factors).await?;
        let standing = session::standing(&account, &factors, &elsewhere, &session, demands);
        let fresh = session::is_fresh(&account, &factors, &elsewhere, &session, app.now());
        Ok(Self { account, factors, elsewhere, session, demands, standing, fresh })
    }

    /// As [`administers`].
    ///
    /// # Errors
    ///
    /// [`Refusal::Failed`] if the store does not answer.
    pub async fn administers(&self, app: &App) -> Result<bool, Refusal> {
        administers(app, &self.account).await
    }
}

/// Whether somebody looks after the installation: the provider's lead; or, where a practice runs its own, the owner of the
/// practice with which it began.
///
/// # Errors
///
/// [`Refusal::Failed`] if the store does not answer.
pub async fn administers(app: &App, account: &Account) -> Result<bool, Refusal> {
    if let Some(role) = account.provider_role {
        return Ok(role == Role::ProviderAdmin);
    }
    if first::is_of_provider(app.store()).await? {
        return Ok(false);
    }
    Ok(first::owns_first(app.store(), account, app.now()).await?)
}

/// What is demanded of `account`. A provider's practices are many and change nothing, so they are not looked up.
async fn demands_on(app: &App, account: &Account) -> Result<Demands, Refusal> {
    let beyond = app.beyond_loopback();
    if account.provider_role.is_some() {
        return Ok(session::demands(account.provider_role, beyond));
    }
    let memberships = app.store().memberships(&account.id).await?;
    let now = app.now();
    Ok(session::demands(memberships.iter().filter(|one| one.is_in_force(now)).map(|one| one.role), beyond))
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get().cloned().ok_or(Refusal::Failed)
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get::<Visit>().and_then(|visit| visit.visitor.clone()).ok_or(Refusal::SignIn)
    }
}

impl<S: Sync> FromRequestParts<S> for Here {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get().cloned().ok_or(Refusal::NotFound)
    }
}
