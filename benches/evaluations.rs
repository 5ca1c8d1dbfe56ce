//! How fast Visite judges, on one core: conditions, single checks, a host with 3,000 packages, and loading the
//! catalogue.
//!
//! For `benches/check` and for whoever touches the hot path; `cargo bench -p visite-assess --bench evaluations` prints a table. It is a
//! measurement, not a test: nothing fails when the machine is busy, and the goals stand beside the figures. Time is that
//! spent on a processor, so that the neighbours on a shared machine do not count.

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::hint::black_box;
use std::time::Duration;
use visite_assess::{Input, assess};
use visite_catalog::{Catalog, FieldPath, Layer, Part, Scope, load, load_parts};
use visite_facts::facts::{
    Account, AccountKind, OperatingSystem, OsFamily, Package, PackageManager, PackageState, PasswordState, Updates,
};
use visite_facts::{
    Collection, FactType, Identifier, Known, Snapshot, Subject, SubjectId, SubjectKind, Value, Verdict,
};

/// Records that one run judges.
const RECORDS: usize = 1_000;
/// Packages of a fully equipped workplace.
const PACKAGES: usize = 3_000;
/// How long each figure is measured, at least.
const MEASURED_FOR: Duration = Duration::from_millis(1_500);
/// Evaluations a second and core that we want to reach.
const GOAL: f64 = 100_000.0;

/// A simple check over a collection, and one over a single fact.
const COLLECTION_CHECK: &str = "account-empty-password";
const SINGLE_CHECK: &str = "reboot-pending";

fn main() {
    println!("| one core, release | CPU time, mean | evaluations/s | goal {GOAL} |");
    println!("| --- | ---: | ---: | --- |");
    condition();
    records();
    single_facts();
    println!();
    println!("| one core, release | CPU time, mean |");
    println!("| --- | ---: |");
    loading();
    workplace();
}

/// The conditions alone: a record's fields are put into scope, `applies` and `fails_when` are evaluated.
fn condition() {
    let catalog = only(&[COLLECTION_CHECK]);
    let check = &catalog.checks[COLLECTION_CHECK];
    let conditions = [check.applies.as_ref().expect("the check has `applies`"), &check.fails_when];
    let fields: Vec<&'static str> = conditions
        .iter()
        .flat_map(|condition| &condition.fields)
        .filter_map(|path| match path {
            FieldPath::Record(field) => Some(field.name),
            FieldPath::Single(..) => None,
        })
        .collect();
    let records: Vec<_> = accounts().records.iter().map(FactType::to_record).collect();
    let scope = Scope::new(std::iter::empty::<(&str, &str, &Value)>(), now());
    let mean = mean_of(|| {
        for record in &records {
            let values = fields.iter().filter_map(|field| Some((*field, record.get(field).ok()?)));
            let scope = scope.with_record(values);
            let answers = conditions.map(|condition| condition.holds(&scope));
            assert_eq!(answers, [Some(true), Some(false)], "the accounts have passwords");
        }
    });
    evaluations(&format!("conditions of `{COLLECTION_CHECK}`, {RECORDS} records"), mean, RECORDS);
}

/// The same check through the whole of `assess`, from the snapshot to the result.
fn records() {
    let catalog = only(&[COLLECTION_CHECK]);
    let snapshots = [snapshot("linux.accounts", |snapshot| snapshot.put_all(&accounts()))];
    let mean = mean_of(|| {
        let assessment = assess(&input(&catalog, &snapshots));
        assert_eq!(assessment.summary.passed, 1, "all accounts have passwords");
    });
    evaluations(&format!("`assess`: `{COLLECTION_CHECK}`, {RECORDS} records"), mean, RECORDS);
}

/// Many copies of a check of one field, so that each is one evaluation with its evidence and its result.
fn single_facts() {
    let catalog = copies(SINGLE_CHECK, RECORDS);
    let updates = Updates { reboot_needed: Known(false), ..Updates::default() };
    let snapshots = [snapshot("linux.updates", |snapshot| snapshot.put(&updates))];
    let mean = mean_of(|| {
        let assessment = assess(&input(&catalog, &snapshots));
        assert_eq!(assessment.results.len(), RECORDS);
        assert!(assessment.results.iter().all(|result| result.verdict == Verdict::Pass));
    });
    evaluations(&format!("`assess`: {RECORDS} checks like `{SINGLE_CHECK}`"), mean, RECORDS);
}

/// From the embedded texts to a checked catalogue.
fn loading() {
    let layers = [Layer::embedded()];
    for (name, parts) in [("all parts", Part::ALL), ("what judging needs", Part::JUDGING), ("checks", &[Part::Checks])]
    {
        let mean = mean_of(|| {
            black_box(load_parts(&layers, parts).expect("the embedded catalogue is right"));
        });
        let catalog = load_parts(&layers, parts).expect("the embedded catalogue is right");
        let cases: usize = catalog.cases.values().map(Vec::len).sum();
        let size = format!("{} checks, {cases} cases, {} measures", catalog.checks.len(), catalog.measures.len());
        duration(&format!("load the catalogue: {name} ({size})"), mean);
    }
}

/// A computer with many packages, judged by everything there is.
fn workplace() {
    let catalog = load_parts(&[Layer::embedded()], Part::JUDGING).expect("the embedded catalogue is right");
    let snapshots = [
        snapshot("linux.os", |snapshot| snapshot.put(&operating_system())),
        snapshot("linux.updates", |snapshot| snapshot.put(&updates())),
        snapshot("linux.packages", |snapshot| snapshot.put_all(&packages())),
        snapshot("linux.accounts", |snapshot| snapshot.put_all(&accounts_of_a_workplace())),
    ];
    let mean = mean_of(|| {
        black_box(assess(&input(&catalog, &snapshots)));
    });
    duration(&format!("judge a host with {PACKAGES} packages by {} checks", catalog.checks.len()), mean);
}

/// The mean time on the processor of a run, after a first one to warm up. The counter moves in steps of a few
/// milliseconds, so that only the sum over many runs is measured.
fn mean_of(mut run: impl FnMut()) -> Duration {
    run();
    let start = processor_time();
    let mut runs = 0;
    loop {
        run();
        runs += 1;
        let spent = processor_time() - start;
        if spent >= MEASURED_FOR {
            return spent / runs;
        }
    }
}

/// How long this thread has run: the first number of schedstat, in nanoseconds (proc(5)).
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux counts the time of threads");
    let first = text.split(' ').next().and_then(|number| number.parse().ok());
    Duration::from_nanos(first.expect("schedstat starts with a number"))
}

fn evaluations(what: &str, mean: Duration, count: usize) {
    let rate = count as f64 / mean.as_secs_f64();
    println!("| {what} | {} | {rate:.0} | {} |", written(mean), if rate >= GOAL { "reached" } else { "missed" });
}

fn duration(what: &str, mean: Duration) {
    println!("| {what} | {} |", written(mean));
}

fn written(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

/// The embedded catalogue with these checks only, and without requirements.
fn only(checks: &[&str]) -> Catalog {
    let mut catalog = load(&[Layer::embedded()]).expect("the embedded catalogue is right");
    catalog.checks.retain(|id, _| checks.contains(&id.as_str()));
    catalog.frameworks.clear();
    catalog
}

/// A catalogue with `count` copies of one check, under ids of their own.
fn copies(check: &str, count: usize) -> Catalog {
    let embedded = Layer::embedded();
    let ending = format!("/{check}/check.yaml");
    let (path, text) = embedded.files.iter().find(|(path, _)| path.ends_with(&ending)).expect("the check exists");
    let files = (0..count).map(|number| {
        let id = format!("{check}-{number}");
        (path.replace(check, &id), text.replacen(&format!("id: {check}"), &format!("id: {id}"), 1))
    });
    let layer = Layer::from_files("copies", files.collect::<BTreeMap<_, _>>());
    load_parts(&[layer], &[Part::Checks]).expect("copies are as right as the original")
}

fn input<'i>(catalog: &'i Catalog, snapshots: &'i [Snapshot]) -> Input<'i> {
    Input { catalog, practice: None, snapshots, acceptances: &[], previous: &[], now: now() }
}

fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().expect("a time")
}

fn snapshot(collector: &str, fill: impl Fn(&mut Snapshot)) -> Snapshot {
    let subject = Subject { id: SubjectId("host-1".to_owned()), kind: SubjectKind::Host, name: "empfang-1".to_owned() };
    let mut snapshot = Snapshot {
        collector: collector.to_owned(),
        observed_at: now(),
        received_at: None,
        subject,
        identifiers: Identifier::machine_id("07e18fc3d4172c33c0aebd939b15bd2a").into_iter().collect(),
        facts: BTreeMap::default(),
        problems: Vec::new(),
    };
    fill(&mut snapshot);
    snapshot
}

fn accounts() -> Collection<Account> {
    Collection::complete((0..RECORDS).map(account).collect())
}

fn accounts_of_a_workplace() -> Collection<Account> {
    Collection::complete((0..40).map(account).collect())
}

fn account(number: usize) -> Account {
    Account {
        name: Known(format!("konto-{number}")),
        uid: Known(1000 + number as i64),
        kind: Known(AccountKind::Person),
        shell: Known("/bin/bash".to_owned()),
        login_allowed: Known(true),
        password: Known(PasswordState::Set),
        groups: Known(vec!["praxis".to_owned(), "users".to_owned()]),
        administrator: Known(false),
        ..Account::default()
    }
}

fn packages() -> Collection<Package> {
    let package = |number: usize| {
        let mut name = String::from("package-");
        // Writing to a `String` cannot fail.
        let _ = write!(name, "{number}");
        Package {
            source: Known(name.clone()),
            name: Known(name),
            version: Known(format!("1.{number}-1+deb12u2")),
            architecture: Known("amd64".to_owned()),
            source_version: Known(format!("1.{number}-1")),
            state: Known(PackageState::Installed),
            held: Known(false),
        }
    };
    Collection::complete((0..PACKAGES).map(package).collect())
}

fn updates() -> Updates {
    let yesterday = Known(now() - SignedDuration::from_hours(20));
    Updates {
        package_manager: Known(PackageManager::Apt),
        pending: Known(3),
        security_pending: Known(0),
        index_refreshed_at: yesterday.clone(),
        last_success_at: yesterday.clone(),
        automatic_enabled: Known(true),
        automatic_running: Known(true),
        automatic_last_run_at: yesterday,
        automatic_mechanism: Known("unattended-upgrades".to_owned()),
        reboot_needed: Known(false),
    }
}

fn operating_system() -> OperatingSystem {
    OperatingSystem {
        family: Known(OsFamily::Linux),
        id: Known("debian".to_owned()),
        name: Known("Debian GNU/Linux 12 (bookworm)".to_owned()),
        version: Known("12".to_owned()),
        systemd: Known(true),
        desktop_installed: Known(true),
        ..OperatingSystem::default()
    }
}
