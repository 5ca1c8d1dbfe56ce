//! By what this computer is recognised: firmware UUID and serial, machine id, network cards, and its name.
//!
//! An ordinary user sees fewer identifiers than root; the derived id stays the same as long as the machine id can be
//! read, see [`visite_facts::identity`].

use crate::machine::Machine;
use visite_facts::{Identifier, IdentifierKind};

/// Identifiers of the computer, and its name for people.
pub fn identify(machine: &Machine) -> (Vec<Identifier>, String) {
    let mut identifiers = Vec::new();
    let machine_id = machine.read("/etc/machine-id").or_else(|_| machine.read("/var/lib/dbus/machine-id"));
    identifiers.extend(machine_id.ok().as_deref().and_then(Identifier::machine_id));
    if machine.is_live() {
        let firmware = [
            ("/sys/class/dmi/id/product_uuid", IdentifierKind::SmbiosUuid),
            ("/sys/class/dmi/id/product_serial", IdentifierKind::Serial),
        ];
        for (path, kind) in firmware {
            identifiers.extend(machine.read(path).ok().and_then(|value| Identifier::new(kind, &value)));
        }
        for card in machine.list("/sys/class/net").unwrap_or_default() {
            // Only real cards have a device behind them; bridges, tunnels and veth pairs come and go.
            if machine.exists(&format!("/sys/class/net/{card}/device")) == Ok(true) {
                let address = machine.read(&format!("/sys/class/net/{card}/address")).ok();
                identifiers.extend(address.and_then(|address| Identifier::new(IdentifierKind::Mac, &address)));
            }
        }
    }
    identifiers.sort();
    identifiers.dedup();
    (identifiers, host_name(machine))
}

/// The computer's own name: the kernel's for the running one, `/etc/hostname` for another root.
pub fn host_name(machine: &Machine) -> String {
    let name = if machine.is_live() {
        rustix::system::uname().nodename().to_string_lossy().into_owned()
    } else {
        parse_hostname(&machine.read("/etc/hostname").unwrap_or_default())
    };
    if name.is_empty() { "localhost".to_owned() } else { name }
}

/// First word of the first line that is no comment, hostname(5); at most 64 characters.
pub fn parse_hostname(text: &str) -> String {
    text.lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'))
        .and_then(|line| line.split_whitespace().next())
        .map(|name| name.chars().filter(|c| !c.is_control()).take(64).collect())
        .unwrap_or_default()
}
