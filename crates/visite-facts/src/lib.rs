//! The vocabulary of Visite: facts, identifiers, subjects, severities, findings, and their files.
//!
//! Every other crate speaks these words. The schema of facts is closed and declared once in [`facts`];
//! types, JSON, JSON Schema, reference pages and type checks follow from it.
//! There is no I/O here, no clock, and nothing that knows an operating system.

pub mod assessment;
pub mod facts;
pub mod identity;
pub mod json_schema;
pub mod scan;
pub mod schema;
pub mod snapshot;
mod strict_json;
pub mod value;
pub mod words;

pub use assessment::*;
pub use identity::{Identifier, IdentifierKind, Strength, SubjectId};
pub use schema::{Fact, FactSpec, FactType, FieldSpec, Record, Shape, fact_spec};
pub use snapshot::{FactsFile, FactsProblem, Problem, Snapshot, Subject};
pub use value::{Collection, Completeness, FieldKind, FieldType, Known, Observed, Unknown, Value};
pub use words::*;
