//! What programs read is what the pages show, and the description lists what exists.

use super::Program;
use crate::server::{Reach, Server};
use crate::show::{filled, newest, open_finding};
use axum::http::{Method, StatusCode};
use serde_json::Value;
use std::collections::BTreeSet;
use visite_facts::Word;
use visite_server::api::scope::Scope;
use visite_server::web::routes::table;
use visite_store::{AgentId, DeliveredSnapshot, Delivery, NewAgent, content_hash};

const P: &str = "/api/v1/practices/linde";

#[tokio::test]
async fn findings_come_in_parts_and_filtered() {
    let (server, practice, owner) = filled().await;
    let program = Program::new(&server, Some(practice.id()), &owner, Scope::ALL).await;
    let (mut ids, mut path) = (Vec::new(), format!("{P}/findings?limit=7"));
    // More parts than there can be would be a list without end.
    for _ in 0..newest().findings.len() {
        let part = program.get(&path).await;
        ids.extend(part["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
        let Some(next) = part["next"].as_str() else { break };
        path = format!("{P}/findings?limit=7&cursor={next}");
    }
    let expected: BTreeSet<&str> = newest().findings.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids.iter().map(String::as_str).collect::<Vec<_>>(), expected.into_iter().collect::<Vec<_>>());
    let finding = open_finding();
    let filtered =
        program.get(&format!("{P}/findings?state=open&check={}&device={}", finding.check, finding.subject.0)).await;
    let found = filtered["items"].as_array().unwrap();
    assert!(found.iter().all(|one| one["check"] == finding.check.as_str() && one["state"] == "open"));
    assert!(found.iter().any(|one| one["id"] == finding.id.as_str()));
    let one = program.get(&format!("{P}/findings/{}", finding.id)).await;
    assert_eq!(
        (&one["history"][0]["kind"], &one["title"]["de"]),
        (&"opened".into(), &finding.title.de.as_str().into())
    );
}

#[tokio::test]
async fn everything_else_is_read_too() {
    let (server, practice, owner) = filled().await;
    let program = Program::new(&server, Some(practice.id()), &owner, Scope::ALL).await;
    let items = async |rest: &str| program.get(&format!("{P}{rest}")).await["items"].as_array().unwrap().len();
    let devices = program.get(&format!("{P}/devices")).await;
    assert_eq!(devices["items"].as_array().unwrap().len(), 2);
    let device = devices["items"][0]["id"].as_str().unwrap();
    assert_eq!(program.get(&format!("{P}/devices/{device}")).await, devices["items"][0]);
    assert_eq!(items("/measures").await, newest().measures.len());
    assert_eq!(items("/checks").await, server.app.catalog().checks.len());
    assert_eq!(items("/requirements").await, server.app.catalog().requirements().count());
    let rounds = program.get(&format!("{P}/rounds?limit=1")).await;
    assert_eq!(rounds["items"][0]["id"], newest().round.id.as_str());
    let next = rounds["next"].as_str().unwrap();
    let before = program.get(&format!("{P}/rounds?limit=1&cursor={next}")).await;
    assert_eq!((before["items"].as_array().unwrap().len(), before["next"].is_null()), (1, true));
    let whole = program.get(&format!("{P}/rounds/{}", newest().round.id)).await;
    assert_eq!(whole["findings"].as_array().unwrap().len(), newest().findings.len());
    let compared = program.get(&format!("{P}/compare")).await;
    assert_eq!(compared["to"], newest().round.id.as_str());
    assert!(!compared["new"].as_array().unwrap().is_empty());
    assert_eq!((items("/agents").await, items("/jobs").await), (0, 0));
    for _ in 0..2 {
        program.post(&format!("{P}/rounds"), "").await.is(StatusCode::ACCEPTED);
    }
    let log = program.get(&format!("{P}/audit?limit=1")).await;
    let older = program.get(&format!("{P}/audit?limit=1&cursor={}", log["next"].as_str().unwrap())).await;
    assert!(older["items"][0]["number"].as_i64() < log["items"][0]["number"].as_i64());
    let people = program.get(&format!("{P}/people")).await;
    assert_eq!(people["items"][0]["id"], owner.as_str());
    program.send(&Method::GET, &format!("{P}/devices/nothing/facts"), None).await.is(StatusCode::NOT_FOUND);
    let numbers = program.get("/api/v1/practices").await;
    assert_eq!(numbers["items"][0]["last_round"], newest().round.at.to_string());
}

#[tokio::test]
async fn facts_of_a_device_are_a_file_of_facts() {
    let server = Server::new(Reach::Beyond).await;
    let id = server.practice("linde").await;
    let owner = server.person("anna", &id, visite_store::Role::PracticeOwner).await;
    let bytes = std::fs::read(crate::show::repository("hosts/debian-12-server/facts.json")).unwrap();
    let snapshots = visite_facts::FactsFile::from_json(&bytes).unwrap().0.snapshots;
    let device = snapshots[0].subject.id.0.clone();
    let practice = server.store.practice(id.clone());
    let agent = AgentId::new("pc").unwrap();
    let new = NewAgent {
        id: agent.clone(),
        name: "pc".into(),
        serial: "00".into(),
        expires_at: server.now(),
        version: "0".into(),
        medical_device: false,
    };
    practice.create_agent(&server.event(), &new).await.unwrap();
    let delivered = snapshots.iter().map(|snapshot| DeliveredSnapshot {
        hash: content_hash(snapshot),
        observed_at: snapshot.observed_at,
        subject: snapshot.subject.id.clone(),
        collector: snapshot.collector.clone(),
        body: Some(snapshot.clone()),
    });
    let delivery = Delivery {
        epoch: 1,
        sequence: 1,
        received_at: server.now(),
        version: "0".into(),
        full: true,
        gap: false,
        snapshots: delivered.collect(),
    };
    practice.deliver(&agent, delivery).await.unwrap();
    let program = Program::new(&server, Some(&id), &owner, &["facts:read"]).await;
    let file = program.get(&format!("{P}/devices/{device}/facts")).await;
    let read = visite_facts::FactsFile::from_json(file.to_string().as_bytes()).unwrap().0;
    assert_eq!(read.snapshots.len(), snapshots.len());
}

#[tokio::test]
async fn the_description_lists_exactly_what_exists() {
    let server = Server::new(Reach::Beyond).await;
    let answer = server.browser().get("/api/v1/openapi.json").await;
    let told: Value = serde_json::from_str(&answer.is(StatusCode::OK).body).unwrap();
    assert_eq!(told["openapi"], "3.1.0");
    let mut listed = BTreeSet::new();
    let mut names = BTreeSet::new();
    for (path, item) in told["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            listed.insert((method.to_uppercase(), path.clone()));
            assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{path}");
        }
    }
    let is_for_programs =
        |path: &str| path.starts_with("/api/") || !path[1..].contains('/') && path.ends_with('z') || path == "/metrics";
    let exist: BTreeSet<(String, String)> = table()
        .iter()
        .filter(|route| is_for_programs(route.path))
        .map(|route| (route.method.to_string(), route.path.to_owned()))
        .collect();
    assert_eq!(listed, exist);
    // Each shape that is named is there.
    let mut wanted = vec![&told];
    while let Some(value) = wanted.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(name)) = fields.get("$ref") {
                    assert!(told.pointer(name.strip_prefix('#').unwrap()).is_some(), "{name}");
                }
                wanted.extend(fields.values());
            }
            Value::Array(items) => wanted.extend(items),
            _ => {}
        }
    }
    // Each scope opens something, and everything that needs a token names its scope.
    for scope in Scope::ALL {
        assert!(answer.body.contains(&format!("Scope `{scope}`.")), "{scope}");
    }
    assert!(Scope::ALL.iter().all(|word| Scope::from_word(word).is_some()));
}
