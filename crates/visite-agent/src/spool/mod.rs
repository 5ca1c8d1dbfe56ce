//! What was seen and what the server has of it: one file a delivery, contents beside them by hash.
//!
//! ```text
//! spool/pending/00000000001795521600.json    not acknowledged
//! spool/kept/00000000001795521599.json       acknowledged, kept for a server that is restored from a copy
//! spool/bodies/<sha-256>.json.gz             contents, each once
//! ```
//!
//! Contents are written before the delivery that speaks of them, and removed after it; every file is there whole or not at
//! all. So a program that is killed at any moment leaves at worst contents that nothing speaks of, which the next start
//! removes. Numbers of an empty spool begin with the seconds since 1970: they stay above all earlier ones although the spool
//! was lost.

mod bodies;
mod kept;

use crate::files::{self, PARTIAL};
use crate::protocol::{Entry, Hash};
use bodies::Bodies;
use jiff::{SignedDuration, Timestamp};
pub use kept::{Kept, parse_kept};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Largest file of a delivery in bytes.
const MAX_FILE_BYTES: u64 = 1024 * 1024;
/// Most bytes of contents that are sent at once; what is left out the server asks for.
const SEND_BYTES: usize = 6 * 1024 * 1024;

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most deliveries that wait.
    pub pending: usize,
    /// Most bytes of them, with their contents.
    pub pending_bytes: u64,
    /// Most bytes of acknowledged ones, with their contents.
    pub kept_bytes: u64,
    /// How long acknowledged ones are kept.
    pub kept_for: SignedDuration,
}

/// A thousand looks wait, which is six weeks at one an hour; 50 MB each; acknowledged ones stay for a week.
impl Default for Limits {
    fn default() -> Self {
        let (megabytes, week) = (50_000_000, SignedDuration::from_hours(7 * 24));
        Self { pending: 1_000, pending_bytes: megabytes, kept_bytes: megabytes, kept_for: week }
    }
}

/// Something on disk went wrong.
#[derive(Debug, thiserror::Error)]
#[error("`{}`", path.display())]
pub struct SpoolError {
    /// Where.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

impl SpoolError {
    /// Whether the disk is full, or this program's share of it.
    pub fn is_full(&self) -> bool {
        matches!(self.source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
    }
}

/// A delivery in the index.
#[derive(Debug)]
struct Indexed {
    kept: Kept,
    bytes: u64,
}

/// The spool of one agent. Only one may be open at a time; [`crate::identity::Home::lock`] sees to that.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    limits: Limits,
    pending: BTreeMap<u64, Indexed>,
    kept: BTreeMap<u64, Indexed>,
    bodies: Bodies,
    /// Whether something was lost that no waiting delivery speaks of.
    gap: bool,
}

/// What is sent of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Its number.
    pub sequence: u64,
    /// As in [`crate::protocol::Delivery::full`].
    pub full: bool,
    /// As in [`crate::protocol::Delivery::gap`].
    pub gap: bool,
    /// The snapshots, with the contents that the server is believed to lack.
    pub snapshots: Vec<Entry>,
}

impl Spool {
    /// Opens the spool, or makes an empty one. What cannot be read is removed and leaves a gap.
    pub fn open(folder: &Path, limits: Limits) -> Result<Self, SpoolError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| SpoolError { path, source }
        };
        let read = |name: &str| {
            let folder = folder.join(name);
            read_folder(&folder).map_err(failed(&folder))
        };
        let ((pending, lost), (kept, _)) = (read("pending")?, read("kept")?);
        let bodies = folder.join("bodies");
        let bodies = Bodies::open(bodies.clone()).map_err(failed(&bodies))?;
        let mut spool = Self { folder: folder.to_owned(), limits, pending, kept, bodies, gap: false };
        spool.remove_unused()?;
        if let Some(number) = lost.last() {
            spool.mark_gap_after(*number)?;
        }
        Ok(spool)
    }

    /// How many deliveries wait.
    pub fn waiting(&self) -> usize {
        self.pending.len()
    }

    /// Highest number that was given to a delivery and is still known; 0 if there is none.
    pub fn highest(&self) -> u64 {
        let highest = |map: &BTreeMap<u64, Indexed>| map.last_key_value().map_or(0, |(number, _)| *number);
        highest(&self.pending).max(highest(&self.kept))
    }

    /// Keeps what was seen, with its contents, and gives its number. On a full disk what is least needed goes first; if that
    /// is not enough, nothing is kept, and the next delivery says that there is a gap.
    pub fn push(&mut self, seen: &[Entry], now: Timestamp) -> Result<u64, SpoolError> {
        let first = u64::try_from(now.as_second()).unwrap_or(1).max(1);
        let sequence = match self.highest() {
            0 => first,
            highest => highest + 1,
        };
        let bare = |entry: &Entry| Entry { body: None, ..entry.clone() };
        let snapshots = seen.iter().map(bare).collect();
        let full = self.pending.is_empty() && self.kept.is_empty();
        let kept = Kept { made_at: now, full, gap: self.gap, snapshots };
        let mut result = self.store(sequence, kept.clone(), seen);
        if result.as_ref().is_err_and(SpoolError::is_full) {
            // Errors here do not matter more than the one that led here.
            let _ = self.prune(now, 0);
            result = self.store(sequence, kept.clone(), seen);
        }
        if result.as_ref().is_err_and(SpoolError::is_full) {
            let _ = self.fold(self.pending.len());
            result = self.store(sequence, kept, seen);
        }
        match result {
            Ok(()) => self.gap = false,
            Err(error) => {
                self.gap = true;
                let _ = self.remove_unused();
                return Err(error);
            }
        }
        self.prune(now, self.limits.kept_bytes)?;
        self.fold_what_is_too_much()?;
        Ok(sequence)
    }

    /// The next delivery to send: the oldest that waits. Of its contents it brings those in `missing`, or, if the server has
    /// not said what it lacks, those of which no acknowledged delivery speaks.
    pub fn next(&mut self, missing: Option<&BTreeSet<Hash>>) -> Option<Parcel> {
        let (sequence, indexed) = self.pending.first_key_value()?;
        let (sequence, full, mut gap) = (*sequence, indexed.kept.full, indexed.kept.gap);
        let mut snapshots = indexed.kept.snapshots.clone();
        let known: BTreeSet<Hash> = self.kept.values().flat_map(|indexed| indexed.kept.hashes()).collect();
        let mut room = SEND_BYTES;
        let mut sent = BTreeSet::new();
        let mut lost = Vec::new();
        for entry in &mut snapshots {
            let wanted = missing.map_or(!known.contains(&entry.hash), |missing| missing.contains(&entry.hash));
            if !wanted || room == 0 || !sent.insert(entry.hash) {
                continue;
            }
            match self.bodies.read(entry.hash) {
                Some(body) => {
                    room = room.saturating_sub(body.len());
                    entry.body = Some(body);
                }
                None => lost.push(entry.hash),
            }
        }
        for hash in &lost {
            self.bodies.discard(*hash);
        }
        gap |= !lost.is_empty();
        snapshots.retain(|entry| !lost.contains(&entry.hash));
        Some(Parcel { sequence, full, gap, snapshots })
    }

    /// Notes that the server has a delivery.
    pub fn acknowledge(&mut self, sequence: u64, now: Timestamp) -> Result<(), SpoolError> {
        self.shift(sequence, true)?;
        self.prune(now, self.limits.kept_bytes)
    }

    /// Takes back what was acknowledged after the delivery with the number `after`: a restored server lacks it.
    pub fn reopen(&mut self, after: u64) -> Result<(), SpoolError> {
        let again: Vec<u64> = self.kept.range(after.saturating_add(1)..).map(|(number, _)| *number).collect();
        for sequence in again.into_iter().rev() {
            self.shift(sequence, false)?;
        }
        let folder = self.folder.join("pending");
        files::sync_folder(&folder).map_err(|source| SpoolError { path: folder, source })
    }

    /// Gives all waiting deliveries new numbers from `first` on, which is above every number here: the server counted others
    /// under the old ones.
    pub fn renumber(&mut self, first: u64) -> Result<(), SpoolError> {
        let old: Vec<u64> = self.pending.keys().copied().collect();
        // The last one first, so that the order holds whenever this is interrupted.
        for (place, sequence) in old.into_iter().enumerate().rev() {
            let number = first.saturating_add(u64::try_from(place).unwrap_or(u64::MAX));
            let (from, to) = (self.path("pending", sequence), self.path("pending", number));
            fs::rename(&from, &to).map_err(|source| SpoolError { path: from, source })?;
            if let Some(indexed) = self.pending.remove(&sequence) {
                self.pending.insert(number, indexed);
            }
        }
        Ok(())
    }

    /// Gives up a delivery that the server refuses to understand; the next one says that there is a gap.
    pub fn give_up(&mut self, sequence: u64) -> Result<(), SpoolError> {
        self.delete("pending", sequence)?;
        self.pending.remove(&sequence);
        self.remove_unused()?;
        self.mark_gap_after(sequence)
    }

    fn path(&self, folder: &str, sequence: u64) -> PathBuf {
        self.folder.join(folder).join(file_name(sequence))
    }

    fn store(&mut self, sequence: u64, kept: Kept, seen: &[Entry]) -> Result<(), SpoolError> {
        for entry in seen {
            if let Some(body) = &entry.body {
                let failed = |source| SpoolError { path: self.folder.join("bodies"), source };
                self.bodies.put(entry.hash, body).map_err(failed)?;
            }
        }
        self.write(sequence, kept)
    }

    fn write(&mut self, sequence: u64, kept: Kept) -> Result<(), SpoolError> {
        let path = self.path("pending", sequence);
        let bytes = kept.to_json();
        files::write_whole(&path, &bytes).map_err(|source| SpoolError { path, source })?;
        let bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.pending.insert(sequence, Indexed { kept, bytes });
        Ok(())
    }

    fn delete(&self, folder: &str, sequence: u64) -> Result<(), SpoolError> {
        let path = self.path(folder, sequence);
        files::remove(&path).map_err(|source| SpoolError { path, source })
    }

    /// Moves a delivery to the acknowledged ones, or back. That it is on the disk does not matter: the same delivery may come
    /// twice.
    fn shift(&mut self, sequence: u64, acknowledged: bool) -> Result<(), SpoolError> {
        let (from, to) = if acknowledged { ("pending", "kept") } else { ("kept", "pending") };
        let (source, target) = (self.path(from, sequence), self.path(to, sequence));
        let (here, there) = match acknowledged {
            true => (&mut self.pending, &mut self.kept),
            false => (&mut self.kept, &mut self.pending),
        };
        let Some(indexed) = here.remove(&sequence) else { return Ok(()) };
        match fs::rename(&source, &target) {
            Ok(()) => {
                there.insert(sequence, indexed);
                Ok(())
            }
            Err(error) => {
                here.insert(sequence, indexed);
                Err(SpoolError { path: source, source: error })
            }
        }
    }

    /// Removes acknowledged deliveries that are too old or too many. The newest stays: it says what the server has.
    fn prune(&mut self, now: Timestamp, limit: u64) -> Result<(), SpoolError> {
        let before = self.kept.len();
        while self.kept.len() > 1
            && let Some((sequence, oldest)) = self.kept.first_key_value()
            && (now.duration_since(oldest.kept.made_at) > self.limits.kept_for
                || bytes_of(&self.kept, &self.bodies) > limit)
        {
            let sequence = *sequence;
            self.delete("kept", sequence)?;
            self.kept.remove(&sequence);
        }
        if self.kept.len() < before { self.remove_unused() } else { Ok(()) }
    }

    fn fold_what_is_too_much(&mut self) -> Result<(), SpoolError> {
        while self.pending.len() > 1
            && (self.pending.len() > self.limits.pending
                || bytes_of(&self.pending, &self.bodies) > self.limits.pending_bytes)
        {
            self.fold((self.pending.len() / 2).max(2))?;
        }
        Ok(())
    }

    /// Folds the oldest waiting deliveries into one: of each subject and collector the newest. It has the number of the last
    /// of them and says that there is a gap.
    fn fold(&mut self, count: usize) -> Result<(), SpoolError> {
        let folded: Vec<u64> = self.pending.keys().copied().take(count).collect();
        let Some((last, older)) = folded.split_last().filter(|(_, older)| !older.is_empty()) else { return Ok(()) };
        let mut newest = BTreeMap::new();
        let mut made_at = Timestamp::UNIX_EPOCH;
        for indexed in folded.iter().filter_map(|sequence| self.pending.get(sequence)) {
            made_at = indexed.kept.made_at;
            for entry in &indexed.kept.snapshots {
                newest.insert((entry.subject.clone(), entry.collector.clone()), entry.clone());
            }
        }
        let snapshots = newest.into_values().collect();
        self.write(*last, Kept { made_at, full: true, gap: true, snapshots })?;
        for sequence in older {
            self.delete("pending", *sequence)?;
            self.pending.remove(sequence);
        }
        self.remove_unused()
    }

    /// Notes that what lay before the next delivery after `sequence` is lost.
    fn mark_gap_after(&mut self, sequence: u64) -> Result<(), SpoolError> {
        match self.pending.range(sequence..).next() {
            Some((next, indexed)) => {
                let (next, kept) = (*next, Kept { gap: true, ..indexed.kept.clone() });
                self.write(next, kept)
            }
            None => {
                self.gap = true;
                Ok(())
            }
        }
    }

    fn remove_unused(&mut self) -> Result<(), SpoolError> {
        let all = self.pending.values().chain(self.kept.values());
        let used = all.flat_map(|indexed| indexed.kept.hashes()).collect();
        let folder = self.folder.join("bodies");
        self.bodies.retain(&used).map_err(|source| SpoolError { path: folder, source })
    }
}

fn bytes_of(deliveries: &BTreeMap<u64, Indexed>, bodies: &Bodies) -> u64 {
    let used: BTreeSet<Hash> = deliveries.values().flat_map(|indexed| indexed.kept.hashes()).collect();
    deliveries.values().map(|indexed| indexed.bytes).sum::<u64>() + bodies.size(&used)
}

fn file_name(sequence: u64) -> String {
    format!("{sequence:020}.json")
}

type Folder = (BTreeMap<u64, Indexed>, Vec<u64>);

/// Reads a folder of deliveries; those that cannot be read are removed, their numbers listed.
fn read_folder(folder: &Path) -> io::Result<Folder> {
    files::private_folder(folder)?;
    let (mut found, mut lost) = (BTreeMap::new(), Vec::new());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(PARTIAL) {
            files::remove(&path)?;
            continue;
        }
        let Some(sequence) = name.strip_suffix(".json").and_then(|number| number.parse().ok()) else { continue };
        let read = files::read_bounded(&path, MAX_FILE_BYTES).ok().and_then(|bytes| {
            let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            parse_kept(&bytes).ok().map(|kept| Indexed { kept, bytes: size })
        });
        match read {
            Some(indexed) => {
                found.insert(sequence, indexed);
            }
            None => {
                files::remove(&path)?;
                lost.push(sequence);
            }
        }
    }
    lost.sort_unstable();
    Ok((found, lost))
}

#[cfg(test)]
mod tests;
