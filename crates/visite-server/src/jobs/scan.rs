//! Examines the networks of a release in the practice file: gently, never without that release, never into the telematics
//! infrastructure, and in a break only until patients come again. What was seen is kept and judged; how it was done is kept
//! as a proof.

use super::judge::{judge, said, told};
use super::look::{SERVER, keep};
use super::plan::{BY, ELSEWHERE, RELEASE, UNTIL};
use super::progress::Progress;
use super::work::{End, Trouble, Work};
use crate::login::first::stands_in_practice;
use crate::web::app::App;
use jiff::Timestamp;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use visite_facts::Word;
use visite_facts::scan::{Profile, ScanRecord, ScanSection};
use visite_scan::net::Connections;
use visite_scan::policy::Policy;
use visite_scan::scan::{Control, Phase, Plan, Scan, Status};
use visite_scan::targets::Targets;
use visite_scan::{permission, prepare};
use visite_store::{AuditEvent, PracticeStore, Record, RecordId};
use visite_target::time::local_date;
use visite_target::{Practice, Release};

/// Kind of the record that proves a scan; its body is a [`ScanSection`].
pub const RECORD: &str = "scan";
/// Name of the set of ports that is asked.
const PORTS: &str = "practice";
/// How often it is looked how far a scan is, and whether it has to end.
const TICK: Duration = Duration::from_millis(500);
const STEPS: u32 = 4;

/// What a scan is allowed to do, and by whom.
#[derive(Debug)]
struct Allowed {
    plan: Plan,
    /// The networks as they are written in the release.
    written: Vec<String>,
    release: Release,
    by: String,
    connections: Connections,
}

/// The job.
///
/// # Errors
///
/// If it is not allowed, cannot be begun, or nothing can be kept or judged.
pub async fn go(work: &Work) -> Result<End, Trouble> {
    let practice = work.practice()?;
    // What it reaches from there are the networks of the provider or of another practice, which this one cannot release.
    if !stands_in_practice(work.app.store(), practice.id()).await? {
        return Err(Trouble::refused(ELSEWHERE.0, ELSEWHERE.1));
    }
    let began = work.app.now();
    let id = work.input(RELEASE).unwrap_or_default().to_owned();
    let until = work.input(UNTIL).and_then(|text| text.parse::<Timestamp>().ok());
    if until.is_some_and(|until| began >= until) {
        let (de, en) =
            ("Die Pause ist vorbei; in der nächsten wird untersucht.", "The break is over; the next one counts.");
        return Ok(End::Done(Progress::new(STEPS, STEPS, de, en)));
    }
    let stated = said(&practice).await?.ok_or_else(|| not_allowed(&id))?;
    let connections = Connections::read().map_err(|error| cannot_begin(&error))?;
    let allowed = allowed(&work.app, &stated, &id, connections, began)?;
    let scan = run(work, allowed.plan.clone(), until).await?;
    let (de, en) = ("Visite behält, was gesehen wurde.", "Visite is keeping what was seen.");
    work.shown.show(&Progress::new(3, STEPS, de, en));
    let snapshots = {
        let hosts = visite_scan::observe::hosts(&scan);
        let mut snapshots = visite_scan::observe::snapshots(&scan, allowed.plan.policy, &allowed.plan.book, began);
        snapshots.extend(visite_scan::observe::surveys(&scan, &hosts, &allowed.plan.targets, began));
        snapshots
    };
    keep(work, &practice, &snapshots).await?;
    prove(work, &practice, &section(&allowed, &scan, began, work.app.now())).await?;
    judge(&work.app, &practice).await.map(|assessment| End::Done(told(&assessment, STEPS)))
}

/// The plan for the networks of a release, if it may be carried out today.
fn allowed(
    app: &App,
    practice: &Practice,
    id: &str,
    connections: Connections,
    now: Timestamp,
) -> Result<Allowed, Trouble> {
    let today = local_date(now, &practice.time_zone());
    let named = practice.releases.iter().flatten().find(|release| release.id.as_str() == id);
    let targets =
        Targets::of_networks(named.into_iter().flat_map(|release| release.ranges.iter().map(|range| range.0)))
            .seen_from(&connections.attached());
    let networks = targets.networks();
    // Another release may cover the same networks today: it is named in the proof then.
    let covering = named.and_then(|_| permission::covering(practice, &networks, today));
    let release = covering.filter(|_| !targets.is_empty()).ok_or_else(|| not_allowed(id))?;
    if let Some(network) = permission::telematics(&networks, &connections, Some(practice)) {
        return Err(Trouble::refused(
            format!(
                "Das Netz {network} gehört zur Telematikinfrastruktur oder liegt hinter dem Konnektor. Bitte die Freigabe auf \
                 Netze der Praxis beschränken."
            ),
            format!(
                "The network {network} belongs to the telematics infrastructure or lies behind the connector. Please limit \
                 the release to networks of the practice."
            ),
        ));
    }
    let catalog = app.catalog();
    let wrong = || {
        Trouble::refused(
            "Der Katalog lässt sich nicht verwenden. Bitte Visite neu installieren.",
            "The catalogue cannot be used. Please install Visite again.",
        )
    };
    let plan = Plan {
        targets,
        excluded: Targets::default(),
        guests: prepare::guests(Some(practice)),
        own: prepare::own(Some(practice)),
        tcp: catalog.ports.practice_tcp(),
        udp: catalog.ports.practice_udp(),
        policy: Policy { profile: Profile::Practice, logins: false, ports_only: false },
        assume_up: false,
        stated: prepare::stated(practice, today),
        done: BTreeSet::new(),
        book: prepare::book(catalog),
        fingerprints: Arc::new(prepare::fingerprints(catalog).map_err(|_| wrong())?),
        domains: visite_scan::net::search_domains(),
    };
    let written = named.into_iter().flat_map(|release| release.ranges.iter().map(ToString::to_string)).collect();
    Ok(Allowed { plan, written, release: release.clone(), by: permission::allowed_by(practice, release), connections })
}

fn not_allowed(release: &str) -> Trouble {
    Trouble::refused(
        format!("Die Freigabe „{release}“ gilt heute nicht. Bitte in den Einstellungen eine Freigabe eintragen."),
        format!("The release “{release}” does not count today. Please enter a release in the settings."),
    )
}

fn cannot_begin(error: &std::io::Error) -> Trouble {
    Trouble::refused(
        format!("Die Untersuchung lässt sich nicht beginnen ({error}). Bitte die Rechte des Servers prüfen."),
        format!("The scan cannot begin ({error}). Please check the rights of the server."),
    )
}

/// Ends a scan when whoever waits for it is gone.
struct StopWhenDropped(Arc<AtomicBool>);

impl Drop for StopWhenDropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn run(work: &Work, plan: Plan, until: Option<Timestamp>) -> Result<Scan, Trouble> {
    let control = Arc::new(Control::default());
    let _stop = StopWhenDropped(control.stop.clone());
    let scan = visite_scan::scan::run(plan, &control);
    tokio::pin!(scan);
    let mut tick = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            done = &mut scan => return done.map_err(|error| cannot_begin(&error)),
            _ = tick.tick() => {
                if until.is_some_and(|until| work.app.now() >= until) {
                    control.stop.store(true, Ordering::Relaxed);
                }
                work.shown.show(&shown(control.status()));
            }
        }
    }
}

/// How far a scan is, with its pace.
fn shown(status: Status) -> Progress {
    let Status { phase, found, done, packets, rate, left } = status;
    let (step, de, en) = match phase {
        Phase::Discovery => (0, "Geräte suchen", "Looking for devices"),
        Phase::Ports => (1, "Ports fragen", "Asking ports"),
        Phase::Services | Phase::Done => (2, "Dienste ansehen", "Looking at services"),
    };
    let de = format!("{de}: {done} von {found} Geräten, {packets} Pakete, höchstens {rate} je Sekunde.");
    let en = format!("{en}: {done} of {found} devices, {packets} packets, at most {rate} a second.");
    Progress { seconds_left: left.map(|left| left.as_secs()), ..Progress::new(step, STEPS, de, en) }
}

fn section(allowed: &Allowed, scan: &Scan, started_at: Timestamp, finished_at: Timestamp) -> ScanSection {
    let owned = |counts: &BTreeMap<&'static str, u64>| -> BTreeMap<String, u64> {
        counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    };
    let plan = &allowed.plan;
    ScanSection {
        hosts: visite_scan::observe::hosts(scan),
        guests: scan.guests,
        left_out: scan.excluded,
        beyond: scan.beyond,
        record: ScanRecord {
            authorised_by: allowed.by.clone(),
            release: Some(allowed.release.id.to_string()),
            logins: plan.policy.logins,
            profile: plan.policy.profile,
            targets: allowed.written.clone(),
            excluded: Vec::new(),
            seen_from: allowed.connections.attached().iter().map(ToString::to_string).collect(),
            ports: format!("{PORTS} ({} TCP, {} UDP)", plan.knocks().len(), plan.udp.len()),
            started_at,
            finished_at,
            interrupted: scan.interrupted,
            packets: owned(&scan.packets),
            dialogues: owned(&scan.dialogues),
            packets_per_second: scan.packets_per_second,
        },
    }
}

/// Keeps how it was done, and what answered.
async fn prove(work: &Work, practice: &PracticeStore, section: &ScanSection) -> Result<(), Trouble> {
    let attempt = format!("{}-{}", work.job.id, work.job.attempts);
    let id = RecordId::new(attempt).or_else(|_| RecordId::new(work.job.id.as_str()))?;
    let at = section.record.finished_at;
    let body = serde_json::to_value(section).unwrap_or_default();
    let event = AuditEvent::new(at, work.input(BY).unwrap_or(SERVER), Some(practice.id()), "scan.done");
    let profile = section.record.profile.word();
    let event = event.with(json!({ "release": section.record.release, "profile": profile, "record": id }));
    practice.add_record(&event, &Record { id, kind: RECORD.to_owned(), at, body }).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_a_scan_is_names_pace_and_time_left() {
        let left = Some(Duration::from_secs(65));
        let status = Status { phase: Phase::Ports, found: 12, done: 3, packets: 900, rate: 150, left };
        let shown = shown(status);
        assert_eq!((shown.done, shown.all, shown.seconds_left), (1, 4, Some(65)));
        assert_eq!(shown.now.de, "Ports fragen: 3 von 12 Geräten, 900 Pakete, höchstens 150 je Sekunde.");
    }
}
