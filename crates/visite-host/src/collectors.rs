//! Which collectors exist, and running them all.
//!
//! Collectors run side by side, each with its own snapshot; one that fails or even panics leaves the others whole.

use crate::machine::Machine;
use jiff::Timestamp;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use visite_facts::snapshot::{Problem, Snapshot, Subject};
use visite_facts::{SubjectKind, UnknownReason};

/// Observes one subject of a computer.
pub trait Collector: Sync {
    /// Its name in snapshots and in evidence, e.g. `linux.accounts`.
    fn name(&self) -> &'static str;
    /// Looks, and adds what it saw and what it could not read to `snapshot`.
    ///
    /// `now` is only for what the kernel counts from its start; a collector never judges age.
    fn collect(&self, machine: &Machine, now: Timestamp, snapshot: &mut Snapshot);
}

/// All collectors for this operating system.
pub fn collectors() -> &'static [&'static dyn Collector] {
    #[cfg(target_os = "linux")]
    return crate::linux::COLLECTORS;
    #[cfg(not(target_os = "linux"))]
    return &[];
}

/// Runs every collector over `machine`; one snapshot each, in the order of [`collectors`].
pub fn observe(machine: &Machine, now: Timestamp) -> Vec<Snapshot> {
    let (identifiers, name) = crate::linux::identity::identify(machine);
    let id = visite_facts::identity::derived_id(SubjectKind::Host, &identifiers, &name);
    let subject = Subject { id, kind: SubjectKind::Host, name };
    let empty = |collector: &dyn Collector| Snapshot {
        collector: collector.name().to_owned(),
        observed_at: now,
        received_at: None,
        subject: subject.clone(),
        identifiers: identifiers.clone(),
        facts: Default::default(),
        problems: Vec::new(),
    };
    thread::scope(|scope| {
        let running: Vec<_> = collectors()
            .iter()
            .map(|collector| {
                let mut snapshot = empty(*collector);
                scope.spawn(move || {
                    let run = catch_unwind(AssertUnwindSafe(|| collector.collect(machine, now, &mut snapshot)));
                    if run.is_err() {
                        snapshot.facts.clear();
                        snapshot.problems.push(Problem {
                            source: collector.name().to_owned(),
                            reason: UnknownReason::Malformed,
                            detail: "the collector failed; please report this".to_owned(),
                        });
                    }
                    snapshot
                })
            })
            .collect();
        running
            .into_iter()
            .zip(collectors())
            // The thread catches panics itself; if it still died, its facts are simply not there.
            .map(|(thread, collector)| thread.join().unwrap_or_else(|_| empty(*collector)))
            .collect()
    })
}
