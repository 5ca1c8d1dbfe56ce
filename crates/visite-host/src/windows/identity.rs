//! By what a Windows computer can be recognised.

use super::recording::{Recording, property};
use super::wanted::Wanted;
use visite_facts::{Identifier, IdentifierKind};

const CRYPTOGRAPHY: &str = r"HKLM\SOFTWARE\Microsoft\Cryptography";
const COMPUTER_NAME: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\ComputerName\ActiveComputerName";
const TCPIP: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters";
const PRODUCT: &str = r"root\cimv2:Win32_ComputerSystemProduct";
const BIOS: &str = r"root\cimv2:Win32_BIOS";
const CARDS: &str = r"root\cimv2:Win32_NetworkAdapter";

/// What has to be read.
pub const WANTED: &[Wanted] = &[
    Wanted::Values(CRYPTOGRAPHY, &["MachineGuid"]),
    Wanted::Values(COMPUTER_NAME, &["ComputerName"]),
    Wanted::Values(TCPIP, &["Hostname"]),
    Wanted::Rows {
        namespace: r"root\cimv2",
        class: "Win32_ComputerSystemProduct",
        properties: &["UUID"],
        condition: "",
    },
    Wanted::Rows { namespace: r"root\cimv2", class: "Win32_BIOS", properties: &["SerialNumber"], condition: "" },
    // Only real cards; those of tunnels and virtual networks come and go.
    Wanted::Rows {
        namespace: r"root\cimv2",
        class: "Win32_NetworkAdapter",
        properties: &["MACAddress", "PNPDeviceID"],
        condition: "PhysicalAdapter = TRUE",
    },
];

/// Identifiers of the computer, and its name for people.
pub fn identify(recording: &Recording) -> (Vec<Identifier>, String) {
    let mut identifiers = Vec::new();
    let guid = recording.text(CRYPTOGRAPHY, "MachineGuid").ok().flatten();
    // The same form as the machine id of Linux: a secret of the computer, of which only a hash is kept.
    identifiers.extend(guid.map(|guid| guid.replace('-', "")).as_deref().and_then(Identifier::machine_id));
    let firmware = [(PRODUCT, "UUID", IdentifierKind::SmbiosUuid), (BIOS, "SerialNumber", IdentifierKind::Serial)];
    for (class, name, kind) in firmware {
        let value = recording.rows(class).ok().and_then(<[_]>::first).and_then(|row| property(row, name)?.text());
        identifiers.extend(value.and_then(|value| Identifier::new(kind, value)));
    }
    for row in recording.rows(CARDS).unwrap_or_default() {
        let text = |name| property(row, name).and_then(|data| data.text());
        // Cards of virtual machines and of docks stand on these buses as well; what hangs on `ROOT` is made by software.
        let real = text("PNPDeviceID").is_some_and(|place| !place.to_ascii_uppercase().starts_with("ROOT\\"));
        let address = text("MACAddress").filter(|_| real);
        identifiers.extend(address.and_then(|address| Identifier::new(IdentifierKind::Mac, address)));
    }
    identifiers.sort();
    identifiers.dedup();
    (identifiers, host_name(recording))
}

/// The computer's own name: that of TCP/IP, which people see, or the shorter one of NetBIOS; empty if neither is known.
pub fn host_name(recording: &Recording) -> String {
    let named = |path, value| recording.text(path, value).ok().flatten().filter(|name| !name.is_empty());
    named(TCPIP, "Hostname").or_else(|| named(COMPUTER_NAME, "ComputerName")).unwrap_or_default().to_lowercase()
}
