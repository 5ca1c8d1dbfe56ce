//! States as symbol, word and colour. Never colour alone.

use super::Frame;
use super::table::Cell;
use maud::{Markup, html};
use visite_facts::{Finding, FindingState, Verdict};
use visite_report::html::{Icon, badge, icon, urgency_icon};
use visite_report::overview::Urgency;

/// A state: class, symbol and word.
pub fn state(class: &str, symbol: Icon, word: &str) -> Markup {
    html! { span class={ "state " (class) } { (icon(symbol)) span { (word) } } }
}

/// How a finding stands: its urgency while it is open, else what became of it.
pub fn finding_word(frame: &Frame<'_>, finding: &Finding) -> String {
    match finding.state {
        FindingState::Open | FindingState::Reopened => {
            frame.texts.word("urgency", Urgency::from(finding.effective_severity))
        }
        FindingState::Accepted => frame.say("state-accepted"),
        FindingState::Fixed => frame.say("state-fixed"),
    }
}

/// [`finding_word`] as a badge.
pub fn finding_badge(frame: &Frame<'_>, finding: &Finding) -> Markup {
    let word = finding_word(frame, finding);
    match finding.state {
        FindingState::Open | FindingState::Reopened => badge(frame.texts, Urgency::from(finding.effective_severity)),
        FindingState::Accepted => html! { span .badge.accepted { (icon(Icon::Accepted)) (word) } },
        FindingState::Fixed => html! { span .badge.good { (icon(Icon::Good)) (word) } },
    }
}

/// [`finding_word`] as a cell.
pub fn finding_cell(frame: &Frame<'_>, finding: &Finding) -> Cell {
    Cell::shown(finding_word(frame, finding), finding_badge(frame, finding))
}

/// How something with open findings stands: its most urgent one, else good as far as it was checked.
pub fn worst(frame: &Frame<'_>, urgency: Option<Urgency>, checked: bool) -> (String, Markup) {
    match urgency {
        Some(urgency) => {
            let word = frame.texts.word("urgency", urgency);
            let shown = state(&urgency.to_string(), urgency_icon(urgency), &word);
            (word, shown)
        }
        None if checked => {
            let word = frame.say("state-no-gap");
            let shown = state("good", Icon::Good, &word);
            (word, shown)
        }
        None => {
            let word = frame.say("html-area-unknown");
            let shown = state("unknown", Icon::Unknown, &word);
            (word, shown)
        }
    }
}

/// Symbol and class of a verdict.
pub fn verdict(frame: &Frame<'_>, verdict: Verdict) -> Markup {
    let (class, symbol) = match verdict {
        Verdict::Pass => ("good", Icon::Good),
        Verdict::Fail => ("act", Icon::Act),
        Verdict::NotApplicable => ("unknown", Icon::NotApplicable),
        Verdict::Unknown => ("unknown", Icon::Unknown),
    };
    state(class, symbol, &frame.texts.word("verdict", verdict))
}
