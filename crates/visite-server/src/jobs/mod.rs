//! Long work: what is to be done, who does it, and when.
//!
//! [`plan`] says what is to be done; planning twice is planning once.

pub mod plan;
