//! Symbols of the states, drawn so that each has a shape of its own and none depends on a font or on colour.
//!
//! They stand beside the word they mean and are hidden from screen readers, which read the word.

use maud::{Markup, PreEscaped, html};

/// A state that has a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// An octagon with an exclamation mark.
    Urgent,
    /// A triangle with an exclamation mark.
    Act,
    /// A circle with a dot.
    Occasion,
    /// A circle with a tick.
    Good,
    /// A dashed circle with a question mark.
    Unknown,
    /// A signed sheet.
    Accepted,
    /// A dash.
    NotApplicable,
}

/// The symbol, as large as the text beside it.
pub fn icon(icon: Icon) -> Markup {
    let shape = match icon {
        Icon::Urgent => "<path d=\"M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2z\"/><path d=\"M8 4.5v4.2M8 11.3v.2\"/>",
        Icon::Act => "<path d=\"M8 1.8 15 14H1z\"/><path d=\"M8 6.2v3.6M8 11.9v.2\"/>",
        Icon::Occasion => "<circle cx=\"8\" cy=\"8\" r=\"6.5\"/><circle cx=\"8\" cy=\"8\" r=\"1\"/>",
        Icon::Good => "<circle cx=\"8\" cy=\"8\" r=\"6.5\"/><path d=\"m5 8.3 2.1 2.1L11.2 6\"/>",
        Icon::Unknown => {
            "<circle cx=\"8\" cy=\"8\" r=\"6.5\" stroke-dasharray=\"2.4 1.7\"/>\
             <path d=\"M6.2 6.3a1.9 1.9 0 1 1 2.7 1.7c-.6.3-.9.6-.9 1.2M8 11.4v.2\"/>"
        }
        Icon::Accepted => "<path d=\"M3 1.5h10v13H3z\"/><path d=\"M5.5 5h5M5.5 8h5M5.5 11.3c1-1.4 1.6.9 2.6-.4\"/>",
        Icon::NotApplicable => "<path d=\"M3.5 8h9\"/>",
    };
    html! {
        svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"
            stroke-linejoin="round" aria-hidden="true" focusable="false" { (PreEscaped(shape)) }
    }
}
