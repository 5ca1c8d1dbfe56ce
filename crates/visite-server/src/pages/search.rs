//! What the search field finds: findings, devices and checks that hold a word.

use super::devices::is_device;
use super::forms::empty;
use super::frame::{Frame, Page, Section};
use super::states::finding_badge;
use maud::{Markup, html};
use std::collections::BTreeMap;
use visite_facts::Assessment;

/// Most hits of one kind.
const MOST: usize = 20;

/// What is searched; the word stands in [`Frame::search`].
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The newest judgement.
    pub assessment: &'a Assessment,
}

/// The page.
pub fn page(frame: &Frame<'_>, view: &View<'_>) -> Page {
    let word = frame.search.trim();
    let hits = if word.is_empty() {
        html! {}
    } else {
        hits(frame, view.assessment, &word.to_lowercase())
    };
    let content = html! {
        @if hits.0.is_empty() { (empty(&frame.say("search-nothing"), &frame.say("search-nothing-text"), None)) } @else { (hits) }
    };
    let title = if word.is_empty() {
        frame.say("search-label")
    } else {
        frame.texts.fill("search-title", [("word", word.into())])
    };
    Page::new(Section::None, title, content)
}

fn hits(frame: &Frame<'_>, assessment: &Assessment, word: &str) -> Markup {
    let holds = |text: &str| text.to_lowercase().contains(word);
    let lang = frame.lang();
    let findings: Vec<Markup> = assessment
        .findings
        .iter()
        .filter(|finding| holds(finding.title.get(lang)) || holds(&finding.check) || holds(finding.why.get(lang)))
        .map(|finding| {
            html! {
                a href=(frame.to(&["findings", &finding.id])) { (finding.title.get(lang)) } " " (finding_badge(frame, finding))
            }
        })
        .collect();
    let devices: Vec<Markup> = assessment
        .subjects
        .iter()
        .filter(|assessed| is_device(assessed.subject.kind))
        .filter(|assessed| holds(&assessed.subject.name) || holds(&assessed.description))
        .map(|assessed| {
            html! {
                a href=(frame.to(&["devices", &assessed.subject.id.0])) { (assessed.subject.name) }
                span .small { (assessed.description) }
            }
        })
        .collect();
    let checks: BTreeMap<&str, &str> = assessment
        .results
        .iter()
        .map(|result| (result.check.as_str(), result.topic.get(lang)))
        .filter(|(check, topic)| holds(check) || holds(topic))
        .collect();
    let checks: Vec<Markup> = checks
        .into_iter()
        .map(|(check, topic)| html! { a href=(frame.to(&["checks", check])) { (topic) } span .small { code { (check) } } })
        .collect();
    html! {
        (group(frame, "html-findings", &findings))
        (group(frame, "html-devices", &devices))
        (group(frame, "nav-checks", &checks))
    }
}

fn group(frame: &Frame<'_>, title: &str, hits: &[Markup]) -> Markup {
    html! {
        @if !hits.is_empty() {
            section .block {
                h2 { (frame.say(title)) }
                ul .plain { @for hit in hits.iter().take(MOST) { li { (hit) } } }
                @if hits.len() > MOST { p .note { (frame.count("search-more", hits.len() - MOST)) } }
            }
        }
    }
}
