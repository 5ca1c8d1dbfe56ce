//! A real virus scanner that runs and stops. Everybody on this machine sees its processes, so that the test has a program of its own:
//! cargo runs those one after the other.

use jiff::Timestamp;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use visite_facts::facts::MalwareProtection;
use visite_facts::schema::Fact;
use visite_facts::{FactType, Known};
use visite_host::Machine;

/// `clamd` with signatures of our own; ended when it is dropped.
struct Scanner(Child);

impl Scanner {
    fn start(folder: &Path) -> Self {
        let (shown, socket) = (folder.display(), folder.join("clamd"));
        fs::write(folder.join("own.hdb"), "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test\n").expect("ours");
        let settings = format!("DatabaseDirectory {shown}\nLocalSocket {shown}/clamd\nForeground yes\nUser root\n");
        fs::write(folder.join("clamd.conf"), settings).expect("ours");
        let config = format!("--config-file={shown}/clamd.conf");
        let scanner =
            Self(Command::new("clamd").arg(config).stdout(Stdio::null()).spawn().expect("clamav-daemon is installed"));
        let answers = (0..300).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            socket.exists()
        });
        assert!(answers, "clamd does not answer");
        scanner
    }
}

impl Drop for Scanner {
    fn drop(&mut self) {
        self.0.kill().expect("it is ours");
        self.0.wait().expect("it ends");
    }
}

fn protection() -> MalwareProtection {
    let snapshots = visite_host::observe(&Machine::live(), Timestamp::now());
    let found = snapshots.iter().find_map(|snapshot| snapshot.facts.get(MalwareProtection::SPEC.name));
    match found {
        Some(Fact::Single(record)) => MalwareProtection::from_record(record),
        other => panic!("{other:?}"),
    }
}

#[test]
fn root_a_scanner_that_stops() {
    let folder = tempfile::tempdir().expect("a temporary directory can be made");
    let scanner = Scanner::start(folder.path());
    let runs = protection();
    assert!(runs.programs.known().is_some_and(|programs| programs.contains(&"ClamAV".to_owned())), "{runs:?}");
    assert_eq!((runs.running, runs.real_time), (Known(true), Known(false)));
    drop(scanner);
    let stopped = protection();
    assert_eq!((stopped.running, stopped.real_time), (Known(false), Known(false)));
}
