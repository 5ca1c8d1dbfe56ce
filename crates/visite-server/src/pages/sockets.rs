//! Wall sockets: where each leads, and whether that is as wanted.

use super::frame::{Frame, Page, Section};
use super::states::state;
use super::table::{Cell, Table};
use jiff::Timestamp;
use maud::html;
use visite_report::html::Icon;

/// A socket that was measured or is written down.
#[derive(Clone, Debug)]
pub struct Socket {
    /// Its label, e.g. `12`.
    pub label: String,
    /// The room it is in.
    pub room: String,
    /// The zone it leads to, as measured.
    pub zone: Option<String>,
    /// How it stands.
    pub state: State,
    /// When it was measured.
    pub measured: Option<Timestamp>,
}

/// How a socket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It leads where it should.
    Wanted,
    /// It leads where it should not.
    Forbidden,
    /// Nothing answers there.
    Dead,
    /// Nobody has measured it.
    NotMeasured,
}

/// All sockets, as a table.
pub fn table(frame: &Frame<'_>, sockets: &[Socket]) -> Table {
    let columns = ["socket", "socket-room", "map-room", "html-state", "socket-measured"];
    let mut table = Table::new(frame.say("nav-sockets"), &columns.map(|key| frame.say(key)));
    for socket in sockets {
        let (class, symbol, key) = match socket.state {
            State::Wanted => ("good", Icon::Good, "socket-wanted"),
            State::Forbidden => ("urgent", Icon::Urgent, "socket-forbidden"),
            State::Dead => ("good", Icon::Good, "socket-dead"),
            State::NotMeasured => ("unknown", Icon::Unknown, "door-unmeasured"),
        };
        let word = frame.say(key);
        table.rows.push(vec![
            Cell::text(socket.label.as_str()),
            Cell::text(socket.room.as_str()),
            Cell::text(socket.zone.as_deref().unwrap_or("–")),
            Cell::shown(word.clone(), state(class, symbol, &word)),
            Cell::time(socket.measured.map_or_else(|| "–".to_owned(), |at| frame.calendar.when(at))),
        ]);
    }
    table
}

/// The page.
pub fn page(frame: &Frame<'_>, sockets: &[Socket]) -> Page {
    let table = table(frame, sockets);
    let content = html! {
        @if sockets.is_empty() {
            div .empty { p { strong { (frame.say("sockets-none")) } } p { (frame.say("sockets-none-text")) } }
        } @else {
            (table.html())
            (table.export(frame, &frame.to(&["sockets.csv"])))
        }
        section .block.below-trend aria-labelledby="how" {
            h2 #how { (frame.say("sockets-how")) }
            ol {
                li { (frame.say("sockets-step-label")) }
                li { (frame.say("sockets-step-plug")) pre tabindex="0" { code { "sudo visite scan --authorised-by \"…\"" } } }
                li { (frame.say("sockets-step-note")) }
            }
            p .note { (frame.say("sockets-quick")) }
        }
    };
    Page::new(Section::Sockets, frame.say("nav-sockets"), content)
}
