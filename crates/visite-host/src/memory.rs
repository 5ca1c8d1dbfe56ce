//! Answers of programs that are expensive to ask and depend on files alone.
//!
//! Whoever looks at the same computer again and again, as the agent does, need not ask the package manager anew while
//! nothing has changed that it reads. What is remembered lies in memory only and ends with the process.

use crate::machine::{Machine, ReadFailure};
use jiff::{SignedDuration, Timestamp};
use std::any::Any;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// An answer is used no longer than this, for what no file shows, such as updates that are handed out bit by bit.
const LASTS: SignedDuration = SignedDuration::from_hours(6);
/// Most files and directories that are looked at: the lists of a usual computer are below a hundred.
const MOST_ENTRIES: usize = 5_000;
/// How deep directories are followed: `/etc/apt/sources.list.d/x` is the second level below `/etc/apt`.
const DEEPEST: usize = 4;

/// What was answered, by the question's name.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<BTreeMap<&'static str, Kept>>);

#[derive(Debug)]
struct Kept {
    state: u64,
    asked_at: Timestamp,
    answer: Box<dyn Any + Send>,
}

impl Memory {
    /// The answer to `question`, asked anew unless the same state of files was asked about a short time ago. `ask` also
    /// says whether its answer may be remembered.
    pub(crate) fn answer<T: Clone + Send + 'static>(
        &self,
        question: &'static str,
        state: u64,
        now: Timestamp,
        ask: impl FnOnce() -> (T, bool),
    ) -> T {
        if let Some(kept) = self.kept().get(question)
            && kept.state == state
            // A clock that was set back makes every answer old.
            && (SignedDuration::ZERO..LASTS).contains(&now.duration_since(kept.asked_at))
            && let Some(answer) = kept.answer.downcast_ref::<T>()
        {
            return answer.clone();
        }
        let (answer, remember) = ask();
        if remember {
            self.kept().insert(question, Kept { state, asked_at: now, answer: Box::new(answer.clone()) });
        }
        answer
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A number for the state of files and directories with all that is in them: it changes when one of them is written,
/// replaced, added or removed. Nothing is opened. None if that cannot be told.
pub(crate) fn state_of(machine: &Machine, paths: &[&str]) -> Option<u64> {
    let mut state = State { hasher: DefaultHasher::new(), entries: 0 };
    for path in paths {
        match machine.place_of(path) {
            Ok(place) => state.add(&place, 0)?,
            Err(ReadFailure::Absent) => {}
            Err(_) => return None,
        }
    }
    Some(state.hasher.finish())
}

struct State {
    hasher: DefaultHasher,
    entries: usize,
}

impl State {
    fn add(&mut self, place: &Path, depth: usize) -> Option<()> {
        self.entries += 1;
        if self.entries > MOST_ENTRIES || depth > DEEPEST {
            return None;
        }
        self.hasher.write(place.as_os_str().as_encoded_bytes());
        // What is behind a link decides, not the link; a link that leads nowhere says so itself.
        let metadata = match place.metadata() {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return place.symlink_metadata().ok().map(|_| ());
            }
            Err(_) => return None,
        };
        // The time of the last change of the inode cannot be set by whoever writes a file.
        for number in [metadata.ctime(), metadata.ctime_nsec(), metadata.mtime(), metadata.mtime_nsec()] {
            self.hasher.write_i64(number);
        }
        self.hasher.write_u64(metadata.len());
        self.hasher.write_u64(metadata.ino());
        if !metadata.is_dir() {
            return Some(());
        }
        let mut inside = place.read_dir().ok()?.collect::<Result<Vec<_>, _>>().ok()?;
        inside.sort_by_key(std::fs::DirEntry::file_name);
        inside.iter().try_for_each(|entry| self.add(&entry.path(), depth + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_state_changes_with_whatever_is_in_it() {
        let root = tempfile::tempdir().expect("it works");
        let machine = Machine::at(root.path());
        let state = || state_of(&machine, &["/etc/apt", "/var/lib/dpkg/status", "/nowhere"]).expect("it works");
        let empty = state();
        fs::create_dir_all(root.path().join("etc/apt/sources.list.d")).expect("it works");
        let folder = state();
        fs::write(root.path().join("etc/apt/sources.list.d/a.list"), "deb").expect("it works");
        let file = state();
        assert_eq!(state(), file, "nothing changed");
        fs::write(root.path().join("etc/apt/sources.list.d/a.list"), "bed").expect("it works");
        let written = state();
        fs::remove_file(root.path().join("etc/apt/sources.list.d/a.list")).expect("it works");
        let removed = state();
        let mut all = vec![empty, folder, file, written, removed];
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 5, "each of them is another state");
    }

    #[test]
    fn a_circle_or_too_many_files_have_no_state() {
        let root = tempfile::tempdir().expect("it works");
        let machine = Machine::at(root.path());
        fs::create_dir_all(root.path().join("etc")).expect("it works");
        std::os::unix::fs::symlink(".", root.path().join("etc/apt")).expect("it works");
        assert_eq!(state_of(&machine, &["/etc"]), None);
        let many = root.path().join("many");
        fs::create_dir(&many).expect("it works");
        for number in 0..MOST_ENTRIES {
            fs::File::create(many.join(number.to_string())).expect("it works");
        }
        assert_eq!(state_of(&machine, &["/many"]), None);
    }

    #[test]
    fn an_answer_lasts_while_nothing_changed_and_six_hours_at_most() {
        let memory = Memory::default();
        let start: Timestamp = "2026-11-26T08:00:00Z".parse().expect("it works");
        let at = |minutes: i64| start + SignedDuration::from_mins(minutes);
        let mut asked = 0;
        let mut ask = |state, now, remember| {
            memory.answer("apt", state, now, || {
                asked += 1;
                (asked, remember)
            })
        };
        assert_eq!(ask(1, at(0), true), 1);
        assert_eq!(ask(1, at(359), true), 1, "the same files");
        assert_eq!(ask(2, at(10), true), 2, "other files");
        assert_eq!(ask(2, at(370), true), 3, "six hours later");
        assert_eq!(ask(2, at(0), false), 4, "the clock was set back");
        assert_eq!(ask(2, at(380), true), 3, "an answer that is not to be remembered leaves the earlier one");
        assert_eq!(ask(3, at(381), false), 4 + 1);
        assert_eq!(ask(3, at(382), true), 4 + 2);
    }
}
