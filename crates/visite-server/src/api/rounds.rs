//! Rounds and jobs: those so far, one in full, two compared, beginning one and stopping one.

use super::input::{Page, Part, Wanted, number};
use crate::act::Actor;
use crate::pages::compare::compare;
use crate::web::refusal::Refusal;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use visite_facts::{Assessment, Finding, Severity, Summary, Word};
use visite_store::{JobId, RoundInfo};

/// Jobs of a list.
const MOST_JOBS: u64 = 200;

/// A round in numbers.
#[derive(Serialize, JsonSchema)]
pub struct Round {
    /// Its id.
    pub id: String,
    /// When it was.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Hash of the catalogue that judged.
    pub catalog_hash: String,
    /// How much was judged.
    pub summary: Summary,
    /// Findings that were open, by severity.
    pub open: BTreeMap<Severity, u32>,
    /// Whether it can be read in full.
    pub is_full: bool,
}

/// Which two rounds to compare; the newest two if nothing is said.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Two {
    /// The id of one.
    pub from: Option<String>,
    /// The id of the other.
    pub to: Option<String>,
}

/// What is different between two rounds: ids of findings.
#[derive(Serialize, JsonSchema)]
pub struct Comparison {
    /// The earlier round.
    pub from: String,
    /// The later one.
    pub to: String,
    /// Open now and not open before.
    pub new: Vec<String>,
    /// Open before and seen closed since.
    pub fixed: Vec<String>,
    /// Open before, and since then someone answers for the risk.
    pub accepted: Vec<String>,
    /// Open both times, but worse or better, or resting on other values.
    pub changed: Vec<String>,
    /// Open before, and the later round could not tell.
    pub not_measured: Vec<String>,
    /// How many were open both times, unchanged.
    pub unchanged: usize,
}

/// A job.
#[derive(Serialize, JsonSchema)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// What it does, e.g. `round`, `judge`, `scan`.
    pub kind: String,
    /// `waiting`, `running`, `done`, `failed` or `cancelled`.
    pub state: &'static str,
    /// When it may begin.
    #[schemars(with = "String")]
    pub due_at: Timestamp,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub finished_at: Option<Timestamp>,
    /// How far it is; its fields depend on the kind.
    pub progress: Value,
    /// What came of it, or why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
}

/// A job that was planned.
#[derive(Serialize, JsonSchema)]
pub struct Planned {
    /// The id of the job.
    pub job: String,
}

impl From<RoundInfo> for Round {
    fn from(round: RoundInfo) -> Self {
        let RoundInfo { id, at, catalog_hash, summary, open, is_full } = round;
        Self { id, at, catalog_hash, summary, open, is_full }
    }
}

impl From<visite_store::Job> for Job {
    fn from(job: visite_store::Job) -> Self {
        Self {
            id: job.id.to_string(),
            kind: job.kind,
            state: job.state.word(),
            due_at: job.due_at,
            finished_at: job.finished_at,
            progress: job.progress,
            result: job.result,
        }
    }
}

/// `GET /api/v1/practices/{practice}/rounds`: newest first.
pub async fn list(actor: Actor, Wanted(part): Wanted<Part>) -> Result<Json<Page<Round>>, Refusal> {
    let limit = part.limit()?;
    let before = number(part.cursor.as_deref())?;
    let before = before.map(|micros| Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MIN));
    let rounds = actor.practice.rounds(before, limit as u64 + 1).await?;
    let rounds = rounds.into_iter().map(Round::from).collect();
    Ok(Json(Page::cut(rounds, limit, |round: &Round| round.at.as_microsecond().to_string())))
}

/// `GET /api/v1/practices/{practice}/rounds/{round}`: the whole assessment. Of old rounds only the numbers are kept.
pub async fn show(actor: Actor, Path((_, id)): Path<(String, String)>) -> Result<Json<Assessment>, Refusal> {
    actor.practice.assessment(&id).await?.map(Json).ok_or(Refusal::NotFound)
}

/// `GET /api/v1/practices/{practice}/compare`
pub async fn two(actor: Actor, Wanted(two): Wanted<Two>) -> Result<Json<Comparison>, Refusal> {
    let newest = actor.practice.rounds(None, 2).await?;
    let usual = |number: usize| newest.get(number).map(|round| round.id.clone());
    let to = two.to.or_else(|| usual(0)).ok_or(Refusal::NotFound)?;
    let from = two.from.or_else(|| usual(1)).ok_or(Refusal::NotFound)?;
    let (from, to) = actor.practice.compare(&from, &to).await?.ok_or(Refusal::NotFound)?;
    let compared = compare(&from, &to);
    let ids = |findings: &[&Finding]| findings.iter().map(|finding| finding.id.clone()).collect();
    Ok(Json(Comparison {
        new: ids(&compared.new),
        fixed: ids(&compared.fixed),
        accepted: ids(&compared.accepted),
        changed: compared.changed.iter().map(|(_, now)| now.id.clone()).collect(),
        not_measured: ids(&compared.not_measured),
        unchanged: compared.unchanged,
        from: from.round.id.clone(),
        to: to.round.id.clone(),
    }))
}

/// `POST /api/v1/practices/{practice}/rounds`
pub async fn begin(actor: Actor) -> Result<(StatusCode, Json<Planned>), Refusal> {
    let job = actor.start_round().await?;
    Ok((StatusCode::ACCEPTED, Json(Planned { job: job.to_string() })))
}

/// `GET /api/v1/practices/{practice}/jobs`: the newest 200.
pub async fn jobs(actor: Actor) -> Result<Json<Page<Job>>, Refusal> {
    let jobs = actor.practice.jobs(MOST_JOBS).await?;
    Ok(Json(Page::whole(jobs.into_iter().map(Job::from).collect())))
}

async fn one(actor: &Actor, id: &str) -> Result<visite_store::Job, Refusal> {
    let id = JobId::new(id).map_err(|_| Refusal::NotFound)?;
    Ok(actor.practice.job(&id).await?)
}

/// `GET /api/v1/practices/{practice}/jobs/{job}`
pub async fn job(actor: Actor, Path((_, id)): Path<(String, String)>) -> Result<Json<Job>, Refusal> {
    Ok(Json(one(&actor, &id).await?.into()))
}

/// `POST /api/v1/practices/{practice}/jobs/{job}/cancel`
pub async fn cancel(actor: Actor, Path((_, id)): Path<(String, String)>) -> Result<StatusCode, Refusal> {
    actor.cancel(&one(&actor, &id).await?).await?;
    Ok(StatusCode::NO_CONTENT)
}
