//! Words for people: what the YAML parser means, which word was probably meant, and texts made fit for a terminal.
//!
//! For [`crate::yaml`] and everything that complains about a text. What the parser says is put in the words of someone
//! who writes a file by hand. Deliberately absent: places in files, which [`crate::yaml`] adds.

use crate::yaml::{MAX_DEPTH, MAX_NODES, Source};
use serde_saphyr::{Error, Location, MessageFormatter, UserMessageFormatter};

/// Longest part of a line that a mistake shows, in characters.
const SNIPPET_CHARACTERS: usize = 100;
/// Most words that a hint lists when none is near enough.
const LISTED_WORDS: usize = 20;

impl Source<'_> {
    /// The parser's errors in the words of someone who writes a file by hand.
    pub fn explain(&self, error: &Error, at: &Location) -> (String, Option<String>) {
        match error {
            Error::SerdeUnknownField { field, expected, .. } => {
                (format!("`{}` is not a key here", printable(field)), word_hint(field, expected))
            }
            Error::SerdeUnknownVariant { variant, expected, .. } => {
                (format!("`{}` is not a word that can stand here", printable(variant)), word_hint(variant, expected))
            }
            Error::SerdeMissingField { field, .. } => (format!("the key `{field}` is missing"), None),
            Error::SerdeInvalidType { unexpected, expected, .. }
            | Error::SerdeInvalidValue { unexpected, expected, .. } => {
                (format!("expected {expected}, found {}", printable(unexpected)), None)
            }
            Error::SerdeInvalidLength { len, expected, .. } => (format!("expected {expected}, found {len}"), None),
            Error::Unexpected { expected, .. } => (format!("expected {}", plain_words(expected)), None),
            Error::InvalidScalar { ty, .. } => (format!("`{}` is not {}", self.typed(at), plain_words(ty)), None),
            Error::InvalidBooleanStrict { .. } => {
                let typed = self.typed(at);
                (format!("`{typed}` is neither `true` nor `false`"), truth_hint(&typed))
            }
            Error::NullIntoString { .. } => ("there is no value here".to_owned(), None),
            Error::DuplicateMappingKey { key, .. } => (
                format!("the key `{}` stands here twice", printable(key.as_deref().unwrap_or("?"))),
                Some("keep one of them".to_owned()),
            ),
            Error::MultipleDocuments { .. } => (
                "a second document begins here".to_owned(),
                Some("keep one document in a file, and no line `---` but the first".to_owned()),
            ),
            Error::MergeKeyNotAllowed { .. } => ("merge keys (`<<`) are not read".to_owned(), None),
            Error::UnsupportedTag { tag, .. } => (format!("tags are not read: `{}`", printable(tag)), None),
            Error::Budget { .. }
            | Error::AliasReplayLimitExceeded { .. }
            | Error::AliasExpansionLimitExceeded { .. }
            | Error::AliasReplayStackDepthExceeded { .. } => (
                "the file is nested too deeply or has too many values".to_owned(),
                Some(format!("at most {MAX_DEPTH} levels and {MAX_NODES} values are read")),
            ),
            Error::UnknownAnchor { .. } => (
                "a text that begins with `*` refers to an anchor, and there is none".to_owned(),
                Some("a text that shall begin with `*` belongs in quotes".to_owned()),
            ),
            other => {
                let message = UserMessageFormatter.format_message(other);
                (long_printable(&message), self.syntax_hint(&message, at))
            }
        }
    }

    /// What beginners mostly did when the parser stops. Its errors of syntax have no kinds, only texts; one that is
    /// not among these goes without a hint.
    fn syntax_hint(&self, message: &str, at: &Location) -> Option<String> {
        let line = at.line().checked_sub(1).and_then(|before| self.text.lines().nth(usize::try_from(before).ok()?))?;
        let indentation = &line[..line.len() - line.trim_start().len()];
        let before: String = line.chars().take((at.column() as usize).saturating_sub(1)).collect();
        let hint = match message {
            _ if indentation.contains('\t') => "indent with spaces, not with tabs",
            _ if message.starts_with("mapping values are not allowed") && before.contains(": ") => {
                "a text that holds `: ` belongs in quotes, and a second key on a line of its own"
            }
            _ if message.starts_with("mapping values are not allowed") || message.contains("did not find expected") => {
                "keys that belong together begin in the same column"
            }
            _ if message.starts_with("simple key expected") => "write `key: value`",
            _ if message.starts_with("unexpected character") => {
                "a text that begins with this character belongs in quotes"
            }
            _ if message.contains("after single-quoted") => "put a text that holds `'` in double quotes",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

/// The entry of `words` nearest to `word`, if it is near enough to be a typing error.
pub fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Longer texts are no typing error of a short word, and the distance would cost their product.
    if word.chars().count() > 64 {
        return None;
    }
    let plain = |text: &str| text.to_lowercase().replace([' ', '-'], "_");
    let wanted = plain(word);
    let distance = |other: &str| strsim::damerau_levenshtein(&wanted, &plain(other));
    let limit = 1 + wanted.chars().count() / 4;
    words
        .into_iter()
        .map(|other| (distance(other), other))
        .filter(|(distance, other)| *distance <= limit && *distance < other.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}

/// What to write instead of `word`: the nearest of `words`, or all of them if they are few.
pub(crate) fn word_hint(word: &str, words: &[&str]) -> Option<String> {
    if let Some(near) = nearest(word, words.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let mut listed: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    listed.dedup();
    let list = listed.join(", ");
    match listed.len() {
        0 => None,
        1..=LISTED_WORDS => Some(format!("possible here: {list}")),
        _ => None,
    }
}

/// What to write instead of another spelling of true and false.
pub(crate) fn truth_hint(typed: &str) -> Option<String> {
    match typed.to_lowercase().as_str() {
        "yes" | "on" | "ja" | "wahr" | "y" | "j" | "1" | "an" => Some("write `true`".to_owned()),
        "no" | "off" | "nein" | "falsch" | "n" | "0" | "aus" => Some("write `false`".to_owned()),
        _ => None,
    }
}

fn plain_words(parser_words: &str) -> String {
    match parser_words {
        "sequence start" => "a list: lines that begin with `- `".to_owned(),
        "mapping start" => "keys with values: lines like `key: value`".to_owned(),
        "string scalar" => "a text".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, or it is too large".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number, or it is too large".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        other => other.to_owned(),
    }
}

/// `text` on one line, without control characters, at most 60 characters long: fit for a message.
pub(crate) fn printable(text: &str) -> String {
    let mut shown: String = text.chars().take(60).flat_map(visible).collect();
    if text.chars().nth(60).is_some() {
        shown.push('…');
    }
    shown
}

fn long_printable(text: &str) -> String {
    text.chars().take(300).flat_map(visible).collect()
}

/// Control characters and marks that change the direction of writing become escapes: files come from anywhere.
fn visible(character: char) -> Vec<char> {
    let hidden = character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    if hidden { character.escape_unicode().collect() } else { vec![character] }
}

/// The part of `line` around `column`.
pub(crate) fn snippet(line: &str, column: usize) -> String {
    let line = line.trim_end();
    let skipped = column.saturating_sub(SNIPPET_CHARACTERS * 3 / 4);
    let mut shown = String::from(if skipped > 0 { "…" } else { "" });
    shown.extend(
        line.chars().skip(skipped).take(SNIPPET_CHARACTERS).map(|c| if c == '\t' { '→' } else { c }).flat_map(visible),
    );
    if line.chars().nth(skipped + SNIPPET_CHARACTERS).is_some() {
        shown.push('…');
    }
    shown
}
