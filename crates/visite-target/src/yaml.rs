//! Reading YAML that a person wrote: one entry for every such file, and mistakes that show where and what instead.
//!
//! For the practice file and the catalogue. Files that are huge, nested without end or multiply themselves by
//! aliases are refused before they cost anything. Deliberately absent: reading from disk, includes, merge keys
//! (`<<`), tags, and the truth values `yes`, `no`, `on` and `off` of YAML 1.1.

use crate::shape;
pub use crate::wording::nearest;
use crate::wording::{printable, snippet};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_saphyr::options::{AliasLimits, MergeKeyPolicy};
use serde_saphyr::{Error, Location};
use std::fmt;
use std::fmt::Write;
use visite_facts::{Lang, Text};

/// Longest file that is read, in bytes.
pub const MAX_FILE_BYTES: usize = 1024 * 1024;
/// Deepest nesting of lists and keys.
pub const MAX_DEPTH: usize = 32;
/// Most values, keys, lists and sets of keys in one file, those repeated by aliases included.
pub const MAX_NODES: usize = 100_000;
/// Most mistakes that are listed for one file.
pub const MAX_MISTAKES: usize = 100;

/// Something in a file that has to be written differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The file, as the caller named it.
    pub file: String,
    /// Line, from 1; 0 if it concerns the file as a whole.
    pub line: u64,
    /// Column in characters, from 1; 0 if it concerns the file as a whole.
    pub column: u64,
    /// What is wrong, with the offending text.
    pub message: Text,
    /// What to write instead.
    pub hint: Option<Text>,
    /// The line it stands on, shortened, without control characters; empty if it concerns the file as a whole.
    pub snippet: String,
}

impl Mistake {
    /// The form of every error of Visite: `Fehler:` or `error:` with the place, the line itself, and `Hinweis:` or
    /// `hint:`. No line break at the end.
    pub fn text(&self, lang: Lang) -> String {
        let (error, hint) = match lang {
            Lang::De => ("Fehler", "Hinweis"),
            Lang::En => ("error", "hint"),
        };
        let (file, message) = (printable(&self.file), self.message.get(lang));
        let mut text = match self.line {
            0 => format!("{error}: {file}: {message}"),
            line => format!("{error}: {file}:{line}:{}: {message}", self.column),
        };
        // Writing to a `String` cannot fail.
        if !self.snippet.is_empty() {
            let _ = write!(text, "\n  {} | {}", self.line, self.snippet);
        }
        if let Some(instead) = &self.hint {
            let _ = write!(text, "\n{hint}: {}", instead.get(lang));
        }
        text
    }
}

impl fmt::Display for Mistake {
    /// The English text: for developers, tests and `Box<dyn Error>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Lang::En))
    }
}

impl std::error::Error for Mistake {}

/// Reads `text`; stops at the first mistake.
///
/// `file` is only shown. Types should carry `#[serde(deny_unknown_fields)]`, or typing errors in keys go unseen.
///
/// ```
/// #[derive(serde::Deserialize, Debug)]
/// #[serde(deny_unknown_fields)]
/// struct Lamp { watts: u32 }
///
/// let lamp: Lamp = visite_target::from_yaml("watts: 7", "lamp.yaml")?;
/// assert_eq!(lamp.watts, 7);
/// let mistake = visite_target::from_yaml::<Lamp>("wats: 7", "lamp.yaml").expect_err("a typing error");
/// assert_eq!(mistake.to_string(), "error: lamp.yaml:1:1: `wats` is not a key here\n  1 | wats: 7\nhint: did you mean `watts`?");
/// # Ok::<(), Box<visite_target::Mistake>>(())
/// ```
pub fn from_yaml<T: DeserializeOwned>(text: &str, file: &str) -> Result<T, Box<Mistake>> {
    let source = Source { text, file };
    source.refuse_whole()?;
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| Box::new(source.mistake(&error)))
}

/// Reads `text`; finds every wrong key, word and type that the JSON Schema of `T` can tell, in the order of the file.
///
/// Texts with control characters are mistakes as well. A file that is not valid YAML gives one mistake only: where the
/// parser stopped.
pub fn from_yaml_all<T: DeserializeOwned + JsonSchema>(text: &str, file: &str) -> Result<T, Vec<Mistake>> {
    let schema = schemars::schema_for!(T).to_value();
    let source = Source { text, file };
    let root = source.tree().map_err(|mistake| vec![*mistake])?;
    let mistakes = shape::check(&root, &schema, &source);
    if !mistakes.is_empty() {
        return Err(sorted(mistakes));
    }
    from_yaml(text, file).map_err(|mistake| vec![*mistake])
}

/// The text of a file's bytes. Files in UTF-16 or in a Windows code page get a mistake that says so.
pub fn decode<'a>(bytes: &'a [u8], file: &str) -> Result<&'a str, Box<Mistake>> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let message = Text::new("Die Datei ist als UTF-16 gespeichert", "the file is stored as UTF-16");
        return Err(Box::new(encoded_otherwise(file, message)));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let line = valid.matches('\n').count() as u64 + 1;
        let column = valid.rsplit('\n').next().unwrap_or_default().chars().count() as u64 + 1;
        let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
        let message = Text::new(
            format!("Die Datei ist nicht als UTF-8 gespeichert; dieses Zeichen ist so nicht lesbar (Byte {byte:#04x})"),
            format!("the file is not stored as UTF-8 (byte {byte:#04x} here)"),
        );
        Box::new(Mistake { line, column, ..encoded_otherwise(file, message) })
    })
}

fn encoded_otherwise(file: &str, message: Text) -> Mistake {
    let hint = Text::new(
        "Speichern Sie die Datei als UTF-8; im Windows-Editor: Speichern unter, Codierung: UTF-8.",
        "save the file as UTF-8; in Notepad: Save as, Encoding: UTF-8",
    );
    let (file, snippet) = (file.to_owned(), String::new());
    Mistake { file, line: 0, column: 0, message, hint: Some(hint), snippet }
}

pub(crate) fn sorted(mut mistakes: Vec<Mistake>) -> Vec<Mistake> {
    mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
    mistakes
}

/// A file's text and name: turns places into mistakes.
pub(crate) struct Source<'a> {
    pub text: &'a str,
    pub file: &'a str,
}

impl Source<'_> {
    /// The file as a tree of values with their places.
    pub fn tree(&self) -> Result<shape::Node, Box<Mistake>> {
        self.refuse_whole()?;
        let spanned =
            serde_saphyr::from_str_with_options::<serde_saphyr::Spanned<shape::Content>>(self.text, options())
                .map_err(|error| Box::new(self.mistake(&error)))?;
        Ok(shape::Node(spanned))
    }

    /// A mistake at `at`.
    pub fn at(&self, at: &Location, message: Text, hint: Option<Text>) -> Mistake {
        let (line, column) = (at.line(), at.column());
        let snippet = match line {
            0 => String::new(),
            _ => snippet(self.text.lines().nth(line as usize - 1).unwrap_or_default(), column as usize),
        };
        Mistake { file: self.file.to_owned(), line, column, message, hint, snippet }
    }

    /// The text that stands at `at`, as it was typed.
    pub fn typed(&self, at: &Location) -> String {
        let range = || {
            let start = usize::try_from(at.span().byte_offset()?).ok()?;
            let length = usize::try_from(at.span().byte_len()?).ok()?;
            self.text.get(start..start.checked_add(length)?)
        };
        printable(range().unwrap_or_default().trim())
    }

    /// Refuses what the parser would accept or read for too long.
    fn refuse_whole(&self) -> Result<(), Box<Mistake>> {
        let whole = |message: Text, hint: Text| Box::new(self.at(&Location::UNKNOWN, message, Some(hint)));
        if self.text.len() > MAX_FILE_BYTES {
            let limit = MAX_FILE_BYTES / 1024;
            let message = Text::new(
                format!("Die Datei ist größer als {limit} KiB"),
                format!("the file is larger than {limit} KiB"),
            );
            return Err(whole(message, Text::new("Ist es die richtige Datei?", "is it the right file?")));
        }
        let empty = |line: &str| line.is_empty() || line.starts_with('#') || line == "---" || line == "...";
        if self.text.trim_start_matches('\u{feff}').lines().all(|line| empty(line.trim())) {
            return Err(whole(
                Text::new("Die Datei ist leer", "the file is empty"),
                Text::new("Beginnen Sie mit einer Beispieldatei.", "start from an example file"),
            ));
        }
        Ok(())
    }

    fn mistake(&self, error: &Error) -> Mistake {
        let at = error.location().unwrap_or(Location::UNKNOWN);
        let mut inner = error;
        while let Error::AliasError { error, .. } | Error::WithSnippet { error, .. } = inner {
            inner = error;
        }
        let (message, hint) = self.explain(inner, &at);
        self.at(&at, message, hint)
    }
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: 2 * MAX_NODES,
            max_aliases: 1_000,
            max_anchors: 1_000,
            max_recorded_anchor_events: MAX_NODES,
            max_recorded_anchor_bytes: MAX_FILE_BYTES,
            max_total_scalar_bytes: MAX_FILE_BYTES,
            max_documents: 2,
        },
        alias_limits: alias_limits(),
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

fn alias_limits() -> AliasLimits {
    serde_saphyr::alias_limits! {
        max_total_replayed_events: MAX_NODES,
        max_replay_stack_depth: 8,
        max_alias_expansions_per_anchor: 1_000,
    }
}
