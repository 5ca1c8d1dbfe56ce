//! Which collectors exist, and running them all.
//!
//! Collectors run side by side, each with its own snapshot; one that fails or even panics leaves the others whole.

use crate::Machine;
use jiff::Timestamp;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use visite_facts::snapshot::{Problem, Snapshot, Subject};
use visite_facts::{Identifier, SubjectKind, UnknownReason};

/// Observes one subject of a computer.
#[cfg(unix)]
pub trait Collector: Sync {
    /// Its name in snapshots and in evidence, e.g. `linux.accounts`.
    fn name(&self) -> &'static str;
    /// Looks, and adds what it saw and what it could not read to `snapshot`.
    ///
    /// `now` is only for what the kernel counts from its start; a collector never judges age.
    fn collect(&self, machine: &Machine, now: Timestamp, snapshot: &mut Snapshot);
}

/// All collectors that look at this operating system.
#[cfg(unix)]
pub fn collectors() -> &'static [&'static dyn Collector] {
    #[cfg(target_os = "linux")]
    return crate::linux::COLLECTORS;
    #[cfg(not(target_os = "linux"))]
    return &[];
}

/// Runs every collector over `machine`; one snapshot each, in the order of [`collectors`].
#[cfg(unix)]
pub fn observe(machine: &Machine, now: Timestamp) -> Vec<Snapshot> {
    let (identifiers, name) = crate::linux::identity::identify(machine);
    let all: Vec<Understanding<'_>> = collectors()
        .iter()
        .map(|collector| {
            let run = move |snapshot: &mut Snapshot| collector.collect(machine, now, snapshot);
            Understanding { name: collector.name(), run: Box::new(run) }
        })
        .collect();
    side_by_side(all, &identifiers, &name, now)
}

/// Reads what all collectors want, and makes facts of it; one snapshot each.
#[cfg(windows)]
pub fn observe(_: &Machine, now: Timestamp) -> Vec<Snapshot> {
    crate::windows::understand(&crate::windows::live::read(&crate::windows::wanted(), now))
}

/// What one collector does, and its name.
pub(crate) struct Understanding<'c> {
    /// Its name.
    pub name: &'static str,
    /// Adds facts and problems to its snapshot.
    pub run: Box<dyn FnOnce(&mut Snapshot) + Send + 'c>,
}

/// Runs collectors side by side; one snapshot each, in their order. One that panics says so and leaves the others whole.
pub(crate) fn side_by_side(
    all: Vec<Understanding<'_>>,
    identifiers: &[Identifier],
    name: &str,
    now: Timestamp,
) -> Vec<Snapshot> {
    let id = visite_facts::identity::derived_id(SubjectKind::Host, identifiers, name);
    let subject = Subject { id, kind: SubjectKind::Host, name: name.to_owned() };
    let empty = |collector: &str| Snapshot {
        collector: collector.to_owned(),
        observed_at: now,
        received_at: None,
        subject: subject.clone(),
        identifiers: identifiers.to_vec(),
        facts: Default::default(),
        problems: Vec::new(),
    };
    thread::scope(|scope| {
        let running: Vec<_> = all
            .into_iter()
            .map(|Understanding { name, run }| {
                let mut snapshot = empty(name);
                let thread = scope.spawn(move || {
                    if catch_unwind(AssertUnwindSafe(|| run(&mut snapshot))).is_err() {
                        snapshot.facts.clear();
                        snapshot.problems.push(Problem {
                            source: name.to_owned(),
                            reason: UnknownReason::Malformed,
                            detail: "the collector failed; please report this".to_owned(),
                        });
                    }
                    snapshot
                });
                (name, thread)
            })
            .collect();
        // The thread catches panics itself; if it still died, its facts are simply not there.
        running.into_iter().map(|(name, thread)| thread.join().unwrap_or_else(|_| empty(name))).collect()
    })
}
