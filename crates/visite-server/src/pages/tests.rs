//! Texts of pages: both languages say the same, and every text is said.

use super::*;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use visite_catalog::model::Modality;
use visite_facts::{UnknownReason, Word};
use visite_report::texts::messages;

#[test]
fn both_languages_have_the_same_keys_and_placeholders() {
    assert_eq!(messages(GERMAN), messages(ENGLISH));
    texts(Lang::De);
    texts(Lang::En);
}

/// Keys that are made of words.
fn made() -> BTreeSet<String> {
    let list =
        |list: &'static str, words: &'static [&'static str]| words.iter().map(move |word| format!("{list}-{word}"));
    list("help", UnknownReason::ALL).chain(list("done", frame::DONE)).chain(list("modality", Modality::ALL)).collect()
}

#[test]
fn every_key_that_is_made_of_words_is_there() {
    let there = messages(GERMAN);
    let missing: Vec<_> = made().into_iter().filter(|key| !there.contains_key(key.as_str())).collect();
    assert!(missing.is_empty(), "add these to texts/pages.*.ftl: {missing:#?}");
}

#[test]
fn every_key_is_said() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/pages"));
    let mut source = String::new();
    for entry in fs::read_dir(folder).expect("the folder of the pages") {
        source.push_str(&fs::read_to_string(entry.expect("an entry").path()).expect("a source file"));
    }
    let made = made();
    let unused: Vec<_> = messages(GERMAN)
        .into_keys()
        .filter(|key| !made.contains(*key) && !source.contains(&format!("\"{key}\"")))
        .collect();
    assert!(unused.is_empty(), "nothing says these: {unused:#?}");
}

/// Words that promise more than was measured, or belong to patients, stand in no text.
#[test]
fn no_text_promises_more_than_was_measured() {
    for source in [GERMAN, ENGLISH] {
        let source = source.to_lowercase();
        for word in
            ["befund", "dsgvo-konform", "rechtssicher", "100 % sicher", "certified", "gdpr-compliant", "legally secure"]
        {
            assert!(!source.contains(word), "„{word}“ must not appear");
        }
    }
}

#[test]
fn a_redirect_says_what_was_done_and_nothing_else() {
    let german = texts(Lang::De);
    for word in frame::DONE {
        let message = Message::done(german, word).expect("a message");
        assert!(message.good && !message.text.starts_with("done-"), "{word}");
    }
    assert!(Message::done(german, "<script>").is_none());
}
