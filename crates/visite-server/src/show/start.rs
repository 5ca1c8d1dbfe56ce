//! Where everybody begins: the only practice of a person, or all of them; and the start page of a practice.

use super::desk::own_practices;
use super::load::{Reader, active, is_silent};
use super::rounds;
use crate::pages::start;
use crate::web::access::READS;
use crate::web::app::App;
use crate::web::refusal::{Refusal, redirect};
use crate::web::visit::Visitor;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

/// `GET /`
pub async fn home(State(app): State<App>, visitor: Visitor) -> Result<Response, Refusal> {
    let practices = own_practices(&app, &visitor).await?;
    let readable: Vec<_> = practices.iter().filter(|one| READS.contains(&one.role)).collect();
    Ok(match readable.as_slice() {
        [only] if visitor.account.provider_role.is_none() => redirect(&format!("/p/{}", only.practice)),
        [] if visitor.account.provider_role.is_none() => redirect("/account"),
        _ => redirect("/practices"),
    })
}

/// `GET /p/{practice}`. The page asks again by itself while nothing is judged; until then there is nothing to say.
pub async fn show(reader: Reader, headers: HeaderMap) -> Result<Response, Refusal> {
    let assessment = reader.assessment().await?;
    let asks_again = headers.contains_key("hx-request") && !headers.contains_key("hx-boosted");
    if asks_again && assessment.is_none() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let points = rounds::points(&reader).await?;
    let agents = reader.practice.agents().await?;
    let known = active(&agents).count();
    let silent = active(&agents).filter(|agent| is_silent(agent.last_seen_at, agent.created_at, reader.now)).count();
    let running = rounds::running(&reader).await?;
    let view = start::View {
        assessment: assessment.as_ref(),
        reached: (known > 0).then_some((known - silent, known)),
        rounds: &points,
        next_round: rounds::next(&reader),
        running: running.as_deref(),
        set_up: reader.info.file.is_some(),
    };
    Ok(reader.show(|frame| start::page(frame, &view)).into_response())
}
