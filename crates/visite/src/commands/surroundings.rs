//! What a report on a scan needs besides what the scan saw: the practice's zones, and what is different from an earlier
//! scan.

use std::net::IpAddr;
use visite_facts::scan::ScanSection;
use visite_report::{Asked, Changes, Room, Surroundings};
use visite_target::Practice;

/// Zones as rooms, and the changes since `earlier`; `aimed` tells which addresses the present scan was to look at, `asked`
/// which ports.
pub fn surroundings(
    practice: Option<&Practice>,
    earlier: Option<&ScanSection>,
    now: &ScanSection,
    aimed: &dyn Fn(IpAddr) -> bool,
    asked: Option<Asked>,
) -> Surroundings {
    let zones = practice.into_iter().flat_map(|practice| practice.zones.iter().flatten());
    let rooms = zones.filter_map(|zone| {
        let networks: Vec<_> = zone.networks.iter().flatten().map(|network| network.0).collect();
        (!networks.is_empty()).then(|| Room { name: zone.name.clone(), kind: zone.kind, networks })
    });
    let changes = earlier.map(|earlier| Changes::between(earlier, now, aimed));
    Surroundings { rooms: rooms.collect(), changes, asked }
}
