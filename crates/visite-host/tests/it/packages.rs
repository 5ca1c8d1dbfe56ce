//! `host.packages` of scratch roots.

use crate::scratch::{Scratch, records};
use visite_facts::facts::Package;
use visite_facts::schema::Fact;
use visite_facts::{Completeness, Record, Snapshot, UnknownReason, Value};

const STATUS: &str = include_str!("../data/dpkg/status-debian-12");

fn completeness(snapshot: &Snapshot) -> Completeness {
    match snapshot.facts.get("host.packages") {
        Some(Fact::Collection { completeness, .. }) => *completeness,
        other => panic!("{other:?}"),
    }
}

fn texts<'a>(records: &'a [Record], field: &str) -> Vec<&'a str> {
    let text = |record: &'a Record| match record.values.get(field) {
        Some(Value::Text(text)) => text.as_str(),
        Some(Value::Word(word)) => word,
        _ => "?",
    };
    records.iter().map(text).collect()
}

#[test]
fn the_database_of_dpkg_is_read() {
    let scratch = Scratch::new();
    scratch.write("/var/lib/dpkg/status", STATUS);
    let snapshot = scratch.collect("linux.packages");
    assert_eq!(completeness(&snapshot), Completeness::Complete);
    let names = ["base-files", "bash", "dpkg", "libc6", "libpam0g", "man-db", "perl-base", "tzdata"];
    assert_eq!(texts(records::<Package>(&snapshot), "name"), names);
    assert!(snapshot.problems.is_empty());
}

#[test]
fn changes_of_a_killed_dpkg_count() {
    let scratch = Scratch::new();
    scratch.write("/var/lib/dpkg/status", STATUS);
    scratch.write(
        "/var/lib/dpkg/updates/0001",
        "Package: bash\nStatus: install ok half-configured\nArchitecture: amd64\nVersion: 5.2.15-2+b13\n",
    );
    scratch.write("/var/lib/dpkg/updates/tmp.i", "Package: tzdata\nStatus: purge ok not-installed\n");
    let snapshot = scratch.collect("linux.packages");
    let packages = records::<Package>(&snapshot);
    assert_eq!(packages.len(), 8);
    assert_eq!((texts(packages, "version")[1], texts(packages, "state")[1]), ("5.2.15-2+b13", "broken"));
}

#[test]
fn a_damaged_database_is_incomplete() {
    let scratch = Scratch::new();
    scratch.write("/var/lib/dpkg/status", &format!("{STATUS}\nrubbish\n"));
    let snapshot = scratch.collect("linux.packages");
    assert_eq!(completeness(&snapshot), Completeness::Incomplete(UnknownReason::Malformed));
    assert_eq!(records::<Package>(&snapshot).len(), 8);
    assert_eq!(snapshot.problems.len(), 1);
}

#[test]
fn a_database_of_rpm_that_cannot_be_read_is_never_complete() {
    let scratch = Scratch::new();
    scratch.write("/etc/os-release", include_str!("../data/os-release/rocky-8"));
    scratch.write("/var/lib/rpm/rpmdb.sqlite", "rubbish");
    // Another distribution's tool, as it is installed on Fedora.
    scratch.write("/var/lib/dpkg/status", "");
    let snapshot = scratch.collect("linux.packages");
    assert_ne!(completeness(&snapshot), Completeness::Complete);
    assert_eq!(snapshot.problems[0].source, "rpm");
}

#[test]
fn without_a_package_manager_nothing_is_claimed() {
    let snapshot = Scratch::new().collect("linux.packages");
    assert_eq!(completeness(&snapshot), Completeness::Incomplete(UnknownReason::NotSupported));
    assert!(records::<Package>(&snapshot).is_empty());
}
