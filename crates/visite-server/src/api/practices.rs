//! Practices: which the token sees, and how urgent each is.

use super::caller::Program;
use super::input::Page;
use super::scope::Scope;
use crate::show::practices::in_numbers;
use crate::web::app::App;
use crate::web::refusal::Refusal;
use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;
use visite_store::PracticeId;

/// A practice in numbers.
#[derive(Serialize, JsonSchema)]
pub struct Practice {
    /// Its id, as in all addresses.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Open gaps of severity critical and high.
    pub urgent: u32,
    /// Open gaps of severity medium.
    pub act: u32,
    /// Open gaps of severity low.
    pub occasion: u32,
    /// Points that were judged in the last round.
    pub checked: u32,
    /// Points in all in the last round.
    pub points: u32,
    /// Agents not heard for more than three days.
    pub silent_agents: u32,
    /// When the last round was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub last_round: Option<Timestamp>,
}

/// `GET /api/v1/practices`
pub async fn list(State(app): State<App>, program: Program) -> Result<Json<Page<Practice>>, Refusal> {
    let now = app.now();
    let roles = Scope::PracticesRead.roles();
    let all = app.store().memberships(&program.account.id).await?;
    let is_own = |id: &PracticeId| program.token.practice.as_ref().is_none_or(|own| own == id);
    let readable: BTreeSet<PracticeId> = all
        .into_iter()
        .filter(|one| one.is_in_force(now) && roles.contains(&one.role) && is_own(&one.practice))
        .map(|one| one.practice)
        .collect();
    let rows = in_numbers(&app, now, &readable).await?;
    let practices = rows.into_iter().map(|row| Practice {
        id: row.id,
        name: row.name,
        urgent: row.urgent,
        act: row.act,
        occasion: row.occasion,
        checked: row.checked,
        points: row.points,
        silent_agents: row.silent,
        last_round: row.last_round,
    });
    Ok(Json(Page::whole(practices.collect())))
}
