//! One device: what it is, what is open, what was not checked and how to get it, what is good.

use super::agents;
use super::devices::{description, scanned};
use super::frame::{Frame, Page, Section};
use super::states::{self, finding_cell, verdict};
use super::table::{Cell, Table};
use jiff::Timestamp;
use maud::{Markup, html};
use std::collections::BTreeMap;
use visite_facts::scan::{ScanSection, ScannedHost};
use visite_facts::{AssessedSubject, Assessment, CheckResult, Finding, UnknownReason, Verdict};
use visite_report::html::Icon;
use visite_report::{network, overview};

/// What the page shows.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The newest judgement.
    pub assessment: &'a Assessment,
    /// The device.
    pub subject: &'a AssessedSubject,
    /// The newest scan, if there was one.
    pub scan: Option<&'a ScanSection>,
    /// The agent on it, if there is one.
    pub agent: Option<&'a agents::Agent>,
}

/// The page.
pub fn page(frame: &Frame<'_>, view: &View<'_>) -> Page {
    let View { assessment, subject, .. } = view;
    let id = &subject.subject.id;
    let own = |finding: &&Finding| finding.subject == *id;
    let (open, other): (Vec<&Finding>, Vec<&Finding>) =
        assessment.findings.iter().filter(own).partition(|finding| overview::is_open(finding));
    let results: Vec<&CheckResult> = assessment.results.iter().filter(|result| result.subject == *id).collect();
    // Where nothing was judged, no gap is no good news.
    let is_judged = results.iter().any(|result| matches!(result.verdict, Verdict::Pass | Verdict::Fail));
    let host = scanned(view.scan, id);
    let content = html! {
        div .detail {
            div .flow {
                section .block aria-labelledby="open" {
                    h2 #open { (frame.say("device-open")) }
                    @if open.is_empty() {
                        p { (frame.say(if is_judged { "html-sentence-clean" } else { "html-sentence-nothing" })) }
                    } @else {
                        (findings(frame, &open, "device-open").html())
                    }
                }
                @if let Some(host) = host { (services(frame, host)) }
                (not_checked(frame, view, &results))
                (points(frame, &results))
                @if !other.is_empty() {
                    section .block aria-labelledby="closed" {
                        h2 #closed { (frame.say("device-closed")) }
                        (findings(frame, &other, "device-closed").html())
                    }
                }
            }
            aside aria-label=(frame.say("device-about")) { (about(frame, view, host)) }
        }
    };
    Page::new(Section::Devices, subject.subject.name.as_str(), content)
        .below(frame.to(&["devices"]), frame.say("html-devices"))
}

/// The page of something that the newest judgement does not know: gone, not judged yet, or known from earlier only.
/// `findings`: what was found on it and is kept.
pub fn not_judged(frame: &Frame<'_>, name: &str, last_seen: Timestamp, kept: &[&Finding]) -> Page {
    let content = html! {
        p .lead { (frame.texts.fill("device-not-judged", [("when", frame.calendar.when(last_seen).into())])) }
        @if !kept.is_empty() {
            section .block aria-labelledby="kept" {
                h2 #kept { (frame.say("device-kept")) }
                (findings(frame, kept, "device-kept").html())
            }
        }
    };
    Page::new(Section::Devices, name, content).below(frame.to(&["devices"]), frame.say("html-devices"))
}

fn findings(frame: &Frame<'_>, findings: &[&Finding], caption: &str) -> Table {
    let columns = ["finding", "html-state", "first-seen"];
    let mut table = Table::new(frame.say(caption), &columns.map(|key| frame.say(key)));
    for finding in findings {
        table.rows.push(vec![
            Cell::link(&frame.to(&["findings", &finding.id]), finding.title.get(frame.lang())),
            finding_cell(frame, finding),
            Cell::number(frame.calendar.day_of(finding.first_seen)),
        ]);
    }
    table
}

fn services(frame: &Frame<'_>, host: &ScannedHost) -> Markup {
    let services = network::services(frame.texts, host);
    html! {
        @if !services.is_empty() {
            section .block aria-labelledby="services" {
                h2 #services { (frame.say("html-device-services")) }
                ul .services { @for service in &services { li { (service) } } }
            }
        }
    }
}

/// What was not checked, by reason, each with what helps.
fn not_checked(frame: &Frame<'_>, view: &View<'_>, results: &[&CheckResult]) -> Markup {
    let place = overview::place_of(view.assessment, &view.subject.subject.id);
    let mut reasons: BTreeMap<UnknownReason, Vec<&CheckResult>> = BTreeMap::new();
    for result in results.iter().filter(|result| result.verdict == Verdict::Unknown) {
        let reason = result.cause.or(result.reason).unwrap_or(UnknownReason::NotCollected);
        reasons.entry(reason).or_default().push(result);
    }
    html! {
        @if !reasons.is_empty() {
            section .block aria-labelledby="unchecked" {
                h2 #unchecked { (frame.say("html-not-checked")) }
                @for (reason, results) in &reasons {
                    div .reason {
                        h3 { (states::state("unknown", Icon::Unknown, &frame.texts.reason(place, *reason))) }
                        p { (frame.texts.word("help", *reason)) }
                        details {
                            summary { (frame.count("html-points", results.len())) }
                            div .body {
                                ul .points {
                                    @for result in results {
                                        li { a href=(frame.to(&["checks", &result.check])) { (result.topic.get(frame.lang())) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Every point with its verdict, folded.
fn points(frame: &Frame<'_>, results: &[&CheckResult]) -> Markup {
    let of = |wanted: Verdict| results.iter().filter(move |result| result.verdict == wanted);
    html! {
        @for (wanted, title) in [(Verdict::Pass, "html-passed"), (Verdict::NotApplicable, "html-not-applicable")] {
            @if of(wanted).next().is_some() {
                details .block {
                    summary { (frame.say(title)) ": " (frame.count("html-points", of(wanted).count())) }
                    div .body {
                        ul .points {
                            @for result in of(wanted) {
                                li {
                                    (verdict(frame, wanted))
                                    a href=(frame.to(&["checks", &result.check])) { (result.topic.get(frame.lang())) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn about(frame: &Frame<'_>, view: &View<'_>, host: Option<&ScannedHost>) -> Markup {
    let subject = view.subject;
    let names: Vec<&str> =
        subject.possible_duplicate.iter().map(|id| overview::subject_name(view.assessment, id)).collect();
    html! {
        section .card aria-labelledby="about" {
            h2 #about { (frame.say("device-about")) }
            dl .facts.one {
                dt { (frame.say("html-device-kind")) } dd { (description(frame, subject, host)) }
                @if let Some(host) = host {
                    dt { (frame.say("device-address")) }
                    dd { @for address in std::iter::once(&host.address).chain(host.addresses.iter().filter(|other| **other != host.address)) { span .line { (address) } } }
                    @if let Some(mac) = &host.mac { dt { (frame.say("device-mac")) } dd { (mac) } }
                }
                dt { (frame.say("device-seen")) } dd { (frame.calendar.when(subject.observed_at)) }
                dt { (frame.say("html-evidence-source")) }
                dd { (frame.say(if view.agent.is_some() { "device-by-agent" } else { "device-by-network" })) }
                @if let Some(agent) = view.agent {
                    dt { (frame.say("agent")) } dd { (agents::state(frame, agent.state)) }
                }
                dt { (frame.say("html-id")) } dd .hash { code { (subject.subject.id.0) } }
            }
            @if !names.is_empty() { p .note { (frame.texts.fill("html-duplicate", [("names", names.join(", ").into())])) } }
        }
    }
}
