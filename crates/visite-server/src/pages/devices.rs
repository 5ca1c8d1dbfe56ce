//! Devices of the practice: computers with an agent, and what was seen over the network.

use super::forms::{Choice, empty, filter, search_field, select};
use super::frame::{Frame, Page, Section};
use super::links::query;
use super::states::worst;
use super::table::{Cell, Table};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;
use visite_facts::scan::{ScanSection, ScannedHost};
use visite_facts::{AssessedSubject, Assessment, SubjectId, SubjectKind, Verdict};
use visite_report::network;
use visite_report::overview::{self, Urgency};

/// What the list is narrowed to and how it is sorted, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct Filter {
    /// A word that name, description or address has to hold.
    pub q: String,
    /// `agent` or `network`: how it is looked at.
    pub seen: String,
    /// `urgency` (if empty), `name`, `oldest`.
    pub sort: String,
}

/// What the page shows.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The newest judgement.
    pub assessment: &'a Assessment,
    /// The newest scan, if there was one.
    pub scan: Option<&'a ScanSection>,
    /// What the list is narrowed to.
    pub filter: &'a Filter,
}

/// Whether a subject is a thing that stands somewhere.
pub fn is_device(kind: SubjectKind) -> bool {
    matches!(kind, SubjectKind::Host | SubjectKind::Device | SubjectKind::Service)
}

/// What the scan saw of a subject.
pub fn scanned<'a>(scan: Option<&'a ScanSection>, subject: &SubjectId) -> Option<&'a ScannedHost> {
    scan?.hosts.iter().find(|host| host.subject == *subject)
}

/// What stands below a device's name: system, or kind and address.
pub fn description(frame: &Frame<'_>, assessed: &AssessedSubject, host: Option<&ScannedHost>) -> String {
    match host {
        Some(host) => {
            let class = network::class(frame.texts, host.class);
            [vec![class], network::make(host)].concat().join(" · ")
        }
        None if assessed.description.is_empty() => frame.texts.word("kind", assessed.subject.kind),
        None => assessed.description.clone(),
    }
}

/// Points and open findings of one subject.
struct Counts {
    points: usize,
    checked: usize,
    open: usize,
    urgency: Option<Urgency>,
}

fn counts(assessment: &Assessment) -> BTreeMap<&SubjectId, Counts> {
    let mut all: BTreeMap<&SubjectId, Counts> = BTreeMap::new();
    let nothing = || Counts { points: 0, checked: 0, open: 0, urgency: None };
    for result in assessment.results.iter().filter(|result| result.verdict != Verdict::NotApplicable) {
        let counts = all.entry(&result.subject).or_insert_with(nothing);
        counts.points += 1;
        counts.checked += usize::from(result.verdict != Verdict::Unknown);
    }
    for finding in assessment.findings.iter().filter(|finding| overview::is_open(finding)) {
        let counts = all.entry(&finding.subject).or_insert_with(nothing);
        let urgency = Urgency::from(finding.effective_severity);
        counts.open += 1;
        counts.urgency = Some(counts.urgency.map_or(urgency, |known| known.min(urgency)));
    }
    all
}

/// All devices that the filter leaves, as a table.
pub fn table(frame: &Frame<'_>, view: &View<'_>) -> Table {
    let View { assessment, scan, filter } = view;
    let columns = ["html-device", "html-device-kind", "html-state", "html-checked", "device-seen"];
    let mut table = Table::new(frame.say("html-devices"), &columns.map(|key| frame.say(key)));
    let all = counts(assessment);
    let wanted = filter.q.trim().to_lowercase();
    let mut devices: Vec<(&AssessedSubject, Option<&ScannedHost>)> = assessment
        .subjects
        .iter()
        .filter(|assessed| is_device(assessed.subject.kind))
        .map(|assessed| (assessed, scanned(*scan, &assessed.subject.id)))
        .filter(|(assessed, _)| match filter.seen.as_str() {
            "agent" => assessed.subject.kind == SubjectKind::Host,
            "network" => assessed.subject.kind != SubjectKind::Host,
            _ => true,
        })
        .filter(|(assessed, host)| {
            let address = host.map(|host| host.address.to_string()).unwrap_or_default();
            let texts = [&assessed.subject.name, &description(frame, assessed, *host), &address];
            wanted.is_empty() || texts.iter().any(|text| text.to_lowercase().contains(&wanted))
        })
        .collect();
    let by_name = |assessed: &AssessedSubject| assessed.subject.name.to_lowercase();
    match filter.sort.as_str() {
        "name" => devices.sort_by_cached_key(|(assessed, _)| by_name(assessed)),
        "oldest" => devices.sort_by_key(|(assessed, _)| assessed.observed_at),
        _ => devices.sort_by_cached_key(|(assessed, _)| {
            // No urgency at all comes last.
            let urgency = all.get(&assessed.subject.id).and_then(|counts| counts.urgency);
            (urgency.is_none(), urgency, by_name(assessed))
        }),
    }
    for (assessed, host) in devices {
        let subject = &assessed.subject;
        let known = all.get(&subject.id);
        let (points, checked) = known.map_or((0, 0), |counts| (counts.points, counts.checked));
        let (word, shown) = worst(frame, known.and_then(|counts| counts.urgency), checked > 0);
        let open = known.map_or(0, |counts| counts.open);
        let gaps = if open > 0 { frame.count("html-findings-count", open) } else { String::new() };
        let address = host.map(|host| host.address.to_string()).filter(|address| *address != subject.name);
        table.rows.push(vec![
            Cell::link(&frame.to(&["devices", &subject.id.0]), subject.name.as_str())
                .with_note(address.unwrap_or_default()),
            Cell::text(description(frame, assessed, host)),
            Cell::shown(word, shown).with_note(gaps),
            Cell::number(frame.texts.fill("html-of", [("checked", checked.into()), ("points", points.into())])),
            Cell::time(frame.calendar.when(assessed.observed_at)),
        ]);
    }
    table
}

/// The page.
pub fn page(frame: &Frame<'_>, view: &View<'_>) -> Page {
    let table = table(frame, view);
    let filter = view.filter;
    let file = frame.to(&["devices.csv"]) + &query(&[("q", &filter.q), ("seen", &filter.seen), ("sort", &filter.sort)]);
    let content = html! {
        (filters(frame, filter))
        @if table.rows.is_empty() {
            (nothing(frame, filter))
        } @else {
            p .lead aria-live="polite" { (frame.count("devices-count", table.rows.len())) }
            (table.html())
            (table.export(frame, &file))
        }
    };
    let action = html! {
        @if frame.may.connect { a .button href=(frame.to(&["agents"])) { (frame.say("agents-add")) } }
    };
    Page::new(Section::Devices, frame.say("html-devices"), content).beside(action)
}

fn nothing(frame: &Frame<'_>, filter: &Filter) -> Markup {
    if *filter != Filter::default() {
        return empty(&frame.say("filter-nothing"), &frame.say("filter-nothing-text"), None);
    }
    let (address, action) = (frame.to(&["agents"]), frame.say("agents-add"));
    empty(&frame.say("devices-none"), &frame.say("devices-none-text"), Some((&address, &action)))
}

fn filters(frame: &Frame<'_>, chosen: &Filter) -> Markup {
    let pair = |value: &str, key: &str| -> Choice { (value.to_owned(), frame.say(key)) };
    let seen = [pair("", "devices-all"), pair("agent", "devices-agent"), pair("network", "devices-network")];
    let sorts = [pair("", "sort-urgency"), pair("name", "sort-name"), pair("oldest", "sort-seen")];
    let fields = html! {
        (search_field("f-q", &frame.say("filter-word"), &chosen.q))
        (select("f-seen", "seen", &frame.say("devices-how"), &chosen.seen, &seen))
        (select("f-sort", "sort", &frame.say("sort"), &chosen.sort, &sorts))
    };
    filter(frame, &frame.to(&["devices"]), &fields, *chosen != Filter::default())
}
