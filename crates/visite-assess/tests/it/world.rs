//! Helpers: small worlds in a few lines.

use jiff::Timestamp;
use std::sync::LazyLock;
use visite_assess::{Input, assess};
use visite_catalog::{Catalog, Layer, load};
use visite_facts::facts::{Account, AccountKind, PasswordState};
use visite_facts::{
    Acceptance, Assessment, CheckResult, Collection, Finding, Identifier, Known, Snapshot, Subject, SubjectId,
    SubjectKind,
};
use visite_target::Practice;

pub static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    load(&[Layer::embedded()]).unwrap_or_else(|mistakes| panic!("the catalogue has mistakes: {mistakes:?}"))
});

pub fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub fn now() -> Timestamp {
    time("2026-11-24T12:00:00Z")
}

/// A snapshot of the computer with this machine id, taken now.
pub fn snapshot(collector: &str, machine: u8) -> Snapshot {
    let identifier = Identifier::machine_id(&format!("{:032x}", 0xabcd_0000_u64 + u64::from(machine))).expect("an id");
    let subject =
        Subject { id: SubjectId(format!("host-{machine}")), kind: SubjectKind::Host, name: format!("pc-{machine}") };
    Snapshot {
        collector: collector.to_owned(),
        observed_at: now(),
        received_at: None,
        subject,
        identifiers: vec![identifier],
        facts: Default::default(),
        problems: Vec::new(),
    }
}

pub fn account(name: &str, password: PasswordState) -> Account {
    Account {
        name: Known(name.to_owned()),
        uid: Known(1000),
        kind: Known(AccountKind::Person),
        login_allowed: Known(true),
        password: Known(password),
        administrator: Known(false),
        ..Account::default()
    }
}

pub fn accounts(collection: &Collection<Account>) -> Snapshot {
    let mut snapshot = snapshot("linux.accounts", 1);
    snapshot.put_all(collection);
    snapshot
}

/// What is judged, with everything else left empty.
#[derive(Default)]
pub struct World {
    pub practice: Option<Practice>,
    pub snapshots: Vec<Snapshot>,
    pub acceptances: Vec<Acceptance>,
    pub previous: Vec<Finding>,
    pub now: Option<Timestamp>,
}

impl World {
    pub fn of(snapshots: Vec<Snapshot>) -> Self {
        Self { snapshots, ..Self::default() }
    }

    pub fn assess(&self) -> Assessment {
        assess(&Input {
            catalog: &CATALOG,
            practice: self.practice.as_ref(),
            snapshots: &self.snapshots,
            acceptances: &self.acceptances,
            previous: &self.previous,
            now: self.now.unwrap_or_else(now),
        })
    }
}

/// The result of one check on the only subject.
pub fn result<'a>(assessment: &'a Assessment, check: &str) -> &'a CheckResult {
    assessment.results.iter().find(|result| result.check == check).expect("the check was judged")
}
