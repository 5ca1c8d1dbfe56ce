//! Devices and what was seen on them; checks and requirements, as the newest round judged them.

use super::input::{Page, Part, Wanted};
use crate::act::Actor;
use crate::pages::devices::is_device;
use crate::web::refusal::Refusal;
use axum::Json;
use axum::extract::Path;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use visite_facts::{
    AssessedSubject, Assessment, Confidence, FactsFile, RequirementResult, RequirementStatus, Severity, SubjectId,
    Text, Verdict,
};
use visite_report::overview;

/// A device.
#[derive(Serialize, JsonSchema)]
pub struct Device {
    /// What it is, and when it was looked at.
    #[serde(flatten)]
    pub device: AssessedSubject,
    /// Open findings, by severity.
    pub open: BTreeMap<Severity, u32>,
    /// The agent that looks at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

/// A check of the catalogue, and what it said in the newest round.
#[derive(Serialize, JsonSchema)]
pub struct Check {
    /// Its id.
    pub id: String,
    /// Area of the practice's IT.
    pub area: visite_facts::Area,
    /// What is checked, named neutrally.
    pub topic: Text,
    /// Why it matters to a practice.
    pub why: Text,
    /// How bad a failure is.
    pub severity: Severity,
    /// How sure a failure is.
    pub confidence: Confidence,
    /// The measure that closes it.
    pub measure: String,
    /// Requirements it bears on.
    pub requirements: Vec<String>,
    /// On how many devices it came to which verdict.
    pub verdicts: BTreeMap<Verdict, u32>,
}

/// A requirement and its status in the newest round.
#[derive(Serialize, JsonSchema)]
pub struct Requirement {
    /// Its id, e.g. `KBV-390-A1-14`.
    pub id: String,
    /// Its title, in our words.
    pub title: Text,
    /// What it demands, in our words.
    pub text: Text,
    /// Its status; absent before the first round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<RequirementStatus>,
    /// How many of the things bound to it were judged.
    pub judged: u32,
    /// How many things are bound to it.
    pub bound: u32,
}

fn device(assessment: &Assessment, subject: &AssessedSubject, agents: &BTreeMap<String, String>) -> Device {
    let mut open: BTreeMap<Severity, u32> = BTreeMap::new();
    for finding in &assessment.findings {
        if finding.subject == subject.subject.id && overview::is_open(finding) {
            *open.entry(finding.effective_severity).or_default() += 1;
        }
    }
    Device { device: subject.clone(), open, agent: agents.get(&subject.subject.id.0).cloned() }
}

async fn agents(actor: &Actor) -> Result<BTreeMap<String, String>, Refusal> {
    let agents = actor.practice.agents().await?.into_iter();
    Ok(agents.filter_map(|agent| Some((agent.subject?.0, agent.id.to_string()))).collect())
}

/// `GET /api/v1/practices/{practice}/devices`
pub async fn list(actor: Actor, Wanted(part): Wanted<Part>) -> Result<Json<Page<Device>>, Refusal> {
    let limit = part.limit()?;
    let assessment = actor.assessment().await?;
    let agents = agents(&actor).await?;
    let mut devices = Vec::new();
    for assessment in assessment.iter() {
        let all = assessment.subjects.iter().filter(|assessed| is_device(assessed.subject.kind));
        devices.extend(all.map(|subject| device(assessment, subject, &agents)));
    }
    let name = |device: &Device| device.device.subject.id.0.clone();
    devices.sort_by_key(name);
    if let Some(after) = part.cursor {
        devices.retain(|device| name(device) > after);
    }
    Ok(Json(Page::cut(devices, limit, name)))
}

/// `GET /api/v1/practices/{practice}/devices/{device}`
pub async fn show(actor: Actor, Path((_, id)): Path<(String, String)>) -> Result<Json<Device>, Refusal> {
    let assessment = actor.assessment().await?.ok_or(Refusal::NotFound)?;
    let subject = overview::subject(&assessment, &SubjectId(id)).ok_or(Refusal::NotFound)?;
    Ok(Json(device(&assessment, subject, &agents(&actor).await?)))
}

/// `GET /api/v1/practices/{practice}/devices/{device}/facts`: a file of facts with the newest snapshots.
pub async fn facts(actor: Actor, Path((_, id)): Path<(String, String)>) -> Result<Json<Value>, Refusal> {
    let snapshots = actor.practice.snapshots_of(&SubjectId(id)).await?;
    if snapshots.is_empty() {
        return Err(Refusal::NotFound);
    }
    Ok(Json(serde_json::from_str(&FactsFile { snapshots }.to_json())?))
}

/// `GET /api/v1/practices/{practice}/checks`
pub async fn checks(actor: Actor) -> Result<Json<Page<Check>>, Refusal> {
    let assessment = actor.assessment().await?;
    let mut verdicts: BTreeMap<&str, BTreeMap<Verdict, u32>> = BTreeMap::new();
    for result in assessment.iter().flat_map(|assessment| &assessment.results) {
        *verdicts.entry(&result.check).or_default().entry(result.verdict).or_default() += 1;
    }
    let checks = actor.app.catalog().checks.values().map(|check| Check {
        id: check.id.clone(),
        area: check.area,
        topic: check.topic.clone(),
        why: check.why.clone(),
        severity: check.severity,
        confidence: check.confidence,
        measure: check.measure.clone(),
        requirements: check.sources.clone(),
        verdicts: verdicts.remove(check.id.as_str()).unwrap_or_default(),
    });
    Ok(Json(Page::whole(checks.collect())))
}

/// `GET /api/v1/practices/{practice}/requirements`
pub async fn requirements(actor: Actor) -> Result<Json<Page<Requirement>>, Refusal> {
    let assessment = actor.assessment().await?;
    let results: BTreeMap<&str, &RequirementResult> = assessment
        .iter()
        .flat_map(|assessment| &assessment.requirements)
        .map(|result| (result.requirement.as_str(), result))
        .collect();
    let requirements = actor.app.catalog().requirements().map(|known| {
        let result = results.get(known.id.as_str());
        Requirement {
            id: known.id.clone(),
            title: known.title.clone(),
            text: known.text.clone(),
            status: result.map(|result| result.status),
            judged: result.map_or(0, |result| result.judged),
            bound: result.map_or(0, |result| result.bound),
        }
    });
    Ok(Json(Page::whole(requirements.collect())))
}
