//! The first screen: how much was checked, one sentence, at most three steps, and the areas.
//!
//! For someone between two patients. The number in the sentence counts open findings, no more and no less.

use super::icons::{Icon, icon};
use super::{Page, badge, prose};
use crate::moment::work;
use crate::overview::{self, AreaState, URGENCIES, Urgency};
use crate::texts::number_word;
use maud::{Markup, html};
use visite_facts::{FindingState, PlannedMeasure};

/// Most steps that the first screen names.
const STEPS: usize = 3;

/// How much was checked, and where the rest is.
pub fn extent(page: &Page<'_>) -> Markup {
    let summary = &page.assessment.summary;
    let open: u32 = summary.unchecked.values().sum();
    let counts = [("checked", summary.checked.into()), ("points", summary.points.into())];
    html! {
        div .extent {
            @if page.options.scan.is_some_and(|scan| scan.record.interrupted) {
                strong { (page.texts.say("scan-interrupted")) }
            }
            strong { (page.texts.fill("checked-of", counts)) }
            progress max=(summary.points.max(1)) value=(summary.checked) aria-hidden="true" {}
            @if open > 0 {
                span .state.unknown { (icon(Icon::Unknown)) (page.texts.fill("html-open-points", [("n", open.into())])) }
                a .see href="#not-checked" { (page.texts.say("html-see")) }
            }
        }
    }
}

/// Sentence and steps beside the areas.
pub fn first_screen(page: &Page<'_>) -> Markup {
    html! {
        div .first {
            section aria-labelledby="sentence" {
                h2 #sentence .sentence { (sentence(page)) }
                @if let Some(further) = further(page) { p .further { (further) } }
                @if page.options.scan.is_some() && let Some(to_do) = overview::to_do(page.assessment, page.texts) {
                    p .further { (to_do) }
                }
                (steps(page))
            }
            (areas(page))
        }
    }
}

/// The most urgent thing to say, in one sentence.
fn sentence(page: &Page<'_>) -> String {
    let summary = &page.assessment.summary;
    if let Some((urgency, count)) = most_urgent(page) {
        let words = number_word(page.options.lang, count);
        let key = match urgency {
            Urgency::Urgent => "html-sentence-urgent",
            Urgency::Act => "html-sentence-act",
            Urgency::Occasion => "html-sentence-occasion",
        };
        return page.texts.fill(key, [("count", count.into()), ("words", words.into())]);
    }
    let accepted = overview::in_state(page.assessment, FindingState::Accepted).next().is_some();
    page.texts.say(match (summary.checked, accepted) {
        (0, _) => "html-sentence-nothing",
        (_, true) => "html-sentence-clean-accepted",
        (_, false) => "html-sentence-clean",
    })
}

fn most_urgent(page: &Page<'_>) -> Option<(Urgency, usize)> {
    let counted = URGENCIES.map(|urgency| (urgency, overview::open_count(page.assessment, urgency)));
    counted.into_iter().find(|(_, count)| *count > 0)
}

/// How many open findings the sentence leaves out.
fn further(page: &Page<'_>) -> Option<String> {
    let (urgency, _) = most_urgent(page)?;
    let less = URGENCIES.into_iter().filter(|other| *other > urgency);
    let count: usize = less.map(|urgency| overview::open_count(page.assessment, urgency)).sum();
    (count > 0).then(|| page.texts.fill("html-further", [("n", count.into())]))
}

fn steps(page: &Page<'_>) -> Markup {
    let is_open = |planned: &&PlannedMeasure| !overview::closed_by(page.assessment, planned).is_empty();
    let planned: Vec<&PlannedMeasure> = page.assessment.measures.iter().filter(is_open).collect();
    if planned.is_empty() {
        return unchecked(page);
    }
    html! {
        ol .steps aria-label=(page.texts.say("html-first-steps")) {
            @for planned in planned.iter().take(STEPS) { li { div { (step(page, planned)) } } }
        }
        @if planned.len() > STEPS {
            p .further.more {
                a href="#findings" { (page.texts.fill("html-steps-more", [("n", (planned.len() - STEPS).into())])) }
            }
        }
    }
}

/// Where there is nothing to do, what was not looked at is the other half of the answer.
fn unchecked(page: &Page<'_>) -> Markup {
    let lines = overview::unchecked_lines(page.assessment, page.texts, page.options);
    html! {
        @if !lines.is_empty() {
            p .further { (page.texts.say("html-not-checked")) ":" }
            ul .further { @for line in &lines { li { (line) } } }
        }
    }
}

fn step(page: &Page<'_>, planned: &PlannedMeasure) -> Markup {
    let lang = page.options.lang;
    let findings = overview::closed_by(page.assessment, planned);
    let headings = overview::headings(page.assessment, &findings, lang);
    let more = headings.iter().map(|heading| heading.places.len().max(1)).sum::<usize>().saturating_sub(1);
    let place = page.groups.iter().position(|group| group.first().measure == planned.measure.id);
    html! {
        div .head {
            h3 {
                (headings.first().map(|heading| heading.titled()).unwrap_or_default())
                @if more > 0 {
                    span .small { (page.texts.fill("html-same-kind", [("n", more.into())])) }
                }
            }
            (badge(page, Urgency::from(planned.effective_severity)))
        }
        dl .pairs {
            dt { (page.texts.say("label-why")) }
            dd { (prose(findings.first().map(|finding| finding.why.get(lang)).unwrap_or_default())) }
            dt { (page.texts.say("label-do")) }
            dd {
                strong { (prose(planned.measure.action.get(lang))) }
                span .meta.line { (work_line(page, planned)) }
            }
        }
        @if let Some(place) = place {
            p .more { a href={ "#finding-" (place + 1) } { (page.texts.say("html-details")) } }
        }
    }
}

/// Who does it, how long it takes, what it costs.
pub fn work_line(page: &Page<'_>, planned: &PlannedMeasure) -> String {
    let measure = &planned.measure;
    let mut parts = vec![page.texts.word("doer", measure.who)];
    if measure.effort_minutes > 0 {
        parts.push(work(page.texts, measure.effort_minutes));
    }
    parts.push(overview::cost(page.texts, measure));
    parts.join(" · ")
}

fn areas(page: &Page<'_>) -> Markup {
    let areas = overview::areas(page.assessment);
    html! {
        section .areas aria-labelledby="areas" {
            h2 #areas { (page.texts.say("html-areas")) }
            table {
                thead {
                    tr {
                        th scope="col" { (page.texts.say("html-area")) }
                        th scope="col" { (page.texts.say("html-state")) }
                        th scope="col" { (page.texts.say("html-checked")) }
                    }
                }
                tbody { @for area in &areas { (area_row(page, area)) } }
            }
            @if areas.iter().any(|area| area.points == 0) {
                p .small.more { (page.texts.say("html-areas-note")) }
            }
        }
    }
}

fn area_row(page: &Page<'_>, area: &AreaState) -> Markup {
    let (class, symbol, word) = area_look(page, area);
    let counts = [("checked", area.checked.into()), ("points", area.points.into())];
    html! {
        tr {
            th scope="row" { (page.texts.word("area", area.area)) }
            td {
                span class={ "state " (class) } { (icon(symbol)) span { (word) } }
                @if area.open > 0 { span .small { (page.texts.fill("html-findings-count", [("n", area.open.into())])) } }
            }
            td .number {
                @if area.points > 0 {
                    // On a phone the heading of the column is not shown.
                    span .narrow { (page.texts.say("html-checked")) ": " }
                    (page.texts.fill("html-of", counts))
                }
            }
        }
    }
}

/// How an area looks. What was not looked at is never good.
fn area_look(page: &Page<'_>, area: &AreaState) -> (String, Icon, String) {
    if let Some(urgency) = area.urgency {
        return (urgency.to_string(), super::urgency_icon(urgency), page.texts.word("urgency", urgency));
    }
    let (class, symbol, key) = match area {
        AreaState { accepted, .. } if *accepted > 0 => ("accepted", Icon::Accepted, "html-area-accepted"),
        AreaState { points: 0, not_applicable: 1.., .. } => {
            ("unknown", Icon::NotApplicable, "html-area-not-applicable")
        }
        AreaState { checked: 0, .. } => ("unknown", Icon::Unknown, "html-area-unknown"),
        AreaState { checked, points, .. } if checked < points => ("good", Icon::Good, "html-area-good-so-far"),
        _ => ("good", Icon::Good, "html-area-good"),
    };
    (class.to_owned(), symbol, page.texts.say(key))
}
