//! The database of dpkg: a text file in the format of deb-control(5).
//!
//! For `host.packages` and for whatever needs the version of one package of Debian and its relatives. It is read as a
//! file, so that any root and any user get the same answer; the program `dpkg` is deliberately not run.

use super::packages::tell_apart;
use crate::machine::{Machine, ReadFailure};
use std::collections::BTreeMap;
use visite_facts::facts::{Package, PackageState};
use visite_facts::value::MAX_TEXT_BYTES;
use visite_facts::{Collection, Known, Observed, Problem, Unknown, UnknownReason};

/// Where dpkg keeps the state of every package.
pub const STATUS_PATH: &str = "/var/lib/dpkg/status";
/// Changes that dpkg has made and not yet merged into the file, one package each, named by a number.
const JOURNAL_DIR: &str = "/var/lib/dpkg/updates";

/// A parsed database.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DpkgStatus {
    /// What dpkg knows, also about packages that are removed, by name and architecture.
    pub entries: BTreeMap<(String, String), DpkgEntry>,
    /// How many entries had no usable name or could not be read.
    pub malformed: usize,
}

/// What dpkg knows about one package.
#[derive(Clone, Debug, PartialEq)]
pub struct DpkgEntry {
    /// The package as a fact; its name is the plain one.
    pub package: Package,
    /// Whether any of its files are there.
    pub present: bool,
}

impl DpkgStatus {
    /// The entries of packages that are there, whole or half-way.
    pub fn present(&self) -> impl Iterator<Item = &Package> {
        self.entries.values().filter(|entry| entry.present).map(|entry| &entry.package)
    }

    /// The package called `name`, of any architecture, if it is completely installed.
    pub fn installed(&self, name: &str) -> Option<&Package> {
        let whole = |package: &&Package| package.state == Known(PackageState::Installed);
        self.entries
            .range((name.to_owned(), String::new())..)
            .take_while(|((entry, _), _)| entry == name)
            .filter(|(_, entry)| entry.present)
            .map(|(_, entry)| &entry.package)
            .find(whole)
    }

    /// The architecture the system is made for: the one of dpkg itself.
    pub fn native_architecture(&self) -> Option<&str> {
        self.installed("dpkg")?.architecture.known().map(String::as_str)
    }
}

/// The fact `host.packages` from the database.
pub(super) fn packages(machine: &Machine, problems: &mut Vec<Problem>) -> Collection<Package> {
    let status = match read_status(machine, problems) {
        Ok(status) => status,
        Err(reason) => return Collection::incomplete(Vec::new(), reason),
    };
    let mut records: Vec<Package> = status.present().cloned().collect();
    tell_apart(&mut records);
    if status.malformed == 0 {
        return Collection::complete(records);
    }
    problems.push(Problem {
        source: STATUS_PATH.to_owned(),
        reason: UnknownReason::Malformed,
        detail: format!("{} entries without a name or unreadable", status.malformed),
    });
    Collection::incomplete(records, UnknownReason::Malformed)
}

/// Reads the database and the changes not yet merged into it.
pub(super) fn read_status(machine: &Machine, problems: &mut Vec<Problem>) -> Result<DpkgStatus, UnknownReason> {
    let text = machine.read(STATUS_PATH).map_err(|failure| {
        problems.push(failure.problem(STATUS_PATH));
        failure.reason()
    })?;
    let mut status = parse_dpkg_status(&text);
    if status.entries.is_empty() {
        // A system that installs with dpkg has installed dpkg.
        let detail = "no package stands in it".to_owned();
        problems.push(Problem { source: STATUS_PATH.to_owned(), reason: UnknownReason::Malformed, detail });
        return Err(UnknownReason::Malformed);
    }
    read_journal(machine, &mut status, problems);
    Ok(status)
}

/// Entries are there only while dpkg works or after it was killed; then they are the newer truth.
fn read_journal(machine: &Machine, status: &mut DpkgStatus, problems: &mut Vec<Problem>) {
    let names = match machine.list(JOURNAL_DIR) {
        Ok(names) => names,
        Err(ReadFailure::Absent) => return,
        Err(failure) => {
            problems.push(failure.problem(JOURNAL_DIR));
            status.malformed += 1;
            return;
        }
    };
    for name in names.iter().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())) {
        match machine.read(&format!("{JOURNAL_DIR}/{name}")) {
            Ok(text) => {
                let newer = parse_dpkg_status(&text);
                status.entries.extend(newer.entries);
                status.malformed += newer.malformed;
            }
            // dpkg has merged it in the meantime.
            Err(ReadFailure::Absent) => {}
            Err(failure) => {
                problems.push(failure.problem(JOURNAL_DIR));
                status.malformed += 1;
            }
        }
    }
}

/// Parses the database; a later entry replaces an earlier one of the same name and architecture.
pub fn parse_dpkg_status(text: &str) -> DpkgStatus {
    let mut status = DpkgStatus::default();
    for stanza in text.split("\n\n") {
        let fields = parse_stanza(stanza);
        if fields.is_empty() {
            continue;
        }
        match fields.get("package").filter(|name| is_package_name(name)) {
            Some(name) => {
                let key = ((*name).to_owned(), fields.get("architecture").copied().unwrap_or("").to_owned());
                status.entries.insert(key, entry(name, &fields));
            }
            None => status.malformed += 1,
        }
    }
    status
}

/// The fields that we use. Continuation lines, which only long texts have, are skipped.
fn parse_stanza(stanza: &str) -> BTreeMap<&'static str, &str> {
    const USED: [&str; 5] = ["package", "status", "architecture", "version", "source"];
    let mut fields = BTreeMap::new();
    let mut any_line = false;
    for line in stanza.lines() {
        any_line |= !line.trim().is_empty();
        if line.starts_with([' ', '\t']) {
            continue;
        }
        if let Some((name, value)) = line.split_once(':')
            && let Some(known) = USED.iter().find(|known| known.eq_ignore_ascii_case(name))
            && value.len() <= MAX_TEXT_BYTES
        {
            fields.insert(*known, value.trim());
        }
    }
    if any_line && fields.is_empty() {
        // An entry of which nothing is understood still has to be counted.
        fields.insert("status", "");
    }
    fields
}

/// Names as deb-control(5) allows them, with upper case for packages made by others.
fn is_package_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

fn entry(name: &str, fields: &BTreeMap<&'static str, &str>) -> DpkgEntry {
    let text = |value: Option<&str>| match value {
        Some(value) if !value.is_empty() => Known(value.to_owned()),
        _ => Unknown(UnknownReason::Malformed),
    };
    let version = text(fields.get("version").copied());
    let (source, source_version) = match fields.get("source") {
        None => (Known(name.to_owned()), version.clone()),
        Some(value) => source_of(value, &version),
    };
    let words: Vec<&str> = fields.get("status").copied().unwrap_or("").split_whitespace().collect();
    let (present, state) = state_of(&words);
    DpkgEntry {
        package: Package {
            name: Known(name.to_owned()),
            architecture: text(fields.get("architecture").copied()),
            held: if words.len() == 3 { Known(words[0] == "hold") } else { Unknown(UnknownReason::Malformed) },
            version,
            source,
            source_version,
            state,
        },
        present,
    }
}

/// `Source: name` or `Source: name (version)`.
fn source_of(value: &str, version: &Observed<String>) -> (Observed<String>, Observed<String>) {
    match value.split_once('(') {
        None => (Known(value.to_owned()), version.clone()),
        Some((name, rest)) => {
            let own = rest.strip_suffix(')').map(|own| own.trim().to_owned());
            (Known(name.trim().to_owned()), own.ok_or(UnknownReason::Malformed).into())
        }
    }
}

/// Whether a package is there, and in which state, by the three words of its status, dpkg(1) "Package states".
fn state_of(words: &[&str]) -> (bool, Observed<PackageState>) {
    match words {
        [_, _, "not-installed" | "config-files"] => (false, Known(PackageState::Installed)),
        [_, "ok", "installed"] => (true, Known(PackageState::Installed)),
        [
            _,
            "ok" | "reinstreq",
            "installed" | "half-installed" | "half-configured" | "unpacked" | "triggers-awaited" | "triggers-pending",
        ] => (true, Known(PackageState::Broken)),
        _ => (true, Unknown(UnknownReason::Malformed)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CAPTURED: &str = include_str!("../../tests/data/dpkg/status-debian-12");

    fn package(status: &DpkgStatus, name: &str) -> Package {
        status.present().find(|package| package.name == Known(name.to_owned())).cloned().expect("is in the file")
    }

    #[test]
    fn a_real_file_is_read() {
        let status = parse_dpkg_status(CAPTURED);
        assert_eq!(status.malformed, 0);
        assert_eq!(status.present().count(), 8);
        let perl = package(&status, "libpam0g");
        assert_eq!(perl.version, Known("1.5.2-6+deb12u1".to_owned()));
        assert_eq!(perl.architecture, Known("amd64".to_owned()));
        assert_eq!(perl.source, Known("pam".to_owned()));
        assert_eq!(perl.source_version, perl.version);
        assert_eq!(perl.state, Known(PackageState::Installed));
        assert_eq!(perl.held, Known(false));
        assert_eq!(status.native_architecture(), Some("amd64"));
    }

    #[test]
    fn the_source_may_have_a_version_of_its_own() {
        let bash = package(&parse_dpkg_status(CAPTURED), "bash");
        assert_eq!(bash.version, Known("5.2.15-2+b8".to_owned()));
        assert_eq!(bash.source, Known("bash".to_owned()));
        assert_eq!(bash.source_version, Known("5.2.15-2".to_owned()));
    }

    #[test]
    fn states_follow_the_three_words() {
        let check = |status: &str, present: bool, state: Observed<PackageState>, held: Observed<bool>| {
            let parsed = parse_dpkg_status(&format!("Package: x\nStatus: {status}\nArchitecture: all\nVersion: 1\n"));
            let entry = parsed.entries.values().next().expect("one entry").clone();
            assert_eq!((entry.present, entry.package.held), (present, held), "{status}");
            if present {
                assert_eq!(entry.package.state, state, "{status}");
            }
        };
        let broken = Known(PackageState::Broken);
        let whole = Known(PackageState::Installed);
        let malformed = Unknown(UnknownReason::Malformed);
        check("install ok installed", true, whole.clone(), Known(false));
        check("hold ok installed", true, whole.clone(), Known(true));
        check("deinstall ok config-files", false, whole.clone(), Known(false));
        check("purge ok not-installed", false, whole, Known(false));
        check("install reinstreq half-installed", true, broken.clone(), Known(false));
        check("install ok half-configured", true, broken.clone(), Known(false));
        check("install ok unpacked", true, broken.clone(), Known(false));
        check("install ok triggers-pending", true, broken.clone(), Known(false));
        check("install ok triggers-awaited", true, broken.clone(), Known(false));
        check("install reinstreq installed", true, broken, Known(false));
        check("install ok something-new", true, malformed.clone(), Known(false));
        check("", true, malformed, Unknown(UnknownReason::Malformed));
    }

    #[test]
    fn entries_without_a_name_are_counted() {
        let status = parse_dpkg_status("Package: a\nStatus: install ok installed\n\nrubbish\n\nPackage: b c\n\n\n");
        assert_eq!((status.entries.len(), status.malformed), (1, 2));
    }

    #[test]
    fn long_texts_cannot_pass_for_fields() {
        let text = "Package: a\nStatus: install ok installed\nVersion: 1\nDescription: x\n Version: 2\n\tPackage: b\n";
        assert_eq!(package(&parse_dpkg_status(text), "a").version, Known("1".to_owned()));
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            parse_dpkg_status(&text);
        }

        #[test]
        fn never_panics_on_fields(text in "((Package|Status|Source|Version): [a-z ()]{0,12}\n|\n){0,12}") {
            parse_dpkg_status(&text);
        }
    }
}
