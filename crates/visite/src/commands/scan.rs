//! `visite scan`: examines networks for which a release is recorded, judges, and reports.

use super::aims::{Ports, Written};
use super::preview::Preview;
use super::surroundings::surroundings;
use super::{again, imports, permission, recognition, resume, telematics};
use crate::cli::ScanArgs;
use crate::failure::{self, Failure, Kind};
use crate::input::{self, Previous};
use crate::running::{self, Watching};
use crate::verdict::{Reporting, exit_code, report};
use crate::{layers, output};
use ipnet::IpNet;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::process::ExitCode;
use std::sync::Arc;
use visite_assess::{Input, assess};
use visite_catalog::{Catalog, Part};
use visite_facts::facts::Transport;
use visite_facts::scan::{PortState, SCAN_SCHEMA, ScanRecord, ScanSection};
use visite_facts::{FactsFile, Lang, Snapshot};
use visite_report::Asked;
use visite_scan::import::{Imported, ImportedHost};
use visite_scan::net::Connections;
use visite_scan::policy::Policy;
use visite_scan::prepare;
use visite_scan::scan::{Control, DeviceSeen, Plan, ServiceSeen};
use visite_target::Practice;

/// Runs the command.
pub fn run(arguments: &ScanArgs, lang: Lang) -> Result<ExitCode, Failure> {
    again::refuse_overwriting(arguments)?;
    let catalog = layers::load(&arguments.catalog, Part::SCANNING)?;
    let practice = arguments.practice.as_deref().map(input::practice).transpose()?;
    let previous =
        arguments.previous.as_deref().map(|path| input::previous(path, SCAN_SCHEMA, "visite scan")).transpose()?;
    let earlier = arguments.previous.as_deref().map(input::previous_scan).transpose()?.flatten();
    let imports = imports::read(&arguments.import)?;
    let files = arguments.resume.as_deref().zip(arguments.facts.as_deref());
    let mut begun = files.map(|(result, facts)| resume::read(result, facts, lang)).transpose()?;
    let previous = previous.unwrap_or_default();
    let command = again::call(arguments, None, lang);
    let mut judging =
        Judging { arguments, catalog: &catalog, practice: practice.as_ref(), previous, earlier, command, lang };
    if imports::alone(arguments) {
        let now = Timestamp::now();
        let imported = Imported::together(
            imports,
            &prepare::guests(practice.as_ref()),
            &|host| names(practice.as_ref(), host),
            &|_| false,
        );
        let hosts = imported.hosts.iter().map(ImportedHost::host).collect();
        let section =
            ScanSection { hosts, guests: imported.guests, left_out: 0, beyond: 0, record: imports::record(now) };
        let snapshots = imported.hosts.iter().map(ImportedHost::snapshot).collect();
        return judging.judge(snapshots, &section, &|_| true, None);
    }
    let connections = Connections::read().map_err(|error| {
        let (de, en) = ("Die Netzwerkverbindungen lassen sich nicht lesen", "cannot read the network connections");
        Failure::new(Kind::Permission, de, en).because_of(failure::system(&error))
    })?;
    let started_at = Timestamp::now();
    let written = Written::of(arguments, begun.as_ref().map(|begun| &begun.record), &connections)?;
    if begun.is_some() {
        judging.command = again::call(arguments, Some(&written), lang);
    }
    let targets = written.read()?;
    telematics::refuse(&targets.networks(), &connections, practice.as_ref())?;
    let ports = Ports::of(&arguments.ports, &catalog.ports)?;
    let asked = targets.clone();
    let policy =
        Policy { profile: arguments.profile, logins: arguments.allow_logins, ports_only: arguments.ports_only };
    let mut plan = Plan {
        targets,
        excluded: written.left_out()?,
        guests: prepare::guests(practice.as_ref()),
        own: prepare::own(practice.as_ref()),
        tcp: ports.tcp.clone(),
        udp: ports.udp.clone(),
        policy,
        assume_up: arguments.assume_up,
        stated: practice
            .as_ref()
            .map(|practice| prepare::stated(practice, today(practice, started_at)))
            .unwrap_or_default(),
        done: std::collections::BTreeSet::new(),
        book: prepare::book(&catalog),
        fingerprints: Arc::new(recognition::fingerprints(&catalog, &arguments.fingerprints)?),
        domains: visite_scan::net::search_domains(),
    };
    if let Some(begun) = &mut begun {
        begun.shorten(&mut plan);
    }
    let (knocks, udp_ports) = (plan.knocks(), plan.udp.len());
    ports.left_out(&knocks, lang).iter().for_each(|line| eprintln!("{line}"));
    let zone = time_zone(practice.as_ref());
    let today = visite_target::time::local_date(started_at, &zone);
    let window = arguments.window.map(|window| window.next(started_at, &zone));
    let begin = window.map_or(started_at, |(begin, _)| begin);
    let hours = permission::refuse_opening_hours(policy.profile, begin, practice.as_ref(), &zone);
    let stated = permission::stated(arguments, practice.as_ref(), &asked, today);
    if arguments.dry_run {
        let mut lacking = Vec::new();
        let (permission, mut refused) = match stated {
            Ok(None) if !permission::can_ask() => (None, vec![permission::missing(practice.as_ref(), &written, today)]),
            Ok(None) => {
                lacking = permission::lacking(practice.as_ref(), &written, today);
                (None, Vec::new())
            }
            Ok(permission) => (permission, Vec::new()),
            Err(failure) => (None, vec![failure]),
        };
        refused.extend(hours.err());
        let (permission, refused) = (permission.as_ref(), refused.as_slice());
        let preview = Preview {
            plan: &plan,
            connections: &connections,
            permission,
            lacking: &lacking,
            refused,
            window,
            zone: &zone,
            now: started_at,
            lang,
        };
        return output::to_stdout(preview.text().as_bytes()).map(|()| ExitCode::SUCCESS);
    }
    let permission = match (stated?, hours?) {
        (Some(permission), ()) => permission,
        (None, ()) if permission::can_ask() => permission::ask(practice.as_ref(), &written, today, lang)?,
        (None, ()) => return Err(permission::missing(practice.as_ref(), &written, today)),
    };
    let book = plan.book.clone();
    let control = Arc::new(Control::default());
    let watching = Watching { lang, quiet: arguments.quiet, json_lines: arguments.json_lines, window, zone: &zone };
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
    let imported = Imported::together(imports, &prepare::guests(practice.as_ref()), &named, &|host| {
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
            authorised_by: permission.by,
            release: permission.release.map(|(id, _)| id),
            logins: policy.logins,
            profile: policy.profile,
            targets: written.targets,
            excluded: written.excluded,
            seen_from: scan.connections.attached().iter().map(IpNet::to_string).collect(),
            ports: format!("{} ({} TCP, {} UDP)", arguments.ports.to_lowercase(), knocks.len(), udp_ports),
            started_at,
            finished_at,
            interrupted: scan.interrupted,
            packets: owned(&scan.packets),
            dialogues: owned(&scan.dialogues),
            packets_per_second: scan.packets_per_second,
        },
    };
    let silent_udp = scan.devices.iter().map(|device| (device.address, silent_udp(device))).collect();
    let ports = Asked { tcp: knocks, udp: ports.udp, silent_udp };
    judging.judge(snapshots, &section, &|address| asked.contains(address), Some(ports))
}

/// How many UDP ports of a device did not answer.
fn silent_udp(device: &DeviceSeen) -> u32 {
    let silent = |service: &&ServiceSeen| service.transport == Transport::Udp && service.state == PortState::Unanswered;
    u32::try_from(device.services.iter().filter(silent).count()).unwrap_or(u32::MAX)
}

/// What judging needs besides what was seen.
struct Judging<'a> {
    arguments: &'a ScanArgs,
    catalog: &'a Catalog,
    practice: Option<&'a Practice>,
    previous: Previous,
    earlier: Option<ScanSection>,
    /// The call that examines the same again.
    command: String,
    lang: Lang,
}

impl Judging<'_> {
    /// Judges and reports; `asked` tells which addresses were to be looked at.
    fn judge(
        &self,
        snapshots: Vec<Snapshot>,
        section: &ScanSection,
        asked: &dyn Fn(IpAddr) -> bool,
        ports: Option<Asked>,
    ) -> Result<ExitCode, Failure> {
        let arguments = self.arguments;
        let mut assessment = assess(&Input {
            catalog: self.catalog,
            practice: self.practice,
            snapshots: &snapshots,
            acceptances: &[],
            previous: &self.previous.findings,
            now: section.record.finished_at,
        });
        self.previous.describe(&mut assessment);
        if let Some(path) = &arguments.save_facts {
            output::to_file(path, FactsFile { snapshots }.to_json().as_bytes())?;
        }
        let around = surroundings(self.practice, self.earlier.as_ref(), section, asked, ports);
        let reporting = Reporting {
            format: arguments.format,
            output: arguments.output.as_deref(),
            quiet: arguments.quiet,
            verbose: arguments.verbose,
            lang: self.lang,
            command: &self.command,
            privileged: true,
            this_computer: false,
            scan: Some(section),
            surroundings: Some(&around),
        };
        report(&reporting, &assessment)?;
        if section.record.interrupted && !arguments.quiet {
            eprintln!("{}", again::to_resume(arguments, &self.command, self.lang));
        }
        Ok(exit_code(&assessment, arguments.fail_on))
    }
}

fn time_zone(practice: Option<&Practice>) -> TimeZone {
    practice.and_then(|practice| practice.time_zone.clone()).unwrap_or_default().time_zone()
}

fn today(practice: &Practice, now: Timestamp) -> Date {
    visite_target::time::local_date(now, &time_zone(Some(practice)))
}

/// Whether the practice names a device that another scanner saw.
fn names(practice: Option<&Practice>, host: &ImportedHost) -> bool {
    let mut devices = practice.into_iter().flat_map(|practice| practice.devices.iter().flatten());
    devices.any(|device| {
        let mut addresses = device.addresses.iter().flatten();
        addresses.any(|address| host.addresses.contains(&address.0))
            || host.mac.is_some() && prepare::card(device) == host.mac
    })
}
