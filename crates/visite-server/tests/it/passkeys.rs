//! Passkeys: adding one, and signing in with it.

use crate::device::{Device, SIGNS_UNVERIFIED};
use crate::server::{Browser, PASSWORD, Reach, Server};
use axum::http::StatusCode;
use visite_store::{AccountId, Role};

async fn add(browser: &mut Browser<'_>, device: &mut Device) {
    let question = browser.post_json("/account/passkey/question", "").await;
    question.is(StatusCode::OK);
    let answer = device.register(&question.body).to_string();
    browser.post_json("/account/passkey/answer", &answer).await.is(StatusCode::NO_CONTENT);
}

async fn with_passkey(server: &Server) -> (AccountId, Device) {
    let practice = server.practice("p").await;
    let anna = server.account("anna").await;
    server.set_password(&anna).await;
    server.grant(&practice, &anna, Role::PracticeOwner, None).await;
    let mut browser = server.browser();
    browser.sign_in("anna@praxis.example", PASSWORD).await.leads_to("/");
    browser.get("/account/app").await.says("data-passkey=\"/account/passkey/question\"");
    let before = browser.session().unwrap().to_owned();
    let mut device = Device::new(1);
    add(&mut browser, &mut device).await;
    assert_ne!(browser.session().unwrap(), before);
    browser.get("/account").await.is(StatusCode::OK).says("Passkey 1");
    (anna, device)
}

#[tokio::test]
async fn a_passkey_signs_in_alone() {
    let server = Server::new(Reach::Beyond).await;
    let (anna, mut device) = with_passkey(&server).await;
    let mut browser = server.browser();
    let question = browser.post_json("/login/passkey/question", "").await;
    let answer = device.sign(&question.body).to_string();
    browser.post_json("/login/passkey/answer", &answer).await.is(StatusCode::NO_CONTENT);
    browser.get("/account").await.is(StatusCode::OK).says("anna@praxis.example");
    // The same answer again proves nothing, not even to somebody who holds the question, too.
    let mut thief = server.browser();
    thief.post_json("/login/passkey/answer", &answer).await.is(StatusCode::BAD_REQUEST);
    thief.cookies.extend(
        browser.cookies.iter().filter(|(name, _)| name.contains("passkey")).map(|(a, b)| (a.clone(), b.clone())),
    );
    assert_eq!(thief.cookies.len(), 1);
    thief.post_json("/login/passkey/answer", &answer).await.is(StatusCode::BAD_REQUEST);
    assert!(thief.session().is_none());
    assert_eq!(server.factors(&anna).await.passkeys.len(), 1);
    // With the password alone there is a second step now.
    server.browser().sign_in("anna@praxis.example", PASSWORD).await.leads_to("/login/code?next=%2F");
}

async fn ask(browser: &mut Browser<'_>) -> String {
    browser.post_json("/login/passkey/question", "").await.body
}

async fn refuse(browser: &mut Browser<'_>, answer: serde_json::Value) {
    let refused = browser.post_json("/login/passkey/answer", &answer.to_string()).await;
    refused.is(StatusCode::BAD_REQUEST).says("bad_request");
    assert!(browser.session().is_none());
}

#[tokio::test]
async fn wrong_answers_prove_nothing() {
    let server = Server::new(Reach::Beyond).await;
    let (_, mut device) = with_passkey(&server).await;
    // Each in a browser that asked.
    let mut browser = server.browser();
    // Not asked by us: somebody else's question has 16 other bytes.
    let mut question: serde_json::Value = serde_json::from_str(&ask(&mut browser).await).unwrap();
    let asked = if question.get("publicKey").is_some() { &mut question["publicKey"] } else { &mut question };
    asked["challenge"] = "AAAAAAAAAAAAAAAAAAAAAA".into();
    refuse(&mut browser, device.sign(&question.to_string())).await;
    // Asked by us, in another browser.
    let elsewhere = ask(&mut server.browser()).await;
    refuse(&mut server.browser(), device.sign(&elsewhere)).await;
    ask(&mut browser).await;
    refuse(&mut browser, device.sign(&elsewhere)).await;
    // From a page of somebody else.
    device.origin = "https://evil.example".into();
    let question = ask(&mut browser).await;
    refuse(&mut browser, device.sign(&question)).await;
    device.origin = "https://visite.example.org".into();
    // Not unlocked by its owner.
    device.flags = SIGNS_UNVERIFIED;
    let question = ask(&mut browser).await;
    refuse(&mut browser, device.sign(&question)).await;
    device.flags = 0x05;
    // A copy of the device, whose counter is behind.
    device.counter = 50;
    let mut right = server.browser();
    let question = ask(&mut right).await;
    let answer = device.sign(&question).to_string();
    right.post_json("/login/passkey/answer", &answer).await.is(StatusCode::NO_CONTENT);
    device.counter = 3;
    let question = ask(&mut browser).await;
    refuse(&mut browser, device.sign(&question)).await;
    // Another device that says it is this one.
    let mut other = Device::new(1);
    let question = ask(&mut browser).await;
    let mut answer = other.sign(&question);
    device.counter = 60;
    answer["response"]["userHandle"] = device.sign(&question)["response"]["userHandle"].clone();
    refuse(&mut browser, answer).await;
    assert!(server.audit().await.contains(&"login.failed".to_owned()));
}

#[tokio::test]
async fn an_answer_meant_for_somebody_else_is_not_taken() {
    let server = Server::new(Reach::Beyond).await;
    let practice = server.practice("p").await;
    let anna = server.person("anna", &practice, Role::PracticeOwner).await;
    let otto = server.person("otto", &practice, Role::PracticeOwner).await;
    let mut device = Device::new(1);
    let mut of_anna = server.signed_in(&anna).await;
    let question = of_anna.post_json("/account/passkey/question", "").await.body;
    let answer = device.register(&question).to_string();
    // Even if the other browser comes to hold the question.
    let mut of_otto = server.signed_in(&otto).await;
    of_otto.post_json("/account/passkey/answer", &answer).await.is(StatusCode::BAD_REQUEST);
    let held = of_anna.cookies.iter().find(|(name, _)| name.contains("passkey")).unwrap();
    of_otto.cookies.insert(held.0.clone(), held.1.clone());
    of_otto.post_json("/account/passkey/answer", &answer).await.is(StatusCode::BAD_REQUEST);
    assert!(server.factors(&otto).await.passkeys.is_empty());
}

#[tokio::test]
async fn a_removed_passkey_opens_nothing() {
    let server = Server::new(Reach::Beyond).await;
    let (anna, mut device) = with_passkey(&server).await;
    server.set_app(&anna).await;
    let mut browser = server.signed_in(&anna).await;
    let id = server.factors(&anna).await.passkeys[0].id.clone();
    browser.post("/account/passkey/remove", &[("id", "none")]).await.leads_to("/account");
    browser.post("/account/passkey/remove", &[("id", &id)]).await.leads_to("/account?done=saved");
    let mut thief = server.browser();
    let question = thief.post_json("/login/passkey/question", "").await.body;
    thief.post_json("/login/passkey/answer", &device.sign(&question).to_string()).await.is(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn passkeys_are_offered_only_under_the_public_name() {
    let server = Server::new(Reach::Loopback).await;
    server.browser().get("/login").await.says("/assets/passkey.js");
    let local = server.local_browser().get("/login").await;
    assert!(!local.body.contains("passkey.js"), "a passkey belongs to the public name");
}

#[tokio::test]
async fn answers_are_counted_and_made_up_names_take_no_room() {
    let server = Server::new(Reach::Beyond).await;
    let (_, mut device) = with_passkey(&server).await;
    let mut browser = server.browser();
    browser.from = [203, 0, 113, 5];
    let question = ask(&mut browser).await;
    let mut answer = device.sign(&question);
    answer["response"]["userHandle"] = data_encoding::BASE64URL_NOPAD.encode(&[b'x'; 64]).into();
    let mut statuses = Vec::new();
    for _ in 0..20 {
        statuses.push(browser.post_json("/login/passkey/answer", &answer.to_string()).await.status);
    }
    // The question was the first try of this address.
    assert_eq!(statuses[18], StatusCode::BAD_REQUEST);
    assert_eq!(statuses[19], StatusCode::TOO_MANY_REQUESTS);
}
