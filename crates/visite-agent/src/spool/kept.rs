//! One delivery as it lies on disk: a JSON file without contents; those lie beside it, each once.

use crate::protocol::{Entry, Hash, Malformed, read_entries};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

const SCHEMA: &str = "visite.delivery/1";

/// A delivery without its contents. Its number is the name of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// When it was made, by this computer's clock.
    pub made_at: Timestamp,
    /// As in [`crate::protocol::Delivery::full`].
    pub full: bool,
    /// As in [`crate::protocol::Delivery::gap`].
    pub gap: bool,
    /// The snapshots, without bodies.
    pub snapshots: Vec<Entry>,
}

impl Kept {
    /// The file's bytes.
    pub fn to_json(&self) -> Vec<u8> {
        let bare = |entry: &Entry| Entry { body: None, ..entry.clone() }.to_json();
        let snapshots: Vec<Value> = self.snapshots.iter().map(bare).collect();
        json!({
            "schema": SCHEMA,
            "made_at": self.made_at,
            "full": self.full,
            "gap": self.gap,
            "snapshots": snapshots,
        })
        .to_string()
        .into_bytes()
    }

    /// The contents it speaks of.
    pub fn hashes(&self) -> impl Iterator<Item = Hash> {
        self.snapshots.iter().map(|entry| entry.hash)
    }
}

/// Reads a delivery from disk. A file that a broken disk gave back changed is refused, never guessed at.
pub fn parse_kept(bytes: &[u8]) -> Result<Kept, Malformed> {
    let wrong = |field| Malformed { field, expected: "what an agent writes" };
    let mut map: Map<String, Value> = serde_json::from_slice(bytes).map_err(|_| wrong("message"))?;
    if map.get("schema").and_then(Value::as_str) != Some(SCHEMA) {
        return Err(wrong("schema"));
    }
    let made_at = map.get("made_at").and_then(Value::as_str).and_then(|text| text.parse().ok());
    let flag = |field: &'static str| map.get(field).and_then(Value::as_bool).ok_or(wrong(field));
    let (full, gap) = (flag("full")?, flag("gap")?);
    let Some(Value::Array(list)) = map.remove("snapshots") else { return Err(wrong("snapshots")) };
    let snapshots = read_entries(list)?.value;
    Ok(Kept { made_at: made_at.ok_or(wrong("made_at"))?, full, gap, snapshots })
}
