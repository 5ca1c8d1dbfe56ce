//! The audit log of a practice.

use super::input::{Page, Part, Wanted, number};
use crate::act::Actor;
use crate::web::refusal::Refusal;
use axum::Json;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Something that somebody did.
#[derive(Serialize, JsonSchema)]
pub struct Entry {
    /// Its number in the log of the whole installation.
    pub number: i64,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Who: the id of an account, `agent:<practice>/<agent>`, or `visite`.
    pub who: String,
    /// What, as a dotted word.
    pub what: String,
    /// Details; their fields depend on what was done.
    pub detail: Value,
    /// The hash of this row and all before it.
    pub hash: String,
}

/// `GET /api/v1/practices/{practice}/audit`: newest first.
pub async fn list(actor: Actor, Wanted(part): Wanted<Part>) -> Result<Json<Page<Entry>>, Refusal> {
    let limit = part.limit()?;
    let before = number(part.cursor.as_deref())?;
    let entries = actor.practice.audit_log(before, limit as u64 + 1).await?.into_iter().map(|entry| Entry {
        number: entry.number,
        at: entry.event.at,
        who: entry.event.who,
        what: entry.event.what,
        detail: entry.event.detail,
        hash: entry.hash,
    });
    Ok(Json(Page::cut(entries.collect(), limit, |entry: &Entry| entry.number.to_string())))
}
