//! Programs are told what happened: signed, again if nobody takes it, and never where they must not.

use super::{Program, json};
use crate::server::{Browser, Reach, Server};
use crate::show::{filled, newest, open_finding};
use axum::http::StatusCode;
use data_encoding::BASE64;
use jiff::SignedDuration;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use visite_facts::Word;
use visite_server::api::scope::Scope;
use visite_server::hooks::{HookEvent, plan, sign};
use visite_server::jobs::worker::{Setup, Workers};
use visite_store::{FindingChange, FindingEventKind, Job, JobId, JobState, PracticeStore, Role};

/// A program that notes what it is told, and gives these answers one after the other.
struct Told {
    address: String,
    requests: mpsc::UnboundedReceiver<String>,
}

impl Told {
    async fn new(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/visite", listener.local_addr().unwrap());
        let (sender, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut text = String::new();
                let mut bytes = [0; 4096];
                // The body is one object, which ends with the message.
                while !text.ends_with('}') {
                    let length = stream.read(&mut bytes).await.unwrap();
                    assert!(length > 0, "it broke off: {text}");
                    text.push_str(std::str::from_utf8(&bytes[..length]).unwrap());
                }
                stream.write_all(answer.as_bytes()).await.unwrap();
                sender.send(text).unwrap();
            }
        });
        Self { address, requests }
    }

    async fn next(&mut self) -> String {
        tokio::time::timeout(Duration::from_secs(20), self.requests.recv()).await.unwrap().unwrap()
    }
}

const OK: &str = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
const BUSY: &str = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const AWAY: &str =
    "HTTP/1.1 307 Temporary Redirect\r\nlocation: /else\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    let line = request.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{request}"));
    line.trim_start_matches(':').trim()
}

/// Works with a look that sees nothing.
fn workers(server: &Server) -> Workers {
    let _ = (*visite_agent::tls::provider()).clone().install_default();
    Workers::start(&server.app, Setup { node: "one".into(), at_once: 2, look: Arc::new(|_| Vec::new()) })
}

async fn job(practice: &PracticeStore, id: &JobId, wanted: impl Fn(&Job) -> bool) -> Job {
    for _ in 0..200 {
        let job = practice.job(id).await.unwrap();
        if wanted(&job) {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{:?}", practice.job(id).await.unwrap());
}

/// Sends a message that says nothing; its job.
async fn try_it(browser: &mut Browser<'_>, practice: &PracticeStore) -> JobId {
    let hook = practice.webhooks().await.unwrap()[0].id.clone();
    let answer = browser.post(&format!("/p/p/hooks/{hook}/test"), &[]).await;
    let id = answer.location().strip_prefix("/p/p/jobs/").unwrap().split('?').next().unwrap();
    JobId::new(id).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_signed_and_sent_again_until_somebody_takes_it() {
    let server = Server::new(Reach::Beyond).await;
    let id = server.practice("p").await;
    let practice = server.store.practice(id.clone());
    let owner = server.person("anna", &id, Role::PracticeOwner).await;
    let mut told = Told::new(&[BUSY, AWAY, OK]).await;
    let mut browser = server.signed_in(&owner).await;
    let form = [("address", told.address.as_str()), ("agent.silent", "on")];
    browser.post("/p/p/hooks", &form).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("role=\"alert\"");
    browser.post("/programs/private", &[("private", "on")]).await.leads_to("/programs?done=saved");
    browser.post("/p/p/hooks", &form[..1]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    let made = browser.post("/p/p/hooks", &form).await;
    let created = &server.store.audit_log(None, 1).await.unwrap()[0].event;
    assert_eq!((created.what.as_str(), &created.detail["name"]), ("webhook.created", &"127.0.0.1".into()));
    let (_, rest) = made.is(StatusCode::OK).body.split_once("whsec_").unwrap();
    let secret = BASE64.decode(rest.split('<').next().unwrap().as_bytes()).unwrap();
    let kept = &practice.webhooks().await.unwrap()[0];
    assert!(!kept.secret.contains(&BASE64.encode(&secret)), "it is kept sealed");
    assert!(!browser.get("/p/p/programs").await.says(&told.address).body.contains("whsec_"));
    let workers = workers(&server);
    let message = try_it(&mut browser, &practice).await;
    let mut ids = Vec::new();
    for wait in [15, 60, 0] {
        let request = told.next().await;
        assert!(request.starts_with("POST /visite HTTP/1.1\r\n"), "{request}");
        let (id, body) = (header(&request, "webhook-id"), request.split("\r\n\r\n").nth(1).unwrap());
        let seconds = header(&request, "webhook-timestamp").parse().unwrap();
        assert_eq!(seconds, server.now().as_second());
        assert_eq!(header(&request, "webhook-signature"), sign::signature(&secret, id, seconds, body));
        assert_eq!(serde_json::from_str::<serde_json::Value>(body).unwrap()["type"], "test");
        ids.push(id.to_owned());
        if wait > 0 {
            job(&practice, &message, |job| job.state == JobState::Waiting && job.due_at > server.now()).await;
            server.wait(SignedDuration::from_secs(wait));
        }
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "a message keeps its id");
    job(&practice, &message, |job| job.state == JobState::Done).await;
    // Once own networks are closed again, nothing goes there any more.
    browser.post("/programs/private", &[]).await.leads_to("/programs?done=saved");
    let message = try_it(&mut browser, &practice).await;
    let refused = job(&practice, &message, |job| job.state == JobState::Waiting && job.attempts > 0).await;
    assert!(refused.progress["now"]["en"].as_str().unwrap().contains("https://"), "{}", refused.progress);
    workers.stop().await;
}

#[tokio::test]
async fn what_happens_is_told_to_whom_it_concerns_once() {
    let (server, practice, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    for (address, events) in [
        ("https://one.example/", &["finding.accepted", "finding.opened"][..]),
        ("https://two.example/", &["round.finished"]),
    ] {
        let form: Vec<_> =
            [("address", address)].into_iter().chain(events.iter().map(|event| (*event, "on"))).collect();
        browser.post("/p/linde/hooks", &form).await.is(StatusCode::OK);
    }
    let program = Program::new(&server, Some(practice.id()), &owner, Scope::ALL).await;
    let accept = serde_json::json!({ "reason": "Wird im März ersetzt.", "until": "2027-03-31" }).to_string();
    let path = format!("/api/v1/practices/linde/findings/{}/accept", open_finding().id);
    json(program.post(&path, &accept).await.is(StatusCode::OK));
    let change = |kind| FindingChange { finding: open_finding().id.clone(), kind };
    for _ in 0..2 {
        let changes = [change(FindingEventKind::Reopened)];
        plan::round(&practice, newest(), &changes, server.now()).await.unwrap();
    }
    let jobs = practice.jobs(99).await.unwrap();
    let bodies = jobs.iter().filter(|job| job.kind == "notify").map(|job| job.input["body"].as_str().unwrap());
    let mut kinds = Vec::new();
    for body in bodies {
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["data"]["practice"], "linde");
        let title = &open_finding().title.de;
        assert!(!body.to_string().contains(title.as_str()), "titles may hold names");
        if let Some(findings) = body["data"]["findings"].as_array() {
            assert_eq!(findings[0]["id"], open_finding().id.as_str());
        }
        kinds.push(body["type"].as_str().unwrap().to_owned());
    }
    kinds.sort();
    assert_eq!(kinds, ["finding.accepted", "finding.opened", "round.finished"]);
    assert!(kinds.iter().all(|kind| HookEvent::from_word(kind).is_some()));
    let hook = practice.webhooks().await.unwrap()[0].id.clone();
    browser.post(&format!("/p/linde/hooks/{hook}/remove"), &[]).await.leads_to("/p/linde/programs?done=hook-removed");
    browser.post(&format!("/p/linde/hooks/{hook}/remove"), &[]).await.is(StatusCode::NOT_FOUND);
    assert_eq!(practice.webhooks().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_are_slow_hold_up_nothing_else() {
    let server = Server::new(Reach::Beyond).await;
    let id = server.practice("p").await;
    let practice = server.store.practice(id.clone());
    let owner = server.person("anna", &id, Role::PracticeOwner).await;
    let mut browser = server.signed_in(&owner).await;
    browser.post("/programs/private", &[("private", "on")]).await.leads_to("/programs?done=saved");
    // They take the call and say nothing.
    let tarpit = TcpListener::bind("127.0.0.1:0").await.unwrap();
    for path in ["one", "two"] {
        let address = format!("http://{}/{path}", tarpit.local_addr().unwrap());
        browser.post("/p/p/hooks", &[("address", &address), ("agent.silent", "on")]).await.is(StatusCode::OK);
    }
    let mut messages = Vec::new();
    for hook in practice.webhooks().await.unwrap() {
        let path = format!("/p/p/hooks/{}/test", hook.id);
        let first = browser.post(&path, &[]).await.location().to_owned();
        assert_eq!(browser.post(&path, &[]).await.location(), first, "one a minute");
        let id = first.strip_prefix("/p/p/jobs/").unwrap().split('?').next().unwrap();
        messages.push(JobId::new(id).unwrap());
    }
    let workers = workers(&server);
    let waits = async || {
        let all = [practice.job(&messages[0]).await.unwrap(), practice.job(&messages[1]).await.unwrap()];
        all.iter().map(|job| job.attempts).sum::<i64>()
    };
    while waits().await == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let begun = browser.post("/p/p/rounds", &[]).await;
    let round = begun.location().strip_prefix("/p/p/jobs/").unwrap().split('?').next().unwrap().to_owned();
    job(&practice, &JobId::new(round).unwrap(), |job| job.state == JobState::Done || job.attempts > 0).await;
    assert_eq!(waits().await, 1, "the second message waits for the first, and the round does not");
    workers.stop().await;
}
