//! All practices of somebody who looks after several, and making many of them from a file.

use super::desk::{Asked, Desk, csv, own_practices};
use super::import::{self, Row};
use super::load::{active, is_silent};
use super::provider::colleagues;
use crate::login::first::ACCESS_LASTS;
use crate::login::views::{ZONE, t};
use crate::pages::import::{Line, Preview, page as import_page};
use crate::pages::practices::{self, Filter};
use crate::web::access::READS;
use crate::web::app::App;
use crate::web::input::{Input, Upload};
use crate::web::refusal::{Refusal, redirect};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use maud::Markup;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use visite_facts::{Severity, Word};
use visite_report::overview::Urgency;
use visite_store::{AuditEvent, NewPractice, Overview, PracticeId, Role, Site, SiteId, StoreError};

/// Largest file of practices, in bytes.
pub const MOST_BYTES: usize = 1024 * 1024;

/// The practices that the reader has a role in, in numbers.
async fn rows(desk: &Desk) -> Result<Vec<practices::Row>, Refusal> {
    let own = own_practices(&desk.app, &desk.visitor).await?;
    let readable: BTreeSet<PracticeId> = own
        .into_iter()
        .filter(|membership| READS.contains(&membership.role))
        .map(|membership| membership.practice)
        .collect();
    in_numbers(&desk.app, desk.now, &readable).await
}

/// The practices among `readable` in numbers, by name.
///
/// # Errors
///
/// If the store does not answer.
pub async fn in_numbers(
    app: &App,
    now: Timestamp,
    readable: &BTreeSet<PracticeId>,
) -> Result<Vec<practices::Row>, Refusal> {
    let mut rows = Vec::new();
    for seen in app.store().overview().await? {
        if readable.contains(&seen.practice.id) {
            let silent = silent(app, now, &seen).await?;
            rows.push(row(seen, silent));
        }
    }
    Ok(rows)
}

/// How many agents were not heard for longer than planned. They are only counted where there can be one.
///
/// # Errors
///
/// If the store does not answer.
pub async fn silent(app: &App, now: Timestamp, seen: &Overview) -> Result<u32, Refusal> {
    let quiet = is_silent(seen.quietest_at, seen.practice.created_at, now);
    if seen.agents == 0 || !quiet {
        return Ok(0);
    }
    let agents = app.store().practice(seen.practice.id.clone()).agents().await?;
    let silent = active(&agents).filter(|agent| is_silent(agent.last_seen_at, agent.created_at, now));
    Ok(u32::try_from(silent.count()).unwrap_or(u32::MAX))
}

fn row(seen: Overview, silent: u32) -> practices::Row {
    let open = |wanted: Urgency| {
        let counts = |severity: &Severity| Urgency::from(*severity) == wanted;
        let counted = seen.open.iter().filter(|(severity, _)| counts(severity)).map(|(_, count)| count);
        u32::try_from(counted.sum::<u64>()).unwrap_or(u32::MAX)
    };
    practices::Row {
        urgent: open(Urgency::Urgent),
        act: open(Urgency::Act),
        occasion: open(Urgency::Occasion),
        checked: seen.round.as_ref().map_or(0, |round| round.summary.checked),
        points: seen.round.as_ref().map_or(0, |round| round.summary.points),
        silent,
        last_round: seen.round.as_ref().map(|round| round.at),
        id: seen.practice.id.to_string(),
        name: seen.practice.name,
    }
}

/// `GET /practices`
pub async fn list(desk: Desk, Asked(filter): Asked<Filter>) -> Result<Markup, Refusal> {
    let rows = rows(&desk).await?;
    Ok(desk.show(|frame| practices::page(frame, &rows, &filter)))
}

/// `GET /practices.csv`
pub async fn file(desk: Desk, Asked(filter): Asked<Filter>) -> Result<Response, Refusal> {
    let rows = rows(&desk).await?;
    Ok(csv(desk.lang, "practices", &desk.framed(ZONE, None, |frame| practices::table(frame, &rows, &filter))))
}

/// The form that makes what was looked at.
#[derive(Deserialize)]
pub struct ConfirmForm {
    token: String,
}

/// `GET /practices/import`
pub async fn ask(desk: Desk) -> Markup {
    desk.show(|frame| import_page(frame, None))
}

/// The place for which rows are sealed: only who looked at them can make them.
fn place(desk: &Desk) -> String {
    format!("import {}", desk.visitor.account.id)
}

/// `POST /practices/import`: shows what would be made. The rows go along with the page, sealed, so that nothing is kept
/// before somebody confirms.
pub async fn look(desk: Desk, upload: Upload) -> Result<Response, Refusal> {
    let rows = match import::read(upload.file("file")) {
        Ok(rows) => rows,
        Err(problem) => {
            let problem = problem.get(desk.lang).to_owned();
            return Ok(desk.show_problem(&problem, |frame| import_page(frame, None)));
        }
    };
    let lines: Vec<Line> = rows.iter().map(|row| line(&desk, row)).collect();
    let good: Vec<&Row> = rows.iter().filter(|row| row.problem().is_none()).collect();
    let token = desk.app.sealer().seal(&place(&desk), &serde_json::to_vec(&good)?, desk.app.random()?)?;
    let preview = Preview { token: &token, lines: &lines };
    Ok(desk.show(|frame| import_page(frame, Some(&preview))).into_response())
}

/// The form that makes one practice.
#[derive(Deserialize)]
pub struct NewForm {
    name: String,
    place: String,
    size: String,
}

/// `POST /practices/new`: makes one, and leads to where its owner is invited.
pub async fn add(desk: Desk, Input(form): Input<NewForm>) -> Result<Response, Refusal> {
    let trim = |text: &str| text.trim().to_owned();
    let row = Row { number: 1, name: trim(&form.name), place: trim(&form.place), size: trim(&form.size) };
    if let Some(problem) = row.problem() {
        let problem = problem.get(desk.lang).to_owned();
        return Ok(desk.show_problem(&problem, |frame| import_page(frame, None)));
    }
    let id = PracticeId::from_random(desk.app.random()?);
    make(&desk, &id, &row).await?;
    Ok(redirect(&format!("/p/{id}/people?done=created")))
}

fn line(desk: &Desk, row: &Row) -> Line {
    Line {
        number: row.number,
        name: row.name.clone(),
        place: row.place.clone(),
        size: row.size.clone(),
        problem: row.problem().map(|text| text.get(desk.lang).to_owned()),
    }
}

/// `POST /practices/import/confirm`
pub async fn confirm(desk: Desk, Input(form): Input<ConfirmForm>) -> Result<Response, Refusal> {
    let Ok(rows) = desk.app.sealer().open(&place(&desk), &form.token) else {
        let problem = t(
            desk.lang,
            "Diese Vorschau gilt nicht mehr. Bitte wählen Sie die Datei noch einmal aus.",
            "This preview is not valid any more. Please choose the file once more.",
        );
        return Ok(desk.show_problem(problem, |frame| import_page(frame, None)));
    };
    let rows: Vec<Row> = serde_json::from_slice(&rows)?;
    for row in &rows {
        // Named after this very line, so that confirming twice makes nothing twice.
        let digest = Sha256::digest(format!("{} {}", form.token, row.number));
        make(&desk, &PracticeId::from_random(*digest.first_chunk().unwrap_or(&[0; 16])), row).await?;
    }
    Ok(redirect("/practices?done=imported"))
}

/// Makes a practice with its place and size, and lets the provider's people in. One that is there already is left alone.
async fn make(desk: &Desk, id: &PracticeId, row: &Row) -> Result<(), Refusal> {
    let event = |what: &str| {
        AuditEvent::new(desk.now, desk.visitor.account.id.as_str(), Some(id), what).with(json!({ "name": row.name }))
    };
    let new = NewPractice { id: id.clone(), name: row.name.clone(), time_zone: ZONE.to_owned() };
    match desk.app.store().create_practice(&event("practice.created"), &new).await {
        // Where nobody has access yet, making it broke off the last time, and goes on now.
        Err(StoreError::AlreadyThere { .. }) => {
            let there = desk.app.store().practice(id.clone());
            if !there.exists().await? || !there.members().await?.is_empty() {
                return Ok(());
            }
        }
        other => other?,
    }
    let practice = desk.app.store().practice(id.clone());
    if !row.place.is_empty() {
        let site = Site { id: SiteId::new("hauptsitz")?, name: row.place.clone() };
        practice.put_site(&event("site.added"), &site).await?;
    }
    if let Some(file) = row.file() {
        practice.set_file(&event("practice.changed"), None, &file).await?;
    }
    let until = desk.now.saturating_add(ACCESS_LASTS).unwrap_or(Timestamp::MAX);
    for account in colleagues(&desk.app).await? {
        let own = account.id == desk.visitor.account.id;
        let role = if own { Role::ProviderAdmin } else { account.provider_role.unwrap_or(Role::Technician) };
        let detail = json!({ "account": account.id, "role": role.word(), "until": until });
        practice.grant(&event("membership.granted").with(detail), &account.id, role, Some(until)).await?;
    }
    if desk.visitor.account.provider_role.is_none() {
        // A practice that runs its own server and adds another one.
        practice.grant(&event("membership.granted"), &desk.visitor.account.id, Role::PracticeOwner, None).await?;
    }
    Ok(())
}
