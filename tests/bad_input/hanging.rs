//! Programs that never answer, answer without end, or leave others behind.

use crate::inside::System;
use crate::program::changes;
use insta::assert_snapshot;
use std::fs;
use std::time::{Duration, Instant};

/// Looks at the system with a program replaced: what changes, and how long it takes. Nothing of it may live on.
fn with_program(program: &str, script: &str) -> (String, Duration) {
    let system = System::new();
    let before = system.verdicts();
    let system = system.with_program(program, script);
    let mark = system.scratch.root().display().to_string();
    let start = Instant::now();
    let after = system.verdicts();
    let took = start.elapsed();
    assert_eq!(processes_with(&mark), Vec::<String>::new(), "no process is left");
    (changes(&before, &after), took)
}

/// Processes that have `mark` in their environment or were started from there.
fn processes_with(mark: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").expect("there is one").flatten() {
        let root = fs::read_link(entry.path().join("root")).unwrap_or_default();
        let is_ours = root.display().to_string().starts_with(mark);
        found.extend(is_ours.then(|| fs::read_to_string(entry.path().join("comm")).unwrap_or_default()));
    }
    found
}

#[test]
fn root_a_program_that_never_answers_is_ended() {
    let (changed, took) = with_program("/usr/bin/apt-get", "exec sleep 500");
    assert_snapshot!(changed, @"
    security-updates-pending: pass -> unknown: timed_out
    updates-pending: pass -> unknown: timed_out
    ");
    assert!(took < Duration::from_secs(75), "{took:?}");
}

#[test]
fn root_a_program_that_ignores_signals_and_leaves_children_is_ended() {
    let (changed, took) =
        with_program("/usr/sbin/nft", "trap '' TERM INT HUP\nsleep 500 &\nsleep 500 &\nwhile :; do sleep 500; done");
    assert_snapshot!(changed, @"
    firewall-accepts-incoming: not_applicable -> unknown: timed_out
    firewall-ipv6-open: not_applicable -> unknown: timed_out
    firewall-missing: fail -> unknown: timed_out
    ");
    assert!(took < Duration::from_secs(25), "{took:?}");
}

#[test]
fn root_a_program_that_writes_without_end_is_ended() {
    let (changed, took) = with_program("/usr/sbin/nft", "exec yes '{}'");
    assert_snapshot!(changed, @"
    firewall-accepts-incoming: not_applicable -> unknown: malformed
    firewall-ipv6-open: not_applicable -> unknown: malformed
    firewall-missing: fail -> unknown: malformed
    ");
    assert!(took < Duration::from_secs(25), "{took:?}");
}

#[test]
fn root_a_program_that_complains_without_end_is_ended() {
    let (changed, took) = with_program("/usr/sbin/nft", "yes error >&2\nexit 1");
    assert_snapshot!(changed, @"
    firewall-accepts-incoming: not_applicable -> unknown: malformed
    firewall-ipv6-open: not_applicable -> unknown: malformed
    firewall-missing: fail -> unknown: malformed
    ");
    assert!(took < Duration::from_secs(25), "{took:?}");
}

#[test]
fn root_a_program_that_dies_or_lies_makes_nothing_known() {
    assert_snapshot!(with_program("/usr/sbin/nft", "kill -SEGV $$").0, @"
    firewall-accepts-incoming: not_applicable -> unknown: malformed
    firewall-ipv6-open: not_applicable -> unknown: malformed
    firewall-missing: fail -> unknown: malformed
    ");
    assert_snapshot!(with_program("/usr/sbin/nft", "exit 0").0, @"
    firewall-accepts-incoming: not_applicable -> unknown: malformed
    firewall-ipv6-open: not_applicable -> unknown: malformed
    firewall-missing: fail -> unknown: malformed
    ");
    assert_snapshot!(with_program("/usr/sbin/nft", "echo '{\"nftables\": [7, {\"chain\": []}]}'").0, @"
    firewall-accepts-incoming: not_applicable -> unknown: malformed
    firewall-ipv6-open: not_applicable -> unknown: malformed
    firewall-missing: fail -> unknown: malformed
    ");
    assert_snapshot!(with_program("/usr/bin/apt-cache", "head -c 4096 /dev/urandom").0, @"
    security-updates-pending: pass -> unknown: incomplete
    updates-pending: pass -> unknown: incomplete
    ");
    assert_snapshot!(with_program("/usr/bin/apt-get", "exit 0").0, @"
    security-updates-pending: pass -> unknown: malformed
    updates-pending: pass -> unknown: malformed
    ");
}
