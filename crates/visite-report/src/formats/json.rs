//! JSON: the assessment itself, `visite.assessment/1`, for programs and for later rounds; after a scan `visite.scan/1`,
//! the same with the scan's section.
//!
//! Nothing is added and nothing left out, so reading it back gives the same assessment.

use serde::Serialize;
use std::fmt::Write as _;
use std::io;
use std::io::Write;
use visite_facts::Assessment;
use visite_facts::scan::{SCAN_SCHEMA, ScanSection};

/// Writes the assessment as indented JSON with a line break at the end.
pub fn render(assessment: &Assessment, scan: Option<&ScanSection>, out: &mut dyn Write) -> io::Result<()> {
    let Some(section) = scan else { return write_json(assessment, out) };
    let assessment = Assessment { schema: SCAN_SCHEMA.to_owned(), ..assessment.clone() };
    write_json(&WithScan { assessment: &assessment, section }, out)
}

/// An assessment and what a scan saw, side by side in one object.
#[derive(Serialize)]
struct WithScan<'a> {
    #[serde(flatten)]
    assessment: &'a Assessment,
    #[serde(flatten)]
    section: &'a ScanSection,
}

/// Writes JSON that is safe to look at in a terminal: what acts on the screen stands as an escape, which JSON
/// allows in texts and which reads back as the same text.
pub fn write_json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let plain = serde_json::to_string_pretty(value)?;
    let mut shown = String::with_capacity(plain.len() + 1);
    for character in plain.chars() {
        // Characters below U+0020 are escaped already; the line breaks here are those between values.
        if character != '\n' && crate::clean::acts(character) {
            let mut units = [0_u16; 2];
            for unit in character.encode_utf16(&mut units) {
                write!(shown, "\\u{unit:04x}").expect("writing to a string cannot fail");
            }
        } else {
            shown.push(character);
        }
    }
    shown.push('\n');
    out.write_all(shown.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_read_back_as_they_were() {
        let text = "a\u{1b}[2J\u{9b}\u{7f}\u{202e}\u{e0041}\n„ü“ 診".to_owned();
        let mut bytes = Vec::new();
        write_json(&text, &mut bytes).expect("memory can be written");
        let written = String::from_utf8(bytes).expect("text");
        assert_eq!(written, "\"a\\u001b[2J\\u009b\\u007f\\u202e\\udb40\\udc41\\n„ü“ 診\"\n");
        assert_eq!(serde_json::from_str::<String>(&written).expect("JSON"), text);
    }
}
