//! Password, code, sessions.

use crate::server::{PASSWORD, Reach, Server};
use axum::http::StatusCode;
use jiff::SignedDuration;
use visite_server::login::factors::Factors;
use visite_server::login::recovery;
use visite_store::Role;

async fn server_with_anna() -> Server {
    let server = Server::new(Reach::Beyond).await;
    let practice = server.practice("p").await;
    server.person("anna", &practice, Role::PracticeOwner).await;
    server
}

#[tokio::test]
async fn password_and_code_open_the_account() {
    let server = server_with_anna().await;
    let mut browser = server.browser();
    browser.get("/account").await.leads_to("/login?next=%2Faccount");
    browser.get("/login?next=%2Faccount").await.is(StatusCode::OK).says(r#"name="next" value="/account""#);
    browser
        .post("/login", &[("email", " Anna@Praxis.example"), ("password", PASSWORD), ("next", "/account")])
        .await
        .leads_to("/login/code?next=%2Faccount");
    browser.get("/account").await.leads_to("/login/code?next=%2Faccount");
    browser.post("/login/code", &[("code", &server.code()), ("next", "/account")]).await.leads_to("/account");
    browser.get("/account").await.is(StatusCode::OK).says("anna@praxis.example");
    assert!(server.audit().await.contains(&"login.succeeded".to_owned()));
}

#[tokio::test]
async fn wrong_password_and_unknown_account_look_the_same() {
    let server = server_with_anna().await;
    let mut browser = server.browser();
    let known = browser.sign_in("anna@praxis.example", "falsch falsch falsch").await;
    let unknown = browser.sign_in("nina@praxis.example", "falsch falsch falsch").await;
    known.is(StatusCode::UNPROCESSABLE_ENTITY).says("E-Mail-Adresse und Passwort passen nicht zusammen");
    assert_eq!(known.body.replace("anna@", "nina@"), unknown.body);
    assert!(browser.session().is_none());
    let log = server.store.audit_log(None, 2).await.unwrap();
    assert!(log.iter().all(|entry| entry.event.what == "login.failed"));
    assert!(!format!("{log:?}").contains("nina"), "what was typed is not written down");
}

#[tokio::test]
async fn a_code_counts_once() {
    let server = server_with_anna().await;
    let mut first = server.browser();
    first.sign_in_whole("anna@praxis.example").await;
    let mut second = server.browser();
    second.sign_in("anna@praxis.example", PASSWORD).await;
    let replayed = second.post("/login/code", &[("code", &server.code())]).await;
    replayed.is(StatusCode::UNPROCESSABLE_ENTITY).says("Jeder Code gilt nur einmal");
    server.wait(SignedDuration::from_secs(30));
    second.post("/login/code", &[("code", &server.code())]).await.leads_to("/");
}

#[tokio::test]
async fn a_recovery_code_counts_once() {
    let server = server_with_anna().await;
    let id = visite_store::AccountId::new("anna").unwrap();
    let account = server.store.account(&id).await.unwrap();
    let code = recovery::code([9; 10]);
    let recovery_codes = vec![recovery::hash("anna", &code).unwrap()];
    let factors = Factors { recovery_codes, ..Factors::of(&account).unwrap() };
    assert!(factors.keep(&server.store, &server.event(), &account).await.unwrap());

    let mut browser = server.browser();
    browser.sign_in("anna@praxis.example", PASSWORD).await;
    browser.post("/login/code", &[("code", &code.to_uppercase())]).await.leads_to("/");
    assert!(server.factors(&id).await.recovery_codes.is_empty());
    assert!(server.audit().await.contains(&"recovery-code.used".to_owned()));
    let mut again = server.browser();
    again.sign_in("anna@praxis.example", PASSWORD).await;
    again.post("/login/code", &[("code", &code)]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_planted_session_is_worth_nothing_afterwards() {
    let server = server_with_anna().await;
    let mut victim = server.browser();
    victim.sign_in("anna@praxis.example", PASSWORD).await;
    let planted = victim.clone();
    let half_way = victim.session().unwrap().to_owned();
    victim.post("/login/code", &[("code", &server.code())]).await.leads_to("/");
    assert_ne!(victim.session().unwrap(), half_way);
    planted.clone().get("/account").await.leads_to("/login?next=%2Faccount");
    victim.get("/account").await.is(StatusCode::OK);
}

#[tokio::test]
async fn forged_sessions_are_nobody() {
    let server = server_with_anna().await;
    for value in ["", "x", &"A".repeat(43), &"A".repeat(10_000), "../../etc/passwd"] {
        let mut browser = server.browser();
        browser.cookies.insert("__Host-visite".into(), value.into());
        browser.get("/account").await.leads_to("/login?next=%2Faccount");
    }
    // The cookie for the machine itself does not count over the network.
    let mut browser = server.browser();
    browser.sign_in_whole("anna@praxis.example").await;
    let value = browser.cookies.remove("__Host-visite").unwrap();
    browser.cookies.insert("visite".into(), value);
    browser.get("/account").await.leads_to("/login?next=%2Faccount");
}

#[tokio::test]
async fn sessions_end_by_themselves() {
    let server = server_with_anna().await;
    let mut browser = server.browser();
    browser.sign_in_whole("anna@praxis.example").await;
    let begin = server.now();
    server.wait(SignedDuration::from_hours(11));
    browser.get("/account").await.is(StatusCode::OK);
    server.wait(SignedDuration::from_hours(13));
    browser.get("/account").await.leads_to("/login?next=%2Faccount");

    server.wait(SignedDuration::from_secs(60));
    browser.sign_in_whole("anna@praxis.example").await;
    let begin_again = server.now();
    assert!(begin_again > begin);
    for _ in 0..16 {
        server.wait(SignedDuration::from_hours(10));
        browser.get("/account").await.is(StatusCode::OK);
    }
    server.wait(SignedDuration::from_hours(8));
    browser.get("/account").await.leads_to("/login?next=%2Faccount");
}

#[tokio::test]
async fn half_a_sign_in_ends_soon() {
    let server = server_with_anna().await;
    let mut browser = server.browser();
    browser.sign_in("anna@praxis.example", PASSWORD).await;
    server.wait(SignedDuration::from_mins(16));
    browser.post("/login/code", &[("code", &server.code())]).await.leads_to("/login");
}

#[tokio::test]
async fn signing_out_ends_the_session_everywhere() {
    let server = server_with_anna().await;
    let mut browser = server.browser();
    browser.sign_in_whole("anna@praxis.example").await;
    let mut copy = browser.clone();
    browser.post("/logout", &[]).await.leads_to("/login");
    assert!(browser.session().is_none());
    copy.get("/account").await.leads_to("/login?next=%2Faccount");
    assert_eq!(server.audit().await[0], "session.closed");
}

#[tokio::test]
async fn a_disabled_account_is_nobody() {
    let server = server_with_anna().await;
    let id = visite_store::AccountId::new("anna").unwrap();
    let mut browser = server.signed_in(&id).await;
    server.store.disable_account(&server.event(), &id, true).await.unwrap();
    browser.get("/account").await.leads_to("/login?next=%2Faccount");
    server.browser().sign_in("anna@praxis.example", PASSWORD).await.is(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn guessing_a_password_is_slowed_down_by_account() {
    let server = server_with_anna().await;
    // Each try from another address.
    for i in 0..10 {
        let mut browser = server.browser();
        browser.from = [198, 51, 100, i];
        browser.sign_in("anna@praxis.example", "falsch falsch falsch").await.is(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let mut browser = server.browser();
    let refused = browser.sign_in("anna@praxis.example", PASSWORD).await;
    refused.is(StatusCode::TOO_MANY_REQUESTS).says("Zu viele Versuche");
    assert_eq!(refused.headers["retry-after"], "60");
    server.wait(SignedDuration::from_secs(60));
    browser.sign_in("anna@praxis.example", PASSWORD).await.leads_to("/login/code?next=%2F");
}

#[tokio::test]
async fn guessing_is_slowed_down_by_address() {
    let server = server_with_anna().await;
    let mut browser = server.browser();
    for i in 0..20 {
        browser
            .sign_in(&format!("person{i}@praxis.example"), "falsch falsch falsch")
            .await
            .is(StatusCode::UNPROCESSABLE_ENTITY);
    }
    browser.sign_in("anna@praxis.example", PASSWORD).await.is(StatusCode::TOO_MANY_REQUESTS);
    let mut elsewhere = server.browser();
    elsewhere.from = [203, 0, 113, 5];
    elsewhere.sign_in("anna@praxis.example", PASSWORD).await.leads_to("/login/code?next=%2F");
}

#[tokio::test]
async fn guessing_codes_is_slowed_down() {
    let server = server_with_anna().await;
    let mut browser = server.browser();
    browser.sign_in("anna@praxis.example", PASSWORD).await;
    for i in 0..10 {
        let code = format!("{i:06}");
        browser.post("/login/code", &[("code", &code)]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    }
    browser.post("/login/code", &[("code", &server.code())]).await.is(StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn nobody_is_led_away_after_signing_in() {
    let server = server_with_anna().await;
    let mut browser = server.browser();
    for evil in ["https://evil.example", "//evil.example", "/\\evil.example"] {
        let answer =
            browser.post("/login", &[("email", "anna@praxis.example"), ("password", PASSWORD), ("next", evil)]).await;
        answer.leads_to("/login/code?next=%2F");
    }
}

#[tokio::test]
async fn pages_speak_the_wished_language() {
    let server = server_with_anna().await;
    let mut browser = server.browser();
    let request = browser.request(axum::http::Method::GET, "/login").header("accept-language", "en-GB,en;q=0.9");
    let request = request.body(axum::body::Body::empty()).unwrap();
    browser.send(request).await.is(StatusCode::OK).says("Sign in").says(r#"<html lang="en">"#);
    browser.get("/login").await.says("Anmelden").says(r#"<html lang="de">"#);
}

#[tokio::test]
async fn wrong_codes_come_back_slowly() {
    let server = server_with_anna().await;
    let mut browser = server.browser();
    browser.sign_in("anna@praxis.example", PASSWORD).await;
    for _ in 0..10 {
        browser.post("/login/code", &[("code", "000000")]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    }
    server.wait(SignedDuration::from_mins(9));
    browser.post("/login/code", &[("code", &server.code())]).await.is(StatusCode::TOO_MANY_REQUESTS);
    server.wait(SignedDuration::from_mins(2));
    browser.post("/login/code", &[("code", "000000")]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    browser.post("/login/code", &[("code", &server.code())]).await.is(StatusCode::TOO_MANY_REQUESTS);
}
