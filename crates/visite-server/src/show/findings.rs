//! Findings: the list, one finding, and what people decide about it.

use super::desk::Asked;
use super::load::Reader;
use super::rounds;
use crate::jobs::plan;
use crate::login::views::t;
use crate::pages::finding::{self, Event, EventKind};
use crate::pages::findings::{self, Filter};
use crate::pages::frame::Section;
use crate::web::access::DECIDES_FINDINGS;
use crate::web::input::Input;
use crate::web::refusal::Refusal;
use axum::extract::Path;
use axum::response::Response;
use jiff::ToSpan;
use jiff::civil::Date;
use maud::Markup;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use visite_catalog::Catalog;
use visite_facts::{Acceptance, Assessment, FindingState};
use visite_store::{AccountId, FindingEvent, FindingEventKind, KeptFinding};

/// Longest reason of an acceptance, in characters.
const MOST_OF_REASON: usize = 1000;

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
    let mut people = people(reader).await?;
    let assigned = kept.assigned_to.map(String::from);
    // Whoever has left the practice still is who was asked.
    if let Some(account) = &assigned
        && !is_among(&people, account)
        && let Some(name) = reader.name_of(account).await?
    {
        people.push((account.clone(), name));
    }
    let history = history(reader, reader.practice.finding_events(id).await?).await?;
    let (catalog, acceptance_days) = (reader.app.catalog().clone(), acceptance_days(reader));
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

/// An acceptance lasts until today at least and for a year at most, so that somebody thinks about it again.
fn acceptance_days(reader: &Reader) -> (Date, Date) {
    let today = reader.today();
    (today, today.saturating_add(1.year()))
}

fn is_among(people: &[(String, String)], account: &str) -> bool {
    people.iter().any(|(known, _)| known == account)
}

/// Who may be asked to close a finding: account and name, by name.
async fn people(reader: &Reader) -> Result<Vec<(String, String)>, Refusal> {
    let mut people = Vec::new();
    for membership in reader.practice.members().await? {
        if membership.is_in_force(reader.now) && DECIDES_FINDINGS.contains(&membership.role) {
            let account = reader.app.store().account(&membership.account).await?;
            people.push((String::from(account.id), account.name));
        }
    }
    people.sort_by(|one, other| one.1.cmp(&other.1));
    Ok(people)
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

/// The page of a finding again, with what was not right.
async fn again(reader: Reader, id: &str, de: &str, en: &str) -> Result<Response, Refusal> {
    let one = load(&reader, id).await?;
    let problem = t(reader.lang, de, en);
    Ok(reader.show_problem(problem, |frame| finding::page(frame, &one.view())))
}

/// `POST /p/{practice}/findings/{finding}/accept`
pub async fn accept(
    reader: Reader,
    Path((_, id)): Path<(String, String)>,
    Input(form): Input<AcceptForm>,
) -> Result<Response, Refusal> {
    let kept = reader.practice.finding(&id).await?.finding;
    let reason = form.reason.trim();
    if reason.is_empty() || reason.chars().count() > MOST_OF_REASON {
        let de = "Bitte begründen Sie, warum Sie das Risiko tragen, in höchstens 1000 Zeichen.";
        return again(reader, &id, de, "Please say why you bear the risk, in at most 1,000 characters.").await;
    }
    let (first, last) = acceptance_days(&reader);
    let until = form.until.parse::<Date>().ok().filter(|until| first <= *until && *until <= last);
    let Some(until) = until else {
        let de = "Bitte wählen Sie einen Tag ab heute und höchstens ein Jahr voraus.";
        return again(reader, &id, de, "Please choose a day from today on, at most a year ahead.").await;
    };
    if kept.state == FindingState::Fixed {
        let de = "Diese Lücke ist inzwischen geschlossen. Sie brauchen nichts zu akzeptieren.";
        return again(reader, &id, de, "This gap has been closed meanwhile. There is nothing to accept.").await;
    }
    let acceptance =
        Acceptance { finding: id.clone(), reason: reason.to_owned(), by: reader.visitor.account.name.clone(), until };
    let event = reader.event("finding.accepted", json!({ "finding": id, "until": until }));
    reader.practice.accept(&event, &acceptance).await?;
    plan::judge(&reader.practice, reader.now).await?;
    Ok(reader.done(&["findings", &id], "accepted"))
}

/// `POST /p/{practice}/findings/{finding}/withdraw`
pub async fn withdraw(reader: Reader, Path((_, id)): Path<(String, String)>) -> Result<Response, Refusal> {
    let event = reader.event("finding.withdrawn", json!({ "finding": id }));
    if !reader.practice.withdraw_acceptance(&event, &id).await? {
        let de = "Diese Zusage steht in der Praxisdatei und endet dort, oder sie ist schon zurückgenommen.";
        let en = "This acceptance stands in the practice file and ends there, or it was withdrawn already.";
        return again(reader, &id, de, en).await;
    }
    plan::judge(&reader.practice, reader.now).await?;
    Ok(reader.done(&["findings", &id], "withdrawn"))
}

/// `POST /p/{practice}/findings/{finding}/assign`
pub async fn assign(
    reader: Reader,
    Path((_, id)): Path<(String, String)>,
    Input(form): Input<AssignForm>,
) -> Result<Response, Refusal> {
    let to = match form.to.as_str() {
        "" => None,
        account => {
            if !is_among(&people(&reader).await?, account) {
                let de = "Diese Person hat in der Praxis keine passende Rolle mehr. Wählen Sie eine andere.";
                let en = "This person has no fitting role in the practice any more. Choose another one.";
                return again(reader, &id, de, en).await;
            }
            AccountId::new(account).ok()
        }
    };
    let event = reader.event("finding.assigned", json!({ "finding": id, "to": to }));
    reader.practice.assign(&event, &id, to.as_ref()).await?;
    Ok(reader.done(&["findings", &id], "assigned"))
}

/// `POST /p/{practice}/findings/{finding}/recheck`
pub async fn recheck(reader: Reader, Path((_, id)): Path<(String, String)>) -> Result<Response, Refusal> {
    reader.practice.finding(&id).await?;
    rounds::start(&reader).await?;
    Ok(reader.done(&["findings", &id], "recheck"))
}
