//! Signing in, and what never leads in.

use super::provider::{Fault, SUBJECT};
use super::{World, follow};
use crate::server::PASSWORD;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::json;
use visite_server::login::oidc::service::SETTING;
use visite_store::Role;

#[tokio::test]
async fn somebody_who_is_linked_signs_in() {
    let world = World::new().await;
    let tom = world.linked("tom", Role::Staff).await;
    let mut browser = world.server.browser();
    let page = browser.get("/login?next=/account").await;
    page.is(StatusCode::OK).says("Mit Firmenkonto anmelden").says("href=\"/login/oidc?next=%2Faccount\"");
    world.there_and_back(&mut browser, "/login/oidc?next=%2Faccount").await.leads_to("/account");
    browser.get("/account").await.is(StatusCode::OK).says("verbunden mit anna@firma.example");
    assert_eq!(browser.cookies.len(), 1, "the ticket is gone: {:?}", browser.cookies.keys());
    let rows = world.server.store.audit_log(None, 1).await.unwrap();
    assert_eq!((rows[0].event.what.as_str(), rows[0].event.who.as_str()), ("login.succeeded", tom.as_str()));
    assert_eq!(rows[0].event.detail["by"], "oidc");
    // What the provider was asked for: nothing but who it is.
    let told = follow(&mut world.server.browser(), "/login/oidc").await;
    assert!(
        told.location().contains("scope=openid&") || told.location().ends_with("scope=openid"),
        "{}",
        told.location()
    );
    let english = {
        let mut browser = world.server.browser();
        browser.cookies.insert("language".into(), "en".into());
        browser.get("/login").await
    };
    english.says("Sign in with the company account");
}

#[tokio::test]
async fn strangers_stay_outside_whatever_their_address_is() {
    let world = World::new().await;
    world.provider.says(
        json!({ "email": "anna@praxis.example", "email_verified": true, "preferred_username": "anna@praxis.example" }),
    );
    let mut browser = world.server.browser();
    let before = world.server.store.accounts().await.unwrap().len();
    let page = world.there_and_back(&mut browser, "/login/oidc").await;
    page.is(StatusCode::UNPROCESSABLE_ENTITY).says("gehört hier noch kein Zugang").says("href=\"/login\"");
    assert_eq!((world.why().await.as_str(), browser.session()), ("nobody", None));
    assert_eq!(world.server.store.accounts().await.unwrap().len(), before);
    // The same person at another issuer is somebody else.
    world.link(&world.anna, "somebody").await;
    assert!(world.server.store.identity("https://other.example", "somebody").await.unwrap().is_none());
    world.there_and_back(&mut browser, "/login/oidc").await.is(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn who_is_disabled_stays_outside() {
    let world = World::new().await;
    let tom = world.linked("tom", Role::Staff).await;
    world.server.store.disable_account(&world.server.event(), &tom, true).await.unwrap();
    let page = world.there_and_back(&mut world.server.browser(), "/login/oidc").await;
    page.is(StatusCode::UNPROCESSABLE_ENTITY).says("gehört hier noch kein Zugang");
}

#[tokio::test]
async fn an_answer_counts_once_and_in_the_browser_that_asked() {
    let world = World::new().await;
    world.linked("tom", Role::Staff).await;
    let mut browser = world.server.browser();
    let back = world.there(&mut browser, "/login/oidc").await;
    // Somebody else's browser has no ticket, or one of its own.
    let mut other = world.server.browser();
    let lost = "wurde in einem anderen Browser";
    other.get(&back).await.is(StatusCode::UNPROCESSABLE_ENTITY).says(lost);
    follow(&mut other, "/login/oidc").await.is(StatusCode::SEE_OTHER);
    other.get(&back).await.is(StatusCode::UNPROCESSABLE_ENTITY).says(lost);
    assert_eq!((other.session(), world.provider.asked("token")), (None, 1), "only the trial of the settings");

    let mut copy = browser.clone();
    browser.get(&back).await.leads_to("/");
    // Again: the ticket is gone; and kept all the same, the provider takes the code once.
    browser.get(&back).await.is(StatusCode::UNPROCESSABLE_ENTITY).says(lost);
    copy.get(&back).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("schon verbraucht");
    assert_eq!((copy.session(), world.why().await.as_str()), (None, "code"));
}

#[tokio::test]
async fn a_ticket_ends() {
    let world = World::new().await;
    world.linked("tom", Role::Staff).await;
    let mut browser = world.server.browser();
    let back = world.there(&mut browser, "/login/oidc").await;
    world.server.wait(SignedDuration::from_mins(15));
    browser.get(&back).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("abgelaufen");
    assert_eq!(browser.session(), None);
    // Nor does one from before the service was changed.
    let back = world.there(&mut browser, "/login/oidc").await;
    world.server.store.set_setting(&world.server.event(), SETTING, None).await.unwrap();
    browser.get(&back).await.is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_is_led_to_another_server() {
    let world = World::new().await;
    world.linked("tom", Role::Staff).await;
    for next in ["https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil.example", "javascript%3Aalert(1)"] {
        let mut browser = world.server.browser();
        world.there_and_back(&mut browser, &format!("/login/oidc?next={next}")).await.leads_to("/");
    }
}

#[tokio::test]
async fn other_pages_begin_nothing() {
    let world = World::new().await;
    for site in [Some("cross-site"), Some("same-site"), Some("none"), None] {
        let mut browser = world.server.browser();
        let mut request = browser.request(Method::GET, "/login/oidc?next=/account");
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        let answer = browser.send(request.body(Body::empty()).unwrap()).await;
        answer.leads_to("/login?next=%2Faccount");
        assert!(browser.cookies.is_empty());
    }
    // Older browsers say at least from which page they come.
    let mut browser = world.server.browser();
    let request = browser.request(Method::GET, "/login/oidc").header("referer", "https://visite.example.org/login");
    let answer = browser.send(request.body(Body::empty()).unwrap()).await;
    assert!(answer.location().starts_with(world.provider.issuer()), "{}", answer.location());
}

#[tokio::test]
async fn it_works_under_the_public_address_alone() {
    let world = World::new().await;
    let mut local = world.server.local_browser();
    assert!(!local.get("/login").await.body.contains("Firmenkonto"));
    let answer = follow(&mut local, "/login/oidc").await;
    answer.is(StatusCode::BAD_REQUEST).says("Öffnen Sie https://visite.example.org");
}

#[tokio::test]
async fn tries_are_counted() {
    let world = World::new().await;
    let mut browser = world.server.browser();
    let mut told = 0;
    for _ in 0..20 {
        let answer = follow(&mut browser, "/login/oidc").await;
        told += usize::from(answer.status == StatusCode::SEE_OTHER);
    }
    assert_eq!(told, 20);
    follow(&mut browser, "/login/oidc").await.is(StatusCode::TOO_MANY_REQUESTS);
    browser.get("/login/oidc/return?state=x").await.is(StatusCode::TOO_MANY_REQUESTS);
    browser.sign_in("anna@praxis.example", PASSWORD).await.is(StatusCode::TOO_MANY_REQUESTS);
    // And the provider is not asked each time.
    assert_eq!((world.provider.asked("discovery"), world.provider.asked("keys")), (1, 1));
}

#[tokio::test]
async fn what_the_provider_says_about_itself_is_asked_again_after_a_while() {
    let world = World::new().await;
    world.linked("tom", Role::Staff).await;
    world.server.wait(SignedDuration::from_mins(9));
    world.there_and_back(&mut world.server.browser(), "/login/oidc").await.leads_to("/");
    assert_eq!(world.provider.asked("keys"), 1);
    world.server.wait(SignedDuration::from_mins(1));
    world.there_and_back(&mut world.server.browser(), "/login/oidc").await.leads_to("/");
    assert_eq!(world.provider.asked("keys"), 2);
}

#[tokio::test]
async fn a_new_key_of_the_provider_is_found_at_once() {
    let world = World::new().await;
    world.linked("tom", Role::Staff).await;
    world.provider.changes_key("two");
    world.there_and_back(&mut world.server.browser(), "/login/oidc").await.leads_to("/");
    assert_eq!(world.provider.asked("keys"), 2);
}

#[tokio::test]
async fn the_provider_may_be_away() {
    let world = World::new().await;
    world.linked("tom", Role::Staff).await;
    world.server.wait(SignedDuration::from_mins(11));
    world.provider.goes_wrong(Fault::Nothing);
    let page = follow(&mut world.server.browser(), "/login/oidc").await;
    page.is(StatusCode::UNPROCESSABLE_ENTITY).says("kein Anmeldedienst").says("die Visite betreut");
    let World { server, provider, anna, .. } = world;
    drop(provider);
    tokio::task::yield_now().await;
    let page = follow(&mut server.browser(), "/login/oidc").await;
    page.is(StatusCode::UNPROCESSABLE_ENTITY).says("antwortet nicht");
    // The password goes on to work.
    let mut browser = server.browser();
    browser.sign_in("anna@praxis.example", PASSWORD).await.leads_to("/login/code?next=%2F");
    assert_eq!(server.store.identity("x", SUBJECT).await.unwrap(), None);
    assert!(!server.store.account(&anna).await.unwrap().email.is_empty());
}
