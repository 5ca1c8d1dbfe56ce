//! A file of practices: one line each, with name, place and size.

use serde::{Deserialize, Serialize};
use serde_json::json;
use visite_facts::{Text, Word};
use visite_target::{Practice, Size};

/// Most lines of a file.
const MOST_LINES: usize = 2_000;
/// Longest name and place, in characters.
const MOST_OF_NAME: usize = 200;

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its number in the file, from 1.
    pub number: usize,
    /// Name of the practice.
    pub name: String,
    /// Its place; empty if not said.
    pub place: String,
    /// Its size, as written; empty if not said.
    pub size: String,
}

impl Row {
    /// Why no practice can be made of it.
    pub fn problem(&self) -> Option<Text> {
        let is_line = |text: &str| text.chars().count() <= MOST_OF_NAME && !text.chars().any(char::is_control);
        if self.name.is_empty() || !is_line(&self.name) || !is_line(&self.place) {
            return Some(Text::new("Der Name fehlt oder ist zu lang.", "The name is missing or too long."));
        }
        if !self.size.is_empty() && size(&self.size).is_none() {
            return Some(Text::new("Die Größe ist klein, mittel oder groß.", "The size is small, medium or large."));
        }
        None
    }

    /// The practice file that says the size; none if it is not said.
    pub fn file(&self) -> Option<String> {
        let size = size(&self.size)?.word();
        let reason = "Beim Einlesen angegeben";
        let file =
            json!({ "schema": "visite.practice/1", "name": self.name, "size": { "override": size, "reason": reason } });
        let text = super::file::yaml(&file);
        Practice::from_yaml(&text, "practice.yaml").ok().map(|_| text)
    }
}

fn size(word: &str) -> Option<Size> {
    match word.to_lowercase().as_str() {
        "klein" | "small" => Some(Size::Small),
        "mittel" | "medium" => Some(Size::Medium),
        "groß" | "gross" | "large" => Some(Size::Large),
        _ => None,
    }
}

fn wrong(de: &str, en: &str) -> Text {
    Text::new(de, en)
}

/// Reads a file. Its first line names the columns; the order does not matter, and others are left out.
///
/// # Errors
///
/// Why it is no such file, in words for people.
pub fn read(bytes: &[u8]) -> Result<Vec<Row>, Text> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        wrong(
            "Die Datei ist nicht in UTF-8 geschrieben. Speichern Sie sie als „CSV UTF-8“.",
            "The file is not written in UTF-8. Save it as “CSV UTF-8”.",
        )
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let head = text.lines().next().unwrap_or_default();
    let separator = [';', '\t', ','].into_iter().find(|sign| head.contains(*sign)).unwrap_or(';');
    let mut lines = fields(text, separator).into_iter();
    let head: Vec<String> = lines.next().map(|(_, head)| head).unwrap_or_default();
    let column = |names: [&str; 2]| head.iter().position(|field| names.contains(&field.trim().to_lowercase().as_str()));
    let (name, place, size) = (column(["name", "praxis"]), column(["ort", "place"]), column(["größe", "size"]));
    let name = name.ok_or_else(|| {
        wrong(
            "In der ersten Zeile fehlt die Spalte „Name“. So sieht die Datei aus: siehe Beispiel.",
            "The first line has no column “Name”. See the example for what the file looks like.",
        )
    })?;
    let field = |fields: &[String], column: Option<usize>| {
        column.and_then(|column| fields.get(column)).map(|field| field.trim().to_owned()).unwrap_or_default()
    };
    let rows: Vec<Row> = lines
        .filter(|(_, fields)| fields.iter().any(|field| !field.trim().is_empty()))
        .map(|(number, fields)| Row {
            number,
            name: field(&fields, Some(name)),
            place: field(&fields, place),
            size: field(&fields, size),
        })
        .collect();
    if rows.is_empty() {
        return Err(wrong("Die Datei enthält keine Praxis.", "The file holds no practice."));
    }
    if rows.len() > MOST_LINES {
        return Err(wrong(
            "Die Datei hat mehr als 2000 Zeilen. Bitte teilen Sie sie.",
            "The file has more than 2,000 lines. Please part it.",
        ));
    }
    Ok(rows)
}

/// The lines of a file with their numbers, taken apart as RFC 4180 says.
fn fields(text: &str, separator: char) -> Vec<(usize, Vec<String>)> {
    let (mut lines, mut line, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut number, mut begun, mut quoted) = (1, 1, false);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        if sign == '\n' {
            number += 1;
        }
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => field.extend(signs.next()),
            '"' if quoted || field.is_empty() => quoted = !quoted,
            '\n' if !quoted => {
                line.push(std::mem::take(&mut field));
                lines.push((begun, std::mem::take(&mut line)));
                begun = number;
            }
            '\r' if !quoted => {}
            sign if sign == separator && !quoted => line.push(std::mem::take(&mut field)),
            sign => field.push(sign),
        }
    }
    if !field.is_empty() || !line.is_empty() {
        line.push(field);
        lines.push((begun, line));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(usize, String, String, String)> {
        let rows = read(text.as_bytes()).unwrap();
        rows.into_iter().map(|row| (row.number, row.name, row.place, row.size)).collect()
    }

    #[test]
    fn files_of_spreadsheets_are_read() {
        let german = "\u{feff}Name;Ort;Größe\r\nPraxis \"am\" Park;Hamburg;klein\r\n\r\n\"Praxis; \"\"Hafen\"\"\";\"Bad\nOrt\";GROSS\r\nC;;\r\n";
        let row = |number, name: &str, place: &str, size: &str| (number, name.into(), place.into(), size.into());
        assert_eq!(
            told(german),
            [
                row(2, "Praxis \"am\" Park", "Hamburg", "klein"),
                row(4, "Praxis; \"Hafen\"", "Bad\nOrt", "GROSS"),
                row(6, "C", "", "")
            ]
        );
        assert_eq!(told("size,else,name\nlarge,x,A"), [row(2, "A", "", "large")]);
        for odd in [&b"\xff\xfeN"[..], b"", b"Ort;Name2\nx;y", b"Name\n\n", b"Name;\"", b"Name\n"] {
            assert!(read(odd).is_err(), "{odd:?}");
        }
        assert!(read(format!("Name\n{}", "A\n".repeat(2001)).as_bytes()).is_err());
    }

    #[test]
    fn a_line_says_why_it_cannot_be_used() {
        let row = |name: &str, place: &str, size: &str| Row {
            number: 2,
            name: name.into(),
            place: place.into(),
            size: size.into(),
        };
        assert_eq!(row("A", "B", "mittel").problem(), None);
        for wrong in [
            row("", "B", ""),
            row("A\u{7}", "", ""),
            row("A", "Bad\nOrt", ""),
            row("A", "", "riesig"),
            row(&"ä".repeat(201), "", ""),
        ] {
            assert!(wrong.problem().is_some(), "{wrong:?}");
        }
        let file = row("# odd: \"name\"", "", "Groß").file().unwrap();
        let practice = Practice::from_yaml(&file, "practice.yaml").unwrap();
        assert_eq!((practice.name.as_str(), practice.practice_size()), ("# odd: \"name\"", Some(Size::Large)));
        assert_eq!(row("A", "", "").file(), None);
    }
}
