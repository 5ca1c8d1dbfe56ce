//! Health, readiness, figures.

use super::Program;
use crate::server::{Reach, Server};
use crate::show::filled;
use axum::http::{Method, StatusCode};

#[tokio::test]
async fn whoever_watches_needs_no_token_and_no_name() {
    let server = Server::new(Reach::Beyond).await;
    let mut browser = server.browser();
    browser.host = "192.0.2.7:8443".into();
    browser.get("/healthz").await.is(StatusCode::OK).says("ok");
    browser.get("/readyz").await.is(StatusCode::OK).says("ready");
    browser.get("/api/v1/openapi.json").await.is(StatusCode::MISDIRECTED_REQUEST).says("foreign_name");
}

#[tokio::test]
async fn without_its_store_the_server_lives_but_is_not_ready() {
    let server = Server::new(Reach::Beyond).await;
    server.store.close().await.unwrap();
    let mut browser = server.browser();
    browser.get("/healthz").await.is(StatusCode::OK);
    browser.get("/readyz").await.is(StatusCode::SERVICE_UNAVAILABLE).says("store_away");
}

#[tokio::test]
async fn figures_are_for_whoever_looks_after_the_installation() {
    let (server, practice, owner) = filled().await;
    let all = Program::new(&server, None, &owner, &["metrics"]).await;
    let answer = all.send(&Method::GET, "/metrics", None).await;
    answer.is(StatusCode::OK).says("visite_practices 1\n").says("visite_open_findings{severity=\"high\"} ");
    assert_eq!(answer.headers["content-type"], "text/plain; version=0.0.4");
    let open: u64 = answer
        .body
        .lines()
        .filter(|line| line.starts_with("visite_open_findings{"))
        .map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
        .sum();
    let expected = crate::show::newest().findings.iter().filter(|one| visite_report::overview::is_open(one)).count();
    assert_eq!(open, expected as u64);
    // Every family is described, and each figure belongs to one.
    for line in answer.body.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().unwrap();
        answer.says(&format!("# TYPE {name} ")).says(&format!("# HELP {name} "));
    }
    let of_practice = Program::new(&server, Some(practice.id()), &owner, &["metrics"]).await;
    of_practice.send(&Method::GET, "/metrics", None).await.is(StatusCode::FORBIDDEN);
    // Also on the machine itself, for behind a proxy everybody comes from there.
    server.local_browser().get("/metrics").await.is(StatusCode::UNAUTHORIZED);
}
