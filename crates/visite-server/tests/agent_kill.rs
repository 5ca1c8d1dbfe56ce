//! An agent that is killed (`kill -9`) again and again while it looks and delivers: what it had kept arrives, and nothing
//! counts twice.
//!
//! A test with a `main` of its own: called with `agent FOLDER`, it is the agent that is killed. The moments come from a
//! fixed sequence of numbers.

#[path = "it/agents/receiver.rs"]
#[allow(dead_code, reason = "the faults are for other tests")]
mod receiver;

use receiver::{Hands, Receiver, START};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use visite_agent::agent::{Agent, Step, World};
use visite_agent::enrolment::{Enrolment, enrol};
use visite_agent::identity::Home;
use visite_agent::protocol::{MedicalDevice, parse_body};
use visite_agent::spool::Limits;
use visite_facts::{Problem, Snapshot, Subject, SubjectKind, UnknownReason};

const KILLS: u64 = 100;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next(), arguments.next()) {
        (Some("agent"), Some(folder), Some(life)) => {
            runtime.block_on(agent(Path::new(&folder), life.parse().expect("a number")));
        }
        // Lists and filters of the test runner: there is one test, and it is short.
        (Some("--list"), ..) => println!("what_was_kept_arrives_once: test"),
        _ => {
            runtime.block_on(what_was_kept_arrives_once());
            println!("test what_was_kept_arrives_once ... ok");
        }
    }
}

/// The agent with a look an hour, an hour of which takes no time. It says on its output what is kept: the number of the look.
async fn agent(folder: &Path, life: u64) {
    let hands = Hands::default();
    hands.pass(life * 24 * 60);
    let looks = Arc::new(AtomicU64::new(0));
    let mut agent = open(folder, &hands, life, &looks);
    loop {
        assert!(matches!(agent.step().await, Step::Wait(_)));
        println!("{life}-{}", looks.load(Ordering::SeqCst));
        hands.pass(60);
    }
}

fn open(folder: &Path, hands: &Hands, life: u64, looks: &Arc<AtomicU64>) -> Agent {
    let looks = looks.clone();
    let world = World {
        clock: hands.clock(),
        look: Arc::new(move |now| {
            let number = looks.fetch_add(1, Ordering::SeqCst) + 1;
            let look = format!("{life}-{number}");
            [("linux.os", "always the same"), ("linux.sockets", look.as_str())]
                .map(|(collector, content)| snapshot(collector, content, now))
                .into()
        }),
        random: Box::new(|| 0),
        tell: Box::new(|_| {}),
        version: "0.1.0".to_owned(),
        limits: Limits::default(),
    };
    Agent::open(Home::new(folder), world).expect("it opens whatever happened")
}

fn snapshot(collector: &str, content: &str, now: jiff::Timestamp) -> Snapshot {
    let id = visite_facts::identity::derived_id(SubjectKind::Host, &[], "empfang");
    Snapshot {
        collector: collector.to_owned(),
        observed_at: now,
        received_at: None,
        subject: Subject { id, kind: SubjectKind::Host, name: "empfang".to_owned() },
        identifiers: Vec::new(),
        facts: Default::default(),
        problems: vec![Problem {
            source: "/etc/x".into(),
            reason: UnknownReason::Malformed,
            detail: content.to_owned(),
        }],
    }
}

async fn what_was_kept_arrives_once() {
    let scratch = tempfile::tempdir().expect("a folder");
    let hands = Hands::default();
    let server = Receiver::start(&scratch.path().join("server"), &hands);
    let folder = scratch.path().join("agent");
    let enrolment = Enrolment {
        server: server.url().parse().expect("an URL"),
        relay: None,
        token: server.token(),
        name: "Empfang".to_owned(),
        version: "0.1.0".to_owned(),
        medical_device: MedicalDevice::No,
        replace: false,
    };
    enrol(&Home::new(&folder), enrolment, &hands.clock()).await.expect("enrolled");
    let mut said = BTreeSet::new();
    // A linear congruence (Knuth, MMIX): the same moments each time.
    let mut chance = 42_u64;
    for life in 0..KILLS {
        hands.pass(24 * 60);
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (looks, moment) = ((chance >> 33) % 4, Duration::from_micros((chance >> 40) % 30_000));
        let mut child = start(&folder, life);
        let output = child.stdout.take().expect("piped");
        let (send, mut lines) = tokio::sync::mpsc::unbounded_channel();
        let reading = std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // The receiver stays until the thread has ended.
                let _ = send.send(line);
            }
        });
        // Killed after a few looks, or while it starts. The server shares this thread and goes on meanwhile.
        for _ in 0..looks {
            let line = tokio::time::timeout(Duration::from_secs(60), lines.recv()).await.expect("it works");
            said.extend(line);
        }
        tokio::time::sleep(moment).await;
        child.kill().expect("it is ours");
        child.wait().expect("it ended");
        tokio::task::spawn_blocking(move || reading.join()).await.expect("joined").expect("read");
        while let Some(line) = lines.recv().await {
            said.insert(line);
        }
    }
    // What still waits comes with the last life.
    hands.pass(24 * 60);
    let mut last = open(&folder, &hands, KILLS, &Arc::default());
    assert!(matches!(last.step().await, Step::Wait(_)));
    drop(last);
    assert!(said.len() > 20, "the agents got to work: {}", said.len());
    let counted = server.only().counted;
    let numbers: Vec<u64> = counted.iter().map(|delivery| delivery.sequence).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "in order, each once");
    assert!(counted.iter().all(|delivery| !delivery.gap), "nothing was lost");
    let kept = server.shared.kept();
    let mut arrived = Vec::new();
    for delivery in &counted {
        let (seen, _) = parse_body(&kept.bodies[&delivery.snapshots[1].hash], START, None).expect("a snapshot");
        arrived.push(seen.problems[0].detail.clone());
    }
    let distinct: BTreeSet<&String> = arrived.iter().collect();
    assert_eq!(distinct.len(), arrived.len(), "each look counts once");
    let missing: Vec<_> = said.iter().filter(|look| !distinct.contains(look)).collect();
    assert!(missing.is_empty(), "{missing:?} of {}", said.len());
    let _ = writeln!(std::io::stderr(), "{KILLS} kills, {} looks kept and said, {} arrived", said.len(), arrived.len());
}

fn start(folder: &Path, life: u64) -> Child {
    let program = std::env::current_exe().expect("it runs");
    let life = life.to_string();
    Command::new(program).arg("agent").arg(folder).arg(life).stdout(Stdio::piped()).spawn().expect("it starts")
}
