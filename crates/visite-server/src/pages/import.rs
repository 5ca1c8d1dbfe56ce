//! Practices from a CSV file: first a look at what would be made, then it is made.

use super::forms::{Choice, Field, field, guard, select};
use super::frame::{Frame, Page, Section};
use super::states::state;
use super::table::{Cell, Table};
use maud::{Markup, html};
use visite_report::html::Icon;

/// A line of the file.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number in the file.
    pub number: usize,
    /// Name of the practice.
    pub name: String,
    /// Its place.
    pub place: String,
    /// Its size, as written.
    pub size: String,
    /// Why it cannot be made, in the reader's language.
    pub problem: Option<String>,
}

/// What would be made.
#[derive(Clone, Copy)]
pub struct Preview<'a> {
    /// Names the file that was read, for the confirmation.
    pub token: &'a str,
    /// Its lines.
    pub lines: &'a [Line],
}

/// The page, before and after a file was read.
pub fn page(frame: &Frame<'_>, preview: Option<&Preview<'_>>) -> Page {
    let content = match preview {
        Some(preview) => looked_at(frame, preview),
        None => asked(frame),
    };
    Page::new(Section::Import, frame.say("nav-import"), content).below("/practices", frame.say("nav-practices"))
}

/// Sizes of a practice, as the file names them.
const SIZES: [(&str, &str); 4] =
    [("", "import-size-open"), ("small", "size-small"), ("medium", "size-medium"), ("large", "size-large")];

fn asked(frame: &Frame<'_>) -> Markup {
    let sizes: Vec<Choice> = SIZES.iter().map(|(word, key)| ((*word).to_owned(), frame.say(key))).collect();
    let line = |name: &'static str, key: &str, required: bool| {
        field(&Field { name, label: frame.say(key), help: None, kind: "text", value: "", required, id: None })
    };
    html! {
        section .block aria-labelledby="one-title" {
        h2 #one-title { (frame.say("import-one")) }
        form .narrow-form method="post" action="/practices/new" {
            (guard(frame))
            (line("name", "import-name", true))
            (line("place", "import-place", false))
            (select("size", "size", &frame.say("setup-size"), "", &sizes))
            p .buttons { button type="submit" { (frame.say("import-one-do")) } }
        }
        }
        section .block aria-labelledby="many-title" {
        h2 #many-title { (frame.say("import-many")) }
        p { (frame.say("import-text")) }
        pre tabindex="0" { code { (frame.say("import-example")) } }
        form .narrow-form method="post" action="/practices/import" enctype="multipart/form-data" {
            (guard(frame))
            (field(&Field { name: "file", label: frame.say("import-file"), help: Some(frame.say("import-file-help")), kind: "file", value: "", required: true, id: None }))
            p .buttons { button type="submit" { (frame.say("import-look")) } }
        }
        }
    }
}

fn looked_at(frame: &Frame<'_>, preview: &Preview<'_>) -> Markup {
    let columns = ["import-line", "practice", "import-place", "import-size", "html-state"];
    let mut table = Table::new(frame.say("nav-import"), &columns.map(|key| frame.say(key)));
    for line in preview.lines {
        let (class, symbol, word) = match &line.problem {
            Some(problem) => ("act", Icon::Act, problem.clone()),
            None => ("good", Icon::Good, frame.say("import-good")),
        };
        table.rows.push(vec![
            Cell::number(line.number.to_string()),
            Cell::text(line.name.as_str()),
            Cell::text(line.place.as_str()),
            Cell::text(line.size.as_str()),
            Cell::shown(word.clone(), state(class, symbol, &word)),
        ]);
    }
    let good = preview.lines.iter().filter(|line| line.problem.is_none()).count();
    let bad = preview.lines.len() - good;
    html! {
        p .lead {
            (frame.count("import-count", good))
            @if bad > 0 { " " (frame.count("import-bad", bad)) }
        }
        (table.html())
        div .buttons {
            @if good > 0 {
                form method="post" action="/practices/import/confirm" {
                    (guard(frame))
                    button type="submit" name="token" value=(preview.token) { (frame.count("import-do", good)) }
                }
            }
            a .button.quiet href="/practices/import" { (frame.say("import-other")) }
        }
    }
}
