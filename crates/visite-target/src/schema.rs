//! The JSON Schema of the practice file.
//!
//! For editors that complete and check while one types, and for the reference. It is generated from the types, whose
//! doc comments are its descriptions. What it cannot say, contradictions and references, [`crate::Practice::from_yaml`]
//! checks.

use crate::practice::Practice;
use serde_json::Value as Json;

/// The JSON Schema (2020-12) of `visite.practice/1`.
pub fn practice_schema() -> Json {
    schemars::schema_for!(Practice).to_value()
}
