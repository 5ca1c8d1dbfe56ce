//! One person in front of one desktop: reads that person's settings files and remembers what could not be read.
//!
//! For the modules of the desktops. Problems name a settings file by its place below `~`, never by the home
//! directory, whose path holds the user's name; contents are handed on and never kept.

use super::people::Person;
use super::sessions::Session;
use crate::machine::{Machine, ReadFailure};
use std::cell::{Cell, RefCell};
use visite_facts::{Problem, UnknownReason};

/// Where programs of a session are looked for.
const PROGRAM_DIRS: &[&str] = &["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/usr/games"];

/// Largest settings file that is read as text, in bytes. What is kept of one takes many times its size, and people can
/// write their own as they like; real ones have less than 100 KiB.
const MAX_TEXT_BYTES: usize = 1024 * 1024;

/// One person in front of one desktop of a computer.
#[derive(Debug)]
pub struct Seat<'a> {
    /// The computer.
    pub machine: &'a Machine,
    /// The person.
    pub person: &'a Person,
    /// The desktop.
    pub session: &'a Session,
    problems: &'a RefCell<Vec<Problem>>,
    /// Why a program that was not found may be there all the same.
    doubt: Cell<Option<UnknownReason>>,
}

/// What a settings file holds: `None` if there is no such file.
pub type FileResult<T> = Result<Option<T>, UnknownReason>;

impl<'a> Seat<'a> {
    /// A seat whose problems are added to `problems`.
    pub fn new(
        machine: &'a Machine,
        person: &'a Person,
        session: &'a Session,
        problems: &'a RefCell<Vec<Problem>>,
    ) -> Self {
        Self { machine, person, session, problems, doubt: Cell::new(None) }
    }

    /// A settings file of the system, as text.
    pub fn system_file(&self, path: &str) -> FileResult<String> {
        let bytes = self.system_bytes(path)?;
        self.text(path, bytes)
    }

    /// A settings file of the system.
    pub fn system_bytes(&self, path: &str) -> FileResult<Vec<u8>> {
        match self.machine.read_bytes(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(ReadFailure::Absent) => Ok(None),
            Err(failure) => Err(self.note(failure.problem(path))),
        }
    }

    /// Names in a folder of settings of the system; none if there is no such folder.
    pub fn system_folder(&self, path: &str) -> Result<Vec<String>, UnknownReason> {
        match self.machine.list(path) {
            Ok(names) => Ok(names),
            Err(ReadFailure::Absent) => Ok(Vec::new()),
            Err(failure) => Err(self.note(failure.problem(path))),
        }
    }

    /// A settings file of the person, by its path below the home directory, as text.
    pub fn home_file(&self, below_home: &str) -> FileResult<String> {
        let bytes = self.home_bytes(below_home)?;
        self.text(&format!("~/{below_home}"), bytes)
    }

    fn text(&self, shown: &str, bytes: Option<Vec<u8>>) -> FileResult<String> {
        let Some(bytes) = bytes else { return Ok(None) };
        if bytes.len() > MAX_TEXT_BYTES {
            return Err(self.note_malformed(shown, "larger than any real settings file"));
        }
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// A settings file of the person, by its path below the home directory.
    ///
    /// Where the home directory itself is missing (not mounted, encrypted, never logged in), its settings are not
    /// known to be absent.
    pub fn home_bytes(&self, below_home: &str) -> FileResult<Vec<u8>> {
        let shown = format!("~/{below_home}");
        match self.machine.read_bytes(&self.home_path(below_home)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(ReadFailure::Absent) if self.machine.exists(&self.person.home) == Ok(true) => Ok(None),
            Err(ReadFailure::Absent) => {
                let detail = "a home directory does not exist or is not mounted".to_owned();
                Err(self.note(Problem { source: "~".to_owned(), reason: UnknownReason::Incomplete, detail }))
            }
            Err(failure) => Err(self.note(failure.problem(&shown))),
        }
    }

    /// Whether something exists below the home directory. What may not be looked at counts as an error.
    pub fn home_exists(&self, below_home: &str) -> Result<bool, UnknownReason> {
        self.machine.exists(&self.home_path(below_home)).map_err(|failure| failure.reason())
    }

    /// Whether a program is installed. Where that could not be looked at, [`Self::doubt`] says so.
    pub fn has_program(&self, name: &str) -> bool {
        has_program(self.machine, name).unwrap_or_else(|problem| {
            self.doubt.set(Some(self.note(problem)));
            false
        })
    }

    /// Why what was said about this seat may be wrong: a folder of programs could not be looked at.
    pub fn doubt(&self) -> Option<UnknownReason> {
        self.doubt.get()
    }

    /// Adds a problem once, and gives its reason back.
    pub fn note(&self, problem: Problem) -> UnknownReason {
        let reason = problem.reason;
        let mut problems = self.problems.borrow_mut();
        if !problems.contains(&problem) {
            problems.push(problem);
        }
        reason
    }

    /// Notes that a file could not be understood.
    pub fn note_malformed(&self, source: &str, detail: &str) -> UnknownReason {
        let reason = UnknownReason::Malformed;
        self.note(Problem { source: source.to_owned(), reason, detail: detail.to_owned() })
    }

    fn home_path(&self, below_home: &str) -> String {
        format!("{}/{below_home}", self.person.home)
    }
}

/// Whether a program is installed: a path as it is, a name in the usual directories. The problem says which of them
/// could not be looked at.
pub fn has_program(machine: &Machine, name: &str) -> Result<bool, Problem> {
    let looked = |path: &str, shown: &str| machine.exists(path).map_err(|failure| failure.problem(shown));
    if name.is_empty() {
        return Ok(false);
    }
    if name.starts_with('/') {
        return looked(name, name);
    }
    let mut answer = Ok(false);
    for dir in PROGRAM_DIRS {
        match looked(&format!("{dir}/{name}"), dir) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(problem) => answer = Err(problem),
        }
    }
    answer
}
