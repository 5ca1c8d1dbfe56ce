//! Pages for people: pure functions from a view to markup.
//!
//! For the routes, which fill the views from the store. A page reads no store, no clock and no request; what it needs stands
//! in its view and in the [`Frame`], so that every page can be written to a file and looked at in tests. Whatever an
//! assessment says already is taken from there; the parts that show it are those of the HTML report
//! ([`visite_report::html`]).
//!
//! Each page works without JavaScript: links load, forms post. htmx only saves a reload where it is there. No page carries
//! a script, a style or a handler of its own, so that the content security policy can forbid them all.

pub mod agents;
pub mod assets;
pub mod audit;
pub mod branding;
pub mod certificate;
pub mod checks;
pub mod compare;
pub mod device;
pub mod devices;
pub mod errors;
pub mod finding;
pub mod findings;
mod forms;
pub mod frame;
pub mod hooks;
pub mod import;
pub mod jobs;
mod layout;
pub mod links;
pub mod mail;
pub mod measures;
pub mod network;
pub mod order;
pub mod policies;
pub mod practices;
pub mod programs;
pub mod requirements;
pub mod rounds;
pub mod search;
pub mod service;
pub mod settings;
pub mod setup;
pub mod sockets;
pub mod start;
mod states;
pub mod table;
pub mod team;
mod trend;

pub use frame::{Account, Brand, Frame, Here, May, Message, Section};
pub use table::Table;

use std::sync::LazyLock;
use visite_facts::Lang;
use visite_report::texts::Texts;

/// The pages' own texts; those of the report come with them.
const GERMAN: &str = include_str!("../texts/pages.de.ftl");
const ENGLISH: &str = include_str!("../texts/pages.en.ftl");

/// What a response has to allow: files of our own, posts to ourselves, and nothing else. No script or style in a page.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; \
                          connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The texts of pages in `lang`, loaded once.
pub fn texts(lang: Lang) -> &'static Texts {
    static DE: LazyLock<Texts> = LazyLock::new(|| Texts::with(Lang::De, &[GERMAN]));
    static EN: LazyLock<Texts> = LazyLock::new(|| Texts::with(Lang::En, &[ENGLISH]));
    match lang {
        Lang::De => &DE,
        Lang::En => &EN,
    }
}

#[cfg(test)]
mod tests;
