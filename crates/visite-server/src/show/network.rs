//! The network: the floor plan of the newest scan, and the wall sockets.

use super::file::networks_of;
use super::load::Reader;
use crate::jobs::plan::{self, Kind, RELEASE};
use crate::login::first::stands_in_practice;
use crate::login::views::t;
use crate::pages::{network, sockets};
use crate::web::input::Input;
use crate::web::refusal::{Refusal, redirect};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::Markup;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use visite_facts::Word;
use visite_facts::scan::ScanSection;
use visite_report::{Changes, Room, Surroundings};
use visite_store::JobState;

/// Jobs that are looked through for scans at work.
const JOBS: u64 = 100;

/// Which release.
#[derive(Deserialize)]
pub struct ScanForm {
    release: String,
}

/// `GET /p/{practice}/network`
pub async fn show(reader: Reader) -> Result<Markup, Refusal> {
    page(&reader).await
}

async fn page(reader: &Reader) -> Result<Markup, Refusal> {
    let assessment = reader.assessment().await?;
    let scans = reader.scans(SCANS).await?;
    let scan = scans.first();
    let around = scan.map(|scan| surroundings(reader, scan, &scans[1..])).unwrap_or_default();
    let view =
        network::View { assessment: assessment.as_ref(), scan, around: &around, releases: &in_force(reader).await? };
    Ok(reader.show(|frame| network::page(frame, &view)))
}

/// The releases that count today, where this server may examine.
async fn in_force(reader: &Reader) -> Result<Vec<network::Release>, Refusal> {
    if !stands_in_practice(reader.app.store(), reader.practice.id()).await? {
        return Ok(Vec::new());
    }
    let Some(practice) = reader.practice_file() else { return Ok(Vec::new()) };
    let jobs = reader.practice.jobs(JOBS).await?;
    let running = |id: &str| {
        let found = jobs.iter().find(|job| {
            job.kind == Kind::Scan.word()
                && job.input.get(RELEASE).and_then(Json::as_str) == Some(id)
                && matches!(job.state, JobState::Waiting | JobState::Running)
                && job.due_at <= reader.now
        });
        found.map(|job| job.id.to_string())
    };
    let today = reader.today();
    let counts = practice.releases.iter().flatten().filter(|release| release.until >= today);
    let shown = counts.map(|release| network::Release {
        id: release.id.to_string(),
        networks: networks_of(release),
        until: release.until,
        running: running(release.id.as_str()),
    });
    Ok(shown.collect())
}

/// `POST /p/{practice}/network/scan`: examines the networks of a release, now.
pub async fn scan(reader: Reader, Input(form): Input<ScanForm>) -> Result<Response, Refusal> {
    let releases = in_force(&reader).await?;
    let Some(release) = releases.into_iter().find(|release| release.id == form.release) else {
        let (de, en) = match stands_in_practice(reader.app.store(), reader.practice.id()).await? {
            false => plan::ELSEWHERE,
            true => (
                "Diese Freigabe gilt nicht mehr. Bitte geben Sie das Netz in den Einstellungen neu frei.",
                "This release is not in force any more. Please release the network anew in the settings.",
            ),
        };
        let why = t(reader.lang, de, en);
        let page = page(&reader.telling(why)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    if let Some(job) = release.running {
        return Ok(redirect(&reader.to(&["jobs", &job])));
    }
    let by = reader.visitor.account.id.as_str();
    let job = plan::scan(&reader.practice, &release.id, Some(by), reader.now).await?;
    let event = reader.event("scan.started", json!({ "job": job, "release": release.id }));
    reader.app.store().append_audit(&event).await?;
    Ok(reader.done(&["jobs", job.as_str()], "scan"))
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
