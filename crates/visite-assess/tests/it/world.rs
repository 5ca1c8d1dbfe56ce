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

const CHECKS: &[(&str, &str)] = &[
    ("test-way", "subject: device\nfor_each: device.ways\nfails_when: record.service == \"telnet\""),
    ("test-service", "subject: device\nfor_each: device.services\nfails_when: record.service == \"telnet\""),
    ("test-smb", "subject: device\nfor_each: device.smb\nfails_when: record.smb1"),
    (
        "test-crossing",
        "subject: device\nfor_each: device.crossings\napplies: \"!record.same_zone\"\nfails_when: \"!record.allowed\"",
    ),
    ("test-listed", "subject: device\nfails_when: \"!device.place.listed\""),
    ("test-support", "subject: device\nfails_when: device.support.ended"),
    ("test-mixed", "subject: zone\nfails_when: zone.place.mixed_kinds > 2"),
];

/// The embedded catalogue, and checks about devices and zones that stay as they are.
pub static WITH_DEVICE_CHECKS: LazyLock<Catalog> = LazyLock::new(|| {
    let check = |(id, condition): &(&str, &str)| {
        let text = format!(
            "id: {id}\ntopic: {{ de: Netz, en: Network }}\ntitle: {{ de: Lücke, en: Gap }}\nstatus: experimental\nseverity: medium\n\
             confidence: high\n{condition}\nwhy: {{ de: Darum., en: Because. }}\nmeasure: service-telnet-replace\nsources: []\n"
        );
        (format!("checks/network/{id}/check.yaml"), text)
    };
    load(&[Layer::embedded(), Layer::from_files("test", CHECKS.iter().map(check))])
        .unwrap_or_else(|mistakes| panic!("the catalogue has mistakes: {mistakes:?}"))
});

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
        self.assess_with(&CATALOG)
    }

    pub fn assess_with(&self, catalog: &Catalog) -> Assessment {
        assess(&Input {
            catalog,
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
