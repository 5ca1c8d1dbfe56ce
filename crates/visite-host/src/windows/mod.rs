//! Windows: one module a subject. Each says what it wants to have read, and makes facts of what was read.
//!
//! Nothing here depends on the language of Windows: names of keys, values, classes and identifiers are the same everywhere,
//! and output of programs is not read.

pub mod execution;
pub mod file_sharing;
pub mod firewall;
pub mod identity;
#[cfg(windows)]
pub mod live;
#[cfg(windows)]
pub mod machine;
pub mod name_resolution;
pub mod os;
pub mod people;
pub mod programs;
pub mod recording;
pub mod remote_desktop;
pub mod screen_lock;
pub mod sign_in;
pub mod wanted;

use crate::collectors::{Understanding, side_by_side};
use jiff::Timestamp;
use recording::Recording;
use visite_facts::snapshot::Snapshot;
use wanted::Wanted;

/// Makes facts of what was read of a Windows computer.
pub trait Collector: Sync {
    /// Its name in snapshots and in evidence, e.g. `windows.os`.
    fn name(&self) -> &'static str;
    /// What has to be read for it.
    fn wants(&self) -> &'static [Wanted];
    /// Adds what stands in `recording` to `snapshot`, and what could not be read. Pure, and total.
    fn understand(&self, recording: &Recording, now: Timestamp, snapshot: &mut Snapshot);
}

/// All collectors for Windows, in the order in which their snapshots are listed.
pub static COLLECTORS: &[&dyn Collector] = &[
    &os::OsCollector,
    &programs::ProgramsCollector,
    &screen_lock::ScreenLockCollector,
    &sign_in::SignInCollector,
    &file_sharing::FileSharingCollector,
    &remote_desktop::RemoteDesktopCollector,
    &name_resolution::NameResolutionCollector,
    &execution::ExecutionCollector,
    &firewall::FirewallCollector,
];

/// Everything that has to be read.
pub fn wanted() -> Vec<Wanted> {
    let mut all = [identity::WANTED, people::WANTED].concat();
    for want in COLLECTORS.iter().flat_map(|collector| collector.wants()) {
        if !all.contains(want) {
            all.push(*want);
        }
    }
    all
}

/// The facts in a recording, one snapshot a collector, as of `now`, the time of the recording.
pub fn understand(recording: &Recording, now: Timestamp) -> Vec<Snapshot> {
    let (identifiers, name) = identity::identify(recording);
    let all: Vec<Understanding<'_>> = COLLECTORS
        .iter()
        .map(|collector| {
            let run = move |snapshot: &mut Snapshot| collector.understand(recording, now, snapshot);
            Understanding { name: collector.name(), run: Box::new(run) }
        })
        .collect();
    side_by_side(all, &identifiers, &name, now)
}

#[cfg(test)]
mod tests;
