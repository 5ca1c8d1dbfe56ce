//! Programs that use the interface: which tokens there are, making one, ending one.

use super::forms::{Choice, Field, empty, field, guard, select, tick};
use super::frame::{Frame, Page, Section};
use super::hooks::{self, Hooks};
use super::table::{Cell, Table};
use crate::api::scope::Scope;
use jiff::Timestamp;
use maud::{Markup, html};
use visite_facts::Word;

/// Days after which a token may end.
pub const DAYS: &[&str] = &["30", "90", "365"];

/// A token that was given out.
#[derive(Clone, Debug)]
pub struct Token {
    /// Names it where it is ended.
    pub id: String,
    /// For which program it is.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// Who made it.
    pub by: String,
    /// When it ends, or ended.
    pub expires: Timestamp,
    /// Whether it has ended.
    pub ended: bool,
    /// When it was used last.
    pub last_used: Option<Timestamp>,
}

/// A token that was just made; it is shown once.
#[derive(Clone, Copy, Debug)]
pub struct Made<'a> {
    /// For which program.
    pub name: &'a str,
    /// The token.
    pub token: &'a str,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// All tokens.
    pub tokens: &'a [Token],
    /// The token that was just made.
    pub made: Option<Made<'a>>,
    /// Whether the page is the one of the installation.
    pub overall: bool,
    /// Whether the reader may see that one.
    pub may_overall: bool,
    /// Addresses that are told what happened; of a practice only.
    pub hooks: Hooks,
    /// Whether messages may go to own networks; of the installation only.
    pub private: bool,
}

/// The text of a scope.
fn scope(frame: &Frame<'_>, scope: Scope) -> String {
    frame.say(&key(scope.word()))
}

/// The key under which the text of a scope stands.
pub fn key(word: &str) -> String {
    format!("scope-{}", word.replace(':', "-"))
}

/// What can be given to a token.
pub fn offered(overall: bool) -> impl Iterator<Item = Scope> {
    let all = Scope::ALL.iter().filter_map(|word| Scope::from_word(word));
    all.filter(move |scope| overall || *scope != Scope::Metrics)
}

fn base(frame: &Frame<'_>, overall: bool) -> String {
    if overall { "/programs".to_owned() } else { frame.to(&["programs"]) }
}

/// The page.
pub fn page(frame: &Frame<'_>, view: &View<'_>) -> Page {
    let lead = if view.overall { "programs-lead-overall" } else { "programs-lead" };
    let content = html! {
        @if let Some(made) = &view.made { (shown_once(frame, made)) }
        (hooks::shown_once(frame, &view.hooks))
        p .lead { (frame.say(lead)) }
        @if view.tokens.is_empty() {
            (empty(&frame.say("programs-none"), &frame.say("programs-none-text"), None))
        } @else {
            div .block { (table(frame, view.tokens).html()) }
        }
        (make(frame, view))
        (end(frame, view))
        @if view.overall { (hooks::private(frame, view.private)) } @else { (hooks::part(frame, &view.hooks)) }
        @if view.may_overall && !view.overall { p { a href="/programs" { (frame.say("programs-overall")) } } }
    };
    if view.overall {
        return Page::new(Section::Programs, frame.say("programs-title"), content);
    }
    let page = Page::new(Section::Settings, frame.say("programs-title"), content);
    page.below(frame.to(&["settings"]), frame.say("nav-settings"))
}

fn table(frame: &Frame<'_>, tokens: &[Token]) -> Table {
    let columns = ["programs-name", "programs-by", "programs-expires", "programs-used"];
    let mut table = Table::new(frame.say("programs-title"), &columns.map(|key| frame.say(key)));
    for token in tokens {
        let scopes: Vec<String> = token.scopes.iter().map(|one| scope(frame, *one)).collect();
        let expires = frame.calendar.when(token.expires);
        let expires =
            Cell::time(expires).with_note(if token.ended { frame.say("programs-ended") } else { String::new() });
        table.rows.push(vec![
            Cell::text(token.name.as_str()).with_note(scopes.join(" · ")),
            Cell::text(token.by.as_str()),
            expires,
            Cell::time(token.last_used.map_or_else(|| frame.say("programs-never"), |at| frame.calendar.when(at))),
        ]);
    }
    table
}

fn shown_once(frame: &Frame<'_>, made: &Made<'_>) -> Markup {
    html! {
        section .card.accent-edge aria-labelledby="made-title" {
            h2 #made-title { (frame.texts.fill("programs-made", [("name", made.name.into())])) }
            p { (frame.say("programs-made-text")) }
            pre tabindex="0" { code #script { (made.token) } }
            button .copy.quiet type="button" hidden data-copies="script" data-done=(frame.say("copied")) { (frame.say("copy")) }
            p .note { (frame.say("programs-once")) }
        }
    }
}

fn make(frame: &Frame<'_>, view: &View<'_>) -> Markup {
    let days: Vec<Choice> = DAYS
        .iter()
        .map(|days| ((*days).to_owned(), frame.texts.fill("programs-days", [("n", (*days).into())])))
        .collect();
    html! {
        section .block aria-labelledby="make-title" {
            h2 #make-title { (frame.say("programs-make")) }
            p { (frame.say("programs-make-text")) }
            form .narrow-form method="post" action=(base(frame, view.overall)) {
                (guard(frame))
                (field(&Field { name: "name", label: frame.say("programs-name"), help: Some(frame.say("programs-name-help")), kind: "text", value: "", required: true, id: None }))
                fieldset {
                    legend { (frame.say("programs-scopes")) }
                    @for one in offered(view.overall) {
                        (tick(one.word(), &scope(frame, one), None, false))
                    }
                }
                (select("days", "days", &frame.say("programs-lasts"), "90", &days))
                p .buttons { button type="submit" { (frame.say("programs-do")) } }
            }
        }
    }
}

fn end(frame: &Frame<'_>, view: &View<'_>) -> Markup {
    html! {
        @if !view.tokens.is_empty() {
            details .block {
                summary { (frame.say("programs-end")) }
                div .body {
                    p { (frame.say("programs-end-text")) }
                    ul .plain {
                        @for token in view.tokens {
                            li .row {
                                span { (token.name) }
                                form method="post" action={ (base(frame, view.overall)) "/" (token.id) "/end" } {
                                    (guard(frame))
                                    button .quiet.danger type="submit" { (frame.say("revoke-do")) span .unseen { ": " (token.name) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
