//! A PostgreSQL that a test stops and starts.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A PostgreSQL of its own, stopped when the test is over.
pub struct Postgres {
    folder: tempfile::TempDir,
    /// Whether what is acknowledged is on the disk, as in a practice.
    durable: bool,
}

impl Postgres {
    /// Makes and starts it; it listens on a socket in its folder only.
    #[allow(dead_code, reason = "a measurement wants fsync")]
    pub fn start() -> Self {
        Self::made(false)
    }

    /// The same, with fsync.
    #[allow(dead_code, reason = "only a measurement needs it")]
    pub fn start_durable() -> Self {
        Self::made(true)
    }

    fn made(durable: bool) -> Self {
        let postgres = Self { folder: tempfile::tempdir().expect("a folder"), durable };
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
        let fsync = if self.durable { "on" } else { "off" };
        let options = format!("-c listen_addresses= -c fsync={fsync} -k {}", self.folder.path().display());
        let log = self.folder.path().join("log").display().to_string();
        self.call("pg_ctl", &["-w", "-l", &log, "-o", &options, "start"]);
    }

    /// Ends it at once, with all connections.
    #[allow(dead_code, reason = "a measurement leaves it running")]
    pub fn stop(&self) {
        self.call("pg_ctl", &["-m", "immediate", "-w", "stop"]);
    }

    /// How much its tables and indexes take.
    #[allow(dead_code, reason = "only a measurement asks")]
    pub fn megabytes(&self) -> u64 {
        fn size(folder: &std::path::Path) -> u64 {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let of = |entry: std::fs::DirEntry| match entry.file_type() {
                Ok(kind) if kind.is_dir() => size(&entry.path()),
                _ => entry.metadata().map_or(0, |file| file.len()),
            };
            entries.map(of).sum()
        }
        size(&self.folder.path().join("data/base")) / 1_000_000
    }

    /// Runs statements in it.
    #[allow(dead_code, reason = "only a measurement changes tables by hand")]
    pub fn execute(&self, statements: &str) {
        let mut command = Command::new(programs().join("psql"));
        command.args(["--quiet", "--set", "ON_ERROR_STOP=1", "--single-transaction", "--file", "-"]).arg(self.url());
        let mut child = command.stdin(Stdio::piped()).spawn().expect("it starts");
        child.stdin.take().expect("piped").write_all(statements.as_bytes()).expect("it listens");
        assert!(child.wait().expect("it ends").success(), "psql");
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
