//! HTML: one self-contained page to read, to hand to the IT provider and to print.
//!
//! No script, no external file, no colour without a word. First what a physician needs in ten seconds, then every
//! detail. It shows what assess decided, with the date always written out, for the file is read on other days.

pub mod cards;
pub mod first;
pub mod font;
pub mod icons;
mod lists;
pub mod network;
pub mod plan;
pub mod tokens;

use crate::Options;
use crate::clean::clean_lines;
use crate::moment::Calendar;
use crate::overview::{self, Group, Urgency};
use crate::texts::Texts;
use icons::{Icon, icon};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::io;
use std::io::Write;
use visite_facts::{AssessedSubject, Assessment};

/// Every rule of the report's style sheet, except the typeface, the colours and what stands at the foot of a printed page.
pub const STYLE: &str = include_str!("style.css");

/// Nothing is loaded and nothing runs, whatever stands in the data. The font stands in the page itself.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'";

/// Writes the page.
pub fn render(assessment: &Assessment, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let texts = Texts::new(options.lang);
    let page = Page {
        assessment,
        options,
        calendar: Calendar::for_files(&texts, &assessment.round.time_zone),
        texts: &texts,
        groups: overview::groups(assessment),
    };
    // The template holds no character that acts, so what is escaped here came from outside.
    out.write_all(clean_lines(&page.document().into_string()).as_bytes())?;
    out.write_all(b"\n")
}

/// What every part of the page needs.
pub(crate) struct Page<'a> {
    assessment: &'a Assessment,
    options: &'a Options<'a>,
    texts: &'a Texts,
    calendar: Calendar<'a>,
    groups: Vec<Group<'a>>,
}

impl Page<'_> {
    fn document(&self) -> Markup {
        let say = |key| self.texts.say(key);
        let name = self.name();
        html! {
            (DOCTYPE)
            html lang=(self.options.lang) {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="referrer" content="no-referrer";
                    meta name="robots" content="noindex";
                    meta name="generator" content={ "Visite " (self.options.version) };
                    title { "Visite · " (name) " · " (self.calendar.when(self.assessment.round.at)) }
                    style { (PreEscaped(self.style())) }
                }
                body {
                    a .skip href="#content" { (say("html-skip")) }
                    div .sheet {
                        (self.header(&name))
                        main #content {
                            (first::extent(self))
                            (network::news(self))
                            (first::first_screen(self))
                            (self.contents())
                            (network::map(self))
                            (cards::findings(self))
                            (network::devices(self))
                            (lists::accepted(self))
                            (lists::fixed(self))
                            (lists::not_checked(self))
                            (lists::passed(self))
                            (lists::not_applicable(self))
                            (lists::requirements(self))
                            (lists::subjects(self))
                            (lists::about(self))
                        }
                        footer { (say("html-confidential")) " · Visite " (self.options.version) }
                    }
                }
            }
        }
    }

    /// For whom the report is: the practice, else the only computer.
    fn name(&self) -> String {
        let assessment = self.assessment;
        match (&assessment.round.practice, assessment.subjects.as_slice()) {
            (Some(practice), _) => practice.clone(),
            (None, _) if self.options.scan.is_some() => {
                self.options.scan.map(|scan| crate::network::aim(self.texts, scan)).unwrap_or_default()
            }
            (None, [only]) => only.subject.name.clone(),
            (None, []) => self.title(),
            (None, several) => self.texts.fill("subjects-many", [("n", several.len().into())]),
        }
    }

    /// Facts of computers alone make a draft: scope and interview are missing.
    fn title(&self) -> String {
        self.texts.say(if self.assessment.round.practice.is_some() { "html-title" } else { "html-draft" })
    }

    fn header(&self, name: &str) -> Markup {
        let when = self.calendar.when(self.assessment.round.at);
        let what = match self.assessment.subjects.as_slice() {
            _ if self.options.scan.is_some() => {
                let said = self.options.scan.into_iter().flat_map(|scan| {
                    let aim = crate::network::aim(self.texts, scan);
                    [aim, crate::network::extent(self.texts, scan)]
                });
                said.filter(|part| part != name).collect::<Vec<_>>().join(" · ")
            }
            [only] if self.assessment.round.practice.is_some() => {
                let parts = [only.subject.name.as_str(), only.description.as_str()];
                parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
            }
            [only] => only.description.clone(),
            [] => String::new(),
            // Without a practice the heading itself says how many there are.
            several if self.assessment.round.practice.is_none() => names(several),
            several => self.texts.fill("reached", [("n", several.len().into())]),
        };
        html! {
            header .top {
                div {
                    p .kind { (self.title()) " · " (self.texts.say("html-confidential")) }
                    h1 { (name) }
                    @if !what.is_empty() { p .what { (what) } }
                }
                p .when { (self.texts.fill("html-last-visit", [("when", when.into())])) }
            }
        }
    }

    fn contents(&self) -> Markup {
        let link = |id: &str, key: &str| html! { li { a href={ "#" (id) } { (self.texts.say(key)) } } };
        html! {
            nav aria-label=(self.texts.say("html-contents")) {
                ul {
                    @if self.options.scan.is_some_and(|scan| !scan.hosts.is_empty()) { (link("network", "map-title")) }
                    (link("findings", "html-findings"))
                    @if self.options.scan.is_some() { (link("devices", "html-devices")) }
                    (link("not-checked", "html-not-checked"))
                    (link("passed", "html-passed"))
                    (link("about", "html-about"))
                }
            }
        }
    }

    /// The style sheet. What stands at the foot of a printed page are our own words, a date and counts.
    fn style(&self) -> String {
        let summary = &self.assessment.summary;
        let counts = [("checked", summary.checked.into()), ("points", summary.points.into())];
        let foot = [
            self.calendar.when(self.assessment.round.at),
            self.texts.word("basis", visite_facts::Basis::Measured),
            self.texts.fill("checked-of", counts),
            self.texts.say("html-confidential"),
        ];
        let foot = css_text(&foot.join(" · "));
        let number = css_text(&format!("{} ", self.texts.say("html-page")));
        let margin = "font:8pt/1.3 Inter,system-ui,sans-serif";
        format!(
            "{}{}{}@page{{size:A4;margin:16mm 16mm 20mm;\
             @bottom-left{{content:{foot};{margin};width:80%}}\
             @bottom-right{{content:{number} counter(page) \" / \" counter(pages);{margin}}}}}\n",
            font::face(),
            tokens::style(),
            STYLE,
        )
    }
}

/// What a few subjects are called; nothing for many, which stand in a table of their own.
fn names(subjects: &[AssessedSubject]) -> String {
    const MOST: usize = 4;
    let all: Vec<&str> = subjects.iter().map(|assessed| assessed.subject.name.as_str()).collect();
    if all.len() <= MOST { all.join(", ") } else { String::new() }
}

/// A text as a CSS string that cannot end early, nor end the style element.
fn css_text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' | '<' | '>' => quoted.push_str(&format!("\\{:x} ", u32::from(character))),
            _ if crate::clean::acts(character) => {}
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// A text of the catalogue, with what stands between backticks set as code. A single backtick is just a backtick.
pub fn prose(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return html! { (text) };
    }
    html! {
        @for (index, part) in parts.iter().enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// Symbol and word of an urgency, as a badge.
pub fn badge(texts: &Texts, urgency: Urgency) -> Markup {
    html! { span class={ "badge " (urgency) } { (icon(urgency_icon(urgency))) (texts.word("urgency", urgency)) } }
}

/// The symbol of an urgency.
pub fn urgency_icon(urgency: Urgency) -> Icon {
    match urgency {
        Urgency::Urgent => Icon::Urgent,
        Urgency::Act => Icon::Act,
        Urgency::Occasion => Icon::Occasion,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_in_a_text_are_set_as_code() {
        assert_eq!(prose("`a <b>` zeigt `P`.").into_string(), "<code>a &lt;b&gt;</code> zeigt <code>P</code>.");
        assert_eq!(prose("ein ` allein").into_string(), "ein ` allein");
    }

    #[test]
    fn text_in_the_style_sheet_cannot_break_out() {
        assert_eq!(css_text("a\"b\\</style>\u{1b}"), "\"a\\22 b\\5c \\3c /style\\3e \"");
    }
}
