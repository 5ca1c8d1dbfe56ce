//! The server's own authority, for other computers.

use super::desk::Desk;
use crate::pages::certificate::{View, page};
use crate::web::app::App;
use crate::web::refusal::Refusal;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maud::Markup;

/// `GET /certificate`
pub async fn show(desk: Desk) -> Markup {
    let authority = desk.app.own_authority();
    let fingerprint = authority.map(|authority| {
        let pairs: Vec<String> = authority.hash().0.iter().map(|byte| format!("{byte:02X}")).collect();
        pairs.join(":")
    });
    let view = View { address: desk.app.url().origin(), fingerprint, reachable: desk.app.beyond_loopback() };
    desk.show(|frame| page(frame, &view))
}

/// `GET /ca.crt`: the certificate of the authority, PEM. It is no secret: every answer of the server brings it along.
pub async fn file(State(app): State<App>) -> Result<Response, Refusal> {
    let authority = app.own_authority().ok_or(Refusal::NotFound)?;
    let headers = [
        (CONTENT_TYPE, "application/x-x509-ca-cert"),
        (CONTENT_DISPOSITION, "attachment; filename=\"visite-ca.crt\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, authority.certificate_pem().to_owned()).into_response())
}
