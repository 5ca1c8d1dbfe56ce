//! Checks: what was judged, of everything that could be, and one check with each device.

use super::forms::{Choice, empty, filter, search_field, select};
use super::frame::{Frame, Page, Section};
use super::links::query;
use super::states::verdict;
use super::table::{Cell, Table};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;
use visite_catalog::Catalog;
use visite_facts::{Area, Assessment, CheckResult, UnknownReason, Verdict, Word};
use visite_report::html::prose;
use visite_report::overview;

/// What the list is narrowed to, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct Filter {
    /// A word that topic or id has to hold.
    pub q: String,
    /// An area's word.
    pub area: String,
    /// A verdict's word: checks with at least one such result.
    pub verdict: String,
}

/// How many results of one check have each verdict, with the first of them.
struct Counted<'a> {
    first: &'a CheckResult,
    counts: BTreeMap<&'static str, usize>,
}

fn counted<'a>(assessment: &'a Assessment, filter: &Filter, frame: &Frame<'_>) -> Vec<Counted<'a>> {
    let wanted = filter.q.trim().to_lowercase();
    let area = Area::from_word(&filter.area);
    let mut checks: BTreeMap<(Area, &str), Counted<'_>> = BTreeMap::new();
    for result in &assessment.results {
        let topic = result.topic.get(frame.lang()).to_lowercase();
        let is_wanted = wanted.is_empty() || topic.contains(&wanted) || result.check.contains(&wanted);
        if is_wanted && area.is_none_or(|area| result.area == area) {
            let counted = checks
                .entry((result.area, &result.check))
                .or_insert_with(|| Counted { first: result, counts: BTreeMap::new() });
            *counted.counts.entry(result.verdict.word()).or_default() += 1;
        }
    }
    let verdict = Verdict::from_word(&filter.verdict);
    checks
        .into_values()
        .filter(|counted| verdict.is_none_or(|verdict| counted.counts.contains_key(verdict.word())))
        .collect()
}

/// All checks that the filter leaves, as a table.
pub fn table(frame: &Frame<'_>, assessment: &Assessment, filter: &Filter) -> Table {
    let columns = ["check", "html-area", "verdict-pass", "verdict-fail", "verdict-unknown", "verdict-not_applicable"];
    let mut table = Table::new(frame.say("nav-checks"), &columns.map(|key| frame.say(key)));
    for Counted { first, counts } in counted(assessment, filter, frame) {
        let count = |verdict: Verdict| {
            Cell::number(counts.get(verdict.word()).map_or_else(|| "–".to_owned(), ToString::to_string))
        };
        table.rows.push(vec![
            Cell::link(&frame.to(&["checks", &first.check]), first.topic.get(frame.lang())),
            Cell::text(frame.texts.word("area", first.area)),
            count(Verdict::Pass),
            count(Verdict::Fail),
            count(Verdict::Unknown),
            count(Verdict::NotApplicable),
        ]);
    }
    table
}

/// The list.
pub fn page(frame: &Frame<'_>, assessment: &Assessment, chosen: &Filter) -> Page {
    let table = table(frame, assessment, chosen);
    let fields = [("q", chosen.q.as_str()), ("area", &chosen.area), ("verdict", &chosen.verdict)];
    let words = |list: &str, words: &[&str], any: &str| -> Vec<Choice> {
        let all = words.iter().map(|word| ((*word).to_owned(), frame.say(&format!("{list}-{word}"))));
        std::iter::once((String::new(), frame.say(any))).chain(all).collect()
    };
    let filters = html! {
        (search_field("f-q", &frame.say("filter-word"), &chosen.q))
        (select("f-area", "area", &frame.say("html-area"), &chosen.area, &words("area", Area::ALL, "filter-every-area")))
        (select("f-verdict", "verdict", &frame.say("check-verdict"), &chosen.verdict, &words("verdict", Verdict::ALL, "check-any")))
    };
    let summary = &assessment.summary;
    let counts = [("checked", summary.checked.into()), ("points", summary.points.into())];
    let content = html! {
        p .lead { (frame.texts.fill("checked-of", counts)) ". " (frame.say("checks-lead")) }
        (filter(frame, &frame.to(&["checks"]), &filters, *chosen != Filter::default()))
        @if table.rows.is_empty() {
            (empty(&frame.say("filter-nothing"), &frame.say("filter-nothing-text"), None))
        } @else {
            (table.html())
            (table.export(frame, &(frame.to(&["checks.csv"]) + &query(&fields))))
        }
    };
    Page::new(Section::Checks, frame.say("nav-checks"), content)
}

/// One check; none if the catalogue does not know it.
pub fn check(frame: &Frame<'_>, assessment: &Assessment, catalog: &Catalog, id: &str) -> Option<Page> {
    let check = catalog.checks.get(id)?;
    let lang = frame.lang();
    let results: Vec<&CheckResult> = assessment.results.iter().filter(|result| result.check == id).collect();
    let content = html! {
        div .detail {
            div .flow {
                section .block aria-labelledby="why" {
                    h2 #why { (frame.say("check-why")) }
                    p { (prose(check.why.get(lang))) }
                }
                section .block aria-labelledby="results" {
                    h2 #results { (frame.say("check-results")) }
                    @if results.is_empty() { p { (frame.say("check-nowhere")) } } @else { (by_device(frame, assessment, &results).html()) }
                }
            }
            aside aria-label=(frame.say("check-about")) {
                section .card aria-labelledby="about" {
                    h2 #about { (frame.say("check-about")) }
                    dl .facts.one {
                        dt { (frame.say("html-area")) } dd { (frame.texts.word("area", check.area)) }
                        dt { (frame.say("html-severity")) } dd { (frame.texts.word("severity", check.severity)) }
                        dt { (frame.say("html-confidence")) } dd { (frame.texts.word("confidence", check.confidence)) }
                        dt { (frame.say("html-id")) } dd .hash { code { (check.id) } }
                        @if let Some(measure) = catalog.measures.get(&check.measure) {
                            dt { (frame.say("measure")) } dd { (measure.title.get(lang)) }
                        }
                    }
                    (requirements(frame, catalog, &check.sources))
                }
            }
        }
    };
    let page = Page::new(Section::Checks, check.topic.get(lang), content);
    Some(page.below(frame.to(&["checks"]), frame.say("nav-checks")))
}

fn by_device(frame: &Frame<'_>, assessment: &Assessment, results: &[&CheckResult]) -> Table {
    let columns = ["html-device", "check-verdict", "check-reason"];
    let mut table = Table::new(frame.say("check-results"), &columns.map(|key| frame.say(key)));
    for result in results {
        let reason = result.cause.or(result.reason).filter(|_| result.verdict == Verdict::Unknown);
        let why = reason.map_or_else(String::new, |reason: UnknownReason| {
            let place = overview::place_of(assessment, &result.subject);
            format!("{}. {}", frame.texts.reason(place, reason), frame.texts.word("help", reason))
        });
        let name = overview::subject_name(assessment, &result.subject);
        table.rows.push(vec![
            Cell::link(&frame.to(&["devices", &result.subject.0]), name),
            Cell::shown(frame.texts.word("verdict", result.verdict), verdict(frame, result.verdict)),
            Cell::text(why),
        ]);
    }
    table
}

fn requirements(frame: &Frame<'_>, catalog: &Catalog, sources: &[String]) -> Markup {
    let title = |id: &str| {
        catalog.requirements().find(|known| known.id == id).map(|known| known.title.get(frame.lang()).to_owned())
    };
    html! {
        @if !sources.is_empty() {
            h3 .apart { (frame.say("html-related")) }
            ul .plain {
                @for id in sources {
                    li {
                        a href={ (frame.to(&["requirements"])) "#" (id) } { (id) }
                        @if let Some(title) = title(id) { span .small { (title) } }
                    }
                }
            }
        }
    }
}
