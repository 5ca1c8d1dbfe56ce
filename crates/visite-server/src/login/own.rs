//! The own account: setting it up, and looking after it.

use crate::login::factors::Factors;
use crate::login::oidc::elsewhere::Elsewhere;
use crate::login::oidc::service::Kept;
use crate::login::passkey::Passkey;
use crate::login::password::{self, Password};
use crate::login::recovery;
use crate::login::session;
use crate::login::sign_in::{
    begin, changed_meanwhile, framed, passkey_asked, passkey_held, passkey_refusal, passkeys_here,
};
use crate::login::totp;
use crate::login::views::{self, OwnAccount, OwnService, OwnSession, t};
use crate::web::app::{App, LANGUAGE_COOKIE};
use crate::web::input::{Input, Raw};
use crate::web::refusal::{Refusal, own_path, own_referer, redirect};
use crate::web::visit::{Visit, Visitor};
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;
use maud::Markup;
use serde::Deserialize;
use serde_json::json;
use visite_facts::{Lang, Text, Word};
use visite_store::{AuditEvent, NewAccount, StoreError};

/// Passkeys of one account.
const MOST_PASSKEYS: usize = 20;

/// The choice of a language; `back` is where to go on, else the page that asked.
#[derive(Deserialize)]
pub struct LanguageForm {
    lang: String,
    back: Option<String>,
}

/// Whether something was just saved.
#[derive(Deserialize)]
pub struct Saved {
    done: Option<String>,
}

/// The form for name, e-mail address and language.
#[derive(Deserialize)]
pub struct PersonForm {
    name: String,
    email: String,
    language: String,
}

/// The form for a new password.
#[derive(Deserialize)]
pub struct PasswordForm {
    new: String,
    again: String,
}

/// The form with the first code of an app, and the key that the page had shown, sealed.
#[derive(Deserialize)]
pub struct AppForm {
    code: String,
    key: String,
}

/// A form that names a session or a passkey.
#[derive(Deserialize)]
pub struct Named {
    id: String,
}

fn event(app: &App, visitor: &Visitor, what: &str) -> AuditEvent {
    AuditEvent::new(app.now(), visitor.account.id.as_str(), None, what)
}

fn not_so(page: Markup) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

/// `GET /account/setup`: leads to what is missing.
pub async fn set_up(visitor: Visitor) -> Response {
    let Visitor { account, factors, elsewhere, demands, .. } = &visitor;
    redirect(session::next_step(account, factors, elsewhere, *demands).unwrap_or("/"))
}

/// `POST /language`: for an account it is kept there, for anybody else in a cookie.
pub async fn choose_language(
    State(app): State<App>,
    visit: Visit,
    headers: HeaderMap,
    Input(form): Input<LanguageForm>,
) -> Result<Response, Refusal> {
    let language = Lang::from_word(&form.lang).unwrap_or(visit.lang);
    let back = form.back.or_else(|| own_referer(app.url(), &headers));
    let mut response = redirect(own_path(back.as_deref()));
    match &visit.visitor {
        Some(visitor) => {
            // Pressing the same button again and again writes nothing into the audit log.
            if visitor.account.language != language {
                let changed = event(&app, visitor, "account.changed");
                app.store().set_language(&changed, &visitor.account.id, language).await?;
            }
        }
        None => {
            let line = format!("{LANGUAGE_COOKIE}={language}; Path=/; Max-Age=31536000; SameSite=Lax");
            response.headers_mut().extend(HeaderValue::from_str(&line).ok().map(|line| (SET_COOKIE, line)));
        }
    }
    Ok(response)
}

/// `GET /account`
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    visitor: Visitor,
    Query(saved): Query<Saved>,
) -> Result<Markup, Refusal> {
    let sessions = app.store().sessions(&visitor.account.id, app.now()).await?;
    let Visitor { account, factors, session, demands, .. } = &visitor;
    let service = Kept::of(app.store()).await?;
    let identities = app.store().identities(&account.id).await?;
    let own = OwnAccount {
        name: &account.name,
        email: if session::is_placeholder(&account.email) { "" } else { &account.email },
        password: account.password_hash.is_some(),
        app: factors.app.is_some(),
        passkeys: factors.passkeys.iter().map(|one| (&*one.id, &*one.name, one.added())).collect(),
        recovery_codes: factors.recovery_codes.len(),
        sessions: sessions
            .iter()
            .map(|one| OwnSession {
                id: &one.id,
                address: &one.address,
                program: &one.program,
                used: one.last_used_at,
                this: one.id == session.id,
            })
            .collect(),
        demanded: demands.second_factor,
        service: service.as_ref().map(|kept| OwnService {
            label: kept.label.get(visit.lang),
            linked: identities.iter().find(|one| one.issuer == kept.issuer).map(|one| (&*one.name, one.linked_at)),
            here: visit.arrival.by_public_name,
        }),
    };
    let body = views::account(visit.lang, &zone(), &own, saved.done.is_some());
    Ok(framed(&app, &visit, t(visit.lang, "Ihr Konto", "Your account"), body))
}

/// A person may have several practices in several zones; the default of practices is the best guess.
fn zone() -> TimeZone {
    TimeZone::get(views::ZONE).unwrap_or(TimeZone::UTC)
}

/// `GET /account/person`
pub async fn show_person(State(app): State<App>, visit: Visit, visitor: Visitor) -> Markup {
    let email = if session::is_placeholder(&visitor.account.email) { "" } else { &visitor.account.email };
    person_page(&app, &visit, &visitor.account.name, email, None)
}

fn person_page(app: &App, visit: &Visit, name: &str, email: &str, wrong: Option<&str>) -> Markup {
    let body = views::who_are_you(visit.lang, name, email, wrong);
    framed(app, visit, t(visit.lang, "Wer sind Sie?", "Who are you?"), body)
}

/// `POST /account/person`
pub async fn save_person(
    State(app): State<App>,
    visit: Visit,
    visitor: Visitor,
    Input(form): Input<PersonForm>,
) -> Result<Response, Refusal> {
    let language = Lang::from_word(&form.language).unwrap_or(visit.lang);
    let changed = NewAccount {
        id: visitor.account.id.clone(),
        email: form.email.trim().to_owned(),
        name: form.name.trim().to_owned(),
        language,
        provider_role: visitor.account.provider_role,
    };
    let wrong = |de, en| not_so(person_page(&app, &visit, &changed.name, &changed.email, Some(t(visit.lang, de, en))));
    if session::is_placeholder(&changed.email.to_lowercase()) {
        return Ok(wrong("Geben Sie Ihre eigene E-Mail-Adresse an.", "Enter your own e-mail address."));
    }
    match app.store().change_account(&event(&app, &visitor, "account.changed"), &changed).await {
        Ok(()) => Ok(onward(&visitor.with_email(&changed.email))),
        Err(StoreError::AlreadyThere { .. }) => Ok(wrong(
            "Mit dieser E-Mail-Adresse gibt es schon ein Konto. Nehmen Sie eine andere.",
            "There already is an account with this e-mail address. Use another one.",
        )),
        Err(StoreError::Invalid { .. }) => Ok(wrong(
            "Name oder E-Mail-Adresse fehlen oder haben eine unerwartete Form, zum Beispiel: praxis@example.org.",
            "Name or e-mail address are missing or have an unexpected form. An example: practice@example.org.",
        )),
        Err(error) => Err(error.into()),
    }
}

/// To what is missing still, or back to the account. Whoever has just begun is led through all steps.
fn onward(visitor: &Visitor) -> Response {
    let Visitor { account, factors, elsewhere, demands, .. } = visitor;
    let password = account.password_hash.is_some() || !factors.passkeys.is_empty() || elsewhere.signs_in();
    let next = match session::next_step(account, factors, elsewhere, *demands) {
        Some(step) => step,
        None if !password => "/account/password",
        None if !factors.any() && !elsewhere.second_factor => "/account/app",
        None => "/account?done=saved",
    };
    redirect(next)
}

/// `GET /account/password`
pub async fn show_password(State(app): State<App>, visit: Visit, visitor: Visitor) -> Markup {
    password_page(&app, &visit, &visitor, None)
}

fn password_page(app: &App, visit: &Visit, visitor: &Visitor, wrong: Option<&str>) -> Markup {
    let body = views::choose_password(visit.lang, &visitor.account.email, wrong);
    framed(app, visit, t(visit.lang, "Ihr Passwort", "Your password"), body)
}

/// `POST /account/password`: all other sessions of the account end.
pub async fn save_password(
    State(app): State<App>,
    visit: Visit,
    visitor: Visitor,
    Input(form): Input<PasswordForm>,
) -> Result<Response, Refusal> {
    let typed = Password::typed(&form.new);
    if typed != Password::typed(&form.again) {
        let text = t(
            visit.lang,
            "Die beiden Eingaben sind verschieden. Geben Sie das Passwort zweimal gleich ein.",
            "The two entries differ. Enter the same password twice.",
        );
        return Ok(not_so(password_page(&app, &visit, &visitor, Some(text))));
    }
    if let Err(weakness) = password::accept(&typed, &[&visitor.account.name, &visitor.account.email]) {
        return Ok(not_so(password_page(&app, &visit, &visitor, Some(weakness.text().get(visit.lang)))));
    }
    let hash = app.passwords().hash(typed, app.random()?).await?;
    let id = &visitor.account.id;
    app.store().set_password_hash(&event(&app, &visitor, "password.changed"), id, Some(&hash)).await?;
    app.store().close_sessions(id, Some(&visitor.session.id)).await?;
    renewed(&app, &visit, &visitor).await
}

/// A new session in place of the present one, after something was proved or changed; leads on.
async fn renewed(app: &App, visit: &Visit, visitor: &Visitor) -> Result<Response, Refusal> {
    let account = app.store().account(&visitor.account.id).await?;
    let proved = visitor.session.second_factor_at.is_some();
    let begun = begin(app, visit, &account, proved, "/").await?;
    let mut response = onward(&Visitor { factors: Factors::of(&account)?, account, ..visitor.clone() });
    response.headers_mut().extend(begun.headers().get(SET_COOKIE).cloned().map(|cookie| (SET_COOKIE, cookie)));
    Ok(response)
}

/// `GET /account/app`
pub async fn show_app(State(app): State<App>, visit: Visit, visitor: Visitor) -> Result<Markup, Refusal> {
    let key: [u8; totp::KEY_LENGTH] = app.random()?;
    app_page(&app, &visit, &visitor, &key, None)
}

fn app_page(app: &App, visit: &Visit, visitor: &Visitor, key: &[u8], wrong: Option<&str>) -> Result<Markup, Refusal> {
    let lang = visit.lang;
    let alt = t(lang, "QR-Code für Ihre App", "QR code for your app");
    let shown =
        totp::set_up(key, &visitor.account.email, alt).map_err(|error| Refusal::failed("preparing an app", &error))?;
    let sealed = app.sealer().seal(&pending_place(visitor), key, app.random()?)?;
    let optional = !visitor.demands.second_factor;
    let body = views::second_factor(lang, &shown, &sealed, passkeys_here(app, visit), optional, wrong);
    Ok(framed(app, visit, t(lang, "Ihr zweiter Nachweis", "Your second factor"), body))
}

/// A key that an app has not proved yet travels with the form, sealed for this account alone.
fn pending_place(visitor: &Visitor) -> String {
    format!("account/{}/app/pending", visitor.account.id)
}

/// `POST /account/app`
pub async fn save_app(
    State(app): State<App>,
    visit: Visit,
    visitor: Visitor,
    Input(form): Input<AppForm>,
) -> Result<Response, Refusal> {
    app.try_on(&format!("code {}", visitor.account.id))?;
    let Ok(key) = app.sealer().open(&pending_place(&visitor), &form.key) else {
        return Ok(redirect("/account/app"));
    };
    let right = match totp::step(&key, &form.code, app.now()) {
        Some(step) => app.store().use_totp_step(&visitor.account.id, step).await?,
        None => false,
    };
    if !right {
        let text = t(
            visit.lang,
            "Dieser Code gilt nicht. Warten Sie, bis die App einen neuen zeigt. Stimmt die Uhrzeit auf dem Handy?",
            "This code is not valid. Wait until the app shows a new one. Is the clock of your phone right?",
        );
        return Ok(not_so(app_page(&app, &visit, &visitor, &key, Some(text))?));
    }
    let sealed = app.sealer().seal(&Factors::app_place(&visitor.account), &key, app.random()?)?;
    let factors = Factors { app: Some(sealed), ..visitor.factors.clone() };
    factor_added(&app, &visit, &visitor, factors, "second-factor.added", "app").await?;
    proved(&app, &visit, &visitor).await
}

/// Keeps a new second factor; other sessions of the account end.
async fn factor_added(
    app: &App,
    visit: &Visit,
    visitor: &Visitor,
    factors: Factors,
    what: &str,
    kind: &str,
) -> Result<(), Refusal> {
    let event = event(app, visitor, what).with(json!({ "kind": kind, "address": visit.arrival.address }));
    if !factors.keep(app.store(), &event, &visitor.account).await? {
        return Err(changed_meanwhile());
    }
    app.store().close_sessions(&visitor.account.id, Some(&visitor.session.id)).await?;
    Ok(())
}

/// A second factor was just shown: a new session that says so, and on to the recovery codes.
async fn proved(app: &App, visit: &Visit, visitor: &Visitor) -> Result<Response, Refusal> {
    let account = app.store().account(&visitor.account.id).await?;
    begin(app, visit, &account, true, "/account/recovery").await
}

/// `POST /account/app/remove`
pub async fn remove_app(State(app): State<App>, visitor: Visitor) -> Result<Response, Refusal> {
    let factors = Factors { app: None, ..visitor.factors.clone() };
    remove(&app, &visitor, factors, "app").await
}

/// `POST /account/passkey/question`
pub async fn passkey_question(State(app): State<App>, visit: Visit, visitor: Visitor) -> Result<Response, Refusal> {
    app.try_on(&format!("passkey {}", visitor.account.id))?;
    let passkeys = app.passkeys().ok_or(Refusal::NotFound)?;
    let Visitor { account, factors, .. } = &visitor;
    let question = passkeys.ask_to_add(&account.id, &account.email, &account.name, &factors.passkeys);
    passkey_asked(&app, &visit, question)
}

/// `POST /account/passkey/answer`
pub async fn save_passkey(
    State(app): State<App>,
    visit: Visit,
    visitor: Visitor,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Response, Refusal> {
    let passkeys = app.passkeys().ok_or(Refusal::NotFound)?;
    let held = passkey_held(&app, &visit, &headers)?;
    let name = format!("Passkey {}", visitor.factors.passkeys.len() + 1);
    let added = passkeys.add(&visitor.account.id, &held, &body, &name, app.now().as_microsecond());
    let added = added.map_err(passkey_refusal)?;
    let mut factors = visitor.factors.clone();
    if factors.passkeys.len() >= MOST_PASSKEYS || factors.passkeys.iter().any(|one| one.id == added.id) {
        return Err(changed_meanwhile());
    }
    factors.passkeys.push(added);
    factor_added(&app, &visit, &visitor, factors, "second-factor.added", "passkey").await?;
    let begun = proved(&app, &visit, &visitor).await?;
    let cookie = begun.headers().get(SET_COOKIE).cloned().ok_or(Refusal::Failed)?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

/// `POST /account/passkey/remove`
pub async fn remove_passkey(
    State(app): State<App>,
    visitor: Visitor,
    Input(named): Input<Named>,
) -> Result<Response, Refusal> {
    let mut factors = visitor.factors.clone();
    factors.passkeys.retain(|one| one.id != named.id);
    remove(&app, &visitor, factors, "passkey").await
}

/// Keeps fewer second factors. The last one stays where one is demanded; recovery codes go with it elsewhere.
async fn remove(app: &App, visitor: &Visitor, mut factors: Factors, kind: &str) -> Result<Response, Refusal> {
    if factors == visitor.factors {
        return Ok(redirect("/account"));
    }
    if !factors.any() {
        let way_in = visitor.account.password_hash.is_some()
            || Elsewhere::linked(app, &visitor.account, &factors).await?.signs_in();
        if visitor.demands.second_factor || !way_in {
            return Err(Refusal::Bad(Text::new(
                "Das ist Ihr letzter zweiter Nachweis, und Ihr Konto braucht einen. Richten Sie zuerst einen anderen ein.",
                "This is your last second factor, and your account needs one. Set up another one first.",
            )));
        }
        factors.recovery_codes.clear();
    }
    let event = event(app, visitor, "second-factor.removed").with(json!({ "kind": kind }));
    if !factors.keep(app.store(), &event, &visitor.account).await? {
        return Err(changed_meanwhile());
    }
    Ok(redirect("/account?done=saved"))
}

/// `GET /account/recovery`
pub async fn show_recovery(State(app): State<App>, visit: Visit, visitor: Visitor) -> Markup {
    recovery_page(&app, &visit, &visitor, None)
}

fn recovery_page(app: &App, visit: &Visit, visitor: &Visitor, codes: Option<&[String]>) -> Markup {
    let body = views::recovery_codes(visit.lang, codes, visitor.factors.recovery_codes.len());
    framed(app, visit, t(visit.lang, "Ihre Notfallcodes", "Your recovery codes"), body)
}

/// `POST /account/recovery`: makes new ones; only for whoever has the factor that they replace.
pub async fn make_recovery(State(app): State<App>, visit: Visit, visitor: Visitor) -> Result<Response, Refusal> {
    if !visitor.factors.any() {
        return Ok(redirect("/account/app"));
    }
    let mut codes = Vec::with_capacity(recovery::COUNT);
    for _ in 0..recovery::COUNT {
        codes.push(recovery::code(app.random()?));
    }
    let id = visitor.account.id.as_str();
    let recovery_codes = codes.iter().filter_map(|code| recovery::hash(id, code)).collect();
    let factors = Factors { recovery_codes, ..visitor.factors.clone() };
    if !factors.keep(app.store(), &event(&app, &visitor, "recovery-codes.made"), &visitor.account).await? {
        return Err(changed_meanwhile());
    }
    Ok(recovery_page(&app, &visit, &visitor, Some(&codes)).into_response())
}

/// `POST /account/session/end`
pub async fn close_session(
    State(app): State<App>,
    visitor: Visitor,
    Input(named): Input<Named>,
) -> Result<Response, Refusal> {
    if app.store().close_session(&visitor.account.id, &named.id).await? {
        app.store().append_audit(&event(&app, &visitor, "session.closed")).await?;
    }
    Ok(redirect("/account"))
}

/// `POST /account/sessions/end`: all but this one.
pub async fn close_other_sessions(State(app): State<App>, visitor: Visitor) -> Result<Response, Refusal> {
    let closed = app.store().close_sessions(&visitor.account.id, Some(&visitor.session.id)).await?;
    let event = event(&app, &visitor, "session.closed").with(json!({ "count": closed }));
    app.store().append_audit(&event).await?;
    Ok(redirect("/account?done=saved"))
}

impl Visitor {
    fn with_email(&self, email: &str) -> Self {
        let mut visitor = self.clone();
        visitor.account.email = email.to_owned();
        visitor
    }
}

impl Passkey {
    fn added(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.added_at).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}
