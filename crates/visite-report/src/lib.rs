//! Renders a finished assessment: as text for a terminal, JSON, SARIF 2.1.0, JUnit XML, HTML, and what a scan saw as nmap's XML.
//!
//! For the binary, and later for the server. It receives results that are judged already: it computes no verdict,
//! reads no clock and asks no catalogue, so the same assessment and options always give the same bytes.

mod clean;
mod evidence;
mod formats;
mod moment;
mod network;
mod overview;
mod texts;
mod wrap;

pub use network::{Asked, Changes, Room, Surroundings};
pub use texts::group;

use jiff::Timestamp;
use std::io;
use std::io::Write;
use std::str::FromStr;
use visite_facts::scan::ScanSection;
use visite_facts::{Assessment, Lang, Word, words};

words! {
    /// The forms in which an assessment can be had.
    pub enum Format {
        /// For a person at a terminal.
        Text = "text",
        /// The assessment itself, `visite.assessment/1`.
        Json = "json",
        /// SARIF 2.1.0 (OASIS), for tools that collect findings.
        Sarif = "sarif",
        /// JUnit XML, for build servers and monitoring.
        Junit = "junit",
        /// One self-contained page without scripts, to read and to print.
        Html = "html",
        /// What a scan saw in the form of nmap's XML output, for programs that read that.
        Xml = "xml",
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Format::from_word(text).ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}

/// A word that names no [`Format`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFormat(pub String);

impl std::fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "unknown format `{}`; known are {}", clean::clean(&self.0), Format::ALL.join(", "))
    }
}

impl std::error::Error for UnknownFormat {}

/// How much of an assessment the text format shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// One line a finding (`--quiet`).
    Quiet,
    /// Findings with reason, measure and evidence.
    #[default]
    Normal,
    /// Also every point with all its evidence (`-v`).
    Verbose,
}

/// What a report needs to know besides the assessment.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// Language of the reader.
    pub lang: Lang,
    /// The reader's clock; only so that the text format can write "today". Files always carry the date.
    pub now: Timestamp,
    /// Columns of the terminal; text is never narrower than 60 and never wider than 100.
    pub width: usize,
    /// Whether the terminal shows colour. Nothing depends on it.
    pub color: bool,
    /// How much the text format shows.
    pub detail: Detail,
    /// Whether the collectors ran as administrator; then nobody is told to try again as one.
    pub privileged: bool,
    /// Whether the assessment is about the computer that it is read on.
    pub this_computer: bool,
    /// The command to run again, e.g. `visite check`.
    pub command: &'a str,
    /// Version of Visite.
    pub version: &'a str,
    /// What a scan of networks saw, if the assessment rests on one.
    pub scan: Option<&'a ScanSection>,
    /// What else a report on a scan needs to know.
    pub surroundings: Option<&'a Surroundings>,
}

/// Writes `assessment` in the form `format`.
pub fn render(format: Format, assessment: &Assessment, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => formats::text::render(assessment, options, out),
        Format::Json => formats::json::render(assessment, options.scan, out),
        Format::Sarif => formats::sarif::render(assessment, options, out),
        Format::Junit => formats::junit::render(assessment, options, out),
        Format::Html => formats::html::render(assessment, options, out),
        Format::Xml => match options.scan {
            Some(scan) => formats::nmap::render(scan, options, out),
            None => Err(io::Error::new(io::ErrorKind::Unsupported, "only a scan has this form")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_named_as_on_the_command_line() {
        for (index, name) in ["text", "json", "sarif", "junit", "html", "xml"].iter().enumerate() {
            assert_eq!(name.parse::<Format>().expect("a known name").word(), Format::ALL[index]);
        }
        let error = "pd\u{1b}f".parse::<Format>().expect_err("no such format");
        assert_eq!(error.to_string(), "unknown format `pd\\u{1b}f`; known are text, json, sarif, junit, html, xml");
    }
}
