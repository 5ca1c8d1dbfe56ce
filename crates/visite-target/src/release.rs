//! Releases: the written permission to examine networks, without which nothing active is ever sent.
//!
//! For every command that sends packets. A private address range is no permission: networks of joint practices,
//! laboratories and the telematics infrastructure use the same ranges. Deliberately absent: how fast may be sent, and
//! which classes of devices are left alone whatever is written here.

use crate::device::DeviceOwner;
use crate::formats::{DateText, FreeText};
use crate::ids::{PersonId, ReleaseId};
use crate::network::Network;
use ipnet::IpNet;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Permission to examine networks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "release")]
pub struct Release {
    /// Id, e.g. `freigabe-2026`.
    pub id: ReleaseId,
    /// Who allows it: id of a person.
    pub allowed_by: PersonId,
    /// Day on which it was allowed; it counts from then on.
    #[schemars(with = "DateText")]
    pub allowed_on: Date,
    /// Last day on which it counts.
    #[schemars(with = "DateText")]
    pub until: Date,
    /// Networks that may be examined.
    #[schemars(length(min = 1))]
    pub ranges: Vec<Network>,
    /// Whose devices are in these networks.
    #[schemars(length(min = 1))]
    pub device_owners: Vec<DeviceOwner>,
    /// The owners of devices and networks that are not the practice's own, and what is theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<FreeText>>")]
    pub named_owners: Option<Vec<String>>,
    /// Whether login attempts are allowed as well (SNMP community, anonymous FTP, guest share); no if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_attempts: Option<bool>,
}

impl Release {
    /// Whether it lets `network` be examined on `date`, all of it.
    pub fn covers(&self, network: IpNet, date: Date) -> bool {
        let in_time = self.allowed_on <= date && date <= self.until;
        // Two ranges side by side cover what lies across both.
        let ranges: Vec<IpNet> = self.ranges.iter().map(|range| range.0).collect();
        in_time && IpNet::aggregate(&ranges).iter().any(|range| range.contains(&network))
    }

    /// Whether login attempts are allowed as well.
    pub fn allows_login_attempts(&self) -> bool {
        self.login_attempts == Some(true)
    }
}

/// Whether a range is too wide to be one practice's network: wider than /16, or /48 for IPv6.
pub(crate) fn is_too_wide(range: IpNet) -> bool {
    match range {
        IpNet::V4(range) => range.prefix_len() < 16,
        IpNet::V6(range) => range.prefix_len() < 48,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_side_by_side_cover_what_lies_across_both() {
        let range = |text: &str| Network(text.parse().expect("a network"));
        let release = Release {
            id: "r1".parse().expect("an id"),
            allowed_by: "p1".parse().expect("an id"),
            allowed_on: Date::constant(2026, 1, 1),
            until: Date::constant(2026, 12, 31),
            ranges: ["10.77.0.32/28", "10.77.0.48/28", "10.77.0.80/28"].map(range).to_vec(),
            device_owners: vec![DeviceOwner::Practice],
            named_owners: None,
            login_attempts: None,
        };
        let covers = |network: &str| release.covers(network.parse().expect("a network"), Date::constant(2026, 5, 1));
        assert!(covers("10.77.0.32/27") && covers("10.77.0.40/29") && covers("10.77.0.80/28"));
        assert!(!covers("10.77.0.64/27") && !covers("10.77.0.0/26") && !covers("10.77.0.64/28"));
    }
}
