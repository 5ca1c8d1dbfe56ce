//! Requirements by framework, each with its status: what applies to this practice, how binding it is, and how much of it
//! was judged.

use super::forms::{Choice, empty, filter, search_field, select};
use super::frame::{Frame, Page, Section};
use super::links::query;
use super::states::state;
use super::table::{Cell, Table};
use maud::{Markup, html};
use serde::Deserialize;
use visite_catalog::Catalog;
use visite_catalog::model::{Framework, Requirement};
use visite_facts::{Assessment, RequirementResult, RequirementStatus, Word};
use visite_report::html::Icon;

/// What the list is narrowed to, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct Filter {
    /// A word that number, title or text has to hold.
    pub q: String,
    /// A framework's id.
    pub framework: String,
    /// A status; `applies` for all but those that do not concern the practice, which is meant if it is empty.
    pub status: String,
}

/// Symbol and class of a status.
fn look(status: RequirementStatus) -> (&'static str, Icon) {
    match status {
        RequirementStatus::Met => ("good", Icon::Good),
        RequirementStatus::Partly | RequirementStatus::NotMet => ("act", Icon::Act),
        RequirementStatus::NotApplicable => ("unknown", Icon::NotApplicable),
        RequirementStatus::Unknown | RequirementStatus::OutOfDate => ("unknown", Icon::Unknown),
        RequirementStatus::Accepted => ("accepted", Icon::Accepted),
    }
}

fn result_of<'a>(assessment: &'a Assessment, id: &str) -> Option<&'a RequirementResult> {
    assessment.requirements.iter().find(|result| result.requirement == id)
}

/// The requirements of one framework that the filter leaves.
fn rows(frame: &Frame<'_>, assessment: &Assessment, framework: &Framework, filter: &Filter, table: &mut Table) {
    let lang = frame.lang();
    let wanted = filter.q.trim().to_lowercase();
    let status = RequirementStatus::from_word(&filter.status);
    for requirement in &framework.requirements {
        let Some(result) = result_of(assessment, &requirement.id) else { continue };
        let texts = [&requirement.id, requirement.title.get(lang), requirement.text.get(lang)];
        let holds = wanted.is_empty() || texts.iter().any(|text| text.to_lowercase().contains(&wanted));
        let fits = match status {
            Some(status) => result.status == status,
            None => filter.status == "all" || result.status != RequirementStatus::NotApplicable,
        };
        if holds && fits {
            table.rows.push(row(frame, requirement, result));
        }
    }
}

fn row(frame: &Frame<'_>, requirement: &Requirement, result: &RequirementResult) -> Vec<Cell> {
    let lang = frame.lang();
    let (class, symbol) = look(result.status);
    let word = frame.texts.word("status", result.status);
    let counts = [("checked", result.judged.into()), ("points", result.bound.into())];
    let (title, text) = (requirement.title.get(lang), requirement.text.get(lang));
    let shown = html! {
        details .inline { summary { (title) } div .body { p { (text) } @if let Some(note) = &requirement.modality_note { p .note { (note.get(lang)) } } } }
    };
    vec![
        Cell::text(requirement.id.as_str()).anchored(&requirement.id),
        Cell::shown(format!("{title}: {text}"), shown),
        Cell::text(frame.texts.word("modality", requirement.modality)),
        Cell::shown(word.clone(), state(class, symbol, &word)),
        Cell::number(frame.texts.fill("html-of", counts)),
    ]
}

fn columns(frame: &Frame<'_>) -> [String; 5] {
    ["html-requirement", "requirement", "requirement-modality", "html-state", "html-requirement-judged"]
        .map(|key| frame.say(key))
}

/// Everything that the filter leaves, of all frameworks, as one table.
pub fn table(frame: &Frame<'_>, assessment: &Assessment, catalog: &Catalog, filter: &Filter) -> Table {
    let mut table = Table::new(frame.say("nav-requirements"), &columns(frame));
    for framework in shown(catalog, filter) {
        rows(frame, assessment, framework, filter, &mut table);
    }
    table
}

fn shown<'a>(catalog: &'a Catalog, filter: &'a Filter) -> impl Iterator<Item = &'a Framework> {
    catalog.frameworks.values().filter(|framework| filter.framework.is_empty() || framework.id == filter.framework)
}

/// The page.
pub fn page(frame: &Frame<'_>, assessment: &Assessment, catalog: &Catalog, chosen: &Filter) -> Page {
    let fields = [("q", chosen.q.as_str()), ("framework", &chosen.framework), ("status", &chosen.status)];
    let parts: Vec<(&Framework, Table)> = shown(catalog, chosen)
        .map(|framework| {
            let mut table = Table::new(framework.title.get(frame.lang()), &columns(frame));
            rows(frame, assessment, framework, chosen, &mut table);
            (framework, table)
        })
        .filter(|(_, table)| !table.rows.is_empty())
        .collect();
    let content = html! {
        p .lead { (frame.say("html-requirements-lead")) }
        (filters(frame, catalog, chosen))
        @if parts.is_empty() { (empty(&frame.say("filter-nothing"), &frame.say("filter-nothing-text"), None)) }
        @for (framework, table) in &parts {
            section .block aria-labelledby={ "framework-" (framework.id) } {
                h2 id={ "framework-" (framework.id) } { (framework.title.get(frame.lang())) }
                p .sub { (applying(frame, assessment, framework)) " " (framework.note.get(frame.lang())) }
                (table.html())
            }
        }
        @if let Some((_, table)) = parts.first() {
            (table.export(frame, &(frame.to(&["requirements.csv"]) + &query(&fields))))
        }
    };
    Page::new(Section::Requirements, frame.say("nav-requirements"), content)
}

/// How many requirements of a framework apply to this practice.
fn applying(frame: &Frame<'_>, assessment: &Assessment, framework: &Framework) -> String {
    let results = framework.requirements.iter().filter_map(|requirement| result_of(assessment, &requirement.id));
    let applying = results.filter(|result| result.status != RequirementStatus::NotApplicable).count();
    let values = [("n", applying.into()), ("all", framework.requirements.len().into())];
    frame.texts.fill("requirements-apply", values)
}

fn filters(frame: &Frame<'_>, catalog: &Catalog, chosen: &Filter) -> Markup {
    let first = |value: &str, key: &str| -> Choice { (value.to_owned(), frame.say(key)) };
    let mut frameworks = vec![first("", "requirements-every")];
    frameworks.extend(catalog.frameworks.values().map(|it| (it.id.clone(), it.title.get(frame.lang()).to_owned())));
    let mut states = vec![first("", "requirements-applying"), first("all", "filter-all")];
    states.extend(RequirementStatus::ALL.iter().map(|word| ((*word).to_owned(), frame.say(&format!("status-{word}")))));
    let fields = html! {
        (search_field("f-q", &frame.say("filter-word"), &chosen.q))
        (select("f-framework", "framework", &frame.say("requirements-framework"), &chosen.framework, &frameworks))
        (select("f-status", "status", &frame.say("html-state"), &chosen.status, &states))
    };
    filter(frame, &frame.to(&["requirements"]), &fields, *chosen != Filter::default())
}
