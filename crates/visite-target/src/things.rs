//! What the parts of a practice file are called in mistakes about their keys, in both languages.
//!
//! For [`crate::shape`] and [`crate::wording`]: the JSON Schema gives each part an English title, this gives it a place
//! in a German sentence. Deliberately absent: the names of the keys, which are the same in every language.

use crate::wording::printable;
use visite_facts::Text;

/// A thing that has keys, as mistakes call it.
#[derive(Clone, Copy)]
pub(crate) struct Thing {
    /// Where the key was looked for, e.g. `bei einer Person`.
    de: &'static str,
    /// Its name with its article and without, e.g. `a person`, `person`.
    en: Option<(&'static str, &'static str)>,
}

/// The titles in the JSON Schema, each with its place in German and its article in English.
const THINGS: &[(&str, &str, &str)] = &[
    ("practice", "in der Praxisdatei", "a practice"),
    ("practice size", "bei der Praxisgröße", "a practice size"),
    ("telematics", "bei der Telematikinfrastruktur", "the telematics"),
    ("equipment list", "bei der Ausstattung", "an equipment list"),
    ("week", "bei den Sprechzeiten", "a week"),
    ("change freeze", "bei den Ruhezeiten", "a change freeze"),
    ("period", "bei einem Zeitraum", "a period"),
    ("room list", "bei den Räumen", "a room list"),
    ("provider", "beim IT-Dienstleister", "a provider"),
    ("person", "bei einer Person", "a person"),
    ("zone", "bei einer Zone", "a zone"),
    ("conduit", "bei einem erlaubten Weg", "a conduit"),
    ("device", "bei einem Gerät", "a device"),
    ("identifier", "bei einem Merkmal", "an identifier"),
    ("manufacturer approval", "bei einer Herstellerfreigabe", "a manufacturer approval"),
    ("release", "bei einer Freigabe", "a release"),
    ("exemption", "bei einer Ausnahme", "an exemption"),
];

impl Thing {
    /// The thing whose schema has this title; without a known one, the thing here.
    pub fn titled(title: Option<&str>) -> Self {
        let known = title.and_then(|title| THINGS.iter().find(|(name, _, _)| *name == title));
        known.map_or(Self { de: "hier", en: None }, |(name, de, en)| Self { de, en: Some((en, name)) })
    }

    pub fn unknown_key(self, key: &str) -> Text {
        let (key, thing) =
            (printable(key), self.en.map_or("here".to_owned(), |(with_article, _)| format!("of {with_article}")));
        Text::new(format!("Den Schlüssel `{key}` gibt es {} nicht", self.de), format!("`{key}` is not a key {thing}"))
    }

    pub fn missing_key(self, key: &str) -> Text {
        let thing = self.en.map_or(String::new(), |(_, name)| format!(" of this {name}"));
        let needed = if self.en.is_some() { format!("; {} ist er nötig", self.de) } else { String::new() };
        Text::new(format!("Der Schlüssel `{key}` fehlt{needed}"), format!("the key `{key}`{thing} is missing"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(schema: &serde_json::Value, found: &mut Vec<String>) {
        match schema {
            serde_json::Value::Object(keys) => {
                found.extend(keys.get("title").and_then(|title| title.as_str()).map(str::to_owned));
                keys.values().for_each(|value| titles(value, found));
            }
            serde_json::Value::Array(entries) => entries.iter().for_each(|entry| titles(entry, found)),
            _ => {}
        }
    }

    #[test]
    fn every_thing_of_the_practice_file_has_its_words() {
        let mut found = Vec::new();
        titles(&crate::practice_schema(), &mut found);
        let unnamed: Vec<_> = found.iter().filter(|title| Thing::titled(Some(title)).en.is_none()).collect();
        assert!(unnamed.is_empty(), "no German for {unnamed:?}");
        let unused: Vec<_> = THINGS.iter().filter(|(name, _, _)| !found.iter().any(|title| title == name)).collect();
        assert!(unused.is_empty(), "words for nothing: {unused:?}");
    }
}
