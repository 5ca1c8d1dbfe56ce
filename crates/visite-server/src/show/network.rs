//! The network: the floor plan of the newest scan, and the wall sockets.

use super::load::Reader;
use crate::pages::{network, sockets};
use crate::web::refusal::Refusal;
use axum::response::Response;
use maud::Markup;
use visite_facts::scan::ScanSection;
use visite_report::{Changes, Room, Surroundings};

/// `GET /p/{practice}/network`
pub async fn show(reader: Reader) -> Result<Markup, Refusal> {
    let assessment = reader.assessment().await?;
    let scans = reader.scans(SCANS).await?;
    let scan = scans.first();
    let around = scan.map(|scan| surroundings(&reader, scan, &scans[1..])).unwrap_or_default();
    let view = network::View { assessment: assessment.as_ref(), scan, around: &around };
    Ok(reader.show(|frame| network::page(frame, &view)))
}

/// Scans that are looked through for one of the same networks.
pub const SCANS: u64 = 20;

/// The zones of the practice file, and what is different from the last of the `earlier` scans of the same networks.
pub fn surroundings(reader: &Reader, scan: &ScanSection, earlier: &[ScanSection]) -> Surroundings {
    let practice = reader.practice_file();
    let zones = practice.iter().flat_map(|practice| practice.zones.iter().flatten());
    let rooms = zones.filter_map(|zone| {
        let networks: Vec<_> = zone.networks.iter().flatten().map(|network| network.0).collect();
        (!networks.is_empty()).then(|| Room { name: zone.name.clone(), kind: zone.kind, networks })
    });
    // Only scans of the same targets are compared, so every address of the earlier one was asked again.
    let same = earlier.iter().find(|earlier| earlier.record.targets == scan.record.targets);
    Surroundings {
        rooms: rooms.collect(),
        changes: same.map(|earlier| Changes::between(earlier, scan, &|_| true)),
        asked: None,
    }
}

/// `GET /p/{practice}/sockets`: none is measured yet, and the page says how.
pub async fn sockets(reader: Reader) -> Result<Markup, Refusal> {
    Ok(reader.show(|frame| sockets::page(frame, &[])))
}

/// `GET /p/{practice}/sockets.csv`
pub async fn sockets_file(reader: Reader) -> Result<Response, Refusal> {
    Ok(reader.csv("sockets", |frame| sockets::table(frame, &[])))
}
