//! Whether the running system has a machine of its own, a virtual one, or shares a kernel as a container.
//!
//! For `host.os`. It asks the marks that systemd-detect-virt(1) asks too, through files only, so that it answers the
//! same for an ordinary user; what is not certain stays unknown.

use crate::machine::{Machine, ReadFailure};
use visite_facts::facts::MachineKind;
use visite_facts::{Known, Observed, Unknown, UnknownReason};

/// Parts of firmware strings that only virtual machines have, after the tables of systemd-detect-virt.
///
/// "Amazon EC2" is missing on purpose: rented machines without a hypervisor carry it too.
const VIRTUAL_FIRMWARE: &[&str] = &[
    "KVM",
    "OpenStack",
    "KubeVirt",
    "QEMU",
    "VMware",
    "VMW",
    "innotek GmbH",
    "VirtualBox",
    "Xen",
    "Bochs",
    "Parallels",
    "BHYVE",
    "Hyper-V",
    "Apple Virtualization",
    "Google Compute Engine",
];

/// What a processor list says about a hypervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hypervisor {
    /// The processor says that one is below it.
    Present,
    /// It lists what it can do, and a hypervisor is not in it.
    Absent,
    /// It lists nothing of the kind.
    NotTold,
}

/// The kind of the running machine; another root has none.
pub fn machine_kind(machine: &Machine) -> Observed<MachineKind> {
    if !machine.is_live() {
        return Unknown(UnknownReason::NotSupported);
    }
    if is_container(machine) {
        return Known(MachineKind::Container);
    }
    // Xen's own administration system sees a hypervisor below it, yet it is the one that drives the hardware.
    if machine.read("/proc/xen/capabilities").is_ok_and(|text| text.contains("control_d")) {
        return Known(MachineKind::Physical);
    }
    let firmware = firmware_is_virtual(machine);
    let processor = parse_cpuinfo(&machine.read("/proc/cpuinfo").unwrap_or_default());
    let hypervisor_named = machine.exists("/sys/hypervisor/type") == Ok(true);
    match (firmware.or_else(|| device_tree_is_virtual(machine)), processor) {
        (Some(true), _) | (_, Hypervisor::Present) => Known(MachineKind::Virtual),
        _ if hypervisor_named => Known(MachineKind::Virtual),
        (Some(false), _) | (None, Hypervisor::Absent) => Known(MachineKind::Physical),
        (None, Hypervisor::NotTold) => Unknown(UnknownReason::NotSupported),
    }
}

fn is_container(machine: &Machine) -> bool {
    if machine.exists("/run/systemd/container") == Ok(true) {
        return true;
    }
    let engine_left_mark = ["/.dockerenv", "/run/.containerenv"].iter().any(|path| machine.exists(path) == Ok(true));
    // A virtual machine made from a container image keeps the mark; a real container also has files mounted into /etc.
    if engine_left_mark {
        return machine.read("/proc/self/mountinfo").map_or(true, |text| parse_mountinfo(&text));
    }
    // Only root may read it; without it, an engine that leaves no mark stays unseen.
    machine
        .read_bytes("/proc/1/environ")
        .is_ok_and(|bytes| bytes.split(|byte| *byte == 0).any(|entry| entry.starts_with(b"container=")))
}

/// Whether files are mounted into `/etc` as Docker and Podman do for every container, proc_pid_mountinfo(5).
pub fn parse_mountinfo(text: &str) -> bool {
    const MOUNTED: [&str; 3] = ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf"];
    text.lines().filter_map(|line| line.split(' ').nth(4)).any(|point| MOUNTED.contains(&point))
}

/// Looks for the `hypervisor` flag of x86 processors in `/proc/cpuinfo`.
pub fn parse_cpuinfo(text: &str) -> Hypervisor {
    let flags = text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == "flags").then_some(value)
    });
    match flags {
        None => Hypervisor::NotTold,
        Some(flags) if flags.split_whitespace().any(|flag| flag == "hypervisor") => Hypervisor::Present,
        Some(_) => Hypervisor::Absent,
    }
}

/// Whether the firmware describes a virtual machine; `None` if there is no description.
fn firmware_is_virtual(machine: &Machine) -> Option<bool> {
    let read = |name: &str| machine.read(&format!("/sys/class/dmi/id/{name}")).ok();
    let vendor = read("sys_vendor");
    let product = read("product_name");
    let told: Vec<&str> = [&vendor, &product].into_iter().flatten().map(|text| text.trim()).collect();
    if told.iter().all(|text| text.is_empty()) {
        return None;
    }
    let others = [read("board_vendor"), read("bios_vendor")];
    let all = told.iter().copied().chain(others.iter().flatten().map(|text| text.trim()));
    Some(is_virtual_firmware(all) || is_hyper_v(vendor.as_deref(), product.as_deref()))
}

fn is_virtual_firmware<'a>(mut texts: impl Iterator<Item = &'a str>) -> bool {
    texts.any(|text| VIRTUAL_FIRMWARE.iter().any(|mark| text.starts_with(mark)))
}

/// Microsoft also builds notebooks, so that its name alone says nothing.
fn is_hyper_v(vendor: Option<&str>, product: Option<&str>) -> bool {
    vendor.is_some_and(|vendor| vendor.trim() == "Microsoft Corporation")
        && product.is_some_and(|product| product.trim() == "Virtual Machine")
}

/// Boards without DMI, mostly ARM, describe themselves in the device tree.
fn device_tree_is_virtual(machine: &Machine) -> Option<bool> {
    const BASE: &str = "/sys/firmware/devicetree/base";
    if machine.exists(&format!("{BASE}/hypervisor/compatible")) == Ok(true) {
        return Some(true);
    }
    match machine.read(&format!("{BASE}/model")) {
        Ok(model) => Some(model.contains("dummy-virt")),
        Err(ReadFailure::Absent) => None,
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_flag_of_the_processor_tells() {
        assert_eq!(parse_cpuinfo("processor\t: 0\nflags\t\t: fpu sse hypervisor lm\n"), Hypervisor::Present);
        assert_eq!(parse_cpuinfo("flags\t\t: fpu hypervisor_x\n"), Hypervisor::Absent);
        assert_eq!(parse_cpuinfo("Features\t: fp asimd\n"), Hypervisor::NotTold);
    }

    #[test]
    fn containers_have_files_mounted_into_etc() {
        let docker = "1 0 0:5 / / rw - overlay overlay rw\n2 1 254:1 /x/hosts /etc/hosts rw - ext4 /dev/vda1 rw\n";
        assert!(parse_mountinfo(docker));
        assert!(!parse_mountinfo("23 1 254:0 / / rw,relatime - ext4 /dev/root rw\n"));
    }

    #[test]
    fn firmware_of_virtual_machines_is_known() {
        let virtual_ = |texts: &[&str]| is_virtual_firmware(texts.iter().copied());
        assert!(virtual_(&["QEMU", "Standard PC (Q35 + ICH9, 2009)"]));
        assert!(virtual_(&["VMware, Inc.", "VMware20,1"]));
        assert!(!virtual_(&["LENOVO", "20XW", "LENOVO"]));
        assert!(is_hyper_v(Some("Microsoft Corporation\n"), Some("Virtual Machine\n")));
        assert!(!is_hyper_v(Some("Microsoft Corporation\n"), Some("Surface Laptop 5\n")));
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            parse_cpuinfo(&text);
            parse_mountinfo(&text);
        }
    }
}
