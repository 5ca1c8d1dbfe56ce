//! Updates of Fedora, Red Hat and relatives, asked from dnf with its cache only.
//!
//! Tried with dnf 4.14 and a repository of our own; dnf 5, the plugin needs-restarting and dnf-automatic were written
//! after their manuals and have not run on a real system. Only root is asked about pending updates, because dnf gives
//! everyone else an empty cache of their own and then reports none; another root is deliberately not asked at all.

use super::apt_unattended::{Automatic, none, unclear};
use super::dnf_output::{
    Cache, parse_advisories, parse_automatic_conf, parse_complaints, parse_needs_restarting, parse_upgrades,
};
use super::{newest_change, timers, unknown};
use crate::linux::rpm::{self, RpmPackages};
use crate::machine::{Command, Machine, ReadFailure};
use jiff::Timestamp;
use std::time::Duration;
use visite_facts::facts::{PackageManager, Updates};
use visite_facts::{Known, Observed, Problem, Unknown, UnknownReason};

/// Where the fetched lists lie: dnf 5, dnf 4.
const CACHES: [&str; 2] = ["/var/cache/libdnf5", "/var/cache/dnf"];
/// Settings of dnf-automatic, the administrator's last.
const SETTINGS: [&str; 2] = ["/usr/share/dnf5/dnf5-plugins/automatic.conf", "/etc/dnf/automatic.conf"];
/// The timer that installs whatever the settings say.
const INSTALL_TIMER: &str = "dnf-automatic-install.timer";
/// The timers that do what the settings say.
const TIMERS: [&str; 3] = [INSTALL_TIMER, "dnf-automatic.timer", "dnf5-automatic.timer"];
/// Packages with the service.
const PACKAGES: [&str; 2] = ["dnf-automatic", "dnf5-plugin-automatic"];

/// The fact `host.updates` for a system with dnf.
pub(super) fn updates(machine: &Machine, problems: &mut Vec<Problem>) -> Updates {
    let index_refreshed_at = index_refreshed_at(machine);
    let (pending, security_pending) = match pending(machine, &index_refreshed_at, problems) {
        Ok((pending, security)) => (Known(pending), security),
        Err((reason, detail)) => (unknown(problems, "dnf", reason, detail), Unknown(reason)),
    };
    // Problems of rpm are listed by the collector of packages.
    let installed = rpm::query(machine, &mut Vec::new());
    let automatic = match &installed {
        Ok(installed) => automatic(machine, installed),
        Err(reason) => unclear(*reason),
    };
    Updates {
        package_manager: Known(PackageManager::Dnf),
        pending,
        security_pending,
        index_refreshed_at,
        last_success_at: last_success_at(installed),
        automatic_enabled: automatic.enabled,
        automatic_running: automatic.running,
        automatic_last_run_at: automatic.last_run_at,
        automatic_mechanism: automatic.mechanism,
        reboot_needed: reboot_needed(machine),
    }
}

/// When the newest of the installed packages came.
pub(super) fn last_success_at(installed: Result<RpmPackages, UnknownReason>) -> Observed<Timestamp> {
    installed.and_then(|told| told.last_installed_at.ok_or(UnknownReason::NotSupported)).into()
}

/// dnf touches `repomd.xml` whenever it has found that its copy is still the newest.
fn index_refreshed_at(machine: &Machine) -> Observed<Timestamp> {
    let in_cache = |cache: &&str| -> Vec<String> {
        let repositories = machine.list(cache).unwrap_or_default();
        repositories.iter().map(|repository| format!("{cache}/{repository}/repodata/repomd.xml")).collect()
    };
    let paths: Vec<String> = CACHES.iter().flat_map(in_cache).collect();
    match newest_change(machine, paths.iter().map(String::as_str)) {
        Unknown(UnknownReason::NotSupported) => Unknown(UnknownReason::Incomplete),
        other => other,
    }
}

type Refusal = (UnknownReason, String);

fn pending(
    machine: &Machine,
    index: &Observed<Timestamp>,
    problems: &mut Vec<Problem>,
) -> Result<(i64, Observed<i64>), Refusal> {
    if machine.is_live() && !machine.is_administrator() {
        return Err((UnknownReason::NoPermission, "only root sees the lists that the system has fetched".to_owned()));
    }
    if let Unknown(reason) = index {
        return Err((*reason, "no list of available packages has been fetched".to_owned()));
    }
    let pending =
        count(parse_upgrades(&dnf(machine, &["repoquery", "--upgrades", "--qf", "%{name}.%{arch}\\n"])?).len());
    let security = match security_pending(machine, pending) {
        Ok(number) => Known(number),
        Err((reason, detail)) => unknown(problems, "dnf", reason, detail),
    };
    Ok((pending, security))
}

fn security_pending(machine: &Machine, pending: i64) -> Result<i64, Refusal> {
    let advisories = count(parse_advisories(&dnf(machine, &["updateinfo", "list", "--security"])?).len());
    if advisories > 0 || pending == 0 {
        return Ok(advisories);
    }
    // Some repositories tell nothing about security; then no advisory means nothing.
    match parse_advisories(&dnf(machine, &["updateinfo", "list", "--all"])?).is_empty() {
        true => Err((UnknownReason::NotSupported, "the repositories have no advisories".to_owned())),
        false => Ok(0),
    }
}

/// Runs dnf without network; an answer that was given without some of the lists is none.
fn dnf(machine: &Machine, args: &[&str]) -> Result<String, Refusal> {
    let args: Vec<&str> = ["--cacheonly"].into_iter().chain(args.iter().copied()).collect();
    match machine.run(&Command::new("dnf", &args).within(Duration::from_secs(90))) {
        Ok(output) if parse_complaints(&output.stderr) == Cache::Partial => {
            Err((UnknownReason::Incomplete, "some lists of available packages have not been fetched".to_owned()))
        }
        Ok(output) if output.success() => Ok(output.stdout),
        Ok(output) => Err((UnknownReason::Malformed, format!("exit status {:?}", output.status))),
        Err(failure) => {
            let problem = failure.problem("dnf");
            Err((problem.reason, problem.detail))
        }
    }
}

fn automatic(machine: &Machine, installed: &RpmPackages) -> Automatic {
    let is_service = |name: &&str| installed.packages.iter().any(|package| package.name == Known((*name).to_owned()));
    if !PACKAGES.iter().any(is_service) {
        return none();
    }
    let stamps = TIMERS.map(|timer| format!("/var/lib/systemd/timers/stamp-{timer}"));
    Automatic {
        enabled: automatic_enabled(machine),
        running: timers::any_active(machine, &TIMERS),
        last_run_at: newest_change(machine, stamps.iter().map(String::as_str)),
        mechanism: Known("dnf-automatic".to_owned()),
    }
}

fn automatic_enabled(machine: &Machine) -> Observed<bool> {
    match timers::is_wanted(machine, INSTALL_TIMER) {
        Known(false) => {}
        known_or_not => return known_or_not,
    }
    let mut applies = false;
    for path in SETTINGS {
        match machine.read(path) {
            Ok(text) => applies = parse_automatic_conf(&text).unwrap_or(applies),
            Err(ReadFailure::Absent) => {}
            Err(failure) => return Unknown(failure.reason()),
        }
    }
    Known(applies)
}

fn reboot_needed(machine: &Machine) -> Observed<bool> {
    match machine.run(&Command::new("dnf", &["--cacheonly", "needs-restarting", "-r"]).within(Duration::from_secs(30)))
    {
        Ok(output) => {
            parse_needs_restarting(output.status, &output.stdout).map_or(Unknown(UnknownReason::ToolMissing), Known)
        }
        Err(failure) => Unknown(failure.reason()),
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
