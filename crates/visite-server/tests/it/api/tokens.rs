//! What a token opens, and when it stops doing so.

use super::{Program, json};
use crate::server::{Reach, Server};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use visite_store::{AuditEvent, Role};

const LIST: &str = "/api/v1/practices/p/findings";
const SCOPES: &[&str] = &["findings:read", "practices:read"];

#[tokio::test]
async fn a_token_ends_with_its_date_its_withdrawal_and_the_role_of_its_maker() {
    let server = Server::new(Reach::Beyond).await;
    let id = server.practice("p").await;
    let owner = server.person("anna", &id, Role::PracticeOwner).await;
    let tom = server.account("tom").await;
    server.grant(&id, &tom, Role::Technician, Some(server.now() + SignedDuration::from_hours(1))).await;
    let (by_owner, by_tom) =
        (Program::new(&server, Some(&id), &owner, SCOPES).await, Program::new(&server, Some(&id), &tom, SCOPES).await);
    by_owner.get(LIST).await;
    by_tom.get(LIST).await;
    let used = server.store.practice(id.clone()).tokens().await.unwrap();
    assert!(used.iter().all(|token| token.last_used_at == Some(server.now())));
    server.wait(SignedDuration::from_hours(2));
    by_owner.get(LIST).await;
    by_tom.send(&Method::GET, LIST, None).await.is(StatusCode::NOT_FOUND);
    assert_eq!(by_tom.get("/api/v1/practices").await["items"].as_array().unwrap().len(), 0);
    server.wait(SignedDuration::from_hours(23));
    by_owner.send(&Method::GET, LIST, None).await.is(StatusCode::UNAUTHORIZED);
    let again = Program::new(&server, Some(&id), &owner, SCOPES).await;
    again.get(LIST).await;
    let practice = server.store.practice(id.clone());
    for token in practice.tokens().await.unwrap() {
        let event = AuditEvent::new(server.now(), "anna", Some(&id), "token.withdrawn");
        practice.withdraw_token(&event, &token.id).await.unwrap();
    }
    again.send(&Method::GET, LIST, None).await.is(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_of_the_installation_sees_the_practices_of_its_maker_and_one_of_a_practice_only_that() {
    let server = Server::new(Reach::Beyond).await;
    let (p, q) = (server.practice("p").await, server.practice("q").await);
    server.practice("foreign").await;
    let pia = server.person("pia", &p, Role::ProviderAdmin).await;
    server.grant(&q, &pia, Role::ProviderAdmin, None).await;
    let ids = |value: serde_json::Value| -> Vec<String> {
        value["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let all = Program::new(&server, None, &pia, SCOPES).await;
    assert_eq!(ids(all.get("/api/v1/practices").await), ["p", "q"]);
    let one = Program::new(&server, Some(&p), &pia, SCOPES).await;
    assert_eq!(ids(one.get("/api/v1/practices").await), ["p"]);
    one.send(&Method::GET, "/api/v1/practices/q/findings", None).await.is(StatusCode::NOT_FOUND);
    all.send(&Method::GET, "/api/v1/practices/q/findings", None).await.is(StatusCode::OK);
}

#[tokio::test]
async fn a_token_opens_no_page_and_a_wrong_one_nothing() {
    let server = Server::new(Reach::Beyond).await;
    let id = server.practice("p").await;
    let owner = server.person("anna", &id, Role::PracticeOwner).await;
    let program = Program::new(&server, Some(&id), &owner, SCOPES).await;
    let page = program.send(&Method::GET, "/p/p/findings", None).await;
    assert!(page.location().starts_with("/login"), "{}", page.status);
    for token in ["", "vst_", "vst_AAAA", &program.token[4..], &"A".repeat(47)] {
        let wrong = Program { server: &server, token: token.to_owned() };
        let answer = wrong.send(&Method::GET, LIST, None).await;
        let problem = json(answer.is(StatusCode::UNAUTHORIZED));
        assert_eq!((&problem["type"], &problem["status"]), (&"urn:visite:problem:token".into(), &401.into()));
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
    }
    // A session opens nothing, also where a browser sends it with input.
    let mut browser = server.signed_in(&owner).await;
    browser.get(LIST).await.is(StatusCode::UNAUTHORIZED);
    let request = browser
        .request(Method::POST, "/api/v1/practices/p/rounds")
        .header("origin", "https://visite.example.org")
        .body(Body::empty())
        .unwrap();
    browser.send(request).await.is(StatusCode::UNAUTHORIZED);
    assert_eq!(server.store.practice(id).jobs(9).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_asked_wrongly_is_told_as_a_problem() {
    let server = Server::new(Reach::Beyond).await;
    let id = server.practice("p").await;
    let owner = server.person("anna", &id, Role::PracticeOwner).await;
    let program = Program::new(&server, Some(&id), &owner, SCOPES).await;
    for (path, code) in [
        ("/api/v1/practices/p/findings?limit=0", "bad_request"),
        ("/api/v1/practices/p/findings?limit=x", "bad_request"),
        ("/api/v1/practices/p/findings?state=gone", "bad_request"),
        ("/api/v1/practices/p/findings/nothing", "not_found"),
        ("/api/v1/nothing", "not_found"),
    ] {
        let answer = program.send(&Method::GET, path, None).await;
        assert_eq!(json(&answer)["code"], code, "{path}");
    }
    let answer = program.send(&Method::DELETE, LIST, None).await;
    answer.is(StatusCode::METHOD_NOT_ALLOWED).says("wrong_method");
    assert!(answer.headers["allow"].to_str().unwrap().contains("GET"));
}
