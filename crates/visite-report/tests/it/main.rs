//! Golden outputs and promises of the report formats.

mod golden;
mod hostile;
mod html;
mod machines;
mod scan;
mod text;
