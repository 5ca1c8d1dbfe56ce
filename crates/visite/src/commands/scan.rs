//! `visite scan`: examines networks for which a release is recorded, judges, and reports.

use super::surroundings::surroundings;
use super::{imports, recognition, resume, telematics};
use crate::cli::ScanArgs;
use crate::failure::{Failure, Kind};
use crate::running::{self, Watching};
use crate::verdict::{Reporting, exit_code, report};
use crate::{input, layers, output};
use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Write};
use std::net::{IpAddr, ToSocketAddrs};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use visite_assess::{Input, assess};
use visite_catalog::model::PortSets;
use visite_catalog::{Catalog, Part};
use visite_facts::facts::ZoneKind;
use visite_facts::scan::{Profile, SCAN_SCHEMA, ScanRecord, ScanSection};
use visite_facts::{FactsFile, Finding, IdentifierKind, Lang, Snapshot, Text, Word};
use visite_scan::import::{Imported, ImportedHost};
use visite_scan::net::Connections;
use visite_scan::policy::Policy;
use visite_scan::scan::{Control, Plan, Stated};
use visite_scan::targets::{TargetError, Targets};
use visite_target::{ApprovedAction, Practice};

/// Runs the command.
pub fn run(arguments: &ScanArgs, lang: Lang) -> Result<ExitCode, Failure> {
    let inputs = [&arguments.facts, &arguments.resume, &arguments.practice].into_iter().flatten();
    let read: Vec<&Path> = inputs.chain(&arguments.import).map(PathBuf::as_path).collect();
    output::distinct(&[arguments.output.as_deref(), arguments.save_facts.as_deref()], &read)?;
    let catalog = layers::load(&arguments.catalog, Part::SCANNING)?;
    let practice = arguments.practice.as_deref().map(input::practice).transpose()?;
    let previous = arguments.previous.as_deref();
    let previous = previous
        .map(|path| input::previous_findings(path, SCAN_SCHEMA, "visite scan"))
        .transpose()?
        .unwrap_or_default();
    let earlier = arguments.previous.as_deref().map(input::previous_scan).transpose()?.flatten();
    let imports = imports::read(&arguments.import)?;
    let files = arguments.resume.as_deref().zip(arguments.facts.as_deref());
    let mut begun = files.map(|(result, facts)| resume::read(result, facts, lang)).transpose()?;
    let judging = Judging { arguments, catalog: &catalog, practice: practice.as_ref(), previous, earlier, lang };
    if imports::alone(arguments) {
        let now = Timestamp::now();
        let imported =
            Imported::together(imports, &guests(practice.as_ref()), &|host| names(practice.as_ref(), host), &|_| false);
        let hosts = imported.hosts.iter().map(ImportedHost::host).collect();
        let section =
            ScanSection { hosts, guests: imported.guests, left_out: 0, beyond: 0, record: imports::record(now) };
        let snapshots = imported.hosts.iter().map(ImportedHost::snapshot).collect();
        return judging.judge(snapshots, &section, &|_| true);
    }
    let connections = Connections::read().map_err(|error| {
        let (de, en) = ("Die Netzwerkverbindungen lassen sich nicht lesen", "cannot read the network connections");
        Failure::new(Kind::Permission, de, en).because(error)
    })?;
    let started_at = Timestamp::now();
    let (written, excluded) = written_targets(arguments, begun.as_ref().map(|begun| &begun.record), &connections)?;
    let targets = targets(&written, &excluded)?;
    telematics::refuse(&networks(&targets), &connections, practice.as_ref())?;
    let (tcp, udp) = ports(&arguments.ports, &catalog.ports)?;
    let asked = targets.clone();
    let policy =
        Policy { profile: arguments.profile, logins: arguments.allow_logins, ports_only: arguments.ports_only };
    let mut plan = Plan {
        targets,
        excluded: parsed(&excluded)?,
        guests: guests(practice.as_ref()),
        own: networks_of(practice.as_ref(), |kind| kind.is_some_and(|kind| kind != ZoneKind::Guest)),
        tcp,
        udp,
        policy,
        assume_up: arguments.assume_up,
        stated: practice.as_ref().map(|practice| stated(practice, today(practice, started_at))).unwrap_or_default(),
        done: std::collections::BTreeSet::new(),
        book: recognition::book(&catalog),
        fingerprints: Arc::new(recognition::fingerprints(&catalog, &arguments.fingerprints)?),
        domains: visite_scan::net::search_domains(),
    };
    if let Some(begun) = &mut begun {
        begun.shorten(&mut plan);
    }
    if arguments.dry_run {
        return output::to_stdout(described(&plan, &connections, lang).as_bytes()).map(|()| ExitCode::SUCCESS);
    }
    let release = release(arguments, practice.as_ref(), &asked, started_at, lang)?;
    let (authorised_by, release_id) = release;
    let (knocks, udp_ports) = (plan.knocks(), plan.udp.len());
    let book = plan.book.clone();
    let control = Arc::new(Control::default());
    let zone = time_zone(practice.as_ref());
    let window = arguments.window.map(|window| window.next(started_at, &zone));
    refuse_opening_hours(policy.profile, window.map_or(started_at, |(begin, _)| begin), practice.as_ref(), &zone)?;
    let watching = Watching { lang, quiet: arguments.quiet, json_lines: arguments.json_lines, window };
    let mut scan = running::run(plan, &control, watching)?;
    let finished_at = Timestamp::now();
    if let Some(begun) = &mut begun {
        begun.beside(&mut scan);
    }
    let mut snapshots = visite_scan::observe::snapshots(&scan, policy, &book, started_at);
    let mut hosts = visite_scan::observe::hosts(&scan);
    hosts.extend(begun.iter().flat_map(|begun| begun.hosts.clone()));
    let mut surveys = visite_scan::observe::surveys(&scan, &hosts, &asked, started_at);
    if let Some(begun) = begun {
        begun.complete(&mut surveys);
        snapshots.extend(begun.snapshots);
    }
    snapshots.extend(surveys);
    let named = |host: &ImportedHost| names(practice.as_ref(), host);
    let imported = Imported::together(imports, &guests(practice.as_ref()), &named, &|host| {
        hosts.iter().any(|known| known.addresses.iter().any(|address| host.addresses.contains(address)))
    });
    snapshots.extend(imported.hosts.iter().map(ImportedHost::snapshot));
    hosts.extend(imported.hosts.iter().map(ImportedHost::host));
    hosts.sort_by_key(|host| host.address);
    let owned = |counts: &BTreeMap<&'static str, u64>| {
        counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    };
    let section = ScanSection {
        hosts,
        guests: scan.guests.saturating_add(imported.guests),
        left_out: scan.excluded,
        beyond: scan.beyond,
        record: ScanRecord {
            authorised_by,
            release: release_id,
            logins: policy.logins,
            profile: policy.profile,
            targets: written,
            excluded,
            seen_from: scan.connections.attached().iter().map(IpNet::to_string).collect(),
            ports: format!("{} ({} TCP, {} UDP)", arguments.ports, knocks.len(), udp_ports),
            started_at,
            finished_at,
            interrupted: scan.interrupted,
            packets: owned(&scan.packets),
            dialogues: owned(&scan.dialogues),
            packets_per_second: scan.packets_per_second,
        },
    };
    judging.judge(snapshots, &section, &|address| asked.contains(address))
}

/// What judging needs besides what was seen.
struct Judging<'a> {
    arguments: &'a ScanArgs,
    catalog: &'a Catalog,
    practice: Option<&'a Practice>,
    previous: Vec<Finding>,
    earlier: Option<ScanSection>,
    lang: Lang,
}

impl Judging<'_> {
    /// Judges and reports; `asked` tells which addresses were to be looked at.
    fn judge(
        &self,
        snapshots: Vec<Snapshot>,
        section: &ScanSection,
        asked: &dyn Fn(IpAddr) -> bool,
    ) -> Result<ExitCode, Failure> {
        let arguments = self.arguments;
        let assessment = assess(&Input {
            catalog: self.catalog,
            practice: self.practice,
            snapshots: &snapshots,
            acceptances: &[],
            previous: &self.previous,
            now: section.record.finished_at,
        });
        if let Some(path) = &arguments.save_facts {
            output::to_file(path, FactsFile { snapshots }.to_json().as_bytes())?;
        }
        let around = surroundings(self.practice, self.earlier.as_ref(), section, asked);
        let reporting = Reporting {
            format: arguments.format,
            output: arguments.output.as_deref(),
            quiet: arguments.quiet,
            verbose: arguments.verbose,
            lang: self.lang,
            command: "visite scan",
            privileged: true,
            this_computer: false,
            scan: Some(section),
            surroundings: Some(&around),
        };
        report(&reporting, &assessment)?;
        Ok(exit_code(&assessment, arguments.fail_on))
    }
}

/// Targets and exceptions as written: arguments and lines of files, or else those of the scan that is resumed, or else
/// the networks this computer is in.
fn written_targets(
    arguments: &ScanArgs,
    begun: Option<&ScanRecord>,
    connections: &Connections,
) -> Result<(Vec<String>, Vec<String>), Failure> {
    let mut written = arguments.targets.clone();
    let mut excluded = arguments.exclude.clone();
    for path in &arguments.targets_from {
        let text = String::from_utf8_lossy(&input::read(path)?).into_owned();
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
        written.extend(lines.flat_map(str::split_whitespace).map(str::to_owned));
    }
    if arguments.targets.is_empty() && arguments.targets_from.is_empty() {
        match begun {
            Some(begun) => {
                written.clone_from(&begun.targets);
                excluded.extend(begun.excluded.iter().cloned());
            }
            None => written.extend(connections.attached().iter().map(IpNet::to_string)),
        }
    }
    if written.is_empty() && begun.is_some() {
        let (de, en) = ("Die unterbrochene Untersuchung hatte keine Ziele", "the interrupted scan had no targets");
        return Err(Failure::new(Kind::Data, de, en)
            .hint("Nennen Sie ein Netz: visite scan 192.168.10.0/24", "name a network: visite scan 192.168.10.0/24"));
    }
    if written.is_empty() {
        return Err(Failure::new(
            Kind::Missing,
            "Dieser Computer steht in keinem Netz, und es ist kein Ziel genannt",
            "this computer is in no network, and no target is named",
        )
        .hint("Nennen Sie ein Netz: visite scan 192.168.10.0/24", "name a network: visite scan 192.168.10.0/24"));
    }
    Ok((written, excluded))
}

fn targets(written: &[String], excluded: &[String]) -> Result<Targets, Failure> {
    let targets = parsed(written)?.without(&parsed(excluded)?);
    if targets.is_empty() {
        return Err(Failure::new(
            Kind::Data,
            "Nach den Ausnahmen bleibt kein Ziel übrig",
            "after the exclusions no target is left",
        ));
    }
    Ok(targets)
}

fn parsed(written: &[String]) -> Result<Targets, Failure> {
    let resolve = |name: &str| -> Vec<IpAddr> {
        (name, 0).to_socket_addrs().map(|found| found.map(|address| address.ip()).collect()).unwrap_or_default()
    };
    let failure = |error: TargetError| {
        let shown = error.written.escape_debug();
        Failure::new(
            Kind::Data,
            format!("Das Ziel `{shown}` ist nicht zu verstehen"),
            format!("cannot read the target `{shown}`"),
        )
        .because_of(error.what)
    };
    Targets::parse(written, &resolve).map_err(failure)
}

fn guests(practice: Option<&Practice>) -> Vec<IpNet> {
    networks_of(practice, |kind| kind == Some(ZoneKind::Guest))
}

/// Networks of the practice's zones of some kinds.
fn networks_of(practice: Option<&Practice>, wanted: impl Fn(Option<ZoneKind>) -> bool) -> Vec<IpNet> {
    let zones = practice.into_iter().flat_map(|practice| practice.zones.iter().flatten());
    let zones = zones.filter(|zone| wanted(zone.kind));
    zones.flat_map(|zone| zone.networks.iter().flatten().map(|network| network.0)).collect()
}

fn time_zone(practice: Option<&Practice>) -> TimeZone {
    practice.and_then(|practice| practice.time_zone.clone()).unwrap_or_default().time_zone()
}

fn today(practice: &Practice, now: Timestamp) -> Date {
    visite_target::time::local_date(now, &time_zone(Some(practice)))
}

/// Refuses the fast profile while patients are treated.
fn refuse_opening_hours(
    profile: Profile,
    begin: Timestamp,
    practice: Option<&Practice>,
    zone: &TimeZone,
) -> Result<(), Failure> {
    let hours = practice.and_then(|practice| practice.opening_hours.as_ref());
    if profile == Profile::Practice || !hours.is_some_and(|hours| hours.is_open(zone.to_datetime(begin))) {
        return Ok(());
    }
    Err(Failure::new(
        Kind::Permission,
        "Die Praxis hat jetzt geöffnet, und das Profil `fast` ist nicht für die Sprechzeit",
        "the practice is open now, and the profile `fast` is not for opening hours",
    )
    .hint(
        "Lassen Sie --profile weg, oder nennen Sie ein Zeitfenster: --window 22:00-05:00",
        "leave out --profile, or name a window: --window 22:00-05:00",
    ))
}

fn stated(practice: &Practice, today: Date) -> Vec<Stated> {
    let devices = practice.devices.iter().flatten();
    let of = |device: &visite_target::Device| Stated {
        name: device.name.clone(),
        addresses: device.addresses.iter().flatten().map(|address| address.0).collect(),
        mac: card(device),
        class: device.class,
        approved: device.allows(ApprovedAction::Scan, today),
    };
    devices.map(of).collect()
}

/// Whether the practice names a device that another scanner saw.
fn names(practice: Option<&Practice>, host: &ImportedHost) -> bool {
    let mut devices = practice.into_iter().flat_map(|practice| practice.devices.iter().flatten());
    devices.any(|device| {
        let mut addresses = device.addresses.iter().flatten();
        addresses.any(|address| host.addresses.contains(&address.0)) || host.mac.is_some() && card(device) == host.mac
    })
}

/// The hardware address that the practice states of a device.
fn card(device: &visite_target::Device) -> Option<[u8; 6]> {
    let mut cards = device.identifiers.iter().flatten().filter(|stated| stated.kind == IdentifierKind::Mac);
    cards.find_map(|stated| mac(&stated.value))
}

fn mac(text: &str) -> Option<[u8; 6]> {
    let parts: Vec<u8> = text.split([':', '-']).filter_map(|part| u8::from_str_radix(part, 16).ok()).collect();
    parts.try_into().ok()
}

/// TCP and UDP ports of sets and lists, e.g. `practice` or `practice,8000-8100,udp:161`.
fn ports(written: &str, sets: &PortSets) -> Result<(Vec<u16>, Vec<u16>), Failure> {
    let (mut tcp, mut udp) = (Vec::new(), Vec::new());
    for part in written.split(',').map(str::trim) {
        match part {
            "practice" => tcp.extend(sets.practice_tcp()),
            "top1000" => tcp.extend(sets.top1000_tcp()),
            "all" => tcp.extend(1..=u16::MAX),
            _ => {
                let Some((is_udp, range)) = port_range(part) else { return Err(no_ports(written)) };
                if is_udp {
                    udp.extend(range)
                } else {
                    tcp.extend(range)
                }
                continue;
            }
        }
        udp.extend(sets.practice_udp());
    }
    for ports in [&mut tcp, &mut udp] {
        ports.sort_unstable();
        ports.dedup();
    }
    Ok((tcp, udp))
}

fn no_ports(written: &str) -> Failure {
    let shown = written.escape_debug();
    Failure::new(
        Kind::Data,
        format!("`{shown}` ist weder ein Satz von Ports noch eine Liste"),
        format!("`{shown}` is neither a set of ports nor a list"),
    )
    .hint(
        "Schreiben Sie practice, top1000, all oder eine Liste wie 22,80,8000-8100,udp:161.",
        "write practice, top1000, all or a list such as 22,80,8000-8100,udp:161",
    )
}

/// `80`, `8000-8100`, `tcp:80`, `udp:161`: whether it is about UDP, and the ports.
fn port_range(part: &str) -> Option<(bool, RangeInclusive<u16>)> {
    let (transport, range) = part.split_once(':').unwrap_or(("tcp", part));
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let (first, last): (u16, u16) = (first.parse().ok()?, last.parse().ok()?);
    let valid = first != 0 && first <= last && matches!(transport, "tcp" | "udp");
    valid.then_some((transport == "udp", first..=last))
}

/// Who allows the scan, and the release's id: from the practice file, the argument, or a question on the terminal.
fn release(
    arguments: &ScanArgs,
    practice: Option<&Practice>,
    targets: &Targets,
    now: Timestamp,
    lang: Lang,
) -> Result<(String, Option<String>), Failure> {
    let networks = networks(targets);
    if let Some(practice) = practice {
        let today = today(practice, now);
        let covering = practice
            .releases
            .iter()
            .flatten()
            .find(|release| networks.iter().all(|network| release.covers(*network, today)));
        if let Some(release) = covering {
            if arguments.allow_logins && !release.allows_login_attempts() {
                return Err(no_release(
                    "Die Freigabe in der Praxisdatei erlaubt keine Anmeldeversuche",
                    "the release in the practice file does not allow login attempts",
                ));
            }
            let person = practice.person(&release.allowed_by).and_then(|person| person.name.clone());
            return Ok((person.unwrap_or_else(|| release.allowed_by.to_string()), Some(release.id.to_string())));
        }
    }
    if let Some(name) = arguments.authorised_by.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        return Ok((name.chars().filter(|c| !c.is_control()).take(120).collect(), None));
    }
    if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        return asked(&networks, lang).map(|name| (name, None));
    }
    Err(no_release("Ohne Freigabe untersucht Visite kein Netz", "without a release Visite examines no network"))
}

fn no_release(de: &str, en: &str) -> Failure {
    Failure::new(Kind::Permission, de, en)
        .because_of(Text::new(
            "Wer für das Netz verantwortlich ist, muss die Untersuchung erlauben. Ein privater Adressbereich ist keine Erlaubnis.",
            "whoever is responsible for the network has to allow it; a private address range is no permission",
        ))
        .hint(
            "Nennen Sie, wer es erlaubt hat: --authorised-by \"Name\", oder tragen Sie eine Freigabe unter `releases` in die Praxisdatei ein.",
            "say who allowed it: --authorised-by \"name\", or enter a release under `releases` in the practice file",
        )
}

fn asked(networks: &[IpNet], lang: Lang) -> Result<String, Failure> {
    let list = networks.iter().take(8).map(IpNet::to_string).collect::<Vec<_>>().join(", ");
    let question = match lang {
        Lang::De => format!(
            "Visite schickt gleich Anfragen an {list}.\nDas darf nur, wer für dieses Netz und die Geräte darin verantwortlich ist oder die Erlaubnis dazu hat.\nWer hat es erlaubt? Name (leer bricht ab): "
        ),
        Lang::En => format!(
            "Visite is about to send requests to {list}.\nOnly those responsible for this network and its devices may do that, or whoever has their permission.\nWho allowed it? Name (empty cancels): "
        ),
    };
    eprint!("{question}");
    let _ = std::io::stderr().flush();
    let mut name = String::new();
    let read = std::io::stdin().lock().read_line(&mut name);
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(120).collect();
    if read.is_err() || name.is_empty() {
        return Err(no_release("Abgebrochen: Es wurde nichts gesendet", "cancelled: nothing was sent"));
    }
    Ok(name)
}

/// The targets as networks, for comparison with releases.
fn networks(targets: &Targets) -> Vec<IpNet> {
    let ranges = targets.ranges().into_iter().flat_map(|ends| -> Vec<IpNet> {
        match ends {
            (IpAddr::V4(first), IpAddr::V4(last)) => Ipv4Subnets::new(first, last, 0).map(IpNet::V4).collect(),
            (IpAddr::V6(first), IpAddr::V6(last)) => Ipv6Subnets::new(first, last, 0).map(IpNet::V6).collect(),
            _ => Vec::new(),
        }
    });
    ranges.chain(targets.wide().iter().copied().map(IpNet::V6)).collect()
}

/// What a scan would do, for `--dry-run`.
fn described(plan: &Plan, connections: &Connections, lang: Lang) -> String {
    let knocks = plan.knocks().len();
    let addresses = plan.targets.count();
    let seconds = (addresses * 4) / u64::from(plan.policy.rate()).max(1) + 1;
    let attached = connections.attached().iter().map(IpNet::to_string).collect::<Vec<_>>().join(", ");
    let ranges: Vec<String> = plan
        .targets
        .ranges()
        .iter()
        .map(|(first, last)| if first == last { first.to_string() } else { format!("{first} – {last}") })
        .collect();
    let wide: Vec<String> = plan.targets.wide().iter().map(ToString::to_string).collect();
    let ranges = [ranges, wide].concat().join("\n  ");
    let (profile, aimed, udp) = (plan.policy.profile.word(), plan.policy.rate(), plan.udp.len());
    let rate = match (plan.policy.up_to(), lang) {
        (None, Lang::De) => format!("höchstens 200, angestrebt {aimed}"),
        (None, Lang::En) => format!("at most 200, aimed at {aimed},"),
        (Some(most), Lang::De) => format!("{aimed} bis {most}"),
        (Some(most), Lang::En) => format!("{aimed} to {most}"),
    };
    match lang {
        Lang::De => format!(
            "Plan (es wird nichts gesendet)\n\nAdressen: {addresses}\n  {ranges}\nDieser Computer steht in: {attached}\nProfil: {profile}, {rate} Pakete je Sekunde\nPorts je Gerät: {knocks} TCP, {udp} UDP; nie 515, 9100-9107, 9112-9116\nAnmeldeversuche: {}\nSuche nach Geräten: etwa {seconds} Sekunden; danach je Gerät etwa {} Sekunden.\n",
            if plan.policy.logins { "ja" } else { "nein" },
            knocks as u64 * 2 / u64::from(aimed) + 1
        ),
        Lang::En => format!(
            "Plan (nothing is sent)\n\nAddresses: {addresses}\n  {ranges}\nThis computer is in: {attached}\nProfile: {profile}, {rate} packets a second\nPorts a device: {knocks} TCP, {udp} UDP; never 515, 9100-9107, 9112-9116\nLogin attempts: {}\nLooking for devices: about {seconds} seconds; then about {} seconds a device.\n",
            if plan.policy.logins { "yes" } else { "no" },
            knocks as u64 * 2 / u64::from(aimed) + 1
        ),
    }
}
