//! The first-run wizard: five short steps, each a page of its own that can be left and found again.

use super::forms::{Field, field, guard, radios, tick};
use super::frame::{Frame, Page, Section};
use super::settings::release_fields;
use maud::{Markup, html};

/// Sizes of a practice: word, name, meaning.
pub const SIZES: [(&str, &str, &str); 3] = [
    ("small", "size-small", "size-small-help"),
    ("medium", "size-medium", "size-medium-help"),
    ("large", "size-large", "size-large-help"),
];

/// Ways to the telematics infrastructure: word, name, meaning.
pub const TELEMATICS: [(&str, &str, &str); 4] = [
    ("parallel", "ti-parallel", "ti-parallel-help"),
    ("series", "ti-series", "ti-series-help"),
    ("gateway", "ti-gateway", "ti-gateway-help"),
    ("none", "ti-none", ""),
];

/// Who looks after the computers: word, name, meaning.
pub const CARE: [(&str, &str, &str); 3] = [
    ("provider", "care-provider", "care-provider-help"),
    ("practice", "care-practice", "care-practice-help"),
    ("both", "care-both", ""),
];

/// A step of the wizard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// What the practice is called.
    Name,
    /// How many people process data.
    Size,
    /// How it is connected to the telematics infrastructure.
    Telematics,
    /// Who looks after the computers.
    Care,
    /// Which network may be examined.
    Release,
    /// All is said.
    Done,
}

/// The steps with questions, in their order.
pub const STEPS: [(Step, &str); 5] = [
    (Step::Name, "name"),
    (Step::Size, "size"),
    (Step::Telematics, "telematics"),
    (Step::Care, "care"),
    (Step::Release, "release"),
];

impl Step {
    /// The step of that name; the first for any other.
    pub fn named(name: &str) -> Self {
        if name == "done" {
            return Step::Done;
        }
        STEPS.iter().find(|(_, known)| *known == name).map_or(Step::Name, |(step, _)| *step)
    }

    /// Its name, as it stands in the address.
    pub fn name(self) -> &'static str {
        STEPS.iter().find(|(step, _)| *step == self).map_or("done", |(_, name)| *name)
    }

    fn index(self) -> usize {
        STEPS.iter().position(|(step, _)| *step == self).unwrap_or(STEPS.len())
    }
}

/// What the wizard shows. Words are those of the practice file; empty if nobody said so yet.
#[derive(Clone, Debug)]
pub struct View {
    /// The step.
    pub step: Step,
    /// Name of the practice.
    pub name: String,
    /// Its size.
    pub size: String,
    /// Its way to the telematics infrastructure.
    pub telematics: String,
    /// Who looks after the computers.
    pub care: String,
    /// Networks this computer is in, as a suggestion for the release.
    pub networks: Vec<String>,
    /// Whether the reader may say that a provider runs this server.
    pub may_provide: bool,
}

/// The page of a step.
pub fn page(frame: &Frame<'_>, view: &View) -> Page {
    let (title, content) = match view.step {
        Step::Done => ("setup-done", done(frame)),
        step => ("setup-title", question(frame, view, step)),
    };
    Page::new(Section::Start, frame.say(title), content)
}

fn question(frame: &Frame<'_>, view: &View, step: Step) -> Markup {
    let index = step.index();
    let counts = [("n", (index + 1).into()), ("all", STEPS.len().into())];
    let fields = match step {
        Step::Name => html! {
            (field(&Field { name: "name", label: frame.say("setup-name"), help: Some(frame.say("setup-name-help")), kind: "text", value: &view.name, required: true, id: None }))
        },
        Step::Size => radios(frame, "size", &frame.say("setup-size"), &view.size, &SIZES),
        Step::Telematics => radios(frame, "telematics", &frame.say("setup-telematics"), &view.telematics, &TELEMATICS),
        Step::Care => radios(frame, "care", &frame.say("setup-care"), &view.care, &CARE),
        Step::Release | Step::Done => html! {
            p { (frame.say("setup-release")) }
            @if !view.networks.is_empty() {
                p .note { (frame.texts.fill("setup-networks", [("networks", view.networks.join(", ").into())])) }
            }
            (release_fields(frame))
        },
    };
    let back = index.checked_sub(1).and_then(|before| STEPS.get(before));
    html! {
        p .progress-line {
            progress max=(STEPS.len()) value=(index + 1) aria-hidden="true" {}
            span { (frame.texts.fill("setup-step", counts)) }
        }
        form .narrow-form.wizard method="post" action=(frame.to(&["setup"])) {
            (guard(frame))
            input type="hidden" name="step" value=(step.name());
            (fields)
            div .buttons {
                button type="submit" { (frame.say("setup-on")) }
                @if let Some((_, name)) = back { a .button.quiet href={ (frame.to(&["setup"])) "?step=" (name) } { (frame.say("pager-back")) } }
                @if step == Step::Release { a href={ (frame.to(&["setup"])) "?step=done" } { (frame.say("setup-later")) } }
            }
        }
        @if step == Step::Name && view.may_provide {
            section .block aria-labelledby="provider-title" {
                h2 #provider-title { (frame.say("setup-provider")) }
                p .sub { (frame.say("setup-provider-text")) }
                form method="post" action=(frame.to(&["setup", "provider"])) {
                    (guard(frame))
                    (tick("confirmed", &frame.say("setup-provider-confirm"), None, false))
                    button .quiet type="submit" { (frame.say("setup-provider-do")) }
                }
            }
        }
    }
}

fn done(frame: &Frame<'_>) -> Markup {
    html! {
        p { (frame.say("setup-done-text")) }
        ol .flow-list {
            li { (frame.say("setup-next-see")) }
            li { (frame.say("setup-next-connect")) }
            li { (frame.say("setup-next-login")) }
        }
        div .buttons {
            a .button href=(frame.to(&[])) { (frame.say("error-home")) }
            a .button.quiet href=(frame.to(&["agents"])) { (frame.say("agents-add")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_found_by_their_names() {
        for (step, name) in STEPS {
            assert_eq!(Step::named(name), step);
            assert_eq!(step.name(), name);
        }
        assert_eq!(Step::named("done"), Step::Done);
        assert_eq!(Step::named("../etc"), Step::Name);
    }
}
