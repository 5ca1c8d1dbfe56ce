//! JSON Schema (2020-12) of the facts file, generated from the declarations in [`crate::facts`].

use crate::facts;
use crate::schema::{FactSpec, FieldSpec, Shape};
use crate::snapshot::FACTS_SCHEMA;
use crate::value::{FieldKind, MAX_TEXT_BYTES, MAX_TEXTS};
use crate::words::{SubjectKind, UnknownReason, Word};
use crate::{IdentifierKind, Strength};
use serde_json::{Map, Value as Json, json};

/// The JSON Schema of `visite.facts/1`.
pub fn facts_schema() -> Json {
    let facts: Map<String, Json> =
        facts::ALL.iter().filter(|spec| !spec.derived).map(|spec| (spec.name.to_owned(), fact(spec))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": FACTS_SCHEMA,
        "description": "What collectors saw. An unknown value is an absent key; its reason stands under `unknown`.",
        "type": "object",
        "required": ["schema", "snapshots"],
        "properties": {
            "schema": { "const": FACTS_SCHEMA },
            "snapshots": { "type": "array", "items": {
                "type": "object",
                "required": ["collector", "observed_at", "subject", "facts"],
                "properties": {
                    "collector": { "type": "string" },
                    "observed_at": { "type": "string", "format": "date-time" },
                    "received_at": { "type": "string", "format": "date-time" },
                    "subject": {
                        "type": "object",
                        "required": ["id", "kind", "name"],
                        "properties": {
                            "id": { "type": "string" },
                            "kind": { "enum": SubjectKind::ALL },
                            "name": { "type": "string", "x-privacy": "personal" },
                        },
                    },
                    "identifiers": { "type": "array", "items": {
                        "type": "object",
                        "required": ["kind", "value", "strength"],
                        "properties": {
                            "kind": { "enum": IdentifierKind::ALL },
                            "value": { "type": "string" },
                            "strength": { "enum": Strength::ALL },
                        },
                    } },
                    "facts": { "type": "object", "properties": facts, "additionalProperties": false },
                    "problems": { "type": "array", "items": {
                        "type": "object",
                        "required": ["source", "reason"],
                        "properties": {
                            "source": { "type": "string" },
                            "reason": { "enum": UnknownReason::ALL },
                            "detail": { "type": "string" },
                        },
                    } },
                },
            } },
        },
    })
}

fn fact(spec: &FactSpec) -> Json {
    let record = record(spec);
    match spec.shape {
        Shape::Single => record,
        Shape::Collection { .. } => json!({
            "description": spec.doc.trim(),
            "type": "object",
            "required": ["records"],
            "properties": {
                "complete": { "const": true },
                "incomplete": { "enum": UnknownReason::ALL },
                "records": { "type": "array", "items": record },
            },
            "oneOf": [{ "required": ["complete"] }, { "required": ["incomplete"] }],
            "additionalProperties": false,
        }),
    }
}

fn record(spec: &FactSpec) -> Json {
    let mut properties: Map<String, Json> =
        spec.fields.iter().map(|field| (field.name.to_owned(), field_schema(field))).collect();
    let reasons: Map<String, Json> =
        spec.fields.iter().map(|field| (field.name.to_owned(), json!({ "enum": UnknownReason::ALL }))).collect();
    properties
        .insert("unknown".into(), json!({ "type": "object", "properties": reasons, "additionalProperties": false }));
    json!({
        "description": spec.doc.trim(),
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn field_schema(field: &FieldSpec) -> Json {
    let mut schema = match field.kind {
        FieldKind::Text => json!({ "type": "string", "maxLength": MAX_TEXT_BYTES }),
        FieldKind::Word(words) => json!({ "enum": words }),
        FieldKind::Integer => json!({ "type": "integer" }),
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::Time => json!({ "type": "string", "format": "date-time" }),
        FieldKind::Texts => json!({ "type": "array", "items": { "type": "string" }, "maxItems": MAX_TEXTS }),
    };
    schema["description"] = json!(field.doc.trim());
    schema["x-privacy"] = json!(field.privacy.word());
    schema
}
