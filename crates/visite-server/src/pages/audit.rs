//! The audit log: who did what, when, in an order that nobody can change unseen.

use super::forms::{empty, filter, search_field};
use super::frame::{Frame, Page, Section};
use super::links::query;
use super::states::state;
use super::table::{Cell, Table};
use jiff::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;
use visite_report::html::Icon;

/// What the list is narrowed to, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct Filter {
    /// A word that an entry has to hold.
    pub q: String,
    /// Entries before this number; 0 for the newest.
    pub before: u64,
}

/// An entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who: a name, or the part of Visite that did it.
    pub who: String,
    /// What, in a sentence in the reader's language.
    pub what: String,
}

/// What the page shows. The routes select and limit the entries.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Entries, newest first.
    pub entries: &'a [Entry],
    /// Whether every entry fits the one before it: the number up to which that was seen, or where it breaks.
    pub chain: Result<u64, u64>,
    /// Whether there are older entries.
    pub more: bool,
    /// What the list is narrowed to.
    pub filter: &'a Filter,
}

/// The entries, as a table.
pub fn table(frame: &Frame<'_>, entries: &[Entry]) -> Table {
    let columns = ["audit-number", "audit-when", "audit-who", "audit-what"];
    let mut table = Table::new(frame.say("nav-audit"), &columns.map(|key| frame.say(key)));
    for entry in entries {
        table.rows.push(vec![
            Cell::number(entry.number.to_string()),
            Cell::time(frame.calendar.when(entry.at)),
            Cell::text(entry.who.as_str()),
            Cell::text(entry.what.as_str()),
        ]);
    }
    table
}

/// The page.
pub fn page(frame: &Frame<'_>, view: &View<'_>) -> Page {
    let table = table(frame, view.entries);
    let q = view.filter.q.as_str();
    let oldest = view.entries.last().map_or_else(String::new, |entry| entry.number.to_string());
    let content = html! {
        p .lead { (frame.say("audit-lead")) }
        p .chain { (chain(frame, view.chain)) }
        (filter(frame, &frame.to(&["audit"]), &search_field("f-q", &frame.say("filter-word"), q), *view.filter != Filter::default()))
        @if view.entries.is_empty() {
            (empty(&frame.say("filter-nothing"), &frame.say("filter-nothing-text"), None))
        } @else {
            (table.html())
            @if view.more {
                p .pager { a rel="next" href={ (frame.to(&["audit"])) (query(&[("q", q), ("before", &oldest)])) } { (frame.say("audit-older")) } }
            }
            (table.export(frame, &(frame.to(&["audit.csv"]) + &query(&[("q", q)]))))
        }
    };
    Page::new(Section::Audit, frame.say("nav-audit"), content)
}

fn chain(frame: &Frame<'_>, chain: Result<u64, u64>) -> Markup {
    match chain {
        Ok(number) => state("good", Icon::Good, &frame.texts.fill("audit-whole", [("n", number.to_string().into())])),
        Err(number) => {
            state("urgent", Icon::Urgent, &frame.texts.fill("audit-broken", [("n", number.to_string().into())]))
        }
    }
}
