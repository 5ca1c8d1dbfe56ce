//! The start page: date, share checked, one sentence, at most three steps, areas, trend, next round. In that order, for
//! someone between two patients.

use super::forms::{empty, guard};
use super::frame::{Frame, Page, Section};
use super::links::query;
use super::states::state;
pub use super::trend::Point;
use super::trend::trend;
use jiff::Timestamp;
use maud::{Markup, html};
use visite_facts::{Assessment, PlannedMeasure, Word};
use visite_report::html::{Icon, STEPS, area_look, further, icon, sentence, step};
use visite_report::overview::{self, AreaState};

/// What the start page shows.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The newest judgement; none before the first round.
    pub assessment: Option<&'a Assessment>,
    /// Devices that were reached in it, of those that are known.
    pub reached: Option<(usize, usize)>,
    /// Rounds so far, oldest first.
    pub rounds: &'a [Point],
    /// When the next round begins.
    pub next_round: Option<Timestamp>,
    /// The job of a round that runs now.
    pub running: Option<&'a str>,
    /// Whether the practice said anything about itself yet.
    pub set_up: bool,
}

/// The page.
pub fn page(frame: &Frame<'_>, view: &View<'_>) -> Page {
    let name = frame.practice.map_or("Visite", |practice| practice.name);
    let content = match view.assessment {
        Some(assessment) => judged(frame, view, assessment),
        // The first verdict appears by itself. Nothing is exchanged before it is there, so that nobody loses the focus.
        None => html! {
            div hx-get=(frame.to(&[])) hx-trigger="every 4s" hx-select="#content" hx-target="#content" hx-swap="outerHTML" {
                (running(frame, view))
                (nothing(frame))
            }
        },
    };
    Page { heading: Some(heading(frame, view, name)), ..Page::new(Section::Start, name, content) }
}

fn heading(frame: &Frame<'_>, view: &View<'_>, name: &str) -> Markup {
    html! {
        div .title {
            h1 { (name) }
            @if let Some(assessment) = view.assessment {
                p .when { (frame.texts.fill("html-last-visit", [("when", frame.calendar.when(assessment.round.at).into())])) }
            }
        }
    }
}

/// The page of that section while nothing was judged yet.
pub fn nothing_yet(frame: &Frame<'_>, section: Section, title: &str) -> Page {
    Page::new(section, title, nothing(frame))
}

fn nothing(frame: &Frame<'_>) -> Markup {
    let address = frame.to(&["setup"]);
    let action = frame.say("start-setup");
    let action = frame.may.govern.then_some((address.as_str(), action.as_str()));
    empty(&frame.say("html-sentence-nothing"), &frame.say("start-nothing"), action)
}

fn judged(frame: &Frame<'_>, view: &View<'_>, assessment: &Assessment) -> Markup {
    html! {
        (extent(frame, view, assessment))
        (running(frame, view))
        @if !view.set_up && frame.may.govern { (to_set_up(frame)) }
        div .first {
            section aria-labelledby="sentence" {
                h2 #sentence .sentence { (sentence(frame.texts, assessment)) }
                @if let Some(further) = further(frame.texts, assessment) { p .further { (further) } }
                (steps(frame, assessment))
            }
            div .second {
                (areas(frame, assessment))
                (trend(frame, view.rounds))
                (next_round(frame, view))
            }
        }
    }
}

/// How much was reached and checked, and where the rest is.
fn extent(frame: &Frame<'_>, view: &View<'_>, assessment: &Assessment) -> Markup {
    let summary = &assessment.summary;
    let open: u32 = summary.unchecked.values().sum();
    let counts = [("checked", summary.checked.into()), ("points", summary.points.into())];
    html! {
        div .extent {
            @if let Some((reached, known)) = view.reached {
                a .see href=(frame.to(&["devices"])) {
                    (frame.texts.fill("start-reached", [("reached", reached.into()), ("known", known.into())]))
                }
            }
            strong { (frame.texts.fill("checked-of", counts)) }
            progress max=(summary.points.max(1)) value=(summary.checked) aria-hidden="true" {}
            @if open > 0 {
                span .state.unknown { (icon(Icon::Unknown)) (frame.texts.fill("html-open-points", [("n", open.into())])) }
                a .see href={ (frame.to(&["checks"])) "?verdict=unknown" } { (frame.say("start-see-open")) }
            }
        }
    }
}

/// The first verdict needs no answers; what it means for the practice does.
fn to_set_up(frame: &Frame<'_>) -> Markup {
    html! {
        p .message.neutral-message {
            span .occasion { (icon(Icon::Occasion)) }
            span { (frame.say("start-not-set-up")) " " a href=(frame.to(&["setup"])) { (frame.say("start-setup")) } }
        }
    }
}

fn running(frame: &Frame<'_>, view: &View<'_>) -> Markup {
    html! {
        @if let Some(job) = view.running {
            p .message.neutral-message role="status" {
                span .occasion { (icon(Icon::Occasion)) }
                span { (frame.say("start-running")) " " a href=(frame.to(&["jobs", job])) { (frame.say("start-running-see")) } }
            }
        }
    }
}

fn steps(frame: &Frame<'_>, assessment: &Assessment) -> Markup {
    let is_open = |planned: &&PlannedMeasure| !overview::closed_by(assessment, planned).is_empty();
    let planned: Vec<&PlannedMeasure> = assessment.measures.iter().filter(is_open).collect();
    html! {
        @if !planned.is_empty() {
            ol .steps aria-label=(frame.say("html-first-steps")) {
                @for planned in planned.iter().take(STEPS) {
                    li { div { (step(frame.texts, assessment, planned)) (actions(frame, planned)) } }
                }
            }
        }
        @if planned.len() > STEPS {
            p .further.more {
                a href=(frame.to(&["measures"])) { (frame.count("start-measures-more", planned.len() - STEPS)) }
            }
        }
    }
}

/// What one can do about a measure right here.
fn actions(frame: &Frame<'_>, planned: &PlannedMeasure) -> Markup {
    let id = planned.measure.id.as_str();
    html! {
        div .buttons {
            a .button href=(frame.to(&["measures", id])) { (frame.say("html-details")) span .unseen { ": " (planned.measure.title.get(frame.lang())) } }
            a .quiet.button href=(frame.to(&["measures", id, "order"])) { (frame.say("order")) span .unseen { ": " (planned.measure.title.get(frame.lang())) } }
            @if frame.may.decide {
                form method="post" action=(frame.to(&["measures", id, "recheck"])) {
                    (guard(frame))
                    button .quiet type="submit" { (frame.say("recheck")) span .unseen { ": " (planned.measure.title.get(frame.lang())) } }
                }
            }
        }
    }
}

fn areas(frame: &Frame<'_>, assessment: &Assessment) -> Markup {
    let areas = overview::areas(assessment);
    html! {
        section .areas aria-labelledby="areas" {
            h2 #areas { (frame.say("html-areas")) }
            table {
                thead { tr {
                    th scope="col" { (frame.say("html-area")) }
                    th scope="col" { (frame.say("html-state")) }
                    th scope="col" { (frame.say("html-checked")) }
                } }
                tbody { @for area in &areas { (area_row(frame, area)) } }
            }
            @if areas.iter().any(|area| area.points == 0) { p .small.more { (frame.say("html-areas-note")) } }
        }
    }
}

fn area_row(frame: &Frame<'_>, area: &AreaState) -> Markup {
    let (class, symbol, word) = area_look(frame.texts, area);
    let counts = [("checked", area.checked.into()), ("points", area.points.into())];
    let name = frame.texts.word("area", area.area);
    let query = query(&[("area", area.area.word())]);
    html! {
        tr {
            th scope="row" {
                @if area.open > 0 { a href={ (frame.to(&["findings"])) (query) } { (name) } }
                @else if area.points > 0 { a href={ (frame.to(&["checks"])) (query) } { (name) } }
                @else { (name) }
            }
            td {
                (state(&class, symbol, &word))
                @if area.open > 0 { span .small { (frame.count("html-findings-count", area.open)) } }
            }
            td .number {
                @if area.points > 0 {
                    // On a phone the heading of the column is not shown.
                    span .narrow { (frame.say("html-checked")) ": " }
                    (frame.texts.fill("html-of", counts))
                }
            }
        }
    }
}

fn next_round(frame: &Frame<'_>, view: &View<'_>) -> Markup {
    html! {
        section .next aria-labelledby="next-title" {
            h2 #next-title { (frame.say("next-title")) }
            p {
                @match view.next_round {
                    Some(at) => { (frame.texts.fill("next-round", [("when", frame.calendar.when(at).into())])) },
                    None => { (frame.say("next-none")) },
                }
            }
            @if frame.may.decide && view.running.is_none() {
                form .more method="post" action=(frame.to(&["rounds"])) {
                    (guard(frame))
                    button .quiet type="submit" { (frame.say("round-now")) }
                }
            }
        }
    }
}
