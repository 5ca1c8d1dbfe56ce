//! How a provider appears to its practices.

use super::forms::{Field, field, guard};
use super::frame::{Brand, Frame, Page, Section};
use maud::html;

/// The page.
pub fn page(frame: &Frame<'_>, brand: &Brand) -> Page {
    let line = |name: &'static str, label: &str, help: Option<&str>, kind: &'static str, value: &str| {
        field(&Field {
            name,
            label: frame.say(label),
            help: help.map(|help| frame.say(help)),
            kind,
            value,
            required: name == "name",
            id: None,
        })
    };
    let content = html! {
        p .lead { (frame.say("branding-lead")) }
        form .narrow-form method="post" action="/branding" enctype="multipart/form-data" {
            (guard(frame))
            (line("name", "branding-name", None, "text", &brand.name))
            (line("phone", "branding-phone", Some("branding-phone-help"), "tel", &brand.phone))
            (line("mail", "branding-mail", None, "email", &brand.mail))
            (line("logo", "branding-logo", Some("branding-logo-help"), "file", ""))
            @if brand.logo { p .note { img .logo src="/logo" alt=(brand.name) height="28"; } }
            p .buttons { button type="submit" { (frame.say("save")) } }
        }
    };
    Page::new(Section::Branding, frame.say("nav-branding"), content)
}
