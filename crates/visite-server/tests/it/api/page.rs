//! The pages on which people make and end tokens.

use super::Program;
use crate::server::{Answer, Reach, Server};
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use visite_store::Role;

/// The token that stands in a page.
fn token(answer: &Answer) -> String {
    let (_, rest) = answer.body.split_once("<code id=\"script\">").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_is_made_shown_once_and_ended_on_the_page() {
    let server = Server::new(Reach::Beyond).await;
    let id = server.practice("p").await;
    let owner = server.person("anna", &id, Role::PracticeOwner).await;
    let mut browser = server.signed_in(&owner).await;
    browser.get("/p/p/programs").await.is(StatusCode::OK).says("Noch kein Programm").says("href=\"/programs\"");
    let ask = [("name", "Ticketsystem"), ("days", "30"), ("findings:read", "on"), ("metrics", "on")];
    for missing in ["name", "days", "findings:read"] {
        let form: Vec<_> = ask.into_iter().filter(|(field, _)| *field != missing).collect();
        browser.post("/p/p/programs", &form).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("role=\"alert\"");
    }
    let made = browser.post("/p/p/programs", &ask).await;
    made.is(StatusCode::OK).says("Zugang für „Ticketsystem“");
    let program = Program { server: &server, token: token(&made) };
    program.get("/api/v1/practices/p/findings").await;
    program.send(&Method::GET, "/api/v1/practices/p/devices", None).await.is(StatusCode::FORBIDDEN);
    let kept = &server.store.practice(id.clone()).tokens().await.unwrap()[0];
    assert_eq!(kept.scopes, ["findings:read"], "figures of the server are for tokens of the installation");
    assert_eq!(kept.expires_at, server.now() + SignedDuration::from_hours(30 * 24));
    let again = browser.get("/p/p/programs").await;
    again.says("Ticketsystem").says("anna");
    assert!(!again.body.contains(&program.token), "it is shown once");
    assert_eq!(server.audit().await[0], "token.created");
    browser.post("/p/p/programs/unknown/end", &[]).await.is(StatusCode::NOT_FOUND);
    browser.post(&format!("/p/p/programs/{}/end", kept.id), &[]).await.leads_to("/p/p/programs?done=token-ended");
    program.send(&Method::GET, "/api/v1/practices/p/findings", None).await.is(StatusCode::UNAUTHORIZED);
    browser.get("/p/p/audit").await.says("Zugang eines Programms beendet: Ticketsystem");
}

#[tokio::test]
async fn whoever_looks_after_the_installation_makes_tokens_for_all_practices() {
    let server = Server::new(Reach::Beyond).await;
    let id = server.practice("p").await;
    let owner = server.person("anna", &id, Role::PracticeOwner).await;
    let mut browser = server.signed_in(&owner).await;
    browser.get("/programs").await.is(StatusCode::OK).says("Noch kein Programm");
    browser.post("/programs", &[("name", "Prometheus")]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    let made = browser.post("/programs", &[("name", "Prometheus"), ("days", "365"), ("metrics", "on")]).await;
    let program = Program { server: &server, token: token(made.is(StatusCode::OK)) };
    program.send(&Method::GET, "/metrics", None).await.is(StatusCode::OK);
    let kept = server.store.tokens().await.unwrap()[0].id.clone();
    browser.post(&format!("/programs/{kept}/end"), &[]).await.leads_to("/programs?done=token-ended");
    program.send(&Method::GET, "/metrics", None).await.is(StatusCode::UNAUTHORIZED);
}
