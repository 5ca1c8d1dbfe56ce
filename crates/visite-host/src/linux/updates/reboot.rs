//! Whether installed updates wait for a restart.
//!
//! For `reboot_needed`. On Debian and relatives the mark of the distribution counts, and beside it the running kernel is
//! compared with the installed ones, because plain Debian makes no mark. Programs that still use replaced libraries are
//! deliberately not searched for: that needs the memory maps of all processes.

use crate::linux::dpkg::DpkgStatus;
use crate::linux::machine_kind::machine_kind;
use crate::machine::Machine;
use std::cmp::Ordering;
use visite_facts::facts::{MachineKind, Package};
use visite_facts::{Known, Observed, Unknown, UnknownReason};

/// The mark that packages leave, under its present and its older name.
const MARKS: [&str; 2] = ["/run/reboot-required", "/var/run/reboot-required"];

/// Whether a system with dpkg waits for a restart. Another root does not run, so that nothing can wait.
pub(super) fn needed_by_debian(machine: &Machine, status: &DpkgStatus) -> Observed<bool> {
    if !machine.is_live() {
        return Unknown(UnknownReason::NotSupported);
    }
    if MARKS.iter().any(|path| machine.exists(path) == Ok(true)) {
        return Known(true);
    }
    if machine_kind(machine) == Known(MachineKind::Container) {
        return Unknown(UnknownReason::NotSupported);
    }
    let uname = rustix::system::uname();
    kernel_waits(status, &uname.release().to_string_lossy(), &uname.version().to_string_lossy())
}

/// Whether a newer kernel than the running one is installed.
fn kernel_waits(status: &DpkgStatus, release: &str, build: &str) -> Observed<bool> {
    let newer = |package: &Package| {
        let installed = package.name.known().and_then(|name| kernel_release(name));
        installed.is_some_and(|installed| {
            flavour(installed) == flavour(release) && compare_versions(installed, release) == Ordering::Greater
        })
    };
    if status.present().any(newer) {
        return Known(true);
    }
    let names = [format!("linux-image-{release}"), format!("linux-image-unsigned-{release}")];
    let running = names.iter().find_map(|name| status.installed(name));
    // A kernel from elsewhere, such as the one a hoster starts, is not updated by packages.
    let Some(version) = running.and_then(|package| package.version.known()) else {
        return Unknown(UnknownReason::NotSupported);
    };
    // Debian corrects a kernel without giving it a new release; then only the build tells them apart.
    let rebuilt = |running: &str| compare_versions(without_rebuild(version), running) == Ordering::Greater;
    Known(parse_kernel_build(build).is_some_and(rebuilt))
}

/// `6.1.0-44-amd64` of `linux-image-6.1.0-44-amd64`; nothing for meta packages and debugging symbols.
fn kernel_release(package: &str) -> Option<&str> {
    let release = package.strip_prefix("linux-image-")?;
    let release = release.strip_prefix("unsigned-").unwrap_or(release);
    (release.starts_with(|c: char| c.is_ascii_digit()) && !release.ends_with("-dbg")).then_some(release)
}

/// `cloud-amd64` of `6.1.0-44-cloud-amd64`: only kernels of one flavour replace each other.
fn flavour(release: &str) -> &str {
    let mut rest = release;
    while rest.starts_with(|c: char| c.is_ascii_digit()) {
        rest = rest.split_once('-').map_or("", |(_, rest)| rest);
    }
    rest
}

/// The package version in the build of a Debian kernel: `#1 SMP PREEMPT_DYNAMIC Debian 6.1.170-3 (2026-05-01)`.
/// Other distributions do not write it.
pub fn parse_kernel_build(build: &str) -> Option<&str> {
    let mut words = build.split_whitespace().skip_while(|word| *word != "Debian").skip(1);
    words.next().filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

/// A version without the `+b1` of a package that was only built again.
fn without_rebuild(version: &str) -> &str {
    match version.rsplit_once("+b") {
        Some((before, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => before,
        _ => version,
    }
}

/// Compares versions as dpkg does, without an epoch: texts and numbers in turn, `~` before everything,
/// deb-version(7) "Sorting algorithm".
pub fn compare_versions(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    while !left.is_empty() || !right.is_empty() {
        let (left_text, right_text) = (take(&mut left, false), take(&mut right, false));
        let (left_number, right_number) = (take(&mut left, true), take(&mut right, true));
        let order = compare_texts(left_text, right_text).then_with(|| compare_numbers(left_number, right_number));
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// Cuts off the leading part that consists of digits, or of anything else.
fn take<'a>(rest: &mut &'a [u8], digits: bool) -> &'a [u8] {
    let end = rest.iter().position(|byte| byte.is_ascii_digit() != digits).unwrap_or(rest.len());
    let (part, after) = rest.split_at(end);
    *rest = after;
    part
}

fn compare_texts(left: &[u8], right: &[u8]) -> Ordering {
    let weight = |byte: Option<&u8>| match byte {
        Some(b'~') => -1,
        None => 0,
        Some(byte) if byte.is_ascii_alphabetic() => i32::from(*byte),
        Some(byte) => i32::from(*byte) + 256,
    };
    let length = left.len().max(right.len());
    (0..length)
        .map(|at| weight(left.get(at)).cmp(&weight(right.get(at))))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn compare_numbers(left: &[u8], right: &[u8]) -> Ordering {
    let significant = |digits: &[u8]| digits.iter().position(|byte| *byte != b'0').unwrap_or(digits.len());
    let (left, right) = (&left[significant(left)..], &right[significant(right)..]);
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linux::dpkg::parse_dpkg_status;
    use proptest::prelude::*;

    const BUILD: &str = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.170-1 (2026-05-01)";
    const RELEASE: &str = "6.1.0-44-amd64";

    fn check(installed: &[(&str, &str)], release: &str, build: &str, expect: Observed<bool>) {
        let stanza = |(name, version): &(&str, &str)| {
            format!("Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n")
        };
        let text: String = installed.iter().map(stanza).collect();
        assert_eq!(kernel_waits(&parse_dpkg_status(&text), release, build), expect, "{installed:?}");
    }

    #[test]
    fn the_running_kernel_is_the_newest() {
        check(&[("linux-image-6.1.0-44-amd64", "6.1.170-1")], RELEASE, BUILD, Known(false));
        check(&[("linux-image-6.1.0-44-amd64", "6.1.170-1+b1")], RELEASE, BUILD, Known(false));
        let both = [("linux-image-6.1.0-44-amd64", "6.1.170-1"), ("linux-image-6.1.0-9-amd64", "6.1.27-1")];
        check(&both, RELEASE, BUILD, Known(false));
    }

    #[test]
    fn a_newer_kernel_waits() {
        let both = [("linux-image-6.1.0-44-amd64", "6.1.170-1"), ("linux-image-6.1.0-100-amd64", "6.1.200-1")];
        check(&both, RELEASE, BUILD, Known(true));
        check(&[("linux-image-6.1.0-44-amd64", "6.1.170-3")], RELEASE, BUILD, Known(true));
        let ubuntu = [("linux-image-5.15.0-85-generic", "5.15.0-85.95"), ("linux-image-6.2.0-1-generic", "6.2.0-1.1")];
        check(&ubuntu, "5.15.0-85-generic", "#95-Ubuntu SMP Wed Sep 6 2023", Known(true));
        check(&ubuntu, "6.2.0-1-generic", "#1-Ubuntu SMP Wed Sep 6 2023", Known(false));
    }

    #[test]
    fn other_flavours_and_packages_do_not_count() {
        let others = [
            ("linux-image-6.1.0-44-amd64", "6.1.170-1"),
            ("linux-image-6.1.0-45-rt-amd64", "6.1.171-1"),
            ("linux-image-6.1.0-45-amd64-dbg", "6.1.171-1"),
            ("linux-image-amd64", "6.1.171-1"),
        ];
        check(&others, RELEASE, BUILD, Known(false));
    }

    #[test]
    fn a_kernel_from_elsewhere_tells_nothing() {
        check(&[("bash", "5")], "6.18.44-fc", "#1 SMP @0", Unknown(UnknownReason::NotSupported));
    }

    #[test]
    fn versions_compare_as_in_dpkg() {
        let falling = ["6.1.0-100", "6.1.0-44", "6.1.0-9", "6.1.0", "6.1.0~rc1", "6.0"];
        for pair in falling.windows(2) {
            assert_eq!(compare_versions(pair[0], pair[1]), Ordering::Greater, "{pair:?}");
            assert_eq!(compare_versions(pair[1], pair[0]), Ordering::Less, "{pair:?}");
        }
        assert_eq!(compare_versions("1.01", "1.1"), Ordering::Equal);
        assert_eq!(compare_versions("1.0", "1.0-0"), Ordering::Less);
    }

    proptest! {
        #[test]
        fn never_panics(left in any::<String>(), right in any::<String>()) {
            prop_assert_eq!(compare_versions(&left, &right), compare_versions(&right, &left).reverse());
            parse_kernel_build(&left);
            flavour(&left);
        }
    }
}
