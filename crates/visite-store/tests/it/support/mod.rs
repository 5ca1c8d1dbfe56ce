//! Places for stores, and what several tests need.

pub mod postgres;

use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::future::Future;
use std::time::Duration;
use tempfile::TempDir;
use visite_facts::facts::{Account, OperatingSystem};
use visite_facts::*;
use visite_store::*;

/// Runs each of the tests on both engines.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { $crate::support::run(super::$name($crate::support::sqlite())); })+
        }
        mod root_postgres {
            $(#[test] fn $name() { $crate::support::run(super::$name($crate::support::postgres::place())); })+
        }
    };
}

/// Where a test keeps its store.
pub struct Place {
    pub location: Location,
    /// A folder that is gone after the test.
    pub folder: TempDir,
}

impl Place {
    pub async fn open(&self) -> Store {
        Store::open(&self.location).await.expect("open")
    }

    /// Changes rows behind the back of the store.
    pub async fn execute(&self, sql: &str) {
        let pool = sea_orm::Database::connect(url(&self.location)).await.expect("connect");
        pool.execute_unprepared(sql).await.expect("execute");
        pool.close().await.expect("close");
    }

    /// Whether the database itself does not take a change.
    pub async fn refuses(&self, sql: &str) -> bool {
        let pool = sea_orm::Database::connect(url(&self.location)).await.expect("connect");
        let refused = pool.execute_unprepared(sql).await.is_err();
        pool.close().await.expect("close");
        refused
    }

    /// One number, read behind the back of the store.
    pub async fn number(&self, sql: &str) -> i64 {
        let pool = sea_orm::Database::connect(url(&self.location)).await.expect("connect");
        let statement = sea_orm::Statement::from_string(pool.get_database_backend(), sql);
        let row = pool.query_one_raw(statement).await.expect("query").expect("a row");
        let number = row.try_get_by_index::<i64>(0).expect("a number");
        pool.close().await.expect("close");
        number
    }

    /// Begins to write as another program does. Ends when the connection is closed.
    pub async fn hold_write_lock(&self) -> sea_orm::DatabaseConnection {
        let mut options = sea_orm::ConnectOptions::new(url(&self.location));
        options.max_connections(1).min_connections(1);
        let pool = sea_orm::Database::connect(options).await.expect("connect");
        pool.execute_unprepared("BEGIN IMMEDIATE").await.expect("begin");
        pool
    }

    /// Another place of the same engine, or of the other one.
    pub fn other(&self, engine: Engine) -> Place {
        match engine {
            Engine::Sqlite => sqlite(),
            Engine::Postgres => postgres::place(),
        }
    }
}

fn url(location: &Location) -> String {
    match location {
        Location::Sqlite(path) => format!("sqlite://{}?mode=rwc", path.display()),
        Location::Postgres(url) => url.clone(),
    }
}

pub fn sqlite() -> Place {
    let folder = tempfile::tempdir().expect("a folder");
    Place { location: Location::file(folder.path().join("visite.db")), folder }
}

/// Runs a test to its end, within bounds.
pub fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("runtime");
    let bounded = async { tokio::time::timeout(Duration::from_secs(180), test).await };
    runtime.block_on(bounded).expect("the test took too long");
}

/// A moment: so many seconds after the first of June 2026, noon.
pub fn at(seconds: i64) -> Timestamp {
    let noon: Timestamp = "2026-06-01T12:00:00Z".parse().expect("a time");
    noon + Duration::from_secs(seconds.unsigned_abs()) * i32::from(seconds >= 0) as u32
        - Duration::from_secs(seconds.unsigned_abs()) * i32::from(seconds < 0) as u32
}

/// A moment: so many days after [`at`]`(0)`.
pub fn day(days: i64) -> Timestamp {
    at(days * 86_400)
}

pub fn practice_id(name: &str) -> PracticeId {
    PracticeId::new(name).expect("an id")
}

pub fn agent_id(name: &str) -> AgentId {
    AgentId::new(name).expect("an id")
}

pub fn account_id(name: &str) -> AccountId {
    AccountId::new(name).expect("an id")
}

/// Someone did something at [`at`]`(0)`.
pub fn event(what: &str) -> AuditEvent {
    AuditEvent::new(at(0), "tester", None, what)
}

/// A store with one practice, `linden`.
pub async fn practice(place: &Place) -> (Store, PracticeStore) {
    let store = place.open().await;
    let linden = add_practice(&store, "linden").await;
    (store, linden)
}

pub async fn add_practice(store: &Store, id: &str) -> PracticeStore {
    let id = practice_id(id);
    let new = NewPractice { id: id.clone(), name: format!("Praxis {id}"), time_zone: "Europe/Berlin".into() };
    store.create_practice(&event("practice.created"), &new).await.expect("a practice");
    store.practice(id)
}

pub fn new_agent(id: &str) -> NewAgent {
    NewAgent {
        id: agent_id(id),
        name: format!("PC {id}"),
        serial: "0a".into(),
        expires_at: day(90),
        version: "1.0.0".into(),
        medical_device: false,
    }
}

pub async fn add_agent(practice: &PracticeStore, id: &str) -> AgentId {
    practice.create_agent(&event("agent.created"), &new_agent(id)).await.expect("an agent");
    agent_id(id)
}

/// A snapshot of the computer `host`, whose content follows from `version`.
pub fn snapshot(host: &str, version: &str, observed_at: Timestamp) -> Snapshot {
    let mut snapshot = Snapshot {
        collector: "linux.system".into(),
        observed_at,
        received_at: None,
        subject: Subject { id: SubjectId(format!("host-{host}")), kind: SubjectKind::Host, name: host.into() },
        identifiers: Identifier::new(IdentifierKind::Serial, &format!("serial-of-{host}")).into_iter().collect(),
        facts: Default::default(),
        problems: Vec::new(),
    };
    snapshot.put(&OperatingSystem { version: Known(version.to_owned()), ..OperatingSystem::default() });
    snapshot
}

/// A snapshot of the accounts of a computer: it names people.
pub fn accounts(host: &str, names: &[&str], observed_at: Timestamp) -> Snapshot {
    let mut snapshot = Snapshot { collector: "linux.accounts".into(), ..snapshot(host, "12", observed_at) };
    let records = names.iter().map(|name| Account { name: Known((*name).to_owned()), ..Account::default() }).collect();
    snapshot.facts.clear();
    snapshot.put_all(&Collection::complete(records));
    snapshot
}

/// The snapshot as an agent delivers it, with its content.
pub fn with_body(snapshot: &Snapshot) -> DeliveredSnapshot {
    DeliveredSnapshot {
        hash: content_hash(snapshot),
        observed_at: snapshot.observed_at,
        subject: snapshot.subject.id.clone(),
        collector: snapshot.collector.clone(),
        body: Some(snapshot.clone()),
    }
}

/// The snapshot as an agent delivers it that believes its content to be known.
pub fn without_body(snapshot: &Snapshot) -> DeliveredSnapshot {
    DeliveredSnapshot { body: None, ..with_body(snapshot) }
}

pub fn delivery(sequence: i64, received_at: Timestamp, snapshots: Vec<DeliveredSnapshot>) -> Delivery {
    Delivery { epoch: 1, sequence, received_at, version: "1.0.0".into(), full: false, gap: false, snapshots }
}

/// A finding of the check `check` on the computer `pc1`.
pub fn finding(check: &str, record: Option<&str>, state: FindingState, seen: Timestamp) -> Finding {
    Finding {
        id: format!("finding-{check}"),
        check: check.into(),
        subject: SubjectId("host-pc1".into()),
        record: record.map(str::to_owned),
        state,
        first_seen: at(0),
        last_seen: seen,
        fixed_at: (state == FindingState::Fixed).then_some(seen),
        acceptance: None,
        not_seen_again: None,
        severity: Severity::Medium,
        effective_severity: Severity::High,
        confidence: Confidence::High,
        area: Area::Accounts,
        title: Text::new(
            format!("Das Konto {} hat kein Passwort", record.unwrap_or("gast")),
            format!("The account {} has no password", record.unwrap_or("gast")),
        ),
        why: Text::new("Jeder kommt hinein.", "Anybody gets in."),
        measure: "set-password".into(),
        sources: Vec::new(),
        evidence: vec![Evidence {
            field: format!("host.accounts[{}].password", record.unwrap_or("gast")),
            value: Some(json!("none")),
            unknown: None,
            source: "linux.accounts".into(),
            observed_at: Some(seen),
            basis: Basis::Measured,
        }],
    }
}

/// An assessment with these findings and nothing else.
pub fn assessment(round: &str, at: Timestamp, findings: Vec<Finding>) -> Assessment {
    Assessment {
        schema: ASSESSMENT_SCHEMA.into(),
        round: Round { id: round.into(), at, time_zone: "Europe/Berlin".into(), practice: None },
        catalog: CatalogUsed { hash: "c0".into(), ..CatalogUsed::default() },
        summary: Summary { points: 3, checked: 2, passed: 1, failed: 1, ..Summary::default() },
        subjects: Vec::new(),
        results: Vec::new(),
        findings,
        measures: Vec::new(),
        requirements: Vec::new(),
    }
}
