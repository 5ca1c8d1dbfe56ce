//! Setting the service: it is tried before it is kept, and its secret is never shown again.

use super::provider::{Fault, SECRET};
use super::{World, form};
use crate::show::links;
use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::net::TcpListener;
use visite_server::login::oidc::service::SETTING;
use visite_store::Role;

async fn kept(world: &World) -> Option<Value> {
    let text = world.server.store.setting(SETTING).await.unwrap();
    text.map(|text| serde_json::from_str(&text).unwrap())
}

#[tokio::test]
async fn a_service_that_works_is_kept_and_its_secret_sealed() {
    let world = World::bare().await;
    let mut browser = world.server.signed_in(&world.anna).await;
    let page = browser.get("/sign-in-service").await;
    page.is(StatusCode::OK).says("https://visite.example.org/login/oidc/return").says("required");
    assert!(!page.body.contains("Anmeldedienst entfernen"));
    world
        .set(&[("issuer", &format!(" {}/.well-known/openid-configuration", world.provider.issuer()))])
        .await
        .leads_to("/sign-in-service?done=saved");
    let set = kept(&world).await.unwrap();
    assert_eq!(set["issuer"], world.provider.issuer());
    assert_eq!(set["inside"], true, "it stands on this machine itself");
    let page = browser.get("/sign-in-service").await;
    page.is(StatusCode::OK).says("Ein Geheimnis ist gespeichert").says("Noch niemand hat sein Konto verbunden");
    let audit = format!("{:?}", world.server.store.audit_log(None, 100).await.unwrap());
    for text in [page.body.as_str(), &set.to_string(), &audit] {
        assert!(!text.contains(SECRET) && !text.contains("Geheimnis: "), "{text}");
    }
    assert!(audit.contains("oidc.changed"));
    links::follow(&mut browser, "/sign-in-service", "owner").await;

    // An empty secret stays with the same service, and with no other.
    world.set(&[("secret", ""), ("label_de", "Anders")]).await.leads_to("/sign-in-service?done=saved");
    let answer = world.set(&[("secret", ""), ("client", "another")]).await;
    answer.is(StatusCode::UNPROCESSABLE_ENTITY).says("Client-ID oder Geheimnis fehlen").says("another");
    assert_eq!(kept(&world).await.unwrap()["client"], "visite");

    world.link(&world.anna, "1").await;
    browser.get("/sign-in-service").await.says("Eine Person hat ihr Konto verbunden");
    browser.post("/sign-in-service/remove", &[]).await.leads_to("/sign-in-service?done=saved");
    assert_eq!(kept(&world).await, None);
    assert!(!world.server.browser().get("/login").await.body.contains("/login/oidc"));
    browser.get("/account/oidc").await.is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_does_not_work_is_not_kept_and_says_why() {
    let world = World::bare().await;
    let refused = async |more: &[(&str, &str)], fault: Fault, text: &str| {
        world.provider.goes_wrong(fault.clone());
        let answer = world.set(more).await;
        answer.is(StatusCode::UNPROCESSABLE_ENTITY).says("role=\"alert\"").says(text);
        assert_eq!(kept(&world).await, None, "{fault:?}");
        assert!(!answer.body.contains(SECRET));
    };
    let issuer = world.provider.issuer().to_owned();
    let port = issuer.split(':').nth(2).unwrap().split('/').next().unwrap().to_owned();
    refused(&[("issuer", "login.example")], Fault::None, "beginnt mit https://").await;
    refused(&[("issuer", "http://192.168.1.1")], Fault::None, "beginnt mit https://").await;
    refused(&[("issuer", "https://gibt-es-nicht.invalid")], Fault::None, "ist nicht zu finden").await;
    refused(&[("issuer", &format!("http://127.0.0.1:{port}/else"))], Fault::None, "antwortet kein Anmeldedienst").await;
    refused(&[("issuer", &format!("{issuer}/"))], Fault::None, "nennt sich selbst anders").await;
    refused(&[("secret", "falsch")], Fault::None, "nimmt aber Client-ID oder Geheimnis nicht an").await;
    refused(&[("client", "falsch")], Fault::None, "nimmt aber Client-ID oder Geheimnis nicht an").await;
    refused(&[("label_en", "")], Fault::None, "Beschriftung fehlt").await;
    refused(&[("certificate", "nichts")], Fault::None, "Das Zertifikat ist keines").await;
    refused(&[], Fault::Nothing, "antwortet kein Anmeldedienst").await;
    refused(&[], Fault::Redirects, "unerwartet geantwortet").await;
    refused(&[], Fault::Endless, "viel zu vielen Daten").await;
    let said = |changes| Fault::Said(changes);
    refused(&[], said(json!({ "id_token_signing_alg_values_supported": ["HS256", "none"] })), "RS256").await;
    refused(&[], said(json!({ "token_endpoint": null })), "token_endpoint").await;
    // Nothing leads to where it is not encrypted, nor browsers.
    let outside = "http://login.example/x";
    for endpoint in ["token_endpoint", "authorization_endpoint", "jwks_uri"] {
        refused(&[], said(json!({ endpoint: outside })), "nicht verschlüsselt").await;
    }
    world.provider.goes_wrong(Fault::None);
    world.set(&[]).await.leads_to("/sign-in-service?done=saved");
}

#[tokio::test]
async fn nobody_else_sets_it_and_nobody_without_proving_who_they_are() {
    let world = World::bare().await;
    let tom = world.server.person("tom", &world.practice, Role::PracticeManager).await;
    let mut browser = world.server.signed_in(&tom).await;
    browser.post("/sign-in-service", &form(&world.provider, &[])).await.is(StatusCode::FORBIDDEN);
    let mut browser = world.server.signed_in(&world.anna).await;
    world.server.wait(SignedDuration::from_mins(16));
    for path in ["/sign-in-service", "/sign-in-service/remove"] {
        let answer = browser.post(path, &form(&world.provider, &[])).await;
        assert!(answer.location().starts_with("/login/again"), "{path}: {}", answer.status);
    }
    assert_eq!((kept(&world).await, world.provider.asked("discovery")), (None, 0));
}

#[tokio::test]
async fn a_service_of_the_house_is_trusted_by_its_own_certificate_alone() {
    let world = World::bare().await;
    let own = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let other = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![own.cert.der().clone()],
            rustls::pki_types::PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap(),
        )
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let config = axum_server::tls_rustls::RustlsConfig::from_config(Arc::new(config));
    let handle = axum_server::Handle::new();
    // It encrypts, and is no service at all: that is what is told once it is trusted.
    let router = axum::Router::new().fallback(async || "Willkommen");
    let serving = axum_server::from_tcp_rustls(listener.into_std().unwrap(), config).unwrap();
    let serving = tokio::spawn(serving.handle(handle.clone()).serve(router.into_make_service()));
    let set = async |pem: &str| world.set(&[("issuer", &issuer), ("certificate", pem)]).await;
    set("").await.is(StatusCode::UNPROCESSABLE_ENTITY).says("vertraut dieser Server nicht").says("Stammzertifikat");
    set(&other.cert.pem()).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("vertraut dieser Server nicht");
    let answer = set(&own.cert.pem()).await;
    answer.is(StatusCode::UNPROCESSABLE_ENTITY).says("antwortet kein Anmeldedienst").says("BEGIN CERTIFICATE");
    handle.shutdown();
    serving.await.unwrap().unwrap();
}
