//! The pages of signing in, of the own account and of people: pure functions from what is known to markup.
//!
//! They hold no script and no style, and work without JavaScript; only passkeys need the file [`PASSKEY_SCRIPT`].

mod account;
mod people;
mod set_up;
mod sign_in;

pub use account::{OwnAccount, OwnSession, account};
pub use people::{Invitable, Person, invited, people, role_name};
pub use set_up::{choose_password, recovery_codes, second_factor, who_are_you};
pub use sign_in::{Problem, invitation, second_step, sign_in, step_up};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, html};
use visite_facts::Lang;

/// Where the script of passkeys is served.
pub const PASSKEY_SCRIPT: &str = "/assets/passkey.js";

/// What a page is made of, before it is framed.
pub struct Frame<'a> {
    /// Language of the page.
    pub lang: Lang,
    /// Title, without the name of the program.
    pub title: &'a str,
    /// The content; begins with a heading of the first order.
    pub body: Markup,
    /// Whether somebody is signed in, so that signing out can be offered.
    pub signed_in: bool,
}

/// Frames a page: head, navigation, foot.
pub type Layout = fn(Frame<'_>) -> Markup;

/// The plainest frame: what a page needs to be read.
pub fn plain_layout(frame: Frame<'_>) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(frame.lang) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (frame.title) " · Visite" }
            }
            body {
                main { (frame.body) }
                @if frame.signed_in { (sign_out(frame.lang)) }
            }
        }
    }
}

/// The way out; a form, for a link could be followed by a browser on its own.
pub fn sign_out(lang: Lang) -> Markup {
    html! { form method="post" action="/abmelden" { button { (t(lang, "Abmelden", "Sign out")) } } }
}

/// The text of one language.
pub fn t<'a>(lang: Lang, de: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::De => de,
        Lang::En => en,
    }
}

/// A line that says what was not right, read out at once by screen readers. It is marked by a word, not by colour.
fn problem(lang: Lang, text: Option<&str>) -> Markup {
    html! { @if let Some(text) = text { p.problem role="alert" { strong { (t(lang, "Bitte prüfen: ", "Please check: ")) } (text) } } }
}

/// A button that passkeys need; hidden until the script finds that the browser knows passkeys.
fn passkey_button(lang: Lang, question: &str, answer: &str, goes_on: &str, label: &str) -> Markup {
    html! {
        div.passkey hidden data-passkey=(question) data-answer=(answer) data-next=(goes_on) {
            button type="button" { (label) }
            p role="status" data-failed=(t(lang,
                "Das hat nicht geklappt. Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.",
                "That did not work. Please try again, or use another way.")) {}
        }
        script src=(PASSKEY_SCRIPT) defer {}
    }
}

/// Day and time in the time zone of whoever looks.
fn moment(lang: Lang, zone: &TimeZone, at: Timestamp) -> String {
    let there = at.to_zoned_datetime(zone.clone());
    match lang {
        Lang::De => there.strftime("%d.%m.%Y, %H:%M Uhr").to_string(),
        Lang::En => there.strftime("%-d %B %Y, %H:%M").to_string(),
    }
}
