//! Skeletons: what a newcomer would otherwise have to copy from somewhere.

use crate::{Outcome, read, write};
use clap::Subcommand;
use std::path::Path;

#[derive(Subcommand)]
pub enum What {
    /// A check: `cargo xtask new check workplaces/usb-autorun-on`
    Check {
        /// Area and id, e.g. `workplaces/usb-autorun-on`. The id names the problem.
        id: String,
    },
    /// A measure: `cargo xtask new measure usb-autorun-off`
    Measure {
        /// The id; it says what is done.
        id: String,
    },
    /// A collector for Linux: `cargo xtask new collector disk_encryption`
    Collector {
        /// Name of the module, `snake_case`.
        name: String,
    },
}

/// Writes the skeleton and says what comes next.
pub fn run(root: &Path, what: &What) -> Outcome<String> {
    match what {
        What::Check { id } => check(root, id),
        What::Measure { id } => measure(root, id),
        What::Collector { name } => collector(root, name),
    }
}

fn check(root: &Path, id: &str) -> Outcome<String> {
    const AREAS: &[&str] = <visite_facts::Area as visite_facts::Word>::ALL;
    let (area, id) = id.split_once('/').ok_or("write area and id, e.g. `workplaces/usb-autorun-on`")?;
    if !AREAS.contains(&area) {
        return Err(format!("`{area}` is no area; areas are: {}", AREAS.join(", ")));
    }
    kebab(id)?;
    let folder = root.join("catalog/checks").join(area).join(id);
    fresh(&folder)?;
    write(&folder.join("check.yaml"), &CHECK.replace("ID", id))?;
    write(&folder.join("cases.yaml"), CASES)?;
    Ok(format!(
        "wrote catalog/checks/{area}/{id}/check.yaml and cases.yaml\n\
         next: fill in both (facts and fields: docs/reference/facts.md), name its measure\n\
         \x20     (or `cargo xtask new measure ...`), add `{id}` under its requirement in catalog/frameworks/,\n\
         \x20     then: cargo run -- catalog validate && cargo xtask generate && ./test quick"
    ))
}

fn measure(root: &Path, id: &str) -> Outcome<String> {
    kebab(id)?;
    let path = root.join("catalog/measures").join(format!("{id}.yaml"));
    fresh(&path)?;
    write(&path, &MEASURE.replace("ID", id))?;
    Ok(format!(
        "wrote catalog/measures/{id}.yaml\nnext: fill it in, name it in a check, then: cargo run -- catalog validate"
    ))
}

fn collector(root: &Path, name: &str) -> Outcome<String> {
    let fits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if !fits {
        return Err(format!("`{name}` is no module name: use a-z and `_`"));
    }
    let path = root.join("crates/visite-host/src/linux").join(format!("{name}.rs"));
    fresh(&path)?;
    let type_name: String = name.split('_').map(capital).collect();
    write(&path, &COLLECTOR.replace("NAME", name).replace("TYPE", &type_name))?;
    let list = root.join("crates/visite-host/src/linux/mod.rs");
    let text = read(&list)?;
    let with_module = text.replacen("pub mod ", &format!("pub mod {name};\npub mod "), 1);
    write(&list, &with_module)?;
    Ok(format!(
        "wrote crates/visite-host/src/linux/{name}.rs and named it in mod.rs\n\
         next: declare its facts in crates/visite-facts/src/facts.rs, label them in\n\
         \x20     crates/visite-report/src/text/facts.{{de,en}}.ftl, fill in `collect` and `parse`,\n\
         \x20     add `&{name}::{type_name}` to COLLECTORS in linux/mod.rs, save real outputs below\n\
         \x20     crates/visite-host/tests/data/{name}/, add a fuzz target for `parse` in fuzz/,\n\
         \x20     then: cargo xtask generate && ./test quick"
    ))
}

fn capital(part: &str) -> String {
    let mut letters = part.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

fn kebab(id: &str) -> Outcome<()> {
    let fits = !id.is_empty() && id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if fits { Ok(()) } else { Err(format!("`{id}` is no id: use a-z, 0-9 and `-`")) }
}

fn fresh(path: &Path) -> Outcome<()> {
    if path.exists() { Err(format!("`{}` is there already", path.display())) } else { Ok(()) }
}

/// Texts of the skeletons below that must not stay; held by `cargo xtask tidy`.
pub const SKELETON_TEXTS: &[&str] = &[
    "Was geprüft wird",
    "Was nicht in Ordnung ist",
    "Ein Satz für die Praxisleitung.",
    "Was zu tun ist",
    "Der nächste Schritt in einer Zeile",
    "Der genaue erste Schritt.",
    "Woran man sieht, dass es gewirkt hat.",
];

const CHECK: &str = r#"id: ID
topic:                                   # neutral, for lists
  de: Was geprüft wird
  en: What is checked
title:                                   # names the problem; {field} is a field of the record
  de: Was nicht in Ordnung ist
  en: What is wrong
status: experimental                     # -> stable -> deprecated
severity: medium                         # low | medium | high | critical: how bad if it is true
confidence: high                         # low | medium | high: how sure it is
for_each: host.accounts                  # leave out for a single fact
applies: record.login_allowed            # when the question arises; leave out if always
fails_when: record.password == "none"
max_age: 30d
why:                                     # why it matters to a practice
  de: Ein Satz für die Praxisleitung.
  en: One sentence for the owner.
measure: account-set-password
sources: []                              # requirements, e.g. KBV-390-A1-26
"#;

const CASES: &str = r#"# Tiny worlds and the verdict they must give: pass, fail, a missing field, and for a collection an incomplete one.
cases:
  - name: in Ordnung
    facts: { host.accounts: [{ name: anna, login_allowed: true, password: set }] }
    expect: pass
  - name: nicht in Ordnung
    facts: { host.accounts: [{ name: anna, login_allowed: true, password: none }] }
    expect: fail
  - name: nicht lesbar
    facts: { host.accounts: [{ name: anna, login_allowed: true, unknown: { password: no_permission } }] }
    expect: unknown(no_permission)
  - name: nur ein Teil gesehen
    facts: { host.accounts: { incomplete: no_permission, records: [{ name: anna, login_allowed: true, password: set }] } }
    expect: unknown(incomplete)
"#;

const MEASURE: &str = r#"id: ID
title: { de: Was zu tun ist, en: What to do }
action: { de: "Der nächste Schritt in einer Zeile", en: "The next step in one line" }
effort_minutes: 10
cost: free                               # free | up_to_100 | up_to_1000 | above_1000
who: provider                            # practice | provider
owner:
  de: Warum, was es kostet, wer es macht.
  en: Why, what it costs, who does it.
team:
  de: Was sich morgen für alle ändert.
  en: What changes for everyone tomorrow.
provider:
  steps:
    - { de: Der genaue erste Schritt., en: The exact first step. }
  script: |
    # commands to copy
  verify: { de: "Woran man sieht, dass es gewirkt hat.", en: How to see that it worked. }
  rollback: { de: Wie man es zurücknimmt., en: How to undo it. }
"#;

const COLLECTOR: &str = r#"//! One sentence: what it observes, and for whom.
//!
//! What is deliberately not read here.

use crate::collectors::Collector;
use crate::machine::Machine;
use jiff::Timestamp;
use visite_facts::Snapshot;

/// Observes ... .
pub struct TYPE;

impl Collector for TYPE {
    fn name(&self) -> &'static str {
        "linux.NAME"
    }

    fn collect(&self, machine: &Machine, _now: Timestamp, snapshot: &mut Snapshot) {
        match machine.read("/etc/hostname") {
            Ok(text) => drop(parse(&text)),
            Err(failure) => snapshot.problems.push(failure.problem("/etc/hostname")),
        }
    }
}

/// Pure and total: any text gives a value, and what was not understood.
pub fn parse(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
"#;
