//! Runs the program with a clean environment and shows what it answered in one text.
//!
//! For every test of this binary. Paths, times, versions and ids that differ from run to run become placeholders; what
//! the program says is otherwise shown as it is.

use regex::Regex;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// The user and group id of `nobody` (Debian policy 9.2.2), who owns nothing and may do nothing.
pub const NOBODY: u32 = 65_534;

/// Every exit status that the README documents.
const DOCUMENTED: &[i32] = &[0, 1, 2, 64, 65, 66, 69, 73, 74, 77];

/// No call of a test takes longer than this, however busy the machine: one that does waits for ever.
const LONGEST: Duration = Duration::from_secs(300);

/// A call of the program.
pub struct Call {
    command: Command,
    stdout: Option<Stdio>,
    places: Vec<(String, &'static str)>,
    /// Kept until the program has ended.
    _copy: Option<TempDir>,
}

/// What the program answered.
pub struct Answer {
    pub stdout: String,
    pub stderr: String,
    /// Its exit status; `None` if a signal ended it.
    pub status: Option<i32>,
    places: Vec<(String, &'static str)>,
}

/// Calls the program as whoever runs the tests.
pub fn visite<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Call {
    let mut command = Command::new(env!("CARGO_BIN_EXE_visite"));
    command.args(arguments);
    Call::new(command, None)
}

/// Calls the program as someone without any rights, also where the tests run as root.
pub fn visite_as_nobody<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Call {
    if !is_root() {
        return visite(arguments);
    }
    let (program, copy) = program_for_all();
    let mut command = Command::new("setpriv");
    command.args([&format!("--reuid={NOBODY}"), &format!("--regid={NOBODY}"), "--clear-groups", "--"]);
    command.arg(program).args(arguments);
    Call::new(command, copy)
}

/// Whether the tests run as root.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// For tests named `root_`: they fail instead of passing unseen.
pub fn assert_root() {
    assert!(is_root(), "tests named root_* need what only root may do: run them as root");
}

/// A new folder into which everyone may look.
pub fn shared_folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary directory can be made");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
    folder
}

/// The program where every account may start it; a folder above it may be closed to others.
fn program_for_all() -> (PathBuf, Option<TempDir>) {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_visite"));
    let open = |folder: &Path| fs::metadata(folder).is_ok_and(|found| found.permissions().mode() & 0o005 == 0o005);
    if program.ancestors().all(open) {
        return (program, None);
    }
    let folder = shared_folder();
    let copy = folder.path().join("visite");
    fs::copy(program, &copy).expect("the program can be copied");
    (copy, Some(folder))
}

impl Call {
    /// Calls a command line that ends in the program.
    pub fn new(mut command: Command, copy: Option<TempDir>) -> Self {
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").current_dir("/").stdin(Stdio::null());
        Self { command, stdout: None, places: Vec::new(), _copy: copy }
    }

    /// Sets a variable of the environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sends standard output elsewhere.
    pub fn stdout(mut self, to: impl Into<Stdio>) -> Self {
        self.stdout = Some(to.into());
        self
    }

    /// Shows `path` as `placeholder` in the answer.
    pub fn hide(mut self, path: impl AsRef<Path>, placeholder: &'static str) -> Self {
        self.places.push((path.as_ref().display().to_string(), placeholder));
        self
    }

    /// Starts it. Standard error and, unless it was sent elsewhere, standard output can be read.
    pub fn spawn(&mut self) -> Child {
        self.command.stdout(self.stdout.take().unwrap_or_else(Stdio::piped)).stderr(Stdio::piped());
        self.command.spawn().expect("the program starts")
    }

    /// Runs it to its end. It must never panic, whatever it was given.
    pub fn run(mut self) -> Answer {
        let child = self.spawn();
        let (ended, watched) = mpsc::channel::<()>();
        let process = Pid::from_raw(i32::try_from(child.id()).expect("ids of processes are small"));
        let watch = thread::spawn(move || {
            if watched.recv_timeout(LONGEST) == Err(RecvTimeoutError::Timeout) {
                // Whoever waits below sees an end by a signal.
                let _ = kill_process(process.expect("it has an id"), Signal::KILL);
            }
        });
        let output = child.wait_with_output().expect("it ends");
        drop(ended);
        watch.join().expect("the watch ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
        let answer = Answer {
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            status: output.status.code(),
            places: self.places,
        };
        assert!(!answer.stderr.contains("panicked at"), "{}", answer.stderr);
        assert!(answer.status.is_some_and(|status| DOCUMENTED.contains(&status)), "{answer}");
        answer
    }
}

impl Answer {
    /// The answer of a call that had to succeed.
    pub fn succeeded(self) -> Self {
        assert_eq!(self.status, Some(0), "{self}");
        self
    }

    /// Standard output, read as JSON.
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// The verdicts of an assessment in JSON, by check.
    pub fn verdicts(&self) -> Verdicts {
        let json = self.json();
        let results = json["results"].as_array().expect("an assessment has results");
        let text = |result: &Json, key: &str| result[key].as_str().unwrap_or_default().to_owned();
        let verdict = |result: &Json| match (text(result, "reason"), text(result, "cause")) {
            (reason, _) if reason.is_empty() => text(result, "verdict"),
            (reason, cause) if cause.is_empty() => format!("{}: {reason}", text(result, "verdict")),
            (reason, cause) => format!("{}: {reason}, {cause}", text(result, "verdict")),
        };
        results.iter().map(|result| (text(result, "check"), verdict(result))).collect()
    }
}

/// Verdict by check, e.g. `unknown: incomplete, no_permission`.
pub type Verdicts = BTreeMap<String, String>;

/// What differs, one line each: `check: before -> after`.
pub fn changes(before: &Verdicts, after: &Verdicts) -> String {
    assert!(before.keys().eq(after.keys()), "the same checks are judged");
    before
        .iter()
        .filter(|(check, verdict)| after.get(*check) != Some(verdict))
        .map(|(check, verdict)| format!("{check}: {verdict} -> {}\n", after[check]))
        .collect()
}

static CHANGING: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let rules = [
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[TIME]"),
        (r"((?:heute|today),\s+)\d\d:\d\d(?:[ \u{a0}]Uhr)?", "$1[CLOCK]"),
        (r"round-[0-9a-f]{12}", "round-[ID]"),
        (r"\b[0-9a-f]{64}\b", "[HASH]"),
        (r"@[0-9a-f]{12}\b", "@[HASH]"),
    ];
    rules.map(|(pattern, placeholder)| (Regex::new(pattern).expect("it is valid"), placeholder)).into()
});

/// Replaces what differs from run to run.
fn with_placeholders(text: &str, places: &[(String, &str)]) -> String {
    let mut text = text.replace(env!("CARGO_PKG_VERSION"), "[VERSION]");
    for (path, placeholder) in places {
        text = text.replace(path, placeholder);
    }
    for (pattern, placeholder) in CHANGING.iter() {
        text = pattern.replace_all(&text, *placeholder).into_owned();
    }
    text
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Some(status) => writeln!(f, "status: {status}")?,
            None => writeln!(f, "ended by a signal")?,
        }
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                writeln!(f, "---- {name}")?;
                f.write_str(&with_placeholders(text, &self.places))?;
            }
        }
        Ok(())
    }
}
