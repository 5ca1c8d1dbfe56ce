//! Roots that hold little, too much, or no running system.

use crate::inside::System;
use crate::program::{Verdicts, changes};
use crate::scratch::Scratch;
use insta::assert_snapshot;
use std::fs;

/// Verdicts that claim to know something.
fn claims(verdicts: &Verdicts) -> String {
    let claims = verdicts.iter().filter(|(_, verdict)| !verdict.starts_with("unknown: "));
    claims.map(|(check, verdict)| format!("{check}: {verdict}\n")).collect()
}

#[test]
fn an_empty_folder_says_nothing() {
    assert_snapshot!(claims(&Scratch::empty().verdicts()), @"");
}

#[test]
fn empty_trees_hold_no_rules_and_no_desktops() {
    let scratch = Scratch::empty();
    scratch.write("/etc/.keep", "");
    scratch.write("/usr/.keep", "");
    assert_snapshot!(claims(&scratch.verdicts()), @"
    account-all-administrators: not_applicable
    account-autologin: pass
    backup-overdue: not_applicable
    malware-protection-missing: not_applicable
    malware-protection-off: not_applicable
    malware-real-time-off: not_applicable
    malware-signatures-outdated: not_applicable
    screen-lock-late: not_applicable
    screen-lock-missing: not_applicable
    screen-lock-not-enforced: not_applicable
    sudo-everyone: pass
    sudo-without-password: pass
    ");
}

/// Another disk holds `/usr`, and it was not mounted.
#[test]
fn half_a_system_says_nothing_about_its_desktops() {
    let scratch = Scratch::workplace();
    let before = scratch.verdicts();
    scratch.remove("/usr");
    assert_snapshot!(changes(&before, &scratch.verdicts()), @"
    account-all-administrators: pass -> unknown: not_supported
    account-autologin: pass -> unknown: incomplete, not_supported
    automatic-updates-not-running: pass -> unknown: not_supported
    backup-overdue: not_applicable -> unknown: not_supported
    console-lock-missing: not_applicable -> unknown: not_supported
    malware-protection-missing: pass -> unknown: not_supported
    screen-lock-late: pass -> unknown: incomplete, not_supported
    screen-lock-missing: pass -> unknown: incomplete, not_supported
    screen-lock-not-enforced: pass -> unknown: incomplete, not_supported
    ");
}

#[test]
fn a_database_of_packages_that_breaks_off() {
    let scratch = Scratch::workplace();
    let text = fs::read_to_string(scratch.path("/var/lib/dpkg/status")).expect("it is there");
    let before = scratch.verdicts();
    for end in (0..text.len()).step_by(17) {
        scratch.write("/var/lib/dpkg/status", &text[..end]);
        let changed = changes(&before, &scratch.verdicts());
        let undeserved: Vec<&str> = changed.lines().filter(|line| line.contains("-> pass")).collect();
        assert_eq!(undeserved, Vec::<&str>::new(), "after {end} bytes");
    }
}

#[test]
fn very_many_accounts_are_not_looked_at_to_the_end() {
    let scratch = Scratch::workplace();
    let line =
        |number: u32| format!("konto{number}:x:{}:{}::/home/konto{number}:/bin/bash\n", number + 2000, number + 2000);
    scratch.append("/etc/passwd", &(0..100_000).map(line).collect::<String>());
    let answer = scratch.check(["--format", "json", "--lang", "en"]).run().succeeded();
    let verdicts = answer.verdicts();
    assert_snapshot!(verdicts["account-second-root"], @"unknown: incomplete, incomplete");
    assert_snapshot!(verdicts["account-empty-password"], @"unknown: incomplete, incomplete");
    assert_snapshot!(verdicts["screen-lock-missing"], @"unknown: incomplete, incomplete");
}

#[test]
fn lines_without_end_do_no_harm() {
    let scratch = Scratch::workplace();
    let long = "a".repeat(8 * 1024 * 1024);
    for path in [
        "/etc/sudoers",
        "/etc/pam.d/common-auth",
        "/etc/gdm3/daemon.conf",
        "/etc/login.defs",
        "/etc/group",
        "/etc/profile",
        "/var/lib/dpkg/status",
        "/etc/apt/apt.conf.d/99lang",
    ] {
        scratch.write(path, &long);
    }
    let verdicts = scratch.verdicts();
    for check in ["sudo-everyone", "sudo-without-password", "account-autologin", "security-updates-pending"] {
        assert!(verdicts[check].starts_with("unknown: "), "{check}: {}", verdicts[check]);
    }
}

/// Nothing that only a running system shows is taken from the computer that looks.
#[test]
fn another_root_is_not_mixed_up_with_this_computer() {
    let scratch = Scratch::empty();
    let answer = scratch.check(["--save-facts", "/dev/stderr", "--format", "json"]).run();
    let uname = rustix::system::uname();
    let text = answer.stdout + &answer.stderr;
    assert!(!text.contains(&*uname.release().to_string_lossy()), "{text}");
}

#[test]
fn root_a_running_system_without_proc() {
    let (with, without) = (System::new(), System::new().without_proc());
    assert_snapshot!(changes(&with.verdicts(), &without.verdicts()), @"
    malware-protection-off: fail -> unknown: no_permission
    service-database-reachable: pass -> unknown: incomplete, not_supported
    service-ftp-reachable: pass -> unknown: incomplete, not_supported
    service-remote-shell-reachable: pass -> unknown: incomplete, not_supported
    service-screen-sharing-reachable: pass -> unknown: incomplete, not_supported
    service-telnet-reachable: pass -> unknown: incomplete, not_supported
    service-world-reachable: pass -> unknown: incomplete, not_supported
    ");
}
