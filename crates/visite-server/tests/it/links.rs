//! One-time links: the very first, and those of invitations.

use crate::server::{Browser, PASSWORD, Reach, Server};
use axum::http::StatusCode;
use jiff::SignedDuration;
use visite_server::login::first;
use visite_store::Role;

async fn first_link(server: &Server, seed: u8) -> Option<String> {
    first::link(&server.store, server.now(), [seed; 64]).await.unwrap()
}

async fn may_listen(server: &Server) -> bool {
    first::may_listen_beyond_loopback(&server.store, server.now()).await.unwrap()
}

/// The whole way from the first link to recovery codes.
async fn set_up(server: &Server, browser: &mut Browser<'_>) {
    let person = [("name", "Dr. Anna Muster"), ("email", "anna@praxis.example"), ("language", "de")];
    browser.post("/account/person", &person).await.leads_to("/account/password");
    browser.post("/account/password", &[("new", PASSWORD), ("again", PASSWORD)]).await.leads_to("/account/app");
    let page = browser.get("/account/app").await;
    let sealed = page.between(r#"name="key" value=""#);
    let typed = page.body.split("<code>").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    let key = data_encoding::BASE32_NOPAD.decode(typed.as_bytes()).unwrap();
    let code = server.code_of(&key);
    browser.post("/account/app", &[("code", &code), ("key", &sealed)]).await.leads_to("/account/recovery");
    browser.post("/account/recovery", &[]).await.is(StatusCode::OK);
}

#[tokio::test]
async fn the_first_link_opens_the_owners_session_once() {
    let server = Server::new(Reach::Loopback).await;
    assert!(!may_listen(&server).await);
    let link = first_link(&server, 1).await.unwrap();
    let mut browser = server.local_browser();
    // Looking does not use it: programs look at links in advance.
    for _ in 0..2 {
        browser.get(&link).await.is(StatusCode::OK).says("Beginnen");
    }
    let before = browser.session().map(str::to_owned);
    browser.post(&link, &[]).await.leads_to("/");
    assert!(before.is_none() && browser.session().is_some());
    let practice = server.store.practices().await.unwrap().remove(0);
    browser.get(&format!("/p/{}/people", practice.id)).await.is(StatusCode::OK).says("Inhaberin oder Inhaber");

    let mut second = server.local_browser();
    second.get(&link).await.is(StatusCode::NOT_FOUND).says("Dieser Link gilt nicht");
    second.post(&link, &[]).await.is(StatusCode::NOT_FOUND);
    assert!(second.session().is_none());
    assert!(!may_listen(&server).await, "nobody has a password yet");

    set_up(&server, &mut browser).await;
    assert!(may_listen(&server).await);
    assert_eq!(first_link(&server, 2).await, None, "the way in is the password now");
    let audit = server.audit().await;
    for what in ["link.issued", "link.used", "password.changed", "second-factor.added", "recovery-codes.made"] {
        assert!(audit.contains(&what.to_owned()), "{what}: {audit:?}");
    }
    assert!(server.store.verify_audit().await.unwrap().is_ok());
}

#[tokio::test]
async fn an_expired_link_opens_nothing_and_a_new_start_gives_a_new_one() {
    let server = Server::new(Reach::Loopback).await;
    let old = first_link(&server, 1).await.unwrap();
    server.wait(SignedDuration::from_mins(30));
    let mut browser = server.local_browser();
    browser.get(&old).await.is(StatusCode::NOT_FOUND);
    browser.post(&old, &[]).await.is(StatusCode::NOT_FOUND);
    let new = first_link(&server, 2).await.unwrap();
    assert_eq!(server.store.accounts().await.unwrap().len(), 1, "the same owner");
    assert_eq!(server.store.practices().await.unwrap().len(), 1);
    browser.post(&old, &[]).await.is(StatusCode::NOT_FOUND);
    browser.post(&new, &[]).await.leads_to("/");
}

#[tokio::test]
async fn a_link_and_a_guess_differ() {
    let server = Server::new(Reach::Loopback).await;
    let link = first_link(&server, 1).await.unwrap();
    let mut browser = server.local_browser();
    let cut = &link[..link.len() - 1];
    for guess in [cut, &format!("{cut}!"), "/invitation/x.y", "/invitation/x", &link.replace('.', "")] {
        browser.post(guess, &[]).await.is(StatusCode::NOT_FOUND);
    }
    for _ in 0..20 {
        browser.post(cut, &[]).await;
    }
    browser.post(&link, &[]).await.is(StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn of_two_who_use_a_link_at_once_one_gets_in() {
    let server = Server::new(Reach::Loopback).await;
    let link = first_link(&server, 1).await.unwrap();
    let (mut a, mut b) = (server.local_browser(), server.local_browser());
    let (first, second) = tokio::join!(a.post(&link, &[]), b.post(&link, &[]));
    let got_in = [&first, &second].iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
    assert_eq!(got_in, 1);
}

#[tokio::test]
async fn over_the_network_setting_up_comes_first() {
    let server = Server::new(Reach::Beyond).await;
    let link = first_link(&server, 1).await.unwrap();
    let mut browser = server.browser();
    browser.post(&link, &[]).await.leads_to("/");
    browser.get("/account").await.leads_to("/account/setup?next=%2Faccount");
    browser.get("/account/setup").await.leads_to("/account/person");
    set_up(&server, &mut browser).await;
    browser.get("/account").await.is(StatusCode::OK);
}

#[tokio::test]
async fn a_link_does_not_replace_the_second_factor() {
    let server = Server::new(Reach::Beyond).await;
    let practice = server.practice("p").await;
    let anna = server.person("anna", &practice, Role::PracticeOwner).await;
    let account = server.store.account(&anna).await.unwrap();
    let secret = visite_server::login::secret::Secret::new([5; 32]);
    let mut factors = server.factors(&anna).await;
    let until = server.now() + SignedDuration::from_mins(5);
    factors.link = Some(visite_server::login::factors::OpenLink::new(&secret, until));
    assert!(factors.keep(&server.store, &server.event(), &account).await.unwrap());
    let mut browser = server.browser();
    let link = visite_server::login::links::path(&anna, &secret);
    browser.post(&link, &[]).await.leads_to("/login/code?next=%2F");
    browser.get("/account").await.leads_to("/login/code?next=%2Faccount");
}

#[tokio::test]
async fn strangers_write_nothing_into_the_audit_log() {
    let server = Server::new(Reach::Loopback).await;
    let link = first_link(&server, 1).await.unwrap();
    let before = server.audit().await.len();
    let mut browser = server.local_browser();
    for guess in ["/invitation/x.y", "/invitation/nobody.AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"] {
        browser.post(guess, &[]).await.is(StatusCode::NOT_FOUND);
    }
    assert_eq!(server.audit().await.len(), before);
    // A guess at somebody's link is a try.
    let (account, _) = link.rsplit_once('.').unwrap();
    browser
        .post(&format!("{account}.AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI"), &[])
        .await
        .is(StatusCode::NOT_FOUND);
    assert_eq!(server.audit().await.len(), before + 1);
}
