//! Signing in and out: password, second factor, passkey, one-time link, and proving it once more.

use crate::login::factors::Factors;
use crate::login::first;
use crate::login::links;
use crate::login::oidc::elsewhere::Elsewhere;
use crate::login::oidc::flow::button;
use crate::login::passkey::{Answer, HELD, PasskeyError, Question};
use crate::login::password::Password;
use crate::login::recovery;
use crate::login::secret::Secret;
use crate::login::session::{self, Standing};
use crate::login::totp;
use crate::login::views::{self, Framed, Problem, Ways};
use crate::web::app::App;
use crate::web::input::{Input, Raw};
use crate::web::refusal::{Refusal, own_path, redirect, with_next};
use crate::web::visit::{Visit, Visitor};
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use maud::Markup;
use serde::Deserialize;
use serde_json::json;
use visite_facts::Text;
use visite_store::{Account, AuditEvent, NewSession, StoreError};

/// Where to go on.
#[derive(Deserialize)]
pub struct Onward {
    next: Option<String>,
}

/// The form of the first page.
#[derive(Deserialize)]
pub struct Credentials {
    email: String,
    password: String,
    next: Option<String>,
}

/// The form of the second page, and of proving it once more.
#[derive(Deserialize)]
pub struct Proof {
    code: Option<String>,
    password: Option<String>,
    next: Option<String>,
}

/// Whether a button for passkeys makes sense for this request.
pub fn passkeys_here(app: &App, visit: &Visit) -> bool {
    app.passkeys().is_some() && visit.arrival.by_public_name
}

/// A page in its frame. Whoever is signed in half-way has no navigation yet.
pub fn framed(app: &App, visit: &Visit, title: &str, body: Markup) -> Markup {
    let visitor = visit.visitor.as_ref().filter(|visitor| visitor.standing == Standing::Complete);
    let account = visitor.map(|visitor| visitor.account.name.as_str());
    let framed = Framed { lang: visit.lang, now: app.now(), account, practice: None };
    framed.document(|_| views::plain_page(title, body))
}

/// `GET /login`
pub async fn show(State(app): State<App>, visit: Visit, Query(onward): Query<Onward>) -> Result<Response, Refusal> {
    let next = own_path(onward.next.as_deref());
    Ok(match visit.visitor.as_ref().map(|visitor| visitor.standing) {
        Some(Standing::Complete) => redirect(next),
        Some(Standing::ToSetUp) => redirect("/account/setup"),
        Some(Standing::AwaitsSecondFactor) => redirect(&with_next("/login/code", next)),
        None => first_page(&app, &visit, next, "", None).await?.into_response(),
    })
}

async fn first_page(
    app: &App,
    visit: &Visit,
    next: &str,
    email: &str,
    wrong: Option<Problem>,
) -> Result<Markup, Refusal> {
    let service = button(app, visit).await?;
    let service = service.as_ref().map(|label| label.get(visit.lang));
    let body = views::sign_in(visit.lang, next, email, passkeys_here(app, visit), service, wrong);
    Ok(framed(app, visit, views::t(visit.lang, "Anmelden", "Sign in"), body))
}

/// `POST /login`
pub async fn with_password(
    State(app): State<App>,
    visit: Visit,
    Input(form): Input<Credentials>,
) -> Result<Response, Refusal> {
    let next = own_path(form.next.as_deref());
    let email: String = form.email.trim().to_lowercase().chars().take(254).collect();
    app.try_from(visit.arrival.address)?;
    app.try_on(&email)?;
    let account = app.store().account_by_email(&email).await?;
    let usable = account.as_ref().filter(|account| account.disabled_at.is_none());
    let stored = usable.and_then(|account| account.password_hash.as_deref());
    let right = app.passwords().matches(Password::typed(&form.password), stored).await?;
    let Some(account) = usable.filter(|_| right) else {
        note_failure(&app, &visit, account.as_ref(), "password").await?;
        let page = first_page(&app, &visit, next, &email, Some(Problem::Credentials)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    app.signed_in(&email);
    if first::relied_elsewhere(app.store(), account).await? {
        let page = first_page(&app, &visit, next, &email, Some(Problem::Elsewhere)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    begin(&app, &visit, account, false, next).await
}

/// `GET /login/code`
pub async fn show_second_step(
    State(app): State<App>,
    visit: Visit,
    visitor: Visitor,
    Query(onward): Query<Onward>,
) -> Response {
    let next = own_path(onward.next.as_deref());
    if visitor.standing != Standing::AwaitsSecondFactor {
        return redirect(next);
    }
    second_page(&app, &visit, &visitor, next, None).into_response()
}

/// By what somebody half-way, or asked once more, shows who it is.
fn ways<'v>(app: &App, visit: &'v Visit, visitor: &'v Visitor) -> Ways<'v> {
    let factors = &visitor.factors;
    let label = visitor.elsewhere.label.as_ref().filter(|_| visit.arrival.by_public_name);
    Ways {
        code: factors.any(),
        app: factors.app.is_some(),
        password: visitor.account.password_hash.is_some(),
        passkeys: passkeys_here(app, visit) && !factors.passkeys.is_empty(),
        service: label.map(|label| label.get(visit.lang)),
    }
}

fn second_page(app: &App, visit: &Visit, visitor: &Visitor, next: &str, wrong: Option<Problem>) -> Markup {
    let body = views::second_step(visit.lang, next, &ways(app, visit, visitor), wrong);
    framed(app, visit, views::t(visit.lang, "Noch ein Schritt", "One more step"), body)
}

/// `POST /login/code`
pub async fn with_code(
    State(app): State<App>,
    visit: Visit,
    visitor: Visitor,
    Input(form): Input<Proof>,
) -> Result<Response, Refusal> {
    let next = own_path(form.next.as_deref());
    if visitor.standing != Standing::AwaitsSecondFactor {
        return Ok(redirect(next));
    }
    if code_is_right(&app, &visit, &visitor, form.code.as_deref().unwrap_or_default()).await? {
        return begin(&app, &visit, &visitor.account, true, next).await;
    }
    let page = second_page(&app, &visit, &visitor, next, Some(Problem::Code));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `GET /login/again`
pub async fn show_step_up(
    State(app): State<App>,
    visit: Visit,
    visitor: Visitor,
    Query(onward): Query<Onward>,
) -> Response {
    let next = own_path(onward.next.as_deref());
    if visitor.fresh {
        return redirect(next);
    }
    step_up_page(&app, &visit, &visitor, next, None).into_response()
}

fn step_up_page(app: &App, visit: &Visit, visitor: &Visitor, next: &str, wrong: Option<Problem>) -> Markup {
    let body = views::step_up(visit.lang, next, &ways(app, visit, visitor), wrong);
    framed(
        app,
        visit,
        views::t(visit.lang, "Bitte bestätigen Sie, dass Sie es sind", "Please confirm that it is you"),
        body,
    )
}

/// `POST /login/again`: with a second factor the code counts, without one the password.
pub async fn step_up(
    State(app): State<App>,
    visit: Visit,
    visitor: Visitor,
    Input(form): Input<Proof>,
) -> Result<Response, Refusal> {
    let next = own_path(form.next.as_deref());
    let by_code = visitor.factors.any();
    let (right, wrong) = if by_code {
        let code = form.code.as_deref().unwrap_or_default();
        (code_is_right(&app, &visit, &visitor, code).await?, Problem::Code)
    } else {
        app.try_on(&visitor.account.email)?;
        let typed = Password::typed(form.password.as_deref().unwrap_or_default());
        (app.passwords().matches(typed, visitor.account.password_hash.as_deref()).await?, Problem::Password)
    };
    if right {
        app.signed_in(&visitor.account.email);
        return begin(&app, &visit, &visitor.account, by_code, next).await;
    }
    if !by_code {
        note_failure(&app, &visit, Some(&visitor.account), "password").await?;
    }
    let page = step_up_page(&app, &visit, &visitor, next, Some(wrong));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Whether `code` is a code of the app that was not used yet, or a recovery code, which it uses up.
async fn code_is_right(app: &App, visit: &Visit, visitor: &Visitor, code: &str) -> Result<bool, Refusal> {
    let account = &visitor.account;
    app.try_code(&account.id)?;
    let right = if totp::is_code(code) {
        app_code_is_right(app, visitor, code).await?
    } else {
        recovery_code_is_right(app, visitor, code).await?
    };
    if right {
        app.code_was_right(&account.id);
    } else {
        note_failure(app, visit, Some(account), "code").await?;
    }
    Ok(right)
}

async fn app_code_is_right(app: &App, visitor: &Visitor, code: &str) -> Result<bool, Refusal> {
    let Some(sealed) = &visitor.factors.app else { return Ok(false) };
    let key = app.sealer().open(&Factors::app_place(&visitor.account), sealed)?;
    match totp::step(&key, code, app.now()) {
        Some(step) => Ok(app.store().use_totp_step(&visitor.account.id, step).await?),
        None => Ok(false),
    }
}

async fn recovery_code_is_right(app: &App, visitor: &Visitor, code: &str) -> Result<bool, Refusal> {
    let Some(hash) = recovery::hash(visitor.account.id.as_str(), code) else { return Ok(false) };
    let mut factors = visitor.factors.clone();
    factors.recovery_codes.retain(|kept| *kept != hash);
    let left = factors.recovery_codes.len();
    if left == visitor.factors.recovery_codes.len() {
        return Ok(false);
    }
    let event = AuditEvent::new(app.now(), visitor.account.id.as_str(), None, "recovery-code.used");
    Ok(factors.keep(app.store(), &event.with(json!({ "left": left })), &visitor.account).await?)
}

/// `POST /login/passkey/question`
pub async fn passkey_question(State(app): State<App>, visit: Visit) -> Result<Response, Refusal> {
    app.try_from(visit.arrival.address)?;
    let passkeys = app.passkeys().ok_or(Refusal::NotFound)?;
    passkey_asked(&app, &visit, passkeys.ask_to_sign_in())
}

/// `POST /login/passkey/answer`
pub async fn with_passkey(
    State(app): State<App>,
    visit: Visit,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Response, Refusal> {
    app.try_from(visit.arrival.address)?;
    let passkeys = app.passkeys().ok_or(Refusal::NotFound)?;
    let held = passkey_held(&app, &visit, &headers)?;
    let answer = Answer::read(&body).map_err(passkey_refusal)?;
    let id = answer.account().ok_or_else(|| passkey_refusal(PasskeyError::NotAsked))?;
    let account = match app.store().account(&id).await {
        Ok(account) => account,
        Err(StoreError::NotFound { .. }) => return Err(passkey_refusal(PasskeyError::NotAsked)),
        Err(error) => return Err(error.into()),
    };
    // Not before: made-up names would fill the list of accounts.
    app.try_on(&format!("passkey {id}"))?;
    let mut factors = Factors::of(&account)?;
    let known = factors.passkeys.iter_mut().find(|passkey| passkey.id == answer.id());
    let proved = match known {
        Some(known) if account.disabled_at.is_none() => {
            passkeys.sign_in(&account.id, known, &held, &answer).map(|now| (known, now))
        }
        _ => Err(PasskeyError::NotAsked),
    };
    let (known, now) = match proved {
        Ok(proved) => proved,
        Err(error) => {
            note_failure(&app, &visit, Some(&account), "passkey").await?;
            return Err(passkey_refusal(error));
        }
    };
    if *known != now {
        *known = now;
        let event = AuditEvent::new(app.now(), account.id.as_str(), None, "passkey.used");
        if !factors.keep(app.store(), &event, &account).await? {
            return Err(changed_meanwhile());
        }
    }
    app.signed_in(&format!("passkey {id}"));
    let begun = begin(&app, &visit, &account, true, "/").await?;
    // The script goes on by itself; a redirect would be followed behind its back.
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, begun.headers().get(SET_COOKIE).cloned().ok_or(Refusal::Failed)?)])
        .into_response())
}

/// `GET /invitation/{link}`
pub async fn show_link(State(app): State<App>, visit: Visit, Path(link): Path<String>) -> Result<Response, Refusal> {
    app.try_from(visit.arrival.address)?;
    let account = links::account_of(&app, &link).await?;
    let service = button(&app, &visit).await?;
    let service = service.as_ref().map(|label| label.get(visit.lang));
    Ok(link_page(&app, &visit, &link, account.map(|(account, _)| account).as_ref(), service))
}

/// The page of a one-time link; without an account it says that the link does not count. `service` stands on the button
/// for using it with an account elsewhere.
pub fn link_page(app: &App, visit: &Visit, link: &str, account: Option<&Account>, service: Option<&str>) -> Response {
    let body = views::invitation(visit.lang, link, account.map(|account| account.name.as_str()), service);
    let (status, title) = match account {
        Some(_) => (StatusCode::OK, views::t(visit.lang, "Willkommen bei Visite", "Welcome to Visite")),
        None => (StatusCode::NOT_FOUND, views::t(visit.lang, "Dieser Link gilt nicht", "This link is not valid")),
    };
    (status, framed(app, visit, title, body)).into_response()
}

/// `POST /invitation/{link}`
pub async fn use_link(State(app): State<App>, visit: Visit, Path(link): Path<String>) -> Result<Response, Refusal> {
    app.try_from(visit.arrival.address)?;
    match links::take(&app, &link).await? {
        Some(account) => begin(&app, &visit, &account, false, "/").await,
        None => {
            // Who follows a link that names nobody guesses nothing, and strangers do not fill the audit log.
            if let Some(account) = links::named(&app, &link).await? {
                note_failure(&app, &visit, Some(&account), "link").await?;
            }
            Ok(link_page(&app, &visit, &link, None, None))
        }
    }
}

/// `POST /logout`
pub async fn sign_out(State(app): State<App>, visit: Visit, visitor: Visitor) -> Result<Response, Refusal> {
    app.store().close_session(&visitor.account.id, &visitor.session.id).await?;
    let event = AuditEvent::new(app.now(), visitor.account.id.as_str(), None, "session.closed");
    app.store().append_audit(&event).await?;
    with_cookie(redirect("/login"), &session::no_cookie(visit.arrival.encrypted))
}

/// How somebody came to a new session.
#[derive(Clone, Copy, Debug)]
pub struct Begun {
    /// When a second factor was shown, if one was.
    pub second_factor_at: Option<Timestamp>,
    /// When the person proved who it is, where that is not now.
    pub proved_at: Option<Timestamp>,
    /// A word for the audit log: by what.
    pub by: &'static str,
}

/// As [`begin_as`], for whoever proved here and now who they are.
///
/// # Errors
///
/// As [`begin_as`].
pub async fn begin(
    app: &App,
    visit: &Visit,
    account: &Account,
    second_factor: bool,
    next: &str,
) -> Result<Response, Refusal> {
    let begun = Begun { second_factor_at: second_factor.then(|| app.now()), proved_at: None, by: "visite" };
    begin_as(app, visit, account, begun, next).await
}

/// Opens a new session of `account` in place of the one the request came with, and leads on: to the second factor if
/// there is one that was not shown, else to `next`.
///
/// # Errors
///
/// [`Refusal::Failed`] if the store or the source of randomness does not answer.
pub async fn begin_as(
    app: &App,
    visit: &Visit,
    account: &Account,
    begun: Begun,
    next: &str,
) -> Result<Response, Refusal> {
    let factors = Factors::of(account)?;
    let second_factor = begun.second_factor_at.is_some();
    let elsewhere = Elsewhere::of(app, account, &factors).await?;
    let half_way = (factors.any() || elsewhere.second_factor) && !second_factor;
    let now = app.now();
    let secret = Secret::new(app.random()?);
    let new = NewSession {
        account: account.id.clone(),
        now,
        expires_at: session::end(now, now, !half_way),
        second_factor_at: begun.second_factor_at,
        proved_at: begun.proved_at,
        address: visit.arrival.address.to_string(),
        program: visit.arrival.program.clone(),
    };
    app.store().open_session(&secret.text(), &new).await?;
    // The value from before is worth nothing from here on, whoever may have planted or seen it.
    if let Some(before) = &visit.visitor {
        app.store().close_session(&before.account.id, &before.session.id).await?;
    }
    if half_way {
        return with_cookie(
            redirect(&with_next("/login/code", next)),
            &session::cookie(&secret, visit.arrival.encrypted),
        );
    }
    let event = AuditEvent::new(now, account.id.as_str(), None, "login.succeeded");
    let detail = json!({ "address": visit.arrival.address, "second_factor": second_factor, "by": begun.by });
    let event = event.with(detail);
    app.store().append_audit(&event).await?;
    with_cookie(redirect(next), &session::cookie(&secret, visit.arrival.encrypted))
}

/// Writes a failed try into the audit log. What was typed is not written: it may be a password in the wrong field.
async fn note_failure(app: &App, visit: &Visit, account: Option<&Account>, by: &str) -> Result<(), Refusal> {
    let account = account.map(|account| account.id.as_str());
    let event = AuditEvent::new(app.now(), "visite", None, "login.failed")
        .with(json!({ "address": visit.arrival.address, "account": account, "by": by }));
    app.store().append_audit(&event).await?;
    Ok(())
}

fn with_cookie(mut response: Response, cookie: &str) -> Result<Response, Refusal> {
    let value = HeaderValue::from_str(cookie).map_err(|error| Refusal::failed("writing a cookie", &error))?;
    response.headers_mut().insert(SET_COOKIE, value);
    Ok(response)
}

/// Answers with a question to a device, and lets the browser hold what belongs to it.
///
/// # Errors
///
/// If there is no question.
pub fn passkey_asked(app: &App, visit: &Visit, question: Result<Question, PasskeyError>) -> Result<Response, Refusal> {
    let Question { json, held } = question.map_err(passkey_refusal)?;
    let cookie = HELD.given(app.sealer(), &held, app.random()?, visit.arrival.encrypted).ok_or(Refusal::Failed)?;
    with_cookie(([(CONTENT_TYPE, "application/json")], json).into_response(), &cookie)
}

/// What the browser holds of the question that it answers.
///
/// # Errors
///
/// If it holds nothing of ours: nothing was asked in it, or too long ago.
pub fn passkey_held(app: &App, visit: &Visit, headers: &HeaderMap) -> Result<Vec<u8>, Refusal> {
    let held = HELD.of(headers, visit.arrival.encrypted, app.sealer());
    held.ok_or_else(|| passkey_refusal(PasskeyError::NotAsked))
}

/// What a person is told when a passkey did not work; what exactly it was stands in the log.
pub fn passkey_refusal(error: PasskeyError) -> Refusal {
    tracing::info!(error = %error, "a passkey was refused");
    match error {
        PasskeyError::Busy => Refusal::TooMany(300),
        PasskeyError::Stored(_) => Refusal::Failed,
        _ => Refusal::Bad(Text::new(
            "Der Passkey wurde nicht angenommen. Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.",
            "The passkey was not accepted. Please try again, or use another way.",
        )),
    }
}

/// Somebody else, or another window, changed the account at the same time.
pub fn changed_meanwhile() -> Refusal {
    Refusal::Bad(Text::new(
        "Ihr Konto wurde gleichzeitig an anderer Stelle geändert. Laden Sie die Seite neu, und versuchen Sie es noch einmal.",
        "Your account was changed elsewhere at the same time. Reload the page and try again.",
    ))
}
