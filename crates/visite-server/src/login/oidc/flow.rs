//! Answers those who go to the service, and those who come back.

use super::exchange::{self, Proved};
use super::failure::Failure;
use super::service::{Kept, Service};
use super::ticket::{HELD, Purpose, Ticket};
use crate::login::links;
use crate::login::sign_in::{Begun, begin_as, framed, link_page};
use crate::login::views::{self, t};
use crate::show::desk::Asked;
use crate::web::app::App;
use crate::web::refusal::{Refusal, own_path, own_referer, redirect, with_next};
use crate::web::visit::{Visit, Visitor};
use axum::extract::{Path, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use visite_facts::Text;
use visite_store::{Account, AccountId, AuditEvent, Identity, StoreError};

/// Where signing in begins.
pub const BEGIN: &str = "/login/oidc";

/// What the button says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Onward {
    next: String,
    again: String,
}

/// What the service sends along.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    state: String,
    code: String,
    error: String,
    iss: String,
}

/// Whether a link was followed on a page of ours. Others must not begin anything in somebody's browser: not sign it in
/// silently, and not link an account there that they signed in to before.
pub fn from_own_page(app: &App, headers: &HeaderMap) -> bool {
    match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => own_referer(app.url(), headers).is_some(),
    }
}

/// The service, for a browser under the public address: the way back leads there, and its cookies with it.
///
/// # Errors
///
/// [`Refusal::NotFound`] if none is set.
pub async fn service_for(app: &App, visit: &Visit) -> Result<Service, Refusal> {
    let service = Service::of(app).await?.ok_or(Refusal::NotFound)?;
    if visit.arrival.by_public_name {
        return Ok(service);
    }
    let address = app.url();
    Err(Refusal::Bad(Text::new(
        format!(
            "Diese Anmeldung geht nur unter der öffentlichen Adresse von Visite. Öffnen Sie {address} und versuchen Sie es dort."
        ),
        format!(
            "This way of signing in works under the public address of Visite only. Open {address} and try it there."
        ),
    )))
}

/// What stands on the button, where one makes sense for this request.
///
/// # Errors
///
/// If the store does not answer.
pub async fn button(app: &App, visit: &Visit) -> Result<Option<Text>, Refusal> {
    if !visit.arrival.by_public_name {
        return Ok(None);
    }
    Ok(Kept::of(app.store()).await?.map(|kept| kept.label))
}

/// `GET /login/oidc`
pub async fn begin(
    State(app): State<App>,
    visit: Visit,
    headers: HeaderMap,
    Asked(asked): Asked<Onward>,
) -> Result<Response, Refusal> {
    let service = service_for(&app, &visit).await?;
    let next = own_path(Some(&asked.next));
    if !from_own_page(&app, &headers) {
        return Ok(redirect(&with_next("/login", next)));
    }
    let purpose = if asked.again.is_empty() { Purpose::SignIn } else { Purpose::Again };
    go(&app, &visit, &service, purpose, next).await
}

/// `GET /invitation/{link}/oidc`
pub async fn begin_with_link(
    State(app): State<App>,
    visit: Visit,
    headers: HeaderMap,
    Path(link): Path<String>,
) -> Result<Response, Refusal> {
    let service = service_for(&app, &visit).await?;
    if !from_own_page(&app, &headers) {
        return Ok(redirect(&format!("/invitation/{link}")));
    }
    if links::account_of(&app, &link).await?.is_none() {
        return Ok(link_page(&app, &visit, &link, None, None));
    }
    go(&app, &visit, &service, Purpose::Invitation { link }, "/").await
}

/// Sends the browser to the service, with a ticket for the way back.
///
/// # Errors
///
/// If there were too many tries, or the system gives no random bytes.
pub async fn go(
    app: &App,
    visit: &Visit,
    service: &Service,
    purpose: Purpose,
    next: &str,
) -> Result<Response, Refusal> {
    app.try_from(visit.arrival.address)?;
    let random = [app.random()?, app.random()?, app.random()?];
    let ticket = Ticket::new(service, app.now(), random, purpose, next);
    let there = match exchange::way_there(app, service, &ticket, visit.lang).await {
        Ok(there) => there,
        Err(failure) => return Ok(failed(app, visit, service, &failure, Some(&ticket.purpose))),
    };
    let cookie = HELD.given(app.sealer(), &serde_json::to_vec(&ticket)?, app.random()?, visit.arrival.encrypted);
    let cookie = cookie.ok_or(Refusal::Failed)?;
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, header(there.as_str())?)]).into_response();
    response.headers_mut().append(SET_COOKIE, header(&cookie)?);
    Ok(response)
}

fn header(text: &str) -> Result<HeaderValue, Refusal> {
    HeaderValue::from_str(text).map_err(|error| Refusal::failed("writing a header", &error))
}

/// `GET /login/oidc/return`. Whatever comes of it, the ticket goes.
pub async fn come_back(
    State(app): State<App>,
    visit: Visit,
    headers: HeaderMap,
    Asked(sent): Asked<Sent>,
) -> Result<Response, Refusal> {
    let service = service_for(&app, &visit).await?;
    app.try_from(visit.arrival.address)?;
    let held = HELD.of(&headers, visit.arrival.encrypted, app.sealer());
    let ticket = held.and_then(|held| serde_json::from_slice::<Ticket>(&held).ok());
    let ticket = ticket.filter(|ticket| ticket.counts(&sent.state, &service, app.now()));
    let mut response = match ticket {
        None => failed(&app, &visit, &service, &Failure::Lost, None),
        Some(ticket) => match finish(&app, &visit, &headers, &service, &ticket, &sent).await? {
            Ok(response) => response,
            Err(failure) => {
                note(&app, &visit, &failure).await?;
                failed(&app, &visit, &service, &failure, Some(&ticket.purpose))
            }
        },
    };
    response.headers_mut().append(SET_COOKIE, header(&HELD.taken(visit.arrival.encrypted))?);
    Ok(response)
}

async fn finish(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    service: &Service,
    ticket: &Ticket,
    sent: &Sent,
) -> Result<Result<Response, Failure>, Refusal> {
    // A service that names itself in its answers (RFC 9207) has to be the one that was asked.
    if !sent.iss.is_empty() && sent.iss != service.issuer {
        return Ok(Err(Failure::Token("the answer comes from another issuer".to_owned())));
    }
    if !sent.error.is_empty() {
        return Ok(Err(Failure::sent(&sent.error)));
    }
    let proved = match exchange::prove(app, service, ticket, &sent.code).await {
        Ok(proved) => proved,
        Err(Failure::Token(why)) if ticket.purpose == Purpose::Again && why.contains("auth_time") => {
            return Ok(Err(Failure::NotAnew));
        }
        Err(failure) => return Ok(Err(failure)),
    };
    match &ticket.purpose {
        Purpose::SignIn | Purpose::Again => sign_in(app, visit, service, &proved, &ticket.next).await,
        Purpose::Link { account, session } => {
            // The service took its time, and the session may have ended meanwhile.
            let visitor = Visitor::of(app, &visit.arrival, headers).await?;
            let visitor = visitor.filter(|it| it.account.id.as_str() == account && it.session.id == *session);
            link(app, visit, service, &proved, visitor).await
        }
        Purpose::Invitation { link } => accept(app, visit, service, &proved, link).await,
    }
}

async fn sign_in(
    app: &App,
    visit: &Visit,
    service: &Service,
    proved: &Proved,
    next: &str,
) -> Result<Result<Response, Failure>, Refusal> {
    let Some(identity) = app.store().identity(&service.issuer, &proved.subject).await? else {
        return Ok(Err(Failure::Nobody));
    };
    let account = app.store().account(&identity.account).await?;
    if account.disabled_at.is_some() {
        return Ok(Err(Failure::Nobody));
    }
    if proved.second_factor && !identity.second_factor {
        let event = event(app, &account.id, "identity.second-factor", service);
        app.store().note_second_factor(&event, &service.issuer, &proved.subject).await?;
    }
    Ok(Ok(open(app, visit, &account, proved, next).await?))
}

/// A session of somebody whom the service knows. It asked for the password perhaps long ago, and that counts.
async fn open(app: &App, visit: &Visit, account: &Account, proved: &Proved, next: &str) -> Result<Response, Refusal> {
    let at = proved.at.unwrap_or(Timestamp::UNIX_EPOCH).min(app.now());
    let begun = Begun { second_factor_at: proved.second_factor.then_some(at), proved_at: Some(at), by: "oidc" };
    begin_as(app, visit, account, begun, next).await
}

async fn link(
    app: &App,
    visit: &Visit,
    service: &Service,
    proved: &Proved,
    visitor: Option<Visitor>,
) -> Result<Result<Response, Failure>, Refusal> {
    let Some(visitor) = visitor else { return Ok(Err(Failure::Session)) };
    let identity = identity(app, service, proved, &visitor.account.id);
    if let Err(failure) = keep(app, visit, service, &identity).await? {
        return Ok(Err(failure));
    }
    // As with every new way in, whoever else is in has to show that they may be.
    app.store().close_sessions(&visitor.account.id, Some(&visitor.session.id)).await?;
    Ok(Ok(redirect("/account?done=saved")))
}

async fn accept(
    app: &App,
    visit: &Visit,
    service: &Service,
    proved: &Proved,
    link: &str,
) -> Result<Result<Response, Failure>, Refusal> {
    let Some((account, _)) = links::account_of(app, link).await? else {
        return Ok(Ok(link_page(app, visit, link, None, None)));
    };
    // Looked up first, for a link that leads to somebody else is not used up.
    let there = app.store().identity(&service.issuer, &proved.subject).await?;
    if there.is_some_and(|there| there.account != account.id) {
        return Ok(Err(Failure::Taken));
    }
    let Some(account) = links::take(app, link).await? else {
        return Ok(Ok(link_page(app, visit, link, None, None)));
    };
    if let Err(failure) = keep(app, visit, service, &identity(app, service, proved, &account.id)).await? {
        return Ok(Err(failure));
    }
    Ok(Ok(open(app, visit, &account, proved, "/").await?))
}

fn identity(app: &App, service: &Service, proved: &Proved, account: &AccountId) -> Identity {
    Identity {
        issuer: service.issuer.clone(),
        subject: proved.subject.clone(),
        account: account.clone(),
        name: proved.name.clone(),
        second_factor: proved.second_factor,
        linked_at: app.now(),
    }
}

async fn keep(
    app: &App,
    visit: &Visit,
    service: &Service,
    identity: &Identity,
) -> Result<Result<(), Failure>, Refusal> {
    let event = event(app, &identity.account, "identity.linked", service);
    let event = event.with(json!({ "issuer": service.issuer, "address": visit.arrival.address }));
    match app.store().link_identity(&event, identity).await {
        Ok(()) => Ok(Ok(())),
        Err(StoreError::AlreadyThere { .. }) => Ok(Err(Failure::Taken)),
        Err(StoreError::Invalid { .. }) => Ok(Err(Failure::Token("the subject is none".to_owned()))),
        Err(error) => Err(error.into()),
    }
}

/// What somebody does with the account elsewhere, for the audit log. Who they are there is not written.
pub fn event(app: &App, account: &AccountId, what: &str, service: &Service) -> AuditEvent {
    AuditEvent::new(app.now(), account.as_str(), None, what).with(json!({ "issuer": service.issuer }))
}

/// Writes a failed try into the audit log, and its reason into the log.
async fn note(app: &App, visit: &Visit, failure: &Failure) -> Result<(), Refusal> {
    tracing::info!(failure = ?failure, "nobody got in through the sign-in service");
    let event = AuditEvent::new(app.now(), "visite", None, "login.failed")
        .with(json!({ "address": visit.arrival.address, "account": null, "by": "oidc", "why": failure.word() }));
    app.store().append_audit(&event).await?;
    Ok(())
}

/// The page that says why it did not work.
fn failed(app: &App, visit: &Visit, service: &Service, failure: &Failure, purpose: Option<&Purpose>) -> Response {
    let (back, word) = match purpose {
        Some(Purpose::Link { .. }) => ("/account".to_owned(), t(visit.lang, "Zu Ihrem Konto", "To your account")),
        Some(Purpose::Invitation { link }) => {
            (format!("/invitation/{link}"), t(visit.lang, "Zurück zur Einladung", "Back to the invitation"))
        }
        _ => ("/login".to_owned(), t(visit.lang, "Zur Anmeldung", "To the sign-in page")),
    };
    let text = failure.text(&service.host());
    let body = views::not_signed_in(visit.lang, text.get(visit.lang), &back, word);
    let title = t(visit.lang, "Die Anmeldung hat nicht geklappt", "Signing in did not work");
    (StatusCode::UNPROCESSABLE_ENTITY, framed(app, visit, title, body)).into_response()
}
