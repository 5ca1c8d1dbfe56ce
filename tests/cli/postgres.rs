//! A PostgreSQL that a test stops and starts.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A PostgreSQL of its own, stopped when the test is over.
pub struct Postgres {
    folder: tempfile::TempDir,
}

impl Postgres {
    /// Makes and starts it; it listens on a socket in its folder only.
    pub fn start() -> Self {
        let postgres = Self { folder: tempfile::tempdir().expect("a folder") };
        if rustix::process::geteuid().is_root() {
            let user = rustix::fs::stat("/var/lib/postgresql").expect("the folder of the user postgres");
            let folder = postgres.folder.path();
            std::os::unix::fs::chown(folder, Some(user.st_uid), Some(user.st_gid)).expect("ours");
        }
        let arguments = ["--no-sync", "--auth=trust", "--username=visite", "--encoding=UTF8", "--locale=C.UTF-8"];
        postgres.call("initdb", &arguments);
        postgres.again();
        postgres
    }

    /// Starts it again.
    pub fn again(&self) {
        let options = format!("-c listen_addresses= -c fsync=off -k {}", self.folder.path().display());
        let log = self.folder.path().join("log").display().to_string();
        self.call("pg_ctl", &["-w", "-l", &log, "-o", &options, "start"]);
    }

    /// Ends it at once, with all connections.
    pub fn stop(&self) {
        self.call("pg_ctl", &["-m", "immediate", "-w", "stop"]);
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("postgres://visite@localhost/postgres?host={}", self.folder.path().display())
    }

    fn call(&self, program: &str, arguments: &[&str]) {
        let status = self.command(program, arguments).status().expect("it starts");
        assert!(status.success(), "{program} {arguments:?}");
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let program = programs().join(program);
        // PostgreSQL refuses to run as root.
        let mut command = if rustix::process::geteuid().is_root() {
            let user = rustix::fs::stat("/var/lib/postgresql").expect("the folder of the user postgres");
            let mut command = Command::new("setpriv");
            command.args([format!("--reuid={}", user.st_uid), format!("--regid={}", user.st_gid)]);
            command.args(["--clear-groups", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.arg("-D").arg(self.folder.path().join("data")).args(arguments).current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // It may be stopped already.
        let _ = self.command("pg_ctl", &["-m", "immediate", "-w", "stop"]).status();
    }
}

/// Debian keeps the programs of each version in a folder of its own; the newest is taken.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, programs)| programs.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().map(|(_, programs)| programs).expect("PostgreSQL is not installed: `apt-get install postgresql`")
}
