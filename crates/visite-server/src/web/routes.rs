//! All routes, and who may call them. There are no others.

use crate::login::oidc;
use crate::login::{join, own, people, sign_in};
use crate::pages::assets;
use crate::show::{
    agents, audit, brand, certificate, checks, devices, findings, hooks, jobs, mail, measures, network, policies,
    practices, programs, provider, rounds, service, settings, setup, start,
};
use crate::web::access::{DECIDES, DECIDES_FINDINGS, OPERATES, OVERSEES, READS, Route, Who};
use crate::web::app::App;
use crate::web::refusal::{Refusal, is_for_programs};
use crate::web::{access, guard};
use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect};
use std::time::Duration;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};

/// An answer begins after this time at the latest.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Between two pieces of what a request brings lies at most this time.
const BODY_PAUSE: Duration = Duration::from_secs(10);

/// What a form with files adds to what they hold, in bytes.
const FORM_EXTRA: usize = 16 * 1024;

/// The list. What answers stands beside who may ask.
pub fn table() -> Vec<Route> {
    use Who::{Anyone, Begun, Installation, OwnAccount, Person, Practice};
    let mut routes = vec![
        Route::get("/anmelden", Anyone, async || Redirect::to("/login")),
        Route::get("/login", Anyone, sign_in::show),
        Route::post("/login", Anyone, sign_in::with_password),
        Route::get("/login/code", Begun, sign_in::show_second_step),
        Route::post("/login/code", Begun, sign_in::with_code),
        Route::get("/login/again", OwnAccount, sign_in::show_step_up),
        Route::post("/login/again", OwnAccount, sign_in::step_up),
        Route::post("/login/passkey/question", Anyone, sign_in::passkey_question),
        Route::post("/login/passkey/answer", Anyone, sign_in::with_passkey),
        Route::get("/login/oidc", Anyone, oidc::flow::begin),
        Route::get("/login/oidc/return", Anyone, oidc::flow::come_back),
        Route::get("/invitation/{link}", Anyone, sign_in::show_link),
        Route::get("/invitation/{link}/oidc", Anyone, oidc::flow::begin_with_link),
        Route::post("/invitation/{link}", Anyone, sign_in::use_link),
        Route::post("/logout", Begun, sign_in::sign_out),
        Route::post("/language", Anyone, own::choose_language),
        Route::get("/assets/passkey.js", Anyone, passkey_script),
        Route::get("/assets/{file}", Anyone, asset),
        Route::get("/account/setup", OwnAccount, own::set_up),
        Route::get("/account", Person, own::show),
        Route::get("/account/person", OwnAccount, own::show_person).fresh(),
        Route::post("/account/person", OwnAccount, own::save_person).fresh(),
        Route::get("/account/password", OwnAccount, own::show_password).fresh(),
        Route::post("/account/password", OwnAccount, own::save_password).fresh(),
        Route::get("/account/app", OwnAccount, own::show_app).fresh(),
        Route::post("/account/app", OwnAccount, own::save_app).fresh(),
        Route::post("/account/app/remove", Person, own::remove_app).fresh(),
        Route::post("/account/passkey/question", OwnAccount, own::passkey_question).fresh(),
        Route::post("/account/passkey/answer", OwnAccount, own::save_passkey).fresh(),
        Route::post("/account/passkey/remove", Person, own::remove_passkey).fresh(),
        Route::get("/account/recovery", OwnAccount, own::show_recovery).fresh(),
        Route::post("/account/recovery", OwnAccount, own::make_recovery).fresh(),
        Route::get("/account/oidc", Person, oidc::own::show).fresh(),
        Route::get("/account/oidc/begin", Person, oidc::own::begin).fresh(),
        Route::post("/account/oidc/remove", Person, oidc::own::remove).fresh(),
        Route::post("/account/session/end", Person, own::close_session),
        Route::post("/account/sessions/end", Person, own::close_other_sessions),
        Route::get("/", Person, start::home),
        Route::get("/p/{practice}", Practice(READS), start::show),
        Route::get("/p/{practice}/findings", Practice(READS), findings::list),
        Route::get("/p/{practice}/findings.csv", Practice(READS), findings::file),
        Route::get("/p/{practice}/findings/{finding}", Practice(READS), findings::show),
        Route::post("/p/{practice}/findings/{finding}/accept", Practice(DECIDES_FINDINGS), findings::accept),
        Route::post("/p/{practice}/findings/{finding}/withdraw", Practice(DECIDES_FINDINGS), findings::withdraw),
        Route::post("/p/{practice}/findings/{finding}/assign", Practice(DECIDES_FINDINGS), findings::assign),
        Route::get("/p/{practice}/devices", Practice(READS), devices::list),
        Route::get("/p/{practice}/devices.csv", Practice(READS), devices::file),
        Route::get("/p/{practice}/devices/{subject}", Practice(READS), devices::show),
        Route::post("/p/{practice}/findings/{finding}/recheck", Practice(DECIDES_FINDINGS), findings::recheck),
        Route::get("/p/{practice}/search", Practice(READS), checks::search),
        Route::get("/p/{practice}/network", Practice(READS), network::show),
        Route::post("/p/{practice}/network/scan", Practice(OPERATES), network::scan),
        Route::get("/p/{practice}/sockets", Practice(READS), network::sockets),
        Route::get("/p/{practice}/sockets.csv", Practice(READS), network::sockets_file),
        Route::get("/p/{practice}/checks", Practice(READS), checks::list),
        Route::get("/p/{practice}/checks.csv", Practice(READS), checks::file),
        Route::get("/p/{practice}/checks/{check}", Practice(READS), checks::show),
        Route::get("/p/{practice}/requirements", Practice(READS), checks::requirements),
        Route::get("/p/{practice}/requirements.csv", Practice(READS), checks::requirements_file),
        Route::get("/p/{practice}/measures", Practice(READS), measures::list),
        Route::get("/p/{practice}/measures.csv", Practice(READS), measures::file),
        Route::get("/p/{practice}/measures/{measure}", Practice(READS), measures::show),
        Route::get("/p/{practice}/measures/{measure}/order", Practice(READS), measures::order),
        Route::post("/p/{practice}/measures/{measure}/recheck", Practice(DECIDES_FINDINGS), measures::recheck),
        Route::get("/p/{practice}/rounds", Practice(READS), rounds::list),
        Route::get("/p/{practice}/rounds.csv", Practice(READS), rounds::file),
        Route::post("/p/{practice}/rounds", Practice(DECIDES_FINDINGS), rounds::begin),
        Route::get("/p/{practice}/rounds/{round}", Practice(READS), rounds::show),
        Route::get("/p/{practice}/compare", Practice(READS), rounds::two),
        Route::get("/p/{practice}/agents", Practice(READS), agents::list),
        Route::get("/p/{practice}/agents.csv", Practice(READS), agents::file),
        Route::post("/p/{practice}/agents", Practice(OPERATES), agents::enrol),
        Route::post("/p/{practice}/agents/{agent}/revoke", Practice(OPERATES), agents::revoke),
        Route::get("/p/{practice}/jobs", Practice(READS), jobs::list),
        Route::get("/p/{practice}/jobs.csv", Practice(READS), jobs::file),
        Route::get("/p/{practice}/jobs/{job}", Practice(READS), jobs::show),
        Route::get("/p/{practice}/jobs/{job}/events", Practice(READS), jobs::events),
        Route::post("/p/{practice}/jobs/{job}/cancel", Practice(DECIDES_FINDINGS), jobs::cancel),
        Route::get("/p/{practice}/setup", Practice(DECIDES), setup::show),
        Route::post("/p/{practice}/setup", Practice(DECIDES), setup::save),
        Route::post("/p/{practice}/setup/provider", Practice(DECIDES), provider::become_one).fresh(),
        Route::get("/p/{practice}/settings", Practice(DECIDES), settings::show),
        Route::post("/p/{practice}/settings", Practice(DECIDES), settings::save),
        Route::post("/p/{practice}/settings/release", Practice(DECIDES), settings::release),
        Route::post("/p/{practice}/settings/release/withdraw", Practice(DECIDES), settings::withdraw),
        Route::get("/p/{practice}/programs", Practice(DECIDES), programs::show),
        Route::post("/p/{practice}/programs", Practice(DECIDES), programs::create).fresh(),
        Route::post("/p/{practice}/programs/{token}/end", Practice(DECIDES), programs::end),
        Route::post("/p/{practice}/hooks", Practice(DECIDES), hooks::create).fresh(),
        Route::post("/p/{practice}/hooks/{hook}/test", Practice(DECIDES), hooks::test),
        Route::post("/p/{practice}/hooks/{hook}/remove", Practice(DECIDES), hooks::remove),
        Route::get("/p/{practice}/audit", Practice(OVERSEES), audit::show),
        Route::get("/p/{practice}/audit.csv", Practice(OVERSEES), audit::file),
        Route::get("/practices", Person, practices::list),
        Route::get("/practices.csv", Person, practices::file),
        Route::get("/practices/import", Installation, practices::ask),
        Route::post("/practices/import", Installation, practices::look).body_limit(practices::MOST_BYTES + FORM_EXTRA),
        Route::post("/practices/import/confirm", Installation, practices::confirm)
            .body_limit(practices::MOST_BYTES * 3),
        Route::post("/practices/new", Installation, practices::add),
        Route::get("/policies", Installation, policies::show),
        Route::post("/policies", Installation, policies::choose),
        Route::post("/policies/{policy}/exceptions", Installation, policies::except),
        Route::post("/policies/{policy}/exceptions/end", Installation, policies::end),
        Route::get("/team", Installation, provider::show),
        Route::post("/team", Installation, provider::invite).fresh(),
        Route::post("/team/{account}/end", Installation, provider::end).fresh(),
        Route::get("/certificate", Person, certificate::show),
        Route::get("/ca.crt", Anyone, certificate::file),
        Route::get("/mail", Installation, mail::show),
        Route::post("/mail", Installation, mail::save).fresh(),
        Route::post("/mail/try", Installation, mail::try_out),
        Route::post("/mail/remove", Installation, mail::remove),
        Route::get("/sign-in-service", Installation, service::show),
        Route::post("/sign-in-service", Installation, service::save).fresh(),
        Route::post("/sign-in-service/remove", Installation, service::remove).fresh(),
        Route::get("/branding", Installation, brand::show),
        Route::post("/branding", Installation, brand::save).body_limit(brand::MOST_OF_FORM + FORM_EXTRA),
        Route::get("/programs", Installation, programs::show_overall),
        Route::post("/programs", Installation, programs::create_overall).fresh(),
        Route::post("/programs/private", Installation, hooks::set_private).fresh(),
        Route::post("/programs/{token}/end", Installation, programs::end_overall),
        Route::get("/logo", Person, brand::logo),
        Route::get("/p/{practice}/people", Practice(READS), people::show),
        Route::post("/p/{practice}/people", Practice(DECIDES), people::invite).fresh(),
        Route::post("/p/{practice}/people/{account}/end", Practice(DECIDES), people::end).fresh(),
        Route::post("/p/{practice}/people/{account}/link", Practice(DECIDES), people::renew).fresh(),
        Route::post("/p/{practice}/people/{account}/withdraw", Practice(DECIDES), people::withdraw).fresh(),
        Route::get("/join/{link}", Person, join::show),
        Route::post("/join/{link}", Person, join::take),
    ];
    routes.extend(crate::api::routes::table());
    routes
}

/// The server's pages: `routes` behind the guards.
pub fn router(app: &App, routes: Vec<Route>) -> Router {
    access::router(app, routes)
        .fallback(async || Refusal::NotFound)
        .method_not_allowed_fallback(async |address: Uri| {
            if is_for_programs(address.path()) { Refusal::WrongMethod } else { Refusal::NotFound }
        })
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, ANSWER_WITHIN))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(from_fn_with_state(app.clone(), guard::guard))
        .with_state(app.clone())
}

/// `GET /assets/passkey.js`
async fn passkey_script() -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, "max-age=3600")];
    (headers, include_str!("../../assets/passkey.js"))
}

/// `GET /assets/{file}`: addresses carry a mark of the content, so browsers may keep the files.
async fn asset(Path(file): Path<String>) -> Result<impl IntoResponse, Refusal> {
    let asset = assets::find(&file).ok_or(Refusal::NotFound)?;
    let headers = [(CONTENT_TYPE, asset.media_type), (CACHE_CONTROL, "max-age=31536000, immutable")];
    Ok((headers, asset.content.clone()))
}
