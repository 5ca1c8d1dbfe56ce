//! Windows: one module a subject. Each says what it wants to have read, and makes facts of what was read.
//!
//! Nothing here depends on the language of Windows: names of keys, values, classes and identifiers are the same everywhere,
//! and output of programs is not read.

pub mod disk_encryption;
pub mod event_logs;
pub mod execution;
pub mod file_sharing;
pub mod firewall;
pub mod identity;
pub mod installation;
#[cfg(windows)]
pub mod live;
#[cfg(windows)]
pub mod machine;
pub mod malware_protection;
pub mod name_resolution;
pub mod os;
pub mod people;
pub mod platform_security;
pub mod programs;
pub mod recording;
pub mod remote_desktop;
pub mod screen_lock;
pub mod script;
pub mod sign_in;
pub mod time_synchronisation;
pub mod updates;
pub mod wanted;

use crate::collectors::{Understanding, side_by_side};
use jiff::Timestamp;
use recording::Recording;
use visite_facts::{Problem, Snapshot, UnknownReason};
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
    &malware_protection::MalwareProtectionCollector,
    &updates::UpdatesCollector,
    &disk_encryption::DiskEncryptionCollector,
    &platform_security::PlatformSecurityCollector,
    &installation::InstallationCollector,
    &event_logs::EventLogsCollector,
    &time_synchronisation::TimeSynchronisationCollector,
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

/// The facts in a recording, one snapshot a collector, as of the time of the recording.
pub fn understand(recording: &Recording) -> Vec<Snapshot> {
    let now = recording.recorded_at;
    let (identifiers, name) = identity::identify(recording);
    let all: Vec<Understanding<'_>> = COLLECTORS
        .iter()
        .map(|collector| {
            let run = move |snapshot: &mut Snapshot| {
                collector.understand(recording, now, snapshot);
                snapshot.problems.extend(collector.wants().iter().filter_map(|want| unread(recording, want)));
            };
            Understanding { name: collector.name(), run: Box::new(run) }
        })
        .collect();
    side_by_side(all, &identifiers, &name, now)
}

/// What was asked for and could not be read. Below a person's registry the place is named without the person.
fn unread(recording: &Recording, want: &Wanted) -> Option<Problem> {
    let (source, reason) = match want {
        Wanted::Values(path, _) | Wanted::Keys(path) => {
            let place = path.split_once(r"\*").map_or(*path, |(parent, _)| parent);
            (place.to_owned(), recording.key(place).err()?)
        }
        Wanted::Rows { namespace, class, .. } => {
            let class = Wanted::rows_name(namespace, class);
            let reason = recording.rows(&class).err()?;
            (class, reason)
        }
    };
    // Nobody asked, or this Windows has none.
    let quiet = matches!(reason, UnknownReason::NotCollected | UnknownReason::NotSupported);
    (!quiet).then_some(Problem { source, reason, detail: String::new() })
}

#[cfg(test)]
mod tests;
