//! The operating system: product, version, kernel, start, kind of machine, desktop. The fact `host.os`.
//!
//! For every check that depends on the distribution, and for its end of support. How long a version is supported is
//! deliberately not known here; that is the catalogue's business.

use super::{identity, machine_kind, os_release::OsRelease};
use crate::collectors::Collector;
use crate::machine::{Machine, ReadFailure};
use jiff::Timestamp;
use visite_facts::facts::{OperatingSystem, OsFamily};
use visite_facts::{Known, Observed, Problem, Snapshot, Unknown, UnknownReason};

/// Where desktops announce the sessions that a user can choose at login.
const SESSION_DIRS: [&str; 2] = ["/usr/share/xsessions", "/usr/share/wayland-sessions"];

/// Collects `host.os`.
pub struct OsCollector;

impl Collector for OsCollector {
    fn name(&self) -> &'static str {
        "linux.os"
    }

    fn collect(&self, machine: &Machine, _now: Timestamp, snapshot: &mut Snapshot) {
        let mut os = OperatingSystem {
            family: Known(OsFamily::Linux),
            host_name: Known(identity::host_name(machine)),
            machine_kind: machine_kind::machine_kind(machine),
            desktop_installed: desktop_installed(machine, &mut snapshot.problems),
            ..OperatingSystem::unknown(UnknownReason::NotSupported)
        };
        name_the_product(machine, &mut os, &mut snapshot.problems);
        if machine.is_live() {
            let uname = rustix::system::uname();
            os.kernel = Known(uname.release().to_string_lossy().into_owned());
            os.architecture = Known(uname.machine().to_string_lossy().into_owned());
            os.boot_time = boot_time(machine, &mut snapshot.problems);
            os.systemd = machine.exists("/run/systemd/system").map_err(|failure| failure.reason()).into();
        }
        snapshot.put(&os);
    }
}

fn name_the_product(machine: &Machine, os: &mut OperatingSystem, problems: &mut Vec<Problem>) {
    match OsRelease::read(machine) {
        Ok((path, release)) => {
            os.id = release.observed("ID");
            os.name = release.observed("PRETTY_NAME");
            os.version = release.observed("VERSION_ID");
            os.edition = release.observed("VARIANT_ID");
            problems.extend(release.malformed_lines.first().map(|line| Problem {
                source: path.to_owned(),
                reason: UnknownReason::Malformed,
                detail: format!("line {line} is no assignment"),
            }));
        }
        Err((path, failure)) => {
            problems.push(failure.problem(path));
            for field in [&mut os.id, &mut os.name, &mut os.version, &mut os.edition] {
                *field = Unknown(failure.reason());
            }
        }
    }
}

fn boot_time(machine: &Machine, problems: &mut Vec<Problem>) -> Observed<Timestamp> {
    const PATH: &str = "/proc/stat";
    match machine.read(PATH) {
        Ok(text) => parse_boot_time(&text).map_or(Unknown(UnknownReason::NotSupported), Known),
        Err(failure) => {
            problems.push(failure.problem(PATH));
            Unknown(failure.reason())
        }
    }
}

/// The start of the system from the line `btime` of `/proc/stat`, seconds since 1970, proc_stat(5).
pub fn parse_boot_time(text: &str) -> Option<Timestamp> {
    let seconds: i64 = text.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    // Boards without a clock count from 1970 until they have asked the network; that is no start.
    (seconds > 0).then(|| Timestamp::from_second(seconds).ok())?
}

fn desktop_installed(machine: &Machine, problems: &mut Vec<Problem>) -> Observed<bool> {
    let mut answer = Known(false);
    for dir in SESSION_DIRS {
        match machine.list(dir) {
            Ok(names) if names.iter().any(|name| name.ends_with(".desktop")) => return Known(true),
            Ok(_) | Err(ReadFailure::Absent) => {}
            Err(failure) => {
                problems.push(failure.problem(dir));
                answer = Unknown(failure.reason());
            }
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_start_is_read() {
        let text = "cpu  9 0 6 1 2 0 0 0 0 0\nctxt 62\nbtime 1795502792\nprocesses 12\n";
        assert_eq!(parse_boot_time(text), Timestamp::from_second(1_795_502_792).ok());
        for text in ["", "btime \n", "btime x\n", "btime 99999999999999999999\n", "btime 9223372036854775807\n"] {
            assert_eq!(parse_boot_time(text), None, "{text}");
        }
        assert_eq!(parse_boot_time("btime 0\n"), None);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(btime )?.*") {
            parse_boot_time(&text);
        }
    }
}
