//! Makes foreign text harmless to look at: control characters and direction overrides become visible escapes.
//!
//! Names of accounts, services and files come from the computer examined, so a report must expect that someone
//! put terminal commands or reversed text into them. Quoting for HTML and XML is the formats' own business.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` on one line: line breaks and tabs become blanks, everything that would act instead of show is escaped.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' => shown.push(' '),
            _ => push_escaped(&mut shown, character),
        }
    }
    Cow::Owned(shown)
}

/// `text` with its line breaks kept and everything else escaped that would act instead of show.
pub fn clean_lines(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => shown.push('\n'),
            _ => push_escaped(&mut shown, character),
        }
    }
    shown
}

/// Whether a character does something to the reader's screen or file instead of standing there: control characters
/// (C0, DEL, C1), direction overrides and isolates (Unicode TR 36 and 39), invisible ones, and what XML 1.0 forbids.
pub fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

fn push_escaped(shown: &mut String, character: char) {
    if acts(character) {
        write!(shown, "{}", character.escape_unicode()).expect("writing to a string cannot fail");
    } else {
        shown.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_acts_is_shown_instead() {
        assert_eq!(clean("praxis"), "praxis");
        assert_eq!(clean("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(clean("a\u{9b}31mb"), "a\\u{9b}31mb");
        assert_eq!(clean("a\nb\tc\rd"), "a b c d");
        assert_eq!(clean("exe\u{202e}txt"), "exe\\u{202e}txt");
        assert_eq!(clean_lines("a\nb\u{7}"), "a\nb\\u{7}");
        assert_eq!(clean("Müller · „Praxis“ 診療所"), "Müller · „Praxis“ 診療所");
    }

    proptest! {
        #[test]
        fn nothing_that_acts_gets_through(text in ".*") {
            prop_assert!(!clean(&text).chars().any(acts));
            prop_assert!(!clean_lines(&text).chars().any(|character| character != '\n' && acts(character)));
        }
    }
}
