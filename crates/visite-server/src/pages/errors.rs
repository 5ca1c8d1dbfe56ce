//! Pages for when something does not work: what happened, and what to do next. Nobody is blamed.

use super::frame::{Frame, Page, Section};
use maud::html;

/// What does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// 400: the request was not understood.
    BadRequest,
    /// 401: the session has ended.
    SignedOut,
    /// 403: the role does not allow it.
    Forbidden,
    /// 404: there is no such page.
    NotFound,
    /// 413: a file is too large.
    TooLarge,
    /// 429: too many attempts.
    TooMany,
    /// 500: a mistake of ours.
    Internal,
    /// 503: the store does not answer.
    StoreAway,
}

impl Error {
    /// The status of the answer.
    pub fn status(self) -> u16 {
        match self {
            Error::BadRequest => 400,
            Error::SignedOut => 401,
            Error::Forbidden => 403,
            Error::NotFound => 404,
            Error::TooLarge => 413,
            Error::TooMany => 429,
            Error::Internal => 500,
            Error::StoreAway => 503,
        }
    }

    /// Title and text.
    fn keys(self) -> (&'static str, &'static str) {
        match self {
            Error::BadRequest => ("error-bad", "error-bad-text"),
            Error::SignedOut => ("error-signed-out", "error-signed-out-text"),
            Error::Forbidden => ("error-forbidden", "error-forbidden-text"),
            Error::NotFound => ("error-missing", "error-missing-text"),
            Error::TooLarge => ("error-large", "error-large-text"),
            Error::TooMany => ("error-many", "error-many-text"),
            Error::Internal => ("error-internal", "error-internal-text"),
            Error::StoreAway => ("error-store", "error-store-text"),
        }
    }
}

/// The page. `mark` names the entry in the server's log, for whoever helps.
pub fn page(frame: &Frame<'_>, error: Error, mark: Option<&str>) -> Page {
    let (title, text) = error.keys();
    let home = if frame.practice.is_some() { frame.to(&[]) } else { "/".to_owned() };
    let content = html! {
        p { (frame.say(text)) }
        @if let Some(mark) = mark { p .meta { (frame.say("error-mark")) " " code { (mark) } } }
        p .buttons {
            @if error == Error::SignedOut {
                a .button href="/login" { (frame.say("login")) }
            } @else {
                a .button href=(home) { (frame.say("error-home")) }
            }
        }
        p .small.more { (frame.texts.fill("error-number", [("n", error.status().to_string().into())])) }
    };
    Page::new(Section::None, frame.say(title), content)
}
