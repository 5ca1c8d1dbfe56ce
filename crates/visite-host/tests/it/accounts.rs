//! `linux.accounts` over scratch roots: one change of a setting changes exactly the fields that depend on it.

use crate::scratch::Scratch;
use std::collections::BTreeMap;
use std::fs;
use visite_facts::{Completeness, Fact, FactsFile, Shape, Snapshot, UnknownReason, fact_spec};

const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n\
    daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n\
    nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n\
    anna:x:1000:1000:Erika Mustermann,Zimmer 2,0711 5550,:/home/anna:/bin/bash\n\
    bert:x:1001:1001::/home/bert:\n";
const SHADOW: &str = "root:!:19700:0:99999:7:::\n\
    daemon:*:19700:0:99999:7:::\n\
    nobody:*:19700:0:99999:7:::\n\
    anna:$y$j9T$GEHEIM$HASH:19700:0:365:7:::\n\
    bert:$6$GEHEIM$HASH:19700:0:99999:7:::\n";
const GROUP: &str = "root:x:0:\nsudo:x:27:anna\nanna:x:1000:\nbert:x:1001:\n";
const FAILLOCK: &str = "auth required pam_faillock.so preauth\n\
    auth [success=2 default=ignore] pam_unix.so nullok\n\
    auth [default=die] pam_faillock.so authfail\n\
    auth requisite pam_deny.so\n\
    auth required pam_permit.so\n";

/// A small Debian 12.
fn small_debian() -> Scratch {
    let root = Scratch::new();
    root.write("etc/passwd", PASSWD);
    root.write("etc/shadow", SHADOW);
    root.write("etc/group", GROUP);
    root.write("etc/hostname", "praxis1\n");
    root.write("etc/login.defs", include_str!("../data/accounts/debian-12.login.defs"));
    root.write("etc/sudoers", include_str!("../data/accounts/debian-12.sudoers"));
    root.write("etc/sudoers.d/README", "# nothing\n");
    root.write("etc/pam.d/passwd", "@include common-password\n");
    root.write("etc/pam.d/common-password", include_str!("../data/accounts/debian-12.common-password"));
    root.write("etc/pam.d/common-auth", include_str!("../data/accounts/debian-12.common-auth"));
    root.write("etc/security/faillock.conf", include_str!("../data/accounts/debian-12.faillock.conf"));
    root
}

fn look(root: &Scratch) -> Snapshot {
    root.collect("linux.accounts")
}

fn remove(root: &Scratch, path: &str) {
    fs::remove_file(root.path(path)).expect("the file was there");
}

/// Every value by fact, key and field.
fn values(snapshot: &Snapshot) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for (name, fact) in &snapshot.facts {
        let spec = fact_spec(name).expect("the fact is declared");
        let records = match fact {
            Fact::Single(record) => std::slice::from_ref(record),
            Fact::Collection { records, completeness } => {
                values.insert((*name).to_owned(), format!("{completeness:?}"));
                records.as_slice()
            }
        };
        for record in records {
            let key = match spec.shape {
                Shape::Single => String::new(),
                Shape::Collection { key } => {
                    format!("[{}]", record.get(key).map_or("?".into(), |value| value.display()))
                }
            };
            for (field, value) in &record.values {
                values.insert(format!("{name}{key}.{field}"), value.display());
            }
            for (field, reason) in &record.unknown {
                values.insert(format!("{name}{key}.{field}"), format!("?{reason}"));
            }
        }
    }
    values
}

/// What differs, one line each: `where: before -> after`.
fn changes(before: &Snapshot, after: &Snapshot) -> Vec<String> {
    let [before, after] = [before, after].map(values);
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let show = |value: Option<&String>| value.map_or("-".to_owned(), Clone::clone);
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| format!("{name}: {} -> {}", show(before.get(name)), show(after.get(name))))
        .collect()
}

/// Applies a change, expects exactly these differences, takes it back and expects none.
#[track_caller]
fn flip(path: &str, changed: &str, expected: &[&str]) {
    let root = small_debian();
    let file = root.path(path);
    let original = fs::read_to_string(&file).ok();
    let before = look(&root);
    root.write(path, changed);
    assert_eq!(changes(&before, &look(&root)), expected);
    match original {
        Some(text) => root.write(path, &text),
        None => remove(&root, path),
    }
    assert_eq!(changes(&before, &look(&root)), Vec::<String>::new());
}

#[test]
fn a_small_debian_12() {
    let snapshot = look(&small_debian());
    assert_eq!(snapshot.problems, []);
    let shown: Vec<String> = values(&snapshot).into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn no_name_of_a_person_and_no_hash_leaves_the_computer() {
    let root = small_debian();
    // Lines that cannot be read hold names and hashes too.
    root.write("etc/passwd", &format!("{PASSWD}Erika Mustermann\ncarl:x:no:1:Erika Mustermann::\n"));
    root.write("etc/shadow", &format!("{SHADOW}carl:$6$GEHEIM$HASH\n"));
    root.write("etc/sudoers.d/notes", "Erika Mustermann ist die Chefin\n");
    let snapshot = look(&root);
    assert_eq!(snapshot.problems.len(), 3);
    let json = FactsFile { snapshots: vec![snapshot] }.to_json();
    for secret in ["Erika", "Mustermann", "Zimmer", "5550", "GEHEIM", "HASH", "/home/anna"] {
        assert!(!json.contains(secret), "{secret} is in {json}");
    }
    assert!(json.contains("anna"));
}

#[test]
fn an_empty_password() {
    let shadow = SHADOW.replace("bert:$6$GEHEIM$HASH", "bert:");
    flip("etc/shadow", &shadow, &["host.accounts[bert].password: set -> none"]);
    let passwd = PASSWD.replace("bert:x", "bert:");
    let expected = [
        "host.accounts[bert].password: set -> none",
        "host.accounts[bert].password_changed_at: 2023-12-09T00:00:00Z -> ?not_supported",
    ];
    flip("etc/passwd", &passwd, &expected);
}

#[test]
fn a_locked_password_still_allows_login() {
    let shadow = SHADOW.replace("bert:$6", "bert:!$6");
    flip("etc/shadow", &shadow, &["host.accounts[bert].password: set -> locked"]);
}

#[test]
fn an_expired_account() {
    let shadow =
        SHADOW.replace("bert:$6$GEHEIM$HASH:19700:0:99999:7:::", "bert:$6$GEHEIM$HASH:19700:0:99999:7::20781:");
    let ends_today =
        ["host.accounts[bert].account_expires: false -> true", "host.accounts[bert].login_allowed: true -> false"];
    flip("etc/shadow", &shadow, &ends_today);
    let ends_tomorrow = shadow.replace("20781", "20782");
    flip("etc/shadow", &ends_tomorrow, &["host.accounts[bert].account_expires: false -> true"]);
}

#[test]
fn a_second_user_id_0() {
    let passwd = PASSWD.replace("bert:x:1001", "bert:x:0");
    let expected = [
        "host.accounts[bert].administrator: false -> true",
        "host.accounts[bert].kind: person -> root",
        "host.accounts[bert].uid: 1001 -> 0",
    ];
    flip("etc/passwd", &passwd, &expected);
}

#[test]
fn a_sudo_drop_in_without_password() {
    let expected = [
        "host.accounts[bert].administrator: false -> true",
        "host.sudo_rules[sudoers.d/praxis#1].all_commands: - -> true",
        "host.sudo_rules[sudoers.d/praxis#1].as_root: - -> true",
        "host.sudo_rules[sudoers.d/praxis#1].password_required: - -> false",
        "host.sudo_rules[sudoers.d/praxis#1].rule: - -> sudoers.d/praxis#1",
        "host.sudo_rules[sudoers.d/praxis#1].subject: - -> bert",
        "host.sudo_rules[sudoers.d/praxis#1].subject_kind: - -> user",
        "host.sudo_rules[sudoers.d/praxis#1].target_password: - -> false",
    ];
    flip("etc/sudoers.d/praxis", "bert ALL=(ALL) NOPASSWD: ALL\n", &expected);
    flip("etc/sudoers.d/praxis.bak", "bert ALL=(ALL) NOPASSWD: ALL\n", &[]);
    let defaults = "Defaults:%sudo !authenticate\n";
    flip("etc/sudoers.d/praxis", defaults, &["host.sudo_rules[sudoers#2].password_required: true -> false"]);
}

#[test]
fn membership_in_the_group_of_administrators() {
    let expected = [
        "host.accounts[bert].administrator: false -> true",
        "host.accounts[bert].groups: bert -> bert, sudo",
        "host.groups[sudo].members: anna -> anna, bert",
    ];
    flip("etc/group", &GROUP.replace("27:anna", "27:anna,bert"), &expected);
}

#[test]
fn a_sudoers_file_that_cannot_be_read_leaves_doubt() {
    let doubt = "Incomplete(Malformed)";
    let expected = [
        "host.accounts[bert].administrator: false -> ?malformed".to_owned(),
        "host.accounts[daemon].administrator: false -> ?malformed".to_owned(),
        "host.accounts[nobody].administrator: false -> ?malformed".to_owned(),
        format!("host.sudo_rules: Complete -> {doubt}"),
    ];
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    flip("etc/sudoers.d/praxis", "bert ALL=(ALL NOPASSWD: ALL\n", &expected);
}

#[test]
fn blocking_after_failed_logins() {
    let expected = [
        "host.password_policy.lockout_attempts: - -> 3",
        "host.password_policy.lockout_enabled: false -> true",
        "host.password_policy.lockout_seconds: - -> 600",
    ];
    flip("etc/pam.d/common-auth", FAILLOCK, &expected);
    let off = FAILLOCK.replace("auth required pam_faillock", "#auth required pam_faillock");
    let root = small_debian();
    root.write("etc/pam.d/common-auth", &off);
    assert_eq!(changes(&look(&small_debian()), &look(&root)), Vec::<String>::new());
}

#[test]
fn settings_of_faillock() {
    let root = small_debian();
    root.write("etc/pam.d/common-auth", FAILLOCK);
    let before = look(&root);
    root.write("etc/security/faillock.conf", "deny = 5\nunlock_time = 0\n");
    let expected = ["host.password_policy.lockout_attempts: 3 -> 5", "host.password_policy.lockout_seconds: 600 -> 0"];
    assert_eq!(changes(&before, &look(&root)), expected);
}

#[test]
fn quality_of_passwords() {
    let stack = "password requisite pam_pwquality.so retry=3\n\
        password required pam_pwhistory.so remember=12 use_authtok\n\
        password [success=1 default=ignore] pam_unix.so obscure use_authtok sha512\n";
    let expected = [
        "host.password_policy.hash_method: yescrypt -> sha512",
        "host.password_policy.min_length: 6 -> 8",
        "host.password_policy.quality_checked: false -> true",
        "host.password_policy.remembered: 0 -> 12",
    ];
    flip("etc/pam.d/common-password", stack, &expected);

    let root = small_debian();
    root.write("etc/pam.d/common-password", stack);
    let before = look(&root);
    root.write("etc/security/pwquality.conf.d/50-praxis.conf", "minlen = 12\n");
    assert_eq!(changes(&before, &look(&root)), ["host.password_policy.min_length: 8 -> 12"]);
    root.write("etc/security/pwquality.conf", "minlen=10\n");
    assert_eq!(changes(&before, &look(&root)), ["host.password_policy.min_length: 8 -> 10"]);
}

#[test]
fn red_hat_needs_the_block_in_both_stacks() {
    let root = small_debian();
    for file in ["common-auth", "common-password", "passwd"] {
        remove(&root, &format!("etc/pam.d/{file}"));
    }
    root.write("etc/pam.d/passwd", "password substack system-auth\n");
    let shared = format!(
        "{FAILLOCK}password requisite pam_pwquality.so local_users_only\npassword sufficient pam_unix.so yescrypt\n"
    );
    root.write("etc/pam.d/system-auth", &shared);
    root.write("etc/pam.d/password-auth", &shared);
    let both = values(&look(&root));
    assert_eq!(both["host.password_policy.lockout_enabled"], "true");
    assert_eq!(both["host.password_policy.min_length"], "8");
    root.write("etc/pam.d/password-auth", "auth sufficient pam_unix.so\n");
    assert_eq!(values(&look(&root))["host.password_policy.lockout_enabled"], "false");
}

#[test]
fn a_stack_with_a_missing_part_is_unknown() {
    let root = small_debian();
    remove(&root, "etc/pam.d/common-password");
    let seen = values(&look(&root));
    assert_eq!(seen["host.password_policy.min_length"], "?not_supported");
    assert_eq!(seen["host.password_policy.quality_checked"], "?not_supported");
}

#[test]
fn automatic_logins() {
    let gdm = "[daemon]\nAutomaticLoginEnable = true\nAutomaticLogin=anna\n";
    let expected = [
        "host.autologins[gdm3/daemon.conf].source: - -> gdm3/daemon.conf",
        "host.autologins[gdm3/daemon.conf].user: - -> anna",
    ];
    flip("etc/gdm3/daemon.conf", gdm, &expected);
    flip("etc/gdm3/daemon.conf", &gdm.replace("true", "false"), &[]);
    flip("etc/gdm3/daemon.conf", &gdm.replace("Auto", "#Auto"), &[]);

    let root = small_debian();
    root.write("usr/share/lightdm/lightdm.conf.d/50-x.conf", "[Seat:*]\nautologin-user=anna\n");
    root.write("etc/sddm.conf.d/kde.conf", "[Autologin]\nUser=bert\nRelogin=false\n");
    root.write("etc/default/nodm", "NODM_ENABLED=true\nNODM_USER='anna'\n");
    root.write("etc/lxdm/lxdm.conf", "[base]\nautologin=bert\n");
    root.write("etc/slim.conf", "default_user anna\nauto_login yes\n");
    root.write("etc/greetd/config.toml", "[initial_session]\ncommand = \"sway\"\nuser = \"anna\" # x\n");
    root.write("etc/sysconfig/displaymanager", "DISPLAYMANAGER_AUTOLOGIN=\"bert\"\n");
    root.write("usr/lib/systemd/system/getty@.service", "[Service]\nExecStart=-/sbin/agetty --noclear %I $TERM\n");
    let console = "[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin anna --noclear %I $TERM\n";
    root.write("etc/systemd/system/getty@tty1.service.d/autologin.conf", console);
    let expected = [
        "default/nodm anna",
        "greetd/config.toml anna",
        "lxdm/lxdm.conf bert",
        "/usr/share/lightdm/lightdm.conf.d/50-x.conf anna",
        "sddm.conf.d/kde.conf bert",
        "slim.conf anna",
        "sysconfig/displaymanager bert",
        "systemd/system/getty@tty1.service.d/autologin.conf anna",
    ];
    let mut expected = expected.map(str::to_owned);
    expected.sort();
    assert_eq!(autologins(&look(&root)), expected);

    // Later files take it back, and a display manager that is not in use does not count.
    root.write("etc/lightdm/lightdm.conf", "[SeatDefaults]\nautologin-user=\n");
    root.write("etc/sddm.conf", "[Autologin]\nUser=\n");
    root.write(
        "etc/systemd/system/getty@tty1.service.d/zz.conf",
        "[Service]\nExecStart=\nExecStart=-/sbin/agetty %I\n",
    );
    root.link("etc/systemd/system/display-manager.service", "/lib/systemd/system/lightdm.service");
    assert_eq!(autologins(&look(&root)), ["sysconfig/displaymanager bert"]);
}

fn autologins(snapshot: &Snapshot) -> Vec<String> {
    let Some(Fact::Collection { records, .. }) = snapshot.facts.get("host.autologins") else {
        panic!("the fact is always there")
    };
    let text =
        |record: &visite_facts::Record, field: &str| record.get(field).map_or("?".into(), |value| value.display());
    records.iter().map(|record| format!("{} {}", text(record, "source"), text(record, "user"))).collect()
}

#[test]
fn broken_lines_and_missing_files_are_not_silence() {
    let root = small_debian();
    root.write("etc/passwd", &format!("{PASSWD}carl:x\nanna:x:1002:1002:::\n+::::::\n"));
    let snapshot = look(&root);
    assert_eq!(completeness(&snapshot, "host.accounts"), Completeness::Incomplete(UnknownReason::Malformed));
    let details: Vec<&str> = snapshot.problems.iter().map(|problem| problem.detail.as_str()).collect();
    let expected = [
        "line 6",
        "entries of a network directory are brought in, line 8",
        "1 of its names stand there more than once",
    ];
    assert_eq!(details, expected);

    remove(&root, "etc/passwd");
    remove(&root, "etc/group");
    let snapshot = look(&root);
    for fact in ["host.accounts", "host.groups"] {
        assert_eq!(completeness(&snapshot, fact), Completeness::Incomplete(UnknownReason::NotSupported));
    }
}

#[test]
fn without_shadow_nothing_is_said_about_passwords() {
    let root = small_debian();
    remove(&root, "etc/shadow");
    let seen = values(&look(&root));
    for field in ["password", "password_changed_at", "password_never_expires", "account_expires", "login_allowed"] {
        assert_eq!(seen[&format!("host.accounts[anna].{field}")], "?not_supported", "{field}");
    }
    assert_eq!(seen["host.accounts[daemon].login_allowed"], "false");
}

#[test]
fn accounts_of_a_directory_are_mentioned() {
    let root = small_debian();
    root.write("etc/nsswitch.conf", "passwd: files sss\nsudoers: files sss\n");
    // Named by the distribution, but not set up.
    assert_eq!(look(&root).problems, []);
    root.write("etc/sssd/sssd.conf", "[sssd]\n");
    let snapshot = look(&root);
    assert_eq!(snapshot.problems.len(), 2);
    assert_eq!(completeness(&snapshot, "host.accounts"), Completeness::Complete);
    assert_eq!(completeness(&snapshot, "host.sudo_rules"), Completeness::Incomplete(UnknownReason::NotSupported));
}

#[test]
fn the_shipped_rules_of_opensuse_make_nobody_an_administrator() {
    let root = small_debian();
    remove(&root, "etc/sudoers");
    root.write(
        "usr/etc/sudoers",
        "Defaults targetpw\nALL ALL=(ALL) ALL\nroot ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n",
    );
    let seen = values(&look(&root));
    assert_eq!(seen["host.sudo_rules[/usr/etc/sudoers#1].target_password"], "true");
    assert_eq!(seen["host.accounts[anna].administrator"], "false");
}

#[test]
fn an_empty_root_yields_reasons() {
    let root = Scratch::new();
    let snapshot = look(&root);
    let seen = values(&snapshot);
    assert_eq!(seen["host.accounts"], "Incomplete(NotSupported)");
    assert_eq!(seen["host.password_policy.min_length"], "?not_supported");
    assert_eq!(seen["host.sudo_rules"], "Complete");
    assert_eq!(seen["host.autologins"], "Complete");
}

fn completeness(snapshot: &Snapshot, fact: &str) -> Completeness {
    match snapshot.facts.get(fact) {
        Some(Fact::Collection { completeness, .. }) => *completeness,
        other => panic!("{fact} is no collection: {other:?}"),
    }
}
