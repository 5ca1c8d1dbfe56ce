//! Rounds so far, and which two to compare.

use super::forms::{Choice, empty, guard, select};
use super::frame::{Frame, Page, Section};
use super::table::{Cell, Table};
use super::trend::{Point, trend};
use maud::{Markup, html};

/// What the page shows.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Rounds so far, oldest first.
    pub rounds: &'a [Point],
    /// The job of a round that runs now.
    pub running: Option<&'a str>,
}

/// All rounds, newest first, as a table.
pub fn table(frame: &Frame<'_>, rounds: &[Point]) -> Table {
    let columns = ["round-when", "html-checked", "urgency-urgent", "urgency-act", "urgency-occasion"];
    let mut table = Table::new(frame.say("nav-rounds"), &columns.map(|key| frame.say(key)));
    for round in rounds.iter().rev() {
        let counts = [("checked", round.checked.into()), ("points", round.points.into())];
        table.rows.push(vec![
            Cell::link(&frame.to(&["rounds", &round.round]), frame.calendar.when(round.at)),
            Cell::number(frame.texts.fill("html-of", counts)),
            Cell::number(round.urgent.to_string()),
            Cell::number(round.act.to_string()),
            Cell::number(round.occasion.to_string()),
        ]);
    }
    table
}

/// The page.
pub fn page(frame: &Frame<'_>, view: &View<'_>) -> Page {
    let table = table(frame, view.rounds);
    let content = html! {
        @if view.rounds.is_empty() {
            (empty(&frame.say("rounds-none"), &frame.say("rounds-none-text"), None))
        } @else {
            (comparing(frame, view.rounds))
            (trend(frame, view.rounds))
            section .block.below-trend aria-labelledby="all" {
                h2 #all { (frame.say("rounds-all")) }
                (table.html())
                (table.export(frame, &frame.to(&["rounds.csv"])))
            }
        }
    };
    let action = html! {
        @if let Some(job) = view.running {
            a .button.quiet href=(frame.to(&["jobs", job])) { (frame.say("start-running-see")) }
        } @else if frame.may.decide {
            form method="post" action=(frame.to(&["rounds"])) { (guard(frame)) button type="submit" { (frame.say("round-now")) } }
        }
    };
    Page::new(Section::Rounds, frame.say("nav-rounds"), content).beside(action)
}

/// Two rounds to choose; the newest two are chosen already.
fn comparing(frame: &Frame<'_>, rounds: &[Point]) -> Markup {
    let [.., before, newest] = rounds else { return html! {} };
    let choices: Vec<Choice> =
        rounds.iter().rev().map(|round| (round.round.clone(), frame.calendar.when(round.at))).collect();
    html! {
        form .filter method="get" action=(frame.to(&["compare"])) aria-labelledby="compare" {
            h2 #compare .whole { (frame.say("compare-choose")) }
            (select("from", "from", &frame.say("compare-from"), &before.round, &choices))
            (select("to", "to", &frame.say("compare-to"), &newest.round, &choices))
            div .buttons { button .quiet type="submit" { (frame.say("compare-do")) } }
        }
    }
}
