//! The first-run wizard: each answer is kept at once, so that it can be left and found again.

use super::desk::Asked;
use super::file::{self, Unusable};
use super::load::Reader;
use super::provider;
use super::settings::{self, CARE_KEY, ReleaseForm, check_care, put, setting};
use crate::jobs::plan;
use crate::login::first;
use crate::pages::setup::{self, STEPS, Step, View};
use crate::web::input::Input;
use crate::web::refusal::{Refusal, redirect};
use axum::response::Response;
use maud::Markup;
use serde::Deserialize;
use serde_json::json;
use visite_facts::Word;

/// Which step is shown.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct At {
    step: String,
}

/// The answers of one step, with the fields of all of them.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Form {
    step: String,
    name: String,
    size: String,
    telematics: String,
    care: String,
    #[serde(flatten)]
    release: ReleaseForm,
}

async fn view(reader: &Reader, step: Step) -> Result<View, Refusal> {
    // A provider's server stands in the provider's network.
    let stands_here = first::stands_in_practice(reader.app.store(), reader.practice.id()).await?;
    let networks = if step == Step::Release && stands_here { nearby() } else { Vec::new() };
    let practice = reader.practice_file();
    let size = practice.as_ref().and_then(|practice| practice.practice_size());
    let telematics = practice.as_ref().and_then(|practice| practice.telematics.as_ref());
    Ok(View {
        step,
        name: reader.info.name.clone(),
        size: size.map(|size| size.word().to_owned()).unwrap_or_default(),
        telematics: telematics.map(|telematics| telematics.mode.word().to_owned()).unwrap_or_default(),
        care: setting(reader, CARE_KEY).to_owned(),
        networks,
        may_provide: step == Step::Name && provider::may_become(reader).await?,
    })
}

/// The networks of the practice in which the server's computer stands; none if that cannot be told.
#[cfg(feature = "scan")]
fn nearby() -> Vec<String> {
    let Ok(connections) = visite_scan::net::Connections::read() else { return Vec::new() };
    let attached = connections.attached().into_iter().filter(|network| network.addr().is_ipv4());
    let of_practice = attached.filter(|network| {
        visite_scan::permission::telematics(std::slice::from_ref(network), &connections, None).is_none()
    });
    of_practice.map(|network| network.to_string()).collect()
}

#[cfg(not(feature = "scan"))]
fn nearby() -> Vec<String> {
    Vec::new()
}

/// `GET /p/{practice}/setup`
pub async fn show(reader: Reader, Asked(at): Asked<At>) -> Result<Markup, Refusal> {
    let view = view(&reader, Step::named(&at.step)).await?;
    Ok(reader.show(|frame| setup::page(frame, &view)))
}

/// The first step again, with what was not possible there.
///
/// # Errors
///
/// If the store does not answer.
pub async fn again(reader: Reader, problem: &str) -> Result<Markup, Refusal> {
    let view = view(&reader, Step::Name).await?;
    Ok(reader.telling(problem).show(|frame| setup::page(frame, &view)))
}

/// `POST /p/{practice}/setup`
pub async fn save(reader: Reader, Input(form): Input<Form>) -> Result<Response, Refusal> {
    let step = Step::named(&form.step);
    match keep(&reader, step, &form).await {
        Ok(()) => {}
        Err(Unusable::Said(problem)) => {
            let view = view(&reader, step).await?;
            let problem = problem.get(reader.lang);
            return Ok(reader.show_problem(problem, |frame| setup::page(frame, &view)));
        }
        Err(Unusable::Refused(refusal)) => return Err(refusal),
    }
    let next = STEPS.iter().skip_while(|(known, _)| *known != step).nth(1).map_or("done", |(_, name)| *name);
    let told = if next == "done" { "&done=setup" } else { "" };
    Ok(redirect(&format!("{}?step={next}{told}", reader.to(&["setup"]))))
}

async fn keep(reader: &Reader, step: Step, form: &Form) -> Result<(), Unusable> {
    match step {
        Step::Name => return file::rename(reader, &form.name).await,
        Step::Size => {
            let mut practice = file::current(reader)?;
            file::set_size(&mut practice, &form.size)?;
            file::keep(reader, &practice, "practice.changed", json!({ "size": form.size })).await?;
        }
        Step::Telematics => {
            let mut practice = file::current(reader)?;
            file::set_telematics(&mut practice, &form.telematics)?;
            file::keep(reader, &practice, "practice.changed", json!({ "telematics": form.telematics })).await?;
        }
        Step::Care => {
            check_care(&form.care)?;
            return put(reader, &[(CARE_KEY, json!(form.care))]).await;
        }
        Step::Release => return settings::allow(reader, &form.release).await,
        Step::Done => return Ok(()),
    }
    plan::judge(&reader.practice, reader.now).await?;
    Ok(())
}
