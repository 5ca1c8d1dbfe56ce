//! Connected computers: how they are, one more, one less.

use super::load::{Reader, is_silent};
use crate::act::Denied;
use crate::jobs::look::THIS_MACHINE;
use crate::pages::agents::{self, Enrolment, Made, State, View};
use crate::web::app::App;
use crate::web::input::Input;
use crate::web::refusal::Refusal;
use crate::web::urls::is_loopback_name;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use maud::Markup;
use serde::Deserialize;
use visite_store::{Agent, AgentState};

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
        // The server itself needs none.
        certificate_until: Some(agent.expires_at).filter(|_| agent.id.as_str() != THIS_MACHINE),
        version: agent.version.clone(),
        gap: agent.gap_at.is_some(),
        medical: agent.medical_device,
    }
}

struct Lists {
    agents: Vec<agents::Agent>,
    enrolments: Vec<Enrolment>,
    unreachable: Option<String>,
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
    let unreachable = how_to_be_reached(&reader.app);
    Ok(Lists { agents: shown.collect(), enrolments: waiting.collect(), unreachable })
}

/// How to start the server so that other computers reach it; nothing if they do.
pub fn how_to_be_reached(app: &App) -> Option<String> {
    let beyond = app.agents().is_none_or(|agents| agents.beyond) && !is_loopback_name(app.url().host());
    let host = if is_loopback_name(app.url().host()) { "NAME" } else { app.url().host() };
    let call = "visite serve --listen 0.0.0.0:8443 --agent-listen 0.0.0.0:8444 --public-url";
    (!beyond).then(|| format!("{call} https://{host}:8443"))
}

impl Lists {
    fn view<'a>(&'a self, made: Option<Made<'a>>) -> View<'a> {
        let unreachable = self.unreachable.as_deref();
        View { agents: &self.agents, enrolments: &self.enrolments, made, unreachable }
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

/// `POST /p/{practice}/agents`: makes a line, which this answer shows and no other ever again.
pub async fn enrol(reader: Reader, Input(form): Input<EnrolForm>) -> Result<Response, Refusal> {
    let line = reader.actor().enrol(&form.name, form.medical.is_some()).await;
    let lists = load(&reader).await?;
    match line {
        Ok(line) => {
            let made = Made { name: &line.name, command: &line.command, expires: line.expires };
            Ok(reader.show(|frame| agents::page(frame, &lists.view(Some(made)))).into_response())
        }
        Err(Denied::Refusal(refusal)) => Err(refusal),
        Err(Denied::Because(why)) => {
            let why = why.get(reader.lang).to_owned();
            Ok(reader.show_problem(&why, |frame| agents::page(frame, &lists.view(None))))
        }
    }
}

/// `POST /p/{practice}/agents/{agent}/revoke`
pub async fn revoke(reader: Reader, Path((_, id)): Path<(String, String)>) -> Result<Response, Refusal> {
    reader.actor().revoke(&id).await?;
    Ok(reader.done(&["agents"], "revoked"))
}
