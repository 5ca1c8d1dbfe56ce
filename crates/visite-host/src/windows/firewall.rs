//! The firewall of Windows for each kind of network. The fact `host.firewall_profiles`.
//!
//! A policy counts before the setting of the computer. Source: \[MS-GPFAS\] 2.2.2 (`EnableFirewall`, `DefaultInboundAction`: 1 blocks).
//! The profile "private" is called `StandardProfile` in the registry.

use super::Collector;
use super::recording::Recording;
use super::wanted::Wanted;
use jiff::Timestamp;
use visite_facts::facts::{DefaultAction, FirewallProfile};
use visite_facts::{Collection, Completeness, Known, Snapshot, Unknown, UnknownReason};

const POLICY: &str = r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall";
const OWN: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy";
const PROFILES: &[(&str, &str, &str)] = &[
    ("domain", "DomainProfile", "DomainProfile"),
    // In policies both names are in use.
    ("private", "PrivateProfile", "StandardProfile"),
    ("public", "PublicProfile", "PublicProfile"),
];

/// Collects `host.firewall_profiles`.
pub struct FirewallCollector;

impl Collector for FirewallCollector {
    fn name(&self) -> &'static str {
        "windows.firewall"
    }

    fn wants(&self) -> &'static [Wanted] {
        const VALUES: &[&str] = &["EnableFirewall", "DefaultInboundAction"];
        &[
            Wanted::Values(r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall\DomainProfile", VALUES),
            Wanted::Values(r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall\PrivateProfile", VALUES),
            Wanted::Values(r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall\StandardProfile", VALUES),
            Wanted::Values(r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall\PublicProfile", VALUES),
            Wanted::Values(
                r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\DomainProfile",
                VALUES,
            ),
            Wanted::Values(
                r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\StandardProfile",
                VALUES,
            ),
            Wanted::Values(
                r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile",
                VALUES,
            ),
        ]
    }

    fn understand(&self, recording: &Recording, _now: Timestamp, snapshot: &mut Snapshot) {
        let records = PROFILES.iter().map(|profile| of_profile(recording, profile)).collect();
        snapshot.put_all(&Collection { records, completeness: Completeness::Complete });
    }
}

fn of_profile(recording: &Recording, (word, policy, own): &(&str, &str, &str)) -> FirewallProfile {
    let places = [format!(r"{POLICY}\{policy}"), format!(r"{POLICY}\{own}"), format!(r"{OWN}\{own}")];
    // The number, and whether a policy says it.
    let setting = |name: &str| -> Result<Option<(i64, bool)>, UnknownReason> {
        for (index, place) in places.iter().enumerate() {
            if let Some(number) = recording.number(place, name)? {
                return Ok(Some((number, index < 2)));
            }
        }
        Ok(None)
    };
    let enabled = setting("EnableFirewall");
    let incoming = setting("DefaultInboundAction");
    FirewallProfile {
        profile: Known((*word).to_owned()),
        by_policy: match enabled {
            Ok(Some((_, by_policy))) => Known(by_policy),
            Ok(None) => Known(false),
            Err(reason) => Unknown(reason),
        },
        enabled: match enabled {
            Ok(Some((number, _))) => Known(number != 0),
            // Windows writes it when it is installed.
            Ok(None) => Unknown(UnknownReason::NotSupported),
            Err(reason) => Unknown(reason),
        },
        incoming: match incoming {
            // Without a setting what no rule names is blocked.
            Ok(Some((0, _))) => Known(DefaultAction::Accept),
            Ok(_) => Known(DefaultAction::Block),
            Err(reason) => Unknown(reason),
        },
    }
}
