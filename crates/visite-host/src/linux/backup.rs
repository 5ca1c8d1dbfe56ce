//! Backups that this computer makes of itself. The fact `host.backup`.
//!
//! Nobody keeps a common record of backups. Each program keeps notes for itself, and some of these change only when a backup is
//! finished:
//!
//! - Borg: the cache of files in root's `.cache/borg` is written at the end of `borg create`, and not by `prune` or `check`
//!   (seen with 1.2.4; Borg's documentation, "Internals: The files cache");
//! - restic: a snapshot in root's `.cache/restic` is written when a backup ends (restic's documentation, "Design: Local cache");
//! - Duplicity: the manifest in root's `.cache/duplicity` has the time of the backup in its name (duplicity(1), "Files and file
//!   formats").
//!
//! Names of files inside a backup are never looked at. Programs whose notes lie elsewhere are named, and their last success stays
//! unknown.

use crate::collectors::Collector;
use crate::machine::{Machine, ReadFailure};
use jiff::Timestamp;
use std::collections::BTreeSet;
use visite_facts::facts::Backup;
use visite_facts::{Known, Observed, Snapshot, Unknown, UnknownReason};

/// Programs by the files that show that they are installed.
const PROGRAMS: &[(&str, &str)] = &[
    ("Bareos", "/usr/sbin/bareos-fd"),
    ("Bacula", "/usr/sbin/bacula-fd"),
    ("Borg", "/usr/bin/borg"),
    ("Duplicity", "/usr/bin/duplicity"),
    ("Kopia", "/usr/bin/kopia"),
    ("Proxmox Backup", "/usr/bin/proxmox-backup-client"),
    ("rdiff-backup", "/usr/bin/rdiff-backup"),
    ("restic", "/usr/bin/restic"),
    ("rsnapshot", "/usr/bin/rsnapshot"),
    ("UrBackup", "/usr/local/sbin/urbackupclientbackend"),
    ("Veeam Agent", "/usr/bin/veeamconfig"),
];

/// Most repositories, and files of one, that are looked at.
const MOST: usize = 1_000;

/// Collects `host.backup`.
pub struct BackupCollector;

impl Collector for BackupCollector {
    fn name(&self) -> &'static str {
        "linux.backup"
    }

    fn collect(&self, machine: &Machine, _now: Timestamp, snapshot: &mut Snapshot) {
        let mut names: Result<BTreeSet<&str>, UnknownReason> = Ok(BTreeSet::new());
        for (name, path) in PROGRAMS {
            match machine.exists(path) {
                Ok(true) => names = names.map(|names| names.into_iter().chain([*name]).collect()),
                Ok(false) => {}
                Err(failure) => names = Err(failure.reason()),
            }
        }
        let mut newest: Option<Timestamp> = None;
        let mut unseen = None;
        let looks: [(&str, &str, Look); 3] = [
            ("Borg", "/root/.cache/borg", borg),
            ("restic", "/root/.cache/restic", restic),
            ("Duplicity", "/root/.cache/duplicity", duplicity),
        ];
        for (name, folder, look) in looks {
            match repositories(machine, folder, look) {
                Ok(None) => {}
                Ok(Some(time)) => {
                    newest = newest.max(Some(time));
                    // A program that was removed, or lies elsewhere, has left its notes.
                    names = names.map(|names| names.into_iter().chain([name]).collect());
                }
                Err(failure) => {
                    // The same home, and mostly the same reason.
                    if unseen.is_none() {
                        snapshot.problems.push(failure.problem(folder));
                    }
                    unseen = Some(failure.reason());
                }
            }
        }
        snapshot.put(&Backup {
            last_success_at: last_success(newest, unseen),
            programs: names.map_or_else(Unknown, |names| Known(names.into_iter().map(str::to_owned).collect())),
        });
    }
}

/// The newest backup that was seen; if notes could not be read, there may be a newer one.
fn last_success(newest: Option<Timestamp>, unseen: Option<UnknownReason>) -> Observed<Timestamp> {
    match (newest, unseen) {
        (_, Some(reason)) => Unknown(reason),
        (Some(time), None) => Known(time),
        (None, None) => Unknown(UnknownReason::NotSupported),
    }
}

/// How to find the time of the newest backup in the notes on one repository.
type Look = fn(&Machine, &str) -> Result<Option<Timestamp>, ReadFailure>;

fn repositories(machine: &Machine, folder: &str, look: Look) -> Result<Option<Timestamp>, ReadFailure> {
    let mut newest = None;
    for name in present(machine, folder)?.iter().take(MOST) {
        newest = newest.max(look(machine, &format!("{folder}/{name}"))?);
    }
    Ok(newest)
}

/// Names in a folder; none if it is not there.
fn present(machine: &Machine, folder: &str) -> Result<Vec<String>, ReadFailure> {
    match machine.list(folder) {
        // A file beside the folders, such as `CACHEDIR.TAG`.
        Err(ReadFailure::Absent | ReadFailure::NotAFile) => Ok(Vec::new()),
        other => other,
    }
}

/// `files`, or `files.<suffix>` where several sets share a cache.
fn borg(machine: &Machine, repository: &str) -> Result<Option<Timestamp>, ReadFailure> {
    let names = present(machine, repository)?;
    let files = names.iter().filter(|name| *name == "files" || name.starts_with("files."));
    newest_of(machine, files.map(|name| format!("{repository}/{name}")))
}

/// `snapshots/8c/8cbf...`.
fn restic(machine: &Machine, repository: &str) -> Result<Option<Timestamp>, ReadFailure> {
    let snapshots = format!("{repository}/snapshots");
    let mut newest = None;
    for part in present(machine, &snapshots)?.iter().take(MOST) {
        let names = present(machine, &format!("{snapshots}/{part}"))?;
        let paths = names.iter().take(MOST).map(|name| format!("{snapshots}/{part}/{name}"));
        newest = newest.max(newest_of(machine, paths)?);
    }
    Ok(newest)
}

fn duplicity(machine: &Machine, repository: &str) -> Result<Option<Timestamp>, ReadFailure> {
    Ok(present(machine, repository)?.iter().filter_map(|name| parse_manifest_name(name)).max())
}

fn newest_of(machine: &Machine, paths: impl Iterator<Item = String>) -> Result<Option<Timestamp>, ReadFailure> {
    let mut newest = None;
    for path in paths.take(MOST) {
        newest = newest.max(Some(machine.modified(&path)?));
    }
    Ok(newest)
}

/// The time of a backup in the name of its manifest: `duplicity-full.20261127T110237Z.manifest`, or for one that continues another
/// `duplicity-inc.20261126T110237Z.to.20261127T110237Z.manifest`; compressed and encrypted ones have further endings, unfinished
/// ones `.part`.
pub fn parse_manifest_name(name: &str) -> Option<Timestamp> {
    let rest = name.strip_prefix("duplicity-")?;
    let (times, ending) = rest.split_once(".manifest")?;
    if ending.contains("part") {
        return None;
    }
    let time = match times.strip_prefix("inc.") {
        Some(times) => times.split_once(".to.")?.1,
        None => times.strip_prefix("full.")?,
    };
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", time).ok()?;
    jiff::tz::TimeZone::UTC.to_timestamp(time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn manifests_are_named_after_their_time() {
        let time = |name: &str| parse_manifest_name(name).map(|time| time.to_string());
        assert_eq!(time("duplicity-full.20261127T110237Z.manifest").as_deref(), Some("2026-11-27T11:02:37Z"));
        let continued = "duplicity-inc.20261126T110237Z.to.20261127T120000Z.manifest.gpg";
        assert_eq!(time(continued).as_deref(), Some("2026-11-27T12:00:00Z"));
        for other in [
            "",
            "duplicity-full-signatures.20261127T110237Z.sigtar.gz",
            "duplicity-full.20261127T110237Z.manifest.part",
            "duplicity-full.2026.manifest",
            "duplicity-inc.20261126T110237Z.manifest",
        ] {
            assert_eq!(time(other), None, "{other}");
        }
    }

    #[test]
    fn what_could_not_be_seen_may_be_newer() {
        let time = Timestamp::UNIX_EPOCH;
        assert_eq!(last_success(Some(time), None), Known(time));
        assert_eq!(last_success(None, None), Unknown(UnknownReason::NotSupported));
        let denied = UnknownReason::NoPermission;
        assert_eq!(last_success(Some(time), Some(denied)), Unknown(denied));
    }

    proptest! {
        #[test]
        fn never_panics(name in "(duplicity-(full|inc)\\.)?[0-9TZ.a-z]{0,60}(\\.manifest)?") {
            let _ = parse_manifest_name(&name);
        }
    }
}
