//! Connected computers: how they are, one more, one less.

use super::load::{Reader, invalid, is_silent};
use crate::login::views::t;
use crate::pages::agents::{self, Enrolment, Made, State, View};
use crate::web::input::Input;
use crate::web::refusal::Refusal;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use maud::Markup;
use serde::Deserialize;
use serde_json::json;
use visite_agent::protocol::Token;
use visite_store::{Agent, AgentId, AgentState, NewEnrolment};

/// How long a line can be used.
const LINE_LASTS: SignedDuration = SignedDuration::from_hours(24);

/// The form that makes a line.
#[derive(Deserialize)]
pub struct EnrolForm {
    name: String,
    medical: Option<String>,
}

/// An agent as pages show it.
pub fn shown(agent: &Agent, now: Timestamp) -> agents::Agent {
    agents::Agent {
        id: agent.id.to_string(),
        subject: agent.subject.as_ref().map(|subject| subject.0.clone()),
        name: agent.name.clone(),
        state: match agent.state {
            AgentState::Revoked => State::Revoked,
            AgentState::Active if is_silent(agent.last_seen_at, agent.created_at, now) => State::Silent,
            AgentState::Active => State::Active,
        },
        last_seen: agent.last_seen_at,
        certificate_until: Some(agent.expires_at),
        version: agent.version.clone(),
        gap: agent.gap_at.is_some(),
        medical: agent.medical_device,
    }
}

struct Lists {
    agents: Vec<agents::Agent>,
    enrolments: Vec<Enrolment>,
}

async fn load(reader: &Reader) -> Result<Lists, Refusal> {
    let agents = reader.practice.agents().await?;
    let assessment = reader.assessment().await?;
    let subjects = || assessment.iter().flat_map(|assessment| &assessment.subjects);
    // Before its first judgement a computer has no page.
    let is_seen = |id: &str| subjects().any(|assessed| assessed.subject.id.0 == id);
    let shown = agents
        .iter()
        .map(|agent| shown(agent, reader.now))
        .map(|agent| agents::Agent { subject: agent.subject.filter(|id| is_seen(id)), ..agent });
    let enrolments = reader.practice.enrolments().await?;
    let waiting = enrolments.into_iter().filter(|one| one.used_at.is_none() && one.expires_at > reader.now);
    let waiting = waiting.map(|one| Enrolment { name: one.name, expires: one.expires_at });
    Ok(Lists { agents: shown.collect(), enrolments: waiting.collect() })
}

impl Lists {
    fn view<'a>(&'a self, made: Option<Made<'a>>) -> View<'a> {
        View { agents: &self.agents, enrolments: &self.enrolments, made }
    }
}

/// `GET /p/{practice}/agents`
pub async fn list(reader: Reader) -> Result<Markup, Refusal> {
    let lists = load(&reader).await?;
    Ok(reader.show(|frame| agents::page(frame, &lists.view(None))))
}

/// `GET /p/{practice}/agents.csv`
pub async fn file(reader: Reader) -> Result<Response, Refusal> {
    let lists = load(&reader).await?;
    Ok(reader.csv("agents", |frame| agents::table(frame, &lists.agents)))
}

async fn again(reader: Reader, problem: &str) -> Result<Response, Refusal> {
    let lists = load(&reader).await?;
    Ok(reader.show_problem(problem, |frame| agents::page(frame, &lists.view(None))))
}

/// `POST /p/{practice}/agents`: makes a line, which this answer shows and no other ever again.
pub async fn enrol(reader: Reader, Input(form): Input<EnrolForm>) -> Result<Response, Refusal> {
    let app = reader.app.clone();
    let Some(endpoint) = app.agents() else {
        let problem = t(
            reader.lang,
            "Dieser Server nimmt keine Computer an. Starten Sie ihn so, dass er von anderen Computern aus erreichbar ist.",
            "This server takes no computers. Start it so that it can be reached from other computers.",
        );
        return again(reader, problem).await;
    };
    let token = Token::new(app.random()?, endpoint.authority.hash()).text();
    let name = form.name.trim().to_owned();
    let expires = reader.now.saturating_add(LINE_LASTS).unwrap_or(Timestamp::MAX);
    let event = reader.event("enrolment.created", json!({ "name": name, "medical": form.medical.is_some() }));
    let new = NewEnrolment { name: name.clone(), expires_at: expires };
    if let Err(error) = reader.practice.create_enrolment(&event, &token, &new).await {
        let why = invalid(error)?;
        let why = why.get(reader.lang).to_owned();
        return again(reader, &why).await;
    }
    let medical = if form.medical.is_some() { "yes" } else { "no" };
    let command = format!(
        "sudo visite agent enroll {} {token} --medical-device {medical} && sudo visite agent install",
        endpoint.url
    );
    let lists = load(&reader).await?;
    let made = Made { name: &name, command: &command, expires };
    Ok(reader.show(|frame| agents::page(frame, &lists.view(Some(made)))).into_response())
}

/// `POST /p/{practice}/agents/{agent}/revoke`
pub async fn revoke(reader: Reader, Path((_, id)): Path<(String, String)>) -> Result<Response, Refusal> {
    let id = AgentId::new(id).map_err(|_| Refusal::NotFound)?;
    reader.practice.revoke_agent(&reader.event("agent.revoked", json!({ "agent": id })), &id).await?;
    Ok(reader.done(&["agents"], "revoked"))
}
