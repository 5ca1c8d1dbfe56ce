//! The published JSON Schema: descriptions for people, closed keys, and the same words as the reader.

use serde_json::Value as Json;
use visite_target::practice_schema;

/// Calls `visit` for `schema` and everything inside it.
fn each<'a>(schema: &'a Json, visit: &mut impl FnMut(&'a Json)) {
    visit(schema);
    match schema {
        Json::Object(keys) => keys.values().for_each(|inner| each(inner, visit)),
        Json::Array(entries) => entries.iter().for_each(|inner| each(inner, visit)),
        _ => {}
    }
}

#[test]
fn every_key_has_a_description_and_no_other_key_is_allowed() {
    let schema = practice_schema();
    let mut objects = 0;
    each(&schema, &mut |part| {
        let Some(properties) = part["properties"].as_object().filter(|_| part["type"] == "object") else { return };
        objects += 1;
        assert_eq!(part["additionalProperties"], Json::Bool(false), "{part:#}");
        assert!(part["title"].is_string(), "{part:#}");
        for (key, property) in properties {
            assert!(property["description"].is_string(), "{key}");
        }
    });
    assert!(objects >= 17, "only {objects} objects were seen");
}

#[test]
fn words_and_limits_stand_in_the_schema() {
    let schema = practice_schema().to_string();
    for part in ["\"visite.practice/1\"", "\"device_console\"", "\"it_responsible\"", "\"format\":\"network\"", "4094"]
    {
        assert!(schema.contains(part), "{part}");
    }
}

#[test]
fn every_form_that_the_schema_names_is_one_that_the_reader_checks() {
    let known =
        ["date", "id", "address", "network", "service", "hours", "time-zone", "uint8", "uint16", "uint32", "int8"];
    each(&practice_schema(), &mut |part| {
        if let Some(format) = part["format"].as_str() {
            assert!(known.contains(&format), "{format}");
        }
    });
}
