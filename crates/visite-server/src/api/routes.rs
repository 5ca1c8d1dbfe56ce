//! The routes for programs: what answers, what it takes and gives, and which scope opens it.

use super::doc::{Doc, openapi};
use super::input::{Page, Part};
use super::metrics::KIND;
use super::scope::Scope;
use super::{agents, devices, findings, health, log, metrics, practices, rounds};
use crate::web::access::{Route, Who};
use crate::web::app::App;
use axum::Json;
use axum::extract::State;
use serde_json::Value;
use visite_facts::{Assessment, PlannedMeasure};

macro_rules! here {
    ($rest:literal) => {
        concat!("/api/v1/practices/{practice}", $rest)
    };
}

/// The list, a part of [`crate::web::routes::table`].
pub fn table() -> Vec<Route> {
    use Who::{Anyone, Token, TokenHere, TokenOfAll};
    let doc = Doc::new;
    vec![
        Route::get("/healthz", Anyone, health::lives).told(doc("health", "The process lives").gives_text("text/plain")),
        Route::get("/readyz", Anyone, health::is_ready)
            .told(doc("readiness", "The store answers and has the right schema").gives_text("text/plain")),
        Route::get("/metrics", TokenOfAll(Scope::Metrics), metrics::show)
            .told(doc("metrics", "Figures of the server for Prometheus").gives_text(KIND)),
        Route::get("/api/v1/openapi.json", Anyone, description)
            .told(doc("description", "This description").gives::<Value>()),
        Route::get("/api/v1/practices", Token(Scope::PracticesRead), practices::list)
            .told(doc("practices", "Practices that the token sees, in numbers").gives::<Page<practices::Practice>>()),
        Route::get(here!("/findings"), TokenHere(Scope::FindingsRead), findings::list).told(
            doc("findings", "Findings, in the order of their ids")
                .query::<findings::Filter>()
                .gives::<Page<findings::Kept>>(),
        ),
        Route::get(here!("/findings/{finding}"), TokenHere(Scope::FindingsRead), findings::show)
            .told(doc("finding", "A finding with its history").gives::<findings::One>()),
        Route::post(here!("/findings/{finding}/accept"), TokenHere(Scope::FindingsWrite), findings::accept).told(
            doc("accept", "Accept the risk until a day").body::<findings::Accept>().gives::<findings::One>().ruled(),
        ),
        Route::post(here!("/findings/{finding}/withdraw"), TokenHere(Scope::FindingsWrite), findings::withdraw)
            .told(doc("withdraw", "Take an acceptance back").gives::<findings::One>().ruled()),
        Route::post(here!("/findings/{finding}/assign"), TokenHere(Scope::FindingsWrite), findings::assign).told(
            doc("assign", "Ask somebody to close it").body::<findings::Assign>().gives::<findings::One>().ruled(),
        ),
        Route::get(here!("/people"), TokenHere(Scope::FindingsWrite), findings::people)
            .told(doc("people", "Who can be asked to close a finding").gives::<Page<findings::Person>>()),
        Route::get(here!("/measures"), TokenHere(Scope::FindingsRead), findings::measures)
            .told(doc("measures", "What to do, in this order").gives::<Page<PlannedMeasure>>()),
        Route::get(here!("/devices"), TokenHere(Scope::DevicesRead), devices::list)
            .told(doc("devices", "Devices").query::<Part>().gives::<Page<devices::Device>>()),
        Route::get(here!("/devices/{device}"), TokenHere(Scope::DevicesRead), devices::show)
            .told(doc("device", "A device").gives::<devices::Device>()),
        Route::get(here!("/devices/{device}/facts"), TokenHere(Scope::FactsRead), devices::facts)
            .told(doc("facts", "What was seen on a device last, as a file of facts").gives::<Value>()),
        Route::get(here!("/checks"), TokenHere(Scope::ChecksRead), devices::checks)
            .told(doc("checks", "All checks, with their verdicts").gives::<Page<devices::Check>>()),
        Route::get(here!("/requirements"), TokenHere(Scope::ChecksRead), devices::requirements)
            .told(doc("requirements", "All requirements, with their status").gives::<Page<devices::Requirement>>()),
        Route::get(here!("/rounds"), TokenHere(Scope::RoundsRead), rounds::list)
            .told(doc("rounds", "Rounds, newest first").query::<Part>().gives::<Page<rounds::Round>>()),
        Route::post(here!("/rounds"), TokenHere(Scope::RoundsWrite), rounds::begin)
            .told(doc("begin_round", "Begin a round").gives_as::<rounds::Planned>(202)),
        Route::get(here!("/rounds/{round}"), TokenHere(Scope::RoundsRead), rounds::show)
            .told(doc("round", "The whole assessment of a round").gives::<Assessment>()),
        Route::get(here!("/compare"), TokenHere(Scope::RoundsRead), rounds::two).told(
            doc("compare", "What changed between two rounds").query::<rounds::Two>().gives::<rounds::Comparison>(),
        ),
        Route::get(here!("/jobs"), TokenHere(Scope::RoundsRead), rounds::jobs)
            .told(doc("jobs", "Jobs, newest first").gives::<Page<rounds::Job>>()),
        Route::get(here!("/jobs/{job}"), TokenHere(Scope::RoundsRead), rounds::job)
            .told(doc("job", "A job").gives::<rounds::Job>()),
        Route::post(here!("/jobs/{job}/cancel"), TokenHere(Scope::RoundsWrite), rounds::cancel)
            .told(doc("cancel_job", "Stop a job").ruled()),
        Route::get(here!("/agents"), TokenHere(Scope::AgentsRead), agents::list)
            .told(doc("agents", "Connected computers").gives::<Page<agents::Agent>>()),
        Route::post(here!("/agents"), TokenHere(Scope::AgentsWrite), agents::enrol).told(
            doc("enrol", "Make a line that connects a computer")
                .body::<agents::Enrol>()
                .gives_as::<agents::Line>(201)
                .ruled(),
        ),
        Route::post(here!("/agents/{agent}/revoke"), TokenHere(Scope::AgentsWrite), agents::revoke)
            .told(doc("revoke_agent", "End the access of an agent")),
        Route::get(here!("/audit"), TokenHere(Scope::AuditRead), log::list)
            .told(doc("audit", "The audit log, newest first").query::<Part>().gives::<Page<log::Entry>>()),
    ]
}

/// `GET /api/v1/openapi.json`
async fn description(State(app): State<App>) -> Json<Value> {
    Json(openapi(&table(), &app.url().origin()))
}
