//! Recorded computers, judged by the whole catalogue at a fixed moment.
//!
//! A changed check shows here whom it concerns. Each folder says in its README.md how its facts came about. The program
//! reads the clock, so these tests call what it calls instead.

use jiff::Timestamp;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use visite_assess::{Input, assess};
use visite_catalog::Layer;
use visite_facts::{Assessment, FactsFile, Lang, Severity, Word};

/// The morning after the recordings.
const NOW: &str = "2026-11-25T08:00:00Z";

fn judged(host: &str) -> Assessment {
    let catalog = visite_catalog::load(&[Layer::embedded()]).expect("the embedded catalogue is valid");
    let path = folder(host).join("facts.json");
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (facts, problems) = FactsFile::from_json(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(problems, [], "the schema knows everything that is recorded");
    let now: Timestamp = NOW.parse().expect("a time");
    assess(&Input {
        catalog: &catalog,
        practice: None,
        snapshots: &facts.snapshots,
        acceptances: &[],
        previous: &[],
        now,
    })
}

fn folder(host: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/hosts").join(host)
}

/// All verdicts, one line each, then all gaps, worst first.
fn told(assessment: &Assessment) -> String {
    let mut text = String::new();
    // Writing to a `String` cannot fail.
    for result in &assessment.results {
        let reasons = [result.reason, result.cause].into_iter().flatten().map(Word::word).collect::<Vec<_>>();
        let line = format!("{:34}{:16}{}", result.check, result.verdict.word(), reasons.join(", "));
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text.push('\n');
    for finding in &assessment.findings {
        let severity = finding.effective_severity.word();
        let _ = writeln!(text, "{severity:9}{}: {}", finding.check, finding.title.get(Lang::De));
    }
    text
}

fn hold(host: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder(host));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("verdicts", told(&judged(host))));
}

macro_rules! hosts {
    ($($test:ident: $folder:literal),* $(,)?) => {
        const HOSTS: &[&str] = &[$($folder),*];
        $(#[test] fn $test() { hold($folder); })*
    };
}

hosts! {
    debian_12_server: "debian-12-server",
    debian_12_server_seen_by_a_user: "debian-12-server-user",
    debian_12_container: "debian-12-container",
    debian_12_workstation_gnome: "debian-12-workstation-gnome",
    ubuntu_2404_desktop: "ubuntu-24.04-desktop",
    fedora_43_workstation: "fedora-43-workstation",
    opensuse_leap_156: "opensuse-leap-15.6",
}

#[test]
fn every_folder_is_tested_and_tells_its_origin() {
    let mut found: Vec<String> = fs::read_dir(folder(""))
        .expect("the folder is there")
        .map(|entry| entry.expect("it is ours"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    found.sort();
    let mut tested: Vec<&str> = HOSTS.to_vec();
    tested.sort_unstable();
    assert_eq!(found, tested);
    for host in HOSTS {
        assert!(folder(host).join("README.md").is_file(), "{host} has no README.md");
    }
}

/// Rights change what is seen, never what is true: both looks at one computer agree wherever both can tell.
#[test]
fn a_user_sees_less_than_an_administrator_but_nothing_else() {
    let (all, some) = (judged("debian-12-server"), judged("debian-12-server-user"));
    let mut unknown = 0;
    for (root, user) in all.results.iter().zip(&some.results) {
        assert_eq!(root.check, user.check);
        if user.verdict == visite_facts::Verdict::Unknown {
            unknown += 1;
        } else {
            assert_eq!(root.verdict, user.verdict, "{}", root.check);
        }
    }
    assert!(unknown > 0 && all.subjects[0].subject.id == some.subjects[0].subject.id);
    assert!(all.findings.iter().all(|finding| finding.severity >= Severity::Low));
}
