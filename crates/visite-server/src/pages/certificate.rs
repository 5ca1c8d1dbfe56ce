//! How other computers come to trust the server: its own authority, brought to them step by step.

use super::frame::{Frame, Page, Section};
use maud::{Markup, html};
use visite_report::html::{Icon, icon};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct View {
    /// The address that others open.
    pub address: String,
    /// SHA-256 of the authority's certificate, in pairs with colons, as browsers and systems show it; none if the server
    /// has a certificate from elsewhere.
    pub fingerprint: Option<String>,
    /// Whether others can reach the server at all.
    pub reachable: bool,
}

/// Systems: name, or the key of a text for it, and the keys of the steps.
const SYSTEMS: [(&str, &[&str]); 5] = [
    ("Windows", &["ca-windows-1", "ca-windows-2", "ca-windows-3", "ca-windows-4"]),
    ("macOS", &["ca-macos-1", "ca-macos-2", "ca-macos-3"]),
    ("Linux", &["ca-linux-1", "ca-linux-2"]),
    ("Firefox", &["ca-firefox-1", "ca-firefox-2", "ca-firefox-3"]),
    (PHONE, &["ca-phone-1", "ca-phone-2", "ca-phone-3"]),
];
/// Telephones and tablets have no name that is the same in both languages.
const PHONE: &str = "ca-phone";

/// The page.
pub fn page(frame: &Frame<'_>, view: &View) -> Page {
    let content = match &view.fingerprint {
        Some(fingerprint) => steps(frame, view, fingerprint),
        None => html! { p .lead { (frame.texts.fill("ca-given", [("address", view.address.as_str().into())])) } },
    };
    Page::new(Section::Certificate, frame.say("nav-certificate"), content)
}

fn steps(frame: &Frame<'_>, view: &View, fingerprint: &str) -> Markup {
    html! {
        p .lead { (frame.say("ca-lead")) }
        @if !view.reachable {
            p .note { (icon(Icon::Occasion)) " " (frame.say("ca-not-reachable")) }
        }
        ol .flow-list {
            li {
                strong { (frame.say("ca-fetch")) }
                p { (frame.say("ca-fetch-text")) }
                p .buttons { a .button href="/ca.crt" download="visite-ca.crt" { (frame.say("ca-download")) } }
            }
            li {
                strong { (frame.say("ca-compare")) }
                p { (frame.say("ca-compare-text")) }
                p .fingerprint { code { (fingerprint) } }
            }
            li {
                strong { (frame.say("ca-import")) }
                p { (frame.say("ca-import-text")) }
                @for (name, steps) in SYSTEMS {
                    details .more {
                        summary { @if name == PHONE { (frame.say(name)) } @else { (name) } }
                        ol .body { @for step in steps { li { (frame.say(step)) } } }
                    }
                }
            }
            li {
                strong { (frame.say("ca-open")) }
                p { (frame.texts.fill("ca-open-text", [("address", view.address.as_str().into())])) }
            }
        }
    }
}
