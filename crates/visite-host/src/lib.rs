//! Observes a computer and returns facts: what is installed, who may log in, what listens, what locks.
//!
//! Each collector is split in two: `collect` reads files and runs programs through [`Machine`], which bounds time,
//! size and reach; `parse` functions are pure, total and tolerant, and are the ones that tests and fuzzers call.
//! Collectors never judge and never store; there is no async, no network and no unsafe code in here.

pub mod collectors;
#[cfg(unix)]
pub mod linux;
mod machine;

pub use collectors::{Collector, collectors, observe};
pub use machine::{Command, Machine, Output, ReadFailure, RunFailure};
