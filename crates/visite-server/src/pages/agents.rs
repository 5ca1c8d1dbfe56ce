//! Connected computers: how they are, how to connect one more with one line, how to end a connection.

use super::forms::{Field, empty, field, guard, tick};
use super::frame::{Frame, Page, Section};
use super::states;
use super::table::{Cell, Table};
use jiff::Timestamp;
use maud::{Markup, html};
use visite_report::html::{Icon, icon};

/// A connected computer.
#[derive(Clone, Debug)]
pub struct Agent {
    /// Its id.
    pub id: String,
    /// The subject it reports about, once it delivered.
    pub subject: Option<String>,
    /// Its name.
    pub name: String,
    /// How it is.
    pub state: State,
    /// When it was last heard.
    pub last_seen: Option<Timestamp>,
    /// When its certificate ends; it renews that by itself.
    pub certificate_until: Option<Timestamp>,
    /// Version of Visite on it.
    pub version: String,
    /// Whether some of what it saw was lost before it could deliver.
    pub gap: bool,
    /// Whether it belongs to a medical device.
    pub medical: bool,
}

/// How an agent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It delivers as planned.
    Active,
    /// It has not delivered for longer than planned.
    Silent,
    /// Its certificate was ended.
    Revoked,
}

/// A line that nobody has used yet.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// For which computer.
    pub name: String,
    /// Until when it can be used.
    pub expires: Timestamp,
}

/// A line that was just made; it is shown once.
#[derive(Clone, Copy, Debug)]
pub struct Made<'a> {
    /// For which computer.
    pub name: &'a str,
    /// The line to run on it.
    pub command: &'a str,
    /// Until when it can be used.
    pub expires: Timestamp,
}

/// What the page shows.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// All of them.
    pub agents: &'a [Agent],
    /// Lines that nobody has used yet.
    pub enrolments: &'a [Enrolment],
    /// The line that was just made.
    pub made: Option<Made<'a>>,
    /// How to start the server so that other computers reach it, if they do not yet.
    pub unreachable: Option<&'a str>,
}

/// A state as symbol and word.
pub fn state(frame: &Frame<'_>, state: State) -> Markup {
    let (class, symbol, word) = look(frame, state);
    states::state(class, symbol, &word)
}

fn look(frame: &Frame<'_>, state: State) -> (&'static str, Icon, String) {
    match state {
        State::Active => ("good", Icon::Good, frame.say("agent-active")),
        State::Silent => ("act", Icon::Act, frame.say("agent-silent")),
        State::Revoked => ("unknown", Icon::NotApplicable, frame.say("agent-revoked")),
    }
}

/// All of them, as a table.
pub fn table(frame: &Frame<'_>, agents: &[Agent]) -> Table {
    let columns = ["agent-computer", "html-state", "agent-last-seen", "agent-certificate", "html-about-version"];
    let mut table = Table::new(frame.say("nav-agents"), &columns.map(|key| frame.say(key)));
    for agent in agents {
        let when = |moment: Option<Timestamp>| moment.map_or_else(|| "–".to_owned(), |at| frame.calendar.when(at));
        let mut notes = Vec::new();
        if agent.medical {
            notes.push(frame.say("agent-medical"));
        }
        if agent.gap {
            notes.push(frame.say("agent-gap"));
        }
        let name = match &agent.subject {
            Some(subject) => Cell::link(&frame.to(&["devices", subject]), agent.name.as_str()),
            None => Cell::text(agent.name.as_str()),
        };
        table.rows.push(vec![
            name.with_note(notes.join(" · ")),
            Cell::shown(look(frame, agent.state).2, state(frame, agent.state)),
            Cell::time(when(agent.last_seen)),
            Cell::time(when(agent.certificate_until)),
            Cell::text(agent.version.as_str()),
        ]);
    }
    table
}

/// The page.
pub fn page(frame: &Frame<'_>, view: &View<'_>) -> Page {
    let table = table(frame, view.agents);
    let content = html! {
        @if let Some(made) = &view.made { (line(frame, made)) }
        @if view.agents.is_empty() {
            (empty(&frame.say("agents-none"), &frame.say("agents-none-text"), None))
        } @else {
            (table.html())
            (table.export(frame, &frame.to(&["agents.csv"])))
        }
        @if frame.may.connect {
            (connect(frame, view))
            (disconnect(frame, view.agents))
        }
    };
    Page::new(Section::Agents, frame.say("nav-agents"), content)
}

/// The line to copy.
fn line(frame: &Frame<'_>, made: &Made<'_>) -> Markup {
    let values = [("name", made.name.into()), ("when", frame.calendar.when(made.expires).into())];
    html! {
        section .card.accent-edge aria-labelledby="line-title" {
            h2 #line-title { (frame.texts.fill("enrol-made", [("name", made.name.into())])) }
            ol .flow-list {
                li { (frame.say("enrol-step-program")) }
                li { (frame.say("enrol-step-copy"))
                    pre tabindex="0" { code #script { (made.command) } }
                    button .copy.quiet type="button" hidden data-copies="script" data-done=(frame.say("copied")) { (frame.say("copy")) }
                }
                li { (frame.say("enrol-step-run")) }
                li { (frame.say("enrol-step-wait")) }
            }
            p .note { (frame.texts.fill("enrol-once", values)) }
        }
    }
}

fn connect(frame: &Frame<'_>, view: &View<'_>) -> Markup {
    html! {
        section .block aria-labelledby="connect" {
            h2 #connect { (frame.say("enrol-title")) }
            p { (frame.say("enrol-text")) }
            @if let Some(call) = view.unreachable {
                p .note { (icon(Icon::Occasion)) " " (frame.say("enrol-unreachable")) }
                pre tabindex="0" { code { (call) } }
            }
            form .narrow-form method="post" action=(frame.to(&["agents"])) {
                (guard(frame))
                (field(&Field { name: "name", label: frame.say("enrol-name"), help: Some(frame.say("enrol-name-help")), kind: "text", value: "", required: true, id: None }))
                (tick("medical", &frame.say("enrol-medical"), Some(&frame.say("enrol-medical-help")), false))
                p .buttons { button type="submit" { (frame.say("enrol-do")) } }
            }
            @if !view.enrolments.is_empty() {
                h3 { (frame.say("enrol-waiting")) }
                ul .plain {
                    @for enrolment in view.enrolments {
                        li { (enrolment.name) span .small { (frame.texts.fill("enrol-until", [("when", frame.calendar.when(enrolment.expires).into())])) } }
                    }
                }
            }
        }
    }
}

fn disconnect(frame: &Frame<'_>, agents: &[Agent]) -> Markup {
    // The server itself has no certificate that could end.
    let connected: Vec<&Agent> =
        agents.iter().filter(|agent| agent.state != State::Revoked && agent.certificate_until.is_some()).collect();
    html! {
        @if !connected.is_empty() {
            details .block {
                summary { (frame.say("revoke-title")) }
                div .body {
                    p { (frame.say("revoke-text")) }
                    ul .plain {
                        @for agent in connected {
                            li .row {
                                span { (agent.name) }
                                form method="post" action=(frame.to(&["agents", &agent.id, "revoke"])) {
                                    (guard(frame))
                                    button .quiet.danger type="submit" { (frame.say("revoke-do")) span .unseen { ": " (agent.name) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
