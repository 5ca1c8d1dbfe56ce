//! A YAML file as a tree with places, and the comparison of that tree with a JSON Schema.
//!
//! For the readers in [`crate::yaml`]: serde stops at the first mistake, this finds them all, and says of which
//! thing a key is none. It knows the part of JSON Schema that schemars writes for plain structs, words, lists and
//! texts; anything else is let through, because serde judges afterwards.

use crate::formats;
use crate::things::Thing;
use crate::wording::{neither_true_nor_false, truth_hint, unknown_word, word_hint};
use crate::yaml::{MAX_MISTAKES, Mistake, Source};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;
use serde_saphyr::{Location, Spanned};
use std::fmt;
use visite_facts::Text;

/// A value and its place.
pub(crate) struct Node(pub Spanned<Content>);

/// What stands in a place.
pub(crate) enum Content {
    Nothing,
    Boolean,
    Integer(i128),
    Fraction,
    Text(String),
    List(Vec<Node>),
    Keys(Vec<(Spanned<String>, Node)>),
}

/// One step on the way from the root of a file to a place in it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Key(&'static str),
    Entry(usize),
}

impl From<&'static str> for Step {
    fn from(key: &'static str) -> Self {
        Self::Key(key)
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Self::Entry(index)
    }
}

impl Node {
    /// The place of the value.
    pub fn at(&self) -> &Location {
        &self.0.referenced
    }

    /// The place at the end of `path`, or as near to it as the file goes.
    pub fn find(&self, path: &[Step]) -> &Location {
        let Some((step, rest)) = path.split_first() else { return self.at() };
        let child = match (step, &self.0.value) {
            (Step::Key(name), Content::Keys(keys)) => keys.iter().find(|(key, _)| key.value == *name).map(|(_, v)| v),
            (Step::Entry(index), Content::List(entries)) => entries.get(*index),
            _ => None,
        };
        child.map_or(self.at(), |child| child.find(rest))
    }
}

/// Every way in which the tree below `root` differs from `schema`.
pub(crate) fn check(root: &Node, schema: &Json, source: &Source<'_>) -> Vec<Mistake> {
    let mut check = Check { root: schema, source, mistakes: Vec::new() };
    check.node(root, schema);
    check.mistakes
}

struct Check<'a> {
    root: &'a Json,
    source: &'a Source<'a>,
    mistakes: Vec<Mistake>,
}

impl<'a> Check<'a> {
    fn add(&mut self, at: &Location, message: Text, hint: Option<Text>) {
        if !self.is_full() {
            self.mistakes.push(self.source.at(at, message, hint));
        }
    }

    /// From here on nothing more is listed, so nothing more is looked for.
    fn is_full(&self) -> bool {
        self.mistakes.len() >= MAX_MISTAKES
    }

    fn node(&mut self, node: &Node, schema: &'a Json) {
        if self.is_full() {
            return;
        }
        let Some(schema) = self.resolve(schema) else { return };
        if matches!(node.0.value, Content::Nothing) {
            return if !schema.nullable {
                self.add(node.at(), Text::new("Hier fehlt ein Wert", "there is no value here"), None)
            };
        }
        if let Some(words) = words(schema.json) {
            return self.word(node, &words);
        }
        match (schema.kind, &node.0.value) {
            (Some("object"), Content::Keys(keys)) => self.keys(node, keys, schema.json),
            (Some("array"), Content::List(entries)) => self.list(node, entries, schema.json),
            (Some("string"), Content::Text(text)) => self.text(node, text, schema.json),
            (Some("string"), Content::Integer(_) | Content::Fraction | Content::Boolean) => {
                self.text(node, &self.source.typed(&node.0.defined), schema.json);
            }
            (Some("integer"), Content::Integer(number)) => self.integer(node, *number, schema.json),
            (Some("boolean"), Content::Boolean) | (Some("number"), Content::Integer(_) | Content::Fraction) => {}
            (Some(kind), _) => self.wrong_kind(node, kind),
            (None, _) => {}
        }
    }

    fn wrong_kind(&mut self, node: &Node, kind: &str) {
        let typed = self.source.typed(&node.0.defined);
        let Text { de, en } = match &node.0.value {
            Content::List(_) => Text::new("eine Liste", "a list"),
            Content::Keys(_) => Text::new("eine Gruppe von Schlüsseln", "a group of keys"),
            _ => Text::new(format!("`{typed}`"), format!("`{typed}`")),
        };
        let (message, hint) = match kind {
            "object" => {
                let message = Text::new(
                    format!("Hier steht {de}; erwartet werden Schlüssel mit Werten: Zeilen wie `Schlüssel: Wert`"),
                    format!("{en} stands here, expected keys with values: lines like `key: value`"),
                );
                let glued = typed.contains(':').then(|| {
                    Text::new("Hinter den Doppelpunkt gehört ein Leerzeichen.", "a space belongs after the colon")
                });
                (message, glued)
            }
            "array" => {
                let message = Text::new(
                    format!("Hier steht {de}; erwartet wird eine Liste: Zeilen, die mit `- ` beginnen"),
                    format!("{en} stands here, expected a list: lines that begin with `- `"),
                );
                let glued = matches!(&node.0.value, Content::Keys(keys) if keys.iter().any(|(key, _)| key.value.starts_with('-')));
                let hint = glued.then(|| {
                    Text::new("Hinter den Bindestrich gehört ein Leerzeichen.", "a space belongs after the hyphen")
                });
                (message, hint)
            }
            "boolean" => (neither_true_nor_false(&de, &en), truth_hint(&typed)),
            "integer" => {
                let de = format!("Hier steht {de}; erwartet wird eine ganze Zahl");
                (Text::new(de, format!("{en} is not a whole number")), None)
            }
            "number" => {
                let de = format!("Hier steht {de}; erwartet wird eine Zahl");
                (Text::new(de, format!("{en} is not a number")), None)
            }
            _ => {
                let de = format!("Hier steht {de}; erwartet wird ein Text");
                (Text::new(de, format!("{en} stands here, expected a text")), None)
            }
        };
        self.add(node.at(), message, hint);
    }

    fn word(&mut self, node: &Node, words: &[&str]) {
        let text = match &node.0.value {
            Content::Text(text) => text.clone(),
            Content::List(_) | Content::Keys(_) => {
                let message = Text::new("Hier wird ein einzelnes Wort erwartet", "expected one word");
                return self.add(node.at(), message, word_hint("", words));
            }
            _ => self.source.typed(&node.0.defined),
        };
        if !words.contains(&text.as_str()) {
            self.add(node.at(), unknown_word(&text), word_hint(&text, words));
        }
    }

    fn keys(&mut self, node: &Node, keys: &[(Spanned<String>, Node)], schema: &'a Json) {
        let none = serde_json::Map::new();
        let properties = schema["properties"].as_object();
        let known: Vec<&str> = properties.unwrap_or(&none).keys().map(String::as_str).collect();
        let others = &schema["additionalProperties"];
        for (key, value) in keys {
            match properties.and_then(|properties| properties.get(&key.value)) {
                Some(property) => self.node(value, property),
                None if self.is_full() => return,
                None if others == &Json::Bool(false) => {
                    let message = Thing::titled(schema["title"].as_str()).unknown_key(&key.value);
                    self.add(&key.referenced, message, word_hint(&key.value, &known));
                }
                None if others.is_object() => self.node(value, others),
                None => {}
            }
        }
        for required in schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str) {
            if !keys.iter().any(|(key, _)| key.value == required) {
                self.add(node.at(), Thing::titled(schema["title"].as_str()).missing_key(required), None);
            }
        }
    }

    fn list(&mut self, node: &Node, entries: &[Node], schema: &'a Json) {
        if schema["minItems"].as_u64().is_some_and(|least| (entries.len() as u64) < least) {
            self.add(node.at(), Text::new("Die Liste ist leer", "the list is empty"), None);
        }
        if schema["items"].is_object() {
            entries.iter().for_each(|entry| self.node(entry, &schema["items"]));
        }
    }

    fn text(&mut self, node: &Node, text: &str, schema: &Json) {
        if let Some(control) = text.chars().find(|c| c.is_control() && *c != '\n') {
            let shown = control.escape_unicode();
            let message = Text::new(
                format!("Der Text enthält das unsichtbare Steuerzeichen `{shown}`"),
                format!("the text holds the control character `{shown}`"),
            );
            return self.add(node.at(), message, None);
        }
        if schema["minLength"].as_u64() >= Some(1) && text.trim().is_empty() {
            return self.add(node.at(), Text::new("Der Text ist leer", "the text is empty"), None);
        }
        if schema["maxLength"].as_u64().is_some_and(|most| text.chars().count() as u64 > most) {
            let limit = &schema["maxLength"];
            let message = Text::new(
                format!("Der Text ist länger als {limit} Zeichen"),
                format!("the text is longer than {limit} characters"),
            );
            return self.add(node.at(), message, None);
        }
        if let Some(Err(complaint)) = schema["format"].as_str().and_then(|format| formats::check(format, text)) {
            self.add(node.at(), complaint.message, complaint.hint);
        }
    }

    fn integer(&mut self, node: &Node, number: i128, schema: &Json) {
        // schemars writes the limits of small types, and for the others only how wide they are.
        let (least, most) = match schema["format"].as_str() {
            Some("uint32") => (0, u32::MAX.into()),
            Some("int32") => (i32::MIN.into(), i32::MAX.into()),
            Some("uint64" | "uint") => (0, u64::MAX.into()),
            _ => (i64::MIN.into(), i64::MAX.into()),
        };
        let least = schema["minimum"].as_i64().map_or(least, i128::from);
        let most = schema["maximum"].as_i64().map_or(most, i128::from);
        if !(least..=most).contains(&number) {
            let message = Text::new(
                format!("`{number}` ist keine Zahl von {least} bis {most}"),
                format!("`{number}` is not a number from {least} to {most}"),
            );
            self.add(node.at(), message, None);
        }
    }

    /// Follows references and the two ways in which schemars says that a value may be absent.
    fn resolve(&self, mut schema: &'a Json) -> Option<Resolved<'a>> {
        let mut nullable = false;
        // Types refer to types, so a chain is as long as the nesting of newtypes; more than this is no Rust type.
        for _ in 0..8 {
            if let Some(reference) = schema["$ref"].as_str() {
                schema = self.root.pointer(reference.strip_prefix('#')?)?;
            } else if let Some(options) = schema["anyOf"].as_array() {
                let mut others = options.iter().filter(|option| option["type"] != "null");
                let (only, None) = (others.next()?, others.next()) else { return None };
                nullable |= options.len() > 1;
                schema = only;
            } else {
                let kinds = match &schema["type"] {
                    Json::Array(kinds) => kinds.iter().filter_map(Json::as_str).collect(),
                    Json::String(kind) => vec![kind.as_str()],
                    _ => Vec::new(),
                };
                nullable |= kinds.contains(&"null");
                let kind = kinds.into_iter().find(|kind| *kind != "null");
                return Some(Resolved { json: schema, kind, nullable });
            }
        }
        None
    }
}

struct Resolved<'a> {
    json: &'a Json,
    kind: Option<&'a str>,
    nullable: bool,
}

/// The words of a closed list; `None` if the schema is something else.
fn words(schema: &Json) -> Option<Vec<&str>> {
    if let Some(word) = schema["const"].as_str() {
        return Some(vec![word]);
    }
    if let Some(list) = schema["enum"].as_array() {
        return list.iter().filter(|word| !word.is_null()).map(Json::as_str).collect();
    }
    let options = schema["oneOf"].as_array()?;
    let lists: Option<Vec<Vec<&str>>> = options.iter().map(words).collect();
    Some(lists?.concat())
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::deserialize(deserializer).map(Node)
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, a list or keys with values")
    }

    fn visit_unit<E>(self) -> Result<Content, E> {
        Ok(Content::Nothing)
    }

    fn visit_none<E>(self) -> Result<Content, E> {
        Ok(Content::Nothing)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Content, E> {
        Ok(Content::Boolean)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Content, E> {
        Ok(Content::Integer(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Content, E> {
        Ok(Content::Integer(number.into()))
    }

    fn visit_i128<E>(self, number: i128) -> Result<Content, E> {
        Ok(Content::Integer(number))
    }

    fn visit_u128<E>(self, number: u128) -> Result<Content, E> {
        Ok(i128::try_from(number).map_or(Content::Fraction, Content::Integer))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Content, E> {
        Ok(Content::Fraction)
    }

    fn visit_str<E>(self, text: &str) -> Result<Content, E> {
        Ok(Content::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Content, E> {
        Ok(Content::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Content, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_element()? {
            entries.push(entry);
        }
        Ok(Content::List(entries))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Content, A::Error> {
        let mut keys = Vec::new();
        while let Some(entry) = access.next_entry()? {
            keys.push(entry);
        }
        Ok(Content::Keys(keys))
    }
}
