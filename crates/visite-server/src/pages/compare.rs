//! Two rounds side by side: what is new, what is gone, what changed.
//!
//! Nothing here calls a gap closed because it was not looked at: what the later round did not measure stands apart.

use super::devices::is_device;
use super::frame::{Frame, Page, Section};
use super::states::finding_badge;
use maud::{Markup, html};
use std::collections::BTreeMap;
use visite_facts::{AssessedSubject, Assessment, Finding, FindingState};
use visite_report::overview;

/// What is different between two judgements.
pub struct Comparison<'a> {
    /// Open now and not open before.
    pub new: Vec<&'a Finding>,
    /// Open before and seen closed since.
    pub fixed: Vec<&'a Finding>,
    /// Open before, and since then someone answers for the risk.
    pub accepted: Vec<&'a Finding>,
    /// Open both times, but worse or better, or resting on other values: before and now.
    pub changed: Vec<(&'a Finding, &'a Finding)>,
    /// Open before, and the later round could not tell.
    pub not_measured: Vec<&'a Finding>,
    /// Open both times, unchanged.
    pub unchanged: usize,
    /// Devices that are in the later one only.
    pub new_devices: Vec<&'a AssessedSubject>,
    /// Devices that are in the earlier one only.
    pub gone_devices: Vec<&'a AssessedSubject>,
}

/// Compares two judgements of one practice.
pub fn compare<'a>(from: &'a Assessment, to: &'a Assessment) -> Comparison<'a> {
    let by_id = |assessment: &'a Assessment| -> BTreeMap<&'a str, &'a Finding> {
        assessment.findings.iter().map(|finding| (finding.id.as_str(), finding)).collect()
    };
    let (before, now) = (by_id(from), by_id(to));
    let mut comparison = Comparison {
        new: Vec::new(),
        fixed: Vec::new(),
        accepted: Vec::new(),
        changed: Vec::new(),
        not_measured: Vec::new(),
        unchanged: 0,
        new_devices: only_in(to, from),
        gone_devices: only_in(from, to),
    };
    for finding in to.findings.iter().filter(|finding| overview::is_open(finding)) {
        match before.get(finding.id.as_str()).filter(|earlier| overview::is_open(earlier)) {
            None => comparison.new.push(finding),
            Some(_) if finding.not_seen_again.is_some() => comparison.not_measured.push(finding),
            Some(earlier) if is_changed(earlier, finding) => comparison.changed.push((earlier, finding)),
            Some(_) => comparison.unchanged += 1,
        }
    }
    for earlier in from.findings.iter().filter(|finding| overview::is_open(finding)) {
        match now.get(earlier.id.as_str()) {
            None => comparison.not_measured.push(earlier),
            Some(finding) if finding.state == FindingState::Fixed => comparison.fixed.push(finding),
            Some(finding) if finding.state == FindingState::Accepted => comparison.accepted.push(finding),
            Some(_) => {}
        }
    }
    comparison
}

fn is_changed(earlier: &Finding, now: &Finding) -> bool {
    let values = |finding: &Finding| -> Vec<_> {
        finding.evidence.iter().map(|item| (item.field.clone(), item.value.clone(), item.unknown)).collect()
    };
    earlier.effective_severity != now.effective_severity || earlier.title != now.title || values(earlier) != values(now)
}

fn only_in<'a>(one: &'a Assessment, other: &Assessment) -> Vec<&'a AssessedSubject> {
    let is_missing = |assessed: &&AssessedSubject| {
        is_device(assessed.subject.kind) && overview::subject(other, &assessed.subject.id).is_none()
    };
    one.subjects.iter().filter(is_missing).collect()
}

/// The page.
pub fn page(frame: &Frame<'_>, from: &Assessment, to: &Assessment) -> Page {
    let comparison = compare(from, to);
    let Comparison { new, fixed, accepted, changed, not_measured, .. } = &comparison;
    let now: Vec<&Finding> = changed.iter().map(|(_, now)| *now).collect();
    let counts = |assessment: &Assessment| {
        let counts = [("checked", assessment.summary.checked.into()), ("points", assessment.summary.points.into())];
        frame.texts.fill("checked-of", counts)
    };
    let content = html! {
        table .list.two {
            caption .unseen { (frame.say("compare-title")) }
            thead { tr {
                th scope="col" { (frame.say("round-when")) }
                th scope="col" { (frame.say("html-checked")) }
                th scope="col" { (frame.say("html-findings")) }
            } }
            tbody {
                @for assessment in [from, to] {
                    @let open = assessment.findings.iter().filter(|finding| overview::is_open(finding)).count();
                    tr {
                        th scope="row" { (frame.calendar.when(assessment.round.at)) }
                        td data-label=(frame.say("html-checked")) { div { (counts(assessment)) } }
                        td data-label=(frame.say("html-findings")) { div { (frame.count("findings-count", open)) } }
                    }
                }
            }
        }
        p .lead.below { (frame.count("compare-unchanged", comparison.unchanged)) }
        (group(frame, to, "compare-new", "compare-new-none", new, None))
        (group(frame, to, "compare-fixed", "compare-fixed-none", fixed, None))
        (group(frame, to, "compare-changed", "compare-changed-none", &now, Some(changed)))
        @if !accepted.is_empty() { (group(frame, to, "compare-accepted", "compare-fixed-none", accepted, None)) }
        @if !not_measured.is_empty() {
            (group(frame, to, "compare-not-measured", "compare-fixed-none", not_measured, None))
        }
        (devices(frame, "compare-new-devices", &comparison.new_devices))
        (devices(frame, "compare-gone-devices", &comparison.gone_devices))
    };
    Page::new(Section::Rounds, frame.say("compare-title"), content)
        .below(frame.to(&["rounds"]), frame.say("nav-rounds"))
}

fn group(
    frame: &Frame<'_>,
    assessment: &Assessment,
    title: &str,
    none: &str,
    findings: &[&Finding],
    before: Option<&[(&Finding, &Finding)]>,
) -> Markup {
    html! {
        section .block aria-labelledby=(title) {
            h2 id=(title) { (frame.say(title)) " (" (findings.len()) ")" }
            @if findings.is_empty() { p .sub { (frame.say(none)) } }
            ul .plain {
                @for (index, finding) in findings.iter().enumerate() {
                    li .row {
                        span {
                            a href=(frame.to(&["findings", &finding.id])) { (finding.title.get(frame.lang())) }
                            span .small { (overview::subject_name(assessment, &finding.subject)) }
                            @if let Some((earlier, _)) = before.and_then(|before| before.get(index)).filter(|(earlier, now)| earlier.title != now.title) {
                                span .small { (frame.texts.fill("compare-before", [("title", earlier.title.get(frame.lang()).into())])) }
                            }
                        }
                        (finding_badge(frame, finding))
                    }
                }
            }
        }
    }
}

fn devices(frame: &Frame<'_>, title: &str, devices: &[&AssessedSubject]) -> Markup {
    html! {
        @if !devices.is_empty() {
            section .block aria-labelledby=(title) {
                h2 id=(title) { (frame.say(title)) " (" (devices.len()) ")" }
                ul .plain {
                    @for assessed in devices { li { (assessed.subject.name) span .small { (assessed.description) } } }
                }
            }
        }
    }
}
