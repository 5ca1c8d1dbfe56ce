//! The service by which people sign in: set, once it was tried, and removed.

use super::desk::Desk;
use crate::login::oidc::exchange::{RETURN, try_out};
use crate::login::oidc::known::stands_inside;
use crate::login::oidc::service::{Kept, SECRET, SETTING, Service};
use crate::pages::service::{self as page, View};
use crate::web::input::Input;
use crate::web::refusal::{Refusal, redirect};
use axum::response::Response;
use maud::Markup;
use serde::Deserialize;
use serde_json::json;
use visite_facts::Text;

/// The form.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Form {
    issuer: String,
    client: String,
    secret: String,
    label_de: String,
    label_en: String,
    second_factor: String,
    certificate: String,
}

async fn view(desk: &Desk) -> Result<View, Refusal> {
    let back = desk.app.url().join(RETURN);
    let Some(kept) = Kept::of(desk.app.store()).await? else { return Ok(View { back, ..View::default() }) };
    Ok(View {
        linked: desk.app.store().count_identities(&kept.issuer).await?,
        issuer: kept.issuer,
        client: kept.client,
        has_secret: true,
        label_de: kept.label.de,
        label_en: kept.label.en,
        second_factor: kept.second_factor.unwrap_or_default(),
        certificate: kept.certificate.unwrap_or_default(),
        kept: true,
        back,
    })
}

/// `GET /sign-in-service`
pub async fn show(desk: Desk) -> Result<Markup, Refusal> {
    let view = view(&desk).await?;
    Ok(desk.show(|frame| page::page(frame, &view)))
}

/// `POST /sign-in-service`. An empty secret leaves the one that is kept. Nothing is kept before the service was tried.
pub async fn save(desk: Desk, Input(form): Input<Form>) -> Result<Response, Refusal> {
    let kept = Kept::of(desk.app.store()).await?;
    let service = entered(&desk, form.clone(), kept.as_ref())?;
    let problem = match service.problem() {
        Some(problem) => Some(problem),
        None => tried(&desk, service).await?,
    };
    match problem {
        None => Ok(redirect("/sign-in-service?done=saved")),
        Some(problem) => {
            let Form { issuer, client, label_de, label_en, second_factor, certificate, .. } = form;
            let kept = view(&desk).await?;
            let again = View { issuer, client, label_de, label_en, second_factor, certificate, ..kept };
            let problem = problem.get(desk.lang).to_owned();
            Ok(desk.show_problem(&problem, |frame| page::page(frame, &again)))
        }
    }
}

/// What was entered, as a service. What one was told stays with it: another one gets no secret that was meant for the
/// first.
fn entered(desk: &Desk, form: Form, kept: Option<&Kept>) -> Result<Service, Refusal> {
    let service = Service {
        issuer: form.issuer,
        client: form.client,
        secret: form.secret,
        label: Text::new(form.label_de, form.label_en),
        second_factor: Some(form.second_factor),
        certificate: Some(form.certificate),
        inside: false,
    }
    .tidied();
    let same = kept.filter(|kept| kept.issuer == service.issuer && kept.client == service.client);
    match same {
        Some(kept) if service.secret.is_empty() => {
            let secret = desk.app.sealer().open(SECRET, &kept.secret)?;
            Ok(Service { secret: String::from_utf8_lossy(&secret).into_owned(), ..service })
        }
        _ => Ok(service),
    }
}

/// Tries the service, and keeps it if it works; else says why not.
async fn tried(desk: &Desk, service: Service) -> Result<Option<Text>, Refusal> {
    let inside = match stands_inside(&service).await {
        Ok(inside) => inside,
        Err(problem) => return Ok(Some(problem)),
    };
    let service = Service { inside, ..service };
    if let Err(problem) = try_out(&desk.app, &service).await {
        return Ok(Some(problem));
    }
    let detail = json!({
        "issuer": service.issuer, "client": service.client, "second_factor": service.second_factor, "inside": inside,
    });
    let text = serde_json::to_string(&service.sealed(&desk.app)?)?;
    desk.app.store().set_setting(&desk.event("oidc.changed", detail), SETTING, Some(&text)).await?;
    Ok(None)
}

/// `POST /sign-in-service/remove`: nobody signs in by it any more. Who is linked stays so, should it come back.
pub async fn remove(desk: Desk) -> Result<Response, Refusal> {
    let event = desk.event("oidc.changed", json!({ "issuer": null }));
    desk.app.store().set_setting(&event, SETTING, None).await?;
    Ok(redirect("/sign-in-service?done=saved"))
}
