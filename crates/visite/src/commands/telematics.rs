//! Refuses targets that no scan may touch: the telematics infrastructure, and whatever is reached through a connector.

use crate::failure::{Failure, Kind};
use ipnet::IpNet;
use visite_scan::net::Connections;
use visite_scan::permission;
use visite_target::Practice;

/// Refuses `targets` of which any part belongs to it.
pub fn refuse(targets: &[IpNet], connections: &Connections, practice: Option<&Practice>) -> Result<(), Failure> {
    let Some(network) = permission::telematics(targets, connections, practice) else { return Ok(()) };
    let failure = Failure::new(
        Kind::Permission,
        format!("Das Ziel {network} gehört zur Telematikinfrastruktur oder liegt hinter dem Konnektor"),
        format!("the target {network} belongs to the telematics infrastructure or lies behind the connector"),
    );
    Err(failure.hint(
        "Visite untersucht nur Netze der Praxis. Nennen Sie diese einzeln.",
        "Visite examines networks of the practice only; name these one by one",
    ))
}
