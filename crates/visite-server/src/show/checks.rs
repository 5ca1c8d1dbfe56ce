//! Checks and requirements, as the newest assessment judged them, and the search over everything.

use super::desk::Asked;
use super::load::Reader;
use crate::pages::frame::Section;
use crate::pages::{checks, requirements, search};
use crate::web::refusal::Refusal;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, PreEscaped};

/// `GET /p/{practice}/checks`
pub async fn list(reader: Reader, Asked(filter): Asked<checks::Filter>) -> Result<Markup, Refusal> {
    let Some(assessment) = reader.assessment().await? else {
        return Ok(reader.nothing_yet(Section::Checks, "nav-checks"));
    };
    Ok(reader.show(|frame| checks::page(frame, &assessment, &filter)))
}

/// `GET /p/{practice}/checks.csv`
pub async fn file(reader: Reader, Asked(filter): Asked<checks::Filter>) -> Result<Response, Refusal> {
    let assessment = reader.assessment().await?.ok_or(Refusal::NotFound)?;
    Ok(reader.csv("checks", |frame| checks::table(frame, &assessment, &filter)))
}

/// `GET /p/{practice}/checks/{check}`
pub async fn show(reader: Reader, Path((_, check)): Path<(String, String)>) -> Result<Response, Refusal> {
    let assessment = reader.assessment().await?.ok_or(Refusal::NotFound)?;
    let catalog = reader.app.catalog();
    let page = reader
        .framed(|frame| checks::check(frame, &assessment, catalog, &check).map(|page| PreEscaped(frame.render(page))));
    page.map(IntoResponse::into_response).ok_or(Refusal::NotFound)
}

/// `GET /p/{practice}/requirements`
pub async fn requirements(reader: Reader, Asked(filter): Asked<requirements::Filter>) -> Result<Markup, Refusal> {
    let Some(assessment) = reader.assessment().await? else {
        return Ok(reader.nothing_yet(Section::Requirements, "nav-requirements"));
    };
    Ok(reader.show(|frame| requirements::page(frame, &assessment, reader.app.catalog(), &filter)))
}

/// `GET /p/{practice}/requirements.csv`
pub async fn requirements_file(
    reader: Reader,
    Asked(filter): Asked<requirements::Filter>,
) -> Result<Response, Refusal> {
    let assessment = reader.assessment().await?.ok_or(Refusal::NotFound)?;
    let catalog = reader.app.catalog();
    Ok(reader.csv("requirements", |frame| requirements::table(frame, &assessment, catalog, &filter)))
}

/// `GET /p/{practice}/search`: the word to look for stands in the frame.
pub async fn search(reader: Reader) -> Result<Markup, Refusal> {
    let Some(assessment) = reader.assessment().await? else {
        return Ok(reader.nothing_yet(Section::None, "search-label"));
    };
    Ok(reader.show(|frame| search::page(frame, &search::View { assessment: &assessment })))
}
