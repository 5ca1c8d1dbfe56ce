//! Connected computers and jobs.

use super::{filled, rows, visitor};
use crate::server::{Reach, Server};
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::json;
use visite_agent::protocol::parse_token;
use visite_store::{AgentId, NewAgent, Role};

#[tokio::test]
async fn a_line_connects_one_computer_and_is_shown_once() {
    let (server, practice, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    let made = browser.post("/p/linde/agents", &[("name", " Anmeldung <1> ")]).await;
    made.is(StatusCode::OK).says("Anmeldung &lt;1&gt;").says("--name 'Anmeldung &lt;1&gt;' --medical-device no");
    assert!(!made.body.contains("--public-url"), "it is reached already");
    let token = made.body.split("visite agent enroll https://visite.example.org:8444 ").nth(1).unwrap();
    let token = token.split(' ').next().unwrap();
    assert_eq!(parse_token(token).unwrap().ca, server.app.agents().unwrap().authority.hash());
    let known = server.store.enrolment(token, server.now()).await.unwrap();
    assert_eq!(known.as_ref(), Some(practice.id()));
    let page = browser.get("/p/linde/agents").await;
    page.is(StatusCode::OK).says("Anmeldung &lt;1&gt;");
    assert!(!page.body.contains("visite1") && !server.audit().await.join(" ").contains("visite1"));
    server.wait(SignedDuration::from_hours(24));
    assert_eq!(server.store.enrolment(token, server.now()).await.unwrap(), None);

    let mut browser = server.signed_in(&owner).await;
    browser.post("/p/linde/agents", &[("name", "Sono"), ("medical", "on")]).await.says("--medical-device yes");
    browser
        .post("/p/linde/agents", &[("name", " ")])
        .await
        .is(StatusCode::UNPROCESSABLE_ENTITY)
        .says("1 bis 200 Zeichen");
    assert!(!browser.get("/p/linde/agents").await.body.contains("Anmeldung &lt;1&gt;"), "too late for the first line");
}

#[tokio::test]
async fn where_nobody_else_reaches_the_server_the_page_says_how() {
    let server = Server::new(Reach::Loopback).await;
    let practice = server.practice("linde").await;
    let owner = server.person("anna", &practice, Role::PracticeOwner).await;
    let page = server.signed_in(&owner).await.get("/p/linde/agents").await;
    page.is(StatusCode::OK).says("Noch erreichen andere Computer diesen Server nicht");
    page.says("--agent-listen 0.0.0.0:8444 --public-url https://visite.example.org:8443");
}

#[tokio::test]
async fn agents_are_listed_and_revoked() {
    let (server, practice, _) = filled().await;
    for name in ["b-neu", "a-still"] {
        let new = NewAgent {
            id: AgentId::new(name).unwrap(),
            name: name.into(),
            serial: name.len().to_string(),
            expires_at: server.now() + SignedDuration::from_hours(8760),
            version: "0.1.0".into(),
            medical_device: false,
        };
        practice.create_agent(&server.event(), &new).await.unwrap();
        server.wait(SignedDuration::from_hours(if name == "b-neu" { 73 } else { 0 }));
    }
    let mut browser = visitor(&server, &practice, "tina", Role::Technician).await;
    let file = rows(&browser.get("/p/linde/agents.csv").await.body);
    let states: Vec<_> = file.iter().map(|row| (row[0].as_str(), row[1].as_str())).collect();
    assert_eq!(states, [("a-still", "verbunden"), ("b-neu", "meldet sich nicht")]);
    browser.get("/p/linde").await.says("1 von 2 Geräten erreicht");
    browser.post("/p/linde/agents/b-neu/revoke", &[]).await.leads_to("/p/linde/agents?done=revoked");
    browser.get("/p/linde").await.says("1 von 1 Geräten erreicht");
    browser.post("/p/linde/agents/nichts/revoke", &[]).await.is(StatusCode::NOT_FOUND);
    let mut reader = visitor(&server, &practice, "paul", Role::PracticeManager).await;
    reader.get("/p/linde/agents").await.is(StatusCode::OK);
    reader.post("/p/linde/agents/a-still/revoke", &[]).await.is(StatusCode::FORBIDDEN);
    reader.post("/p/linde/agents", &[("name", "x")]).await.is(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_job_is_followed_until_it_ends() {
    let (server, _, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    let page = browser.post("/p/linde/rounds", &[]).await.location().replace("?done=round", "");
    let page = page.as_str();
    browser.get(page).await.is(StatusCode::OK).says("Visite").says("Beginnt gleich").says("anna").says("sse-connect");
    let now = server.now();
    let lease = now + SignedDuration::from_mins(1);
    let job = server.store.claim_job("node", &["round"], now, lease).await.unwrap().unwrap();
    let told = json!({ "done": 3, "all": 20, "now": { "de": "Wartet auf empfang-1", "en": "Waits for empfang-1" } });
    assert!(server.store.extend_job(&job, lease, &told).await.unwrap());
    browser.get(page).await.says("3 von 20 Schritten").says("Wartet auf empfang-1");
    let request = browser.request(Method::GET, page).header("hx-request", "true").body(axum::body::Body::empty());
    let part = browser.send(request.unwrap()).await;
    assert!(part.body.starts_with("<p>") && part.body.contains("Wartet auf empfang-1"));

    let end = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert!(server.store.finish_job(&job, now, Ok(&json!({}))).await.unwrap());
    };
    let events = format!("{page}/events");
    let (events, ()) = tokio::join!(browser.get(&events), end);
    assert_eq!(events.headers["content-type"], "text/event-stream");
    let told: Vec<&str> = events.body.split("\n\n").filter(|event| !event.is_empty()).collect();
    assert!(told[0].starts_with("event: progress\ndata: ") && told[0].contains("3 von 20"), "{told:?}");
    assert!(told[told.len() - 1].starts_with("event: end"), "{told:?}");
    let list = rows(&browser.get("/p/linde/jobs.csv").await.body);
    assert_eq!((list.len(), list[0][0].as_str(), list[0][1].as_str()), (1, "Visite", "fertig"));
    browser.post(&format!("{page}/cancel"), &[]).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("schon zu Ende");
}

#[tokio::test]
async fn jobs_are_stopped_and_say_why_they_failed() {
    let (server, practice, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    let page = browser.post("/p/linde/rounds", &[]).await.location().replace("?done=round", "");
    let now = server.now();
    let job = server.store.claim_job("node", &["round"], now, now).await.unwrap().unwrap();
    browser.post(&format!("{page}/cancel"), &[]).await.leads_to(&format!("{page}?done=cancelled"));
    browser.get(&page).await.is(StatusCode::OK).says("abgebrochen");
    assert!(!server.store.extend_job(&job, now, &json!(null)).await.unwrap(), "the node learns it");
    server.wait(SignedDuration::from_mins(2));
    let page = browser.post("/p/linde/rounds", &[]).await.location().replace("?done=round", "");
    browser.post(&format!("{page}/cancel"), &[]).await.leads_to("/p/linde/jobs?done=cancelled");
    assert_eq!(practice.jobs(9).await.unwrap().len(), 1, "what had not begun is not there any more");
    server.wait(SignedDuration::from_mins(2));
    let page = browser.post("/p/linde/rounds", &[]).await.location().replace("?done=round", "");
    let job = server.store.claim_job("node", &["round"], server.now(), server.now()).await.unwrap().unwrap();
    assert!(server.store.finish_job(&job, server.now(), Err("kein Platz <mehr>")).await.unwrap());
    browser.get(&page).await.is(StatusCode::OK).says("kein Platz &lt;mehr&gt;");
    let mut reader = visitor(&server, &practice, "ada", Role::Auditor).await;
    reader.get(&page).await.is(StatusCode::OK);
    reader.post(&format!("{page}/cancel"), &[]).await.is(StatusCode::FORBIDDEN);
    browser.get("/p/linde/jobs/nichts").await.is(StatusCode::NOT_FOUND);
    browser.get("/p/linde/jobs/NICHTS/events").await.is(StatusCode::NOT_FOUND);
}
