//! Reads JSON objects field by field: typed, bounded, and counting what nobody asked for.

use super::{MAX_NUMBER, MAX_SNAPSHOTS};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// A message that was understood, and how many fields of it were not and were dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read<T> {
    /// What was understood.
    pub value: T,
    /// How many unknown fields and list entries were dropped.
    pub dropped: usize,
}

/// Why a message means nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` is missing or not {expected}")]
pub struct Malformed {
    /// The field, or `message` for the whole.
    pub field: &'static str,
    /// What should be there.
    pub expected: &'static str,
}

/// Shorthand for a field that is not what it should be.
pub(super) fn malformed(field: &'static str, expected: &'static str) -> Malformed {
    Malformed { field, expected }
}

/// The fields of an object that were not read yet.
pub(super) struct Fields {
    map: Map<String, Value>,
    dropped: usize,
}

impl Fields {
    /// Reads a whole message of at most `limit` bytes.
    pub fn of_message(bytes: &[u8], limit: usize) -> Result<Self, Malformed> {
        if bytes.len() > limit {
            return Err(malformed("message", "within the limit of its size"));
        }
        // The parser ends at a depth of 128 by itself.
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(map)) => Ok(Self { map, dropped: 0 }),
            _ => Err(malformed("message", "a JSON object")),
        }
    }

    /// Reads an object inside a message.
    pub fn of_value(value: Value, field: &'static str) -> Result<Self, Malformed> {
        match value {
            Value::Object(map) => Ok(Self { map, dropped: 0 }),
            _ => Err(malformed(field, "an object")),
        }
    }

    /// Takes a field; `null` counts as absent.
    pub fn take(&mut self, field: &str) -> Option<Value> {
        self.map.remove(field).filter(|value| !value.is_null())
    }

    /// Takes an object inside this one.
    pub fn object(&mut self, field: &'static str) -> Result<Self, Malformed> {
        self.take(field).ok_or(malformed(field, "an object")).and_then(|value| Self::of_value(value, field))
    }

    /// Takes a text of at most `limit` bytes without control characters except those of lines.
    pub fn text(&mut self, field: &'static str, limit: usize) -> Result<String, Malformed> {
        self.optional_text(field, limit)?.ok_or(malformed(field, "a text"))
    }

    /// Takes a text that may be absent.
    pub fn optional_text(&mut self, field: &'static str, limit: usize) -> Result<Option<String>, Malformed> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() <= limit && !text.chars().any(is_foul) => Ok(Some(text)),
            Some(_) => Err(malformed(field, "a text of usual length")),
        }
    }

    /// Takes a whole number up to [`MAX_NUMBER`].
    pub fn number(&mut self, field: &'static str) -> Result<u64, Malformed> {
        let number = self.take(field).and_then(|value| value.as_u64()).filter(|number| *number <= MAX_NUMBER);
        number.ok_or(malformed(field, "a whole number up to 2^53 - 1"))
    }

    /// Takes a yes or no.
    pub fn flag(&mut self, field: &'static str) -> Result<bool, Malformed> {
        self.take(field).and_then(|value| value.as_bool()).ok_or(malformed(field, "true or false"))
    }

    /// Takes a time.
    pub fn time(&mut self, field: &'static str) -> Result<Timestamp, Malformed> {
        let time = self.take(field).and_then(|value| value.as_str().and_then(|text| text.parse().ok()));
        time.ok_or(malformed(field, "a time in UTC (RFC 3339)"))
    }

    /// Takes a list of at most [`MAX_SNAPSHOTS`] entries; an absent one is empty.
    pub fn list(&mut self, field: &'static str) -> Result<Vec<Value>, Malformed> {
        match self.take(field) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) if list.len() <= MAX_SNAPSHOTS => Ok(list),
            Some(_) => Err(malformed(field, "a list of usual length")),
        }
    }

    /// Counts what was dropped elsewhere.
    pub fn drop_also(&mut self, count: usize) {
        self.dropped += count;
    }

    /// How much was dropped: what is left, and what was counted before.
    pub fn dropped(&self) -> usize {
        self.dropped + self.map.len()
    }

    /// The value together with what was dropped.
    pub fn done<T>(self, value: T) -> Read<T> {
        Read { value, dropped: self.dropped() }
    }
}

/// Characters that would reach into a terminal or a log.
fn is_foul(character: char) -> bool {
    character.is_control() && !matches!(character, '\n' | '\r' | '\t')
}
