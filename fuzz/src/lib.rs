//! What the fuzz targets share: how bytes become a text, and the small world in which a parser's answer is used.
//!
//! For `fuzz_targets/`, one file a parser. There is nothing here that judges a parser; what must hold stands in its
//! target. Deliberately absent: reading files and running programs, which no parser does.

mod catalogue;
mod dialogues;

pub use catalogue::{load_cases, load_with, values};
pub use dialogues::{assert_seen, assert_tame, converse, manner_and_arrivals, recognise};
#[doc(hidden)]
pub use libfuzzer_sys;

use visite_host::ReadFailure;
use visite_host::linux::accounts::sudoers::matching::Caller;
use visite_host::linux::accounts::sudoers::policy::Files;
use visite_target::Mistake;

/// A target for a parser of bytes: `fuzz_bytes!(|bytes| { ... })`.
#[macro_export]
macro_rules! fuzz_bytes {
    (|$bytes:ident| $body:block) => {
        $crate::libfuzzer_sys::fuzz_target!(|$bytes: &[u8]| $body);
    };
}

/// A target for a parser of text: `fuzz_text!(|text| { ... })`. Like `Machine::read` it replaces what is no UTF-8.
#[macro_export]
macro_rules! fuzz_text {
    (|$text:ident| $body:block) => {
        $crate::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            let $text: &str = &text;
            $body
        });
    };
}

/// How many lines `text` has.
pub fn lines(text: &str) -> usize {
    text.lines().count()
}

/// The clock of every target: 24 November 2026, 12:00 UTC.
pub fn now() -> jiff::Timestamp {
    jiff::Timestamp::constant(1_795_521_600, 0)
}

/// Someone who may call sudo or doas.
pub fn caller() -> Caller {
    Caller { name: "anna".to_owned(), uid: Some(1000), groups: vec!["sudo".to_owned()], gids: vec![27] }
}

/// The network interfaces of a small server.
pub fn interfaces() -> Vec<String> {
    ["lo", "eth0", "docker0"].map(str::to_owned).to_vec()
}

/// A computer whose only sudoers file is [`OneFile::PATH`].
pub struct OneFile<'a>(pub &'a str);

impl OneFile<'_> {
    /// Where the file lies.
    pub const PATH: &'static str = "/etc/sudoers";
}

impl Files for OneFile<'_> {
    fn text(&self, path: &str) -> Result<String, ReadFailure> {
        if path == Self::PATH { Ok(self.0.to_owned()) } else { Err(ReadFailure::Absent) }
    }

    fn names(&self, _: &str) -> Result<Vec<String>, ReadFailure> {
        Err(ReadFailure::Absent)
    }
}

/// A refusal names at least one mistake, and nothing of the file can reach into the terminal.
pub fn assert_printable(mistakes: &[Mistake]) {
    assert!(!mistakes.is_empty());
    for mistake in mistakes {
        let shown = mistake.to_string();
        assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
    }
}
