//! The service by which people sign in with an account that they have already.

use super::forms::{Field, field, guard};
use super::frame::{Frame, Page, Section};
use maud::{Markup, html};

/// What is set. Everything is empty where nothing is.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Address of the issuer.
    pub issuer: String,
    /// How the service knows Visite.
    pub client: String,
    /// Whether a secret is kept.
    pub has_secret: bool,
    /// What stands on the button, in German.
    pub label_de: String,
    /// What stands on the button, in English.
    pub label_en: String,
    /// The word that counts as a second factor.
    pub second_factor: String,
    /// Certificates (PEM) by which the service is trusted.
    pub certificate: String,
    /// Whether a service is kept, so that it can be removed.
    pub kept: bool,
    /// How many people have linked their accounts.
    pub linked: u64,
    /// The address that has to be entered at the service.
    pub back: String,
}

/// The page.
pub fn page(frame: &Frame<'_>, view: &View) -> Page {
    let line = |name: &'static str, help: &str, kind: &'static str, value: &str, required: bool| {
        field(&Field {
            name,
            label: frame.say(label_of(name)),
            help: Some(frame.say(help)),
            kind,
            value,
            required,
            id: None,
        })
    };
    let secret_help = if view.has_secret { "service-secret-kept" } else { "service-secret-help" };
    let content = html! {
        p .lead { (frame.say("service-lead")) }
        p .sub { (frame.say("service-who")) }
        section .block aria-labelledby="back-title" {
            h2 #back-title { (frame.say("service-back")) }
            p .sub { (frame.say("service-back-help")) }
            p { code { (view.back) } }
        }
        section .block aria-labelledby="service-title" {
            h2 #service-title { (frame.say("service-entries")) }
            form .narrow-form method="post" action="/sign-in-service" {
                (guard(frame))
                (area(frame, "issuer", 2, &view.issuer))
                (line("client", "service-client-help", "text", &view.client, true))
                (line("secret", secret_help, "password", "", !view.has_secret))
                (line("label_de", "service-label-help", "text", &view.label_de, true))
                (line("label_en", "service-label-en-help", "text", &view.label_en, true))
                (line("second_factor", "service-factor-help", "text", &view.second_factor, false))
                (area(frame, "certificate", 4, &view.certificate))
                p .buttons { button type="submit" { (frame.say("service-save")) } }
            }
        }
        @if view.kept { (removed(frame, view)) }
    };
    Page::new(Section::Service, frame.say("nav-service"), content)
}

fn label_of(name: &str) -> &'static str {
    match name {
        "client" => "service-client",
        "secret" => "service-secret",
        "label_de" => "service-label-de",
        "label_en" => "service-label-en",
        _ => "service-factor",
    }
}

/// What may be longer than a line.
fn area(frame: &Frame<'_>, name: &'static str, rows: u8, value: &str) -> Markup {
    let (label, help, required) = match name {
        "issuer" => ("service-issuer", "service-issuer-help", true),
        _ => ("service-certificate", "service-certificate-help", false),
    };
    let help_id = format!("{name}-help");
    html! {
        div .field {
            label for=(name) { (frame.say(label)) }
            p .help id=(help_id) { (frame.say(help)) }
            textarea id=(name) name=(name) rows=(rows) spellcheck="false" required[required] aria-describedby=(help_id) { (value) }
        }
    }
}

fn removed(frame: &Frame<'_>, view: &View) -> Markup {
    let linked = usize::try_from(view.linked).unwrap_or(usize::MAX);
    html! {
        section .block aria-labelledby="remove-title" {
            h2 #remove-title { (frame.say("service-remove")) }
            p .sub { (frame.count("service-linked", linked)) " " (frame.say("service-remove-text")) }
            form method="post" action="/sign-in-service/remove" {
                (guard(frame))
                div .buttons { button .quiet.danger type="submit" { (frame.say("service-remove-do")) } }
            }
        }
    }
}
