//! `visite scan` against the laboratory (`lab/`): a practice of real services, whose truth is known.
//!
//! Each test builds its own variant; only one is up at a time. What a scan saw is held against `lab/truth.yaml` by
//! `lab/compare`: every service, every flaw, and nothing that is not there.

mod behaviour;
mod platform;
mod strangers;
mod truth;

use crate::program::assert_root;
use serde_json::Value as Json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::TempDir;

/// The namespaces have names, so only one laboratory of a directory can be up.
static UP: Mutex<()> = Mutex::new(());

/// A laboratory that is up; it is taken down when it is dropped.
pub struct Lab {
    variant: &'static str,
    results: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Lab {
    /// Builds `flat`, `segmented` or `leaky`.
    pub fn up(variant: &'static str) -> Self {
        assert_root();
        let turn = UP.lock().unwrap_or_else(PoisonError::into_inner);
        let results = TempDir::new().expect("a directory for results");
        let lab = Self { variant, results, _turn: turn };
        lab.run("up", &[variant]);
        fs::write(lab.practice(), lab.run("practice", &[variant])).expect("the practice file is written");
        lab
    }

    pub fn practice(&self) -> PathBuf {
        self.results.path().join("practice.yaml")
    }

    fn command(name: &str, arguments: &[&str]) -> Command {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lab").join(name);
        let mut command = Command::new(program);
        command.args(arguments);
        command
    }

    /// Runs a command of `lab/` that has to succeed; what it printed.
    pub fn run(&self, name: &str, arguments: &[&str]) -> String {
        let output = Self::command(name, arguments).output().expect("the command starts");
        assert!(output.status.success(), "lab/{name} {arguments:?}: {}", told(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The same, as JSON.
    pub fn json(&self, name: &str, arguments: &[&str]) -> Json {
        serde_json::from_str(&self.run(name, arguments)).expect("JSON")
    }

    /// `visite scan` on the laptop in a zone; further arguments as given.
    pub fn scan_command(&self, zone: &str, arguments: &[&str]) -> Command {
        let laptop = format!("laptop-{zone}");
        let mut command = Self::command("exec", &[&laptop, env!("CARGO_BIN_EXE_visite"), "scan", "--quiet"]);
        command.arg("--practice").arg(self.practice()).args(arguments);
        command
    }

    /// Scans from a zone and writes the result as JSON; where it lies, and what it says.
    pub fn scan(&self, zone: &str, arguments: &[&str]) -> (PathBuf, Json) {
        let path = self.results.path().join(format!("{zone}-{}.json", fastrand(arguments)));
        let mut command = self.scan_command(zone, arguments);
        command.args(["--format", "json", "--output"]).arg(&path);
        let output = command.output().expect("the program starts");
        assert!(output.status.success(), "scan from {zone}: {}", told(&output));
        let result = serde_json::from_slice(&fs::read(&path).expect("the result")).expect("JSON");
        (path, result)
    }

    /// Holds a result against the truth; the lines that say what differs.
    pub fn differences(&self, result: &Path, zone: &str, flags: &[&str]) -> String {
        let path = result.to_str().expect("a path in UTF-8");
        let output = Self::command("compare", &[&[path, self.variant, zone], flags].concat());
        let output = { output }.output().expect("the command starts");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
            + if output.status.code() > Some(1) { "failed" } else { "" }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let down = Self::command("down", &[]).output();
        if !std::thread::panicking() {
            assert!(down.is_ok_and(|output| output.status.success()), "the laboratory goes down");
        }
    }
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A name for a file that differs with the arguments.
fn fastrand(arguments: &[&str]) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    arguments.hash(&mut hasher);
    hasher.finish()
}
