//! Open findings as cards: what was seen, what it means, what to do in three voices, and the evidence.
//!
//! Details are folded on a screen and open on paper.

use super::first::work_line;
use super::{Page, badge, prose};
use crate::evidence;
use crate::overview::{self, Group};
use maud::{Markup, html};
use visite_facts::{Evidence, Finding, FindingState, Measure, Text};

/// Most titles at the head of one card.
const TITLES: usize = 3;

/// Most places that stand open on a card.
const PLACES: usize = 8;

/// All cards, most urgent first.
pub fn findings(page: &Page<'_>) -> Markup {
    html! {
        section #findings .part aria-labelledby="findings-title" {
            h2 #findings-title { (page.texts.say("html-findings")) }
            @if page.groups.is_empty() {
                p .lead { (page.texts.say("html-no-findings")) }
            } @else {
                @if page.options.scan.is_some() { p .lead { (page.texts.say("scan-terms")) } }
                div .cards { @for (index, group) in page.groups.iter().enumerate() { (card(page, index + 1, group)) } }
            }
        }
    }
}

fn card(page: &Page<'_>, number: usize, group: &Group<'_>) -> Markup {
    let lang = page.options.lang;
    let id = format!("finding-{number}");
    let planned = overview::measure_of(page.assessment, group.first());
    let headings = overview::headings(page.assessment, &group.findings, lang);
    // Titles that stand again above their places need not all stand at the head.
    let shown =
        if headings.len() > 1 && headings.iter().all(|heading| !heading.places.is_empty()) { 1 } else { TITLES };
    let whys: Vec<&str> = different(group.findings.iter().map(|finding| finding.why.get(lang)));
    html! {
        article #(id) class={ "card " (group.urgency) "-edge" } aria-labelledby={ (id) "-title" } {
            div .head {
                h3 #{ (id) "-title" } {
                    @for heading in headings.iter().take(shown) { span { (heading.titled()) } }
                    @if headings.len() > shown {
                        span .small { (page.texts.fill("html-same-kind", [("n", (headings.len() - shown).into())])) }
                    }
                }
                (badge(page, group.urgency))
            }
            (places(page, &headings))
            p .why { (prose(whys.first().copied().unwrap_or_default()))
                @if whys.len() > 1 { " " (page.texts.say("same-for-others")) } }
            (life(page, group))
            p .note {
                (page.texts.say("label-evidence")) ": "
                (evidence::brief(page.texts, &page.calendar, &group.first().evidence))
            }
            @if let Some(planned) = planned {
                div .todo {
                    p .label { (page.texts.say("html-do")) }
                    p .action { (prose(planned.measure.action.get(lang))) }
                    p .meta { (work_line(page, planned)) }
                }
            }
            div .voices {
                @if let Some(planned) = planned { (voices(page, &planned.measure)) }
                (evidence_details(page, &group.findings))
            }
            (small_print(page, group))
        }
    }
}

/// Where the same was seen; many places are folded.
fn places(page: &Page<'_>, headings: &[overview::Heading<'_>]) -> Markup {
    let headings: Vec<_> = headings.iter().filter(|heading| !heading.places.is_empty()).collect();
    let count: usize = headings.iter().map(|heading| heading.places.len()).sum();
    let list = html! {
        @for heading in &headings {
            @if headings.len() > 1 { p .small { (heading.title) } }
            ul .places { @for place in &heading.places { li { (place) } } }
        }
    };
    html! {
        @if count > PLACES {
            details .where { summary { (page.texts.fill("html-places", [("n", count.into())])) } div .body { (list) } }
        } @else if count > 0 {
            div .where { p .label { (page.texts.say("label-where")) } (list) }
        }
    }
}

fn different<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = Vec::new();
    for text in texts {
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen
}

/// What happened to the findings before, where that matters.
fn life(page: &Page<'_>, group: &Group<'_>) -> Markup {
    let reopened = group.findings.iter().any(|finding| finding.state == FindingState::Reopened);
    let not_seen = group.findings.iter().find_map(|finding| finding.not_seen_again.map(|reason| (finding, reason)));
    html! {
        @if reopened { p .note { (page.texts.say("reopened-line")) } }
        @if let Some((finding, reason)) = not_seen {
            @let reason = page.texts.reason(overview::place_of(page.assessment, &finding.subject), reason);
            @let when = page.calendar.when(finding.last_seen);
            p .note { (page.texts.fill("not-seen-again-line", [("reason", reason.into()), ("when", when.into())])) }
        }
    }
}

fn voices(page: &Page<'_>, measure: &Measure) -> Markup {
    let say = |key| page.texts.say(key);
    let text = |text: &Text| prose(text.get(page.options.lang));
    let provider = &measure.provider;
    html! {
        details { summary { (say("html-voice-owner")) } div .body { p { (text(&measure.owner)) } } }
        details { summary { (say("html-voice-team")) } div .body { p { (text(&measure.team)) } } }
        details {
            summary { (say("html-voice-provider")) }
            div .body {
                @if !provider.steps.is_empty() {
                    div { h4 { (say("html-steps")) } ol { @for step in &provider.steps { li { (text(step)) } } } }
                }
                @if !provider.script.is_empty() {
                    div { h4 { (say("html-script")) } pre tabindex="0" { code { (provider.script.trim_end()) } } }
                }
                div { h4 { (say("html-verify")) } p { (text(&provider.verify)) } }
                div { h4 { (say("html-rollback")) } p { (text(&provider.rollback)) } }
            }
        }
    }
}

fn evidence_details(page: &Page<'_>, findings: &[&Finding]) -> Markup {
    let say = |key| page.texts.say(key);
    let several = page.assessment.subjects.len() > 1;
    html! {
        details {
            summary { (say("html-evidence")) }
            div .body {
                table .evidence.stack {
                    thead {
                        tr {
                            th scope="col" { (say("html-evidence-what")) }
                            th scope="col" { (say("html-evidence-value")) }
                            th scope="col" { (say("html-evidence-when")) }
                            th scope="col" { (say("html-evidence-source")) }
                        }
                    }
                    tbody {
                        @for finding in findings {
                            @let place = overview::subject_name(page.assessment, &finding.subject);
                            @for item in &finding.evidence { (evidence_row(page, item, several.then_some(place))) }
                        }
                    }
                }
            }
        }
    }
}

fn evidence_row(page: &Page<'_>, item: &Evidence, place: Option<&str>) -> Markup {
    let (thing, field) = evidence::what(page.texts, item);
    html! {
        tr {
            td {
                @if let Some(place) = place { (place) ": " }
                (thing) @if let Some(field) = field { " · " (field) }
                span .small { code { (item.field) } }
            }
            td { strong { (evidence::value(page.texts, &page.calendar, item)) } }
            td .time { @if let Some(seen) = item.observed_at { (page.calendar.when(seen)) } @else { "–" } }
            td { (page.texts.word("basis", item.basis)) span .small { code { (item.source) } } }
        }
    }
}

fn small_print(page: &Page<'_>, group: &Group<'_>) -> Markup {
    let finding = group.first();
    let since = group.findings.iter().map(|finding| finding.first_seen).min().unwrap_or(finding.first_seen);
    let sources = different(group.findings.iter().flat_map(|finding| finding.sources.iter().map(String::as_str)));
    html! {
        dl .facts {
            dt { (page.texts.say("html-severity")) } dd { (severity(page, finding)) }
            dt { (page.texts.say("html-confidence")) } dd { (page.texts.word("confidence", finding.confidence)) }
            dt { (page.texts.say("html-since")) } dd { (page.calendar.when(since)) }
            @if !sources.is_empty() { dt { (page.texts.say("html-related")) } dd { (sources.join(", ")) } }
            dt { (page.texts.say("html-id")) } dd { code { (finding.check) } }
        }
    }
}

/// Both severities where the subject makes the gap worse or better than the check says.
fn severity(page: &Page<'_>, finding: &Finding) -> String {
    let effective = page.texts.word("severity", finding.effective_severity);
    if finding.effective_severity == finding.severity {
        return effective;
    }
    let own = page.texts.word("severity", finding.severity);
    page.texts.fill("severity-pair", [("effective", effective.into()), ("own", own.into())])
}
