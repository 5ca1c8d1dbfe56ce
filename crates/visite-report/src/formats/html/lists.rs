//! Everything after the findings: accepted and fixed, not checked and how to get it, good, requirements, about.
//!
//! Nothing that was looked at, or was not, is left out.

use super::Page;
use super::icons::{Icon, icon};
use crate::overview;
use crate::texts::Place;
use maud::{Markup, html};
use visite_facts::{Area, CheckResult, FindingState, UnknownReason, Verdict, Word};

fn part(page: &Page<'_>, id: &str, title: &str, content: Markup) -> Markup {
    html! {
        section #(id) .part aria-labelledby={ (id) "-title" } {
            h2 #{ (id) "-title" } { (page.texts.say(title)) }
            (content)
        }
    }
}

/// Risks that someone answers for.
pub fn accepted(page: &Page<'_>) -> Markup {
    let findings: Vec<_> = overview::in_state(page.assessment, FindingState::Accepted).collect();
    if findings.is_empty() {
        return html! {};
    }
    let content = html! {
        ul .plain {
            @for finding in findings {
                li {
                    h3 { @for heading in overview::headings(page.assessment, &[finding], page.options.lang) { (heading.line(page.texts)) } }
                    @if let Some(acceptance) = &finding.acceptance {
                        @let until = page.calendar.day(acceptance.until);
                        @let by = acceptance.by.as_str();
                        p .state.accepted {
                            (icon(Icon::Accepted))
                            span { (page.texts.fill("html-accepted-until", [("until", until.into()), ("by", by.into())])) }
                        }
                        p { (page.texts.fill("html-accepted-reason", [("reason", acceptance.reason.as_str().into())])) }
                    }
                    p .small { code { (finding.check) } }
                }
            }
        }
    };
    part(page, "accepted", "html-accepted", content)
}

/// Gaps that were closed lately.
pub fn fixed(page: &Page<'_>) -> Markup {
    let findings: Vec<_> = overview::lately_fixed(page.assessment).collect();
    if findings.is_empty() {
        return html! {};
    }
    let content = html! {
        ul .plain {
            @for finding in findings {
                @let when = page.calendar.when(finding.fixed_at.unwrap_or(page.assessment.round.at));
                li {
                    h3 { @for heading in overview::headings(page.assessment, &[finding], page.options.lang) { (heading.line(page.texts)) } }
                    p .state.good { (icon(Icon::Good)) span { (page.texts.say("html-fixed")) } }
                    p .small { (page.texts.fill("fixed-line", [("when", when.into())])) " · " code { (finding.check) } }
                }
            }
        }
    };
    part(page, "fixed", "html-fixed", content)
}

/// Points that could not be told, by reason, with how to get them.
pub fn not_checked(page: &Page<'_>) -> Markup {
    let reasons = overview::unchecked(page.assessment);
    let unknown: Vec<&CheckResult> = overview::with_verdict(page.assessment, Verdict::Unknown).collect();
    if reasons.is_empty() {
        return part(page, "not-checked", "html-not-checked", html! { p .lead { "–" } });
    }
    let content = html! {
        p .lead { (page.texts.say("html-not-checked-lead")) }
        @for (reason, count) in reasons {
            div .reason {
                h3 .state.unknown {
                    (icon(Icon::Unknown))
                    span { (page.texts.reason(overview::place(page.assessment), reason)) ": " (page.texts.fill("html-points", [("n", count.into())])) }
                }
                p { (how(page, reason)) }
                ul {
                    @for group in by_check(&unknown, |result| result.reason == Some(reason)) { li { (topic(page, &group)) } }
                }
            }
        }
    };
    part(page, "not-checked", "html-not-checked", content)
}

fn how(page: &Page<'_>, reason: UnknownReason) -> String {
    let key = match reason {
        reason if overview::place(page.assessment) == Place::Network => match reason {
            UnknownReason::NoPermission => "how-no_permission-remote".to_owned(),
            UnknownReason::NotSupported => "how-not_supported-remote".to_owned(),
            UnknownReason::Incomplete => "how-incomplete-remote".to_owned(),
            UnknownReason::Stale => "how-stale-remote".to_owned(),
            UnknownReason::TimedOut => "how-timed_out-remote".to_owned(),
            UnknownReason::Malformed => "how-malformed-remote".to_owned(),
            UnknownReason::NotCollected => "how-not_collected-remote".to_owned(),
            UnknownReason::ToolMissing | UnknownReason::NotLicensed => format!("how-{reason}"),
        },
        UnknownReason::NoPermission if page.options.privileged => "how-no_permission-privileged".to_owned(),
        _ => format!("how-{reason}"),
    };
    page.texts.fill(&key, [("command", page.options.command.into())])
}

/// What passed, by area.
pub fn passed(page: &Page<'_>) -> Markup {
    by_area(page, Verdict::Pass, Icon::Good, "passed", "html-passed", Some("html-passed-lead"))
}

/// What does not apply here, by area.
pub fn not_applicable(page: &Page<'_>) -> Markup {
    by_area(page, Verdict::NotApplicable, Icon::NotApplicable, "not-applicable", "html-not-applicable", None)
}

fn by_area(
    page: &Page<'_>,
    verdict: Verdict,
    symbol: Icon,
    id: &str,
    title: &'static str,
    lead: Option<&'static str>,
) -> Markup {
    let results: Vec<&CheckResult> = overview::with_verdict(page.assessment, verdict).collect();
    if results.is_empty() {
        return part(page, id, title, html! { p .lead { "–" } });
    }
    let class = if verdict == Verdict::Pass { "good" } else { "unknown" };
    let content = html! {
        @if let Some(lead) = lead { p .lead { (page.texts.say(lead)) } }
        @for area in Area::ALL.iter().filter_map(|word| Area::from_word(word)) {
            @if results.iter().any(|result| result.area == area) {
                div .group {
                    h3 { (page.texts.word("area", area)) }
                    ul .points {
                        @for group in by_check(&results, |result| result.area == area) {
                            li { span class=(class) { (icon(symbol)) } span { (topic(page, &group)) } }
                        }
                    }
                }
            }
        }
    };
    part(page, id, title, content)
}

/// Results of the same check put together, in their order.
fn by_check<'a>(results: &[&'a CheckResult], wanted: impl Fn(&CheckResult) -> bool) -> Vec<Vec<&'a CheckResult>> {
    let mut groups: Vec<Vec<&CheckResult>> = Vec::new();
    for result in results.iter().filter(|result| wanted(result)) {
        match groups.iter_mut().find(|group| group[0].check == result.check) {
            Some(group) => group.push(result),
            None => groups.push(vec![result]),
        }
    }
    groups
}

/// Most subjects that a point names.
const NAMES: usize = 6;

fn topic(page: &Page<'_>, group: &[&CheckResult]) -> Markup {
    let Some(result) = group.first() else { return html! {} };
    let names: Vec<&str> =
        group.iter().map(|result| overview::subject_name(page.assessment, &result.subject)).collect();
    html! {
        (result.topic.get(page.options.lang))
        @if page.assessment.subjects.len() > 1 { " (" (overview::some_names(page.texts, &names, NAMES)) ")" }
        span .small { code { (result.check) } }
    }
}

/// Requirements about which something was judged.
pub fn requirements(page: &Page<'_>) -> Markup {
    let frameworks = overview::touched_requirements(page.assessment);
    if frameworks.is_empty() {
        return html! {};
    }
    let say = |key| page.texts.say(key);
    let content = html! {
        p .lead { (say("html-requirements-lead")) }
        @for (framework, requirements) in frameworks {
            div .group {
                h3 { (framework) }
                table {
                    thead { tr {
                        th scope="col" { (say("html-requirement")) }
                        th scope="col" { (say("html-state")) }
                        th scope="col" { (say("html-requirement-judged")) }
                    } }
                    tbody {
                        @for result in requirements {
                            @let counts = [("checked", result.judged.into()), ("points", result.bound.into())];
                            tr {
                                th scope="row" { (result.requirement) }
                                td { (page.texts.word("status", result.status)) }
                                td .number { (page.texts.fill("html-of", counts)) }
                            }
                        }
                    }
                }
            }
        }
    };
    part(page, "requirements", "html-requirements", content)
}

/// What was looked at.
pub fn subjects(page: &Page<'_>) -> Markup {
    // After a scan the devices stand in a table of their own.
    if page.assessment.subjects.is_empty() || page.options.scan.is_some() {
        return html! {};
    }
    let say = |key| page.texts.say(key);
    let content = html! {
        table .stack {
            thead { tr {
                th scope="col" { (say("html-subject")) }
                th scope="col" { (say("html-subject-kind")) }
                th scope="col" { (say("html-subject-description")) }
                th scope="col" { (say("html-subject-seen")) }
            } }
            tbody {
                @for assessed in &page.assessment.subjects {
                    tr {
                        th scope="row" {
                            (assessed.subject.name)
                            @if !assessed.possible_duplicate.is_empty() {
                                @let names: Vec<&str> = assessed.possible_duplicate.iter()
                                    .map(|id| overview::subject_name(page.assessment, id)).collect();
                                span .small { (page.texts.fill("html-duplicate", [("names", names.join(", ").into())])) }
                            }
                        }
                        td { (page.texts.word("kind", assessed.subject.kind)) }
                        td { (assessed.description) }
                        td .time { (page.calendar.when(assessed.observed_at)) }
                    }
                }
            }
        }
    };
    part(page, "subjects", "html-subjects", content)
}

/// On what the report rests, and what it cannot say.
pub fn about(page: &Page<'_>) -> Markup {
    let say = |key| page.texts.say(key);
    let limits = match (page.options.scan, &page.assessment.round.practice) {
        (Some(_), _) => "html-about-limits-scan",
        (None, Some(_)) => "html-about-limits-practice",
        (None, None) => "html-about-limits-draft",
    };
    let catalog = &page.assessment.catalog;
    let content = html! {
        dl .facts {
            dt { (say("html-about-basis")) } dd { (say("html-about-basis-text")) }
            dt { (say("html-about-limits")) } dd { (say(limits)) }
            dt { (say("html-about-confidential")) } dd { (say("html-about-confidential-text")) }
            dt { (say("html-about-version")) } dd { "Visite " (page.options.version) }
            dt { (say("html-about-catalog")) } dd .hash { code { (catalog.hash) } }
            @if !catalog.replaced.is_empty() {
                dt { (say("html-about-replaced")) }
                dd { ul { @for entry in &catalog.replaced { li { code { (entry.id) } " (" (entry.layer) ")" } } } }
            }
            @if !catalog.disabled.is_empty() {
                dt { (say("html-about-disabled")) }
                dd { ul { @for entry in &catalog.disabled { li { code { (entry.id) } " (" (entry.layer) "): " (entry.reason) } } } }
            }
            dt { (say("html-about-round")) } dd { code { (page.assessment.round.id) } }
            dt { (say("html-about-time-zone")) } dd { (page.assessment.round.time_zone) }
        }
    };
    part(page, "about", "html-about", content)
}
