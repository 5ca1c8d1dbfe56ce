//! Rounds over time as a drawing, and the same as a table.
//!
//! A bar a round: how many gaps were open, by urgency. Each urgency is drawn in its own way, not only in its own colour.

use super::table::Cell;
use super::{Frame, Table};
use jiff::Timestamp;
use maud::{Markup, html};

/// One round, in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Its id.
    pub round: String,
    /// When it was.
    pub at: Timestamp,
    /// Points in all.
    pub points: u32,
    /// Points that were judged.
    pub checked: u32,
    /// Open findings that were urgent.
    pub urgent: u32,
    /// Open findings to act on in the next weeks.
    pub act: u32,
    /// Open findings that could wait for an occasion.
    pub occasion: u32,
}

impl Point {
    /// Open findings in all.
    pub fn open(&self) -> u32 {
        self.urgent + self.act + self.occasion
    }
}

/// Most rounds that are drawn.
const MOST: usize = 12;
/// As many bars have room in the drawing at least: else few are drawn huge.
const FEWEST: usize = 8;
const HEIGHT: u32 = 96;
const STEP: usize = 44;
const WIDTH: usize = 26;

/// The newest rounds, oldest first; nothing for fewer than two, which are no trend.
pub fn trend(frame: &Frame<'_>, rounds: &[Point]) -> Markup {
    let rounds = &rounds[rounds.len().saturating_sub(MOST)..];
    if rounds.len() < 2 {
        return html! {};
    }
    html! {
        section .trend aria-labelledby="trend-title" {
            h2 #trend-title { (frame.count("trend-title", rounds.len())) }
            (drawing(frame, rounds))
            ul .legend {
                @for (class, key) in [("urgent", "urgency-urgent"), ("act", "urgency-act"), ("occasion", "urgency-occasion")] {
                    li {
                        svg .sample viewBox="0 0 16 16" aria-hidden="true" focusable="false" {
                            rect class={ "pile " (class) } x="2" y="2" width="12" height="12" rx="2" {}
                        }
                        (frame.say(key))
                    }
                }
            }
            details {
                summary { (frame.say("trend-table")) }
                div .body { (table(frame, rounds).html()) }
            }
        }
    }
}

fn drawing(frame: &Frame<'_>, rounds: &[Point]) -> Markup {
    let most = rounds.iter().map(Point::open).max().unwrap_or(0).max(1);
    let (width, height) = (rounds.len().max(FEWEST) * STEP, HEIGHT + 44);
    let label = match (rounds.first(), rounds.last()) {
        (Some(first), Some(last)) => {
            let values = [("before", first.open().into()), ("now", last.open().into())];
            frame.texts.fill("trend-label", values)
        }
        _ => String::new(),
    };
    html! {
        svg .bars viewBox={ "0 0 " (width) " " (height) } role="img" aria-label=(label) {
            @for (index, round) in rounds.iter().enumerate() {
                @let left = index * STEP + (STEP - WIDTH) / 2;
                @let middle = left + WIDTH / 2;
                @let scaled = |count: u32| count * HEIGHT / most;
                @let (urgent, act, occasion) = (scaled(round.urgent), scaled(round.act), scaled(round.occasion));
                @let ground = HEIGHT + 20;
                rect .pile.urgent x=(left) y=(ground - urgent) width=(WIDTH) height=(urgent) {}
                rect .pile.act x=(left) y=(ground - urgent - act) width=(WIDTH) height=(act) {}
                rect .pile.occasion x=(left) y=(ground - urgent - act - occasion) width=(WIDTH) height=(occasion) {}
                text .amount x=(middle) y=(ground - urgent - act - occasion - 6) text-anchor="middle" { (round.open()) }
                @if rounds.len() <= 6 || index % 2 == (rounds.len() - 1) % 2 {
                    text .day x=(middle) y=(height - 6) text-anchor="middle" { (frame.calendar.short_day(round.at)) }
                }
            }
            path .ground d={ "M0 " (HEIGHT + 20) "h" (width) } {}
        }
    }
}

fn table(frame: &Frame<'_>, rounds: &[Point]) -> Table {
    let columns = ["round-when", "html-checked", "urgency-urgent", "urgency-act", "urgency-occasion"];
    let mut table = Table::new(frame.say("trend-table"), &columns.map(|key| frame.say(key)));
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
