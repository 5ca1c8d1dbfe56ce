//! State of updates: what is pending, how fresh that knowledge is, and what installs by itself. The fact `host.updates`.
//!
//! For the checks of patches; one file a package manager, all asked without changing anything and without network.
//! Which age is too old, and which package has a hole, is deliberately not known here.

mod apt;
pub mod apt_conf;
pub mod apt_origins;
pub mod apt_output;
mod apt_unattended;
mod dnf;
pub mod dnf_output;
pub mod dpkg_log;
mod reboot;
mod timers;
mod zypper;

pub use dnf_output::parse_automatic_conf;
pub use reboot::{compare_versions, parse_kernel_build};
pub use timers::parse_is_active;
pub use zypper::{parse_list, parse_sysconfig};

use super::packages::package_manager;
use crate::collectors::Collector;
use crate::machine::{Machine, ReadFailure};
use jiff::Timestamp;
use visite_facts::facts::{PackageManager, Updates};
use visite_facts::{Known, Observed, Problem, Snapshot, Unknown, UnknownReason};

/// Collects `host.updates`.
pub struct UpdatesCollector;

impl Collector for UpdatesCollector {
    fn name(&self) -> &'static str {
        "linux.updates"
    }

    fn collect(&self, machine: &Machine, now: Timestamp, snapshot: &mut Snapshot) {
        let problems = &mut snapshot.problems;
        let updates = match package_manager(machine) {
            Some(PackageManager::Apt) => apt::updates(machine, now, problems),
            Some(PackageManager::Dnf) => dnf::updates(machine, problems),
            Some(PackageManager::Zypper) => zypper::updates(machine, problems),
            Some(PackageManager::WindowsUpdate) | None => Updates::unknown(UnknownReason::NotSupported),
        };
        snapshot.put(&updates);
    }
}

/// Says in `problems` what `source` could not tell, and gives the reason for the fact.
fn unknown<T>(
    problems: &mut Vec<Problem>,
    source: &str,
    reason: UnknownReason,
    detail: impl Into<String>,
) -> Observed<T> {
    problems.push(Problem { source: source.to_owned(), reason, detail: detail.into() });
    Unknown(reason)
}

/// The newest change of those of `paths` that exist; unknown if none does.
fn newest_change<'a>(machine: &Machine, paths: impl IntoIterator<Item = &'a str>) -> Observed<Timestamp> {
    let mut newest = None;
    let mut reason = UnknownReason::NotSupported;
    for path in paths {
        match machine.modified(path) {
            Ok(time) => newest = newest.max(Some(time)),
            Err(ReadFailure::Absent) => {}
            Err(failure) => reason = failure.reason(),
        }
    }
    newest.map_or(Unknown(reason), Known)
}
