//! Rounds: those so far, one as a report, two side by side, and beginning one.

use super::desk::Asked;
use super::load::Reader;
use super::network::{SCANS, surroundings};
use crate::jobs::plan::Kind;
use crate::jobs::schedule::Calendar;
use crate::login::views::t;
use crate::pages::start::Point;
use crate::pages::{compare, rounds};
use crate::web::refusal::{Refusal, redirect};
use axum::extract::Path;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use visite_facts::{Assessment, Word};
use visite_report::overview::Urgency;
use visite_report::{Detail, Format, Options};
use visite_store::{Job, JobState, RoundInfo};

/// Most rounds that a list shows: three years of a round a day.
const MOST: u64 = 1000;
/// Jobs that are looked through for a round that runs: the newest.
const MOST_JOBS: u64 = 100;

/// Which two rounds to compare; the newest two if nothing is said.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Two {
    from: String,
    to: String,
}

/// The rounds so far in numbers, oldest first.
pub async fn points(reader: &Reader) -> Result<Vec<Point>, Refusal> {
    let mut rounds = reader.practice.rounds(None, MOST).await?;
    rounds.reverse();
    Ok(rounds.into_iter().map(point).collect())
}

fn point(round: RoundInfo) -> Point {
    let open = |wanted: Urgency| {
        let counted = round.open.iter().filter(|(severity, _)| Urgency::from(**severity) == wanted);
        counted.map(|(_, count)| count).sum()
    };
    Point {
        at: round.at,
        points: round.summary.points,
        checked: round.summary.checked,
        urgent: open(Urgency::Urgent),
        act: open(Urgency::Act),
        occasion: open(Urgency::Occasion),
        round: round.id,
    }
}

/// The job of a round that runs now, or begins with the next look of a node.
pub async fn running(reader: &Reader) -> Result<Option<String>, Refusal> {
    let jobs = reader.practice.jobs(MOST_JOBS).await?;
    let is_round = |job: &Job| matches!(Kind::from_word(&job.kind), Some(Kind::Round | Kind::Scan));
    let is_on = |job: &Job| match job.state {
        JobState::Running => true,
        JobState::Waiting => job.due_at <= reader.now,
        JobState::Done | JobState::Failed | JobState::Cancelled => false,
    };
    Ok(jobs.iter().find(|job| is_round(job) && is_on(job)).map(|job| job.id.to_string()))
}

/// When the next round begins by itself.
pub fn next(reader: &Reader) -> Option<Timestamp> {
    let (settings, zone) = (&reader.info.settings, &reader.info.time_zone);
    Calendar::new(reader.practice_file(), settings, zone).next(reader.now).map(|due| due.at)
}

/// `GET /p/{practice}/rounds`
pub async fn list(reader: Reader) -> Result<Response, Refusal> {
    let (points, running) = (points(&reader).await?, running(&reader).await?);
    let view = rounds::View { rounds: &points, running: running.as_deref() };
    Ok(reader.show(|frame| rounds::page(frame, &view)).into_response())
}

/// `GET /p/{practice}/rounds.csv`
pub async fn file(reader: Reader) -> Result<Response, Refusal> {
    let points = points(&reader).await?;
    Ok(reader.csv("rounds", |frame| rounds::table(frame, &points)))
}

/// `POST /p/{practice}/rounds`
pub async fn begin(reader: Reader) -> Result<Response, Refusal> {
    let job = reader.actor().start_round().await?;
    Ok(reader.done(&["jobs", job.as_str()], "round"))
}

/// `GET /p/{practice}/rounds/{round}`
pub async fn show(reader: Reader, Path((_, round)): Path<(String, String)>) -> Result<Response, Refusal> {
    let Some(assessment) = reader.practice.assessment(&round).await? else { return shortened(reader).await };
    report(&reader, &assessment).await
}

/// The list again, for a round of which no more is kept than it says.
async fn shortened(reader: Reader) -> Result<Response, Refusal> {
    let why = t(
        reader.lang,
        "Von dieser älteren Visite bewahrt Visite nur die Zahlen auf. Sie stehen in der Liste.",
        "Of this older round only the numbers are kept. They stand in the list.",
    );
    list(reader.telling(why)).await
}

/// The report of a round: a document of its own, with a style sheet in it that is named by its hash.
async fn report(reader: &Reader, assessment: &Assessment) -> Result<Response, Refusal> {
    let mut scans = reader.scans(SCANS).await?;
    scans.retain(|scan| scan.record.finished_at <= assessment.round.at);
    let around = scans.first().map(|scan| surroundings(reader, scan, &scans[1..]));
    let options = Options {
        lang: reader.lang,
        now: reader.now,
        width: 80,
        color: false,
        detail: Detail::Normal,
        privileged: false,
        this_computer: false,
        command: "visite check",
        version: env!("CARGO_PKG_VERSION"),
        scan: scans.first(),
        surroundings: around.as_ref(),
    };
    let mut page = Vec::new();
    visite_report::render(Format::Html, assessment, &options, &mut page)
        .map_err(|error| Refusal::failed("writing a report", &error))?;
    let policy = report_policy(&String::from_utf8_lossy(&page));
    Ok(([(CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), (CONTENT_SECURITY_POLICY, policy)], page)
        .into_response())
}

/// What a report may do: use the style sheet that stands in it, and the typeface within that. Nothing else.
fn report_policy(page: &str) -> String {
    let style =
        page.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).map_or("", |(style, _)| style);
    let hash = BASE64.encode(&Sha256::digest(style));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; font-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    )
}

/// `GET /p/{practice}/compare`
pub async fn two(reader: Reader, Asked(mut chosen): Asked<Two>) -> Result<Response, Refusal> {
    if chosen.from.is_empty() || chosen.to.is_empty() {
        let rounds = reader.practice.rounds(None, 2).await?;
        let [newest, before] = rounds.as_slice() else { return Ok(redirect(&reader.to(&["rounds"]))) };
        chosen = Two { from: before.id.clone(), to: newest.id.clone() };
    }
    let Some((from, to)) = reader.practice.compare(&chosen.from, &chosen.to).await? else {
        return shortened(reader).await;
    };
    Ok(reader.show(|frame| compare::page(frame, &from, &to)).into_response())
}
