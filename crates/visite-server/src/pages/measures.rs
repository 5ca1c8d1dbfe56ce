//! Measures: what to do, in the order in which to do it, and one measure in full.

use super::finding::todo;
use super::forms::empty;
use super::frame::{Frame, Page, Section};
use super::states::finding_cell;
use super::table::{Cell, Table};
use maud::{Markup, html};
use visite_facts::{Assessment, PlannedMeasure};
use visite_report::html::badge;
use visite_report::moment::work;
use visite_report::overview::{self, Urgency};

/// Measures that close open findings, in their order, as a table.
pub fn table(frame: &Frame<'_>, assessment: &Assessment) -> Table {
    let columns = ["measure", "urgency", "measure-who", "measure-effort", "measure-cost", "measure-closes"];
    let mut table = Table::new(frame.say("nav-measures"), &columns.map(|key| frame.say(key)));
    for planned in &assessment.measures {
        let closes = overview::closed_by(assessment, planned).len();
        if closes == 0 {
            continue;
        }
        let measure = &planned.measure;
        let urgency = Urgency::from(planned.effective_severity);
        table.rows.push(vec![
            Cell::link(&frame.to(&["measures", &measure.id]), measure.title.get(frame.lang())),
            Cell::shown(frame.texts.word("urgency", urgency), badge(frame.texts, urgency)),
            Cell::text(frame.texts.word("doer", measure.who)),
            Cell::number(work(frame.texts, measure.effort_minutes)),
            Cell::text(overview::cost(frame.texts, measure)),
            Cell::number(frame.count("html-findings-count", closes)),
        ]);
    }
    table
}

/// The list.
pub fn page(frame: &Frame<'_>, assessment: &Assessment) -> Page {
    let table = table(frame, assessment);
    let content = html! {
        @if table.rows.is_empty() {
            (empty(&frame.say("measures-none"), &frame.say("measures-none-text"), None))
        } @else {
            p .lead { (frame.say("measures-lead")) }
            (table.html())
            (table.export(frame, &frame.to(&["measures.csv"])))
        }
    };
    Page::new(Section::Measures, frame.say("nav-measures"), content)
}

/// One measure.
pub fn measure(frame: &Frame<'_>, assessment: &Assessment, planned: &PlannedMeasure) -> Page {
    let findings = overview::closed_by(assessment, planned);
    let columns = ["finding", "html-state", "html-device"];
    let mut table = Table::new(frame.say("measure-closes"), &columns.map(|key| frame.say(key)));
    for finding in findings {
        let name = overview::subject_name(assessment, &finding.subject);
        table.rows.push(vec![
            Cell::link(&frame.to(&["findings", &finding.id]), finding.title.get(frame.lang())),
            finding_cell(frame, finding),
            Cell::link(&frame.to(&["devices", &finding.subject.0]), name),
        ]);
    }
    let content = html! {
        (todo(frame, planned))
        (closes(frame, &table))
    };
    Page::new(Section::Measures, planned.measure.title.get(frame.lang()), content)
        .below(frame.to(&["measures"]), frame.say("nav-measures"))
}

fn closes(frame: &Frame<'_>, table: &Table) -> Markup {
    html! {
        section .block aria-labelledby="closes" {
            h2 #closes { (frame.say("measure-closes")) }
            @if table.rows.is_empty() { p { (frame.say("measure-closed")) } } @else { (table.html()) }
        }
    }
}
