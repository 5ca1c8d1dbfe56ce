//! Fingerprints: those of the catalogue are proven by their examples, and mistakes are found when they are loaded.

use visite_catalog::{Layer, Part, load_parts};

const FILE: &str = "id: doors
title: Doors
source: A test
fingerprints:
  - id: door
    place: html_title
    pattern: '^Door ([0-9]+)$'
    vendor: Musterfirma
    version: \"{1}\"
    class: nas
    examples: [{ text: Door 3, version: \"3\" }]
";

fn mistakes(text: &str) -> String {
    let layer = Layer::from_files("own", [("fingerprints/doors.yaml".to_owned(), text.to_owned())]);
    match load_parts(&[layer], &[Part::Network]) {
        Ok(_) => String::new(),
        Err(mistakes) => mistakes.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn the_embedded_ones_give_what_their_examples_state() {
    let catalog = load_parts(&[Layer::embedded()], &[Part::Network]).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let count: usize = catalog.fingerprints.values().map(|file| file.fingerprints.len()).sum();
    assert!(count > 100, "{count}");
}

#[test]
fn mistakes_are_found_when_they_are_loaded() {
    assert_eq!(mistakes(FILE), "");
    for (from, to, message) in [
        ("^Door ([0-9]+)$", "^Door (", "regex parse error"),
        ("text: Door 3", "text: Window 3", "does not fit"),
        ("version: \"3\"", "version: \"4\"", "gives 3, not what it states"),
        ("\"{1}\"", "\"{2}\"", "has no group 2"),
        ("[{ text: Door 3, version: \"3\" }]", "[]", "has no example"),
        ("html_title", "html_tittle", "html_title"),
        ("class: nas", "class: toaster", "class"),
        ("id: doors", "id: windows", "the id is `windows`"),
    ] {
        let found = mistakes(&FILE.replace(from, to));
        assert!(found.contains(message), "{from}: {found}");
    }
    let twice = format!("{FILE}{}", FILE.split_once("fingerprints:\n").map_or("", |(_, list)| list));
    assert!(mistakes(&twice).contains("there twice"), "{}", mistakes(&twice));
}
