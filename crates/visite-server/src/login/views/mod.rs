//! The pages of signing in, of the own account and of people: pure functions from what is known to markup.
//!
//! They hold no script and no style, and work without JavaScript; only passkeys need the file [`PASSKEY_SCRIPT`].

mod account;
mod elsewhere;
mod people;
mod set_up;
mod sign_in;

pub use account::{OwnAccount, OwnService, OwnSession, account};
pub use elsewhere::{link_account, not_signed_in};
pub use people::{Invitable, Offer, Person, Taking, invited, not_offered, offered, people, role_name, taking};
pub use set_up::{choose_password, recovery_codes, second_factor, who_are_you};
pub use sign_in::{Problem, Ways, invitation, second_step, sign_in, step_up};

use crate::pages;
use crate::pages::frame::{Page, Section};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, PreEscaped, html};
use visite_facts::Lang;
use visite_report::moment::Calendar;

/// Where the script of passkeys is served.
pub const PASSKEY_SCRIPT: &str = "/assets/passkey.js";

/// The zone in which times are shown where no practice says which.
pub const ZONE: &str = "Europe/Berlin";

/// What a page is made of, before it is framed.
pub struct Framed<'a> {
    /// Language of the page.
    pub lang: Lang,
    /// The time now.
    pub now: Timestamp,
    /// Name of the person, once signed in.
    pub account: Option<&'a str>,
    /// Id and name of the practice that the page is about.
    pub practice: Option<(&'a str, &'a str)>,
}

impl Framed<'_> {
    /// The whole document of `page`.
    pub fn document(&self, page: impl FnOnce(&pages::Frame<'_>) -> Page) -> Markup {
        let texts = pages::texts(self.lang);
        let calendar = Calendar::new(texts, ZONE, self.now);
        let frame = pages::Frame {
            texts,
            calendar: &calendar,
            practice: self.practice.map(|(id, name)| pages::Here { id, name, open: None }),
            account: self.account.map(|name| pages::Account { name }),
            may: pages::May::default(),
            // Where a post comes from is told by browsers themselves; see the guard.
            csrf: "",
            message: None,
            search: "",
            brand: None,
            demo: false,
            version: env!("CARGO_PKG_VERSION"),
        };
        PreEscaped(frame.render(page(&frame)))
    }
}

/// A page with a plain heading that belongs to no entry of the navigation.
pub fn plain_page(title: &str, body: Markup) -> Page {
    Page::new(Section::None, title, body)
}

/// The way out; a form, for a link could be followed by a browser on its own.
pub fn sign_out(lang: Lang) -> Markup {
    html! { form.buttons method="post" action="/logout" { button.quiet { (t(lang, "Abmelden", "Sign out")) } } }
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
    html! { @if let Some(text) = text { p.message.act-message role="alert" { strong { (t(lang, "Bitte prüfen: ", "Please check: ")) } (text) } } }
}

/// A button that passkeys need; hidden until the script finds that the browser knows passkeys.
fn passkey_button(lang: Lang, question: &str, answer: &str, goes_on: &str, label: &str) -> Markup {
    html! {
        // No class on what is hidden: one that sets how it is laid out would show it.
        div hidden data-passkey=(question) data-answer=(answer) data-next=(goes_on) {
            p.buttons { button.quiet type="button" { (label) } }
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
