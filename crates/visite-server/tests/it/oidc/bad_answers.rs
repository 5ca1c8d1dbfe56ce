//! What a provider, or somebody in its place, may answer, and never leads in.

use super::World;
use super::provider::{CLIENT, Fault, SECRET, SUBJECT};
use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use visite_store::Role;

/// Signs in while the provider goes wrong; what the page says, and why nobody got in.
async fn tried(world: &World, fault: Fault) -> (String, String) {
    world.provider.goes_wrong(fault.clone());
    let mut browser = world.server.browser();
    let page = world.there_and_back(&mut browser, "/login/oidc").await;
    assert_eq!((page.status, browser.session()), (StatusCode::UNPROCESSABLE_ENTITY, None), "{fault:?}");
    // A person on the same machine who gets in right after shows that it was the answer.
    world.provider.goes_wrong(Fault::None);
    world.there_and_back(&mut world.server.browser(), "/login/oidc").await.leads_to("/");
    // Tries are counted, and there are many here.
    world.server.wait(SignedDuration::from_mins(2));
    (page.body, world.why().await)
}

#[tokio::test]
async fn a_token_that_was_not_made_for_this_sign_in_counts_for_nothing() {
    let world = World::new().await;
    world.linked("tom", Role::Staff).await;
    for claims in [
        json!({ "nonce": "A".repeat(43) }),
        json!({ "nonce": null }),
        json!({ "aud": "another" }),
        json!({ "aud": [CLIENT, "another"] }),
        json!({ "aud": [] }),
        json!({ "aud": CLIENT, "azp": "another" }),
        json!({ "iss": "https://other.example" }),
        json!({ "iss": format!("{}/", world.provider.issuer()) }),
        json!({ "iss": null }),
        json!({ "sub": null }),
        json!({ "exp": null }),
        json!({ "iat": null }),
    ] {
        let (page, why) = tried(&world, Fault::Claims(claims.clone())).await;
        assert_eq!(why, "token", "{claims}");
        assert!(page.contains("ließ sich nicht prüfen"), "{claims}: {page}");
    }
}

#[tokio::test]
async fn a_token_counts_in_its_time() {
    let world = World::new().await;
    world.linked("tom", Role::Staff).await;
    let now = || world.server.now().as_second();
    // Clocks may differ by a minute.
    for claims in [json!({ "exp": now() - 59 }), json!({ "iat": now() + 60 }), json!({ "iat": now() - 60 })] {
        world.provider.goes_wrong(Fault::Claims(claims.clone()));
        let answer = world.there_and_back(&mut world.server.browser(), "/login/oidc").await;
        assert_eq!(answer.location(), "/", "{claims}: {}", answer.body);
    }
    for claims in [
        json!({ "exp": now() - 61 }),
        json!({ "iat": now() + 61 }),
        json!({ "iat": now() - 61 }),
        json!({ "auth_time": now() + 61 }),
    ] {
        world.provider.goes_wrong(Fault::Claims(claims.clone()));
        let mut browser = world.server.browser();
        let page = world.there_and_back(&mut browser, "/login/oidc").await;
        assert_eq!((page.status, browser.session()), (StatusCode::UNPROCESSABLE_ENTITY, None), "{claims}");
    }
}

#[tokio::test]
async fn a_token_that_the_provider_did_not_sign_counts_for_nothing() {
    let world = World::new().await;
    world.linked("tom", Role::Staff).await;
    for fault in [Fault::Unsigned, Fault::SignedWithSecret, Fault::OtherKey, Fault::Changed, Fault::NoToken] {
        let (page, why) = tried(&world, fault.clone()).await;
        assert_eq!(why, "token", "{fault:?}");
        assert!(page.contains("ließ sich nicht prüfen") && page.contains("127.0.0.1"), "{fault:?}: {page}");
        // Nothing of it is told, neither to the person nor in the audit log.
        let token = world.provider.token();
        let signature = token.rsplit('.').next().unwrap();
        let audit = format!("{:?}", world.server.store.audit_log(None, 100).await.unwrap());
        for secret in [SECRET, SUBJECT, signature] {
            assert!(secret.is_empty() || !(page.contains(secret) || audit.contains(secret)), "{fault:?}: {secret}");
        }
    }
}

#[tokio::test]
async fn answers_of_another_issuer_or_to_another_question_are_refused() {
    let world = World::new().await;
    world.linked("tom", Role::Staff).await;
    let asked = world.provider.asked("token");
    let (_, why) = tried(&world, Fault::OtherIssuerInAnswer).await;
    assert_eq!((why.as_str(), world.provider.asked("token")), ("token", asked + 1), "the code went nowhere");
    world.provider.goes_wrong(Fault::OtherState);
    let mut browser = world.server.browser();
    let page = world.there_and_back(&mut browser, "/login/oidc").await;
    page.is(StatusCode::UNPROCESSABLE_ENTITY).says("wurde in einem anderen Browser");
    assert_eq!(browser.session(), None);
}

#[tokio::test]
async fn errors_of_the_provider_are_told_in_plain_words() {
    let world = World::new().await;
    world.linked("tom", Role::Staff).await;
    for (error, why, text) in [
        ("access_denied", "denied", "abgebrochen oder abgelehnt"),
        ("server_error", "refused", "(server_error)"),
        ("temporarily_unavailable", "refused", "in ein paar Minuten"),
        ("<script>", "refused", "konnte die Anmeldung nicht abschließen."),
    ] {
        let (page, noted) = tried(&world, Fault::Error(error)).await;
        assert!(noted == why && page.contains(text), "{error}: {noted} {page}");
        assert!(!page.contains("0800") && !page.contains("<script>"), "what is sent along is not shown: {page}");
    }
}

#[tokio::test]
async fn the_provider_leads_nowhere_else_and_fills_no_memory() {
    let world = World::new().await;
    world.linked("tom", Role::Staff).await;
    let keys = world.provider.asked("keys");
    tried(&world, Fault::Redirects).await;
    assert_eq!(world.provider.asked("keys"), keys, "the redirect was not followed");
    let (page, why) = tried(&world, Fault::Endless).await;
    assert!(why == "away" && page.contains("viel zu vielen Daten"), "{why}: {page}");
}
