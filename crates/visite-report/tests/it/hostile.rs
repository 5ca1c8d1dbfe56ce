//! Names on a computer are chosen by whoever sits there: no text of an assessment may act on the reader's screen,
//! break out of a format, or load something.

use crate::golden::{assessment, options, rendered};
use serde_json::Value as Json;
use visite_facts::{Assessment, Lang};
use visite_report::{Detail, Format, Options};

/// Terminal commands, reversed text, and the ends of everything that could be ended.
const HOSTILE: &str = "\u{1b}]0;x\u{7}\u{1b}[2J\u{9b}31m\u{202e}\u{0}\u{ffff}</style></title><script>alert(1)</script>\
    <img src=x onerror=alert(1)>\"' onmouseover=\"x\" ]]>&nbsp;{$n}\n\r\n<!--";

/// The sample with `text` appended to every text that comes from outside; words and times stay.
fn hostile(text: &str) -> Assessment {
    fn poison(json: &mut Json, text: &str) {
        match json {
            Json::Object(object) => {
                for (key, value) in object.iter_mut() {
                    let closed = [
                        "schema",
                        "at",
                        "time_zone",
                        "id",
                        "kind",
                        "subject",
                        "verdict",
                        "reason",
                        "severity",
                        "effective_severity",
                        "confidence",
                        "area",
                        "state",
                        "first_seen",
                        "last_seen",
                        "fixed_at",
                        "observed_at",
                        "until",
                        "basis",
                        "unknown",
                        "cost",
                        "who",
                        "status",
                        "measure",
                        "finding",
                    ];
                    // An acceptance's reason is free text; a result's is a word.
                    let free = key == "reason" && value.as_str().is_some_and(|reason| reason.contains(' '));
                    if !closed.contains(&key.as_str()) || free || value.is_object() {
                        poison(value, text);
                    }
                }
            }
            Json::Array(items) => items.iter_mut().for_each(|item| poison(item, text)),
            Json::String(own) if !own.starts_with("finding-") => own.push_str(text),
            _ => {}
        }
    }
    let mut json = serde_json::to_value(assessment("sample")).expect("JSON");
    poison(&mut json, text);
    serde_json::from_value(json).expect("still an assessment")
}

fn acts(character: char) -> bool {
    (character.is_control() && character != '\n') || matches!(character, '\u{202a}'..='\u{202e}' | '\u{ffff}')
}

#[test]
fn nothing_acts_on_the_screen_in_any_format() {
    let assessment = hostile(HOSTILE);
    for format in [Format::Text, Format::Json, Format::Sarif, Format::Junit, Format::Html] {
        for (lang, detail) in [(Lang::De, Detail::Verbose), (Lang::En, Detail::Quiet), (Lang::De, Detail::Normal)] {
            let options = Options { detail, version: "1\u{1b}<", command: "visite\u{1b}<b>", ..options(lang) };
            let text = rendered(format, &assessment, &options);
            assert!(!text.chars().any(acts), "{format} lets something through");
            assert!(text.contains("alert(1)"), "{format} should show what stood there");
        }
    }
}

#[test]
fn nothing_breaks_out_of_the_page() {
    let page = rendered(Format::Html, &hostile(HOSTILE), &options(Lang::De));
    assert_eq!(page.matches("<style>").count(), 1);
    assert_eq!(page.matches("</style>").count(), 1);
    for forbidden in ["<script", "<img", "<!--", "\" onmouseover", "<b>"] {
        assert!(!page.contains(forbidden), "{forbidden} got into the page");
    }
    let plain = rendered(Format::Html, &assessment("sample"), &options(Lang::De));
    assert_eq!(page.matches('<').count(), plain.matches('<').count(), "the data changed the structure");
}

#[test]
fn nothing_breaks_out_of_the_xml() {
    let xml = rendered(Format::Junit, &hostile(HOSTILE), &options(Lang::De));
    let plain = rendered(Format::Junit, &assessment("sample"), &options(Lang::De));
    assert_eq!(xml.matches('<').count(), plain.matches('<').count(), "the data changed the structure");
    assert_eq!(xml.lines().count(), plain.lines().count());
}

#[test]
fn json_reads_back_as_the_same_assessment() {
    let assessment = hostile(HOSTILE);
    let json = rendered(Format::Json, &assessment, &options(Lang::De));
    assert_eq!(serde_json::from_str::<Assessment>(&json).expect("an assessment"), assessment);
}
