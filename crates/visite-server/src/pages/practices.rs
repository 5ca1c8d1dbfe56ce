//! All practices of a provider, the most urgent first.

use super::forms::{Choice, empty, filter, search_field, select};
use super::frame::{Frame, Page, Section};
use super::links::{encoded, query};
use super::states::worst;
use super::table::{Cell, Table};
use jiff::Timestamp;
use maud::html;
use serde::Deserialize;
use std::cmp::Reverse;
use visite_report::overview::Urgency;

/// What the list is narrowed to and how it is sorted, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct Filter {
    /// A word that the name has to hold.
    pub q: String,
    /// `urgency` (if empty), `name`, `oldest`.
    pub sort: String,
}

/// A practice, in numbers.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Open findings that are urgent.
    pub urgent: u32,
    /// Open findings to act on in the next weeks.
    pub act: u32,
    /// Open findings that can wait for an occasion.
    pub occasion: u32,
    /// Points that were judged.
    pub checked: u32,
    /// Points in all.
    pub points: u32,
    /// Agents that have not been heard for longer than planned.
    pub silent: u32,
    /// When the newest round was.
    pub last_round: Option<Timestamp>,
}

impl Row {
    fn urgency(&self) -> Option<Urgency> {
        match (self.urgent, self.act, self.occasion) {
            (1.., _, _) => Some(Urgency::Urgent),
            (_, 1.., _) => Some(Urgency::Act),
            (_, _, 1..) => Some(Urgency::Occasion),
            _ => None,
        }
    }
}

/// All practices that the filter leaves, as a table.
pub fn table(frame: &Frame<'_>, practices: &[Row], chosen: &Filter) -> Table {
    let columns =
        ["practice", "html-state", "urgency-urgent", "urgency-act", "html-checked", "practice-silent", "practice-last"];
    let mut table = Table::new(frame.say("nav-practices"), &columns.map(|key| frame.say(key)));
    let wanted = chosen.q.trim().to_lowercase();
    let mut rows: Vec<&Row> =
        practices.iter().filter(|row| wanted.is_empty() || row.name.to_lowercase().contains(&wanted)).collect();
    match chosen.sort.as_str() {
        "name" => rows.sort_by_cached_key(|row| row.name.to_lowercase()),
        "oldest" => rows.sort_by_key(|row| row.last_round),
        _ => rows.sort_by_cached_key(|row| {
            (Reverse(row.urgent), Reverse(row.act), Reverse(row.silent), row.name.to_lowercase())
        }),
    }
    for row in rows {
        let (word, shown) = worst(frame, row.urgency(), row.checked > 0);
        let share = frame.texts.fill("html-of", [("checked", row.checked.into()), ("points", row.points.into())]);
        table.rows.push(vec![
            Cell::link(&format!("/p/{}", encoded(&row.id)), row.name.as_str()),
            Cell::shown(word, shown),
            Cell::number(row.urgent.to_string()),
            Cell::number(row.act.to_string()),
            Cell::number(share),
            Cell::number(row.silent.to_string()),
            Cell::time(row.last_round.map_or_else(|| frame.say("practice-never"), |at| frame.calendar.when(at))),
        ]);
    }
    table
}

/// The page.
pub fn page(frame: &Frame<'_>, practices: &[Row], chosen: &Filter) -> Page {
    let table = table(frame, practices, chosen);
    let pair = |value: &str, key: &str| -> Choice { (value.to_owned(), frame.say(key)) };
    let sorts = [pair("", "sort-urgency"), pair("name", "sort-name"), pair("oldest", "sort-round")];
    let fields = html! {
        (search_field("f-q", &frame.say("filter-word"), &chosen.q))
        (select("f-sort", "sort", &frame.say("sort"), &chosen.sort, &sorts))
    };
    let urgent = practices.iter().filter(|row| row.urgent > 0).count();
    let import = frame.say("nav-import");
    let content = html! {
        @if practices.is_empty() {
            (empty(&frame.say("practices-none"), &frame.say("practices-none-text"), frame.may.administer.then_some(("/practices/import", import.as_str()))))
        } @else {
            p .lead { (frame.count("practices-count", practices.len())) " " (frame.count("practices-urgent", urgent)) }
            (filter(frame, "/practices", &fields, *chosen != Filter::default()))
            @if table.rows.is_empty() {
                (empty(&frame.say("filter-nothing"), &frame.say("filter-nothing-text"), None))
            } @else {
                (table.html())
                (table.export(frame, &("/practices.csv".to_owned() + &query(&[("q", &chosen.q), ("sort", &chosen.sort)]))))
            }
        }
    };
    Page::new(Section::Practices, frame.say("nav-practices"), content)
}
