//! The own account and the one elsewhere: linking them, and ending that.

use super::elsewhere::Elsewhere;
use super::flow::{event, from_own_page, go, service_for};
use super::service::Service;
use super::ticket::Purpose;
use crate::login::sign_in::framed;
use crate::login::views::{self, t};
use crate::web::app::App;
use crate::web::refusal::{Refusal, redirect};
use crate::web::visit::{Visit, Visitor};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::Markup;
use visite_facts::Text;

/// `GET /account/oidc`: says what linking means. A link and no form leads on, for browsers follow no form to another site
/// under our policy.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Markup, Refusal> {
    let service = service_for(&app, &visit).await?;
    let body = views::link_account(visit.lang, &service.host(), service.label(visit.lang));
    Ok(framed(&app, &visit, t(visit.lang, "Konto verbinden", "Link an account"), body))
}

/// `GET /account/oidc/begin`
pub async fn begin(
    State(app): State<App>,
    visit: Visit,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let service = service_for(&app, &visit).await?;
    // A page of somebody else must not link this account with one that it signed the browser in to.
    if !from_own_page(&app, &headers) {
        return Ok(redirect("/account/oidc"));
    }
    let purpose = Purpose::Link { account: visitor.account.id.to_string(), session: visitor.session.id.clone() };
    go(&app, &visit, &service, purpose, "/account").await
}

/// `POST /account/oidc/remove`: the last way in stays.
pub async fn remove(State(app): State<App>, visitor: Visitor) -> Result<Response, Refusal> {
    let Visitor { account, factors, .. } = &visitor;
    let service = Service::of(&app).await?.ok_or(Refusal::NotFound)?;
    if !Elsewhere::linked(&app, account, factors).await?.signs_in() {
        return Ok(redirect("/account"));
    }
    if account.password_hash.is_none() && factors.passkeys.is_empty() {
        return Err(Refusal::Bad(Text::new(
            "Ohne diese Verbindung kämen Sie nicht mehr hinein. Wählen Sie zuerst ein Passwort, oder legen Sie einen Passkey an.",
            "Without this link you would not get in any more. Choose a password or create a passkey first.",
        )));
    }
    app.store().unlink_identities(&event(&app, &account.id, "identity.unlinked", &service), &account.id).await?;
    Ok(redirect("/account?done=saved"))
}
