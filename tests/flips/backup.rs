//! Real backup programs leave their notes, and the verdict follows.

use super::flip;
use crate::scratch::{Scratch, run};
use insta::assert_snapshot;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// A workplace whose root backs up a folder to a disk.
struct BackedUp {
    scratch: Scratch,
    disk: TempDir,
}

impl BackedUp {
    fn new() -> Self {
        let scratch = Scratch::workplace();
        scratch.write("/srv/praxis/befund.txt", "invented");
        fs::create_dir_all(scratch.path("/root")).expect("the scratch root can be written");
        Self { scratch, disk: tempfile::tempdir().expect("a temporary directory can be made") }
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.disk.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C");
        command.env("HOME", self.scratch.path("/root"));
        for name in ["BORG_PASSPHRASE", "RESTIC_PASSWORD", "PASSPHRASE"] {
            command.env(name, "invented");
        }
        run(&mut command);
    }

    fn source(&self) -> String {
        self.scratch.path("/srv/praxis").display().to_string()
    }

    /// Nothing was backed up for as long.
    fn age(&self, days: u64) {
        let then = SystemTime::now() - Duration::from_secs(days * 86_400);
        for file in files_below(&self.scratch.path("/root")) {
            File::options().write(true).open(file).and_then(|file| file.set_modified(then)).expect("the file is ours");
        }
    }

    fn verdict(&self) -> String {
        self.scratch.verdicts()["backup-overdue"].to_string()
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is ours").map(|entry| entry.expect("it is readable").path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

#[test]
fn root_borg() {
    let backed_up = BackedUp::new();
    backed_up.run("borg", &["init", "--encryption", "repokey", "borg"]);
    let create = || backed_up.run("borg", &["create", "borg::{utcnow}", &backed_up.source()]);
    create();
    assert_eq!(backed_up.verdict(), "pass");
    let change = || {
        backed_up.age(20);
        // What else Borg does makes no backup.
        backed_up.run("borg", &["prune", "--keep-last", "5", "borg"]);
        backed_up.run("borg", &["check", "borg"]);
    };
    assert_snapshot!(flip(|| backed_up.scratch.verdicts(), change, create), @"backup-overdue: pass -> fail");
}

#[test]
fn root_restic() {
    let backed_up = BackedUp::new();
    backed_up.run("restic", &["--repo", "restic", "init"]);
    let backup = || backed_up.run("restic", &["--repo", "restic", "backup", &backed_up.source()]);
    backup();
    assert_eq!(backed_up.verdict(), "pass");
    let change = || {
        backed_up.age(20);
        backed_up.run("restic", &["--repo", "restic", "snapshots"]);
        backed_up.run("restic", &["--repo", "restic", "check"]);
    };
    assert_snapshot!(flip(|| backed_up.scratch.verdicts(), change, backup), @"backup-overdue: pass -> fail");
}

#[test]
fn root_duplicity() {
    let backed_up = BackedUp::new();
    let target = format!("file://{}/duplicity", backed_up.disk.path().display());
    let at = |days: u64| {
        let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is later")
            - Duration::from_secs(days * 86_400);
        backed_up.run("duplicity", &["--current-time", &time.as_secs().to_string(), &backed_up.source(), &target]);
    };
    at(20);
    assert_eq!(backed_up.verdict(), "fail");
    at(3);
    assert_eq!(backed_up.verdict(), "pass");
}

#[test]
fn a_program_without_notes_is_no_backup_and_no_alarm() {
    let scratch = Scratch::workplace();
    assert_snapshot!(flip(|| scratch.verdicts(), || scratch.write("/usr/bin/borg", ""), || scratch.remove("/usr/bin/borg")), @"backup-overdue: not_applicable -> unknown: not_supported");
}
