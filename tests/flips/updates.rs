//! Updates from a source of packages that really exists: built by `dpkg-deb`, read by `apt-get`, installed by `dpkg`.

use super::flip;
use crate::program::Verdicts;
use crate::scratch::{AUTO_UPGRADES, Scratch, TIMER, run};
use insta::assert_snapshot;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// The sources: folder and label, which alone tells apt that one is for security.
const SECURITY: (&str, &str) = ("security", "Debian-Security");
const MAIN: (&str, &str) = ("main", "Debian");

/// A workplace with two sources of packages, and the folder in which packages are built.
struct Supplied {
    scratch: Scratch,
    built: TempDir,
}

impl Supplied {
    /// With `praxis-demo` 1.0 installed and nothing newer offered.
    fn new() -> Self {
        let scratch = Scratch::workplace();
        let line = |(folder, _): (&str, &str)| {
            format!("deb [trusted=yes] file:{} ./\n", scratch.path(&format!("/srv/{folder}")).display())
        };
        scratch.write("/etc/apt/sources.list", line(SECURITY) + &line(MAIN));
        let supplied = Self { scratch, built: tempfile::tempdir().expect("a temporary directory can be made") };
        let package = supplied.build("1.0");
        supplied.install(&package);
        supplied.fill(SECURITY, &[&package]);
        supplied.offer(MAIN, &[&package]);
        supplied
    }

    /// Builds the package in that version.
    fn build(&self, version: &str) -> PathBuf {
        let tree = tempfile::tempdir().expect("a temporary directory can be made");
        let control = format!(
            "Package: praxis-demo\nVersion: {version}\nArchitecture: all\nMaintainer: Praxis Beispiel <it@praxis.example>\n\
             Description: nothing at all\n"
        );
        fs::create_dir(tree.path().join("DEBIAN")).expect("it is ours");
        fs::write(tree.path().join("DEBIAN/control"), control).expect("it is ours");
        let package = self.built.path().join(format!("praxis-demo_{version}_all.deb"));
        run(Command::new("dpkg-deb").args(["--root-owner-group", "--build"]).arg(tree.path()).arg(&package));
        package
    }

    /// Lets a source offer these packages, and the workplace read what all sources offer.
    fn offer(&self, source: (&str, &str), packages: &[&Path]) {
        self.fill(source, packages);
        self.refresh();
    }

    fn fill(&self, (folder, label): (&str, &str), packages: &[&Path]) {
        let entry = |package: &&Path| {
            let control = run(Command::new("dpkg-deb").arg("--field").arg(package));
            let bytes = fs::read(package).expect("it was built");
            let name = package.file_name().expect("it has one").to_string_lossy();
            format!("{control}Filename: ./{name}\nSize: {}\nSHA256: {}\n\n", bytes.len(), sha256(&bytes))
        };
        let list: String = packages.iter().map(entry).collect();
        let release = format!(
            "Origin: Debian\nLabel: {label}\nSuite: stable\nCodename: beispiel\nDate: Tue, 24 Nov 2026 08:00:00 UTC\n\
             Architectures: all amd64 arm64\nSHA256:\n {} {} Packages\n",
            sha256(list.as_bytes()),
            list.len()
        );
        self.scratch.write(&format!("/srv/{folder}/Packages"), list);
        self.scratch.write(&format!("/srv/{folder}/Release"), release);
    }

    /// `apt-get update` for the scratch root.
    fn refresh(&self) {
        let root = self.scratch.root().display().to_string();
        let status = self.scratch.path("/var/lib/dpkg/status").display().to_string();
        let options = [
            format!("Dir={root}"),
            format!("Dir::State::status={status}"),
            "APT::Sandbox::User=".to_owned(),
            "Acquire::Languages=none".to_owned(),
            "Acquire::Check-Valid-Until=false".to_owned(),
            "Acquire::Check-Date=false".to_owned(),
        ];
        run(Command::new("apt-get").arg("update").args(options.iter().flat_map(|option| ["-o", option])));
    }

    /// `dpkg --install` into the scratch root.
    fn install(&self, package: &Path) {
        let root = format!("--root={}", self.scratch.root().display());
        run(Command::new("dpkg")
            .args([&root, "--force-not-root", "--force-script-chrootless", "--force-downgrade", "--install"])
            .arg(package));
    }

    fn verdicts(&self) -> Verdicts {
        self.scratch.verdicts()
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_security_update_waits_until_it_is_installed() {
    let supplied = Supplied::new();
    let (old, new) = (supplied.build("1.0"), supplied.build("1.1"));
    let offer = || supplied.offer(SECURITY, &[&old, &new]);
    assert_snapshot!(flip(|| supplied.verdicts(), offer, || supplied.install(&new)), @"security-updates-pending: pass -> fail");
}

#[test]
fn an_ordinary_update_is_no_security_update() {
    let supplied = Supplied::new();
    let (old, new) = (supplied.build("1.0"), supplied.build("1.1"));
    let offer = || supplied.offer(MAIN, &[&old, &new]);
    assert_snapshot!(flip(|| supplied.verdicts(), offer, || supplied.install(&new)), @"updates-pending: pass -> fail");
}

#[test]
fn a_package_is_held_back() {
    let supplied = Supplied::new();
    let edit = |old, new| supplied.scratch.replace("/var/lib/dpkg/status", old, new);
    let package = "Package: praxis-demo\nStatus: ";
    let (free, held) = (format!("{package}install"), format!("{package}hold"));
    assert_snapshot!(flip(|| supplied.verdicts(), || edit(&free, &held), || edit(&held, &free)), @"package-held-back: pass -> fail");
}

#[test]
fn an_installation_broke_off() {
    let supplied = Supplied::new();
    let edit = |old, new| supplied.scratch.replace("/var/lib/dpkg/status", old, new);
    let package = "Package: praxis-demo\nStatus: install ok ";
    let (whole, broken) = (format!("{package}installed"), format!("{package}half-configured"));
    assert_snapshot!(flip(|| supplied.verdicts(), || edit(&whole, &broken), || edit(&broken, &whole)), @"package-broken: pass -> fail");
}

#[test]
fn automatic_updates_are_switched_off() {
    let supplied = Supplied::new();
    let (on, off) = ("Unattended-Upgrade \"1\"", "Unattended-Upgrade \"0\"");
    let edit = |old, new| supplied.scratch.replace(AUTO_UPGRADES, old, new);
    assert_snapshot!(flip(|| supplied.verdicts(), || edit(on, off), || edit(off, on)), @"
    automatic-updates-not-running: pass -> not_applicable
    automatic-updates-off: pass -> fail
    ");
}

#[test]
fn automatic_updates_no_longer_run() {
    let supplied = Supplied::new();
    let remove = || supplied.scratch.remove(TIMER.0);
    let back = || supplied.scratch.link(TIMER.0, TIMER.1);
    assert_snapshot!(flip(|| supplied.verdicts(), remove, back), @"automatic-updates-not-running: pass -> fail");
}

#[test]
fn the_lists_have_not_been_fetched_for_long() {
    let supplied = Supplied::new();
    let touch = |time: SystemTime| {
        let lists = fs::File::open(supplied.scratch.path("/var/lib/apt/lists")).expect("apt-get made it");
        lists.set_modified(time).expect("it is ours");
    };
    let now = SystemTime::now();
    let long_ago = now - Duration::from_secs(90 * 24 * 60 * 60);
    assert_snapshot!(flip(|| supplied.verdicts(), || touch(long_ago), || touch(now)), @"
    security-updates-pending: pass -> not_applicable
    update-check-stale: pass -> fail
    updates-pending: pass -> not_applicable
    ");
}

#[test]
fn the_version_is_out_of_support() {
    let supplied = Supplied::new();
    let edit = |old, new| supplied.scratch.replace("/etc/os-release", old, new);
    let (new, old) = ("VERSION_ID=\"99\"", "VERSION_ID=\"9\"");
    assert_snapshot!(flip(|| supplied.verdicts(), || edit(new, old), || edit(old, new)), @"
    os-out-of-support: unknown: not_supported -> fail
    os-support-ending: unknown: not_supported -> not_applicable
    ");
}
