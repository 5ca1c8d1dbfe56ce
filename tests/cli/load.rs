//! Real deliveries and changes on a real server, with a book of what it acknowledged; and whether that is all there.

use super::server::{Owner, Server};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use visite_agent::call::Line;
use visite_agent::clock::Clock;
use visite_agent::enrolment::{Enrolment, enrol};
use visite_agent::identity::{Home, Identity};
use visite_agent::protocol::{
    DELIVER, Delivery, Entry, Hash, MedicalDevice, content_of, parse_delivery_answer, parse_token,
};
use visite_agent::tls;
use visite_facts::identity::derived_id;
use visite_facts::{Problem, Snapshot, Subject, SubjectKind, UnknownReason};
use visite_store::{AgentId, Location, PracticeId, Store};

/// What looks.
pub const COLLECTOR: &str = "linux.sockets";

/// An agent that delivers as fast as the server takes it.
pub struct Courier {
    id: AgentId,
    line: Line,
    epoch: u64,
    subject: Subject,
    /// When the first delivery was made.
    begun: Timestamp,
    /// What is under way: the same bytes again until they are acknowledged.
    next: Delivery,
    /// The highest number that the server acknowledged.
    acknowledged: u64,
}

impl Courier {
    /// Enrols at the server of `owner`, with a token from its page.
    pub async fn enrol(owner: &Owner<'_>, home: &Path, name: &str) -> Self {
        let identity = enrolled(owner, home, name).await;
        let clock = Clock::system();
        let tls = tls::mutual(&identity.credentials, &clock).expect("a certificate");
        let line = Line { server: identity.server.clone(), relay: None, tls: tls.into() };
        let subject = computer(name);
        let id = AgentId::new(identity.name.agent.as_str()).expect("an id");
        let begun = Timestamp::now();
        let next = delivery(&subject, identity.epoch, 1, begun);
        Self { id, line, epoch: identity.epoch, subject, begun, next, acknowledged: 0 }
    }

    /// Sends what is under way once; notes what was acknowledged.
    ///
    /// `false`: there was no answer, or a refusal that passes.
    pub async fn deliver(&mut self) -> bool {
        let sent = tokio::time::timeout(Duration::from_secs(40), self.line.post(DELIVER, &self.next.to_json())).await;
        let Ok(Ok(answer)) = sent else { return false };
        let answer = parse_delivery_answer(&answer).expect("an answer of the protocol").value;
        assert_eq!(answer.epoch, self.epoch, "nobody restored anything");
        assert!(answer.missing.is_empty(), "everything came along");
        assert_eq!(answer.acknowledged, self.next.sequence, "{}", self.subject.name);
        self.acknowledged = answer.acknowledged;
        let number = i64::try_from(self.acknowledged + 1).expect("a number");
        // Every second one is later than all before it, which is news and has the server plan that it judges; the others tell
        // of earlier times, so that their answer waits for nothing but that they are kept.
        let distance = SignedDuration::from_millis(if number % 2 == 0 { -number } else { number });
        let at = self.begun.saturating_add(distance).expect("a time");
        self.next = delivery(&self.subject, self.epoch, self.acknowledged + 1, at);
        true
    }

    /// From now on it goes to this node, as a balancer would send it there.
    pub fn through(&mut self, node: &Server) {
        self.line.relay = Some(node.agents_at());
    }

    /// How many deliveries were acknowledged.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged
    }
}

/// Enrols an agent at the server of `owner`, with a token from its page.
pub async fn enrolled(owner: &Owner<'_>, home: &Path, name: &str) -> Identity {
    let page = owner.post("/agents", &format!("name={name}"));
    let line = page.split("visite agent enroll ").nth(1).unwrap_or_else(|| panic!("{page}"));
    let mut words = line.split_whitespace();
    let (url, token) = (words.next().expect("an address"), words.next().expect("a token"));
    let enrolment = Enrolment {
        server: url.parse().expect("an address"),
        relay: None,
        token: parse_token(token).expect("a token"),
        name: name.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        medical_device: MedicalDevice::No,
        replace: false,
    };
    enrol(&Home::new(home), enrolment, &Clock::system()).await.expect("enrolled")
}

/// What a look sees that says its number.
pub fn seen(subject: &Subject, number: u64, at: Timestamp) -> Snapshot {
    let detail = format!("number {number}");
    Snapshot {
        collector: COLLECTOR.to_owned(),
        observed_at: at,
        received_at: None,
        subject: subject.clone(),
        identifiers: Vec::new(),
        facts: Default::default(),
        problems: vec![Problem { source: "/etc/x".into(), reason: UnknownReason::Malformed, detail }],
    }
}

/// A computer of this name.
pub fn computer(name: &str) -> Subject {
    Subject { id: derived_id(SubjectKind::Host, &[], name), kind: SubjectKind::Host, name: name.to_owned() }
}

/// A delivery whose content says which it is.
fn delivery(subject: &Subject, epoch: u64, sequence: u64, at: Timestamp) -> Delivery {
    let snapshot = seen(subject, sequence, at);
    let body = content_of(&snapshot);
    let entry = Entry {
        hash: Hash::of(body.as_bytes()),
        observed_at: at,
        subject: subject.id.0.clone(),
        collector: COLLECTOR.to_owned(),
        body: Some(body),
    };
    Delivery {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        epoch,
        sequence,
        sent_at: at,
        full: true,
        gap: false,
        snapshots: vec![entry],
    }
}

/// Names of tokens that somebody made in the browser and was shown.
#[derive(Default)]
pub struct Made {
    asked: u64,
    names: Vec<String>,
}

impl Made {
    /// Makes one token; notes it if the server said that it is there.
    pub fn one(&mut self, owner: &Owner<'_>) -> bool {
        self.asked += 1;
        let name = format!("platz-{}", self.asked);
        let answer = owner.try_post("/agents", &format!("name={name}"));
        let shown = answer.is_ok_and(|page| page.starts_with("HTTP/1.1 200 ") && page.contains("visite agent enroll "));
        if shown {
            self.names.push(name);
        }
        shown
    }

    /// How many were shown.
    pub fn count(&self) -> usize {
        self.names.len()
    }
}

/// Lets everybody work on the server, each in a thread, until `enough` answers came; then `stop` is called. Everybody ends at
/// the first failure. Blocks.
pub fn work_until(
    server: &Server,
    session: &(String, String),
    couriers: &mut [Courier],
    made: &mut Made,
    enough: u64,
    stop: impl FnOnce(),
) {
    let (answers, stopped) = (AtomicU64::new(0), AtomicBool::new(false));
    let (answers, stopped) = (&answers, &stopped);
    std::thread::scope(|scope| {
        let owner = server.signed_in(session);
        scope.spawn(move || {
            while !stopped.load(Ordering::SeqCst) && made.one(&owner) {
                answers.fetch_add(1, Ordering::SeqCst);
            }
        });
        for courier in couriers {
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(async {
                    while !stopped.load(Ordering::SeqCst) && courier.deliver().await {
                        answers.fetch_add(1, Ordering::SeqCst);
                    }
                });
            });
        }
        for _ in 0..6000 {
            if answers.load(Ordering::SeqCst) >= enough {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        stop();
        stopped.store(true, Ordering::SeqCst);
    });
    assert!(answers.load(Ordering::SeqCst) >= enough, "the server works");
}

/// Everything that was acknowledged is there, once; nothing is there that nobody sent; log and database are whole.
pub async fn check(location: &Location, practice: &str, couriers: &[Courier], made: &Made, told: &str) {
    let store = Store::open(location).await.unwrap_or_else(|error| panic!("{told}: {}", error.chain()));
    store.integrity_check().await.unwrap_or_else(|error| panic!("{told}: {}", error.chain()));
    let log = store.verify_audit().await.expect("readable");
    assert!(log.is_ok(), "{told}: {log:?}");
    let practice = store.practice(PracticeId::new(practice).expect("an id"));
    for courier in couriers {
        let agent = practice.agent(&courier.id).await.expect("the agent");
        let counted = u64::try_from(agent.last_sequence).expect("a number");
        assert_eq!(agent.deliveries, agent.last_sequence, "{told}: {} counts each once", agent.name);
        // What was under way may have arrived without its answer.
        let expected = courier.acknowledged..=courier.acknowledged + 1;
        assert!(expected.contains(&counted), "{told}: {} has {counted} of {expected:?}", agent.name);
        let kept = practice.history(&courier.subject.id, COLLECTOR, 100_000).await.expect("the history");
        let mut times: BTreeMap<&str, u32> = BTreeMap::new();
        for snapshot in &kept {
            *times.entry(&snapshot.problems[0].detail).or_default() += 1;
        }
        assert_eq!(times.len() as u64, counted, "{told}: {}", agent.name);
        for number in 1..=counted {
            let name = format!("number {number}");
            assert_eq!(times.get(name.as_str()), Some(&1), "{told}: {}, {name}", agent.name);
        }
    }
    let tokens = practice.enrolments().await.expect("tokens");
    for name in &made.names {
        let count = tokens.iter().filter(|token| token.name == *name).count();
        assert_eq!(count, 1, "{told}: the token `{name}`");
    }
    store.close().await.expect("closed");
}
