//! A practice to look around in: `visite serve --demo`.
//!
//! Computers and devices are those that were recorded for tests; names are invented, and all times are moved so that the
//! newest observation was made a few minutes ago. Earlier rounds are made of the same recordings, with less of them and with
//! gaps that have been closed since. This server looks at nothing by itself then, and everything is gone when it ends.

use crate::jobs::look::delivery;
use crate::login::first::{DEMO, INSTALLATION_KIND};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use visite_assess::{Input, assess};
use visite_catalog::Catalog;
use visite_facts::{FactsFile, Finding, Snapshot, SubjectId};
use visite_store::{AgentId, AuditEvent, NewAgent, NewPractice, PracticeId, PracticeStore, Store, StoreError};
use visite_target::Practice;

/// Who did what the demo shows, in the audit log.
const WHO: &str = "demo";
/// The id of the practice.
const PRACTICE: &str = "demo";
/// Rounds before the newest, and the time between two of them.
const ROUNDS: i32 = 9;
const APART: SignedDuration = SignedDuration::from_hours(72);
/// How long ago the newest observation was made.
const AGO: SignedDuration = SignedDuration::from_mins(7);

/// What the practice says about itself.
const FILE: &str = include_str!("../../../tests/browser/scans/practice.yaml");
/// Recordings of computers.
const COMPUTERS: [&str; 5] = [
    include_str!("../../../tests/hosts/debian-12-server/facts.json"),
    include_str!("../../../tests/hosts/debian-12-workstation-gnome/facts.json"),
    include_str!("../../../tests/hosts/ubuntu-24.04-desktop/facts.json"),
    include_str!("../../../tests/hosts/fedora-43-workstation/facts.json"),
    include_str!("../../../tests/hosts/opensuse-leap-15.6/facts.json"),
];

/// A gap that was there before some round: computer, fact, field, what was seen then, and how many rounds ago it was closed.
const CLOSED: [(&str, &str, &str, Was, i32); 6] = [
    ("buero-1", "host.updates", "security_pending", Was::Number(14), 2),
    ("buero-1", "host.updates", "pending", Was::Number(32), 2),
    ("labor-1", "host.updates", "security_pending", Was::Number(9), 4),
    ("labor-1", "host.updates", "pending", Was::Number(21), 4),
    ("labor-1", "host.firewall", "filters_input", Was::No, 5),
    ("server-1", "host.firewall", "filters_input", Was::No, 3),
];

/// What was seen before.
#[derive(Clone, Copy)]
enum Was {
    Number(i64),
    No,
}

/// Why there is nothing to look around in.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A recording cannot be read.
    #[error("a recording of the demo cannot be read")]
    Recording,
    /// The store did not keep it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Fills an empty store.
///
/// # Errors
///
/// If a recording cannot be read, or the store does not keep it.
pub async fn fill(store: &Store, catalog: &Catalog, now: Timestamp) -> Result<(), DemoError> {
    let recorded = recorded(now)?;
    let id = PracticeId::new(PRACTICE)?;
    let event = |what: &str, at: Timestamp| AuditEvent::new(at, WHO, Some(&id), what);
    let begin = now - APART * (ROUNDS + 1);
    let kind = AuditEvent::new(begin, WHO, None, "installation.changed").with(json!({ "kind": DEMO }));
    store.set_setting(&kind, INSTALLATION_KIND, Some(DEMO)).await?;
    let new = NewPractice { id: id.clone(), name: "Musterpraxis".to_owned(), time_zone: "Europe/Berlin".to_owned() };
    store.create_practice(&event("practice.created", begin), &new).await?;
    let practice = store.practice(id.clone());
    practice.set_file(&event("practice.changed", begin), None, FILE).await?;
    let said = Practice::from_yaml(FILE, "practice.yaml").map_err(|_| DemoError::Recording)?;
    for (number, snapshots) in recorded.computers.iter().enumerate() {
        connect(&practice, number, snapshots, begin, now).await?;
    }
    let mut all: Vec<Snapshot> = recorded.computers.concat();
    all.extend(devices(&practice, &said, recorded.shift, now, event("scan.done", now - AGO)).await?);
    let mut previous: Vec<Finding> = Vec::new();
    for ago in (0..=ROUNDS).rev() {
        let snapshots = earlier(&all, ago);
        let now = now - APART * ago;
        let input =
            Input { catalog, practice: Some(&said), snapshots: &snapshots, acceptances: &[], previous: &previous, now };
        let assessment = assess(&input);
        practice.save_round(&assessment).await?;
        previous = practice.previous_findings().await?;
    }
    Ok(())
}

struct Recorded {
    computers: Vec<Vec<Snapshot>>,
    /// By how much all times are moved.
    shift: SignedDuration,
}

/// The recordings, moved to now.
fn recorded(now: Timestamp) -> Result<Recorded, DemoError> {
    let files: Vec<Json> = COMPUTERS
        .iter()
        .map(|text| serde_json::from_str(text).map_err(|_| DemoError::Recording))
        .collect::<Result<_, _>>()?;
    let observed = |file: &Json| {
        let snapshots = file.get("snapshots").and_then(Json::as_array).cloned().unwrap_or_default();
        let times = snapshots.into_iter().filter_map(|snapshot| snapshot.get("observed_at")?.as_str()?.parse().ok());
        times.collect::<Vec<Timestamp>>()
    };
    let newest = files.iter().flat_map(observed).max().ok_or(DemoError::Recording)?;
    let shift = (now - AGO).duration_since(newest);
    let moved = |mut file: Json| {
        move_times(&mut file, shift);
        let bytes = serde_json::to_vec(&file).map_err(|_| DemoError::Recording)?;
        let (file, _) = FactsFile::from_json(&bytes).map_err(|_| DemoError::Recording)?;
        Ok(file.snapshots)
    };
    Ok(Recorded { computers: files.into_iter().map(moved).collect::<Result<_, DemoError>>()?, shift })
}

/// Moves every moment in `value`. Days, such as the end of support, stay: they are what they are.
fn move_times(value: &mut Json, shift: SignedDuration) {
    match value {
        Json::String(text) if text.ends_with('Z') && text.contains('T') => {
            if let Ok(time) = text.parse::<Timestamp>() {
                *text = time.saturating_add(shift).unwrap_or(time).to_string();
            }
        }
        Json::Array(values) => values.iter_mut().for_each(|value| move_times(value, shift)),
        Json::Object(fields) => fields.values_mut().for_each(|value| move_times(value, shift)),
        _ => {}
    }
}

/// An agent with what it delivered. It has no certificate: nobody can deliver in its name.
async fn connect(
    practice: &PracticeStore,
    number: usize,
    snapshots: &[Snapshot],
    begin: Timestamp,
    now: Timestamp,
) -> Result<(), DemoError> {
    let name = snapshots.first().map_or_else(String::new, |snapshot| snapshot.subject.name.clone());
    let id = AgentId::new(format!("demo-{}", number + 1))?;
    let new = NewAgent {
        id: id.clone(),
        name: name.clone(),
        serial: String::new(),
        expires_at: begin + SignedDuration::from_hours(24 * 365),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        medical_device: false,
    };
    let event = AuditEvent::new(begin, WHO, Some(practice.id()), "agent.enrolled").with(json!({ "name": name }));
    practice.create_agent(&event, &new).await?;
    practice.deliver(&id, delivery(snapshots, 1, 0, now - AGO)).await?;
    Ok(())
}

/// What a scan of the practice's networks saw, kept as if this server had done it.
#[cfg(feature = "scan")]
async fn devices(
    practice: &PracticeStore,
    said: &Practice,
    shift: SignedDuration,
    now: Timestamp,
    event: AuditEvent,
) -> Result<Vec<Snapshot>, DemoError> {
    use visite_facts::facts::ZoneKind;
    use visite_facts::scan::{Profile, ScanRecord, ScanSection};
    use visite_scan::import::{Imported, ImportedHost, parse_import};
    use visite_store::{Record, RecordId};
    const SEEN: &[u8] = include_bytes!("../../../tests/browser/scans/practice.xml");
    let zones = said.zones.iter().flatten();
    let networks = |zone: &visite_target::Zone| zone.networks.clone().into_iter().flatten().map(|network| network.0);
    let guests: Vec<_> = zones.clone().filter(|zone| zone.kind == Some(ZoneKind::Guest)).flat_map(networks).collect();
    let mut hosts = parse_import(SEEN).map_err(|_| DemoError::Recording)?;
    for host in &mut hosts {
        host.at = host.at.saturating_add(shift).unwrap_or(host.at);
    }
    let imported = Imported::together(vec![hosts], &guests, &|_| false, &|_| false);
    let targets = zones.filter(|zone| zone.kind != Some(ZoneKind::Guest)).flat_map(networks);
    let section = ScanSection {
        hosts: imported.hosts.iter().map(ImportedHost::host).collect(),
        guests: imported.guests,
        left_out: 0,
        beyond: 0,
        record: ScanRecord {
            authorised_by: "Dr. Beispiel".to_owned(),
            release: None,
            logins: false,
            profile: Profile::Practice,
            targets: targets.map(|network| network.to_string()).collect(),
            excluded: Vec::new(),
            seen_from: vec!["192.168.20.0/24".to_owned()],
            ports: "practice".to_owned(),
            started_at: now - AGO - SignedDuration::from_mins(40),
            finished_at: now - AGO,
            interrupted: false,
            packets: Default::default(),
            dialogues: Default::default(),
            packets_per_second: 100,
        },
    };
    let snapshots: Vec<Snapshot> = imported.hosts.iter().map(ImportedHost::snapshot).collect();
    let agent = AgentId::new("demo-1")?;
    practice.deliver(&agent, delivery(&snapshots, 1, 1, now - AGO)).await?;
    let body = serde_json::to_value(&section).map_err(|_| DemoError::Recording)?;
    let record =
        Record { id: RecordId::new("demo-scan")?, kind: "scan".to_owned(), at: section.record.finished_at, body };
    practice.add_record(&event, &record).await?;
    Ok(snapshots)
}

#[cfg(not(feature = "scan"))]
async fn devices(
    _: &PracticeStore,
    _: &Practice,
    _: SignedDuration,
    _: Timestamp,
    _: AuditEvent,
) -> Result<Vec<Snapshot>, DemoError> {
    Ok(Vec::new())
}

/// What was known so many rounds ago: computers were connected one after the other, and gaps were open.
fn earlier(snapshots: &[Snapshot], ago: i32) -> Vec<Snapshot> {
    let mut computers: Vec<&SubjectId> = Vec::new();
    for snapshot in snapshots.iter().filter(|snapshot| snapshot.collector.starts_with("linux.")) {
        if !computers.contains(&&snapshot.subject.id) {
            computers.push(&snapshot.subject.id);
        }
    }
    // From the second computer on, one more each round; devices of the network since the fourth last.
    let connected = usize::try_from(ROUNDS + 2 - ago).unwrap_or(computers.len());
    let connected: BTreeSet<&SubjectId> = computers.iter().take(connected).copied().collect();
    let known = |snapshot: &&Snapshot| {
        connected.contains(&snapshot.subject.id) || (ago < 4 && !computers.contains(&&snapshot.subject.id))
    };
    snapshots.iter().filter(known).map(|snapshot| before(snapshot, ago)).collect()
}

fn before(snapshot: &Snapshot, ago: i32) -> Snapshot {
    use visite_facts::Value;
    use visite_facts::schema::Fact;
    let mut snapshot = snapshot.clone();
    snapshot.observed_at = snapshot.observed_at.saturating_sub(APART * ago).unwrap_or(snapshot.observed_at);
    for (computer, fact, field, was, closed) in CLOSED {
        if snapshot.subject.name != computer || ago < closed {
            continue;
        }
        if let Some(Fact::Single(record)) = snapshot.facts.get_mut(fact) {
            let value = match was {
                Was::Number(number) => Value::Integer(number),
                Was::No => Value::Boolean(false),
            };
            record.unknown.remove(field);
            record.values.insert(field, value);
        }
    }
    snapshot
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_moved_and_days_are_not() {
        let mut value = json!({ "a": ["2026-11-24T08:00:00Z", "2026-11-24"], "b": { "c": "TZ", "d": 1 } });
        move_times(&mut value, SignedDuration::from_hours(25));
        assert_eq!(value, json!({ "a": ["2026-11-25T09:00:00Z", "2026-11-24"], "b": { "c": "TZ", "d": 1 } }));
    }

    #[test]
    fn earlier_rounds_know_less_and_have_gaps_that_were_closed() {
        let now: Timestamp = "2027-05-03T08:00:00Z".parse().unwrap();
        let recorded = recorded(now).unwrap();
        let all = recorded.computers.concat();
        assert_eq!(all.iter().map(|snapshot| snapshot.observed_at).max(), Some(now - AGO));
        let names = |ago| {
            let subjects: BTreeSet<String> = earlier(&all, ago).iter().map(|one| one.subject.name.clone()).collect();
            subjects.len()
        };
        assert_eq!((names(ROUNDS), names(ROUNDS - 1), names(0)), (2, 3, 5));
        for (computer, fact, field, _, closed) in CLOSED {
            let seen = |ago| {
                let then = earlier(&all, ago);
                let found = then.iter().find(|one| one.subject.name == computer && one.facts.contains_key(fact));
                match &found.unwrap().facts[fact] {
                    visite_facts::schema::Fact::Single(record) => record.get(field).unwrap().clone(),
                    visite_facts::schema::Fact::Collection { .. } => panic!("{fact} is one record"),
                }
            };
            assert_ne!(seen(closed), seen(closed - 1), "{computer} {fact} {field}");
        }
    }
}
