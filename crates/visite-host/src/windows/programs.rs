//! Installed programs, as the list of Windows shows them. The fact `host.programs`.
//!
//! Read from the keys `Uninstall` of the computer (64 and 32 bit) and of each person who is signed in. As Windows does, entries
//! without a name, parts of the system and updates of another entry are left out.

use super::Collector;
use super::people;
use super::recording::{Key, Recording};
use super::wanted::{Wanted, is_person};
use jiff::Timestamp;
use std::collections::BTreeMap;
use visite_facts::facts::{Program, ProgramScope};
use visite_facts::{Collection, Completeness, Known, Observed, Snapshot, Unknown, UnknownReason};

const MACHINE: &[&str] = &[
    r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall",
    r"HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall",
];
const PERSON: &str = r"Software\Microsoft\Windows\CurrentVersion\Uninstall";
/// Longest name, version or maker that is kept, in characters.
const LONGEST: usize = 200;

/// Collects `host.programs`.
pub struct ProgramsCollector;

impl Collector for ProgramsCollector {
    fn name(&self) -> &'static str {
        "windows.programs"
    }

    fn wants(&self) -> &'static [Wanted] {
        const ENTRY: &[&str] =
            &["DisplayName", "DisplayVersion", "Publisher", "SystemComponent", "ParentKeyName", "ReleaseType"];
        &[
            Wanted::Values(r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\*", ENTRY),
            Wanted::Values(r"HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall\*", ENTRY),
            Wanted::Values(r"HKU\*\Software\Microsoft\Windows\CurrentVersion\Uninstall\*", ENTRY),
        ]
    }

    fn understand(&self, recording: &Recording, _now: Timestamp, snapshot: &mut Snapshot) {
        snapshot.put_all(&programs(recording));
    }
}

fn programs(recording: &Recording) -> Collection<Program> {
    let mut found = Vec::new();
    let mut incomplete = None;
    let mut places: Vec<(String, ProgramScope)> =
        MACHINE.iter().map(|path| ((*path).to_owned(), ProgramScope::Machine)).collect();
    match recording.keys("HKU") {
        Ok(keys) => {
            let of = |sid: &String| (format!(r"HKU\{sid}\{PERSON}"), ProgramScope::Person);
            places.extend(keys.iter().filter(|sid| is_person(sid)).map(of));
        }
        Err(reason) => incomplete = Some(reason),
    }
    // Programs of people who are not signed in cannot be read.
    if people::people(recording).is_ok_and(|people| people.iter().any(|person| !person.loaded)) {
        incomplete = Some(UnknownReason::NotSupported);
    }
    for (path, scope) in places {
        match recording.keys(&path) {
            Ok(keys) => {
                for key in keys {
                    match recording.key(&format!("{path}\\{key}")) {
                        Ok(entry) => found.extend(entry.and_then(|entry| program(entry, scope))),
                        Err(reason) => incomplete = Some(reason),
                    }
                }
            }
            Err(reason) => incomplete = Some(reason),
        }
    }
    let completeness = incomplete.map_or(Completeness::Complete, Completeness::Incomplete);
    Collection { records: numbered(found), completeness }
}

/// An entry as the list of Windows shows it.
fn program(entry: &Key, scope: ProgramScope) -> Option<Program> {
    let text = |name| {
        let text = entry.value(name).and_then(|data| data.text()).unwrap_or_default();
        text.chars().filter(|sign| !sign.is_control()).take(LONGEST).collect::<String>()
    };
    let name = text("DisplayName");
    let part = entry.value("SystemComponent").and_then(|data| data.number()) == Some(1);
    if name.is_empty() || part || !text("ParentKeyName").is_empty() || text("ReleaseType").contains("Update") {
        return None;
    }
    let said = |text: String| -> Observed<String> {
        if text.is_empty() { Unknown(UnknownReason::NotSupported) } else { Known(text) }
    };
    Some(Program {
        program: Known(name.clone()),
        name: Known(name),
        version: said(text("DisplayVersion")),
        publisher: said(text("Publisher")),
        scope: Known(scope),
    })
}

/// Each with a key of its own: name and version, and a number where these are the same. The same entry in both lists of the
/// computer counts once.
fn numbered(found: Vec<Program>) -> Vec<Program> {
    let mut seen: BTreeMap<String, Vec<Program>> = BTreeMap::new();
    for program in found {
        let name = program.name.known().cloned().unwrap_or_default();
        let version = program.version.known().map(|version| format!(" {version}")).unwrap_or_default();
        let same = seen.entry(format!("{name}{version}")).or_default();
        if program.scope != Known(ProgramScope::Machine) || !same.contains(&program) {
            same.push(program);
        }
    }
    let with_key = |(key, programs): (String, Vec<Program>)| {
        programs.into_iter().enumerate().map(move |(index, program)| {
            let key = if index == 0 { key.clone() } else { format!("{key} ({})", index + 1) };
            Program { program: Known(key), ..program }
        })
    };
    seen.into_iter().flat_map(with_key).collect()
}
