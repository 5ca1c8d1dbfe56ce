//! Signing in through a service of OpenID Connect, with a provider on loopback that really speaks it.

mod bad_answers;
mod linking;
mod provider;
mod second_factor;
mod setting;
mod signing_in;

use crate::server::{Answer, Browser, Reach, Server};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use provider::{CLIENT, Provider, SECRET, SUBJECT};
use visite_store::{AccountId, Identity, PracticeId, Role};

const ORIGIN: &str = "https://visite.example.org";

/// A server with a practice, somebody who owns it, and a provider that is set.
struct World {
    server: Server,
    provider: Provider,
    practice: PracticeId,
    anna: AccountId,
}

/// The form of the settings page, with `more` instead.
fn form<'a>(provider: &'a Provider, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("issuer", provider.issuer()),
        ("client", CLIENT),
        ("secret", SECRET),
        ("label_de", "Mit Firmenkonto anmelden"),
        ("label_en", "Sign in with the company account"),
        ("second_factor", ""),
        ("certificate", ""),
    ];
    let given = |name: &str| more.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
    usual.iter().map(|(name, value)| (*name, given(name).unwrap_or(value))).collect()
}

impl World {
    /// With a provider that is not set yet.
    async fn bare() -> Self {
        // Without a library for encryption no client can be made.
        let _ = (*visite_agent::tls::provider()).clone().install_default();
        let server = Server::new(Reach::Beyond).await;
        let app = server.app.clone();
        let provider = Provider::start(move || app.now()).await;
        let practice = server.practice("p").await;
        let anna = server.person("anna", &practice, Role::PracticeOwner).await;
        Self { server, provider, practice, anna }
    }

    async fn new() -> Self {
        Self::with(&[]).await
    }

    /// With a provider that is set with `more` in the form.
    async fn with(more: &[(&str, &str)]) -> Self {
        let world = Self::bare().await;
        world.set(more).await.leads_to("/sign-in-service?done=saved");
        world
    }

    async fn set(&self, more: &[(&str, &str)]) -> Answer {
        let mut browser = self.server.signed_in(&self.anna).await;
        browser.post("/sign-in-service", &form(&self.provider, more)).await
    }

    /// Links an account with the person at the provider, as signing in or an invitation does.
    async fn link(&self, account: &AccountId, subject: &str) {
        let identity = Identity {
            issuer: self.provider.issuer().into(),
            subject: subject.into(),
            account: account.clone(),
            name: "anna@firma.example".into(),
            second_factor: false,
            linked_at: self.server.now(),
        };
        self.server.store.link_identity(&self.server.event(), &identity).await.unwrap();
    }

    /// Somebody without password and second factor, linked with the person at the provider.
    async fn linked(&self, name: &str, role: Role) -> AccountId {
        let id = self.server.account(name).await;
        self.server.grant(&self.practice, &id, role, None).await;
        self.link(&id, SUBJECT).await;
        id
    }

    /// Follows `path`, a link on a page of ours, to the provider, signs in there, and comes back.
    async fn there_and_back(&self, browser: &mut Browser<'_>, path: &str) -> Answer {
        let back = self.there(browser, path).await;
        browser.get(&back).await
    }

    /// As [`World::there_and_back`], only to the way back.
    async fn there(&self, browser: &mut Browser<'_>, path: &str) -> String {
        let answer = follow(browser, path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let back = self.provider.visited(answer.location()).await;
        back.strip_prefix(ORIGIN).unwrap_or_else(|| panic!("back to {back}")).to_owned()
    }

    /// What the audit log says about the last failed try to sign in.
    async fn why(&self) -> String {
        let rows = self.server.store.audit_log(None, 100).await.unwrap();
        let row = rows.into_iter().find(|row| row.event.what == "login.failed").expect("a failed try");
        row.event.detail["why"].as_str().unwrap().to_owned()
    }
}

/// Follows a link on a page of ours.
async fn follow(browser: &mut Browser<'_>, path: &str) -> Answer {
    let request = browser.request(Method::GET, path).header("sec-fetch-site", "same-origin");
    browser.send(request.body(Body::empty()).unwrap()).await
}
