//! Addresses of programs that are told what happened: a part of the page of programs.

use super::forms::{Field, field, guard, tick};
use super::frame::Frame;
use crate::hooks::HookEvent;
use maud::{Markup, html};
use visite_facts::Word;

/// An address that is told.
#[derive(Clone, Debug)]
pub struct Hook {
    /// Its id.
    pub id: String,
    /// The address.
    pub address: String,
    /// What it is told.
    pub events: Vec<HookEvent>,
}

/// What the part shows.
#[derive(Clone, Debug, Default)]
pub struct Hooks {
    /// All of them.
    pub all: Vec<Hook>,
    /// Address and secret of the one that was just made; shown once.
    pub made: Option<(String, String)>,
}

/// The key under which the text of an event stands.
pub fn key(word: &str) -> String {
    format!("hook-{}", word.replace('.', "-"))
}

/// The secret of the address that was just made.
pub fn shown_once(frame: &Frame<'_>, hooks: &Hooks) -> Markup {
    html! {
        @if let Some((address, secret)) = &hooks.made {
            section .card.accent-edge aria-labelledby="hook-made" {
                h2 #hook-made { (frame.texts.fill("hooks-made", [("address", address.as_str().into())])) }
                p { (frame.say("hooks-made-text")) }
                pre tabindex="0" { code #script { (secret) } }
                button .copy.quiet type="button" hidden data-copies="script" data-done=(frame.say("copied")) { (frame.say("copy")) }
                p .note { (frame.say("hooks-once")) }
            }
        }
    }
}

/// The part with all addresses and the form for one more.
pub fn part(frame: &Frame<'_>, hooks: &Hooks) -> Markup {
    html! {
        section .block aria-labelledby="hooks-title" {
            h2 #hooks-title { (frame.say("hooks-title")) }
            p { (frame.say("hooks-text")) }
            @if !hooks.all.is_empty() {
                ul .plain {
                    @for hook in &hooks.all {
                        li .row {
                            span {
                                strong { (hook.address) }
                                span .small { (hook.events.iter().map(|event| frame.say(&key(event.word()))).collect::<Vec<_>>().join(" · ")) }
                            }
                            span .buttons {
                                form method="post" action=(frame.to(&["hooks", &hook.id, "test"])) {
                                    (guard(frame))
                                    button .quiet type="submit" { (frame.say("hooks-test")) span .unseen { ": " (hook.address) } }
                                }
                                form method="post" action=(frame.to(&["hooks", &hook.id, "remove"])) {
                                    (guard(frame))
                                    button .quiet.danger type="submit" { (frame.say("hooks-remove")) span .unseen { ": " (hook.address) } }
                                }
                            }
                        }
                    }
                }
            }
            form .narrow-form method="post" action=(frame.to(&["hooks"])) {
                (guard(frame))
                (field(&Field { name: "address", label: frame.say("hooks-address"), help: Some(frame.say("hooks-address-help")), kind: "url", value: "", required: true, id: None }))
                fieldset {
                    legend { (frame.say("hooks-events")) }
                    @for word in HookEvent::ALL { (tick(word, &frame.say(&key(word)), None, false)) }
                }
                p .buttons { button type="submit" { (frame.say("hooks-do")) } }
            }
        }
    }
}

/// Whether messages may go to own networks; for whoever looks after the installation.
pub fn private(frame: &Frame<'_>, on: bool) -> Markup {
    html! {
        section .block aria-labelledby="private-title" {
            h2 #private-title { (frame.say("hooks-title")) }
            form .narrow-form method="post" action="/programs/private" {
                (guard(frame))
                (tick("private", &frame.say("hooks-private"), Some(&frame.say("hooks-private-help")), on))
                p .buttons { button type="submit" { (frame.say("save")) } }
            }
        }
    }
}
