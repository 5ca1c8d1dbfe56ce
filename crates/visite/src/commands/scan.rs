//! `visite scan`: examines networks for which a release is recorded, judges, and reports.

use super::surroundings::surroundings;
use super::{imports, resume};
use crate::cli::ScanArgs;
use crate::failure::{Failure, Kind};
use crate::running::{self, Watching};
use crate::verdict::{Reporting, exit_code, report};
use crate::{input, layers, output};
use ipnet::IpNet;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Write};
use std::net::{IpAddr, ToSocketAddrs};
use std::process::ExitCode;
use std::sync::Arc;
use visite_assess::{Input, assess};
use visite_catalog::{Catalog, Part};
use visite_facts::scan::{Profile, ScanRecord, ScanSection};
use visite_facts::{FactsFile, Finding, Lang, Snapshot, Text, Word};
use visite_scan::import::{Imported, ImportedHost};
use visite_scan::net::Connections;
use visite_scan::policy::Policy;
use visite_scan::scan::{Control, Plan};
use visite_scan::targets::{TargetError, Targets};
use visite_scan::{permission, prepare};
use visite_target::Practice;

/// Runs the command.
pub fn run(arguments: &ScanArgs, lang: Lang) -> Result<ExitCode, Failure> {
    let catalog = layers::load(&arguments.catalog, Part::SCANNING)?;
    let practice = arguments.practice.as_deref().map(input::practice).transpose()?;
    let previous = arguments.previous.as_deref().map(input::previous_findings).transpose()?.unwrap_or_default();
    let earlier = arguments.previous.as_deref().map(input::previous_scan).transpose()?.flatten();
    let imports = imports::read(&arguments.import)?;
    let files = arguments.resume.as_deref().zip(arguments.facts.as_deref());
    let mut begun = files.map(|(result, facts)| resume::read(result, facts, lang)).transpose()?;
    let judging = Judging { arguments, catalog: &catalog, practice: practice.as_ref(), previous, earlier, lang };
    if imports::alone(arguments) {
        let now = Timestamp::now();
        let imported = Imported::together(imports, &prepare::guests(practice.as_ref()), &|_| false);
        let hosts = imported.hosts.iter().map(ImportedHost::host).collect();
        let section = ScanSection { hosts, guests: imported.guests, record: imports::record(now) };
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
    refuse_telematics(&targets.networks(), &connections, practice.as_ref())?;
    let (tcp, udp) = prepare::ports(&arguments.ports, &catalog.ports).ok_or_else(|| no_ports(&arguments.ports))?;
    let asked = targets.clone();
    let policy = Policy { profile: arguments.profile, logins: arguments.allow_logins };
    let mut plan = Plan {
        targets,
        guests: prepare::guests(practice.as_ref()),
        tcp,
        udp,
        policy,
        assume_up: arguments.assume_up,
        stated: practice
            .as_ref()
            .map(|practice| prepare::stated(practice, today(practice, started_at)))
            .unwrap_or_default(),
        done: std::collections::BTreeSet::new(),
        book: prepare::book(&catalog),
        fingerprints: Arc::new(prepare::fingerprints(&catalog).map_err(|problem| {
            let (de, en) = ("Ein Fingerabdruck des Katalogs ist fehlerhaft", "a fingerprint of the catalogue is wrong");
            Failure::new(Kind::Data, de, en).because(problem)
        })?),
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
    let mut surveys = visite_scan::observe::surveys(&scan, &hosts, started_at);
    if let Some(begun) = begun {
        begun.complete(&mut surveys);
        snapshots.extend(begun.snapshots);
    }
    snapshots.extend(surveys);
    let imported = Imported::together(imports, &prepare::guests(practice.as_ref()), &|host| {
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
    let targets = Targets::parse(written, &resolve).map_err(failure)?;
    let targets = targets.without(&Targets::parse(excluded, &resolve).map_err(failure)?);
    if targets.is_empty() {
        return Err(Failure::new(
            Kind::Data,
            "Nach den Ausnahmen bleibt kein Ziel übrig",
            "after the exclusions no target is left",
        ));
    }
    Ok(targets)
}

fn time_zone(practice: Option<&Practice>) -> TimeZone {
    practice.and_then(|practice| practice.time_zone.clone()).unwrap_or_default().time_zone()
}

fn today(practice: &Practice, now: Timestamp) -> Date {
    visite_target::time::local_date(now, &time_zone(Some(practice)))
}

/// Refuses targets of which any part belongs to the telematics infrastructure or lies behind a connector.
fn refuse_telematics(targets: &[IpNet], connections: &Connections, practice: Option<&Practice>) -> Result<(), Failure> {
    let Some(network) = permission::telematics(targets, connections, practice) else { return Ok(()) };
    let failure = Failure::new(
        Kind::Permission,
        format!("Das Ziel {network} gehört zur Telematikinfrastruktur oder liegt hinter dem Konnektor"),
        format!("the target {network} belongs to the telematics infrastructure or lies behind the connector"),
    );
    Err(failure.hint(
        "Visite untersucht nur Netze der Praxis. Nennen Sie diese einzeln.",
        "Visite examines networks of the practice only; name these one by one",
    ))
}

/// Refuses the fast profile while patients are treated.
fn refuse_opening_hours(
    profile: Profile,
    begin: Timestamp,
    practice: Option<&Practice>,
    zone: &TimeZone,
) -> Result<(), Failure> {
    if permission::may_begin(profile, begin, practice, zone) {
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

/// Who allows the scan, and the release's id: from the practice file, the argument, or a question on the terminal.
fn release(
    arguments: &ScanArgs,
    practice: Option<&Practice>,
    targets: &Targets,
    now: Timestamp,
    lang: Lang,
) -> Result<(String, Option<String>), Failure> {
    let networks = targets.networks();
    if let Some(practice) = practice {
        let today = today(practice, now);
        if let Some(release) = permission::covering(practice, &networks, today) {
            if arguments.allow_logins && !release.allows_login_attempts() {
                return Err(no_release(
                    "Die Freigabe in der Praxisdatei erlaubt keine Anmeldeversuche",
                    "the release in the practice file does not allow login attempts",
                ));
            }
            return Ok((permission::allowed_by(practice, release), Some(release.id.to_string())));
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
    let (profile, rate, udp) = (plan.policy.profile.word(), plan.policy.rate(), plan.udp.len());
    match lang {
        Lang::De => format!(
            "Plan (es wird nichts gesendet)\n\nAdressen: {addresses}\n  {ranges}\nDieser Computer steht in: {attached}\nProfil: {profile}, höchstens {rate} Pakete je Sekunde\nPorts je Gerät: {knocks} TCP, {udp} UDP; nie 515, 9100-9107, 9112-9116\nAnmeldeversuche: {}\nSuche nach Geräten: etwa {seconds} Sekunden; danach je Gerät etwa {} Sekunden.\n",
            if plan.policy.logins { "ja" } else { "nein" },
            knocks as u64 * 2 / u64::from(rate) + 1
        ),
        Lang::En => format!(
            "Plan (nothing is sent)\n\nAddresses: {addresses}\n  {ranges}\nThis computer is in: {attached}\nProfile: {profile}, at most {rate} packets a second\nPorts a device: {knocks} TCP, {udp} UDP; never 515, 9100-9107, 9112-9116\nLogin attempts: {}\nLooking for devices: about {seconds} seconds; then about {} seconds a device.\n",
            if plan.policy.logins { "yes" } else { "no" },
            knocks as u64 * 2 / u64::from(rate) + 1
        ),
    }
}
