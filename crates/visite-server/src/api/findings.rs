//! Findings and measures: the list, one with its history, and what is decided.

use super::input::{Body, Page, Wanted, limit};
use crate::act::Actor;
use crate::web::refusal::Refusal;
use axum::Json;
use axum::extract::Path;
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use visite_facts::{Area, Finding, FindingState, PlannedMeasure, Severity, SubjectId, Word};
use visite_store::{AccountId, FindingFilter, KeptFinding};

/// Which findings are wanted. What is left out does not restrict.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Filter {
    /// In this state.
    pub state: Option<FindingState>,
    /// At least so bad, on their device.
    pub at_least: Option<Severity>,
    /// In this area.
    pub area: Option<Area>,
    /// On this device.
    pub device: Option<String>,
    /// Of this check.
    pub check: Option<String>,
    /// Findings at most; 50 if it is not said.
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<usize>,
    /// Where the part before ended: its `next`.
    pub cursor: Option<String>,
}

/// A finding, and who was asked to close it.
#[derive(Serialize, JsonSchema)]
pub struct Kept {
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
    /// Who was asked to close it: the id of an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<String>,
}

impl From<KeptFinding> for Kept {
    fn from(kept: KeptFinding) -> Self {
        Self { finding: kept.finding, assigned_to: kept.assigned_to.map(String::from) }
    }
}

/// Something that happened to a finding.
#[derive(Serialize, JsonSchema)]
pub struct Event {
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// `opened`, `accepted`, `acceptance_ended`, `assigned`, `fixed` or `reopened`.
    pub kind: &'static str,
    /// The id of an account, or `visite` if a round saw it.
    pub by: String,
    /// The reason of an acceptance, or the account that was asked.
    pub detail: String,
}

/// A finding with its history.
#[derive(Serialize, JsonSchema)]
pub struct One {
    /// The finding.
    #[serde(flatten)]
    pub kept: Kept,
    /// What happened to it, oldest first.
    pub history: Vec<Event>,
}

/// An acceptance.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Accept {
    /// Why the risk is accepted.
    #[schemars(length(min = 1, max = 1000))]
    pub reason: String,
    /// Last day of the acceptance in the practice, e.g. `2026-12-31`; a year ahead at most.
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: Date,
}

/// Who is asked.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assign {
    /// The id of an account of the practice; `null`: nobody any more.
    pub to: Option<String>,
}

/// Somebody who may be asked to close a finding.
#[derive(Serialize, JsonSchema)]
pub struct Person {
    /// The id of the account.
    pub id: String,
    /// The name.
    pub name: String,
}

/// `GET /api/v1/practices/{practice}/findings`: in the order of their ids.
pub async fn list(actor: Actor, Wanted(wanted): Wanted<Filter>) -> Result<Json<Page<Kept>>, Refusal> {
    let limit = limit(wanted.limit)?;
    let filter = FindingFilter {
        states: wanted.state.into_iter().collect(),
        at_least: wanted.at_least,
        area: wanted.area,
        subject: wanted.device.map(SubjectId),
        check: wanted.check,
        assigned_to: None::<AccountId>,
    };
    let mut kept = actor.practice.findings(&filter).await?;
    kept.sort_by(|a, b| a.finding.id.cmp(&b.finding.id));
    if let Some(after) = wanted.cursor {
        kept.retain(|kept| kept.finding.id > after);
    }
    let kept = kept.into_iter().map(Kept::from).collect();
    Ok(Json(Page::cut(kept, limit, |kept: &Kept| kept.finding.id.clone())))
}

async fn load(actor: &Actor, id: &str) -> Result<Json<One>, Refusal> {
    let kept = actor.practice.finding(id).await?.into();
    let events = actor.practice.finding_events(id).await?.into_iter();
    let history = events
        .map(|event| Event { at: event.at, kind: event.kind.word(), by: event.who, detail: event.detail })
        .collect();
    Ok(Json(One { kept, history }))
}

/// `GET /api/v1/practices/{practice}/findings/{finding}`
pub async fn show(actor: Actor, Path((_, id)): Path<(String, String)>) -> Result<Json<One>, Refusal> {
    load(&actor, &id).await
}

/// `POST /api/v1/practices/{practice}/findings/{finding}/accept`
pub async fn accept(
    actor: Actor,
    Path((_, id)): Path<(String, String)>,
    Body(body): Body<Accept>,
) -> Result<Json<One>, Refusal> {
    actor.accept(&id, &body.reason, Some(body.until)).await?;
    load(&actor, &id).await
}

/// `POST /api/v1/practices/{practice}/findings/{finding}/withdraw`
pub async fn withdraw(actor: Actor, Path((_, id)): Path<(String, String)>) -> Result<Json<One>, Refusal> {
    actor.withdraw(&id).await?;
    load(&actor, &id).await
}

/// `POST /api/v1/practices/{practice}/findings/{finding}/assign`
pub async fn assign(
    actor: Actor,
    Path((_, id)): Path<(String, String)>,
    Body(body): Body<Assign>,
) -> Result<Json<One>, Refusal> {
    actor.assign(&id, body.to.as_deref()).await?;
    load(&actor, &id).await
}

/// `GET /api/v1/practices/{practice}/people`
pub async fn people(actor: Actor) -> Result<Json<Page<Person>>, Refusal> {
    let people = actor.people().await?.into_iter().map(|(id, name)| Person { id, name });
    Ok(Json(Page::whole(people.collect())))
}

/// `GET /api/v1/practices/{practice}/measures`: in the order in which to do them; none before the first round.
pub async fn measures(actor: Actor) -> Result<Json<Page<PlannedMeasure>>, Refusal> {
    let assessment = actor.assessment().await?;
    Ok(Json(Page::whole(assessment.map(|assessment| assessment.measures).unwrap_or_default())))
}
