//! A measure as an order for the IT provider: one sheet to print, or to send as the text of a mail.
//!
//! It names the places and the exact steps, and leaves room for what was done.

use super::frame::{Frame, Page, Section};
use maud::html;
use visite_facts::{Assessment, PlannedMeasure};
use visite_report::html::{prose, work_line};
use visite_report::overview;

/// What the sheet shows.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The judgement it stands in.
    pub assessment: &'a Assessment,
    /// The measure, with the findings it closes.
    pub planned: &'a PlannedMeasure,
}

/// The page.
pub fn page(frame: &Frame<'_>, view: &View<'_>) -> Page {
    let View { assessment, planned } = view;
    let (lang, measure) = (frame.lang(), &planned.measure);
    let provider = &measure.provider;
    let findings = overview::closed_by(assessment, planned);
    let headings = overview::headings(assessment, &findings, lang);
    let content = html! {
        div .order {
            p .lead {
                (frame.practice.map_or("", |practice| practice.name)) " · "
                (frame.calendar.dated(assessment.round.at)) " · " (work_line(frame.texts, measure))
            }
            p .screen-only .note { (frame.say("order-print")) }
            section .block aria-labelledby="why" {
                h2 #why { (frame.say("order-why")) }
                @for heading in &headings {
                    p { strong { (heading.titled()) } }
                    @if !heading.places.is_empty() { ul .places { @for place in &heading.places { li { (place) } } } }
                }
                @if let Some(first) = findings.first() { p .apart { (prose(first.why.get(lang))) } }
            }
            section .block aria-labelledby="steps" {
                h2 #steps { (frame.say("html-steps")) }
                ol { @for step in &provider.steps { li { (prose(step.get(lang))) } } }
            }
            @if !provider.script.is_empty() {
                section .block aria-labelledby="commands" {
                    h2 #commands { (frame.say("html-script")) }
                    pre tabindex="0" { code #script { (provider.script.trim_end()) } }
                    button .copy.quiet type="button" hidden data-copies="script" data-done=(frame.say("copied")) { (frame.say("copy")) }
                }
            }
            section .block aria-labelledby="verify" {
                h2 #verify { (frame.say("html-verify")) }
                p { (prose(provider.verify.get(lang))) }
            }
            section .block aria-labelledby="rollback" {
                h2 #rollback { (frame.say("html-rollback")) }
                p { (prose(provider.rollback.get(lang))) }
            }
            section .block.paper-only aria-labelledby="done" {
                h2 #done { (frame.say("order-done")) }
                p .line-to-fill { (frame.say("order-done-by")) }
            }
        }
    };
    Page::new(Section::Measures, measure.title.get(lang), content)
        .below(frame.to(&["measures"]), frame.say("nav-measures"))
        .below(frame.to(&["measures", &measure.id]), frame.say("measure"))
}
