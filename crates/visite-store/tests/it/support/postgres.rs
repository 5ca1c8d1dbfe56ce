//! A PostgreSQL server for this run of the tests, and a database for each of them.
//!
//! A shell beside the tests starts it, waits until the tests are gone, however they end, and stops it by its own process
//! id. It listens on a socket in its folder only.

use super::Place;
use sea_orm::ConnectionTrait;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};
use visite_store::Location;

/// `$1` is the folder of the programs, `$2` the server's own. Reading ends when the tests are gone.
const SCRIPT: &str = r#"
trap '' INT TERM HUP
cd /
"$1/initdb" --no-sync --auth=trust --username=visite --encoding=UTF8 --locale=C.UTF-8 -D "$2/data" >"$2/log" 2>&1 &&
"$1/pg_ctl" -D "$2/data" -w -l "$2/log" -o "-c listen_addresses= -c fsync=off -c max_connections=300 -k $2" start >>"$2/log" 2>&1 &&
echo ready || { cat "$2/log" >&2; rm -rf "$2"; exit 1; }
read -r _
"$1/pg_ctl" -D "$2/data" -m immediate -w stop >/dev/null 2>&1
rm -rf "$2"
"#;

struct Server {
    folder: PathBuf,
    /// Its standard input is the line that the shell reads until the end of the tests.
    _shell: Mutex<Child>,
}

static SERVER: LazyLock<Server> = LazyLock::new(start);

/// A database that nobody else uses.
pub fn place() -> Place {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let name = format!("test{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let create = format!("CREATE DATABASE {name}");
    // A thread of its own: whoever asks may be inside a runtime.
    let made = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
        runtime.block_on(async {
            let pool = sea_orm::Database::connect(url("postgres")).await.expect("connect");
            pool.execute_unprepared(&create).await.expect("create");
            pool.close().await.expect("close");
        });
    });
    made.join().expect("a database");
    Place { location: Location::Postgres(url(&name)), folder: tempfile::tempdir().expect("a folder") }
}

fn url(database: &str) -> String {
    format!("postgres://visite@localhost/{database}?host={}", SERVER.folder.display())
}

fn start() -> Server {
    let programs = programs();
    let folder = tempfile::tempdir().expect("a folder").keep();
    let mut command = Command::new("sh");
    if rustix::process::geteuid().is_root() {
        // PostgreSQL refuses to run as root.
        let user = rustix::fs::stat("/var/lib/postgresql").expect("the folder of the user postgres");
        std::os::unix::fs::chown(&folder, Some(user.st_uid), Some(user.st_gid)).expect("chown");
        command = Command::new("setpriv");
        let user = [format!("--reuid={}", user.st_uid), format!("--regid={}", user.st_gid)];
        command.args(user).args(["--clear-groups", "sh"]);
    }
    command.arg("-c").arg(SCRIPT).arg("sh").arg(&programs).arg(&folder);
    // Not in the group of the tests, so that an interrupted run still stops the server.
    command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut shell = command.spawn().expect("a shell");
    let mut line = String::new();
    BufReader::new(shell.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    assert_eq!(line, "ready\n", "PostgreSQL did not start");
    Server { folder, _shell: Mutex::new(shell) }
}

/// Debian keeps the programs of each version in a folder of its own; the newest is taken.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    found.sort();
    let on_path = || {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).find(|folder| Path::new(&folder.join("initdb")).exists())
    };
    let newest = found.pop().map(|(_, bin)| bin).or_else(on_path);
    newest.expect("PostgreSQL is not installed: `apt-get install postgresql`")
}
