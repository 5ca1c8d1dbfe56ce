//! The description of the interface, OpenAPI 3.1, made of what each route says about itself.
//!
//! Shapes come from the types that are read and written: the same schemas that the files of Visite have.

use crate::web::access::{Route, Who};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use visite_facts::Word;

/// Makes the schema of a type.
type Shape = fn(&mut SchemaGenerator) -> Schema;

/// What a route takes and gives.
#[derive(Clone, Copy)]
pub struct Doc {
    name: &'static str,
    summary: &'static str,
    query: Option<Shape>,
    body: Option<Shape>,
    status: u16,
    answer: Option<(&'static str, Option<Shape>)>,
    rules: bool,
}

/// Why a request was not answered as asked (RFC 9457).
#[derive(Serialize, JsonSchema)]
pub struct Problem<'a> {
    /// Names the kind of problem, for good.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: &'a str,
    /// The status of HTTP.
    pub status: u16,
    /// The last part of `type`.
    pub code: &'a str,
    /// What is wrong and what to do.
    pub detail: String,
    /// Names the request in the log of the server.
    pub request: &'a str,
}

impl Doc {
    /// A route with this name, which answers 204.
    pub const fn new(name: &'static str, summary: &'static str) -> Self {
        Self { name, summary, query: None, body: None, status: 204, answer: None, rules: false }
    }

    /// It reads these fields of the address.
    pub fn query<T: JsonSchema>(self) -> Self {
        Self { query: Some(|generator| generator.root_schema_for::<T>()), ..self }
    }

    /// It takes this body.
    pub fn body<T: JsonSchema>(self) -> Self {
        Self { body: Some(|generator| generator.root_schema_for::<T>()), ..self }
    }

    /// It answers with this.
    pub fn gives<T: JsonSchema>(self) -> Self {
        self.gives_as::<T>(200)
    }

    /// It answers with this and that status.
    pub fn gives_as<T: JsonSchema>(self, status: u16) -> Self {
        let shape: Shape = |generator| generator.subschema_for::<T>();
        Self { status, answer: Some(("application/json", Some(shape))), ..self }
    }

    /// It answers with text of this kind.
    pub fn gives_text(self, kind: &'static str) -> Self {
        Self { status: 200, answer: Some((kind, None)), ..self }
    }

    /// Rules of Visite may forbid it: 422.
    pub fn ruled(self) -> Self {
        Self { rules: true, ..self }
    }
}

/// The description of all routes that have one.
pub fn openapi(routes: &[Route], server: &str) -> Json {
    // Shapes are described as they are written: what is optional there may be absent.
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        })
        .for_serialize()
        .into_generator();
    let problem = generator.subschema_for::<Problem<'_>>();
    let mut paths: Map<String, Json> = Map::new();
    for route in routes {
        let Some(doc) = route.doc else { continue };
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_lowercase()] = operation(route, doc, &mut generator, &problem);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Visite",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Findings, devices and rounds of medical practices, for programs.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": server }],
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "bearerFormat": "vst_…" } },
        },
    })
}

fn operation(route: &Route, doc: Doc, generator: &mut SchemaGenerator, problem: &Schema) -> Json {
    // What comes in may leave out what has a usual value: another schema than that of the same type going out.
    let mut taken = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        })
        .into_generator();
    let mut parameters: Vec<Json> = route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    if let Some(query) = doc.query {
        parameters.extend(fields(&query(&mut taken)));
    }
    let mut statuses = vec![
        (400, "The request is not as described."),
        (404, "There is nothing here, or nothing that the token can see."),
        (429, "Too many requests; the header `retry-after` says how many seconds to wait."),
        (503, "The store does not answer; try again."),
    ];
    let scope = match route.who {
        Who::Token(scope) | Who::TokenHere(scope) | Who::TokenOfAll(scope) => Some(scope),
        _ => None,
    };
    if scope.is_some() {
        statuses.push((401, "There is no token, or it is not in force."));
        statuses.push((403, "The token has not this scope, or its maker not this right."));
    }
    if doc.body.is_some() {
        statuses.push((413, "The body is too large."));
    }
    if doc.rules {
        statuses.push((422, "A rule of Visite forbids it; `detail` says which."));
    }
    let mut responses: Map<String, Json> = Map::new();
    responses.insert(doc.status.to_string(), answer(doc, generator));
    for (status, why) in statuses {
        let content = json!({ "application/problem+json": { "schema": problem } });
        responses.entry(status.to_string()).or_insert_with(|| json!({ "description": why, "content": content }));
    }
    let mut operation = json!({ "operationId": doc.name, "summary": doc.summary, "responses": responses });
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(body) = doc.body {
        let schema = body(&mut taken);
        operation["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    }
    if let Some(scope) = scope {
        operation["security"] = json!([{ "token": [] }]);
        operation["description"] = format!("Scope `{}`.", scope.word()).into();
    }
    operation
}

fn answer(doc: Doc, generator: &mut SchemaGenerator) -> Json {
    match doc.answer {
        None => json!({ "description": "Done." }),
        Some((kind, None)) => {
            json!({ "description": "Text.", "content": { kind: { "schema": { "type": "string" } } } })
        }
        Some((kind, Some(shape))) => {
            json!({ "description": "As asked.", "content": { kind: { "schema": shape(generator) } } })
        }
    }
}

/// The fields of an address, from the schema of the type that reads them.
fn fields(schema: &Schema) -> Vec<Json> {
    let properties = schema.get("properties").and_then(Json::as_object);
    let field = |(name, schema): (&String, &Json)| {
        let mut schema = without_null(schema.clone());
        let text = schema.as_object_mut().and_then(|schema| schema.remove("description")).unwrap_or_default();
        json!({ "name": name, "in": "query", "required": false, "description": text, "schema": schema })
    };
    properties.into_iter().flatten().map(field).collect()
}

/// An address has no `null`: a field is there or not.
fn without_null(mut schema: Json) -> Json {
    let description = schema.get("description").cloned();
    if let Some(Json::Array(kinds)) = schema.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        let only = kinds.first().cloned().unwrap_or_default();
        schema["type"] = only;
    }
    if let Some(Json::Array(any)) = schema.get_mut("anyOf") {
        any.retain(|one| one.get("type").is_none_or(|kind| kind != "null"));
        if let Some(only) = any.first().cloned() {
            schema = only;
        }
    }
    if let (Some(description), Some(object)) = (description, schema.as_object_mut()) {
        object.remove("default");
        object.insert("description".to_owned(), description);
    }
    schema
}
