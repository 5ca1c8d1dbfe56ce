//! Parts of forms: fields with their labels, the token against forged posts, filters.

use super::Frame;
use maud::{Markup, html};

/// The token against forged posts.
pub fn guard(frame: &Frame<'_>) -> Markup {
    html! { input type="hidden" name="csrf" value=(frame.csrf); }
}

/// A choice: value and word.
pub type Choice = (String, String);

/// A list to choose from, with its label.
pub fn select(id: &str, name: &str, label: &str, chosen: &str, choices: &[Choice]) -> Markup {
    html! {
        div .field {
            label for=(id) { (label) }
            select id=(id) name=(name) {
                @for (value, word) in choices {
                    option value=(value) selected[value == chosen] { (word) }
                }
            }
        }
    }
}

/// A field of a form.
pub struct Field<'a> {
    /// Name in the post.
    pub name: &'a str,
    /// Its id, where the name stands in several forms of the page.
    pub id: Option<&'a str>,
    /// Its label.
    pub label: String,
    /// What helps to fill it in.
    pub help: Option<String>,
    /// `text`, `date`, `email`, `number`, `file` ...
    pub kind: &'a str,
    /// What stands in it.
    pub value: &'a str,
    /// Whether it has to be filled in.
    pub required: bool,
}

/// A field with its label and help.
pub fn field(field: &Field<'_>) -> Markup {
    let own = field.id.unwrap_or(field.name);
    let help = field.help.as_ref().map(|_| format!("{own}-help"));
    html! {
        div .field {
            label for=(own) { (field.label) }
            @if let (Some(text), Some(id)) = (&field.help, &help) { p .help #(id) { (text) } }
            input type=(field.kind) id=(own) name=(field.name) value=[(field.kind != "file").then_some(field.value)]
                required[field.required] aria-describedby=[help.as_deref()]
                autocomplete=[(field.kind == "password").then_some("off")];
        }
    }
}

/// Choices of which exactly one counts: value, word, what it means.
pub fn radios(frame: &Frame<'_>, name: &str, legend: &str, chosen: &str, choices: &[(&str, &str, &str)]) -> Markup {
    html! {
        fieldset {
            legend { (legend) }
            @for (value, word, help) in choices {
                @let id = format!("{name}-{value}");
                div .choice {
                    input type="radio" id=(id) name=(name) value=(value) checked[*value == chosen] required;
                    label for=(id) {
                        (frame.say(word))
                        @if !help.is_empty() { span .small { (frame.say(help)) } }
                    }
                }
            }
        }
    }
}

/// Something that is or is not so.
pub fn tick(name: &str, label: &str, help: Option<&str>, on: bool) -> Markup {
    html! {
        div .choice {
            input type="checkbox" id=(name) name=(name) value="on" checked[on];
            label for=(name) {
                (label)
                @if let Some(help) = help { span .small { (help) } }
            }
        }
    }
}

/// A row of fields that narrow a list: a plain form, which htmx answers in place.
pub fn filter(frame: &Frame<'_>, address: &str, fields: &Markup, narrowed: bool) -> Markup {
    html! {
        form .filter method="get" action=(address) role="search" aria-label=(frame.say("filter-label"))
            hx-get=(address) hx-target="#content" hx-select="#content" hx-swap="outerHTML" hx-push-url="true" {
            (fields)
            div .buttons {
                button .quiet type="submit" { (frame.say("filter-apply")) }
                @if narrowed { a href=(address) { (frame.say("filter-reset")) } }
            }
        }
    }
}

/// A word to look for, as a field of a filter.
pub fn search_field(id: &str, label: &str, value: &str) -> Markup {
    html! {
        div .field.wide {
            label for=(id) { (label) }
            input type="search" id=(id) name="q" value=(value) maxlength="100" autocomplete="off";
        }
    }
}

/// A list or part without anything in it: what that means, and what to do.
pub fn empty(title: &str, text: &str, action: Option<(&str, &str)>) -> Markup {
    html! {
        div .empty {
            p { strong { (title) } }
            p { (text) }
            @if let Some((address, word)) = action { p .more { a .button href=(address) { (word) } } }
        }
    }
}
