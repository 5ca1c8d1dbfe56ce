//! Accounts, sudo, password rules.

use super::flip;
use crate::scratch::Scratch;
use insta::assert_snapshot;

/// Replaces a text in a file and puts it back.
fn edit(path: &str, old: &str, new: &str) -> String {
    let scratch = Scratch::workplace();
    flip(|| scratch.verdicts(), || scratch.replace(path, old, new), || scratch.replace(path, new, old))
}

#[test]
fn the_workplace_is_in_order() {
    let verdicts = Scratch::workplace().verdicts();
    let lines: String = verdicts.iter().map(|(check, verdict)| format!("{check}: {verdict}\n")).collect();
    assert_snapshot!(lines, @"
    account-all-administrators: pass
    account-autologin: pass
    account-empty-password: pass
    account-second-root: pass
    automatic-updates-not-running: pass
    automatic-updates-off: pass
    backup-overdue: not_applicable
    console-lock-missing: not_applicable
    firewall-accepts-incoming: unknown: not_supported
    firewall-ipv6-open: unknown: not_supported
    firewall-missing: unknown: not_supported
    login-lockout-missing: pass
    malware-protection-missing: pass
    malware-protection-off: unknown: not_supported
    malware-real-time-off: unknown: not_supported
    malware-signatures-outdated: unknown: not_supported
    os-out-of-support: unknown: not_supported
    os-support-ending: unknown: not_supported
    package-broken: pass
    package-held-back: pass
    password-length-short: pass
    password-storage-weak: pass
    reboot-pending: unknown: not_supported
    screen-lock-late: pass
    screen-lock-missing: pass
    screen-lock-not-enforced: pass
    security-updates-pending: pass
    service-database-reachable: unknown: incomplete, not_supported
    service-ftp-reachable: unknown: incomplete, not_supported
    service-remote-shell-reachable: unknown: incomplete, not_supported
    service-screen-sharing-reachable: unknown: incomplete, not_supported
    service-telnet-reachable: unknown: incomplete, not_supported
    service-world-reachable: unknown: incomplete, not_supported
    sudo-everyone: pass
    sudo-without-password: pass
    update-check-stale: pass
    updates-pending: pass
    ");
}

#[test]
fn an_account_without_a_password() {
    assert_snapshot!(edit("/etc/shadow", "anna:$y$j9T$invented$invented:", "anna::"), @"account-empty-password: pass -> fail");
}

#[test]
fn a_second_account_with_all_rights() {
    assert_snapshot!(edit("/etc/passwd", "anna:x:1001:1001", "anna:x:0:1001"), @"
    account-all-administrators: pass -> fail
    account-second-root: pass -> fail
    ");
}

#[test]
fn a_person_becomes_administrator() {
    assert_snapshot!(edit("/etc/group", "sudo:x:27:technik\n", "sudo:x:27:technik,anna\n"), @"account-all-administrators: pass -> fail");
}

#[test]
fn sudo_without_a_password() {
    let scratch = Scratch::workplace();
    let path = "/etc/sudoers.d/praxis";
    let rule = || scratch.write(path, "anna ALL=(ALL) NOPASSWD: ALL\n");
    assert_snapshot!(flip(|| scratch.verdicts(), rule, || scratch.remove(path)), @"
    account-all-administrators: pass -> fail
    sudo-without-password: pass -> fail
    ");
    // sudo leaves out names with a dot, and so do we.
    let ignored = || scratch.write("/etc/sudoers.d/praxis.alt", "anna ALL=(ALL) NOPASSWD: ALL\n");
    assert_snapshot!(flip(|| scratch.verdicts(), ignored, || scratch.remove("/etc/sudoers.d/praxis.alt")), @"");
}

#[test]
fn sudo_for_everyone() {
    let scratch = Scratch::workplace();
    let path = "/etc/sudoers.d/alle";
    let rule = || scratch.write(path, "ALL ALL=(ALL) ALL\n");
    assert_snapshot!(flip(|| scratch.verdicts(), rule, || scratch.remove(path)), @"
    account-all-administrators: pass -> fail
    sudo-everyone: pass -> fail
    ");
}

#[test]
fn a_login_that_nobody_is_asked_for() {
    let old = "#AutomaticLogin = user1\n";
    assert_snapshot!(edit("/etc/gdm3/daemon.conf", old, "AutomaticLoginEnable=true\nAutomaticLogin=anna\n"), @"account-autologin: pass -> fail");
}

#[test]
fn short_passwords() {
    assert_snapshot!(edit("/etc/security/pwquality.conf", "minlen = 12", "minlen = 6"), @"password-length-short: pass -> fail");
}

#[test]
fn passwords_stored_in_an_old_way() {
    assert_snapshot!(edit("/etc/pam.d/common-password", "use_authtok try_first_pass yescrypt", "use_authtok try_first_pass md5"), @"password-storage-weak: pass -> fail");
}

#[test]
fn no_lockout_after_failed_logins() {
    let old = "auth required pam_faillock.so preauth\n";
    assert_snapshot!(edit("/etc/pam.d/common-auth", old, "auth optional pam_echo.so\n"), @"login-lockout-missing: pass -> fail");
}
