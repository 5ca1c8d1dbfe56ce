//! A provider's own: becoming one at the first start, and the people who work there.

use super::desk::{Desk, own_practices};
use super::load::Reader;
use super::setup;
use crate::jobs::look::THIS_MACHINE;
use crate::login::first::{INSTALLATION_KIND, PROVIDER, is_of_provider, is_waiting};
use crate::login::links;
use crate::login::session::is_placeholder;
use crate::login::views::t;
use crate::pages::team::{self, Member, View};
use crate::web::app::App;
use crate::web::input::Input;
use crate::web::refusal::{Refusal, redirect};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::Markup;
use serde::Deserialize;
use serde_json::json;
use visite_facts::Word;
use visite_store::{Account, AccountId, AuditEvent, NewAccount, RecordId, Role, StoreError};

/// Whether the reader may say that a provider runs this server: nobody but them was here yet, and nothing is kept but what
/// the first start made.
///
/// # Errors
///
/// If the store does not answer.
pub async fn may_become(reader: &Reader) -> Result<bool, Refusal> {
    let store = reader.app.store();
    if is_of_provider(store).await? || !reader.visitor.administers(&reader.app).await? {
        return Ok(false);
    }
    let alone = store.accounts().await?.len() == 1 && store.practices().await?.len() == 1;
    Ok(alone && reader.practice.agents().await?.iter().all(|agent| agent.id.as_str() == THIS_MACHINE))
}

/// The form that says so.
#[derive(Deserialize)]
pub struct Become {
    confirmed: Option<String>,
}

/// `POST /p/{practice}/setup/provider`: a provider runs this server. The practice that the first start made goes, with what
/// was measured since.
pub async fn become_one(reader: Reader, Input(form): Input<Become>) -> Result<Response, Refusal> {
    if form.confirmed.is_none() {
        let problem = t(
            reader.lang,
            "Bitte bestätigen Sie, dass gelöscht wird, was bisher gemessen wurde.",
            "Please confirm that what has been measured so far is deleted.",
        );
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, setup::again(reader, problem).await?).into_response());
    }
    if !may_become(&reader).await? {
        let problem = t(
            reader.lang,
            "Das geht nur am Anfang, solange Sie allein sind und noch kein Computer verbunden ist. Beginnen Sie sonst mit einem neuen Ordner: visite serve --data",
            "That is possible at the beginning only, while you are alone and no computer is connected. Else begin with a new folder: visite serve --data",
        );
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, setup::again(reader, problem).await?).into_response());
    }
    let store = reader.app.store();
    let Account { id, email, name, language, .. } = reader.visitor.account.clone();
    let lead = NewAccount { id, email, name, language, provider_role: Some(Role::ProviderAdmin) };
    // In this order: whatever breaks off in between can be begun again by the same person.
    let event = |what: &str| AuditEvent::new(reader.now, lead.id.as_str(), None, what);
    store.change_account(&event("account.changed").with(json!({ "role": Role::ProviderAdmin.word() })), &lead).await?;
    let kind = event("installation.changed").with(json!({ "kind": PROVIDER }));
    store.set_setting(&kind, INSTALLATION_KIND, Some(PROVIDER)).await?;
    let record = RecordId::from_random(reader.app.random()?);
    reader.practice.delete(&event("practice.deleted"), &record).await?;
    Ok(redirect("/practices"))
}

/// The form that brings a colleague in.
#[derive(Deserialize)]
pub struct Invitation {
    name: String,
    email: String,
    role: String,
}

/// Who works at the provider and may sign in.
///
/// # Errors
///
/// If the store does not answer.
pub async fn colleagues(app: &App) -> Result<Vec<Account>, Refusal> {
    let all = app.store().accounts().await?;
    Ok(all.into_iter().filter(|account| account.provider_role.is_some() && account.disabled_at.is_none()).collect())
}

async fn view(desk: &Desk) -> Result<View, Refusal> {
    let mut members = Vec::new();
    for account in colleagues(&desk.app).await? {
        let memberships = desk.app.store().memberships(&account.id).await?;
        members.push(Member {
            practices: memberships.iter().filter(|one| one.is_in_force(desk.now)).count(),
            waiting: is_waiting(desk.app.store(), &account).await?,
            own: account.id == desk.visitor.account.id,
            id: account.id.to_string(),
            email: if is_placeholder(&account.email) { String::new() } else { account.email },
            name: account.name,
            role: account.provider_role.unwrap_or(Role::Technician),
        });
    }
    Ok(View { members, link: None })
}

/// `GET /team`
pub async fn show(desk: Desk) -> Result<Markup, Refusal> {
    let view = view(&desk).await?;
    Ok(desk.show(|frame| team::page(frame, &view)))
}

/// `POST /team`: makes an account of a colleague, lets it see the practices that the reader leads, for as long as the
/// reader does, and shows the link to pass on.
pub async fn invite(desk: Desk, Input(form): Input<Invitation>) -> Result<Response, Refusal> {
    if !is_of_provider(desk.app.store()).await? {
        let problem = t(
            desk.lang,
            "Ein Team gibt es nur, wo ein IT-Dienstleister den Server betreibt. Laden Sie Menschen in Ihrer Praxis ein.",
            "There is a team only where an IT provider runs the server. Please invite people in your practice.",
        );
        let view = view(&desk).await?;
        return Ok(desk.show_problem(problem, |frame| team::page(frame, &view)));
    }
    let role = Role::from_word(&form.role).filter(|role| team::ROLES.contains(role)).ok_or(Refusal::Forbidden)?;
    let new = NewAccount {
        id: AccountId::from_random(desk.app.random()?),
        email: form.email.trim().to_owned(),
        name: form.name.trim().to_owned(),
        language: desk.lang,
        provider_role: Some(role),
    };
    let event = desk.event("account.created", json!({ "account": new.id, "role": role.word() }));
    let problem = match desk.app.store().create_account(&event, &new).await {
        Ok(()) => None,
        // An account that is there belongs to somebody, perhaps of a practice: it does not become a colleague behind their back.
        Err(StoreError::AlreadyThere { .. }) => Some(t(
            desk.lang,
            "Mit dieser E-Mail-Adresse gibt es schon ein Konto. Nehmen Sie eine andere.",
            "There already is an account with this e-mail address. Use another one.",
        )),
        Err(StoreError::Invalid { .. }) => Some(t(
            desk.lang,
            "Name oder E-Mail-Adresse fehlen oder haben eine unerwartete Form.",
            "Name or e-mail address are missing or have an unexpected form.",
        )),
        Err(error) => return Err(error.into()),
    };
    if let Some(problem) = problem {
        let view = view(&desk).await?;
        return Ok(desk.show_problem(problem, |frame| team::page(frame, &view)));
    }
    for membership in own_practices(&desk.app, &desk.visitor).await? {
        if membership.role == Role::ProviderAdmin {
            let detail = json!({ "account": new.id, "role": role.word(), "until": membership.until });
            let event =
                AuditEvent { practice: Some(membership.practice.clone()), ..desk.event("membership.granted", detail) };
            desk.app.store().practice(membership.practice).grant(&event, &new.id, role, membership.until).await?;
        }
    }
    let account = desk.app.store().account(&new.id).await?;
    let event = desk.event("link.issued", json!({ "account": account.id }));
    let link = links::issue(&desk.app, &event, &account).await?;
    let view = View { link: Some((account.name, link)), ..view(&desk).await? };
    Ok(desk.show(|frame| team::page(frame, &view)).into_response())
}

/// `POST /team/{account}/end`: a colleague leaves, and has no access to any practice any more. Nobody ends their own.
pub async fn end(desk: Desk, Path(id): Path<String>) -> Result<Response, Refusal> {
    let leaving = colleagues(&desk.app).await?.into_iter().find(|account| account.id.as_str() == id);
    let leaving = leaving.ok_or(Refusal::NotFound)?;
    if leaving.id == desk.visitor.account.id {
        return Err(Refusal::Forbidden);
    }
    let detail = json!({ "account": leaving.id });
    desk.app.store().disable_account(&desk.event("account.disabled", detail.clone()), &leaving.id, true).await?;
    // What somebody owns besides does not belong to the provider; without the account nobody gets in there either.
    let memberships = desk.app.store().memberships(&leaving.id).await?;
    for membership in memberships.into_iter().filter(|membership| membership.role.is_of_provider()) {
        let event = AuditEvent {
            practice: Some(membership.practice.clone()),
            ..desk.event("membership.ended", detail.clone())
        };
        desk.app.store().practice(membership.practice).end_membership(&event, &leaving.id).await?;
    }
    Ok(redirect("/team?done=left"))
}
