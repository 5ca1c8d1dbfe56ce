//! Asking the neighbours for names. The fact `host.name_resolution`.
//!
//! Sources: Microsoft Learn, "Policy CSP – ADMX_DnsClient" (`EnableMulticast`), "NetbiosOptions" of NetBT (0 as the DHCP server
//! says, 1 on, 2 off).

use super::Collector;
use super::recording::{Recording, or_default};
use super::wanted::Wanted;
use jiff::Timestamp;
use visite_facts::facts::NameResolution;
use visite_facts::{Known, Observed, Snapshot, Unknown};

const POLICY: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\DNSClient";
const DNS: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\Dnscache\Parameters";
const INTERFACES: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\NetBT\Parameters\Interfaces";

/// Collects `host.name_resolution`.
pub struct NameResolutionCollector;

impl Collector for NameResolutionCollector {
    fn name(&self) -> &'static str {
        "windows.name_resolution"
    }

    fn wants(&self) -> &'static [Wanted] {
        &[
            Wanted::Values(POLICY, &["EnableMulticast"]),
            Wanted::Values(DNS, &["EnableMDNS"]),
            Wanted::Values(
                r"HKLM\SYSTEM\CurrentControlSet\Services\NetBT\Parameters\Interfaces\*",
                &["NetbiosOptions"],
            ),
        ]
    }

    fn understand(&self, recording: &Recording, _now: Timestamp, snapshot: &mut Snapshot) {
        snapshot.put(&NameResolution {
            llmnr: or_default(recording.number(POLICY, "EnableMulticast"), 1).map(|number| number != 0),
            multicast_dns: or_default(recording.number(DNS, "EnableMDNS"), 1).map(|number| number != 0),
            netbios_connections: netbios(recording),
        });
    }
}

fn netbios(recording: &Recording) -> Observed<i64> {
    let interfaces = match recording.keys(INTERFACES) {
        Ok(interfaces) => interfaces,
        Err(reason) => return Unknown(reason),
    };
    let mut on = 0;
    for interface in interfaces {
        match recording.number(&format!("{INTERFACES}\\{interface}"), "NetbiosOptions") {
            Ok(Some(2)) => {}
            Ok(_) => on += 1,
            Err(reason) => return Unknown(reason),
        }
    }
    Known(on)
}
