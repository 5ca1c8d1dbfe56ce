//! Connected computers.

use super::load::is_silent;
use crate::pages::agents::{self, State};
use jiff::Timestamp;
use visite_store::{Agent, AgentState};

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
