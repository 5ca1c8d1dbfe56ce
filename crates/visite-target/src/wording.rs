//! Words for people: what the YAML parser means, which word was probably meant, and texts made fit for a terminal.
//!
//! For [`crate::yaml`] and everything that complains about a text. What the parser says is put in the words of someone
//! who writes a file by hand. Deliberately absent: places in files, which [`crate::yaml`] adds.

use crate::syntax;
use crate::things::Thing;
use crate::yaml::{MAX_DEPTH, MAX_NODES, Source};
use serde_saphyr::granit_parser::ErrorKind;
use serde_saphyr::{Error, ExternalMessageSource, Location, MessageFormatter, UserMessageFormatter};
use visite_facts::{Lang, Text};

/// Longest part of a line that a mistake shows, in characters.
const SNIPPET_CHARACTERS: usize = 100;
/// Most words that a hint lists when none is near enough.
const LISTED_WORDS: usize = 20;

impl Source<'_> {
    /// The parser's errors in the words of someone who writes a file by hand.
    pub fn explain(&self, error: &Error, at: &Location) -> (Text, Option<Text>) {
        match error {
            Error::SerdeUnknownField { field, expected, .. } => {
                (Thing::titled(None).unknown_key(field), word_hint(field, expected))
            }
            Error::SerdeUnknownVariant { variant, expected, .. } => {
                (unknown_word(variant), word_hint(variant, expected))
            }
            Error::SerdeMissingField { field, .. } => (Thing::titled(None).missing_key(field), None),
            Error::SerdeInvalidType { unexpected, expected, .. }
            | Error::SerdeInvalidValue { unexpected, expected, .. } => {
                (self.misfit(at, format!("expected {expected}, found {}", printable(unexpected))), None)
            }
            Error::SerdeInvalidLength { len, expected, .. } => {
                (self.misfit(at, format!("expected {expected}, found {len}")), None)
            }
            Error::Unexpected { expected, .. } => (
                plain_words(expected).map(|lang, words| match lang {
                    Lang::De => format!("Hier wird etwas anderes erwartet: {words}"),
                    Lang::En => format!("expected {words}"),
                }),
                None,
            ),
            Error::InvalidScalar { ty, .. } => {
                let typed = self.typed(at);
                let message = plain_words(ty).map(|lang, words| match lang {
                    Lang::De => format!("Hier steht `{typed}`; erwartet wird {words}"),
                    Lang::En => format!("`{typed}` is not {words}"),
                });
                (message, None)
            }
            Error::InvalidBooleanStrict { .. } => {
                let typed = self.typed(at);
                let shown = format!("`{typed}`");
                (neither_true_nor_false(&shown, &shown), truth_hint(&typed))
            }
            Error::NullIntoString { .. } => (Text::new("Hier fehlt ein Wert", "there is no value here"), None),
            Error::Eof { .. } => (Text::new("Die Datei endet zu früh", "the file ends too early"), None),
            Error::DuplicateMappingKey { key, .. } => {
                let key = printable(key.as_deref().unwrap_or("?"));
                let message = Text::new(
                    format!("Der Schlüssel `{key}` steht hier zweimal"),
                    format!("the key `{key}` stands here twice"),
                );
                (message, Some(keep_one()))
            }
            Error::MultipleDocuments { .. } => (
                Text::new("Hier beginnt ein zweites Dokument", "a second document begins here"),
                Some(Text::new(
                    "In eine Datei gehört nur ein Dokument; die Zeile `---` darf nur am Anfang stehen.",
                    "keep one document in a file, and no line `---` but the first",
                )),
            ),
            Error::MergeKeyNotAllowed { .. } => {
                (Text::new("Verweise mit `<<` werden nicht gelesen", "merge keys (`<<`) are not read"), None)
            }
            Error::UnsupportedTag { tag, .. } => {
                let tag = printable(tag);
                let message = Text::new(
                    format!("Angaben mit `!` werden nicht gelesen: `{tag}`"),
                    format!("tags are not read: `{tag}`"),
                );
                (message, None)
            }
            Error::Budget { .. }
            | Error::AliasReplayLimitExceeded { .. }
            | Error::AliasExpansionLimitExceeded { .. }
            | Error::AliasReplayStackDepthExceeded { .. } => (
                too_much(),
                Some(Text::new(
                    format!("Gelesen werden höchstens {MAX_DEPTH} Ebenen und {MAX_NODES} Werte."),
                    format!("at most {MAX_DEPTH} levels and {MAX_NODES} values are read"),
                )),
            ),
            Error::UnknownAnchor { .. } => (
                Text::new(
                    "Ein Text, der mit `*` beginnt, gilt als Verweis, und diesen gibt es nicht",
                    "a text that begins with `*` refers to an anchor, and there is none",
                ),
                Some(Text::new(
                    "Soll ein Text mit `*` beginnen, gehört er in Anführungszeichen.",
                    "a text that shall begin with `*` belongs in quotes",
                )),
            ),
            Error::ExternalMessage { source, msg, .. } => match source.as_ref() {
                ExternalMessageSource::Parser(error) => self.explain_syntax(error.kind(), msg, at),
                _ => (self.misfit(at, long_printable(msg)), None),
            },
            other => (self.misfit(at, long_printable(&UserMessageFormatter.format_message(other))), None),
        }
    }

    fn explain_syntax(&self, kind: &ErrorKind, parser_words: &str, at: &Location) -> (Text, Option<Text>) {
        let line = || self.text.lines().nth(usize::try_from(at.line().checked_sub(1)?).ok()?);
        let line = line().unwrap_or_default();
        let before: String = line.chars().take((at.column() as usize).saturating_sub(1)).collect();
        (syntax::message(kind, &long_printable(parser_words)), syntax::hint(kind, line, &before))
    }

    /// Something that serde does not take. Its own words come from the Rust types, so they are there in English only;
    /// the German says what stands there.
    fn misfit(&self, at: &Location, en: String) -> Text {
        let typed = self.typed(at);
        let de =
            if typed.is_empty() { "Das passt hier nicht".to_owned() } else { format!("`{typed}` passt hier nicht") };
        Text::new(de, en)
    }
}

pub(crate) fn unknown_word(word: &str) -> Text {
    let shown = printable(word);
    Text::new(
        format!("Das Wort `{shown}` kann hier nicht stehen"),
        format!("`{shown}` is not a word that can stand here"),
    )
}

/// `de` and `en` are what stands there.
pub(crate) fn neither_true_nor_false(de: &str, en: &str) -> Text {
    Text::new(
        format!("Hier steht {de}; erwartet wird `true` (ja) oder `false` (nein)"),
        format!("{en} is neither `true` nor `false`"),
    )
}

pub(crate) fn too_much() -> Text {
    Text::new(
        "Die Datei ist zu tief verschachtelt oder hat zu viele Werte",
        "the file is nested too deeply or has too many values",
    )
}

pub(crate) fn keep_one() -> Text {
    Text::new("Lassen Sie nur eine der beiden Angaben stehen.", "keep one of them")
}

pub(crate) fn did_you_mean(word: &str) -> Text {
    Text::new(format!("Meinten Sie `{word}`?"), format!("did you mean `{word}`?"))
}

pub(crate) fn write_instead(right: &str) -> Text {
    Text::new(format!("Schreiben Sie `{right}`."), format!("write `{right}`"))
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
pub(crate) fn word_hint(word: &str, words: &[&str]) -> Option<Text> {
    if let Some(near) = nearest(word, words.iter().copied()) {
        return Some(did_you_mean(near));
    }
    let mut listed: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    listed.dedup();
    let list = listed.join(", ");
    match listed.len() {
        0 => None,
        1..=LISTED_WORDS => Some(Text::new(format!("Hier möglich: {list}"), format!("possible here: {list}"))),
        _ => None,
    }
}

/// What to write instead of another spelling of true and false.
pub(crate) fn truth_hint(typed: &str) -> Option<Text> {
    match typed.to_lowercase().as_str() {
        "yes" | "on" | "ja" | "wahr" | "y" | "j" | "1" | "an" => Some(write_instead("true")),
        "no" | "off" | "nein" | "falsch" | "n" | "0" | "aus" => Some(write_instead("false")),
        _ => None,
    }
}

fn plain_words(parser_words: &str) -> Text {
    match parser_words {
        "sequence start" => {
            Text::new("eine Liste: Zeilen, die mit `- ` beginnen", "a list: lines that begin with `- `")
        }
        "mapping start" => {
            Text::new("Schlüssel mit Werten: Zeilen wie `Schlüssel: Wert`", "keys with values: lines like `key: value`")
        }
        "string scalar" => Text::new("ein Text", "a text"),
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize" => {
            Text::new("eine ganze Zahl, die nicht zu groß ist", "a whole number, or it is too large")
        }
        "f32" | "f64" => Text::new("eine Zahl", "a number"),
        other => Text::new("eine andere Art von Wert", other),
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
