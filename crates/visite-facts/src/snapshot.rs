//! Snapshots and their file, `visite.facts/1`.
//!
//! A snapshot is one collector's run over one subject. Reading is total: what is not in the schema is dropped and
//! reported, a value of the wrong kind becomes unknown (malformed), and only a file that is no facts file at all
//! is an error. Nothing here reads the disk.

use crate::assessment::Text;
use crate::identity::{Identifier, SubjectId};
use crate::schema::{Fact, FactSpec, FactType, Record, Shape, fact_spec};
use crate::strict_json::StrictJson;
use crate::value::{Collection, Completeness, Value};
use crate::words::{SubjectKind, UnknownReason, Word};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The schema name that facts files carry.
pub const FACTS_SCHEMA: &str = "visite.facts/1";
/// Most records that one collection of a file may have.
pub const MAX_RECORDS: usize = 100_000;
/// Most snapshots that one file may have.
pub const MAX_SNAPSHOTS: usize = 100_000;

/// What a fact is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Subject {
    /// Its id.
    pub id: SubjectId,
    /// What kind of thing it is.
    pub kind: SubjectKind,
    /// Name for people.
    pub name: String,
}

/// Something a collector met on its way and could not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// System file or program, never a file of a user.
    pub source: String,
    /// Why it could not be read.
    pub reason: UnknownReason,
    /// What the system said, or on which line it stopped.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// One collector's run over one subject.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Which collector looked, e.g. `linux.accounts`.
    pub collector: String,
    /// When it looked, by its own clock.
    pub observed_at: Timestamp,
    /// When a server received it, by the server's clock.
    pub received_at: Option<Timestamp>,
    /// What it looked at.
    pub subject: Subject,
    /// By what the subject can be recognised.
    pub identifiers: Vec<Identifier>,
    /// What it saw.
    pub facts: BTreeMap<&'static str, Fact>,
    /// What it could not read.
    pub problems: Vec<Problem>,
}

impl Snapshot {
    /// Adds a fact of one record.
    pub fn put<T: FactType>(&mut self, record: &T) {
        self.facts.insert(T::SPEC.name, Fact::Single(record.to_record()));
    }

    /// Adds a collection, sorted by its key so that the same facts always give the same file.
    pub fn put_all<T: FactType>(&mut self, collection: &Collection<T>) {
        let mut records: Vec<Record> = collection.records.iter().map(T::to_record).collect();
        if let Shape::Collection { key } = T::SPEC.shape {
            records.sort_by_cached_key(|record| record.values.get(key).map(Value::display));
        }
        self.facts.insert(T::SPEC.name, Fact::Collection { records, completeness: collection.completeness });
    }

    /// When the evidence starts to age: the earlier of the two clocks.
    pub fn evidence_time(&self) -> Timestamp {
        self.received_at.map_or(self.observed_at, |received| received.min(self.observed_at))
    }
}

/// A facts file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FactsFile {
    /// Its snapshots.
    pub snapshots: Vec<Snapshot>,
}

/// Something in a facts file that was dropped or not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactsProblem {
    /// Where, e.g. `snapshots[0].facts.host.os.version`.
    pub path: String,
    /// What is the matter there.
    pub what: FactsProblemKind,
}

/// What is the matter with a part of a facts file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactsProblemKind {
    /// The schema does not know it; it was dropped.
    NotInSchema,
    /// It is of another kind than the schema says, or stands there twice; it counts as unknown (malformed).
    WrongKind,
    /// It is computed from other facts and never read; it was dropped.
    Derived,
    /// It is known and unknown at once; it counts as unknown (malformed).
    Contradictory,
}

/// Why a file is no facts file.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// It is not JSON, or nested too deeply.
    #[error("not valid JSON")]
    Json(#[from] serde_json::Error),
    /// It carries another schema name, or none.
    #[error("the schema is `{found}`, expected `{FACTS_SCHEMA}`")]
    Schema {
        /// What stands in its place.
        found: String,
    },
    /// A snapshot lacks something without which it means nothing.
    #[error("`{path}` is missing or not {}", expected.1)]
    Shape {
        /// Where.
        path: String,
        /// What should be there, in German and in English.
        expected: (&'static str, &'static str),
    },
    /// There is more in it than any real computer has.
    #[error("`{path}` has more than {limit} entries")]
    TooMany {
        /// Where.
        path: String,
        /// The limit.
        limit: usize,
    },
}

impl FactsError {
    /// The error in both languages. What the JSON parser says is put as the place where it stopped.
    pub fn text(&self) -> Text {
        let de = match self {
            Self::Json(error) => format!("kein gültiges JSON (Zeile {}, Spalte {})", error.line(), error.column()),
            Self::Schema { found } => format!("das Schema heißt `{found}`, erwartet wird `{FACTS_SCHEMA}`"),
            Self::Shape { path, expected } => format!("`{path}` fehlt oder ist etwas anderes als {}", expected.0),
            Self::TooMany { path, limit } => format!("`{path}` hat mehr als {limit} Einträge"),
        };
        let en = match self {
            Self::Json(error) => format!("{self} (line {}, column {})", error.line(), error.column()),
            Self::Schema { .. } | Self::Shape { .. } | Self::TooMany { .. } => self.to_string(),
        };
        Text::new(de, en)
    }
}

impl FactsFile {
    /// The file's text: stable order, indented.
    pub fn to_json(&self) -> String {
        let snapshots: Vec<Json> = self.snapshots.iter().map(snapshot_to_json).collect();
        let file = json!({ "schema": FACTS_SCHEMA, "snapshots": snapshots });
        // Serialising a `Json` value cannot fail: its keys are strings.
        format!("{file:#}\n")
    }

    /// Reads a file. Everything understood is returned, everything dropped is listed.
    pub fn from_json(text: &[u8]) -> Result<(Self, Vec<FactsProblem>), FactsError> {
        let StrictJson(file) = serde_json::from_slice(text)?;
        let found = file.get("schema").and_then(Json::as_str).unwrap_or("(none)");
        if found != FACTS_SCHEMA {
            return Err(FactsError::Schema { found: found.chars().take(80).collect() });
        }
        let mut problems = Vec::new();
        let list = file
            .get("snapshots")
            .and_then(Json::as_array)
            .ok_or(FactsError::Shape { path: "snapshots".into(), expected: ("eine Liste", "a list") })?;
        if list.len() > MAX_SNAPSHOTS {
            return Err(FactsError::TooMany { path: "snapshots".into(), limit: MAX_SNAPSHOTS });
        }
        let mut snapshots = Vec::with_capacity(list.len());
        for (index, item) in list.iter().enumerate() {
            snapshots.push(snapshot_from_json(&format!("snapshots[{index}]"), item, &mut problems)?);
        }
        note_unknown_keys("", &file, &["schema", "snapshots"], &mut problems);
        Ok((Self { snapshots }, problems))
    }
}

fn snapshot_to_json(snapshot: &Snapshot) -> Json {
    let mut object = Map::new();
    object.insert("collector".into(), json!(snapshot.collector));
    object.insert("observed_at".into(), json!(snapshot.observed_at));
    if let Some(received_at) = snapshot.received_at {
        object.insert("received_at".into(), json!(received_at));
    }
    object.insert("subject".into(), json!(snapshot.subject));
    object.insert("identifiers".into(), json!(snapshot.identifiers));
    let facts: Map<String, Json> =
        snapshot.facts.iter().map(|(name, fact)| ((*name).to_owned(), fact_to_json(fact))).collect();
    object.insert("facts".into(), Json::Object(facts));
    if !snapshot.problems.is_empty() {
        object.insert("problems".into(), json!(snapshot.problems));
    }
    Json::Object(object)
}

/// A fact as it stands in a file.
pub fn fact_to_json(fact: &Fact) -> Json {
    match fact {
        Fact::Single(record) => record_to_json(record),
        Fact::Collection { records, completeness } => {
            let mut object = Map::new();
            match completeness {
                Completeness::Complete => object.insert("complete".into(), Json::Bool(true)),
                Completeness::Incomplete(reason) => object.insert("incomplete".into(), json!(reason.word())),
            };
            object.insert("records".into(), Json::Array(records.iter().map(record_to_json).collect()));
            Json::Object(object)
        }
    }
}

fn record_to_json(record: &Record) -> Json {
    let mut object: Map<String, Json> =
        record.values.iter().map(|(name, value)| ((*name).to_owned(), value.to_json())).collect();
    if !record.unknown.is_empty() {
        let unknown: Map<String, Json> =
            record.unknown.iter().map(|(name, reason)| ((*name).to_owned(), json!(reason.word()))).collect();
        object.insert("unknown".into(), Json::Object(unknown));
    }
    Json::Object(object)
}

fn snapshot_from_json(path: &str, json: &Json, problems: &mut Vec<FactsProblem>) -> Result<Snapshot, FactsError> {
    const KEYS: &[&str] = &["collector", "observed_at", "received_at", "subject", "identifiers", "facts", "problems"];
    let shape = |key: &str, expected| FactsError::Shape { path: format!("{path}.{key}"), expected };
    let time = |key: &str| json.get(key).and_then(Json::as_str).and_then(|text| text.parse::<Timestamp>().ok());

    let collector =
        json.get("collector").and_then(Json::as_str).ok_or_else(|| shape("collector", ("ein Text", "a text")))?;
    let observed_at = time("observed_at")
        .ok_or_else(|| shape("observed_at", ("eine Zeit in UTC (RFC 3339)", "a time in UTC (RFC 3339)")))?;
    let received_at = time("received_at");
    if json.get("received_at").is_some() && received_at.is_none() {
        return Err(shape("received_at", ("eine Zeit in UTC (RFC 3339)", "a time in UTC (RFC 3339)")));
    }
    let subject: Subject =
        json.get("subject").and_then(|subject| Subject::deserialize(subject).ok()).ok_or_else(|| {
            shape("subject", ("ein Prüfobjekt mit id, kind und name", "a subject with id, kind and name"))
        })?;
    let identifiers = match json.get("identifiers") {
        None => Vec::new(),
        Some(list) => {
            let listed = Vec::<Identifier>::deserialize(list).map_err(|_| {
                shape("identifiers", ("eine Liste aus {kind, value, strength}", "a list of {kind, value, strength}"))
            })?;
            usable(listed, path, problems)
        }
    };
    let listed =
        json.get("facts").and_then(Json::as_object).ok_or_else(|| shape("facts", ("ein Objekt", "an object")))?;
    let mut facts = BTreeMap::new();
    for (name, fact) in listed {
        let path = format!("{path}.facts.{name}");
        match fact_spec(name) {
            None => problems.push(FactsProblem { path, what: FactsProblemKind::NotInSchema }),
            Some(spec) if spec.derived => problems.push(FactsProblem { path, what: FactsProblemKind::Derived }),
            Some(spec) => {
                facts.insert(spec.name, fact_from_json(spec, &path, fact, problems)?);
            }
        }
    }
    // Problems of the collector are a courtesy to the reader; broken ones are dropped like unknown keys.
    let own_problems = match json.get("problems") {
        None => Vec::new(),
        Some(list) => Vec::<Problem>::deserialize(list).unwrap_or_else(|_| {
            problems.push(FactsProblem { path: format!("{path}.problems"), what: FactsProblemKind::WrongKind });
            Vec::new()
        }),
    };
    note_unknown_keys(path, json, KEYS, problems);
    Ok(Snapshot {
        collector: collector.to_owned(),
        observed_at,
        received_at,
        subject,
        identifiers,
        facts,
        problems: own_problems,
    })
}

/// Identifiers as this version takes them; those that say nothing are dropped. Other versions and other programs may
/// know fewer values that makers leave unfilled, and two computers must not become one by them.
fn usable(listed: Vec<Identifier>, path: &str, problems: &mut Vec<FactsProblem>) -> Vec<Identifier> {
    let mut usable = Vec::new();
    for (index, identifier) in listed.iter().enumerate() {
        match Identifier::new(identifier.kind, &identifier.value) {
            Some(identifier) => usable.push(identifier),
            None => problems
                .push(FactsProblem { path: format!("{path}.identifiers[{index}]"), what: FactsProblemKind::WrongKind }),
        }
    }
    usable
}

/// Reads one fact of the declaration `spec`; `path` is only for messages.
pub fn fact_from_json(
    spec: &'static FactSpec,
    path: &str,
    json: &Json,
    problems: &mut Vec<FactsProblem>,
) -> Result<Fact, FactsError> {
    let Shape::Collection { .. } = spec.shape else {
        return Ok(Fact::Single(record_from_json(spec, path, json, problems)));
    };
    let shape = |expected| FactsError::Shape { path: path.to_owned(), expected };
    let list = json
        .get("records")
        .and_then(Json::as_array)
        .ok_or_else(|| shape(("eine Sammlung mit `records`", "a collection with `records`")))?;
    if list.len() > MAX_RECORDS {
        return Err(FactsError::TooMany { path: path.to_owned(), limit: MAX_RECORDS });
    }
    let completeness = match (json.get("complete"), json.get("incomplete").and_then(Json::as_str)) {
        (Some(Json::Bool(true)), None) => Completeness::Complete,
        (None, Some(word)) => Completeness::Incomplete(
            UnknownReason::from_word(word)
                .ok_or_else(|| shape(("`incomplete` mit einem bekannten Grund", "`incomplete` with a known reason")))?,
        ),
        _ => {
            return Err(shape((
                "eine Sammlung mit entweder `complete: true` oder `incomplete: Grund`",
                "a collection with either `complete: true` or `incomplete: reason`",
            )));
        }
    };
    let records = list
        .iter()
        .enumerate()
        .map(|(index, record)| record_from_json(spec, &format!("{path}[{index}]"), record, problems))
        .collect();
    note_unknown_keys(path, json, &["complete", "incomplete", "records"], problems);
    Ok(Fact::Collection { records, completeness })
}

fn record_from_json(spec: &'static FactSpec, path: &str, json: &Json, problems: &mut Vec<FactsProblem>) -> Record {
    let mut record = Record::default();
    let Some(object) = json.as_object() else {
        problems.push(FactsProblem { path: path.to_owned(), what: FactsProblemKind::WrongKind });
        for field in spec.fields {
            record.unknown.insert(field.name, UnknownReason::Malformed);
        }
        return record;
    };
    for (name, value) in object.iter().filter(|(name, _)| *name != "unknown") {
        let path = format!("{path}.{name}");
        match spec.field(name) {
            None => problems.push(FactsProblem { path, what: FactsProblemKind::NotInSchema }),
            Some(field) => match Value::from_json(field.kind, value) {
                Some(value) => {
                    record.values.insert(field.name, value);
                }
                None => {
                    problems.push(FactsProblem { path, what: FactsProblemKind::WrongKind });
                    record.unknown.insert(field.name, UnknownReason::Malformed);
                }
            },
        }
    }
    let reasons = object.get("unknown").and_then(Json::as_object);
    if object.contains_key("unknown") && reasons.is_none() {
        problems.push(FactsProblem { path: format!("{path}.unknown"), what: FactsProblemKind::WrongKind });
    }
    for (name, reason) in reasons.into_iter().flatten() {
        let path = format!("{path}.unknown.{name}");
        let Some(field) = spec.field(name) else {
            problems.push(FactsProblem { path, what: FactsProblemKind::NotInSchema });
            continue;
        };
        let reason = reason.as_str().and_then(UnknownReason::from_word);
        if reason.is_none() {
            problems.push(FactsProblem { path: path.clone(), what: FactsProblemKind::WrongKind });
        }
        if record.values.remove(field.name).is_some() {
            problems.push(FactsProblem { path, what: FactsProblemKind::Contradictory });
            record.unknown.insert(field.name, UnknownReason::Malformed);
        } else {
            record.unknown.insert(field.name, reason.unwrap_or(UnknownReason::Malformed));
        }
    }
    record
}

fn note_unknown_keys(path: &str, json: &Json, known: &[&str], problems: &mut Vec<FactsProblem>) {
    for key in json.as_object().into_iter().flat_map(Map::keys).filter(|key| !known.contains(&key.as_str())) {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        problems.push(FactsProblem { path, what: FactsProblemKind::NotInSchema });
    }
}
