//! All routes, and who may call them. There are no others.

use crate::login::{own, people, sign_in};
use crate::web::access::{DECIDES, READS, Route, Who};
use crate::web::app::App;
use crate::web::{access, guard};
use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use std::time::Duration;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};

use crate::web::refusal::Refusal;

/// An answer begins after this time at the latest.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Between two pieces of what a request brings lies at most this time.
const BODY_PAUSE: Duration = Duration::from_secs(10);

/// The list. What answers stands beside who may ask.
pub fn table() -> Vec<Route> {
    use Who::{Anyone, Begun, OwnAccount, Person, Practice};
    vec![
        Route::get("/anmelden", Anyone, sign_in::show),
        Route::post("/anmelden", Anyone, sign_in::with_password),
        Route::get("/anmelden/code", Begun, sign_in::show_second_step),
        Route::post("/anmelden/code", Begun, sign_in::with_code),
        Route::get("/anmelden/erneut", OwnAccount, sign_in::show_step_up),
        Route::post("/anmelden/erneut", OwnAccount, sign_in::step_up),
        Route::post("/anmelden/passkey/frage", Anyone, sign_in::passkey_question),
        Route::post("/anmelden/passkey/antwort", Anyone, sign_in::with_passkey),
        Route::get("/einladung/{link}", Anyone, sign_in::show_link),
        Route::post("/einladung/{link}", Anyone, sign_in::use_link),
        Route::post("/abmelden", Begun, sign_in::sign_out),
        Route::get("/assets/passkey.js", Anyone, passkey_script),
        Route::get("/einrichten", OwnAccount, own::set_up),
        Route::get("/konto", Person, own::show),
        Route::get("/konto/person", OwnAccount, own::show_person).fresh(),
        Route::post("/konto/person", OwnAccount, own::save_person).fresh(),
        Route::get("/konto/passwort", OwnAccount, own::show_password).fresh(),
        Route::post("/konto/passwort", OwnAccount, own::save_password).fresh(),
        Route::get("/konto/code", OwnAccount, own::show_app).fresh(),
        Route::post("/konto/code", OwnAccount, own::save_app).fresh(),
        Route::post("/konto/code/entfernen", Person, own::remove_app).fresh(),
        Route::post("/konto/passkey/frage", OwnAccount, own::passkey_question).fresh(),
        Route::post("/konto/passkey/antwort", OwnAccount, own::save_passkey).fresh(),
        Route::post("/konto/passkey/entfernen", Person, own::remove_passkey).fresh(),
        Route::get("/konto/notfallcodes", OwnAccount, own::show_recovery).fresh(),
        Route::post("/konto/notfallcodes", OwnAccount, own::make_recovery).fresh(),
        Route::post("/konto/sitzung/beenden", Person, own::close_session),
        Route::post("/konto/sitzungen/beenden", Person, own::close_other_sessions),
        Route::get("/praxis/{praxis}/personen", Practice(READS), people::show),
        Route::post("/praxis/{praxis}/personen", Practice(DECIDES), people::invite).fresh(),
        Route::post("/praxis/{praxis}/personen/{konto}/beenden", Practice(DECIDES), people::end).fresh(),
        Route::post("/praxis/{praxis}/personen/{konto}/link", Practice(DECIDES), people::renew).fresh(),
    ]
}

/// The server's pages: `routes` behind the guards.
pub fn router(app: &App, routes: Vec<Route>) -> Router {
    access::router(app, routes)
        .fallback(async || Refusal::NotFound)
        .method_not_allowed_fallback(async || Refusal::NotFound)
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, ANSWER_WITHIN))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(from_fn_with_state(app.clone(), guard::guard))
        .with_state(app.clone())
}

/// `GET /assets/passkey.js`
async fn passkey_script() -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, "max-age=3600")];
    (headers, include_str!("../assets/passkey.js"))
}
