//! Long work: what is to be done, who does it, and when.
//!
//! [`plan`] says what is to be done; planning twice is planning once. [`schedule`] says when by itself, [`planner`] plans
//! that. [`worker`] takes what is due, one job at a time in as many places as it has, and each kind has its file.

pub mod clean_up;
pub mod judge;
pub mod look;
pub mod plan;
pub mod planner;
pub mod progress;
pub mod round;
#[cfg(feature = "scan")]
pub mod scan;
pub mod schedule;
pub mod work;
pub mod worker;
