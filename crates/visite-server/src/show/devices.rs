//! Devices: computers with an agent, and what was seen over the network.

use super::agents::shown;
use super::desk::Asked;
use super::load::Reader;
use crate::pages::device;
use crate::pages::devices::{self, Filter};
use crate::pages::frame::Section;
use crate::web::refusal::Refusal;
use axum::extract::Path;
use axum::response::Response;
use maud::Markup;
use visite_facts::SubjectId;
use visite_report::overview;

/// `GET /p/{practice}/devices`
pub async fn list(reader: Reader, Asked(filter): Asked<Filter>) -> Result<Markup, Refusal> {
    let Some(assessment) = reader.assessment().await? else {
        return Ok(reader.nothing_yet(Section::Devices, "html-devices"));
    };
    let scans = reader.scans(1).await?;
    let view = devices::View { assessment: &assessment, scan: scans.first(), filter: &filter };
    Ok(reader.show(|frame| devices::page(frame, &view)))
}

/// `GET /p/{practice}/devices.csv`
pub async fn file(reader: Reader, Asked(filter): Asked<Filter>) -> Result<Response, Refusal> {
    let assessment = reader.assessment().await?.ok_or(Refusal::NotFound)?;
    let scans = reader.scans(1).await?;
    let view = devices::View { assessment: &assessment, scan: scans.first(), filter: &filter };
    Ok(reader.csv("devices", |frame| devices::table(frame, &view)))
}

/// `GET /p/{practice}/devices/{subject}`
pub async fn show(reader: Reader, Path((_, subject)): Path<(String, String)>) -> Result<Markup, Refusal> {
    let id = SubjectId(subject);
    let assessment = reader.assessment().await?;
    let judged = assessment.as_ref().and_then(|all| Some((all, overview::subject(all, &id)?)));
    let Some((assessment, subject)) = judged else { return not_judged(&reader, &id).await };
    let scans = reader.scans(1).await?;
    let agents = reader.practice.agents().await?;
    let agent = agents.iter().find(|agent| agent.subject.as_ref() == Some(&subject.subject.id));
    let agent = agent.map(|agent| shown(agent, reader.now));
    let view = device::View { assessment, subject, scan: scans.first(), agent: agent.as_ref() };
    Ok(reader.show(|frame| device::page(frame, &view)))
}

/// The page of something that findings or agents lead to and the newest judgement does not know.
async fn not_judged(reader: &Reader, id: &SubjectId) -> Result<Markup, Refusal> {
    let known = reader.practice.subjects().await?.into_iter().find(|seen| seen.subject.id == *id);
    let known = known.ok_or(Refusal::NotFound)?;
    let kept: Vec<_> = reader.kept.iter().map(|kept| &kept.finding).filter(|finding| finding.subject == *id).collect();
    Ok(reader.show(|frame| device::not_judged(frame, &known.subject.name, known.last_seen_at, &kept)))
}
