//! One file a format. Each takes a finished assessment and writes it; none of them decides anything.

pub mod html;
pub mod json;
pub mod junit;
pub mod nmap;
pub mod sarif;
pub mod text;
mod xml;
