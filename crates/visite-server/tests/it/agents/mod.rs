//! Agents and a server over real TLS, while everything goes wrong that can.

mod answers;
mod certificates;
mod delivering;
mod enrolling;
mod kept;
mod receiver;
mod relaying;

use jiff::Timestamp;
use receiver::{Hands, Receiver, START};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use visite_agent::agent::{Agent, Step, World};
use visite_agent::enrolment::{EnrolError, Enrolment, enrol};
use visite_agent::event::Event;
use visite_agent::identity::{Home, Identity};
use visite_agent::protocol::MedicalDevice;
use visite_agent::spool::Limits;
use visite_facts::{Problem, Snapshot, Subject, SubjectKind, UnknownReason};

/// A scratch folder with a server and a computer in it, and one clock for both.
struct Stage {
    folder: tempfile::TempDir,
    hands: Hands,
    server: Receiver,
    computer: Computer,
}

/// What collectors see, and what the agent told.
#[derive(Clone, Default)]
struct Computer {
    state: Arc<Mutex<String>>,
    looks: Arc<Mutex<Vec<Timestamp>>>,
    told: Arc<Mutex<Vec<Event>>>,
}

fn snapshot(collector: &str, content: &str, now: Timestamp) -> Snapshot {
    let problem = Problem { source: "/etc/x".into(), reason: UnknownReason::Malformed, detail: content.to_owned() };
    Snapshot {
        collector: collector.to_owned(),
        observed_at: now,
        received_at: None,
        subject: Subject {
            id: visite_facts::identity::derived_id(SubjectKind::Host, &[], "empfang"),
            kind: SubjectKind::Host,
            name: "empfang".to_owned(),
        },
        identifiers: Vec::new(),
        facts: Default::default(),
        problems: vec![problem],
    }
}

impl Computer {
    fn changes_to(&self, content: &str) {
        *self.state.lock().expect("whole") = content.to_owned();
    }

    fn looked(&self) -> usize {
        self.looks.lock().expect("whole").len()
    }

    fn told(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        self.told.lock().expect("whole").iter().filter(|event| wanted(event)).count()
    }

    fn world(&self, hands: &Hands) -> World {
        let (seen, told) = (self.clone(), self.told.clone());
        World {
            clock: hands.clock(),
            look: Arc::new(move |now| {
                seen.looks.lock().expect("whole").push(now);
                let state = seen.state.lock().expect("whole").clone();
                vec![snapshot("linux.os", "always the same", now), snapshot("linux.sockets", &state, now)]
            }),
            random: Box::new(|| u32::MAX),
            tell: Box::new(move |event| told.lock().expect("whole").push(event.clone())),
            version: "0.1.0".to_owned(),
            limits: Limits::default(),
        }
    }
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let hands = Hands::default();
        let server = Receiver::start(&folder.path().join("server"), &hands);
        Self { folder, hands, server, computer: Computer::default() }
    }

    fn home(&self) -> Home {
        Home::new(self.folder.path().join("agent"))
    }

    fn enrolment(&self) -> Enrolment {
        Enrolment {
            server: self.server.url().parse().expect("an URL"),
            relay: None,
            token: self.server.token(),
            name: "Empfang".to_owned(),
            version: "0.1.0".to_owned(),
            medical_device: MedicalDevice::No,
            replace: false,
        }
    }

    async fn enrol(&self, enrolment: Enrolment) -> Result<Identity, EnrolError> {
        enrol(&self.home(), enrolment, &self.hands.clock()).await
    }

    /// An enrolled agent, before its first step.
    async fn agent(&self) -> Agent {
        self.enrol(self.enrolment()).await.expect("enrolled");
        self.again()
    }

    /// The agent after its program was started once more.
    fn again(&self) -> Agent {
        Agent::open(self.home(), self.computer.world(&self.hands)).expect("enrolled")
    }
}

/// One step that must not be the last.
async fn step(agent: &mut Agent) -> Duration {
    match agent.step().await {
        Step::Wait(time) => time,
        Step::End(end) => panic!("it ended: {end:?}"),
    }
}

fn files_below(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .map(|entry| entry.expect("readable").path())
        .map(|path| if path.is_dir() { files_below(&path) } else { 1 })
        .sum()
}
