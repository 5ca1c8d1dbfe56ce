//! Packages of rpm, asked from the program `rpm`.
//!
//! For `host.packages` on Fedora, Red Hat, SUSE and relatives. The database has had three binary formats, so that it is
//! deliberately not read as a file; whether a package was left half-way is not recorded in it at all.

use super::packages::tell_apart;
use crate::machine::{Command, Machine, ReadFailure};
use jiff::Timestamp;
use std::time::Duration;
use visite_facts::facts::{Package, PackageState};
use visite_facts::value::MAX_TEXT_BYTES;
use visite_facts::{Collection, Known, Observed, Problem, Unknown, UnknownReason};

/// One line a package, fields separated by tabs; rpm(8) "QUERY OPTIONS".
const FORMAT: &str = "%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{SOURCERPM}\\t%{INSTALLTIME}\\n";

/// Where the database lies: today, and before 2021.
const DATABASES: [&str; 2] = ["/usr/lib/sysimage/rpm", "/var/lib/rpm"];

/// Files in which an administrator excludes packages from updates: dnf, dnf5, zypper.
const LOCK_FILES: [&str; 3] = ["/etc/dnf/plugins/versionlock.list", "/etc/dnf/versionlock.toml", "/etc/zypp/locks"];

/// What rpm told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RpmPackages {
    /// The packages; `held` is not known to rpm.
    pub packages: Vec<Package>,
    /// When the newest of them was installed.
    pub last_installed_at: Option<Timestamp>,
    /// How many lines were not understood.
    pub malformed: usize,
}

/// The fact `host.packages` as rpm tells it.
pub(super) fn packages(machine: &Machine, problems: &mut Vec<Problem>) -> Collection<Package> {
    let mut told = match query(machine, problems) {
        Ok(told) => told,
        Err(reason) => return Collection::incomplete(Vec::new(), reason),
    };
    let held = held(machine);
    for package in &mut told.packages {
        package.held = held.clone();
    }
    tell_apart(&mut told.packages);
    if told.malformed == 0 {
        return Collection::complete(told.packages);
    }
    problems.push(problem(UnknownReason::Malformed, format!("{} lines were not understood", told.malformed)));
    Collection::incomplete(told.packages, UnknownReason::Malformed)
}

/// The directory of the database, if there is one.
pub(super) fn database(machine: &Machine) -> Option<&'static str> {
    const FILES: [&str; 3] = ["rpmdb.sqlite", "Packages.db", "Packages"];
    let has_one = |dir: &&str| FILES.iter().any(|file| machine.exists(&format!("{dir}/{file}")) == Ok(true));
    DATABASES.into_iter().find(has_one)
}

/// Asks rpm for everything that is installed.
///
/// The database is named, because the rpm of another distribution would look elsewhere, find none and report nothing.
pub(super) fn query(machine: &Machine, problems: &mut Vec<Problem>) -> Result<RpmPackages, UnknownReason> {
    let root = machine.root().to_string_lossy().into_owned();
    let database = database(machine).ok_or(UnknownReason::NotSupported)?;
    let command = Command::new("rpm", &["--root", &root, "--dbpath", database, "-qa", "--qf", FORMAT]).for_any_root();
    match machine.run(&command.within(Duration::from_secs(60))) {
        Ok(output) if output.success() && !output.stdout.is_empty() => Ok(parse_rpm_query(&output.stdout)),
        Ok(output) => {
            problems
                .push(problem(UnknownReason::Malformed, format!("nothing was told, exit status {:?}", output.status)));
            Err(UnknownReason::Malformed)
        }
        Err(failure) => {
            problems.push(failure.problem("rpm"));
            Err(failure.reason())
        }
    }
}

fn problem(reason: UnknownReason, detail: String) -> Problem {
    Problem { source: "rpm".to_owned(), reason, detail }
}

/// Parses what `rpm -qa` wrote in our format.
pub fn parse_rpm_query(text: &str) -> RpmPackages {
    let mut told = RpmPackages::default();
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, epoch, version, architecture, source_file, installed_at] = fields[..] else {
            told.malformed += 1;
            continue;
        };
        if line.len() > MAX_TEXT_BYTES || name.is_empty() {
            told.malformed += 1;
            continue;
        }
        // Keys of makers stand in the database like packages.
        if name == "gpg-pubkey" {
            continue;
        }
        let time = installed_at.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        told.last_installed_at = told.last_installed_at.max(time);
        told.packages.push(package(name, epoch, version, architecture, source_file));
    }
    told
}

fn package(name: &str, epoch: &str, version: &str, architecture: &str, source_file: &str) -> Package {
    let epoch = if matches!(epoch, "0" | "(none)") { String::new() } else { format!("{epoch}:") };
    let (source, source_version) = match source_of(source_file) {
        // The source package has no epoch in its file name; it is the one of what was built from it.
        Some((source, version)) => (Known(source.to_owned()), Known(format!("{epoch}{version}"))),
        None => (Unknown(UnknownReason::NotSupported), Unknown(UnknownReason::NotSupported)),
    };
    Package {
        name: Known(name.to_owned()),
        version: Known(format!("{epoch}{version}")),
        architecture: Known(architecture.to_owned()),
        source,
        source_version,
        state: Known(PackageState::Installed),
        held: Unknown(UnknownReason::NotSupported),
    }
}

/// Name and version of `name-version-release.src.rpm`.
fn source_of(file: &str) -> Option<(&str, &str)> {
    let stem = file.strip_suffix(".src.rpm").or_else(|| file.strip_suffix(".nosrc.rpm"))?;
    let before_release = stem.rfind('-')?;
    let before_version = stem[..before_release].rfind('-')?;
    Some((&stem[..before_version], &stem[before_version + 1..]))
}

/// Nothing is held where nothing is locked. A lock names patterns of versions, which only the program can resolve.
fn held(machine: &Machine) -> Observed<bool> {
    for path in LOCK_FILES {
        match machine.read(path) {
            Ok(text) if has_lock(&text) => return Unknown(UnknownReason::NotSupported),
            Ok(_) | Err(ReadFailure::Absent) => {}
            Err(failure) => return Unknown(failure.reason()),
        }
    }
    match machine.read("/etc/dnf/dnf.conf") {
        Ok(text) if excludes_packages(&text) => Unknown(UnknownReason::NotSupported),
        Ok(_) | Err(ReadFailure::Absent) => Known(false),
        Err(failure) => Unknown(failure.reason()),
    }
}

fn has_lock(text: &str) -> bool {
    let says_something = |line: &str| !line.is_empty() && !line.starts_with('#') && !line.starts_with("version =");
    text.lines().map(str::trim).any(says_something)
}

fn excludes_packages(text: &str) -> bool {
    text.lines()
        .filter_map(|line| line.split_once('='))
        .any(|(key, value)| matches!(key.trim(), "exclude" | "excludepkgs" | "excludes") && !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_become_packages() {
        let told = parse_rpm_query(include_str!("../../tests/data/rpm/query"));
        assert_eq!((told.packages.len(), told.malformed), (4, 0));
        assert_eq!(told.last_installed_at, Timestamp::from_second(1_726_000_000).ok());
        let openssl = &told.packages[1];
        assert_eq!(openssl.name, Known("openssl-libs".to_owned()));
        assert_eq!(openssl.version, Known("1:3.0.7-27.el9".to_owned()));
        assert_eq!(openssl.source, Known("openssl".to_owned()));
        assert_eq!(openssl.source_version, Known("1:3.0.7-27.el9".to_owned()));
    }

    #[test]
    fn sources_are_split_from_the_right() {
        assert_eq!(source_of("gcc-toolset-13-gcc-13.1.1-4.el9.src.rpm"), Some(("gcc-toolset-13-gcc", "13.1.1-4.el9")));
        assert_eq!(source_of("(none)"), None);
        assert_eq!(source_of("a-1.src.rpm"), None);
    }

    #[test]
    fn odd_lines_are_counted() {
        let told = parse_rpm_query("nonsense\n\t0\t1-1\tnoarch\ta-1-1.src.rpm\t1\nb\t0\t1-1\tnoarch\t(none)\tx\n");
        assert_eq!((told.packages.len(), told.malformed, told.last_installed_at), (1, 2, None));
    }

    #[test]
    fn only_locks_make_held_unknown() {
        assert!(!has_lock("# Added lock on ...\n\n"));
        assert!(!has_lock("version = \"1.0\"\n"));
        assert!(has_lock("bash-0:5.1.8-9.el9.*\n"));
        assert!(excludes_packages("[main]\nexclude=kernel*\n"));
        assert!(!excludes_packages("[main]\nexclude=\ngpgcheck=1\n"));
    }

    proptest! {
        #[test]
        fn never_panics(text in "([a-z(-]{0,5}\t?){0,8}\n?|\\PC{0,40}") {
            parse_rpm_query(&text);
        }
    }
}
