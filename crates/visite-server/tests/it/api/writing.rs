//! What programs decide and start follows the rules of the pages, and stands in the audit log with the name of the token.

use super::{Program, json};
use crate::show::{filled, open_finding};
use axum::http::{Method, StatusCode};
use serde_json::json as value;
use visite_facts::Word;
use visite_server::api::scope::Scope;

const P: &str = "/api/v1/practices/linde";

#[tokio::test]
async fn a_finding_is_accepted_assigned_and_withdrawn() {
    let (server, practice, owner) = filled().await;
    let program = Program::new(&server, Some(practice.id()), &owner, Scope::ALL).await;
    let id = &open_finding().id;
    let to = |what: &str| format!("{P}/findings/{id}/{what}");
    let accept = |until: &str| value!({ "reason": "Wird im März ersetzt.", "until": until }).to_string();
    let answer = program.post(&to("accept"), &accept("2027-03-31")).await;
    let accepted = json(answer.is(StatusCode::OK));
    assert_eq!((&accepted["state"], &accepted["acceptance"]["by"]), (&"accepted".into(), &"anna".into()));
    assert_eq!(accepted["history"].as_array().unwrap().last().unwrap()["kind"], "accepted");
    let entry = &server.store.audit_log(None, 1).await.unwrap()[0].event;
    assert_eq!((entry.who.as_str(), &entry.detail["token"]), (owner.as_str(), &"Ticketsystem".into()));
    // The same rules as on the page.
    for until in ["2026-11-24", "2027-11-26"] {
        program
            .post(&to("accept"), &accept(until))
            .await
            .is(StatusCode::UNPROCESSABLE_ENTITY)
            .says("from today to 25.11.2027");
    }
    program.post(&to("accept"), &accept("soon")).await.is(StatusCode::BAD_REQUEST).says("bad_request");
    program
        .post(&to("accept"), "{\"reason\": \"a\\u0000\", \"until\": \"2027-03-31\"}")
        .await
        .is(StatusCode::BAD_REQUEST);
    program.post(&to("withdraw"), "").await.is(StatusCode::OK).says("\"open\"");
    program.post(&to("withdraw"), "").await.is(StatusCode::UNPROCESSABLE_ENTITY);
    let body = value!({ "to": owner.as_str() }).to_string();
    assert_eq!(json(program.post(&to("assign"), &body).await.is(StatusCode::OK))["assigned_to"], owner.as_str());
    program.post(&to("assign"), "{\"to\": \"somebody\"}").await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(json(program.post(&to("assign"), "{\"to\": null}").await.is(StatusCode::OK))["assigned_to"].is_null());
    assert!(server.store.verify_audit().await.unwrap().is_ok());
}

#[tokio::test]
async fn a_round_is_begun_and_stopped() {
    let (server, practice, owner) = filled().await;
    let program = Program::new(&server, Some(practice.id()), &owner, Scope::ALL).await;
    let answer = program.post(&format!("{P}/rounds"), "").await;
    let job = json(answer.is(StatusCode::ACCEPTED))["job"].as_str().unwrap().to_owned();
    let shown = program.get(&format!("{P}/jobs/{job}")).await;
    assert_eq!((&shown["kind"], &shown["state"]), (&"round".into(), &"waiting".into()));
    program.post(&format!("{P}/jobs/{job}/cancel"), "").await.is(StatusCode::NO_CONTENT);
    let gone = program.post(&format!("{P}/jobs/{job}/cancel"), "").await;
    assert!([StatusCode::NOT_FOUND, StatusCode::UNPROCESSABLE_ENTITY].contains(&gone.status), "{}", gone.status);
}

#[tokio::test]
async fn a_computer_is_connected_with_a_line() {
    let (server, practice, owner) = filled().await;
    let program = Program::new(&server, Some(practice.id()), &owner, Scope::ALL).await;
    let answer = program.post(&format!("{P}/agents"), "{\"name\": \"Empfang\"}").await;
    let line = json(answer.is(StatusCode::CREATED));
    assert!(line["command"].as_str().unwrap().contains("--medical-device no"));
    assert_eq!(practice.enrolments().await.unwrap()[0].name, "Empfang");
    program.post(&format!("{P}/agents"), "{\"name\": \"\"}").await.is(StatusCode::UNPROCESSABLE_ENTITY);
    program.post(&format!("{P}/agents/nobody/revoke"), "").await.is(StatusCode::NOT_FOUND);
    program.send(&Method::POST, &format!("{P}/agents"), Some("name=Empfang")).await.is(StatusCode::BAD_REQUEST);
}
