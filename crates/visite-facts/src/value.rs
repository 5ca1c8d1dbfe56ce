//! Values of facts: known, or unknown with a reason. Complete collections, or incomplete with a reason.
//!
//! An unknown value is an absent key, never `null` and never an empty text; see "Unknown is not empty"
//! in ARCHITECTURE.md. Nothing here knows which facts exist: that is [`crate::schema`].

use crate::words::{UnknownReason, Word};
use jiff::Timestamp;
use serde_json::Value as Json;

/// A value that was seen, or the reason why it was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observed<T> {
    /// The value as it was seen.
    Known(T),
    /// It was not seen, because of this.
    Unknown(UnknownReason),
}

pub use Observed::{Known, Unknown};

impl<T> Observed<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Known(value) => Some(value),
            Unknown(_) => None,
        }
    }

    /// Applies `f` to a known value and keeps the reason of an unknown one.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Observed<U> {
        match self {
            Known(value) => Known(f(value)),
            Unknown(reason) => Unknown(reason),
        }
    }
}

impl<T> Default for Observed<T> {
    /// Nobody has looked: [`UnknownReason::NotCollected`].
    fn default() -> Self {
        Unknown(UnknownReason::NotCollected)
    }
}

impl<T> From<Result<T, UnknownReason>> for Observed<T> {
    fn from(result: Result<T, UnknownReason>) -> Self {
        match result {
            Ok(value) => Known(value),
            Err(reason) => Unknown(reason),
        }
    }
}

/// Whether a collection holds everything there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Every record there is was seen.
    Complete,
    /// Some records may be missing, because of this.
    Incomplete(UnknownReason),
}

impl Completeness {
    /// Complete only if both are; the reason of the first incomplete one otherwise.
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::Complete => other,
            incomplete => incomplete,
        }
    }
}

/// Records of one kind, and whether these are all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Collection<R> {
    /// The records that were seen.
    pub records: Vec<R>,
    /// Whether there may be more.
    pub completeness: Completeness,
}

impl<R> Collection<R> {
    /// All records there are.
    pub fn complete(records: Vec<R>) -> Self {
        Self { records, completeness: Completeness::Complete }
    }

    /// The records that could be seen; others may exist.
    pub fn incomplete(records: Vec<R>, reason: UnknownReason) -> Self {
        Self { records, completeness: Completeness::Incomplete(reason) }
    }
}

/// A known value of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A word from the closed list of its field.
    Word(&'static str),
    /// A whole number; the unit is in the field's name.
    Integer(i64),
    /// Yes or no.
    Boolean(bool),
    /// A moment, UTC.
    Time(Timestamp),
    /// Several texts, in a stable order.
    Texts(Vec<String>),
}

/// Longest text that a fact may hold, in bytes. Longer ones are [`UnknownReason::Malformed`].
pub const MAX_TEXT_BYTES: usize = 4096;
/// Most entries of a list of texts.
pub const MAX_TEXTS: usize = 4096;

impl Value {
    /// The value as it stands in a file.
    pub fn to_json(&self) -> Json {
        match self {
            Value::Text(text) => Json::from(text.as_str()),
            Value::Word(word) => Json::from(*word),
            Value::Integer(number) => Json::from(*number),
            Value::Boolean(yes) => Json::from(*yes),
            Value::Time(time) => Json::from(time.to_string()),
            Value::Texts(texts) => Json::from(texts.as_slice()),
        }
    }

    /// Reads a value of the kind `kind`; `None` if it is of another kind or too large.
    pub fn from_json(kind: FieldKind, json: &Json) -> Option<Self> {
        match (kind, json) {
            (FieldKind::Text, Json::String(text)) if text.len() <= MAX_TEXT_BYTES => Some(Value::Text(text.clone())),
            (FieldKind::Word(words), Json::String(text)) => {
                words.iter().find(|word| **word == text).map(|word| Value::Word(word))
            }
            (FieldKind::Integer, Json::Number(number)) => number.as_i64().map(Value::Integer),
            (FieldKind::Boolean, Json::Bool(yes)) => Some(Value::Boolean(*yes)),
            (FieldKind::Time, Json::String(text)) => text.parse().ok().map(Value::Time),
            (FieldKind::Texts, Json::Array(items)) if items.len() <= MAX_TEXTS => items
                .iter()
                .map(|item| item.as_str().filter(|text| text.len() <= MAX_TEXT_BYTES).map(str::to_owned))
                .collect::<Option<Vec<_>>>()
                .map(Value::Texts),
            _ => None,
        }
    }

    /// How the value reads in a key or in evidence: plain, without quotes.
    pub fn display(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Word(word) => (*word).to_owned(),
            Value::Integer(number) => number.to_string(),
            Value::Boolean(yes) => yes.to_string(),
            Value::Time(time) => time.to_string(),
            Value::Texts(texts) => texts.join(", "),
        }
    }
}

/// The kind of a field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Free text, at most [`MAX_TEXT_BYTES`] long.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number of 64 bits.
    Integer,
    /// Yes or no.
    Boolean,
    /// A moment in UTC, RFC 3339.
    Time,
    /// A list of texts.
    Texts,
}

impl FieldKind {
    /// The kind's name in the reference and in error messages.
    pub fn name(self) -> &'static str {
        match self {
            FieldKind::Text => "text",
            FieldKind::Word(_) => "word",
            FieldKind::Integer => "integer",
            FieldKind::Boolean => "boolean",
            FieldKind::Time => "time",
            FieldKind::Texts => "list of texts",
        }
    }
}

/// A Rust type that can be the value of a field.
pub trait FieldType: Sized {
    /// The kind that the schema shows.
    const KIND: FieldKind;
    /// For words: what each means; empty otherwise.
    const WORD_DOCS: &'static [&'static str] = &[];
    /// Wraps the value.
    fn to_value(&self) -> Value;
    /// Unwraps the value; `None` if the kind does not fit.
    fn from_value(value: &Value) -> Option<Self>;
}

macro_rules! field_type {
    ($type:ty, $kind:ident) => {
        impl FieldType for $type {
            const KIND: FieldKind = FieldKind::$kind;
            fn to_value(&self) -> Value {
                Value::$kind(self.clone())
            }
            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    Value::$kind(inner) => Some(inner.clone()),
                    _ => None,
                }
            }
        }
    };
}
field_type!(String, Text);
field_type!(i64, Integer);
field_type!(bool, Boolean);
field_type!(Timestamp, Time);
field_type!(Vec<String>, Texts);

impl<W: Word> FieldType for W {
    const KIND: FieldKind = FieldKind::Word(W::ALL);
    const WORD_DOCS: &'static [&'static str] = W::DOCS;
    fn to_value(&self) -> Value {
        Value::Word(self.word())
    }
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Word(word) => W::from_word(word),
            _ => None,
        }
    }
}
