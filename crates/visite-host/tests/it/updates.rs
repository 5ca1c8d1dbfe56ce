//! `host.updates` of scratch roots with an apt source of their own.
//!
//! What needs `apt-get` asserts the honest "tool missing" on computers without it, so that no test is skipped.

use crate::scratch::{Scratch, single};
use std::path::Path;
use visite_facts::facts::{PackageManager, Updates};
use visite_facts::{Known, Observed, Unknown, UnknownReason};

const STATUS: &str = "/var/lib/dpkg/status";
const DEBIAN: &str = include_str!("../data/os-release/debian-12");
const LISTS: &str = "/var/lib/apt/lists";

/// A Debian with one package, and a source that offers a version of it. The fetched lists are written as apt names
/// them, so that neither a repository nor a network is needed.
fn debian(installed: &str, offered: &str) -> Scratch {
    let scratch = Scratch::new();
    scratch.write("/etc/os-release", DEBIAN);
    for dir in
        ["/etc/apt/apt.conf.d", "/etc/apt/preferences.d", "/var/cache/apt/archives", "/var/lib/apt/lists/partial"]
    {
        scratch.write(&format!("{dir}/.keep"), "");
    }
    scratch.write("/etc/apt/sources.list", "deb [trusted=yes] file:/srv/security ./\n");
    install(&scratch, &[("praxis-demo", installed, "install")]);
    offer(&scratch, "security", "Debian-Security", &[("praxis-demo", offered)]);
    scratch
}

fn install(scratch: &Scratch, packages: &[(&str, &str, &str)]) {
    let stanza = |(name, version, want): &(&str, &str, &str)| {
        format!(
            "Package: {name}\nStatus: {want} ok installed\nArchitecture: amd64\nVersion: {version}\nDescription: x\n\n"
        )
    };
    scratch.write(STATUS, &packages.iter().map(stanza).collect::<String>());
}

fn offer(scratch: &Scratch, source: &str, label: &str, packages: &[(&str, &str)]) {
    let release = format!("Origin: Debian\nLabel: {label}\nSuite: stable\nCodename: bookworm\nArchitectures: amd64\n");
    scratch.write(&format!("{LISTS}/_srv_{source}_._Release"), &release);
    let stanza = |(name, version): &(&str, &str)| {
        let sum = "0".repeat(64);
        format!(
            "Package: {name}\nArchitecture: amd64\nVersion: {version}\nFilename: ./{name}.deb\nSize: 1\nSHA256: {sum}\nDescription: x\n\n"
        )
    };
    scratch.write(&format!("{LISTS}/_srv_{source}_._Packages"), &packages.iter().map(stanza).collect::<String>());
}

fn updates(scratch: &Scratch) -> Updates {
    single(&scratch.collect("linux.updates"))
}

/// Asserts both counts, or that apt is missing.
fn check_pending(scratch: &Scratch, pending: Observed<i64>, security: Observed<i64>) {
    let updates = updates(scratch);
    assert_eq!(updates.package_manager, Known(PackageManager::Apt));
    let expect = match Path::new("/usr/bin/apt-get").exists() {
        true => (pending, security),
        false => (Unknown(UnknownReason::ToolMissing), Unknown(UnknownReason::ToolMissing)),
    };
    assert_eq!((updates.pending, updates.security_pending), expect);
}

#[test]
fn an_update_waits_until_it_is_installed() {
    let scratch = debian("1.0", "1.1");
    check_pending(&scratch, Known(1), Known(1));
    install(&scratch, &[("praxis-demo", "1.1", "install")]);
    check_pending(&scratch, Known(0), Known(0));
}

#[test]
fn whoever_remembers_asks_again_once_something_changed() {
    if !Path::new("/usr/bin/apt-get").exists() {
        return check_pending(&debian("1.0", "1.1"), Known(1), Known(1));
    }
    let scratch = debian("1.0", "1.1");
    let machine = scratch.machine().remembering();
    let look = || single::<Updates>(&crate::scratch::collect(&machine, "linux.updates")).pending;
    assert_eq!(look(), Known(1));
    // Replaced behind its back, with the same name, length and times, it is another file all the same.
    for (installed, pending) in [("1.1", 0), ("1.0", 1)] {
        let earlier = std::fs::metadata(scratch.path(STATUS)).and_then(|status| status.modified()).expect("a time");
        install(&scratch, &[("praxis-demo", installed, "install")]);
        std::fs::File::options()
            .write(true)
            .open(scratch.path(STATUS))
            .and_then(|status| status.set_modified(earlier))
            .expect("the file is ours");
        assert_eq!(look(), Known(pending));
    }
    offer(&scratch, "security", "Debian-Security", &[("praxis-demo", "1.0")]);
    assert_eq!(look(), Known(0));
}

#[test]
fn what_is_held_back_waits_too() {
    let scratch = debian("1.0", "1.1");
    install(&scratch, &[("praxis-demo", "1.0", "hold")]);
    check_pending(&scratch, Known(1), Known(1));
}

#[test]
fn only_the_security_archive_makes_security_updates() {
    let scratch = debian("1.0", "1.0");
    scratch
        .write("/etc/apt/sources.list.d/main.sources", "Types: deb\nURIs: file:/srv/main\nSuites: ./\nTrusted: yes\n");
    offer(&scratch, "main", "Debian", &[("praxis-demo", "1.2")]);
    check_pending(&scratch, Known(1), Known(0));
    // A correction below the newest version is a security update all the same.
    offer(&scratch, "security", "Debian-Security", &[("praxis-demo", "1.1")]);
    check_pending(&scratch, Known(1), Known(1));
}

#[test]
fn packages_of_another_architecture_are_asked_for_by_it() {
    let scratch = debian("1.0", "1.0");
    let stanza = |name: &str, architecture: &str, version: &str| {
        let status = "Status: install ok installed\nMulti-Arch: same\n";
        format!("Package: {name}\n{status}Architecture: {architecture}\nVersion: {version}\nDescription: x\n\n")
    };
    scratch.write("/var/lib/dpkg/arch", "amd64\ni386\n");
    scratch.write(STATUS, &[stanza("dpkg", "amd64", "1.0"), stanza("praxis-demo", "i386", "1.0")].concat());
    let offered = format!("{LISTS}/_srv_security_._Packages");
    let file = format!("Filename: ./x.deb\nSize: 1\nSHA256: {}\nDescription: x\n", "0".repeat(64));
    let offer = |architecture: &str, version: &str| {
        format!("Package: praxis-demo\nArchitecture: {architecture}\nMulti-Arch: same\nVersion: {version}\n{file}\n")
    };
    scratch.write(&offered, &[offer("amd64", "1.0"), offer("i386", "1.1")].concat());
    check_pending(&scratch, Known(1), Known(1));
    // Hidden by a later version of another archive, it is found by its name only.
    scratch.write("/etc/apt/sources.list.d/main.list", "deb [trusted=yes] file:/srv/main ./\n");
    let main = "Origin: Debian\nLabel: Debian\nSuite: stable\nCodename: bookworm\nArchitectures: amd64 i386\n";
    scratch.write(&format!("{LISTS}/_srv_main_._Release"), main);
    scratch.write(&format!("{LISTS}/_srv_main_._Packages"), &offer("i386", "1.2"));
    check_pending(&scratch, Known(1), Known(1));
    std::fs::remove_file(scratch.path("/etc/apt/sources.list.d/main.list")).expect("it was made above");
    scratch.write(&offered, &[offer("amd64", "1.1"), offer("i386", "1.0")].concat());
    check_pending(&scratch, Known(0), Known(0));
}

#[test]
fn what_is_pinned_away_waits_for_nobody() {
    let scratch = debian("1.0", "1.1");
    scratch.write("/etc/apt/preferences.d/praxis", "Package: praxis-demo\nPin: version 1.1\nPin-Priority: -1\n");
    check_pending(&scratch, Known(0), Known(0));
}

#[test]
fn without_a_security_archive_its_updates_are_unknown() {
    let scratch = debian("1.0", "1.1");
    offer(&scratch, "security", "Debian", &[("praxis-demo", "1.1")]);
    check_pending(&scratch, Known(1), Unknown(UnknownReason::Incomplete));
}

#[test]
fn without_lists_nothing_is_zero() {
    let scratch = debian("1.0", "1.1");
    std::fs::remove_dir_all(scratch.path(LISTS)).expect("it was made above");
    check_pending(&scratch, Unknown(UnknownReason::Incomplete), Unknown(UnknownReason::Incomplete));
    assert_eq!(updates(&scratch).index_refreshed_at, Unknown(UnknownReason::Incomplete));
}

#[test]
fn nothing_is_written() {
    let scratch = debian("1.0", "1.1");
    let listing = |scratch: &Scratch| {
        let mut found = Vec::new();
        let mut pending = vec![scratch.root().to_owned()];
        while let Some(dir) = pending.pop() {
            for entry in dir.read_dir().expect("ours").map(|entry| entry.expect("ours")) {
                let metadata = entry.metadata().expect("ours");
                if metadata.is_dir() {
                    pending.push(entry.path());
                }
                found.push((entry.path(), metadata.modified().expect("ours"), metadata.len()));
            }
        }
        found.sort();
        found
    };
    let before = listing(&scratch);
    updates(&scratch);
    assert_eq!(listing(&scratch), before);
}

#[test]
fn stamps_tell_when_lists_were_fetched() {
    let scratch = debian("1.0", "1.1");
    scratch.touch(LISTS, "2026-11-01T00:00:00Z");
    // An attempt that failed leaves its trace here only.
    scratch.touch(&format!("{LISTS}/partial"), "2026-11-23T00:00:00Z");
    assert_eq!(updates(&scratch).index_refreshed_at, Known("2026-11-01T00:00:00Z".parse().expect("a time")));
    scratch.write("/var/lib/apt/periodic/update-stamp", "");
    scratch.touch("/var/lib/apt/periodic/update-stamp", "2026-11-20T00:00:00Z");
    assert_eq!(updates(&scratch).index_refreshed_at, Known("2026-11-20T00:00:00Z".parse().expect("a time")));
}

#[test]
fn the_log_tells_when_packages_came() {
    let scratch = debian("1.0", "1.1");
    scratch.write("/var/lib/dpkg/info/praxis-demo.list", "");
    scratch.touch("/var/lib/dpkg/info/praxis-demo.list", "2026-10-01T00:00:00Z");
    assert_eq!(updates(&scratch).last_success_at, Known("2026-10-01T00:00:00Z".parse().expect("a time")));
    let log = "2026-11-02 09:00:00 upgrade praxis-demo:amd64 0.9 1.0\n2026-11-02 09:00:01 status installed praxis-demo:amd64 1.0\n";
    scratch.write("/var/log/dpkg.log", "");
    scratch.write("/var/log/dpkg.log.1", log);
    assert_eq!(updates(&scratch).last_success_at, Known("2026-11-02T09:00:01Z".parse().expect("a time")));
}

/// Lets systemd start a timer with the system.
fn want(scratch: &Scratch, timer: &str) {
    scratch.write(&format!("/lib/systemd/system/{timer}"), "");
    let wanted = format!("/etc/systemd/system/timers.target.wants/{timer}");
    scratch.link(&wanted, &format!("/lib/systemd/system/{timer}"));
}

/// Adds unattended-upgrades as Debian installs it, for a system that systemd starts.
fn add_unattended_upgrades(scratch: &Scratch) {
    install(scratch, &[("praxis-demo", "1.1", "install"), ("unattended-upgrades", "2.9.1", "install")]);
    scratch.write("/usr/lib/systemd/systemd", "");
    want(scratch, "apt-daily-upgrade.timer");
    scratch.write("/etc/apt/apt.conf.d/50unattended-upgrades", include_str!("../data/apt/50unattended-upgrades"));
    scratch.write(
        "/etc/apt/apt.conf.d/20auto-upgrades",
        "APT::Periodic::Update-Package-Lists \"1\";\nAPT::Periodic::Unattended-Upgrade \"1\";\n",
    );
}

#[test]
fn nothing_installs_by_itself_where_nothing_is_installed() {
    let updates = updates(&debian("1.0", "1.1"));
    assert_eq!((updates.automatic_enabled, updates.automatic_running), (Known(false), Known(false)));
    assert_eq!(updates.automatic_mechanism.known(), None);
}

#[test]
fn unattended_upgrades_as_debian_sets_them_up() {
    let scratch = debian("1.1", "1.1");
    add_unattended_upgrades(&scratch);
    scratch.write("/var/lib/apt/periodic/unattended-upgrades-stamp", "");
    scratch.touch("/var/lib/apt/periodic/unattended-upgrades-stamp", "2026-11-23T05:00:00Z");
    let updates = updates(&scratch);
    assert_eq!((updates.automatic_enabled, updates.automatic_running), (Known(true), Known(true)));
    assert_eq!(updates.automatic_mechanism, Known("unattended-upgrades".to_owned()));
    assert_eq!(updates.automatic_last_run_at, Known("2026-11-23T05:00:00Z".parse().expect("a time")));
}

#[test]
fn each_switch_turns_it_off() {
    let scratch = debian("1.1", "1.1");
    add_unattended_upgrades(&scratch);
    for line in [
        "APT::Periodic::Enable \"0\";",
        "APT { Periodic { Unattended-Upgrade \"0\"; }; };",
        "APT::Periodic::Update-Package-Lists \"0\";",
        "#clear Unattended-Upgrade::Origins-Pattern;",
    ] {
        scratch.write("/etc/apt/apt.conf.d/99praxis", line);
        assert_eq!(updates(&scratch).automatic_enabled, Known(false), "{line}");
        // A copy that apt does not read changes nothing.
        scratch.write("/etc/apt/apt.conf.d/99praxis", "");
        scratch.write("/etc/apt/apt.conf.d/99praxis.dpkg-old", line);
        assert_eq!(updates(&scratch).automatic_enabled, Known(true), "{line}");
    }
    scratch.link("/etc/systemd/system/apt-daily-upgrade.timer", "/dev/null");
    assert_eq!(updates(&scratch).automatic_running, Known(false));
}

#[test]
fn settings_that_cannot_be_understood_are_no_answer() {
    let scratch = debian("1.1", "1.1");
    add_unattended_upgrades(&scratch);
    scratch.write("/etc/apt/apt.conf.d/99praxis", "APT::Periodic::Unattended-Upgrade \"yes\";");
    assert_eq!(updates(&scratch).automatic_enabled, Unknown(UnknownReason::Malformed));
}

#[test]
fn the_update_manager_of_mint_counts() {
    let scratch = debian("1.1", "1.1");
    install(&scratch, &[("mintupdate", "6.0", "install")]);
    scratch.write("/usr/lib/systemd/systemd", "");
    want(&scratch, "mintupdate-automation-upgrade.timer");
    let updates = updates(&scratch);
    assert_eq!((updates.automatic_enabled, updates.automatic_running), (Known(true), Known(true)));
    assert_eq!(updates.automatic_mechanism, Known("mintupdate-automation".to_owned()));
}

#[test]
fn another_root_never_waits_for_a_restart() {
    assert_eq!(updates(&debian("1.0", "1.1")).reboot_needed, Unknown(UnknownReason::NotSupported));
}

#[test]
fn without_a_package_manager_everything_is_unknown() {
    let updates = updates(&Scratch::new());
    assert_eq!(updates.package_manager, Unknown(UnknownReason::NotSupported));
    assert_eq!(updates.pending, Unknown(UnknownReason::NotSupported));
}
