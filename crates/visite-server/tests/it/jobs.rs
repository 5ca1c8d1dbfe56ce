//! Workers at work: what is planned is done, once, shown while it goes on, and given back when the node ends.

use crate::engine;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, mpsc};
use std::time::Duration;
use visite_catalog::{Catalog, Layer};
use visite_facts::{Problem, Snapshot, Subject, SubjectKind, UnknownReason};
use visite_server::jobs::work::Look;
use visite_server::jobs::worker::{Setup, Workers};
use visite_server::jobs::{look::THIS_MACHINE, plan};
use visite_server::login::first::{INSTALLATION_KIND, PROVIDER};
use visite_server::web::app::{App, Config, World};
use visite_store::{
    AgentId, AuditEvent, Job, JobId, JobState, Location, NewAgent, NewJob, NewPractice, PracticeId, PracticeStore,
    Store,
};

/// Monday, in the morning; the planned rounds of the day are later.
const BEGIN: &str = "2026-03-02T08:00:00Z";

static CATALOG: LazyLock<Arc<Catalog>> =
    LazyLock::new(|| Arc::new(visite_catalog::load(&[Layer::embedded()]).unwrap()));

pub fn practice_id() -> PracticeId {
    PracticeId::new("linden").unwrap()
}

fn snapshot(now: Timestamp) -> Snapshot {
    Snapshot {
        collector: "linux.os".to_owned(),
        observed_at: now,
        received_at: None,
        subject: Subject {
            id: visite_facts::identity::derived_id(SubjectKind::Host, &[], "server"),
            kind: SubjectKind::Host,
            name: "server".to_owned(),
        },
        identifiers: Vec::new(),
        facts: Default::default(),
        problems: vec![Problem {
            source: "/etc/x".into(),
            reason: UnknownReason::Malformed,
            detail: "always the same".to_owned(),
        }],
    }
}

/// A node on a store, with a clock that stands until a test moves it.
pub struct Node {
    pub app: App,
    clock: Arc<AtomicI64>,
    looks: Arc<AtomicUsize>,
}

impl Node {
    pub async fn new(location: &Location) -> Self {
        let store = Store::open(location).await.unwrap();
        let begin: Timestamp = BEGIN.parse().unwrap();
        let clock = Arc::new(AtomicI64::new(begin.as_microsecond()));
        let told = clock.clone();
        let now = Box::new(move || Timestamp::from_microsecond(told.load(Ordering::SeqCst)).unwrap());
        let config = Config {
            url: "https://visite.example.org".parse().unwrap(),
            beyond_loopback: false,
            proxies: Vec::new(),
            given_certificate: false,
            demo: false,
            key: [7; 32],
            catalog: CATALOG.clone(),
            agents: None,
        };
        let app = App::new(store, config, World { now, ..World::real() }).unwrap();
        Self { app, clock, looks: Arc::default() }
    }

    pub async fn with_practice(folder: &Path) -> Self {
        let node = Self::new(&engine::at(folder.join("visite.db"))).await;
        node.make_practice().await;
        node
    }

    pub async fn make_practice(&self) {
        let new = NewPractice { id: practice_id(), name: "Praxis Linden".into(), time_zone: "Europe/Berlin".into() };
        self.app.store().create_practice(&self.event(), &new).await.unwrap();
    }

    pub fn event(&self) -> AuditEvent {
        AuditEvent::new(self.app.now(), "tester", Some(&practice_id()), "test")
    }

    pub fn practice(&self) -> PracticeStore {
        self.app.store().practice(practice_id())
    }

    pub fn pass(&self, time: SignedDuration) {
        self.clock.fetch_add(i64::try_from(time.as_micros()).unwrap(), Ordering::SeqCst);
    }

    pub fn looks(&self) -> usize {
        self.looks.load(Ordering::SeqCst)
    }

    fn look(&self) -> Look {
        let looks = self.looks.clone();
        Arc::new(move |now| {
            looks.fetch_add(1, Ordering::SeqCst);
            vec![snapshot(now)]
        })
    }

    pub fn start(&self, name: &str) -> Workers {
        self.start_with(name, self.look())
    }

    /// As [`Node::start`], with looks that take as long as real ones, so that there is something to share.
    pub fn start_slow(&self, name: &str) -> Workers {
        let look = self.look();
        let slow = move |now| {
            std::thread::sleep(Duration::from_millis(300));
            look(now)
        };
        self.start_with(name, Arc::new(slow))
    }

    fn start_with(&self, name: &str, look: Look) -> Workers {
        Workers::start(&self.app, Setup { node: name.to_owned(), at_once: 3, look })
    }

    /// The job once it is as wanted.
    pub async fn job(&self, id: &JobId, wanted: impl Fn(&Job) -> bool) -> Job {
        for _ in 0..1_500 {
            match self.practice().job(id).await {
                Ok(job) if wanted(&job) => return job,
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
        panic!("{:?}", self.practice().job(id).await)
    }

    pub async fn done(&self, id: &JobId) -> Job {
        let job = self.job(id, |job| job.finished_at.is_some()).await;
        assert_eq!(job.state, JobState::Done, "{job:?}");
        job
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_started_server_looks_at_its_machine_and_judges_it() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::with_practice(folder.path()).await;
    let workers = node.start("one");
    let done = node.done(&JobId::new("round-202603020800").unwrap()).await;
    let result = done.result.unwrap();
    assert_eq!((&result["done"], &result["all"]), (&json!(3), &json!(3)), "{result}");
    assert!(result["now"]["de"].as_str().unwrap().starts_with("Beurteilt: 1 Gerät, "), "{result}");
    let agent = node.practice().agent(&AgentId::new(THIS_MACHINE).unwrap()).await.unwrap();
    assert_eq!((agent.name.as_str(), agent.deliveries), ("server", 1));
    let assessment = node.practice().latest_assessment().await.unwrap().unwrap();
    assert_eq!(assessment.subjects.len(), 1);
    let cleaned = node.app.store().jobs(10).await.unwrap();
    assert_eq!(cleaned.iter().map(|job| job.id.as_str()).collect::<Vec<_>>(), ["clean_up-20260302"]);
    workers.stop().await;
    assert_eq!(node.looks.load(Ordering::SeqCst), 1);
    // Nothing goes on after the end.
    let id = plan::look(&node.practice(), None, node.app.now()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(node.practice().job(&id).await.unwrap().state, JobState::Waiting);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_changes_something_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::with_practice(folder.path()).await;
    let workers = node.start("one");
    node.done(&JobId::new("round-202603020800").unwrap()).await;
    node.pass(SignedDuration::from_mins(5));
    let id = plan::look(&node.practice(), Some("account"), node.app.now()).await.unwrap();
    let looked = node.done(&id).await;
    assert_eq!(looked.input, json!({ "by": "account" }));
    assert!(node.practice().open_jobs("judge").await.unwrap().is_empty(), "the same as before");
    let id = plan::judge(&node.practice(), node.app.now()).await.unwrap();
    assert_eq!(node.practice().job(&id).await.unwrap().state, JobState::Waiting);
    node.pass(SignedDuration::from_mins(1));
    node.done(&id).await;
    assert_eq!(node.practice().rounds(None, 10).await.unwrap().len(), 2);
    workers.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_waits_for_computers_that_are_on_but_not_forever() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::with_practice(folder.path()).await;
    for name in ["on", "off"] {
        let new = NewAgent {
            id: AgentId::new(name).unwrap(),
            name: name.into(),
            serial: "00".into(),
            expires_at: node.app.now(),
            version: "0".into(),
            medical_device: false,
        };
        node.practice().create_agent(&node.event(), &new).await.unwrap();
    }
    let deliver = async |sequence| {
        let delivery = visite_store::Delivery {
            epoch: 1,
            sequence,
            received_at: node.app.now(),
            version: "0".into(),
            full: true,
            gap: false,
            snapshots: Vec::new(),
        };
        node.practice().deliver(&AgentId::new("on").unwrap(), delivery).await.unwrap();
    };
    deliver(1).await;
    node.pass(SignedDuration::from_mins(30));
    let workers = node.start("one");
    let first = JobId::new("round-202603020830").unwrap();
    let waits = |job: &Job| job.state == JobState::Waiting && job.attempts > 0;
    let waiting = node.job(&first, waits).await;
    assert_eq!(waiting.progress["now"]["de"], "0 von 1 Computern haben berichtet.");
    node.pass(SignedDuration::from_mins(1));
    deliver(2).await;
    node.done(&first).await;
    // The next one is not answered.
    node.pass(SignedDuration::from_mins(1));
    let second = plan::round(&node.practice(), None, node.app.now()).await.unwrap();
    node.job(&second, waits).await;
    node.pass(SignedDuration::from_mins(10));
    node.done(&second).await;
    assert_eq!(node.looks.load(Ordering::SeqCst), 2, "this machine looks once a round");
    workers.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_says_why_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::with_practice(folder.path()).await;
    node.practice().set_file(&node.event(), None, "schema: visite.practice/1\nname: [").await.unwrap();
    let id = plan::judge(&node.practice(), node.app.now() - SignedDuration::from_mins(5)).await.unwrap();
    let workers = node.start("one");
    let failed = node.job(&id, |job| job.finished_at.is_some()).await;
    assert_eq!(failed.state, JobState::Failed);
    let why: visite_facts::Text = serde_json::from_str(failed.result.unwrap().as_str().unwrap()).unwrap();
    assert!(why.de.contains("Praxisdatei") && why.en.contains("practice file"), "{why:?}");
    workers.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_breaks_off_ends_and_one_that_ends_its_node_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::with_practice(folder.path()).await;
    let id = plan::look(&node.practice(), None, node.app.now()).await.unwrap();
    // The round at the start breaks off, too.
    let workers = node.start_with("one", Arc::new(|_| panic!("a collector with a mistake")));
    let failed = node.job(&id, |job| job.finished_at.is_some()).await;
    assert_eq!(failed.state, JobState::Failed);
    workers.stop().await;
    // Five nodes claim a job and die.
    let now = node.app.now();
    let id = JobId::new("look-again").unwrap();
    let new = NewJob { id: id.clone(), kind: "look".into(), input: json!({}), due_at: now };
    node.practice().plan_job(&new, now).await.unwrap();
    for _ in 0..5 {
        let claimed = node.app.store().claim_job("dead", &["look"], node.app.now(), node.app.now()).await.unwrap();
        assert_eq!(claimed.unwrap().id, id);
    }
    let workers = node.start("two");
    let failed = node.job(&id, |job| job.finished_at.is_some()).await;
    assert_eq!((failed.state, failed.attempts), (JobState::Failed, 6));
    workers.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_ends_gives_back_what_it_does() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::with_practice(folder.path()).await;
    let (release, held) = mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    // A look that lasts until the test lets it go.
    let slow: Look = Arc::new(move |now| {
        let _ = held.lock().unwrap().recv_timeout(Duration::from_secs(30));
        vec![snapshot(now)]
    });
    let id = JobId::new("round-202603020800").unwrap();
    let workers = node.start_with("one", slow);
    let running = node.job(&id, |job| job.state == JobState::Running && !job.progress.is_null()).await;
    assert_eq!(running.progress["now"]["en"], "Visite is looking at this computer.");
    workers.stop().await;
    let given_back = node.practice().job(&id).await.unwrap();
    assert_eq!((given_back.state, given_back.lease_until), (JobState::Waiting, None));
    drop(release);
    let workers = node.start("two");
    let done = node.done(&id).await;
    assert_eq!((done.node.as_deref(), done.attempts), (Some("two"), 2));
    workers.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_round_of_the_day_is_planned_at_its_time_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::with_practice(folder.path()).await;
    let mut planner = visite_server::jobs::planner::Planner::default();
    planner.plan(&node.app).await.unwrap();
    assert!(node.practice().jobs(10).await.unwrap().is_empty(), "what was due before there was a practice");
    // 12:30 in Berlin, and a second node that plans the same.
    node.pass(SignedDuration::from_mins(3 * 60 + 31));
    planner.plan(&node.app).await.unwrap();
    planner.plan(&node.app).await.unwrap();
    visite_server::jobs::planner::Planner::default().plan(&node.app).await.unwrap();
    let jobs = node.practice().jobs(10).await.unwrap();
    assert_eq!(jobs.iter().map(|job| job.id.as_str()).collect::<Vec<_>>(), ["round-202603021130"]);
}

#[cfg(feature = "scan")]
/// A practice file with releases for an address of this machine itself, to which nothing is sent, for yesterday, and for what nobody may release.
const RELEASED: &str = "
schema: visite.practice/1
name: Praxis Linden
people:
  - { id: linden, name: Dr. Linden, roles: [owner] }
releases:
  - { id: heute, allowed_by: linden, allowed_on: 2026-01-01, until: 2026-12-31, ranges: [127.0.0.9/32], device_owners: [practice] }
  - { id: gestern, allowed_by: linden, allowed_on: 2026-01-01, until: 2026-03-01, ranges: [127.0.0.10/32], device_owners: [practice] }
  - { id: fremd, allowed_by: linden, allowed_on: 2026-01-01, until: 2026-12-31, ranges: [100.102.7.0/24], device_owners: [practice] }
";

#[cfg(feature = "scan")]
#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_released_is_examined_and_how_is_proven() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::with_practice(folder.path()).await;
    node.practice().set_file(&node.event(), None, RELEASED).await.unwrap();
    let now = node.app.now();
    let mut refused = Vec::new();
    for release in ["gestern", "fremd", "ausgedacht"] {
        refused.push(plan::scan(&node.practice(), release, Some("account"), now).await.unwrap());
    }
    let break_over = visite_server::jobs::schedule::ScanDue { release: "heute".into(), until: now };
    let late = plan::scan_at(&node.practice(), &break_over, now - SignedDuration::from_mins(60), now).await.unwrap();
    let allowed = plan::scan(&node.practice(), "heute", Some("account"), now).await.unwrap();
    let workers = node.start("one");
    for id in refused {
        let job = node.job(&id, |job| job.finished_at.is_some()).await;
        assert_eq!(job.state, JobState::Failed, "{job:?}");
    }
    node.done(&late).await;
    node.done(&allowed).await;
    workers.stop().await;
    let records = node.practice().records(10).await.unwrap();
    let told: Vec<(&str, &serde_json::Value)> =
        records.iter().map(|record| (record.kind.as_str(), &record.body["record"])).collect();
    assert_eq!(told.len(), 1);
    let record = told[0].1;
    assert_eq!((told[0].0, &record["authorised_by"]), ("scan", &json!("Dr. Linden")));
    assert_eq!((&record["targets"], &record["profile"]), (&json!(["127.0.0.9/32"]), &json!("practice")));
    assert!(record["packets_per_second"].as_u64().unwrap() <= 200);
}

/// The server stands in the first practice: its networks, and itself, are none of another's business.
#[cfg(feature = "scan")]
#[tokio::test(flavor = "multi_thread")]
async fn a_practices_server_examines_nothing_for_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::with_practice(folder.path()).await;
    let id = PracticeId::new("zweite").unwrap();
    let new = NewPractice { id: id.clone(), name: "Zweite".into(), time_zone: "Europe/Berlin".into() };
    let later = AuditEvent { at: node.app.now() + SignedDuration::from_secs(1), ..node.event() };
    node.app.store().create_practice(&later, &new).await.unwrap();
    let second = node.app.store().practice(id);
    second.set_file(&node.event(), None, RELEASED).await.unwrap();
    let scan = plan::scan(&second, "heute", Some("account"), node.app.now()).await.unwrap();
    let round = plan::round(&second, None, node.app.now()).await.unwrap();
    let workers = node.start("one");
    for id in [&scan, &round] {
        while second.job(id).await.unwrap().finished_at.is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    workers.stop().await;
    let scan = second.job(&scan).await.unwrap();
    assert_eq!(scan.state, JobState::Failed, "{scan:?}");
    assert!(scan.result.unwrap().to_string().contains("vor Ort"));
    assert!(second.agents().await.unwrap().is_empty() && second.snapshots().await.unwrap().is_empty());
}

/// Its network is not that of the practice, whatever the practice releases.
#[cfg(feature = "scan")]
#[tokio::test(flavor = "multi_thread")]
async fn a_providers_server_examines_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::with_practice(folder.path()).await;
    node.practice().set_file(&node.event(), None, RELEASED).await.unwrap();
    node.app.store().set_setting(&node.event(), INSTALLATION_KIND, Some(PROVIDER)).await.unwrap();
    let id = plan::scan(&node.practice(), "heute", Some("account"), node.app.now()).await.unwrap();
    let workers = node.start("one");
    let job = node.job(&id, |job| job.finished_at.is_some()).await;
    workers.stop().await;
    assert_eq!(job.state, JobState::Failed, "{job:?}");
    assert!(job.result.unwrap().to_string().contains("vor Ort"));
    assert!(node.practice().records(10).await.unwrap().is_empty());
}
