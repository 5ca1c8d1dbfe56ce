//! Policies of a provider for all its practices, and the exceptions from them.

use super::forms::{Choice, Field, field, guard, select};
use super::frame::{Frame, Page, Section};
use jiff::civil::Date;
use maud::{Markup, html};

/// A policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its id.
    pub id: String,
    /// What it settles, in the reader's language.
    pub title: String,
    /// What it means, in the reader's language.
    pub text: String,
    /// The choice that counts.
    pub value: String,
    /// The choices: value and word.
    pub choices: Vec<Choice>,
    /// For whom it does not count.
    pub exceptions: Vec<Exception>,
}

/// A practice for which a policy does not count.
#[derive(Clone, Debug)]
pub struct Exception {
    /// The practice.
    pub id: String,
    /// Its name.
    pub practice: String,
    /// Why.
    pub reason: String,
    /// Last day.
    pub until: Date,
}

/// The page. `practices` can be made an exception: id and name.
pub fn page(frame: &Frame<'_>, policies: &[Policy], practices: &[Choice]) -> Page {
    let content = html! {
        p .lead { (frame.say("policies-lead")) }
        div .cards { @for policy in policies { (card(frame, policy, practices)) } }
    };
    Page::new(Section::Policies, frame.say("nav-policies"), content)
}

fn card(frame: &Frame<'_>, policy: &Policy, practices: &[Choice]) -> Markup {
    let id = |part: &str| format!("{}-{part}", policy.id);
    let exceptions = format!("/policies/{}/exceptions", super::links::encoded(&policy.id));
    html! {
        section .card aria-labelledby=(id("title")) {
            h2 id=(id("title")) { (policy.title) }
            p .sub { (policy.text) }
            form .narrow-form method="post" action="/policies" {
                (guard(frame))
                input type="hidden" name="policy" value=(policy.id);
                (select(&id("value"), "value", &frame.say("policy-value"), &policy.value, &policy.choices))
                p .buttons { button .quiet type="submit" { (frame.say("save")) span .unseen { ": " (policy.title) } } }
            }
            @if !policy.exceptions.is_empty() {
                h3 .apart { (frame.say("policy-exceptions")) }
                ul .plain {
                    @for exception in &policy.exceptions {
                        li .row {
                            span {
                                (exception.practice)
                                span .small { (exception.reason) " · " (frame.texts.fill("until", [("day", frame.calendar.day(exception.until).into())])) }
                            }
                            form method="post" action={ (exceptions) "/end" } {
                                (guard(frame))
                                button .quiet type="submit" name="practice" value=(exception.id) { (frame.say("policy-end")) span .unseen { ": " (exception.practice) } }
                            }
                        }
                    }
                }
            }
            @if !practices.is_empty() { details .more {
                summary { (frame.say("policy-except")) span .unseen { ": " (policy.title) } }
                form .body.narrow-form method="post" action=(exceptions) {
                    (guard(frame))
                    (select(&id("practice"), "practice", &frame.say("practice"), "", practices))
                    (named(&id("reason"), "reason", frame.say("accept-reason"), "text"))
                    (named(&id("until"), "until", frame.say("accept-until"), "date"))
                    p .buttons { button type="submit" { (frame.say("save")) } }
                }
            } }
        }
    }
}

/// A field whose id is not its name, because the name stands in several forms of the page.
fn named(id: &str, name: &str, label: String, kind: &str) -> Markup {
    field(&Field { name, label, help: None, kind, value: "", required: true, id: Some(id) })
}
