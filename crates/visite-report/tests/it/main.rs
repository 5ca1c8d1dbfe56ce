//! Golden outputs and promises of the report formats.

mod golden;
