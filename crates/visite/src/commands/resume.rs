//! `visite scan --resume`: what an interrupted scan was through with is taken over, so that no device is asked twice.
//!
//! Its result names the devices, its facts say what was seen of each. Both are files that a person named: what does not
//! fit together is refused, never guessed.

use crate::failure::{Failure, Kind};
use crate::input;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use visite_facts::facts::{DeviceService, DeviceUdpService, ZoneSurvey};
use visite_facts::scan::{SCAN_SCHEMA, ScanRecord, ScanSection, ScannedHost};
use visite_facts::schema::{Fact, FactType};
use visite_facts::{Identifier, Lang, Snapshot, SubjectKind, Text, Word};
use visite_scan::observe::COLLECTOR;
use visite_scan::scan::{Plan, Scan};

/// What is left of an interrupted scan.
#[derive(Debug)]
pub struct Begun {
    /// Devices that it was through with.
    pub hosts: Vec<ScannedHost>,
    /// What was seen of them.
    pub snapshots: Vec<Snapshot>,
    /// Counts of networks.
    surveys: Vec<Snapshot>,
    /// What it was to do.
    pub record: ScanRecord,
}

#[derive(serde::Deserialize)]
struct File {
    schema: String,
    #[serde(flatten)]
    section: ScanSection,
}

/// Reads the result of the interrupted scan, and its facts.
pub fn read(path: &Path, facts: &Path, lang: Lang) -> Result<Begun, Failure> {
    let section = section(path)?;
    let (devices, others): (Vec<_>, Vec<_>) = input::recorded(&[facts.to_owned()], lang)?
        .into_iter()
        .partition(|snapshot| snapshot.subject.kind == SubjectKind::Device);
    let hosts: Vec<ScannedHost> = section.hosts.into_iter().filter(|host| host.finished).collect();
    for host in &hosts {
        let fits = |snapshot: &Snapshot| {
            snapshot.subject.id == host.subject
                && snapshot.observed_at <= section.record.finished_at
                && (snapshot.collector != COLLECTOR || endpoints_of(snapshot) == endpoints(host))
        };
        if !devices.iter().any(fits) {
            return Err(no_fit(path, facts, host.address));
        }
    }
    let mut begun = Begun {
        hosts,
        snapshots: devices,
        surveys: others.into_iter().filter(|snapshot| snapshot.subject.kind == SubjectKind::Zone).collect(),
        record: section.record,
    };
    begun.forget_strangers();
    Ok(begun)
}

fn section(path: &Path) -> Result<ScanSection, Failure> {
    let name = path.display();
    let failure = || {
        Failure::new(
            Kind::Data,
            format!("`{name}` ist kein Ergebnis einer Untersuchung, die sich fortsetzen lässt"),
            format!("`{name}` is not the result of a scan that can be resumed"),
        )
        .hint(
            "So entsteht eines: visite scan --format json --output DATEI --save-facts BEOBACHTUNGEN",
            "to make one: visite scan --format json --output FILE --save-facts FACTS",
        )
    };
    let file: File = serde_json::from_slice(&input::read(path)?).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        failure().because_of(Text::new(
            format!("Zeile {line}, Spalte {column} passt nicht dazu"),
            format!("line {line}, column {column} does not fit"),
        ))
    })?;
    if file.schema != SCAN_SCHEMA {
        let found = file.schema.escape_debug();
        return Err(failure().because_of(Text::new(
            format!("das Schema heißt `{found}`, erwartet wird `{SCAN_SCHEMA}`"),
            format!("the schema is `{found}`, expected `{SCAN_SCHEMA}`"),
        )));
    }
    Ok(file.section)
}

fn no_fit(path: &Path, facts: &Path, address: IpAddr) -> Failure {
    let (path, facts) = (path.display(), facts.display());
    Failure::new(
        Kind::Data,
        format!("`{facts}` gehört nicht zu `{path}`"),
        format!("`{facts}` does not belong to `{path}`"),
    )
    .because_of(Text::new(
        format!("was dort über {address} steht, fehlt hier oder ist etwas anderes"),
        format!("what it says about {address} is missing here, or differs"),
    ))
    .hint(
        "Nennen Sie beide Dateien aus demselben Lauf, die von --output und die von --save-facts.",
        "name both files of the same run, that of --output and that of --save-facts",
    )
}

/// Open ports, written as facts write them.
fn endpoints(host: &ScannedHost) -> BTreeSet<String> {
    let services = host.services.iter();
    services
        .map(|service| {
            let address = service.address.unwrap_or(host.address);
            format!("{} {}", service.transport.word(), SocketAddr::new(address, service.port))
        })
        .collect()
}

fn endpoints_of(snapshot: &Snapshot) -> BTreeSet<String> {
    let both = [DeviceService::SPEC.name, DeviceUdpService::SPEC.name].into_iter();
    let records = both.filter_map(|name| match snapshot.facts.get(name)? {
        Fact::Collection { records, .. } => Some(records),
        Fact::Single(_) => None,
    });
    records.flatten().filter_map(|record| record.get("endpoint").ok()).map(|value| value.display()).collect()
}

impl Begun {
    /// Keeps of the facts what belongs to the devices that are taken over.
    fn forget_strangers(&mut self) {
        let taken: BTreeSet<_> = self.hosts.iter().map(|host| &host.subject).collect();
        self.snapshots.retain(|snapshot| taken.contains(&snapshot.subject.id));
    }

    /// Whether a device was examined by the scan itself; the others came from files of other scanners.
    fn is_examined(&self, host: &ScannedHost) -> bool {
        self.snapshots.iter().any(|snapshot| snapshot.collector == COLLECTOR && snapshot.subject.id == host.subject)
    }

    /// Takes out of the plan what was done. A device that is a guest's by now is not taken over: it is counted anew.
    pub fn shorten(&mut self, plan: &mut Plan) {
        self.hosts.retain(|host| !host.addresses.iter().any(|address| plan.is_guest(*address)));
        self.forget_strangers();
        let examined = self.hosts.iter().filter(|host| self.is_examined(host));
        plan.done = examined.flat_map(|host| host.addresses.iter().copied().chain([host.address])).collect();
        let done = visite_scan::targets::Targets::of_networks(plan.done.iter().copied().map(ipnet::IpNet::from));
        plan.targets = plan.targets.clone().without(&done);
    }

    /// Leaves out what the new scan saw itself. By what a device that is taken over can be known again, no other can.
    pub fn beside(&mut self, scan: &mut Scan) {
        let seen: BTreeSet<IpAddr> = scan.devices.iter().flat_map(|device| device.addresses.iter().copied()).collect();
        self.hosts.retain(|host| !host.addresses.iter().any(|address| seen.contains(address)));
        self.forget_strangers();
        let known: BTreeSet<&Identifier> = self.snapshots.iter().flat_map(|snapshot| &snapshot.identifiers).collect();
        for device in &mut scan.devices {
            device.identifiers.retain(|identifier| !known.contains(identifier));
        }
    }

    /// Completes the counts of networks: what was not counted this time stands as it was counted before.
    pub fn complete(&self, surveys: &mut Vec<Snapshot>) {
        for earlier in &self.surveys {
            match surveys.iter_mut().find(|survey| survey.subject.id == earlier.subject.id) {
                Some(survey) => {
                    if let (Some(mut now), Some(before)) = (counts(survey), counts(earlier))
                        && now.ipv6_routers.known().is_none()
                    {
                        now.ipv6_routers = before.ipv6_routers;
                        survey.put(&now);
                    }
                }
                None => surveys.push(earlier.clone()),
            }
        }
    }
}

fn counts(survey: &Snapshot) -> Option<ZoneSurvey> {
    match survey.facts.get(ZoneSurvey::SPEC.name)? {
        Fact::Single(record) => Some(ZoneSurvey::from_record(record)),
        Fact::Collection { .. } => None,
    }
}
