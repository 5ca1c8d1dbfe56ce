//! `host.os` of scratch roots and of the running computer.

use crate::scratch::{Scratch, collect, single};
use visite_facts::facts::{OperatingSystem, OsFamily};
use visite_facts::{Known, Unknown, UnknownReason};
use visite_host::Machine;

const DEBIAN: &str = include_str!("../data/os-release/debian-12");

#[test]
fn another_root_tells_what_is_on_the_disk() {
    let scratch = Scratch::new();
    scratch.write("/usr/lib/os-release", DEBIAN);
    scratch.link("/etc/os-release", "../usr/lib/os-release");
    scratch.write("/etc/hostname", "anmeldung-1\n");
    let os: OperatingSystem = single(&scratch.collect("linux.os"));
    assert_eq!(os.family, Known(OsFamily::Linux));
    assert_eq!(os.id, Known("debian".to_owned()));
    assert_eq!(os.version, Known("12".to_owned()));
    assert_eq!(os.edition, Unknown(UnknownReason::NotSupported));
    assert_eq!(os.host_name, Known("anmeldung-1".to_owned()));
    assert_eq!(os.desktop_installed, Known(false));
    // Nothing of the running computer may slip in.
    assert_eq!(os.kernel, Unknown(UnknownReason::NotSupported));
    assert_eq!(os.boot_time, Unknown(UnknownReason::NotSupported));
    assert_eq!(os.machine_kind, Unknown(UnknownReason::NotSupported));
    assert_eq!(os.systemd, Unknown(UnknownReason::NotSupported));
}

#[test]
fn the_administrators_file_comes_first() {
    let scratch = Scratch::new();
    scratch.write("/usr/lib/os-release", DEBIAN);
    scratch.write("/etc/os-release", "ID=own\n");
    let os: OperatingSystem = single(&scratch.collect("linux.os"));
    assert_eq!(os.id, Known("own".to_owned()));
    assert_eq!(os.version, Unknown(UnknownReason::NotSupported));
}

#[test]
fn a_missing_file_is_a_problem_and_no_empty_name() {
    let scratch = Scratch::new();
    let snapshot = scratch.collect("linux.os");
    let os: OperatingSystem = single(&snapshot);
    assert_eq!(os.id, Unknown(UnknownReason::NotSupported));
    assert_eq!(snapshot.problems[0].source, "/usr/lib/os-release");
}

#[test]
fn a_session_file_is_a_desktop() {
    let scratch = Scratch::new();
    scratch.write("/usr/share/wayland-sessions/README", "");
    assert_eq!(single::<OperatingSystem>(&scratch.collect("linux.os")).desktop_installed, Known(false));
    scratch.write("/usr/share/wayland-sessions/gnome.desktop", "");
    assert_eq!(single::<OperatingSystem>(&scratch.collect("linux.os")).desktop_installed, Known(true));
}

#[test]
fn the_running_computer_tells_more() {
    let os: OperatingSystem = single(&collect(&Machine::live(), "linux.os"));
    assert!(os.kernel.known().is_some_and(|kernel| kernel.starts_with(|c: char| c.is_ascii_digit())));
    assert!(os.architecture.known().is_some());
    assert!(os.systemd.known().is_some());
}
