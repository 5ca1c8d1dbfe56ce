//! Every file and folder that is read of a workplace, damaged in every way, one at a time.

use crate::program::{Verdicts, changes, visite_as_nobody};
use crate::scratch::Scratch;
use insta::assert_snapshot;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

/// The files that one run opens, as strace(1) shows them: those that are there, and those that could be.
const FILES: &[&str] = &[
    "/etc/apt/apt.conf.d/20auto-upgrades",
    "/etc/apt/apt.conf.d/50unattended-upgrades",
    "/etc/apt/sources.list",
    "/etc/dconf/db/praxis",
    "/etc/dconf/profile/user",
    "/etc/doas.conf",
    "/etc/environment",
    "/etc/gdm3/custom.conf",
    "/etc/gdm3/daemon.conf",
    "/etc/group",
    "/etc/hostname",
    "/etc/login.defs",
    "/etc/machine-id",
    "/etc/nsswitch.conf",
    "/etc/os-release",
    "/etc/pam.d/common-auth",
    "/etc/pam.d/common-password",
    "/etc/pam.d/passwd",
    "/etc/passwd",
    "/etc/profile",
    "/etc/security/faillock.conf",
    "/etc/security/pwquality.conf",
    "/etc/shadow",
    "/etc/sudoers",
    "/etc/sudoers.d/README",
    "/etc/sudoers.d/praxis",
    "/etc/sysconfig/displaymanager",
    "/etc/systemd/logind.conf",
    "/etc/systemd/logind.conf.d/praxis.conf",
    "/etc/systemd/system/display-manager.service",
    "/etc/systemd/system/getty@tty1.service.d/autologin.conf",
    "/etc/systemd/system/timers.target.wants/apt-daily-upgrade.timer",
    "/etc/X11/default-display-manager",
    "/home/anna/.config/dconf/user",
    "/home/anna/.profile",
    "/usr/lib/systemd/system/apt-daily-upgrade.timer",
    "/usr/share/glib-2.0/schemas/90_praxis.gschema.override",
    "/usr/share/wayland-sessions/gnome.desktop",
    "/var/lib/apt/lists/_srv_security_._Packages",
    "/var/lib/apt/lists/_srv_security_._Release",
    "/var/lib/dpkg/arch",
    "/var/lib/dpkg/status",
    "/var/lib/dpkg/updates/0001",
    "/var/lib/rpm/rpmdb.sqlite",
    "/var/log/dpkg.log",
];

/// The folders that one run lists or searches.
const FOLDERS: &[&str] = &[
    "/etc",
    "/etc/apt",
    "/etc/apt/apt.conf.d",
    "/etc/dconf/db",
    "/etc/dconf/profile",
    "/etc/gdm3",
    "/etc/pam.d",
    "/etc/security",
    "/etc/sudoers.d",
    "/etc/systemd",
    "/etc/systemd/logind.conf.d",
    "/etc/systemd/system",
    "/etc/systemd/system/timers.target.wants",
    "/home",
    "/home/anna",
    "/home/anna/.config",
    "/home/anna/.config/dconf",
    "/run",
    "/usr/bin",
    "/usr/lib/systemd",
    "/usr/share",
    "/usr/share/glib-2.0/schemas",
    "/usr/share/wayland-sessions",
    "/usr/share/xsessions",
    "/var",
    "/var/lib/apt",
    "/var/lib/apt/lists",
    "/var/lib/dpkg",
    "/var/lib/dpkg/updates",
    "/var/log",
];

/// Puts something else in the place of a path.
type Damage = fn(&Path);

/// A workplace of which one path after the other is damaged.
struct Damaged {
    scratch: Scratch,
    aside: tempfile::TempDir,
    look: fn(&Scratch) -> Verdicts,
    before: Verdicts,
}

impl Damaged {
    fn new(look: fn(&Scratch) -> Verdicts) -> Self {
        let scratch = Scratch::workplace();
        // Folders that are missing would be made by the damage itself.
        for path in FILES.iter().chain(FOLDERS) {
            fs::create_dir_all(scratch.path(path).parent().expect("below the root")).expect("it is ours");
        }
        let before = look(&scratch);
        Self { scratch, aside: tempfile::tempdir().expect("a temporary directory can be made"), look, before }
    }

    /// What changes when `path` is damaged; it is mended afterwards.
    fn by(&self, path: &str, damage: Damage) -> String {
        let (place, aside) = (self.scratch.path(path), self.aside.path().join("kept"));
        let there = fs::rename(&place, &aside).is_ok();
        damage(&place);
        let changed = changes(&self.before, &(self.look)(&self.scratch));
        remove(&place);
        if there {
            fs::rename(&aside, &place).expect("it is put back");
        }
        changed.lines().map(|line| format!("{path}: {line}\n")).collect()
    }
}

fn remove(place: &Path) {
    match fs::symlink_metadata(place) {
        Ok(found) if found.is_dir() => {
            fs::set_permissions(place, Permissions::from_mode(0o700)).expect("it is ours");
            fs::remove_dir_all(place).expect("it is ours");
        }
        _ => fs::remove_file(place).expect("it is ours"),
    }
}

/// Everything that changes, for each of `paths`; several at a time.
fn damage_all(paths: &'static [&str], look: fn(&Scratch) -> Verdicts, damage: Damage) -> Vec<String> {
    const LANES: usize = 4;
    let lane = |first: usize| {
        let damaged = Damaged::new(look);
        let lines = paths.iter().skip(first).step_by(LANES).map(|path| damaged.by(path, damage)).collect::<String>();
        lines.lines().map(str::to_owned).collect::<Vec<String>>()
    };
    let mut lines = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES).map(|first| scope.spawn(move || lane(first))).collect();
        lanes.into_iter().flat_map(|lane| lane.join().expect("no panic")).collect::<Vec<_>>()
    });
    lines.sort();
    lines
}

/// Those changes that claim to know something.
fn undeserved(lines: &[String]) -> String {
    assert!(lines.len() > 5, "damage does something: {lines:?}");
    lines.iter().filter(|line| !line.contains(" -> unknown: ")).map(|line| format!("{line}\n")).collect()
}

fn as_we_are(scratch: &Scratch) -> Verdicts {
    scratch.verdicts()
}

fn as_nobody(scratch: &Scratch) -> Verdicts {
    let root = scratch.root().display().to_string();
    visite_as_nobody(["check", "--format", "json", "--root", &root]).run().succeeded().verdicts()
}

fn folder(place: &Path) {
    fs::create_dir(place).expect("it is ours");
}

fn pipe(place: &Path) {
    crate::scratch::run(std::process::Command::new("mkfifo").arg(place));
}

fn circle(place: &Path) {
    symlink(place.file_name().expect("it has a name"), place).expect("it is ours");
}

fn huge(place: &Path) {
    File::create(place).and_then(|file| file.set_len(33 * 1024 * 1024)).expect("it is ours");
}

fn closed(place: &Path) {
    File::create(place).and_then(|file| file.set_permissions(Permissions::from_mode(0o000))).expect("it is ours");
}

fn closed_folder(place: &Path) {
    folder(place);
    fs::set_permissions(place, Permissions::from_mode(0o000)).expect("it is ours");
}

fn bytes(place: &Path) {
    let noise: Vec<u8> = (0..4096_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    fs::write(place, noise).expect("it is ours");
}

fn empty(place: &Path) {
    File::create(place).expect("it is ours");
}

#[test]
fn a_folder_in_place_of_a_file() {
    assert_snapshot!(undeserved(&damage_all(FILES, as_we_are, folder)), @"");
}

#[test]
fn a_pipe_in_place_of_a_file() {
    assert_snapshot!(undeserved(&damage_all(FILES, as_we_are, pipe)), @"");
}

#[test]
fn a_circle_of_links_in_place_of_a_file() {
    assert_snapshot!(undeserved(&damage_all(FILES, as_we_are, circle)), @"");
}

#[test]
fn a_file_larger_than_any_real_one() {
    assert_snapshot!(undeserved(&damage_all(FILES, as_we_are, huge)), @"");
}

#[test]
fn a_file_that_is_closed() {
    assert_snapshot!(undeserved(&damage_all(FILES, as_nobody, closed)), @"");
}

#[test]
fn a_folder_that_is_closed() {
    assert_snapshot!(undeserved(&damage_all(FOLDERS, as_nobody, closed_folder)), @"");
}

#[test]
fn a_circle_of_links_in_place_of_a_folder() {
    assert_snapshot!(undeserved(&damage_all(FOLDERS, as_we_are, circle)), @"");
}

#[test]
fn bytes_that_are_no_text() {
    assert_snapshot!(undeserved(&damage_all(FILES, as_we_are, bytes)), @"");
}

/// What is truly empty says something: no rule, no setting, no user.
#[test]
fn an_empty_file() {
    assert_snapshot!(undeserved(&damage_all(FILES, as_we_are, empty)), @"
    /etc/apt/apt.conf.d/20auto-upgrades: automatic-updates-not-running: pass -> not_applicable
    /etc/apt/apt.conf.d/20auto-upgrades: automatic-updates-off: pass -> fail
    /etc/apt/apt.conf.d/50unattended-upgrades: automatic-updates-not-running: pass -> not_applicable
    /etc/apt/apt.conf.d/50unattended-upgrades: automatic-updates-off: pass -> fail
    /etc/dconf/db/praxis: screen-lock-not-enforced: pass -> fail
    /etc/pam.d/common-auth: login-lockout-missing: pass -> fail
    ");
}
