//! How a provider appears to its practices: kept as settings of the installation.

use super::desk::Desk;
use crate::login::views::t;
use crate::pages::{Brand, branding};
use crate::web::app::App;
use crate::web::input::Upload;
use crate::web::refusal::{Refusal, redirect};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use maud::Markup;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The setting that holds name, telephone and mail.
pub const SETTING: &str = "branding";
/// The setting that holds the logo: a PNG, in base64.
const LOGO: &str = "branding.logo";
/// Largest logo, in bytes.
const MOST_BYTES: usize = 200 * 1024;
/// Largest form: the logo and the fields beside it.
pub const MOST_OF_FORM: usize = MOST_BYTES + 8 * 1024;
/// How every PNG begins.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Longest name, telephone and mail, in characters.
const MOST_OF_FIELD: usize = 100;

#[derive(Default, Serialize, Deserialize)]
struct Kept {
    name: String,
    phone: String,
    mail: String,
}

/// The brand; none where nobody set it.
///
/// # Errors
///
/// If the store does not answer.
pub async fn load(app: &App) -> Result<Option<Brand>, Refusal> {
    let Some(text) = app.store().setting(SETTING).await? else { return Ok(None) };
    let Kept { name, phone, mail } = serde_json::from_str(&text)?;
    let logo = app.store().setting(LOGO).await?.is_some();
    Ok(Some(Brand { name, phone, mail, logo }))
}

/// `GET /branding`
pub async fn show(desk: Desk) -> Result<Markup, Refusal> {
    let brand = load(&desk.app).await?.unwrap_or_default();
    Ok(desk.show(|frame| branding::page(frame, &brand)))
}

/// `POST /branding`. Without a file the logo stays.
pub async fn save(desk: Desk, upload: Upload) -> Result<Response, Refusal> {
    let field = |name: &str| upload.text(name).trim().to_owned();
    let kept = Kept { name: field("name"), phone: field("phone"), mail: field("mail") };
    let logo = upload.file("logo");
    if let Some(problem) = problem(&desk, &kept, logo) {
        let has_logo = desk.app.store().setting(LOGO).await?.is_some();
        let Kept { name, phone, mail } = kept;
        let brand = Brand { name, phone, mail, logo: has_logo };
        return Ok(desk.show_problem(problem, |frame| branding::page(frame, &brand)));
    }
    let event = desk.event("branding.changed", json!({ "name": kept.name, "logo": !logo.is_empty() }));
    desk.app.store().set_setting(&event, SETTING, Some(&serde_json::to_string(&kept)?)).await?;
    if !logo.is_empty() {
        desk.app.store().set_setting(&event, LOGO, Some(&BASE64.encode(logo))).await?;
    }
    Ok(redirect("/branding?done=saved"))
}

fn problem(desk: &Desk, kept: &Kept, logo: &[u8]) -> Option<&'static str> {
    let is_line = |text: &str| text.chars().count() <= MOST_OF_FIELD && !text.chars().any(char::is_control);
    if kept.name.is_empty() || ![&kept.name, &kept.phone, &kept.mail].into_iter().all(|text| is_line(text)) {
        let de = "Bitte geben Sie einen Namen an, und in jedem Feld höchstens 100 Zeichen.";
        return Some(t(desk.lang, de, "Please give a name, and at most 100 characters in each field."));
    }
    let is_number = |sign: char| sign.is_ascii_digit() || " +-/()".contains(sign);
    if !kept.phone.chars().all(is_number) {
        let de = "Bitte schreiben Sie die Telefonnummer mit Ziffern, zum Beispiel 040 123456.";
        return Some(t(desk.lang, de, "Please write the telephone number in digits, e.g. 040 123456."));
    }
    if !kept.mail.is_empty() && kept.mail.parse::<lettre::Address>().is_err() {
        let de = "Bitte geben Sie eine E-Mail-Adresse an, zum Beispiel hilfe@it.example.";
        return Some(t(desk.lang, de, "Please give an e-mail address, e.g. help@it.example."));
    }
    if logo.len() > MOST_BYTES || !(logo.is_empty() || logo.starts_with(PNG)) {
        let de = "Das Logo ist kein PNG oder größer als 200 KB. Verkleinern Sie es, und laden Sie es noch einmal hoch.";
        return Some(t(
            desk.lang,
            de,
            "The logo is no PNG or larger than 200 KB. Make it smaller and upload it again.",
        ));
    }
    None
}

/// `GET /logo`
pub async fn logo(State(app): State<App>) -> Result<Response, Refusal> {
    let kept = app.store().setting(LOGO).await?.ok_or(Refusal::NotFound)?;
    let png = BASE64.decode(kept.as_bytes()).map_err(|error| Refusal::failed("reading the logo", &error))?;
    Ok(([(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "private, max-age=300")], png).into_response())
}
