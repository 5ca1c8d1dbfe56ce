//! Findings as a list that can be narrowed and sorted.

use super::forms::{Choice, empty, filter, search_field, select};
use super::frame::{Frame, Page, Section};
use super::links::query;
use super::states::finding_cell;
use super::table::{Cell, Table};
use maud::{Markup, html};
use serde::Deserialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use visite_facts::{Area, Assessment, Finding, FindingState, Word};
use visite_report::overview::{self, Urgency};

/// Rows on one page.
const ROWS: usize = 100;

/// What the list is narrowed to and how it is sorted, as it stands in the address. What is not understood counts as not
/// said.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct Filter {
    /// A word that title, device or check has to hold.
    pub q: String,
    /// An area's word.
    pub area: String,
    /// An urgency's word.
    pub urgency: String,
    /// `open` (if empty), `accepted`, `fixed`, `all`.
    pub state: String,
    /// A subject's id.
    pub device: String,
    /// `mine` for those assigned to the reader, `nobody` for those assigned to nobody.
    pub assigned: String,
    /// `urgency` (if empty), `newest`, `oldest`, `device`.
    pub sort: String,
    /// Page of the list, from 1.
    pub page: usize,
}

/// What the page shows.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The newest judgement.
    pub assessment: &'a Assessment,
    /// Who each finding is assigned to: finding to name.
    pub assigned: &'a BTreeMap<String, String>,
    /// What the list is narrowed to.
    pub filter: &'a Filter,
}

impl Filter {
    fn is_narrow(&self) -> bool {
        *self != Self { page: self.page, ..Self::default() }
    }

    fn address(&self, frame: &Frame<'_>, file: &str, page: usize) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        let fields = [
            ("q", self.q.as_str()),
            ("area", &self.area),
            ("urgency", &self.urgency),
            ("state", &self.state),
            ("device", &self.device),
            ("assigned", &self.assigned),
            ("sort", &self.sort),
            ("page", &page),
        ];
        frame.to(&[file]) + &query(&fields)
    }
}

/// The findings that the filter leaves, in its order.
pub fn selected<'a>(frame: &Frame<'_>, view: &View<'a>) -> Vec<&'a Finding> {
    let View { assessment, assigned, filter } = view;
    let wanted = filter.q.trim().to_lowercase();
    let area = Area::from_word(&filter.area);
    let urgency = Urgency::from_word(&filter.urgency);
    let me = frame.account.map_or("", |account| account.name);
    let mut findings: Vec<&Finding> = assessment
        .findings
        .iter()
        .filter(|finding| match filter.state.as_str() {
            "accepted" => finding.state == FindingState::Accepted,
            "fixed" => finding.state == FindingState::Fixed,
            "all" => true,
            _ => overview::is_open(finding),
        })
        .filter(|finding| area.is_none_or(|area| finding.area == area))
        .filter(|finding| urgency.is_none_or(|urgency| Urgency::from(finding.effective_severity) == urgency))
        .filter(|finding| filter.device.is_empty() || finding.subject.0 == filter.device)
        .filter(|finding| match filter.assigned.as_str() {
            "mine" => assigned.get(&finding.id).is_some_and(|name| name == me),
            "nobody" => !assigned.contains_key(&finding.id),
            _ => true,
        })
        .filter(|finding| {
            let device = overview::subject_name(assessment, &finding.subject);
            let texts = [finding.title.get(frame.lang()), device, &finding.check];
            wanted.is_empty() || texts.iter().any(|text| text.to_lowercase().contains(&wanted))
        })
        .collect();
    match filter.sort.as_str() {
        "newest" => findings.sort_by_key(|finding| Reverse(finding.first_seen)),
        "oldest" => findings.sort_by_key(|finding| finding.first_seen),
        "device" => findings.sort_by_key(|finding| overview::subject_name(assessment, &finding.subject).to_lowercase()),
        _ => findings.sort_by_key(|finding| Reverse(finding.effective_severity)),
    }
    findings
}

/// All findings that the filter leaves, as a table.
pub fn table(frame: &Frame<'_>, view: &View<'_>) -> Table {
    rows(frame, view, &selected(frame, view))
}

fn rows(frame: &Frame<'_>, view: &View<'_>, findings: &[&Finding]) -> Table {
    let columns = ["finding", "html-state", "html-device", "html-area", "first-seen", "assigned-to"];
    let mut table = Table::new(frame.say("html-findings"), &columns.map(|key| frame.say(key)));
    for finding in findings {
        let name = overview::subject_name(view.assessment, &finding.subject);
        let assigned = view.assigned.get(&finding.id).map_or_else(|| "–".to_owned(), Clone::clone);
        table.rows.push(vec![
            Cell::link(&frame.to(&["findings", &finding.id]), finding.title.get(frame.lang())),
            finding_cell(frame, finding),
            Cell::link(&frame.to(&["devices", &finding.subject.0]), name),
            Cell::text(frame.texts.word("area", finding.area)),
            Cell::number(frame.calendar.day_of(finding.first_seen)),
            Cell::text(assigned),
        ]);
    }
    table
}

/// The page.
pub fn page(frame: &Frame<'_>, view: &View<'_>) -> Page {
    let findings = selected(frame, view);
    let pages = findings.len().div_ceil(ROWS).max(1);
    let number = view.filter.page.clamp(1, pages);
    let shown: Vec<&Finding> = findings.iter().skip((number - 1) * ROWS).take(ROWS).copied().collect();
    let table = rows(frame, view, &shown);
    let content = html! {
        (filters(frame, view))
        @if findings.is_empty() {
            (nothing(frame, view))
        } @else {
            p .lead aria-live="polite" { (frame.count("findings-count", findings.len())) }
            (table.html())
            (pager(frame, view.filter, number, pages))
            (table.export(frame, &view.filter.address(frame, "findings.csv", 1)))
        }
    };
    Page::new(Section::Findings, frame.say("html-findings"), content)
}

fn nothing(frame: &Frame<'_>, view: &View<'_>) -> Markup {
    if view.filter.is_narrow() {
        return empty(&frame.say("filter-nothing"), &frame.say("filter-nothing-text"), None);
    }
    let summary = &view.assessment.summary;
    let counts = [("checked", summary.checked.into()), ("points", summary.points.into())];
    let address = frame.to(&["checks"]) + "?verdict=unknown";
    let action = frame.say("start-see-open");
    let open = summary.checked < summary.points;
    let text = frame.texts.fill("findings-none-text", counts);
    empty(&frame.say("html-sentence-clean"), &text, open.then_some((address.as_str(), action.as_str())))
}

fn filters(frame: &Frame<'_>, view: &View<'_>) -> Markup {
    let chosen = view.filter;
    let any = |key: &str| (String::new(), frame.say(key));
    let words = |list: &str, words: &[&str]| -> Vec<Choice> {
        words.iter().map(|word| ((*word).to_owned(), frame.say(&format!("{list}-{word}")))).collect()
    };
    let with_any = |key: &str, more: Vec<Choice>| [vec![any(key)], more].concat();
    let mut devices: Vec<Choice> = view
        .assessment
        .subjects
        .iter()
        .filter(|assessed| view.assessment.findings.iter().any(|finding| finding.subject == assessed.subject.id))
        .map(|assessed| (assessed.subject.id.0.clone(), assessed.subject.name.clone()))
        .collect();
    devices.sort_by(|one, other| one.1.cmp(&other.1));
    let pair = |value: &str, key: &str| (value.to_owned(), frame.say(key));
    let states = vec![
        any("filter-open"),
        pair("accepted", "state-accepted"),
        pair("fixed", "state-fixed"),
        pair("all", "filter-all"),
    ];
    let assigned = vec![any("filter-anybody"), pair("mine", "filter-mine"), pair("nobody", "filter-nobody")];
    let sorts = vec![
        any("sort-urgency"),
        pair("newest", "sort-newest"),
        pair("oldest", "sort-oldest"),
        pair("device", "sort-device"),
    ];
    let fields = html! {
        (search_field("f-q", &frame.say("filter-word"), &chosen.q))
        (select("f-area", "area", &frame.say("html-area"), &chosen.area, &with_any("filter-every-area", words("area", Area::ALL))))
        (select("f-urgency", "urgency", &frame.say("urgency"), &chosen.urgency, &with_any("filter-every-urgency", words("urgency", Urgency::ALL))))
        (select("f-state", "state", &frame.say("html-state"), &chosen.state, &states))
        (select("f-device", "device", &frame.say("html-device"), &chosen.device, &with_any("filter-every-device", devices)))
        (select("f-assigned", "assigned", &frame.say("assigned-to"), &chosen.assigned, &assigned))
        (select("f-sort", "sort", &frame.say("sort"), &chosen.sort, &sorts))
    };
    filter(frame, &frame.to(&["findings"]), &fields, chosen.is_narrow())
}

fn pager(frame: &Frame<'_>, filter: &Filter, number: usize, pages: usize) -> Markup {
    let address = |page: usize| filter.address(frame, "findings", page);
    html! {
        @if pages > 1 {
            nav .pager aria-label=(frame.say("pager-label")) {
                @if number > 1 { a href=(address(number - 1)) rel="prev" { (frame.say("pager-back")) } }
                span { (frame.texts.fill("pager", [("page", number.into()), ("pages", pages.into())])) }
                @if number < pages { a href=(address(number + 1)) rel="next" { (frame.say("pager-on")) } }
            }
        }
    }
}
