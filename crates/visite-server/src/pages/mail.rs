//! The mail server through which alerts go.

use super::forms::{Field, field, guard, radios, tick};
use super::frame::{Frame, Page, Section};
use maud::{Markup, html};

/// How the way to the mail server is encrypted: word, name, meaning.
pub const SECURITY: [(&str, &str, &str); 3] = [
    ("tls", "mail-tls", "mail-tls-help"),
    ("starttls", "mail-starttls", "mail-starttls-help"),
    ("none", "mail-none", "mail-none-help"),
];

/// What is set. Everything is empty where nothing is.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Name of the server.
    pub host: String,
    /// Its port; empty for the usual one.
    pub port: String,
    /// A word of [`SECURITY`].
    pub security: String,
    /// Who signs in.
    pub user: String,
    /// Whether a password is kept.
    pub has_password: bool,
    /// From whom mails come.
    pub from: String,
    /// Whether a mail server is kept, so that it can be tried and forgotten.
    pub kept: bool,
    /// Where a try goes to.
    pub to: String,
}

/// The page.
pub fn page(frame: &Frame<'_>, view: &View) -> Page {
    let line =
        |name: &'static str, label: &str, help: Option<&str>, kind: &'static str, value: &str, required: bool| {
            field(&Field {
                name,
                label: frame.say(label),
                help: help.map(|help| frame.say(help)),
                kind,
                value,
                required,
                id: None,
            })
        };
    let content = html! {
        p .lead { (frame.say("mail-lead")) }
        form .narrow-form method="post" action="/mail" {
            (guard(frame))
            (line("host", "mail-host", Some("mail-host-help"), "text", &view.host, true))
            (radios(frame, "security", &frame.say("mail-security"), &view.security, &SECURITY))
            (line("port", "mail-port", Some("mail-port-help"), "text", &view.port, false))
            (line("from", "mail-from", Some("mail-from-help"), "text", &view.from, true))
            (line("user", "mail-user", Some("mail-user-help"), "text", &view.user, false))
            (line("password", "mail-password", Some(if view.has_password { "mail-password-kept" } else { "mail-password-help" }), "password", "", false))
            @if view.has_password { (tick("forget", &frame.say("mail-password-forget"), None, false)) }
            p .buttons { button type="submit" { (frame.say("save")) } }
        }
        @if view.kept { (tried(frame, view)) }
    };
    Page::new(Section::Mail, frame.say("nav-mail"), content)
}

fn tried(frame: &Frame<'_>, view: &View) -> Markup {
    html! {
        section .block aria-labelledby="try-title" {
            h2 #try-title { (frame.say("mail-try")) }
            p .sub { (frame.texts.fill("mail-try-text", [("to", view.to.as_str().into())])) }
            div .buttons {
                form method="post" action="/mail/try" { (guard(frame)) button .quiet type="submit" { (frame.say("mail-try-do")) } }
                form method="post" action="/mail/remove" { (guard(frame)) button .quiet.danger type="submit" { (frame.say("mail-remove")) } }
            }
        }
    }
}
