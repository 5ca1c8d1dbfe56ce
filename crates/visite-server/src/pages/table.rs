//! Tables: one description, shown as HTML and written as CSV, so that a file says what the page says.

use super::Frame;
use maud::{Markup, html};
use visite_facts::Lang;

/// A table.
pub struct Table {
    /// What it lists, for screen readers.
    pub caption: String,
    /// Headings of its columns.
    pub columns: Vec<String>,
    /// Its rows; each has a cell for every column. The first cell names the row.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell: as it is written in a file, and as it is shown.
pub struct Cell {
    text: String,
    shown: Markup,
    class: &'static str,
    anchor: Option<String>,
}

impl Cell {
    /// Plain text.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::shown(text.clone(), html! { (text) })
    }

    /// A link to the detail of the row.
    pub fn link(address: &str, text: impl Into<String>) -> Self {
        let text = text.into();
        Self::shown(text.clone(), html! { a href=(address) { (text) } })
    }

    /// A number: its digits stand below each other, and it is not broken where there is room.
    pub fn number(text: impl Into<String>) -> Self {
        Self { class: "number", ..Self::text(text) }
    }

    /// A time: its digits stand below each other.
    pub fn time(text: impl Into<String>) -> Self {
        Self { class: "time", ..Self::text(text) }
    }

    /// Text that is shown in another way than it is written in a file.
    pub fn shown(text: impl Into<String>, shown: Markup) -> Self {
        Self { text: text.into(), shown, class: "", anchor: None }
    }

    /// The same with an id to which links can lead.
    pub fn anchored(mut self, id: &str) -> Self {
        self.anchor = Some(id.to_owned());
        self
    }

    /// The same with a second line in small letters.
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        let note = note.into();
        if !note.is_empty() {
            self.shown = html! { (self.shown) span .small { (note) } };
            self.text = format!("{} ({note})", self.text);
        }
        self
    }
}

impl Table {
    /// A table without rows.
    pub fn new(caption: impl Into<String>, columns: &[String]) -> Self {
        Self { caption: caption.into(), columns: columns.to_vec(), rows: Vec::new() }
    }

    /// The table. A click on the first cell's link opens the detail; on a phone each row is a small list.
    pub fn html(&self) -> Markup {
        html! {
            table .list {
                caption .unseen { (self.caption) }
                thead { tr { @for column in &self.columns { th scope="col" { (column) } } } }
                tbody {
                    @for row in &self.rows {
                        tr {
                            @for (index, cell) in row.iter().enumerate() {
                                @let label = self.columns.get(index).map_or("", String::as_str);
                                @if index == 0 {
                                    th scope="row" id=[cell.anchor.as_deref()] class=[class(cell)] { (cell.shown) }
                                } @else {
                                    td class=[class(cell)] data-label=(label) { div { (cell.shown) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The table as a file that spreadsheets of the reader's language open: a mark of UTF-8, lines end as RFC 4180 says,
    /// and German ones part fields by semicolons.
    pub fn csv(&self, lang: Lang) -> String {
        let separator = match lang {
            Lang::De => ';',
            Lang::En => ',',
        };
        let mut file = String::from('\u{feff}');
        let mut line = |fields: &mut dyn Iterator<Item = &str>| {
            for (index, field) in fields.enumerate() {
                if index > 0 {
                    file.push(separator);
                }
                file.push_str(&quoted(field, separator));
            }
            file.push_str("\r\n");
        };
        line(&mut self.columns.iter().map(String::as_str));
        for row in &self.rows {
            line(&mut row.iter().map(|cell| cell.text.as_str()));
        }
        file
    }

    /// The link to the file, below the table.
    pub fn export(&self, frame: &Frame<'_>, address: &str) -> Markup {
        html! {
            @if !self.rows.is_empty() {
                p .export { a href=(address) download { (frame.say("table-export")) } }
            }
        }
    }
}

fn class(cell: &Cell) -> Option<&'static str> {
    (!cell.class.is_empty()).then_some(cell.class)
}

/// A field of a file. What a spreadsheet would take for a formula gets an apostrophe before it, for names come from
/// computers that somebody else may have named.
fn quoted(field: &str, separator: char) -> String {
    let field = visite_report::html::clean_lines(field);
    let acts = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guarded = if acts { format!("'{field}") } else { field };
    if guarded.contains([separator, '"', '\n', '\r']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new("Geräte", &["Name".to_owned(), "Art".to_owned()]);
        table
            .rows
            .push(vec![Cell::link("/p/1/devices/a", "=HYPERLINK(\"x\")"), Cell::text("Drucker; alt").with_note("neu")]);
        table
    }

    #[test]
    fn a_file_is_parted_as_the_readers_spreadsheet_expects() {
        assert_eq!(table().csv(Lang::De), "\u{feff}Name;Art\r\n\"'=HYPERLINK(\"\"x\"\")\";\"Drucker; alt (neu)\"\r\n");
        assert_eq!(table().csv(Lang::En), "\u{feff}Name,Art\r\n\"'=HYPERLINK(\"\"x\"\")\",Drucker; alt (neu)\r\n");
    }

    #[test]
    fn each_cell_names_its_column_for_phones() {
        let shown = table().html().into_string();
        assert!(shown.contains("<td data-label=\"Art\"><div>Drucker; alt<span class=\"small\">neu</span></div></td>"));
        assert!(shown.contains("<th scope=\"row\"><a href=\"/p/1/devices/a\">=HYPERLINK(&quot;x&quot;)</a></th>"));
    }
}
