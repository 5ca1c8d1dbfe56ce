//! Findings: the list, one finding, and what people decide about it.

use super::desk::Asked;
use super::load::Reader;
use crate::act::Denied;
use crate::pages::finding::{self, Event, EventKind};
use crate::pages::findings::{self, Filter};
use crate::pages::frame::Section;
use crate::web::input::Input;
use crate::web::refusal::Refusal;
use axum::extract::Path;
use axum::response::Response;
use jiff::civil::Date;
use maud::Markup;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use visite_catalog::Catalog;
use visite_facts::Assessment;
use visite_store::{FindingEvent, FindingEventKind, KeptFinding};

/// The form that accepts a risk.
#[derive(Deserialize)]
pub struct AcceptForm {
    reason: String,
    until: String,
}

/// The form that gives a finding to somebody.
#[derive(Deserialize)]
pub struct AssignForm {
    to: String,
}

/// `GET /p/{practice}/findings`
pub async fn list(reader: Reader, Asked(filter): Asked<Filter>) -> Result<Markup, Refusal> {
    let Some(assessment) = reader.assessment().await? else {
        return Ok(reader.nothing_yet(Section::Findings, "html-findings"));
    };
    let assigned = assigned(&reader).await?;
    let view = findings::View { assessment: &assessment, assigned: &assigned, filter: &filter };
    Ok(reader.show(|frame| findings::page(frame, &view)))
}

/// `GET /p/{practice}/findings.csv`
pub async fn file(reader: Reader, Asked(filter): Asked<Filter>) -> Result<Response, Refusal> {
    let assessment = reader.assessment().await?.ok_or(Refusal::NotFound)?;
    let assigned = assigned(&reader).await?;
    let view = findings::View { assessment: &assessment, assigned: &assigned, filter: &filter };
    Ok(reader.csv("findings", |frame| findings::table(frame, &view)))
}

/// To whom findings are assigned: finding to name.
async fn assigned(reader: &Reader) -> Result<BTreeMap<String, String>, Refusal> {
    let whom = reader.kept.iter().filter_map(|kept| kept.assigned_to.clone()).map(String::from).collect();
    let names = reader.names_of(whom).await?;
    let with_name =
        |kept: &KeptFinding| Some((kept.finding.id.clone(), names.get(kept.assigned_to.as_ref()?.as_str())?.clone()));
    Ok(reader.kept.iter().filter_map(with_name).collect())
}

/// Everything that the page of one finding shows.
struct One {
    assessment: Assessment,
    index: usize,
    catalog: Arc<Catalog>,
    history: Vec<Event>,
    people: Vec<(String, String)>,
    assigned: Option<String>,
    acceptance_days: (Date, Date),
}

async fn load(reader: &Reader, id: &str) -> Result<One, Refusal> {
    let kept = reader.practice.finding(id).await?;
    let assessment = reader.assessment().await?.ok_or(Refusal::NotFound)?;
    let index = assessment.findings.iter().position(|finding| finding.id == id).ok_or(Refusal::NotFound)?;
    let mut people = reader.actor().people().await?;
    let assigned = kept.assigned_to.map(String::from);
    // Whoever has left the practice still is who was asked.
    if let Some(account) = &assigned
        && !is_among(&people, account)
        && let Some(name) = reader.name_of(account).await?
    {
        people.push((account.clone(), name));
    }
    let history = history(reader, reader.practice.finding_events(id).await?).await?;
    let (catalog, acceptance_days) = (reader.app.catalog().clone(), reader.actor().acceptance_days().await?);
    Ok(One { assessment, index, catalog, history, people, assigned, acceptance_days })
}

impl One {
    fn view(&self) -> finding::View<'_> {
        finding::View {
            assessment: &self.assessment,
            finding: &self.assessment.findings[self.index],
            catalog: &self.catalog,
            history: &self.history,
            people: &self.people,
            assigned: self.assigned.as_deref(),
            acceptance_days: self.acceptance_days,
        }
    }
}

fn is_among(people: &[(String, String)], account: &str) -> bool {
    people.iter().any(|(known, _)| known == account)
}

async fn history(reader: &Reader, events: Vec<FindingEvent>) -> Result<Vec<Event>, Refusal> {
    let assigned = events.iter().filter(|event| event.kind == FindingEventKind::Assigned && !event.detail.is_empty());
    let whom = events.iter().map(|event| event.who.clone()).chain(assigned.map(|event| event.detail.clone())).collect();
    let names = reader.names_of(whom).await?;
    let name = |who: &str| names.get(who).cloned();
    let shown = |event: &FindingEvent| Event {
        at: event.at,
        kind: match event.kind {
            FindingEventKind::Opened => EventKind::Opened,
            FindingEventKind::Accepted => EventKind::Accepted,
            FindingEventKind::AcceptanceEnded => EventKind::Withdrawn,
            FindingEventKind::Assigned => EventKind::Assigned,
            FindingEventKind::Fixed => EventKind::Fixed,
            FindingEventKind::Reopened => EventKind::Reopened,
        },
        by: name(&event.who),
        note: match event.kind {
            FindingEventKind::Assigned => name(&event.detail),
            _ => Some(event.detail.clone()).filter(|detail| !detail.is_empty()),
        },
    };
    Ok(events.iter().map(shown).collect())
}

/// `GET /p/{practice}/findings/{finding}`
pub async fn show(reader: Reader, Path((_, id)): Path<(String, String)>) -> Result<Markup, Refusal> {
    let one = load(&reader, &id).await?;
    Ok(reader.show(|frame| finding::page(frame, &one.view())))
}

/// Leads on after a decision about a finding, or says on its page what is in the way.
async fn decided(reader: Reader, id: &str, result: Result<(), Denied>, word: &str) -> Result<Response, Refusal> {
    match result {
        Ok(()) => Ok(reader.done(&["findings", id], word)),
        Err(Denied::Refusal(refusal)) => Err(refusal),
        Err(Denied::Because(why)) => {
            let one = load(&reader, id).await?;
            let problem = why.get(reader.lang).to_owned();
            Ok(reader.show_problem(&problem, |frame| finding::page(frame, &one.view())))
        }
    }
}

/// `POST /p/{practice}/findings/{finding}/accept`
pub async fn accept(
    reader: Reader,
    Path((_, id)): Path<(String, String)>,
    Input(form): Input<AcceptForm>,
) -> Result<Response, Refusal> {
    let result = reader.actor().accept(&id, &form.reason, form.until.parse().ok()).await;
    decided(reader, &id, result, "accepted").await
}

/// `POST /p/{practice}/findings/{finding}/withdraw`
pub async fn withdraw(reader: Reader, Path((_, id)): Path<(String, String)>) -> Result<Response, Refusal> {
    let result = reader.actor().withdraw(&id).await;
    decided(reader, &id, result, "withdrawn").await
}

/// `POST /p/{practice}/findings/{finding}/assign`
pub async fn assign(
    reader: Reader,
    Path((_, id)): Path<(String, String)>,
    Input(form): Input<AssignForm>,
) -> Result<Response, Refusal> {
    let to = Some(form.to.as_str()).filter(|to| !to.is_empty());
    let result = reader.actor().assign(&id, to).await;
    decided(reader, &id, result, "assigned").await
}

/// `POST /p/{practice}/findings/{finding}/recheck`
pub async fn recheck(reader: Reader, Path((_, id)): Path<(String, String)>) -> Result<Response, Refusal> {
    reader.practice.finding(&id).await?;
    reader.actor().start_round().await?;
    Ok(reader.done(&["findings", &id], "recheck"))
}
