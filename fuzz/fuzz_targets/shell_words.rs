//! Command lines: no more letters than the text has.
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::screen_lock::words::{joined_lines, mentions, parse_words};

visite_fuzz::fuzz_text!(|text| {
    let words = parse_words(text).unwrap_or_default();
    assert!(words.iter().map(String::len).sum::<usize>() <= text.len());
    assert!(joined_lines(text).len() <= lines(text));
    assert!(!mentions(text, "swayidle") || text.contains("swayidle"));
});
