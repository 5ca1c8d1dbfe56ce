//! A page of a terminal: lines with indent, label and style, wrapped to its width.
//!
//! Every text passes through here, so this is where control characters from outside lose their effect and where
//! colour is added. It knows nothing about findings.

use crate::clean::clean;
use crate::wrap::{columns, join_whole, wrap, wrap_items};

/// Column at which the text after a label begins, counted from the label.
const LABEL_COLUMNS: usize = 9;

/// How a line looks where colour is shown. Nothing is said by style alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    Plain,
    /// Titles.
    Bold,
    /// Urgent groups.
    Urgent,
    /// Groups to act on.
    Act,
    /// What only some look for: ids, details.
    Dim,
}

impl Style {
    /// Select Graphic Rendition parameters (ECMA-48 8.3.117), from the basic palette that every theme adapts.
    fn code(self) -> Option<&'static str> {
        match self {
            Style::Plain => None,
            Style::Bold => Some("1"),
            Style::Urgent => Some("1;31"),
            Style::Act => Some("1;33"),
            Style::Dim => Some("2"),
        }
    }
}

/// A page under construction.
pub struct Page {
    width: usize,
    color: bool,
    text: String,
}

impl Page {
    /// An empty page; `width` is held between 60 and 100 columns.
    pub fn new(width: usize, color: bool) -> Self {
        Self { width: width.clamp(60, 100), color, text: String::new() }
    }

    /// Everything written so far.
    pub fn into_text(self) -> String {
        self.text
    }

    /// An empty line.
    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A paragraph.
    pub fn paragraph(&mut self, style: Style, indent: usize, text: &str) {
        for line in wrap(&clean(text), self.width - indent) {
            self.put(style, indent, &line);
        }
    }

    /// A call for a shell. A line that would be too long ends in a backslash, so that all lines can be copied together.
    pub fn call(&mut self, indent: usize, call: &str) {
        const GOES_ON: &str = " \\";
        let words: Vec<String> = words(call).into_iter().map(|word| clean(word).into_owned()).collect();
        let width = self.width - indent - columns(GOES_ON);
        let lines = join_whole(&words, width);
        for (index, line) in lines.iter().enumerate() {
            let end = if index + 1 < lines.len() { GOES_ON } else { "" };
            self.put(Style::Plain, indent, &format!("{line}{end}"));
        }
    }

    /// Items with ` · ` between them; lines break between items where possible.
    pub fn items(&mut self, style: Style, indent: usize, items: &[String]) {
        let items: Vec<String> = items.iter().map(|item| clean(item).into_owned()).collect();
        for line in wrap_items(&items, " · ", self.width - indent) {
            self.put(style, indent, &line);
        }
    }

    /// A label and items beside it. An empty label continues the one above.
    pub fn labelled(&mut self, indent: usize, label: &str, items: &[String]) {
        let items: Vec<String> = items.iter().map(|item| clean(item).into_owned()).collect();
        self.labelled_lines(indent, label, &wrap_items(&items, " · ", self.width - indent - LABEL_COLUMNS));
    }

    /// A label and a text beside it.
    pub fn labelled_text(&mut self, indent: usize, label: &str, text: &str) {
        self.labelled_lines(indent, label, &wrap(&clean(text), self.width - indent - LABEL_COLUMNS));
    }

    fn labelled_lines(&mut self, indent: usize, label: &str, lines: &[String]) {
        for (index, line) in lines.iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let pad = LABEL_COLUMNS.saturating_sub(columns(label));
            self.put(Style::Plain, indent, &format!("{label}{}{line}", " ".repeat(pad)));
        }
    }

    /// Sets `id` at the right end of the last line, or on a line of its own if there is no room.
    pub fn id_at_end(&mut self, id: &str) {
        let id = clean(id);
        let last = self.text.trim_end_matches('\n').rsplit('\n').next().map_or(0, plain_columns);
        let wide = columns(&id);
        let used = if last + 2 + wide <= self.width {
            self.text.pop();
            last
        } else {
            0
        };
        self.text.push_str(&" ".repeat(self.width.saturating_sub(used + wide)));
        let id = self.styled(Style::Dim, &id);
        self.text.push_str(&id);
        self.text.push('\n');
    }

    fn put(&mut self, style: Style, indent: usize, line: &str) {
        self.text.push_str(&" ".repeat(indent));
        let line = self.styled(style, line);
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn styled(&self, style: Style, text: &str) -> String {
        match style.code().filter(|_| self.color) {
            Some(code) => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            None => text.to_owned(),
        }
    }
}

/// The words of a call: blanks in single quotes part none.
fn words(call: &str) -> Vec<&str> {
    let (mut words, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, character) in call.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if !quoted => escaped = true,
            '\'' => quoted = !quoted,
            ' ' if !quoted => {
                words.push(&call[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    words.push(&call[start..]);
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

/// Columns of a line without our own colour codes.
fn plain_columns(line: &str) -> usize {
    let mut plain = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    columns(&plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_stands_at_the_right_end_with_and_without_colour() {
        for color in [false, true] {
            let mut page = Page::new(10, color);
            page.paragraph(Style::Bold, 2, "Kurz");
            page.id_at_end("the-id");
            page.paragraph(Style::Plain, 0, &"x".repeat(58));
            page.id_at_end("the-id");
            let text = page.into_text();
            let widths: Vec<usize> = text.lines().map(plain_columns).collect();
            assert_eq!(widths, [60, 58, 60]);
            assert_eq!(text.contains('\u{1b}'), color);
        }
    }

    #[test]
    fn a_call_can_be_copied() {
        let mut page = Page::new(60, false);
        let long = "x".repeat(70);
        let name = r"'Dr. O'\''Hara and others'";
        page.call(2, &format!("visite scan 10.0.0.0/24 --practice practice.yaml --authorised-by {name} {long}"));
        let expected =
            format!("  visite scan 10.0.0.0/24 --practice practice.yaml \\\n  --authorised-by {name} \\\n  {long}\n");
        assert_eq!(page.into_text(), expected);
    }

    #[test]
    fn nothing_from_outside_reaches_the_terminal_as_a_command() {
        let mut page = Page::new(80, false);
        page.paragraph(Style::Plain, 0, "a\u{1b}]0;title\u{7}b");
        page.items(Style::Plain, 0, &["a\u{1b}[2J".to_owned()]);
        page.labelled(0, "Warum", &["\u{9b}2J".to_owned()]);
        page.labelled_text(0, "Warum", "\u{202e}");
        page.id_at_end("id\u{1b}c");
        assert!(!page.into_text().chars().any(|character| character != '\n' && crate::clean::acts(character)));
    }
}
