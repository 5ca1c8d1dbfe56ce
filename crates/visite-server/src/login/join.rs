//! Taking a role that somebody offered to an account that is there already.
//!
//! The link is passed on from person to person, and only whoever is signed in with the account that it was made for can use
//! it: neither a guessed address nor a stray link gives anybody access.

use crate::login::people::still_offered;
use crate::login::secret::Secret;
use crate::login::sign_in::framed;
use crate::login::views::{self, Taking, t};
use crate::web::app::App;
use crate::web::refusal::{Refusal, redirect};
use crate::web::visit::{Visit, Visitor};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use visite_facts::Word;
use visite_store::{AuditEvent, Invitation, PracticeId, PracticeStore};

/// The path of a link.
pub fn path(practice: &PracticeId, secret: &Secret) -> String {
    format!("/join/{practice}.{}", secret.text())
}

/// The practice and what it offers to the visitor with this link, if it counts.
async fn offered(app: &App, visitor: &Visitor, link: &str) -> Result<Option<(PracticeStore, Invitation)>, Refusal> {
    let named = link.rsplit_once('.').and_then(|(practice, secret)| Some((practice, Secret::parse(secret)?)));
    let Some((Ok(id), secret)) = named.map(|(practice, secret)| (PracticeId::new(practice), secret)) else {
        return Ok(None);
    };
    let practice = app.store().practice(id);
    if !practice.exists().await? {
        return Ok(None);
    }
    let hash = secret.hash();
    let offers = practice.invitations(app.now()).await?;
    let offer = offers.into_iter().find(|offer| offer.account == visitor.account.id && offer.hash == hash);
    let Some(offer) = offer else { return Ok(None) };
    Ok(still_offered(app, &practice, &offer).await?.then_some((practice, offer)))
}

fn not_valid(app: &App, visit: &Visit, visitor: &Visitor) -> Response {
    let body = views::not_offered(visit.lang, &visitor.account.email);
    let title = t(visit.lang, "Dieser Link gilt nicht", "This link is not valid");
    (StatusCode::NOT_FOUND, framed(app, visit, title, body)).into_response()
}

/// `GET /join/{link}`: says what is offered. Only the button takes it.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    visitor: Visitor,
    Path(link): Path<String>,
) -> Result<Response, Refusal> {
    let Some((practice, offer)) = offered(&app, &visitor, &link).await? else {
        return Ok(not_valid(&app, &visit, &visitor));
    };
    let name = practice.info().await?.name;
    let taking = Taking { link: &link, practice: &name, role: offer.role, email: &visitor.account.email };
    let title = t(visit.lang, "Zugang annehmen", "Accept access");
    Ok(framed(&app, &visit, title, views::taking(visit.lang, &taking)).into_response())
}

/// `POST /join/{link}`
pub async fn take(
    State(app): State<App>,
    visit: Visit,
    visitor: Visitor,
    Path(link): Path<String>,
) -> Result<Response, Refusal> {
    let Some((practice, offer)) = offered(&app, &visitor, &link).await? else {
        return Ok(not_valid(&app, &visit, &visitor));
    };
    let event = AuditEvent::new(app.now(), visitor.account.id.as_str(), Some(practice.id()), "membership.granted");
    let event = event.with(json!({
        "account": visitor.account.id, "role": offer.role.word(), "until": offer.until, "offered_by": offer.invited_by,
    }));
    if practice.accept_invitation(&event, &offer).await? {
        return Ok(redirect(&format!("/p/{}", practice.id())));
    }
    Ok(not_valid(&app, &visit, &visitor))
}
