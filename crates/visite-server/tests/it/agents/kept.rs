//! The endpoint as it is served: real TLS, a real store in SQLite, and agents.

use super::receiver::{Fault, Hands};
use super::{Computer, step};
use crate::engine;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum_server::tls_rustls::RustlsConfig;
use jiff::Timestamp;
use std::collections::VecDeque;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use visite_agent::agent::{Agent, End, Step};
use visite_agent::call::{CallError, Line};
use visite_agent::enrolment::{EnrolError, Enrolment, enrol};
use visite_agent::event::Event;
use visite_agent::identity::{Home, Identity};
use visite_agent::protocol::{DELIVER, MedicalDevice, RefusalReason, Schedule, Token};
use visite_agent::tls;
use visite_catalog::{Catalog, Layer};
use visite_server::agents::authority::Authority;
use visite_server::agents::endpoint;
use visite_server::agents::tls::{ServerIdentity, server_config};
use visite_server::jobs::plan;
use visite_server::web::app::{AgentsAt, App, Config, World};
use visite_store::{AgentId, AuditEvent, NewEnrolment, NewPractice, PracticeId, PracticeStore, Store, StoreError};

static CATALOG: LazyLock<Arc<Catalog>> =
    LazyLock::new(|| Arc::new(visite_catalog::load(&[Layer::embedded()]).unwrap()));

/// A server with one practice, and a computer.
struct House {
    folder: Arc<tempfile::TempDir>,
    hands: Hands,
    store: Store,
    app: App,
    address: SocketAddr,
    handle: axum_server::Handle<SocketAddr>,
    faults: Arc<Mutex<VecDeque<Fault>>>,
    computer: Computer,
}

impl House {
    async fn new() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let store = Store::open(&engine::at(folder.path().join("visite.db"))).await.unwrap();
        let hands = Hands::default();
        let new = NewPractice { id: practice_id(), name: "Praxis Linden".into(), time_zone: "Europe/Berlin".into() };
        store.create_practice(&event(&hands, "practice.created"), &new).await.unwrap();
        Self::serving(folder, hands, store, "127.0.0.1:0".parse().unwrap(), Computer::default()).await
    }

    /// Serves a store; agents are those that know the authority in the folder.
    async fn serving(
        folder: Arc<tempfile::TempDir>,
        hands: Hands,
        store: Store,
        address: SocketAddr,
        computer: Computer,
    ) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let authority = Arc::new(Authority::open(folder.path(), hands.now().wall).unwrap());
        let clock = hands.clone();
        let config = Config {
            url: "https://visite.example.org".parse().unwrap(),
            beyond_loopback: true,
            proxies: Vec::new(),
            given_certificate: false,
            demo: false,
            key: [7; 32],
            catalog: CATALOG.clone(),
            agents: Some(AgentsAt {
                beyond: false,
                url: format!("https://localhost:{}", address.port()),
                authority: authority.clone(),
            }),
        };
        let world = World { now: Box::new(move || clock.now().wall), ..World::real() };
        let app = App::new(store.clone(), config, world).unwrap();
        let handle = axum_server::Handle::new();
        let faults: Arc<Mutex<VecDeque<Fault>>> = Arc::default();
        let waiting = faults.clone();
        let router = endpoint::router(app.clone()).layer(from_fn(move |request: Request, next: Next| {
            let fault = waiting.lock().unwrap().pop_front();
            faulty(fault, request, next)
        }));
        let identity = ServerIdentity::new(&authority, vec!["localhost".into()], hands.now().wall).unwrap();
        let tls = server_config(&authority, identity, &hands.clock()).unwrap();
        let server = axum_server::from_tcp_rustls(listener, RustlsConfig::from_config(Arc::new(tls))).unwrap();
        tokio::spawn(server.handle(handle.clone()).serve(router.into_make_service()));
        Self { folder, hands, store, app, address, handle, faults, computer }
    }

    /// The same server with another store, at the same address.
    async fn with_store(self, store: Store) -> Self {
        self.handle.shutdown();
        // The port is free once the listener is gone.
        for _ in 0..1_000 {
            if TcpListener::bind(self.address).is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let (folder, hands, computer) = (self.folder.clone(), self.hands.clone(), self.computer.clone());
        Self::serving(folder, hands, store, self.address, computer).await
    }

    fn practice(&self) -> PracticeStore {
        self.store.practice(practice_id())
    }

    fn fault(&self, fault: Fault) {
        self.faults.lock().unwrap().push_back(fault);
    }

    async fn token(&self) -> Token {
        static NEXT: AtomicU8 = AtomicU8::new(1);
        let authority = &self.app.agents().unwrap().authority;
        let token = Token::new([NEXT.fetch_add(1, Ordering::SeqCst); 16], authority.hash());
        let expires_at = self.hands.now().wall + Duration::from_secs(24 * 3600);
        let new = NewEnrolment { name: "Empfang".into(), expires_at };
        self.practice().create_enrolment(&event(&self.hands, "token.given"), &token.text(), &new).await.unwrap();
        token
    }

    async fn enrolment(&self) -> Enrolment {
        Enrolment {
            server: self.app.agents().unwrap().url.parse().unwrap(),
            relay: None,
            token: self.token().await,
            name: "Empfang".to_owned(),
            version: "0.1.0".to_owned(),
            medical_device: MedicalDevice::No,
            replace: false,
        }
    }

    fn home(&self) -> Home {
        Home::new(self.folder.path().join("agent"))
    }

    async fn enrol(&self, enrolment: Enrolment) -> Result<Identity, EnrolError> {
        enrol(&self.home(), enrolment, &self.hands.clock()).await
    }

    async fn agent(&self) -> Agent {
        self.enrol(self.enrolment().await).await.unwrap();
        self.again()
    }

    fn again(&self) -> Agent {
        Agent::open(self.home(), self.computer.world(&self.hands)).unwrap()
    }

    async fn only(&self) -> visite_store::Agent {
        let agents = self.practice().agents().await.unwrap();
        assert_eq!(agents.len(), 1);
        agents.into_iter().next().unwrap()
    }

    /// What was seen of the computer, oldest first.
    async fn contents(&self) -> Vec<String> {
        let subject = super::snapshot("", "", self.hands.now().wall).subject.id;
        let seen = self.practice().history(&subject, "linux.sockets", 100).await.unwrap();
        seen.iter().rev().map(|snapshot| snapshot.problems[0].detail.clone()).collect()
    }

    fn waited(&self) -> usize {
        self.computer.told(|event| matches!(event, Event::Waiting { .. }))
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.handle.shutdown();
    }
}

async fn faulty(fault: Option<Fault>, request: Request, next: Next) -> Response {
    let (work, (status, bytes)) = match fault {
        None => return next.run(request).await,
        Some(Fault::Instead(status, bytes)) => (false, (status, bytes)),
        Some(Fault::Afterwards(status, bytes)) => (true, (status, bytes)),
    };
    if work {
        next.run(request).await;
    }
    Response::builder().status(StatusCode::from_u16(status).unwrap()).body(Body::from(bytes)).unwrap()
}

fn practice_id() -> PracticeId {
    PracticeId::new("linden").unwrap()
}

fn event(hands: &Hands, what: &str) -> AuditEvent {
    AuditEvent::new(hands.now().wall, "tester", Some(&practice_id()), what)
}

fn refused<T: std::fmt::Debug>(result: Result<T, EnrolError>) -> RefusalReason {
    match result {
        Err(EnrolError::Call(CallError::Refused(reason))) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_token_counts_once_and_for_a_day() {
    let house = House::new().await;
    let first = house.enrolment().await;
    let approval = "Hersteller, Schreiben vom 1.11.2026";
    let medical_device = MedicalDevice::Approved { approval: approval.to_owned() };
    house.enrol(Enrolment { medical_device, ..first.clone() }).await.unwrap();
    let agent = house.only().await;
    assert_eq!((agent.name.as_str(), agent.medical_device, agent.deliveries), ("Empfang", true, 0));
    let log = house.practice().audit_log(None, 1).await.unwrap();
    assert_eq!((log[0].event.what.as_str(), &log[0].event.detail["approval"]), ("agent.enrolled", &approval.into()));
    let again = Enrolment { replace: true, ..first.clone() };
    assert_eq!(refused(house.enrol(again).await), RefusalReason::TokenUsed);
    let unknown = Enrolment { token: Token::new([99; 16], first.token.ca), replace: true, ..first.clone() };
    assert_eq!(refused(house.enrol(unknown).await), RefusalReason::TokenUnknown);
    let late = Enrolment { replace: true, ..house.enrolment().await };
    house.hands.pass(24 * 60);
    assert_eq!(refused(house.enrol(late).await), RefusalReason::TokenExpired);
    assert_eq!(house.practice().agents().await.unwrap().len(), 1);
    house.enrol(Enrolment { replace: true, ..house.enrolment().await }).await.unwrap();
    assert_eq!(house.practice().agents().await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_an_agent_saw_is_kept_once_and_judged() {
    let house = House::new().await;
    let mut agent = house.agent().await;
    house.computer.changes_to("a");
    assert_eq!(step(&mut agent).await, Duration::from_secs(3_600));
    let seen_at = house.hands.now().wall;
    house.hands.pass(60);
    step(&mut agent).await;
    house.computer.changes_to("b");
    // The answer to this one is lost.
    house.fault(Fault::Afterwards(502, b"<html>".to_vec()));
    house.hands.pass(60);
    step(&mut agent).await;
    house.hands.pass(5);
    step(&mut agent).await;
    let kept = house.only().await;
    assert_eq!((kept.deliveries, kept.gap_at, kept.version.as_str()), (3, None, "0.1.0"));
    assert_eq!(house.contents().await, ["a", "a", "b"]);
    let snapshots = house.practice().snapshots().await.unwrap();
    assert_eq!(snapshots.iter().map(|seen| seen.collector.as_str()).collect::<Vec<_>>(), ["linux.os", "linux.sockets"]);
    assert_eq!(Some(&snapshots[0].subject.id), kept.subject.as_ref());
    assert_eq!(snapshots[0].observed_at, seen_at + Duration::from_secs(7_200));
    let jobs = house.practice().open_jobs("judge").await.unwrap();
    let due: Vec<String> = jobs.iter().map(|job| job.id.to_string()).collect();
    assert_eq!(due, ["judge-202611241201", "judge-202611241415"], "a new computer at once, changes together");
}

#[tokio::test]
async fn a_store_that_is_away_makes_agents_wait_and_loses_nothing() {
    let house = House::new().await;
    let mut agent = house.agent().await;
    house.computer.changes_to("0");
    step(&mut agent).await;
    house.store.close().await.unwrap();
    for look in 1..=3 {
        house.computer.changes_to(&look.to_string());
        house.hands.pass(60);
        step(&mut agent).await;
    }
    assert_eq!(house.waited(), 3);
    let store = Store::open(&engine::at(house.folder.path().join("visite.db"))).await.unwrap();
    let house = house.with_store(store).await;
    house.hands.pass(60);
    step(&mut agent).await;
    assert_eq!(house.contents().await, ["0", "1", "2", "3"]);
    assert_eq!(house.only().await.deliveries, 5);
}

#[tokio::test]
async fn a_restored_server_gets_again_what_came_after_its_backup() {
    let house = House::new().await;
    let mut agent = house.agent().await;
    let mut backup = Vec::new();
    for look in 0..5 {
        house.computer.changes_to(&look.to_string());
        step(&mut agent).await;
        house.hands.pass(60);
        if look == 1 {
            house.store.backup(&mut backup, house.hands.now().wall).await.unwrap();
        }
    }
    let other = Store::open(&engine::at(house.folder.path().join("restored.db"))).await.unwrap();
    other.restore(backup.as_slice(), &event(&house.hands, "restored")).await.unwrap();
    let house = house.with_store(other).await;
    house.computer.changes_to("5");
    step(&mut agent).await;
    assert_eq!(house.contents().await, ["0", "1", "2", "3", "4", "5"]);
    assert_eq!(house.computer.told(|event| *event == Event::Restored { again: 3 }), 1);
    let kept = house.only().await;
    assert_eq!((kept.deliveries, kept.epoch), (6, house.store.epoch().await.unwrap()));
}

#[tokio::test]
async fn contents_that_the_server_does_not_have_come_again() {
    let house = House::new().await;
    let mut agent = house.agent().await;
    step(&mut agent).await;
    // The same practice and agent in a store that never saw what the agent believes to have delivered.
    let known = house.only().await;
    let empty = Store::open(&engine::at(house.folder.path().join("empty.db"))).await.unwrap();
    let new = NewPractice { id: practice_id(), name: "Praxis Linden".into(), time_zone: "Europe/Berlin".into() };
    empty.create_practice(&event(&house.hands, "practice.created"), &new).await.unwrap();
    let new = visite_store::NewAgent {
        id: known.id,
        name: known.name,
        serial: known.serial,
        expires_at: known.expires_at,
        version: known.version,
        medical_device: false,
    };
    empty.practice(practice_id()).create_agent(&event(&house.hands, "agent.made"), &new).await.unwrap();
    let house = house.with_store(empty).await;
    house.hands.pass(60);
    step(&mut agent).await;
    assert_eq!(house.only().await.deliveries, 1);
    assert_eq!(house.practice().snapshots().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_renewed_certificate_counts_when_it_is_shown() {
    let house = House::new().await;
    let mut agent = house.agent().await;
    step(&mut agent).await;
    let first = house.only().await.serial;
    let before = house.home().read().unwrap();
    house.hands.pass(244 * 24 * 60);
    // The delivery works, and the answer to the renewal is lost.
    house.fault(Fault::Afterwards(500, Vec::new()));
    house.fault(Fault::Afterwards(500, Vec::new()));
    step(&mut agent).await;
    house.hands.pass(60);
    house.fault(Fault::Instead(500, Vec::new()));
    step(&mut agent).await;
    assert_eq!(house.only().await.serial, first);
    for _ in 0..3 {
        house.hands.pass(61);
        step(&mut agent).await;
    }
    let kept = house.only().await;
    assert_ne!(kept.serial, first);
    let log: Vec<String> =
        house.practice().audit_log(None, 9).await.unwrap().into_iter().map(|entry| entry.event.what).collect();
    assert_eq!(log.iter().filter(|what| *what == "agent.renewed").count(), 1);
    // The one before opens nothing any more.
    let config = Arc::new(tls::mutual(&before.credentials, &house.hands.clock()).unwrap());
    let line = Line { server: before.server.clone(), relay: None, tls: config };
    let refused = line.post(DELIVER, b"{}").await;
    assert!(matches!(refused, Err(CallError::Refused(RefusalReason::Revoked))), "{refused:?}");
}

#[tokio::test]
async fn an_agent_whose_access_was_ended_stops() {
    let house = House::new().await;
    let mut agent = house.agent().await;
    step(&mut agent).await;
    let id: AgentId = house.only().await.id;
    house.practice().revoke_agent(&event(&house.hands, "agent.revoked"), &id).await.unwrap();
    house.hands.pass(60);
    assert_eq!(agent.step().await, Step::End(End::Revoked));
}

#[tokio::test]
async fn agents_look_as_the_practice_says_and_when_a_round_asks() {
    let house = House::new().await;
    let mut agent = house.agent().await;
    let agents = serde_json::json!({ "every_minutes": 120, "at_start": false });
    house.practice().put_settings(&event(&house.hands, "practice.settings"), &[("agents", agents)]).await.unwrap();
    assert_eq!(step(&mut agent).await, Duration::from_secs(7_200));
    drop(agent);
    assert_eq!(house.home().read().unwrap().schedule, Schedule::new(120, false));
    let mut agent = house.again();
    house.hands.pass(120);
    let now: Timestamp = house.hands.now().wall + Duration::from_secs(60);
    plan::round(&house.practice(), None, now).await.unwrap();
    assert_eq!(step(&mut agent).await, Duration::from_secs(300), "what it saw is older than the round");
    house.hands.pass(5);
    assert_eq!(step(&mut agent).await, Duration::from_secs(7_200), "it has answered");
    assert_eq!(house.computer.looked(), 3);
}

#[tokio::test]
async fn an_agent_of_no_practice_is_not_known() {
    let house = House::new().await;
    let mut agent = house.agent().await;
    step(&mut agent).await;
    let proof = visite_store::RecordId::new("deletion").unwrap();
    house.practice().delete(&event(&house.hands, "practice.deleted"), &proof).await.unwrap();
    let error = house.practice().agent(&AgentId::new("x").unwrap()).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound { .. }));
    house.hands.pass(60);
    step(&mut agent).await;
    assert_eq!(house.waited(), 1);
}
