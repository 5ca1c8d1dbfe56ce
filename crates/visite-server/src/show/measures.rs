//! Measures: the list, one in full, its order sheet, and asking to measure again.

use super::load::Reader;
use crate::pages::frame::Section;
use crate::pages::{measures, order};
use crate::web::refusal::Refusal;
use axum::extract::Path;
use axum::response::Response;
use maud::Markup;
use visite_facts::{Assessment, PlannedMeasure};

/// `GET /p/{practice}/measures`
pub async fn list(reader: Reader) -> Result<Markup, Refusal> {
    let Some(assessment) = reader.assessment().await? else {
        return Ok(reader.nothing_yet(Section::Measures, "nav-measures"));
    };
    Ok(reader.show(|frame| measures::page(frame, &assessment)))
}

/// `GET /p/{practice}/measures.csv`
pub async fn file(reader: Reader) -> Result<Response, Refusal> {
    let assessment = reader.assessment().await?.ok_or(Refusal::NotFound)?;
    Ok(reader.csv("measures", |frame| measures::table(frame, &assessment)))
}

fn planned<'a>(assessment: &'a Assessment, id: &str) -> Result<&'a PlannedMeasure, Refusal> {
    assessment.measures.iter().find(|planned| planned.measure.id == id).ok_or(Refusal::NotFound)
}

/// `GET /p/{practice}/measures/{measure}`
pub async fn show(reader: Reader, Path((_, id)): Path<(String, String)>) -> Result<Markup, Refusal> {
    let assessment = reader.assessment().await?.ok_or(Refusal::NotFound)?;
    let planned = planned(&assessment, &id)?;
    Ok(reader.show(|frame| measures::measure(frame, &assessment, planned)))
}

/// `GET /p/{practice}/measures/{measure}/order`
pub async fn order(reader: Reader, Path((_, id)): Path<(String, String)>) -> Result<Markup, Refusal> {
    let assessment = reader.assessment().await?.ok_or(Refusal::NotFound)?;
    let view = order::View { assessment: &assessment, planned: planned(&assessment, &id)? };
    Ok(reader.show(|frame| order::page(frame, &view)))
}

/// `POST /p/{practice}/measures/{measure}/recheck`
pub async fn recheck(reader: Reader, Path((_, id)): Path<(String, String)>) -> Result<Response, Refusal> {
    let assessment = reader.assessment().await?.ok_or(Refusal::NotFound)?;
    planned(&assessment, &id)?;
    reader.actor().start_round().await?;
    Ok(reader.done(&["measures", &id], "recheck"))
}
