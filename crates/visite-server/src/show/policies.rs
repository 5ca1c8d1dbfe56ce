//! Rules of a provider: chosen, and excepted from.

use super::desk::{Desk, own_practices};
use crate::login::views::{ZONE, t};
use crate::pages::policies::{self as page, Exception as Shown};
use crate::policies::{ALL, Exception, Kept, MOST_OF_REASON, Policies, Policy, SETTING};
use crate::web::input::Input;
use crate::web::refusal::{Refusal, redirect};
use axum::extract::Path;
use axum::response::Response;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use maud::Markup;
use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use visite_facts::Text;

/// The form that chooses.
#[derive(Deserialize)]
pub struct Choose {
    policy: String,
    value: String,
}

/// The form that excepts a practice.
#[derive(Deserialize)]
pub struct Except {
    practice: String,
    reason: String,
    until: String,
}

/// The form that ends an exception.
#[derive(Deserialize)]
pub struct EndException {
    practice: String,
}

fn today(desk: &Desk) -> Date {
    desk.now.to_zoned_datetime(TimeZone::get(ZONE).unwrap_or(TimeZone::UTC)).date()
}

/// The practices that the reader sees, by id.
async fn practices(desk: &Desk) -> Result<BTreeMap<String, String>, Refusal> {
    let own: BTreeSet<_> =
        own_practices(&desk.app, &desk.visitor).await?.into_iter().map(|membership| membership.practice).collect();
    let all = desk.app.store().practices().await?;
    let seen = all.into_iter().filter(|practice| own.contains(&practice.id));
    Ok(seen.map(|practice| (practice.id.to_string(), practice.name)).collect())
}

async fn views(desk: &Desk) -> Result<(Vec<page::Policy>, Vec<(String, String)>), Refusal> {
    let practices = practices(desk).await?;
    let policies = Policies::load(&desk.app).await?;
    let view = |policy: Policy| {
        let (title, text) = policy.texts();
        // An exception for a practice that the reader does not see is nobody's business here.
        let shown = policies.exceptions(policy, today(desk)).into_iter().filter_map(|exception| {
            let name = practices.get(exception.practice.as_str())?;
            Some(Shown {
                id: exception.practice.to_string(),
                practice: name.clone(),
                reason: exception.reason.clone(),
                until: exception.until,
            })
        });
        page::Policy {
            id: policy.word().to_owned(),
            title: title.get(desk.lang).to_owned(),
            text: text.get(desk.lang).to_owned(),
            value: policies.chosen(policy).to_owned(),
            choices: policy
                .choices()
                .into_iter()
                .map(|(word, name)| (word.to_owned(), name.get(desk.lang).to_owned()))
                .collect(),
            exceptions: shown.collect(),
        }
    };
    let views = ALL.into_iter().map(view).collect();
    let mut choices: Vec<(String, String)> = practices.into_iter().collect();
    choices.sort_by(|(_, a), (_, b)| a.cmp(b));
    Ok((views, choices))
}

/// `GET /policies`
pub async fn show(desk: Desk) -> Result<Markup, Refusal> {
    let (policies, practices) = views(&desk).await?;
    Ok(desk.show(|frame| page::page(frame, &policies, &practices)))
}

async fn again(desk: Desk, de: &'static str, en: &'static str) -> Result<Response, Refusal> {
    let (policies, practices) = views(&desk).await?;
    let problem = t(desk.lang, de, en);
    Ok(desk.show_problem(problem, |frame| page::page(frame, &policies, &practices)))
}

/// `POST /policies`
pub async fn choose(desk: Desk, Input(form): Input<Choose>) -> Result<Response, Refusal> {
    let policy = Policy::from_word(&form.policy).ok_or(Refusal::NotFound)?;
    if !policy.choices().iter().any(|(word, _)| *word == form.value) {
        return again(desk, "Bitte wählen Sie aus, was gilt.", "Please choose what counts.").await;
    }
    let detail = json!({ "policy": policy.word(), "value": form.value });
    change(&desk, policy, detail, |kept| kept.value = form.value).await?;
    Ok(redirect("/policies?done=saved"))
}

/// `POST /policies/{policy}/exceptions`
pub async fn except(desk: Desk, Path(policy): Path<String>, Input(form): Input<Except>) -> Result<Response, Refusal> {
    let policy = Policy::from_word(&policy).ok_or(Refusal::NotFound)?;
    let practice = match practices(&desk).await?.contains_key(&form.practice) {
        true => visite_store::PracticeId::new(&form.practice)?,
        false => return again(desk, "Bitte wählen Sie eine Praxis aus.", "Please choose a practice.").await,
    };
    let reason = form.reason.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > MOST_OF_REASON || reason.chars().any(char::is_control) {
        let de = "Bitte geben Sie einen Grund an, mit höchstens 300 Zeichen.";
        return again(desk, de, "Please give a reason of at most 300 characters.").await;
    }
    let (first, last) = (today(&desk), today(&desk).saturating_add(1.year()));
    let Some(until) = form.until.parse::<Date>().ok().filter(|until| (first..=last).contains(until)) else {
        let de = "Das Datum liegt in der Vergangenheit oder mehr als ein Jahr voraus. Wählen Sie ein anderes.";
        return again(desk, de, "The date is in the past or more than a year ahead. Choose another one.").await;
    };
    let detail = json!({ "policy": policy.word(), "practice": practice, "until": until });
    change(&desk, policy, detail, |kept| {
        kept.exceptions.retain(|exception| exception.practice != practice && exception.until >= first);
        kept.exceptions.push(Exception { practice, reason, until });
    })
    .await?;
    Ok(redirect("/policies?done=exception"))
}

/// `POST /policies/{policy}/exceptions/end`
pub async fn end(
    desk: Desk,
    Path(policy): Path<String>,
    Input(form): Input<EndException>,
) -> Result<Response, Refusal> {
    let policy = Policy::from_word(&policy).ok_or(Refusal::NotFound)?;
    if !practices(&desk).await?.contains_key(&form.practice) {
        return Err(Refusal::NotFound);
    }
    let detail = json!({ "policy": policy.word(), "practice": form.practice, "until": null });
    change(&desk, policy, detail, |kept| {
        kept.exceptions.retain(|exception| exception.practice.as_str() != form.practice);
    })
    .await?;
    Ok(redirect("/policies?done=saved"))
}

async fn change(
    desk: &Desk,
    policy: Policy,
    detail: serde_json::Value,
    how: impl FnOnce(&mut Kept),
) -> Result<(), Refusal> {
    let (mut policies, before) = Policies::with_text(&desk.app).await?;
    how(policies.0.entry(policy.word().to_owned()).or_default());
    let text = serde_json::to_string(&policies)?;
    let event = desk.event("policy.changed", detail);
    if desk.app.store().replace_setting(&event, SETTING, before.as_deref(), &text).await? {
        return Ok(());
    }
    Err(Refusal::Bad(Text::new(
        "Die Regeln wurden gleichzeitig an anderer Stelle geändert. Sehen Sie nach, und versuchen Sie es noch einmal.",
        "The rules were changed elsewhere at the same time. Have a look, and try again.",
    )))
}
