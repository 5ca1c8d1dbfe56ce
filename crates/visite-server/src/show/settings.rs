//! Settings of a practice: what it says about itself, when rounds run, what may be examined, who is told, who has access.

use super::file::{self, ReleaseWish, Unusable};
use super::load::Reader;
use crate::alerts::mail;
use crate::jobs::plan;
use crate::jobs::schedule::{LUNCH, NIGHT, ROUNDS, USUAL_LUNCH, USUAL_NIGHT};
use crate::pages::settings::{self, Access, Release, View};
use crate::pages::setup::CARE;
use crate::web::input::Input;
use crate::web::refusal::{Refusal, redirect};
use axum::response::Response;
use jiff::civil::{Date, Time};
use maud::Markup;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use visite_facts::{Text, Word};
use visite_store::AuditEvent;

/// Key of the settings: who looks after the computers.
pub const CARE_KEY: &str = "care";

/// Most addresses that get alerts.
const MOST_ADDRESSES: usize = 10;

/// One part of the settings, with the fields of all of them.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Form {
    section: String,
    name: String,
    size: String,
    telematics: String,
    care: String,
    lunch: String,
    night: String,
    mail: String,
}

/// The form of a release.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ReleaseForm {
    networks: String,
    owner: String,
    until: String,
    confirmed: Option<String>,
}

impl ReleaseForm {
    /// What it says.
    pub fn wish(&self) -> ReleaseWish<'_> {
        let (networks, owner, until) = (&self.networks, &self.owner, &self.until);
        ReleaseWish { networks, owner, until, confirmed: self.confirmed.is_some() }
    }
}

/// The form that ends a release.
#[derive(Deserialize)]
pub struct WithdrawForm {
    release: String,
}

/// `GET /p/{practice}/settings`
pub async fn show(reader: Reader) -> Result<Markup, Refusal> {
    let view = view(&reader).await?;
    Ok(reader.show(|frame| settings::page(frame, &view)))
}

/// A text of the settings.
pub fn setting<'a>(reader: &'a Reader, key: &str) -> &'a str {
    reader.info.settings.get(key).and_then(Json::as_str).unwrap_or_default()
}

async fn view(reader: &Reader) -> Result<View, Refusal> {
    let practice = reader.practice_file();
    let rounds = reader.info.settings.get(ROUNDS);
    let time = |name: &str, usual: Time| {
        let said = rounds.and_then(|rounds| rounds.get(name)).and_then(Json::as_str);
        said.map_or_else(|| usual.strftime("%H:%M").to_string(), str::to_owned)
    };
    let mut releases = Vec::new();
    for release in practice.iter().flat_map(|practice| practice.releases.iter().flatten()) {
        let person = practice.as_ref().and_then(|practice| practice.person(&release.allowed_by));
        let name = person.and_then(|person| person.name.clone());
        releases.push(Release {
            id: release.id.to_string(),
            networks: file::networks_of(release),
            by: name.unwrap_or_else(|| release.allowed_by.to_string()),
            until: Some(release.until),
        });
    }
    let alerts = reader.info.settings.get(mail::ALERTS).and_then(|alerts| alerts.get(mail::TO)).and_then(Json::as_str);
    Ok(View {
        name: reader.info.name.clone(),
        size: practice
            .as_ref()
            .and_then(|it| it.practice_size())
            .map(|size| size.word().to_owned())
            .unwrap_or_default(),
        telematics: practice
            .as_ref()
            .and_then(|it| it.telematics.as_ref())
            .map(|it| it.mode.word().to_owned())
            .unwrap_or_default(),
        care: setting(reader, CARE_KEY).to_owned(),
        lunch: time(LUNCH, USUAL_LUNCH),
        night: time(NIGHT, USUAL_NIGHT),
        alerts: alerts.unwrap_or_default().to_owned(),
        releases,
        access: access(reader).await?,
    })
}

/// What access the provider has: the names of its people, and the day on which the last of them loses it.
async fn access(reader: &Reader) -> Result<Option<Access>, Refusal> {
    let (mut names, mut until) = (Vec::new(), Date::MIN);
    for membership in reader.practice.members().await? {
        if membership.role.is_of_provider() && membership.is_in_force(reader.now) {
            names.push(reader.app.store().account(&membership.account).await?.name);
            // The last day is the one before access ends.
            let end = membership.until.map(|end| end.to_zoned_datetime(reader.zone()));
            until = until.max(end.map_or(Date::MAX, |end| last_day(&end)));
        }
    }
    names.sort();
    Ok((!names.is_empty()).then(|| Access { name: names.join(", "), until }))
}

fn last_day(end: &jiff::ZonedDateTime) -> Date {
    if end.time() == Time::midnight() { end.date().yesterday().unwrap_or(end.date()) } else { end.date() }
}

async fn again(reader: Reader, problem: Text) -> Result<Response, Refusal> {
    let view = view(&reader).await?;
    let problem = problem.get(reader.lang);
    Ok(reader.show_problem(problem, |frame| settings::page(frame, &view)))
}

/// `POST /p/{practice}/settings`
pub async fn save(reader: Reader, Input(form): Input<Form>) -> Result<Response, Refusal> {
    let saved = match form.section.as_str() {
        "practice" => save_practice(&reader, &form).await,
        "times" => save_times(&reader, &form).await,
        "alerts" => save_alerts(&reader, &form).await,
        "access" => return end_access(reader).await,
        _ => Err(Unusable::Refused(Refusal::NotFound)),
    };
    answer(reader, saved, "saved").await
}

async fn answer(reader: Reader, done: Result<(), Unusable>, word: &str) -> Result<Response, Refusal> {
    match done {
        Ok(()) => Ok(reader.done(&["settings"], word)),
        Err(Unusable::Said(problem)) => again(reader, problem).await,
        Err(Unusable::Refused(refusal)) => Err(refusal),
    }
}

async fn save_practice(reader: &Reader, form: &Form) -> Result<(), Unusable> {
    check_care(&form.care)?;
    let mut practice = file::current(reader)?;
    file::set_size(&mut practice, &form.size)?;
    file::set_telematics(&mut practice, &form.telematics)?;
    file::keep(reader, &practice, "practice.changed", json!({ "size": form.size, "telematics": form.telematics }))
        .await?;
    put(reader, &[(CARE_KEY, json!(form.care))]).await?;
    let mut reader = reader.clone();
    reader.info = reader.practice.info().await?;
    file::rename(&reader, &form.name).await?;
    plan::judge(&reader.practice, reader.now).await?;
    Ok(())
}

/// Whether that is one of the answers to who looks after the computers.
pub fn check_care(word: &str) -> Result<(), Unusable> {
    if CARE.iter().any(|(known, ..)| *known == word) { Ok(()) } else { Err(file::choose()) }
}

async fn save_times(reader: &Reader, form: &Form) -> Result<(), Unusable> {
    let time = |text: &str| {
        let time = Time::strptime("%H:%M", text).ok();
        time.map(|time| json!(time.strftime("%H:%M").to_string())).ok_or_else(|| {
            Unusable::Said(Text::new(
                "Bitte schreiben Sie die Uhrzeit mit Stunde und Minute, zum Beispiel 12:30.",
                "Please write the time with hour and minute, e.g. 12:30.",
            ))
        })
    };
    let (lunch, night) = (time(&form.lunch)?, time(&form.night)?);
    put(reader, &[(ROUNDS, json!({ LUNCH: lunch, NIGHT: night }))]).await
}

async fn save_alerts(reader: &Reader, form: &Form) -> Result<(), Unusable> {
    let addresses: Vec<&str> = form.mail.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()).collect();
    if let Some(odd) = addresses.iter().find(|address| !is_address(address)) {
        let shown: String = odd.chars().take(60).collect();
        return Err(Unusable::Said(Text::new(
            format!("„{shown}“ ist keine E-Mail-Adresse. Sie sieht aus wie name@praxis.example."),
            format!("“{shown}” is no e-mail address. It looks like name@practice.example."),
        )));
    }
    if addresses.len() > MOST_ADDRESSES {
        return Err(Unusable::Said(Text::new(
            "Bitte nennen Sie höchstens 10 Adressen.",
            "Please name at most 10 addresses.",
        )));
    }
    put(reader, &[(mail::ALERTS, json!({ mail::TO: addresses.join(", "), mail::LANGUAGE: reader.lang.word() }))]).await
}

/// Whether mail can be sent to it, as far as its form tells.
fn is_address(text: &str) -> bool {
    text.parse::<lettre::Address>().is_ok()
}

/// Keeps some settings; the others stay.
pub async fn put(reader: &Reader, fields: &[(&str, Json)]) -> Result<(), Unusable> {
    let changed: Vec<&str> = fields.iter().map(|(key, _)| *key).collect();
    let event: AuditEvent = reader.event("settings.changed", json!({ "parts": changed }));
    reader.practice.put_settings(&event, fields).await?;
    Ok(())
}

/// Ends all access of the provider. Whoever did it may have lost their own.
async fn end_access(reader: Reader) -> Result<Response, Refusal> {
    for membership in reader.practice.members().await? {
        if membership.role.is_of_provider() {
            let detail = json!({ "account": membership.account, "role": membership.role.word() });
            reader.practice.end_membership(&reader.event("membership.ended", detail), &membership.account).await?;
        }
    }
    if reader.membership.role.is_of_provider() {
        return Ok(redirect("/"));
    }
    Ok(reader.done(&["settings"], "saved"))
}

/// `POST /p/{practice}/settings/release`
pub async fn release(reader: Reader, Input(form): Input<ReleaseForm>) -> Result<Response, Refusal> {
    let done = allow(&reader, &form).await;
    answer(reader, done, "released").await
}

/// Keeps a release.
pub async fn allow(reader: &Reader, form: &ReleaseForm) -> Result<(), Unusable> {
    let mut practice = file::current(reader)?;
    let detail = file::release(reader, &mut practice, &form.wish())?;
    file::keep(reader, &practice, "release.added", detail).await
}

/// `POST /p/{practice}/settings/release/withdraw`
pub async fn withdraw(reader: Reader, Input(form): Input<WithdrawForm>) -> Result<Response, Refusal> {
    let done = forbid(&reader, &form.release).await;
    answer(reader, done, "release-ended").await
}

async fn forbid(reader: &Reader, id: &str) -> Result<(), Unusable> {
    let mut practice = file::current(reader)?;
    if !file::withdraw(&mut practice, id) {
        return Err(Unusable::Said(Text::new(
            "Diese Freigabe gilt schon nicht mehr.",
            "This release is not in force any more.",
        )));
    }
    file::keep(reader, &practice, "release.withdrawn", json!({ "release": id })).await
}
