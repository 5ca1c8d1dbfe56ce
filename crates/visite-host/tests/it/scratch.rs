//! A scratch root: a directory that holds as much of a file system as a test needs.

use jiff::Timestamp;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tempfile::TempDir;
use visite_facts::{FactType, Record, Snapshot, schema::Fact};
use visite_host::Machine;

/// The directory, removed when the test is over.
pub struct Scratch {
    dir: TempDir,
}

impl Scratch {
    pub fn new() -> Self {
        let scratch = Self { dir: tempfile::tempdir().expect("a temporary directory can be made") };
        // Without these two it would be no system at all, and nothing could be said about it.
        for tree in ["etc", "usr"] {
            fs::create_dir(scratch.path(tree)).expect("the scratch root can be written");
        }
        scratch
    }

    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    pub fn machine(&self) -> Machine {
        Machine::at(self.root())
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path.trim_start_matches('/'))
    }

    pub fn write(&self, path: &str, text: &str) {
        self.dir_of(path);
        fs::write(self.path(path), text).expect("the scratch root can be written");
    }

    pub fn link(&self, path: &str, target: &str) {
        self.dir_of(path);
        symlink(target, self.path(path)).expect("the scratch root can be written");
    }

    /// Sets the time of the last change.
    pub fn touch(&self, path: &str, time: &str) {
        let time: Timestamp = time.parse().expect("the test gives a time in UTC");
        let file = File::open(self.path(path)).expect("the file is there");
        file.set_modified(SystemTime::try_from(time).expect("after 1970")).expect("the file is ours");
    }

    fn dir_of(&self, path: &str) {
        let parent = self.path(path).parent().expect("a path below the root").to_owned();
        fs::create_dir_all(parent).expect("the scratch root can be written");
    }

    /// Runs one collector.
    pub fn collect(&self, collector: &str) -> Snapshot {
        collect(&self.machine(), collector)
    }
}

/// Runs one collector over a machine.
pub fn collect(machine: &Machine, collector: &str) -> Snapshot {
    let now = "2026-11-24T08:00:00Z".parse().expect("a time");
    let snapshots = visite_host::observe(machine, now);
    snapshots.into_iter().find(|snapshot| snapshot.collector == collector).expect("it is registered")
}

/// The typed form of a fact of one record.
pub fn single<T: FactType>(snapshot: &Snapshot) -> T {
    match snapshot.facts.get(T::SPEC.name) {
        Some(Fact::Single(record)) => T::from_record(record),
        other => panic!("{}: {other:?}", T::SPEC.name),
    }
}

/// The records of a collection in their general form.
pub fn records<T: FactType>(snapshot: &Snapshot) -> &[Record] {
    match snapshot.facts.get(T::SPEC.name) {
        Some(Fact::Collection { records, .. }) => records,
        other => panic!("{}: {other:?}", T::SPEC.name),
    }
}
