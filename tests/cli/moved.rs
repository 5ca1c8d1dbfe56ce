//! A server comes back from its backup on another machine, and a real agent goes on: nothing is lost, nothing counts twice.

use super::load::{COLLECTOR, computer, enrolled, seen};
use super::postgres::Postgres;
use super::server::Server;
use crate::program::{Answer, visite};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use visite_agent::agent::{Agent, Step, World};
use visite_agent::clock::{Clock, Moment};
use visite_agent::identity::Home;
use visite_agent::spool::Limits;
use visite_store::{Location, PracticeId, Store};

const NAME: &str = "empfang";

/// An agent for which an hour passes when the test says so; each look sees another number.
struct Reception {
    agent: Agent,
    hours: Arc<AtomicU32>,
    looks: Arc<AtomicU64>,
}

impl Reception {
    fn open(home: &Path) -> Self {
        let (hours, looks) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU64::new(0)));
        let (passed, looked, start) = (hours.clone(), looks.clone(), Instant::now());
        let world = World {
            clock: Clock::new(move || Moment {
                running: start.elapsed() + Duration::from_secs(3600) * passed.load(Ordering::SeqCst),
                wall: Timestamp::now(),
            }),
            look: Arc::new(move |now| vec![seen(&computer(NAME), looked.fetch_add(1, Ordering::SeqCst) + 1, now)]),
            random: Box::new(|| 0),
            tell: Box::new(|_| {}),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            limits: Limits::default(),
        };
        Self { agent: Agent::open(Home::new(home), world).expect("it is enrolled"), hours, looks }
    }

    /// Looks once and delivers.
    async fn hour(&mut self) {
        assert!(matches!(self.agent.step().await, Step::Wait(_)));
        self.hours.fetch_add(1, Ordering::SeqCst);
    }

    fn looks(&self) -> u64 {
        self.looks.load(Ordering::SeqCst)
    }
}

/// What the server has of the agent: how often each look, and how many deliveries it counted.
async fn kept(location: &Location, practice: &str) -> (BTreeMap<String, u32>, i64) {
    let store = Store::open(location).await.expect("open");
    let practice = store.practice(PracticeId::new(practice).expect("an id"));
    let mut times = BTreeMap::new();
    for snapshot in practice.history(&computer(NAME).id, COLLECTOR, 1000).await.expect("the history") {
        *times.entry(snapshot.problems[0].detail.clone()).or_default() += 1;
    }
    let agents = practice.agents().await.expect("agents");
    let deliveries = agents.iter().find(|agent| agent.name == NAME).expect("the agent").deliveries;
    assert!(store.verify_audit().await.expect("readable").is_ok());
    store.integrity_check().await.expect("whole");
    store.close().await.expect("closed");
    (times, deliveries)
}

fn call(arguments: &[&str], data: &Path, passphrase: &Path, database: Option<&str>) -> Answer {
    let (data, passphrase) = (data.display().to_string(), passphrase.display().to_string());
    let mut all = vec!["--lang", "en"];
    all.extend(arguments);
    all.extend(["--data", data.as_str()]);
    all.extend(database.into_iter().flat_map(|database| ["--database", database]));
    visite(all).env("VISITE_PASSPHRASE_FILE", &passphrase).run()
}

/// Backup in the middle of deliveries, then the machine is gone; on the new one the store lies in `database`.
async fn goes_on(database: Option<&str>) {
    let folder = crate::program::shared_folder();
    let path = |name: &str| folder.path().join(name);
    let (pass, backup) = (path("pass"), path("backup").display().to_string());
    fs::write(&pass, "lampe regen sofa nuss\n").expect("ours");
    let server = Server::start(&path("data"));
    let owner = server.owner();
    enrolled(&owner, &path("agent"), NAME).await;
    let practice = owner.practice.rsplit('/').next().expect("an id").to_owned();
    let agents_at = server.agents_at();
    let mut reception = Reception::open(&path("agent"));
    for _ in 0..3 {
        reception.hour().await;
    }
    call(&["backup", "--with-keys", "--output", &backup], &path("data"), &pass, None).succeeded();
    for _ in 0..3 {
        reception.hour().await;
    }
    let old = Location::file(path("data/visite.db"));
    assert_eq!((reception.looks(), kept(&old, &practice).await.1), (6, 6), "all six were delivered");
    drop(owner);
    server.kill();
    fs::remove_dir_all(path("data")).expect("ours");

    let whole = fs::read(&backup).expect("ours");
    let cut = path("cut").display().to_string();
    fs::write(&cut, &whole[..whole.len() - 10]).expect("ours");
    assert_eq!(call(&["restore", &cut], &path("new"), &pass, database).status, Some(65));
    assert!(!path("new").exists(), "nothing is left of what failed");
    let said = call(&["restore", &backup], &path("new"), &pass, database).succeeded().stdout;
    assert_eq!(said.contains("--database URL"), database.is_some(), "{said}");
    assert!(!said.contains("postgres://"), "{said}");
    let other = call(&["restore", &backup], &path("third"), &pass, database);
    assert_eq!(other.status, Some(if database.is_some() { 73 } else { 0 }), "{other}");
    let server = Server::start_with(&path("new"), &agents_at, database);
    let new = database.map_or_else(|| Location::file(path("new/visite.db")), |url| url.parse().expect("a place"));
    assert_eq!(kept(&new, &practice).await.1, 3, "as of the backup");
    reception.hour().await;
    let (times, deliveries) = kept(&new, &practice).await;
    let wanted: BTreeMap<String, u32> = (1..=reception.looks()).map(|number| (format!("number {number}"), 1)).collect();
    assert_eq!((reception.looks(), deliveries), (7, 7));
    assert_eq!(times, wanted);
    // And back again, from either database, while the server works.
    let again = path("again").display().to_string();
    call(&["backup", "--with-keys", "--output", &again], &path("new"), &pass, database).succeeded();
    call(&["restore", &again], &path("back"), &pass, None).succeeded();
    assert_eq!(kept(&Location::file(path("back/visite.db")), &practice).await, (wanted, 7));
    assert_eq!(server.end(), Some(0));
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime").block_on(test);
}

#[test]
fn a_restored_server_gets_again_what_came_after_its_backup() {
    run(goes_on(None));
}

#[test]
fn root_a_backup_moves_to_postgresql_and_agents_go_on() {
    crate::program::assert_root();
    let postgres = Postgres::start();
    run(goes_on(Some(&postgres.url())));
}
