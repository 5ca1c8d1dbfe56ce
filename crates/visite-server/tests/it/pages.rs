//! Every page, written from recorded facts in both languages: what has to hold for all of them.

#[path = "../../examples/pages/samples/mod.rs"]
mod samples;

use samples::Samples;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use visite_facts::Lang;
use visite_server::pages::links::is_known;
use visite_server::pages::{assets, texts};

/// Name, language and text of every page.
static PAGES: LazyLock<Vec<(String, Lang, String)>> = LazyLock::new(|| {
    let samples = Samples::new();
    let all = |lang| samples.pages(lang).into_iter().map(move |(name, page)| (name, lang, page));
    [Lang::De, Lang::En].into_iter().flat_map(all).collect()
});

/// The values of an attribute.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let begin = format!(" {attribute}=\"");
    page.split(begin.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn path(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

#[test]
fn every_link_and_form_leads_to_a_known_route() {
    for (name, lang, page) in PAGES.iter() {
        for address in values(page, "href") {
            let outside = address.starts_with("tel:") || address.starts_with("mailto:");
            let known = outside || address.starts_with('#') || is_known("GET", path(address));
            assert!(known, "{name} ({lang}): {address}");
            if let Some(file) = address.strip_prefix("/assets/") {
                assert!(assets::find(path(file)).is_some(), "{name} ({lang}): {address}");
            }
        }
        for attribute in ["hx-get", "sse-connect", "src"] {
            for address in values(page, attribute) {
                assert!(is_known("GET", path(address)), "{name} ({lang}): {address}");
            }
        }
        for form in page.split("<form ").skip(1).filter_map(|rest| rest.split('>').next()) {
            let form = format!(" {form}");
            let method = values(&form, "method")[0].to_uppercase();
            let action = values(&form, "action")[0];
            assert!(is_known(&method, path(action)), "{name} ({lang}): {method} {action}");
        }
    }
}

#[test]
fn every_form_that_changes_something_carries_the_token() {
    for (name, lang, page) in PAGES.iter() {
        for form in page.split("<form ").skip(1).filter_map(|rest| rest.split("</form>").next()) {
            let guarded = form.contains("name=\"csrf\" value=\"0f1e2d3c4b5a\"");
            assert_eq!(form.contains("method=\"post\""), guarded, "{name} ({lang}): {form}");
        }
    }
}

#[test]
fn nothing_in_a_page_needs_more_than_the_policy_allows() {
    for (name, lang, page) in PAGES.iter() {
        for forbidden in ["<style", " style=\"", "<script>", "javascript:", " onclick", " onload", "hx-on", "http://"] {
            assert!(!page.contains(forbidden), "{name} ({lang}): {forbidden}");
        }
    }
}

#[test]
fn pages_are_well_formed_enough_for_every_reader() {
    for (name, lang, page) in PAGES.iter() {
        assert!(page.contains(&format!("<html lang=\"{lang}\">")), "{name}");
        assert_eq!(page.matches("<h1").count(), 1, "{name} ({lang})");
        let ids = values(page, "id");
        let different: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), different.len(), "{name} ({lang}): an id stands twice: {ids:?}");
        for label in values(page, "for").into_iter().chain(values(page, "aria-describedby")) {
            assert!(different.contains(label), "{name} ({lang}): nothing is called {label}");
        }
        for label in values(page, "aria-labelledby") {
            assert!(different.contains(label), "{name} ({lang}): nothing is called {label}");
        }
        for target in values(page, "href").iter().filter_map(|address| address.strip_prefix('#')) {
            assert!(different.contains(target), "{name} ({lang}): a link leads nowhere: {target}");
        }
    }
}

/// A key that is missing shows as itself, between tags or in an attribute.
#[test]
fn no_page_shows_a_key_instead_of_a_text() {
    let all: BTreeSet<String> = visite_report::texts::messages(include_str!("../../src/texts/pages.de.ftl"))
        .into_keys()
        .map(str::to_owned)
        .collect();
    for (name, lang, page) in PAGES.iter() {
        for text in page.split('>').filter_map(|rest| rest.split('<').next()) {
            let is_key = text.contains('-') && all.contains(text);
            assert!(!is_key && !text.contains("{ $"), "{name} ({lang}): {text}");
        }
        assert!(!page.contains("Unknown variable"), "{name} ({lang})");
    }
}

#[test]
fn the_start_page_says_a_number_that_is_true() {
    let samples = Samples::new();
    let start = samples.pages(Lang::De).into_iter().find(|(name, _)| name == "start").expect("a start page").1;
    let urgent = samples.urgent();
    let word = visite_report::texts::number_word(Lang::De, urgent);
    let title = start.split("id=\"sentence\">").nth(1).and_then(|rest| rest.split('<').next());
    assert_eq!(title, Some(format!("{word} Lücken sind dringend.").as_str()));
    assert!(start.matches("<li><div><div class=\"head\">").count() <= 3, "at most three steps");
    let at = |text: &str| start.find(text).unwrap_or_else(|| panic!("{text} is missing"));
    let order = [
        "Letzte Visite",
        "Punkten geprüft",
        "id=\"sentence\"",
        "class=\"steps\"",
        "id=\"areas\"",
        "id=\"trend-title\"",
        "id=\"next-title\"",
    ];
    assert!(order.windows(2).all(|pair| at(pair[0]) < at(pair[1])), "the order of the start page");
}

/// Names come from computers that somebody else may have named.
#[test]
fn hostile_names_stay_text() {
    let samples = Samples::hostile();
    for lang in [Lang::De, Lang::En] {
        for (name, page) in samples.pages(lang) {
            assert!(!page.contains("<img"), "{name}");
            assert!(!page.contains('\u{202e}') && !page.contains('\u{1b}'), "{name}");
        }
    }
}

/// Who may not decide sees no form that decides.
#[test]
fn readers_see_no_forms_that_change_the_practice() {
    let readers = PAGES.iter().filter(|(name, ..)| name.ends_with("-clean"));
    let mut seen = 0;
    for (name, _, page) in readers {
        seen += 1;
        let posts: Vec<&str> = page
            .split("<form ")
            .skip(1)
            .filter(|form| form.contains("method=\"post\""))
            .filter_map(|form| values(form, "action").first().copied())
            .collect();
        assert!(posts.iter().all(|action| ["/logout", "/language"].contains(action)), "{name}: {posts:?}");
    }
    assert_eq!(seen, 2);
}

#[test]
fn texts_are_loaded_once() {
    assert!(std::ptr::eq(texts(Lang::De), texts(Lang::De)));
}
