//! Updates of Debian, Ubuntu and relatives, asked from apt by a simulated upgrade.
//!
//! It works as an ordinary user and for another root, takes no lock, writes no cache and fetches nothing. Updates that
//! the distribution holds back from this computer for a few days (phasing) are deliberately not counted.

use super::apt_output::{Index, parse_indexes, parse_security_versions, parse_simulation};
use super::{apt_unattended, dpkg_log, newest_change, reboot, unknown};
use crate::linux::dpkg::{self, DpkgStatus};
use crate::machine::{Command, Machine};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::thread;
use std::time::Duration;
use visite_facts::facts::{Package, PackageManager, Updates};
use visite_facts::{Known, Observed, Problem, Unknown, UnknownReason};

/// Where the fetched indexes lie.
const LISTS: &str = "/var/lib/apt/lists";
/// Whatever apt reads to say what is pending. Each of the three runs costs a second of processor time and more.
const READ_BY_APT: [&str; 6] =
    [dpkg::STATUS_PATH, "/var/lib/dpkg/arch", LISTS, "/var/lib/apt/extended_states", "/etc/apt", "/usr/bin/apt-get"];
/// Touched only after a fetch without error: by Ubuntu's update-notifier, and by apt's own daily service.
const SUCCESS_STAMPS: [&str; 2] = ["/var/lib/apt/periodic/update-success-stamp", "/var/lib/apt/periodic/update-stamp"];
/// Names given to one run of `apt-cache policy`: all of a usual computer, and well below the longest command line.
const NAMES_A_RUN: usize = 5_000;
/// More installed packages than any computer has.
const MOST_NAMES: usize = 50_000;

/// The fact `host.updates` for a system with apt.
pub(super) fn updates(machine: &Machine, now: Timestamp, problems: &mut Vec<Problem>) -> Updates {
    // Problems of this file are listed by the collector of packages.
    let status = match dpkg::read_status(machine, &mut Vec::new()) {
        Ok(status) => status,
        Err(reason) => return Updates { package_manager: Known(PackageManager::Apt), ..Updates::unknown(reason) },
    };
    let (answer, found) = machine.answer("apt", &READ_BY_APT, now, || {
        let mut found = Vec::new();
        let answer = pending(machine, &status, &mut found);
        // A computer that was too busy may be asked again.
        let in_time = !found.iter().any(|problem| problem.reason == UnknownReason::TimedOut);
        ((answer, found), in_time)
    });
    problems.extend(found);
    let (pending, security_pending) = answer;
    let automatic = apt_unattended::automatic(machine, &status, problems);
    Updates {
        package_manager: Known(PackageManager::Apt),
        pending,
        security_pending,
        index_refreshed_at: index_refreshed_at(machine),
        last_success_at: dpkg_log::last_success_at(machine, problems),
        automatic_enabled: automatic.enabled,
        automatic_running: automatic.running,
        automatic_last_run_at: automatic.last_run_at,
        automatic_mechanism: automatic.mechanism,
        reboot_needed: reboot::needed_by_debian(machine, &status),
    }
}

/// A lower bound where no stamp tells: the directory changes when something new has come in.
///
/// The files themselves carry the time of the server, and `partial` changes with failed attempts too, so that neither
/// is asked.
fn index_refreshed_at(machine: &Machine) -> Observed<Timestamp> {
    let has_lists = machine.list(LISTS).is_ok_and(|names| names.iter().any(|name| name.contains("_Packages")));
    if !has_lists {
        return Unknown(UnknownReason::Incomplete);
    }
    newest_change(machine, SUCCESS_STAMPS.into_iter().chain([LISTS]))
}

/// How many updates wait, and how many of them are security updates.
fn pending(machine: &Machine, status: &DpkgStatus, problems: &mut Vec<Problem>) -> (Observed<i64>, Observed<i64>) {
    let apt = Apt { machine, status };
    // Every run of apt reads all lists anew. The simulation takes longest; what else is to be asked fits beside it.
    let (archives, simulated) = thread::scope(|scope| {
        let archives = scope.spawn(|| archives(&apt));
        // What an administrator holds back is pending all the same: the hole is open.
        let simulated = apt.get(&["--simulate", "--ignore-hold", "dist-upgrade"]);
        (archives.join().unwrap_or_else(|panic| resume_unwind(panic)), simulated)
    });
    let archives = match archives {
        Ok(archives) => archives,
        Err((reason, detail)) => return both(unknown(problems, "apt-cache", reason, detail)),
    };
    if archives.indexes.is_empty() {
        let detail = "no list of available packages has been fetched";
        return both(unknown(problems, LISTS, UnknownReason::Incomplete, detail));
    }
    let simulation = match simulated {
        Ok(text) => parse_simulation(&text),
        Err((reason, detail)) => return both(unknown(problems, "apt-get", reason, detail)),
    };
    if !simulation.finished {
        let detail = "it ended without summing up";
        return both(unknown(problems, "apt-get", UnknownReason::Malformed, detail));
    }
    let waiting: BTreeSet<String> = simulation.upgraded.into_iter().chain(simulation.kept_back).collect();
    let security = match archives.security {
        // What apt would not upgrade to, such as a version that is pinned away, waits for nobody.
        Ok(newer) => {
            let mut found = simulation.security;
            found.extend(newer.into_iter().filter(|name| waiting.contains(name)));
            Known(count(found.len()))
        }
        Err((reason, detail)) => unknown(problems, "apt-cache", reason, detail),
    };
    (Known(count(waiting.len())), security)
}

/// What the fetched lists hold.
struct Archives {
    indexes: Vec<Index>,
    /// Installed packages of which a security archive has a newer version.
    security: Result<BTreeSet<String>, Refusal>,
}

fn archives(apt: &Apt<'_>) -> Result<Archives, Refusal> {
    let indexes = parse_indexes(&apt.cache(&["policy"])?);
    let security = newer_in_security(apt, &indexes);
    Ok(Archives { indexes, security })
}

/// Asks for every installed package, because which of them wait is still being found out.
fn newer_in_security(apt: &Apt<'_>, indexes: &[Index]) -> Result<BTreeSet<String>, Refusal> {
    let security: BTreeSet<&str> =
        indexes.iter().filter(|index| index.security).map(|index| index.description.as_str()).collect();
    if security.is_empty() {
        return Err((UnknownReason::Incomplete, "no list of a security archive has been fetched".to_owned()));
    }
    let names = apt.installed_names();
    if names.len() > MOST_NAMES {
        return Err((UnknownReason::Malformed, "more packages than any computer has".to_owned()));
    }
    let mut newer = BTreeSet::new();
    for names in names.chunks(NAMES_A_RUN) {
        let args: Vec<&str> = ["policy", "--"].into_iter().chain(names.iter().map(String::as_str)).collect();
        newer.extend(parse_security_versions(&apt.cache(&args)?, &security));
    }
    Ok(newer)
}

type Refusal = (UnknownReason, String);

/// apt, made to look at one root only.
struct Apt<'a> {
    machine: &'a Machine,
    status: &'a DpkgStatus,
}

impl Apt<'_> {
    fn get(&self, args: &[&str]) -> Result<String, Refusal> {
        self.run("apt-get", args)
    }

    fn cache(&self, args: &[&str]) -> Result<String, Refusal> {
        self.run("apt-cache", args)
    }

    fn run(&self, program: &'static str, args: &[&str]) -> Result<String, Refusal> {
        let options = self.options().ok_or((UnknownReason::NotSupported, "no architecture is known".to_owned()))?;
        let mut all: Vec<&str> = options.iter().flat_map(|option| ["-o", option.as_str()]).collect();
        all.extend(args);
        let command = Command::new(program, &all).for_any_root().within(Duration::from_secs(60));
        match self.machine.run(&command) {
            Ok(output) if output.success() => Ok(output.stdout),
            Ok(output) => Err((UnknownReason::Malformed, complaint(&output.stderr))),
            Err(failure) => {
                let problem = failure.problem(program);
                Err((problem.reason, problem.detail))
            }
        }
    }

    /// Names of what is installed, with the architecture, without which apt takes those of others for its own.
    fn installed_names(&self) -> Vec<String> {
        let name = |package: &Package| match (&package.name, &package.architecture) {
            (Known(name), Known(architecture)) if architecture != "all" => Some(format!("{name}:{architecture}")),
            (Known(name), _) => Some(name.clone()),
            (Unknown(_), _) => None,
        };
        self.status.present().filter_map(name).collect()
    }

    /// Without the caches it takes a second longer, but nothing is written even as root.
    fn options(&self) -> Option<Vec<String>> {
        let mut options: Vec<String> = [
            "Debug::NoLocking=true",
            "Dir::Cache::pkgcache=",
            "Dir::Cache::srcpkgcache=",
            "APT::Get::Show-User-Simulation-Note=false",
        ]
        .map(str::to_owned)
        .into();
        if !self.machine.is_live() {
            let root = self.machine.root().to_string_lossy();
            options.push(format!("Dir={root}"));
            // This one alone is not below `Dir`.
            options.push(format!("Dir::State::status={root}{}", dpkg::STATUS_PATH));
            let native = self.status.native_architecture().or_else(|| self.only_architecture())?;
            options.push(format!("APT::Architecture={native}"));
            // Given, apt does not ask the dpkg of this computer for its own.
            options.push(format!("APT::Architectures::={native}"));
            let others = self.machine.read("/var/lib/dpkg/arch").unwrap_or_default();
            let others = others.lines().map(str::trim).filter(|other| !other.is_empty() && *other != native);
            options.extend(others.map(|other| format!("APT::Architectures::={other}")));
        }
        Some(options)
    }

    /// The architecture of a root without dpkg, such as one for a container, if it is the same for all its packages.
    fn only_architecture(&self) -> Option<&str> {
        let all = self.status.present().filter_map(|package| package.architecture.known().map(String::as_str));
        let mut real: Vec<&str> = all.filter(|architecture| *architecture != "all").collect();
        real.dedup();
        <[&str; 1]>::try_from(real).ok().map(|[only]| only)
    }
}

/// What went wrong, in our words: apt's own may carry passwords that stand in the addresses of sources.
fn complaint(stderr: &str) -> String {
    if stderr.contains("Unmet dependencies") || stderr.contains("fix-broken") {
        "packages lack others that they need (apt --fix-broken install)".to_owned()
    } else if stderr.contains("could not be parsed or opened") || stderr.contains("sources could not be read") {
        "the sources or the fetched lists could not be read".to_owned()
    } else {
        "it ended with an error".to_owned()
    }
}

fn both(counts: Observed<i64>) -> (Observed<i64>, Observed<i64>) {
    (counts.clone(), counts)
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
