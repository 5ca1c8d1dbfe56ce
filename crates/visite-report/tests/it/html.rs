//! The page stands alone, is well structured, and says nothing that is not so.

use crate::golden::{assessment, options, rendered};
use std::collections::BTreeSet;
use visite_facts::Lang;
use visite_report::{Format, Options};

fn pages() -> Vec<String> {
    let all = ["sample", "clean", "empty"];
    let pages = all
        .iter()
        .flat_map(|name| [Lang::De, Lang::En].map(|lang| rendered(Format::Html, &assessment(name), &options(lang))));
    pages.collect()
}

#[test]
fn the_page_stands_alone() {
    for page in pages() {
        for forbidden in ["<script", "<link", "<iframe", "<img", "http://", "https://"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        for tag in page.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
            let names = tag.split_whitespace().filter_map(|part| part.split_once('=')).map(|(name, _)| name);
            let active = names.into_iter().find(|name| name.starts_with("on") || matches!(*name, "style" | "src"));
            assert!(active.is_none(), "{tag}");
        }
        let addresses: Vec<&str> = page.split("url(").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        assert_eq!(addresses.len(), 1, "the font only");
        assert!(addresses[0].starts_with("data:font/woff2;base64,"));
        assert!(!page.contains("@import"));
    }
}

#[test]
fn headings_go_down_one_step_at_a_time_and_ids_are_unique() {
    for page in pages() {
        let mut last = 0;
        for rest in page.split("<h").skip(1) {
            let Some(level) = rest.chars().next().and_then(|c| c.to_digit(10)) else { continue };
            assert!(level <= last + 1, "h{level} follows h{last}");
            last = level;
        }
        assert_eq!(page.matches("<h1").count(), 1);
        let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let different: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), different.len(), "an id stands twice: {ids:?}");
        for target in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(different.contains(target), "a link leads nowhere: {target}");
        }
        for label in page.split("aria-labelledby=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(different.contains(label), "a label is missing: {label}");
        }
        for landmark in ["<header", "<main", "<nav", "<footer"] {
            assert_eq!(page.matches(landmark).count(), 1, "{landmark}");
        }
    }
}

#[test]
fn the_page_speaks_the_language_it_names() {
    let page = rendered(Format::Html, &assessment("sample"), &options(Lang::En));
    assert!(page.contains("<html lang=\"en\">"));
    assert!(page.contains("Six gaps are urgent.") && page.contains("And 2 more gaps"));
    let page = rendered(Format::Html, &assessment("sample"), &options(Lang::De));
    assert!(page.contains("<html lang=\"de\">"));
    assert!(page.contains("Sechs Lücken sind dringend.") && page.contains("Außerdem 2 weitere Lücken"));
}

/// The file is read on other days than it is written.
#[test]
fn the_page_never_says_today() {
    let page = rendered(Format::Html, &assessment("sample"), &options(Lang::De));
    assert!(page.contains("24.11.2026, 12:40\u{a0}Uhr") && !page.contains("heute"));
    let tomorrow = Options { now: "2026-11-25T12:00:00Z".parse().expect("a time"), ..options(Lang::De) };
    assert_eq!(page, rendered(Format::Html, &assessment("sample"), &tomorrow));
}

#[test]
fn without_a_practice_it_is_a_draft() {
    assert!(rendered(Format::Html, &assessment("sample"), &options(Lang::De)).contains("Prüfbericht (Entwurf)"));
    assert!(!rendered(Format::Html, &assessment("clean"), &options(Lang::De)).contains("Entwurf"));
}

#[test]
fn several_computers_are_named_below_their_number() {
    let mut several = assessment("sample");
    several.round.practice = None;
    let mut second = several.subjects[0].clone();
    second.subject.name = "praxisserver".to_owned();
    several.subjects.push(second);
    let page = rendered(Format::Html, &several, &options(Lang::De));
    assert!(page.contains("<h1>2 Prüfobjekte</h1><p class=\"what\">empfang-1, praxisserver</p>"));
}

#[test]
fn what_was_not_checked_is_never_good() {
    let page = rendered(Format::Html, &assessment("empty"), &options(Lang::De));
    assert!(page.contains("Noch nichts geprüft."));
    assert!(!page.contains("keine Lücke") && !page.contains("class=\"state good\""));
}
