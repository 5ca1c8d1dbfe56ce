//! Packages that the package manager has installed. The fact `host.packages`.
//!
//! For checks of single packages and for everything that compares versions with known holes. Programs installed past
//! the package manager, and Snap and Flatpak, are deliberately absent: they have other names, versions and sources.

use super::os_release::OsRelease;
use super::{dpkg, rpm};
use crate::collectors::Collector;
use crate::machine::{Machine, ReadFailure};
use jiff::Timestamp;
use std::collections::BTreeMap;
use visite_facts::facts::{Package, PackageManager};
use visite_facts::{Collection, Known, Snapshot, UnknownReason};

/// Collects `host.packages`.
pub struct PackagesCollector;

impl Collector for PackagesCollector {
    fn name(&self) -> &'static str {
        "linux.packages"
    }

    fn collect(&self, machine: &Machine, _now: Timestamp, snapshot: &mut Snapshot) {
        let packages = match package_manager(machine) {
            Some(PackageManager::Apt) => dpkg::packages(machine, &mut snapshot.problems),
            Some(PackageManager::Dnf | PackageManager::Zypper) => rpm::packages(machine, &mut snapshot.problems),
            Some(PackageManager::WindowsUpdate) | None => {
                Collection::incomplete(Vec::new(), UnknownReason::NotSupported)
            }
        };
        snapshot.put_all(&packages);
    }
}

/// The package manager of the system; `None` if it has none that we know.
///
/// Debian carries `rpm` as a tool and Fedora `dpkg`, so that the distribution's own word decides where both are there.
pub fn package_manager(machine: &Machine) -> Option<PackageManager> {
    // Where dpkg is only a tool, its database is empty.
    let has_dpkg = match machine.read_bytes(dpkg::STATUS_PATH) {
        Ok(bytes) => !bytes.is_empty(),
        Err(failure) => failure != ReadFailure::Absent,
    };
    let has_rpm = rpm::database(machine).is_some();
    let is_rpm_family = || {
        let release = OsRelease::read(machine).map(|(_, release)| release).unwrap_or_default();
        ["fedora", "rhel", "centos", "suse", "opensuse", "mageia"].iter().any(|family| release.is_like(family))
    };
    match (has_dpkg, has_rpm) {
        (false, false) => None,
        (true, false) => Some(PackageManager::Apt),
        (true, true) if !is_rpm_family() => Some(PackageManager::Apt),
        (_, true) if machine.exists("/etc/zypp") == Ok(true) => Some(PackageManager::Zypper),
        (_, true) => Some(PackageManager::Dnf),
    }
}

/// Tells packages of the same name apart, because the name is the key of the fact.
///
/// Two architectures become `name:arch`, as dpkg writes it. Several versions of one architecture, which rpm keeps of
/// kernels, become `name-version`, as rpm writes it.
pub(super) fn tell_apart(packages: &mut [Package]) {
    number_of_each(packages, |package, twins| {
        if let (true, Some(arch)) = (twins.architectures > 1, package.architecture.known()) {
            package.name = Known(format!("{}:{arch}", twins.name));
        }
    });
    number_of_each(packages, |package, twins| {
        if let (true, Some(version)) = (twins.records > 1, package.version.known()) {
            package.name = Known(format!("{}-{version}", twins.name));
        }
    });
}

struct Twins<'a> {
    name: &'a str,
    records: usize,
    architectures: usize,
}

fn number_of_each(packages: &mut [Package], rename: impl Fn(&mut Package, &Twins<'_>)) {
    let mut seen: BTreeMap<String, BTreeMap<Option<String>, usize>> = BTreeMap::new();
    for package in packages.iter() {
        let name = package.name.known().cloned().unwrap_or_default();
        *seen.entry(name).or_default().entry(package.architecture.known().cloned()).or_default() += 1;
    }
    for package in packages {
        let Some(name) = package.name.known().cloned() else { continue };
        let Some(of_name) = seen.get(&name) else { continue };
        let twins = Twins { name: &name, records: of_name.values().sum(), architectures: of_name.len() };
        rename(package, &twins);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, version: &str, architecture: &str) -> Package {
        Package {
            name: Known(name.to_owned()),
            version: Known(version.to_owned()),
            architecture: Known(architecture.to_owned()),
            ..Package::default()
        }
    }

    #[test]
    fn twins_get_names_of_their_own() {
        let mut packages = vec![
            named("bash", "5.2-1", "amd64"),
            named("libc6", "2.36-9", "amd64"),
            named("libc6", "2.36-9", "i386"),
            named("kernel", "6.1-1", "x86_64"),
            named("kernel", "6.1-2", "x86_64"),
        ];
        tell_apart(&mut packages);
        let names: Vec<_> = packages.iter().filter_map(|package| package.name.known()).collect();
        assert_eq!(names, ["bash", "libc6:amd64", "libc6:i386", "kernel-6.1-1", "kernel-6.1-2"]);
    }
}
