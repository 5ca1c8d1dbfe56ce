//! Connected computers: how they are, one more, one less.

use super::input::{Body, Page};
use crate::act::Actor;
use crate::show::load::is_silent;
use crate::web::refusal::Refusal;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use visite_facts::Word;
use visite_store::AgentState;

/// An agent.
#[derive(Serialize, JsonSchema)]
pub struct Agent {
    /// Its id.
    pub id: String,
    /// Name for people, usually the computer's.
    pub name: String,
    /// The device on which it runs, once it has told about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// `active` or `revoked`.
    pub state: &'static str,
    /// Whether it may deliver and was not heard for more than three days.
    pub silent: bool,
    /// When it delivered last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub last_seen: Option<Timestamp>,
    /// When its certificate ends.
    #[schemars(with = "String")]
    pub certificate_until: Timestamp,
    /// Version of its program.
    pub version: String,
    /// Whether the computer belongs to a medical device.
    pub medical_device: bool,
}

/// A computer that is to be connected.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Enrol {
    /// Name for people.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// Whether the computer belongs to a medical device.
    #[serde(default)]
    pub medical_device: bool,
}

/// The line that connects one computer. It is told once.
#[derive(Serialize, JsonSchema)]
pub struct Line {
    /// Name for people.
    pub name: String,
    /// The command for the computer. It holds a secret.
    pub command: String,
    /// Until when it can be used, once.
    #[schemars(with = "String")]
    pub expires: Timestamp,
}

/// `GET /api/v1/practices/{practice}/agents`
pub async fn list(actor: Actor) -> Result<Json<Page<Agent>>, Refusal> {
    let agents = actor.practice.agents().await?.into_iter().map(|agent| Agent {
        silent: agent.state == AgentState::Active && is_silent(agent.last_seen_at, agent.created_at, actor.now),
        id: agent.id.to_string(),
        name: agent.name,
        device: agent.subject.map(|subject| subject.0),
        state: agent.state.word(),
        last_seen: agent.last_seen_at,
        certificate_until: agent.expires_at,
        version: agent.version,
        medical_device: agent.medical_device,
    });
    Ok(Json(Page::whole(agents.collect())))
}

/// `POST /api/v1/practices/{practice}/agents`
pub async fn enrol(actor: Actor, Body(body): Body<Enrol>) -> Result<(StatusCode, Json<Line>), Refusal> {
    let line = actor.enrol(&body.name, body.medical_device).await?;
    let line = Line { name: line.name, command: line.command, expires: line.expires };
    Ok((StatusCode::CREATED, Json(line)))
}

/// `POST /api/v1/practices/{practice}/agents/{agent}/revoke`
pub async fn revoke(actor: Actor, Path((_, id)): Path<(String, String)>) -> Result<StatusCode, Refusal> {
    actor.revoke(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}
