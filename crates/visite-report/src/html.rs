//! What the HTML report and the pages of a server share: colours, typeface, style sheet, symbols, and the parts that show
//! findings, measures, evidence and the network. One source, so that both look and speak the same.
//!
//! All are pure: texts and an assessment in, markup out.

pub use crate::clean::clean_lines;
pub use crate::formats::html::cards::{evidence_table, severity, voices};
pub use crate::formats::html::first::{STEPS, area_look, further, sentence, step, work_line};
pub use crate::formats::html::font::{CHARACTERS, INTER};
pub use crate::formats::html::icons::{Icon, icon};
pub use crate::formats::html::network::doors;
pub use crate::formats::html::plan::{Drawn, look, plan};
pub use crate::formats::html::tokens::{TOKENS, Token, style as colours};
pub use crate::formats::html::{STYLE, badge, prose, urgency_icon};
