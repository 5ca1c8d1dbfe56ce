//! One finding: what was seen, what it means, what to do, what became of it, and what someone decides about it.

use super::forms::{Choice, guard, select};
use super::frame::{Frame, Page, Section};
use super::states::finding_badge;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};
use visite_catalog::Catalog;
use visite_facts::{Assessment, Finding, FindingState, PlannedMeasure};
use visite_report::html::{evidence_table, prose, severity, voices, work_line};
use visite_report::{evidence, overview};

/// What the page shows.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The judgement it stands in.
    pub assessment: &'a Assessment,
    /// The finding.
    pub finding: &'a Finding,
    /// What requirements say.
    pub catalog: &'a Catalog,
    /// What happened to it, oldest first.
    pub history: &'a [Event],
    /// To whom it can be assigned: account and name.
    pub people: &'a [(String, String)],
    /// To whom it is assigned: the account.
    pub assigned: Option<&'a str>,
    /// First and last day that an acceptance may have.
    pub acceptance_days: (Date, Date),
}

/// Something that happened to a finding.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// By whom; none for what Visite saw.
    pub by: Option<String>,
    /// Reason of an acceptance, or to whom it was assigned.
    pub note: Option<String>,
}

/// What can happen to a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// It was seen for the first time.
    Opened,
    /// Someone answers for the risk.
    Accepted,
    /// That ended before its day.
    Withdrawn,
    /// It was given to someone, or taken from them.
    Assigned,
    /// It was seen closed.
    Fixed,
    /// It was seen again after that.
    Reopened,
}

/// The page.
pub fn page(frame: &Frame<'_>, view: &View<'_>) -> Page {
    let View { assessment, finding, .. } = view;
    let title = finding.title.get(frame.lang());
    let planned = overview::measure_of(assessment, finding);
    let content = html! {
        div .detail {
            div .flow {
                (seen(frame, view))
                section .block aria-labelledby="means" {
                    h2 #means { (frame.say("finding-means")) }
                    p { (prose(finding.why.get(frame.lang()))) }
                }
                @if let Some(planned) = planned { (todo(frame, planned)) }
                (history(frame, view))
                (requirements(frame, view))
            }
            aside aria-label=(frame.say("finding-decide")) {
                (acceptance(frame, view))
                (assignment(frame, view))
                (small_print(frame, view))
            }
        }
    };
    let page = Page { heading: Some(heading(frame, view)), ..Page::new(Section::Findings, title, content) };
    page.below(frame.to(&["findings"]), frame.say("html-findings"))
}

fn heading(frame: &Frame<'_>, view: &View<'_>) -> Markup {
    let View { assessment, finding, .. } = view;
    let name = overview::subject_name(assessment, &finding.subject);
    html! {
        div .title.finding-title {
            h1 { (finding.title.get(frame.lang())) }
            p .facts-line {
                (finding_badge(frame, finding))
                a href=(frame.to(&["devices", &finding.subject.0])) { (name) }
                span .meta { (frame.texts.word("area", finding.area)) }
            }
        }
    }
}

fn seen(frame: &Frame<'_>, view: &View<'_>) -> Markup {
    let finding = view.finding;
    let not_seen = finding.not_seen_again.map(|reason| {
        let reason = frame.texts.reason(overview::place_of(view.assessment, &finding.subject), reason);
        let when = frame.calendar.when(last_seen(finding));
        frame.texts.fill("not-seen-again-line", [("reason", reason.into()), ("when", when.into())])
    });
    html! {
        section .block aria-labelledby="seen" {
            h2 #seen { (frame.say("finding-seen")) }
            p { (evidence::brief(frame.texts, frame.calendar, &finding.evidence)) }
            @if finding.state == FindingState::Reopened { p .note { (frame.say("reopened-line")) } }
            @if let Some(line) = not_seen { p .note { (line) } }
            details {
                summary { (frame.say("html-evidence")) }
                div .body { (evidence_table(frame.texts, frame.calendar, finding.evidence.iter().map(|item| (None, item)))) }
            }
        }
    }
}

/// What to do: the next step, then each audience, with commands to copy and the way back.
pub(super) fn todo(frame: &Frame<'_>, planned: &PlannedMeasure) -> Markup {
    let measure = &planned.measure;
    let button = html! {
        button .copy.quiet type="button" hidden data-copies="script" data-done=(frame.say("copied")) { (frame.say("copy")) }
    };
    html! {
        section .block aria-labelledby="todo" {
            h2 #todo { (frame.say("html-do")) }
            div .todo {
                p .action { (prose(measure.action.get(frame.lang()))) }
                p .meta { (work_line(frame.texts, measure)) }
            }
            h3 { (frame.say("todo-roles")) }
            div .voices { (voices(frame.texts, measure, Some(("script", &button)))) }
            div .buttons {
                a .button href=(frame.to(&["measures", &measure.id, "order"])) { (frame.say("order")) }
                @if frame.may.decide {
                    form method="post" action=(frame.to(&["measures", &measure.id, "recheck"])) {
                        (guard(frame))
                        button .quiet type="submit" { (frame.say("recheck")) }
                    }
                }
            }
        }
    }
}

fn history(frame: &Frame<'_>, view: &View<'_>) -> Markup {
    let word = |kind: EventKind| match kind {
        EventKind::Opened => frame.say("event-opened"),
        EventKind::Accepted => frame.say("event-accepted"),
        EventKind::Withdrawn => frame.say("event-withdrawn"),
        EventKind::Assigned => frame.say("event-assigned"),
        EventKind::Fixed => frame.say("event-fixed"),
        EventKind::Reopened => frame.say("event-reopened"),
    };
    html! {
        section .block aria-labelledby="history" {
            h2 #history { (frame.say("finding-history")) }
            ol .history {
                @for event in view.history {
                    li {
                        span .time { (frame.calendar.when(event.at)) }
                        span {
                            strong { (word(event.kind)) }
                            @if let Some(by) = &event.by { " · " (by) }
                            @if let Some(note) = &event.note { span .small { (note) } }
                        }
                    }
                }
            }
        }
    }
}

fn requirements(frame: &Frame<'_>, view: &View<'_>) -> Markup {
    let sources = &view.finding.sources;
    let title = |id: &str| {
        view.catalog.requirements().find(|known| known.id == id).map(|known| known.title.get(frame.lang()).to_owned())
    };
    html! {
        @if !sources.is_empty() {
            section .block aria-labelledby="requirements" {
                h2 #requirements { (frame.say("html-related")) }
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
}

fn acceptance(frame: &Frame<'_>, view: &View<'_>) -> Markup {
    let finding = view.finding;
    let address = |action: &str| frame.to(&["findings", &finding.id, action]);
    let (first, last) = view.acceptance_days;
    let (first, last) = (first.to_string(), last.to_string());
    html! {
        @if let Some(acceptance) = &finding.acceptance {
            section .card aria-labelledby="accept" {
                h2 #accept { (frame.say("state-accepted")) }
                @let values = [("until", frame.calendar.day(acceptance.until).into()), ("by", acceptance.by.as_str().into())];
                p { (frame.texts.fill("html-accepted-until", values)) }
                p .apart { (frame.texts.fill("html-accepted-reason", [("reason", acceptance.reason.as_str().into())])) }
                @if frame.may.decide {
                    form method="post" action=(address("withdraw")) {
                        (guard(frame))
                        p .buttons { button .quiet type="submit" { (frame.say("accept-withdraw")) } }
                    }
                }
            }
        } @else if frame.may.decide && overview::is_open(finding) {
            section .card aria-labelledby="accept" {
                h2 #accept { (frame.say("accept-title")) }
                p .meta { (frame.say("accept-text")) }
                form method="post" action=(address("accept")) {
                    (guard(frame))
                    div .field {
                        label for="reason" { (frame.say("accept-reason")) }
                        textarea #reason name="reason" rows="3" required maxlength="1000" {}
                    }
                    div .field {
                        label for="until" { (frame.say("accept-until")) }
                        input #until type="date" name="until" required min=(first) max=(last);
                    }
                    p .buttons { button type="submit" { (frame.say("accept-do")) } }
                }
            }
        }
    }
}

fn assignment(frame: &Frame<'_>, view: &View<'_>) -> Markup {
    let nobody = frame.say("assign-nobody");
    let name = view.assigned.and_then(|account| view.people.iter().find(|person| person.0 == account));
    let people: Vec<Choice> =
        std::iter::once((String::new(), nobody.clone())).chain(view.people.iter().cloned()).collect();
    html! {
        section .card aria-labelledby="assign" {
            h2 #assign { (frame.say("assign-title")) }
            @if frame.may.decide && overview::is_open(view.finding) {
                form method="post" action=(frame.to(&["findings", &view.finding.id, "assign"])) {
                    (guard(frame))
                    (select("to", "to", &frame.say("assign-who"), view.assigned.unwrap_or(""), &people))
                    p .buttons { button .quiet type="submit" { (frame.say("assign-do")) } }
                }
            } @else {
                p { (name.map_or(&nobody, |person| &person.1)) }
            }
        }
    }
}

/// When the computer itself last showed it. Judging what is known once more sees nothing new.
fn last_seen(finding: &Finding) -> Timestamp {
    finding.evidence.iter().filter_map(|evidence| evidence.observed_at).max().unwrap_or(finding.last_seen)
}

fn small_print(frame: &Frame<'_>, view: &View<'_>) -> Markup {
    let finding = view.finding;
    html! {
        dl .facts.one {
            dt { (frame.say("html-severity")) } dd { (severity(frame.texts, finding)) }
            dt { (frame.say("html-confidence")) } dd { (frame.texts.word("confidence", finding.confidence)) }
            dt { (frame.say("html-since")) } dd { (frame.calendar.when(finding.first_seen)) }
            dt { (frame.say("finding-last-seen")) } dd { (frame.calendar.when(last_seen(finding))) }
            @if let Some(record) = &finding.record { dt { (frame.say("label-where")) } dd { (record) } }
            dt { (frame.say("check")) } dd { a href=(frame.to(&["checks", &finding.check])) { code { (finding.check) } } }
        }
    }
}
