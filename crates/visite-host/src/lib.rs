//! Observes a computer and returns facts: what is installed, who may log in, what listens, what locks.
//!
//! Each collector is split in two. On Linux `collect` reads files and runs programs through [`Machine`], which bounds time,
//! size and reach; on Windows [`windows::live`] reads what the collectors list. What makes facts of it is pure, total and
//! tolerant, and is what tests and fuzzers call.
//! Collectors never judge and never store; there is no async, no network and no unsafe code in here.

pub mod collectors;
#[cfg(unix)]
pub mod linux;
#[cfg(unix)]
mod machine;
#[cfg(unix)]
mod memory;
pub mod windows;

pub use collectors::observe;
#[cfg(unix)]
pub use collectors::{Collector, collectors};
#[cfg(unix)]
pub use machine::{Command, Machine, Output, ReadFailure, RunFailure};
#[cfg(windows)]
pub use windows::machine::Machine;
