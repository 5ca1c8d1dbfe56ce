//! Screen locks, with databases compiled by the real `dconf`, and text consoles.

use super::flip;
use crate::scratch::{POLICY, Scratch};
use insta::assert_snapshot;

const USER: &str = "/home/anna/.config/dconf/user";
const OFF: &str = "[org/gnome/desktop/screensaver]\nlock-enabled=false\n";
const LATE: &str = "[org/gnome/desktop/session]\nidle-delay=uint32 3600\n";

#[test]
fn a_policy_that_no_longer_holds() {
    let scratch = Scratch::workplace();
    assert_snapshot!(flip(|| scratch.verdicts(), || scratch.lock_policy(false), || scratch.lock_policy(true)), @"screen-lock-not-enforced: pass -> fail");
}

#[test]
fn a_user_switches_the_lock_off_where_no_policy_holds_it() {
    let scratch = Scratch::workplace();
    scratch.lock_policy(false);
    let switch_off = || scratch.dconf(USER, OFF, "");
    assert_snapshot!(flip(|| scratch.verdicts(), switch_off, || scratch.remove(USER)), @"screen-lock-missing: pass -> fail");
}

#[test]
fn a_user_tries_to_switch_the_lock_off_against_the_policy() {
    let scratch = Scratch::workplace();
    let switch_off = || scratch.dconf(USER, OFF, "");
    assert_snapshot!(flip(|| scratch.verdicts(), switch_off, || scratch.remove(USER)), @"");
}

#[test]
fn a_lock_that_comes_late() {
    let scratch = Scratch::workplace();
    scratch.lock_policy(false);
    assert_snapshot!(flip(|| scratch.verdicts(), || scratch.dconf(USER, LATE, ""), || scratch.remove(USER)), @"screen-lock-late: pass -> fail");
}

#[test]
fn a_policy_switches_the_lock_off() {
    let scratch = Scratch::workplace();
    let off = || scratch.dconf(POLICY, OFF, "/org/gnome/desktop/screensaver/lock-enabled\n");
    assert_snapshot!(flip(|| scratch.verdicts(), off, || scratch.lock_policy(true)), @"
    screen-lock-late: pass -> not_applicable
    screen-lock-missing: pass -> fail
    screen-lock-not-enforced: pass -> not_applicable
    ");
}

/// A server: without a desktop there is a console to close instead of a screen to lock.
#[test]
fn a_console_that_stays_open() {
    let scratch = Scratch::workplace();
    for path in ["/usr/share/wayland-sessions/gnome.desktop", "/usr/bin/gnome-shell", "/usr/sbin/gdm3"] {
        scratch.remove(path);
    }
    let (old, new) = ("export TMOUT=600\nreadonly TMOUT\n", "export LANG=de_DE.UTF-8\n");
    let edit = |old, new| scratch.replace("/etc/profile", old, new);
    assert_snapshot!(flip(|| scratch.verdicts(), || edit(old, new), || edit(new, old)), @"console-lock-missing: pass -> fail");
}
