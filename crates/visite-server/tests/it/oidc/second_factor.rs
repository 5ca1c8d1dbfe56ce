//! The second factor: that of Visite, unless whoever looks after the installation trusts the one of the provider.

use super::provider::SUBJECT;
use super::{World, follow};
use crate::server::{PASSWORD, Server};
use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use visite_server::login::first;
use visite_server::login::oidc::service::SETTING;
use visite_store::Role;

async fn may_listen(server: &Server) -> bool {
    first::may_listen_beyond_loopback(&server.store, server.now()).await.unwrap()
}

#[tokio::test]
async fn without_trust_the_own_one_is_demanded_whatever_the_provider_says() {
    let world = World::new().await;
    world.provider.says(json!({ "amr": ["pwd", "mfa"], "acr": "mfa" }));
    let tom = world.linked("tom", Role::Technician).await;
    let mut browser = world.server.browser();
    world.there_and_back(&mut browser, "/login/oidc").await.leads_to("/");
    browser.get("/p/p").await.leads_to("/account/setup?next=%2Fp%2Fp");
    browser.get("/account/setup").await.leads_to("/account/app");
    world.server.set_app(&tom).await;
    let mut browser = world.server.browser();
    world.there_and_back(&mut browser, "/login/oidc").await.leads_to("/login/code?next=%2F");
    browser.get("/p/p").await.leads_to("/login/code?next=%2Fp%2Fp");
    let identity = world.server.store.identity(world.provider.issuer(), SUBJECT).await.unwrap().unwrap();
    assert!(!identity.second_factor);
}

#[tokio::test]
async fn with_trust_only_what_the_provider_names_counts() {
    let world = World::with(&[("second_factor", "mfa")]).await;
    world.linked("tom", Role::Technician).await;
    for says in [json!({}), json!({ "amr": ["pwd"] }), json!({ "acr": "1" }), json!({ "amr": ["mfa2", "MFA"] })] {
        world.provider.says(says.clone());
        let mut browser = world.server.browser();
        world.there_and_back(&mut browser, "/login/oidc").await.leads_to("/");
        assert_eq!(browser.get("/p/p").await.location(), "/account/setup?next=%2Fp%2Fp", "{says}");
    }
    for says in [json!({ "amr": ["pwd", "mfa"] }), json!({ "acr": "mfa" })] {
        world.provider.says(says.clone());
        let mut browser = world.server.browser();
        world.there_and_back(&mut browser, "/login/oidc").await.leads_to("/");
        assert_eq!(browser.get("/p/p/people").await.status, StatusCode::OK, "{says}");
    }
    assert!(world.server.audit().await.contains(&"identity.second-factor".to_owned()));
}

#[tokio::test]
async fn a_password_alone_does_not_get_around_the_providers_factor() {
    let world = World::with(&[("second_factor", "mfa")]).await;
    let tom = world.linked("tom", Role::Technician).await;
    world.server.set_password(&tom).await;
    world.provider.says(json!({ "amr": ["mfa"] }));
    world.there_and_back(&mut world.server.browser(), "/login/oidc").await.leads_to("/");

    // Whoever stole the password could else set up a second factor of their own.
    let mut thief = world.server.browser();
    thief.sign_in("tom@praxis.example", PASSWORD).await.leads_to("/login/code?next=%2F");
    for path in ["/account/app", "/account/setup", "/account", "/p/p"] {
        assert!(thief.get(path).await.location().starts_with("/login/code"), "{path}");
    }
    let page = thief.get("/login/code").await;
    page.is(StatusCode::OK).says("der des Anmeldedienstes").says("href=\"/login/oidc?next=%2F\"");
    assert!(!page.body.contains("name=\"code\""));
    thief.post("/login/code", &[("code", "000000")]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    // The person goes on with the provider.
    world.there_and_back(&mut thief, "/login/oidc?next=%2Faccount").await.leads_to("/account");
    thief.get("/account").await.is(StatusCode::OK);

    // One day the provider asks for a password only.
    world.provider.says(json!({ "amr": ["pwd"] }));
    let mut browser = world.server.browser();
    world.there_and_back(&mut browser, "/login/oidc").await.leads_to("/login/code?next=%2F");
    browser.get("/p/p").await.leads_to("/login/code?next=%2Fp%2Fp");
}

#[tokio::test]
async fn when_the_trust_ends_the_own_one_is_set_up() {
    let world = World::with(&[("second_factor", "mfa")]).await;
    world.linked("tom", Role::Technician).await;
    world.provider.says(json!({ "amr": ["mfa"] }));
    let mut browser = world.server.browser();
    world.there_and_back(&mut browser, "/login/oidc").await.leads_to("/");
    browser.get("/p/p").await.is(StatusCode::OK);
    world.set(&[]).await.leads_to("/sign-in-service?done=saved");
    browser.get("/p/p").await.leads_to("/account/setup?next=%2Fp%2Fp");
    let mut browser = world.server.browser();
    world.there_and_back(&mut browser, "/login/oidc").await.leads_to("/");
    browser.get("/account/setup").await.leads_to("/account/app");
}

#[tokio::test]
async fn when_the_trust_ends_a_password_alone_opens_nothing() {
    let world = World::with(&[("second_factor", "mfa")]).await;
    let server = &world.server;
    let mia = world.linked("mia", Role::PracticeOwner).await;
    server.set_password(&mia).await;
    world.provider.says(json!({ "amr": ["mfa"] }));
    world.there_and_back(&mut server.browser(), "/login/oidc").await.leads_to("/");
    world.set(&[]).await.leads_to("/sign-in-service?done=saved");
    // Whoever stole the password could else set up a second factor of their own.
    let mut thief = server.browser();
    let told = thief.sign_in("mia@praxis.example", PASSWORD).await;
    told.is(StatusCode::UNPROCESSABLE_ENTITY).says("Ihr zweiter Nachweis war bisher der des Anmeldedienstes");
    assert!(thief.session().is_none());
    // The service still says who it is; then the own one is set up, and the password counts again.
    let mut browser = server.browser();
    world.there_and_back(&mut browser, "/login/oidc").await.leads_to("/");
    browser.get("/account/setup").await.leads_to("/account/app");
    server.set_app(&mia).await;
    server.browser().sign_in("mia@praxis.example", PASSWORD).await.leads_to("/login/code?next=%2F");
}

#[tokio::test]
async fn when_the_service_is_removed_whoever_had_nothing_else_gets_a_first_link() {
    let world = World::with(&[("second_factor", "mfa")]).await;
    let server = &world.server;
    let mia = world.linked("mia", Role::PracticeOwner).await;
    server.set_password(&mia).await;
    world.provider.says(json!({ "amr": ["mfa"] }));
    world.there_and_back(&mut server.browser(), "/login/oidc").await.leads_to("/");
    let mut anna = server.signed_in(&world.anna).await;
    anna.post("/sign-in-service/remove", &[]).await.leads_to("/sign-in-service?done=saved");
    assert_eq!(first::link(&server.store, server.now(), [3; 64]).await.unwrap(), None, "anna signs in as before");
    server.store.disable_account(&server.event(), &world.anna, true).await.unwrap();
    server.browser().sign_in("mia@praxis.example", PASSWORD).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    let link = first::link(&server.store, server.now(), [3; 64]).await.unwrap().expect("nobody gets in otherwise");
    assert!(link.contains(mia.as_str()), "{link}");
}

#[tokio::test]
async fn an_own_second_factor_is_not_asked_for_twice() {
    let world = World::with(&[("second_factor", "mfa")]).await;
    world.link(&world.anna, SUBJECT).await;
    world.provider.says(json!({ "amr": ["mfa"] }));
    let mut browser = world.server.browser();
    world.there_and_back(&mut browser, "/login/oidc").await.leads_to("/");
    browser.get("/p/p").await.is(StatusCode::OK);
    // With the password it is.
    world.server.browser().sign_in("anna@praxis.example", PASSWORD).await.leads_to("/login/code?next=%2F");
}

#[tokio::test]
async fn what_matters_asks_the_provider_once_more() {
    let world = World::new().await;
    let tom = world.linked("tom", Role::Staff).await;
    let mut browser = world.server.browser();
    // Signed in there a moment ago, or long ago, or nobody knows when.
    let now = world.server.now().as_second();
    for (says, fresh) in
        [(json!({ "auth_time": now }), true), (json!({ "auth_time": now - 3_600 }), false), (json!({}), false)]
    {
        world.provider.says(says.clone());
        world.there_and_back(&mut browser, "/login/oidc").await.leads_to("/");
        let status = browser.get("/account/password").await.status;
        assert_eq!(status == StatusCode::OK, fresh, "{says}: {status}");
    }
    browser.get("/account/password").await.leads_to("/login/again?next=%2Faccount%2Fpassword");
    let page = browser.get("/login/again?next=%2Faccount%2Fpassword").await;
    let button = "/login/oidc?next=%2Faccount%2Fpassword&amp;again=1";
    page.is(StatusCode::OK).says(&format!("href=\"{button}\""));
    assert!(!page.body.contains("name=\"password\"") && !page.body.contains("name=\"code\""));
    let button = button.replace("&amp;", "&");

    // A provider that does not ask anew does not help.
    for says in [json!({ "auth_time": null }), json!({ "auth_time": now - 3_600 })] {
        world.provider.says(says);
        let page = world.there_and_back(&mut browser, &button).await;
        page.is(StatusCode::UNPROCESSABLE_ENTITY).says("gerade eben angemeldet");
        browser.get("/account/password").await.leads_to("/login/again?next=%2Faccount%2Fpassword");
    }
    world.provider.says(json!({}));
    let sent = follow(&mut browser, &button).await;
    assert!(sent.location().contains("prompt=login") && sent.location().contains("max_age=0"), "{}", sent.location());
    let before = browser.session().unwrap().to_owned();
    world.there_and_back(&mut browser, &button).await.leads_to("/account/password");
    assert_ne!(browser.session().unwrap(), before);
    browser.get("/account/password").await.is(StatusCode::OK);
    world.server.wait(SignedDuration::from_mins(16));
    browser.get("/account/password").await.leads_to("/login/again?next=%2Faccount%2Fpassword");
    assert!(world.server.store.account(&tom).await.unwrap().password_hash.is_none());
}

#[tokio::test]
async fn the_server_is_reached_from_outside_with_a_whole_way_in_only() {
    let world = World::with(&[("second_factor", "mfa")]).await;
    let server = &world.server;
    server.store.disable_account(&server.event(), &world.anna, true).await.unwrap();
    assert!(!may_listen(server).await);
    let mia = world.linked("mia", Role::PracticeOwner).await;
    assert!(!may_listen(server).await, "the provider showed no second factor yet");
    // Whoever can sign in needs no first link.
    assert_eq!(first::link(&server.store, server.now(), [3; 64]).await.unwrap(), None);
    world.provider.says(json!({ "amr": ["mfa"] }));
    world.there_and_back(&mut server.browser(), "/login/oidc").await.leads_to("/");
    assert!(may_listen(server).await);
    let trusted = server.store.setting(SETTING).await.unwrap().unwrap();
    let plain = trusted.replace("\"second_factor\":\"mfa\",", "");
    assert_ne!(plain, trusted);
    server.store.set_setting(&server.event(), SETTING, Some(&plain)).await.unwrap();
    assert!(!may_listen(server).await);
    server.set_app(&mia).await;
    assert!(may_listen(server).await);
    server.store.set_setting(&server.event(), SETTING, None).await.unwrap();
    assert!(!may_listen(server).await, "without the service there is no way in");
}
