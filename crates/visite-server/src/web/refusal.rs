//! What a request gets when it does not get what it asked for: one type, shown as a page or as JSON.
//!
//! A handler returns [`Refusal`]; the outermost layer knows the language and whether a person or a program asked,
//! and writes the answer. Nothing of the inside is told: what went wrong stands in the log under the same number.

use crate::api::doc::Problem;
use crate::api::scope::Scope;
use crate::login::first::FirstError;
use crate::login::password::PasswordError;
use crate::login::seal::SealError;
use crate::login::views::Framed;
use crate::pages;
use crate::pages::errors::{self, Error};
use crate::pages::frame::{Page, Section};
use crate::web::urls::PublicUrl;
use axum::extract::Request;
use axum::http::header::{ACCEPT, ALLOW, CONTENT_TYPE, HOST, LOCATION, REFERER, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use maud::html;
use serde_json::json;
use visite_facts::{Lang, Text};
use visite_store::StoreError;

/// Why a request is not answered as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is nothing here, or nothing that this person may know of.
    NotFound,
    /// The person is known and has not the right.
    Forbidden,
    /// Nobody is signed in.
    SignIn,
    /// A person is half signed in; the next step is at this path.
    Next(&'static str),
    /// The request came from a page of somebody else, or nobody knows from where.
    ForeignPage,
    /// The name in `Host` is none of ours.
    ForeignName,
    /// A program brought no token that is in force.
    Token,
    /// The token has not this scope.
    Scope(Scope),
    /// There is something here, but not with this method.
    WrongMethod,
    /// A rule forbids what was asked; the text says why and what to do.
    Rule(Text),
    /// Too many tries; seconds to wait.
    TooMany(u32),
    /// The request brings more than its route takes.
    TooLarge,
    /// The request itself is wrong; the text says what and what to do.
    Bad(Text),
    /// The store does not answer, or is full.
    StoreAway,
    /// Something failed inside. It is in the log.
    Failed,
}

impl Refusal {
    /// A failure inside: logged here, and told as [`Refusal::Failed`]. `what` says what was being done.
    pub fn failed(what: &str, error: &dyn std::error::Error) -> Self {
        let mut causes = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            causes = format!("{causes}: {cause}");
            source = cause.source();
        }
        tracing::error!(what, error = causes, "a request failed");
        Self::Failed
    }

    /// The status of HTTP, as a program gets it.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::ForeignPage | Self::Scope(_) => StatusCode::FORBIDDEN,
            Self::SignIn | Self::Next(_) | Self::Token => StatusCode::UNAUTHORIZED,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Rule(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::ForeignName => StatusCode::MISDIRECTED_REQUEST,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Bad(_) => StatusCode::BAD_REQUEST,
            Self::StoreAway => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A word for programs; stays for good.
    fn word(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Forbidden => "forbidden",
            Self::SignIn => "sign_in",
            Self::Next(_) => "sign_in_incomplete",
            Self::Token => "token",
            Self::Scope(_) => "scope_missing",
            Self::WrongMethod => "wrong_method",
            Self::Rule(_) => "rule",
            Self::ForeignPage => "foreign_page",
            Self::ForeignName => "foreign_name",
            Self::TooMany(_) => "too_many_requests",
            Self::TooLarge => "too_large",
            Self::Bad(_) => "bad_request",
            Self::StoreAway => "store_away",
            Self::Failed => "failed",
        }
    }

    /// What a program is told: the kind, and what is wrong.
    fn told(&self) -> (&'static str, String) {
        let (title, detail) = match self {
            Self::NotFound => ("Not found", "There is nothing here, or nothing that this token can see."),
            Self::Forbidden => ("Forbidden", "Whoever made this token has not this right, or not any more."),
            Self::SignIn | Self::Next(_) | Self::Token => {
                ("No token", "Send a token that is in force: Authorization: Bearer vst_… Sessions open no interface.")
            }
            Self::Scope(scope) => return ("Scope missing", format!("This token has not the scope `{scope}`.")),
            Self::WrongMethod => ("Wrong method", "The header `allow` says with which methods this can be called."),
            Self::ForeignPage => ("Sent by a page", "Pages of somebody else cannot use this."),
            Self::ForeignName => ("Wrong name", "Use the public address of the server."),
            Self::TooMany(seconds) => return ("Too many requests", format!("Wait {}.", wait_en(*seconds))),
            Self::TooLarge => ("Too large", "The request brings more than this route takes."),
            Self::Bad(why) => return ("Not as described", why.en.clone()),
            Self::Rule(why) => return ("Forbidden by a rule", why.en.clone()),
            Self::StoreAway => ("Store away", "The store does not answer. Try again in a minute."),
            Self::Failed => ("Failed", "Something failed inside. The log of the server says more under this request."),
        };
        (title, detail.to_owned())
    }

    /// The answer for a program: a problem as RFC 9457 wants it.
    fn problem(&self, number: &str) -> Response {
        let (title, detail) = self.told();
        let kind = format!("urn:visite:problem:{}", self.word());
        let status = self.status();
        let problem = Problem { kind, title, status: status.as_u16(), code: self.word(), detail, request: number };
        let mut response = (status, axum::Json(problem)).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"visite\""));
        }
        response
    }

    /// The page for people. `number` names the request in the log.
    fn page(&self, frame: &pages::Frame<'_>, number: &str) -> Page {
        let (title, what) = match self {
            Self::NotFound | Self::WrongMethod => return errors::page(frame, Error::NotFound, None),
            Self::Forbidden | Self::Scope(_) => return errors::page(frame, Error::Forbidden, None),
            Self::SignIn | Self::Next(_) | Self::Token => return errors::page(frame, Error::SignedOut, None),
            Self::TooLarge => return errors::page(frame, Error::TooLarge, None),
            Self::StoreAway => return errors::page(frame, Error::StoreAway, Some(number)),
            Self::Failed => return errors::page(frame, Error::Internal, Some(number)),
            Self::ForeignPage => (
                Text::new("Diese Anfrage kam nicht von Visite", "This request did not come from Visite"),
                Text::new(
                    "Zu Ihrem Schutz nimmt Visite Eingaben nur von den eigenen Seiten an. Öffnen Sie Visite neu und versuchen Sie es dort noch einmal.",
                    "To protect you, Visite accepts input from its own pages only. Open Visite again and retry there.",
                ),
            ),
            Self::ForeignName => (
                Text::new("Unter dieser Adresse antwortet Visite nicht", "Visite does not answer under this address"),
                Text::new(
                    "Öffnen Sie Visite unter der Adresse, die beim Start angezeigt wird. Soll eine andere gelten, starten Sie Visite mit --public-url.",
                    "Open Visite under the address shown at its start. If another one shall be used, start Visite with --public-url.",
                ),
            ),
            Self::TooMany(seconds) => (
                Text::new("Zu viele Versuche", "Too many tries"),
                Text::new(
                    format!("Bitte warten Sie {} und versuchen Sie es dann noch einmal.", wait_de(*seconds)),
                    format!("Please wait {} and then try again.", wait_en(*seconds)),
                ),
            ),
            Self::Bad(why) | Self::Rule(why) => (Text::new("Das hat nicht geklappt", "That did not work"), why.clone()),
        };
        let body = html! {
            p { (what.get(frame.lang())) }
            p.buttons { a.button href="/" { (frame.say("error-home")) } }
        };
        Page::new(Section::None, title.get(frame.lang()), body)
    }
}

fn wait_de(seconds: u32) -> String {
    match seconds.div_ceil(60) {
        0 | 1 if seconds <= 1 => "1 Sekunde".to_owned(),
        0 | 1 => format!("{seconds} Sekunden"),
        minutes => format!("{minutes} Minuten"),
    }
}

fn wait_en(seconds: u32) -> String {
    match seconds.div_ceil(60) {
        0 | 1 if seconds <= 1 => "1 second".to_owned(),
        0 | 1 => format!("{seconds} seconds"),
        minutes => format!("{minutes} minutes"),
    }
}

/// What is not there is not found; a store that is away may be back soon; everything else has failed.
impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { .. } => Self::NotFound,
            error => {
                let refusal = Self::failed("asking the store", &error);
                match error {
                    StoreError::Full(_) | StoreError::Unreachable(_) | StoreError::Busy(_) | StoreError::Closed => {
                        Self::StoreAway
                    }
                    _ => refusal,
                }
            }
        }
    }
}

impl From<serde_json::Error> for Refusal {
    fn from(error: serde_json::Error) -> Self {
        Self::failed("reading what is stored", &error)
    }
}

impl From<FirstError> for Refusal {
    fn from(error: FirstError) -> Self {
        match error {
            FirstError::Store(error) => error.into(),
            FirstError::Stored(error) => error.into(),
        }
    }
}

impl From<PasswordError> for Refusal {
    fn from(error: PasswordError) -> Self {
        Self::failed("hashing or comparing a password", &error)
    }
}

impl From<SealError> for Refusal {
    fn from(error: SealError) -> Self {
        Self::failed("sealing or opening a secret", &error)
    }
}

/// Carries the refusal outwards; [`Asker::show`] writes it.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// What is known of a request when its answer is written.
#[derive(Clone, Debug)]
pub struct Asker {
    program: bool,
    /// Whether the address is one of those for programs with a token.
    interface: bool,
    /// Where to go on after signing in.
    back: Option<String>,
}

impl Asker {
    /// Looks at a request before it is handled.
    pub fn of(url: &PublicUrl, request: &Request) -> Self {
        let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let path = request.uri().path();
        let interface = is_for_programs(path);
        let program = interface || text(ACCEPT).is_some_and(|accept| accept.starts_with("application/json"));
        let back = if request.method() == Method::GET {
            request.uri().path_and_query().map(|whole| whole.as_str().to_owned())
        } else {
            // What was sent is lost; the page it was sent from is the place to begin again.
            own_referer(url, request.headers())
        };
        Self { program, interface, back: back.filter(|path| own_path(Some(path)) == path && path != "/") }
    }

    /// Writes the answer to a refused request; other answers stay as they are. `number` names the request in the log.
    pub fn show(&self, response: Response, lang: Lang, now: Timestamp, number: &str) -> Response {
        let Some(refusal) = response.extensions().get::<Refusal>().cloned() else { return response };
        if self.interface {
            let mut problem = refusal.problem(number);
            if let Some(allow) = response.headers().get(ALLOW) {
                problem.headers_mut().insert(ALLOW, allow.clone());
            }
            return with_wait(problem, &refusal);
        }
        match &refusal {
            Refusal::SignIn if !self.program => return self.lead_to("/login"),
            Refusal::Next(path) if !self.program => return self.lead_to(path),
            _ => {}
        }
        let framed = Framed { lang, now, account: None, practice: None };
        let answer = if self.program {
            let mut title = String::new();
            framed.document(|frame| {
                let page = refusal.page(frame, number);
                title.clone_from(&page.title);
                page
            });
            let body = json!({ "error": refusal.word(), "message": title, "request": number });
            (refusal.status(), axum::Json(body)).into_response()
        } else {
            (refusal.status(), framed.document(|frame| refusal.page(frame, number))).into_response()
        };
        with_wait(answer, &refusal)
    }

    /// Leads to a step of signing in, and back again afterwards.
    fn lead_to(&self, step: &str) -> Response {
        match &self.back {
            Some(back) if back != step => redirect(&with_next(step, back)),
            _ => redirect(step),
        }
    }
}

/// Whether a path is one of those for programs with a token, which are answered without a page.
pub fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/") || ["/metrics", "/healthz", "/readyz"].contains(&path)
}

/// The path of the page of ours that a form was sent from, if the browser says so.
pub fn own_referer(url: &PublicUrl, headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (scheme, rest) = text(REFERER)?.split_once("://")?;
    let (authority, path) = rest.split_once('/')?;
    url.trusts(&format!("{scheme}://{authority}"), text(HOST)?).then(|| format!("/{path}"))
}

/// The path `step`, which is to lead on to `next`.
pub fn with_next(step: &str, next: &str) -> String {
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("{step}?next={next}")
}

fn with_wait(mut response: Response, refusal: &Refusal) -> Response {
    if let Refusal::TooMany(seconds) = refusal {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(*seconds));
    }
    response
}

/// Leads a browser on with a GET. `target` is a path of ours.
pub fn redirect(target: &str) -> Response {
    let location = HeaderValue::from_str(target).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

/// The path to go on to, if `text` is one of ours: anything that could name another server leads to the start page.
pub fn own_path(text: Option<&str>) -> &str {
    text.filter(|path| {
        path.starts_with('/')
            && !path.starts_with("//")
            && path.len() <= 1000
            && !path.contains('\\')
            && path.bytes().all(|byte| byte.is_ascii_graphic())
    })
    .unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_server() {
        for path in ["/", "/p/a/feststellungen?art=offen", "/account"] {
            assert_eq!(own_path(Some(path)), path);
        }
        for path in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "",
            "account",
            "/a\r\nSet-Cookie: x",
            "/\t/evil",
            "/ä",
        ] {
            assert_eq!(own_path(Some(path)), "/", "{path:?}");
        }
        assert_eq!(own_path(None), "/");
    }

    #[test]
    fn waiting_is_said_in_words() {
        assert_eq!(
            (wait_de(1), wait_de(59), wait_de(61)),
            ("1 Sekunde".into(), "59 Sekunden".into(), "2 Minuten".into())
        );
        assert_eq!(
            (wait_en(1), wait_en(60), wait_en(600)),
            ("1 second".into(), "60 seconds".into(), "10 minutes".into())
        );
    }
}
