//! Linux: one module a subject.

use crate::collectors::Collector;

pub mod identity;

/// All collectors for Linux, in the order in which their snapshots are listed.
pub static COLLECTORS: &[&dyn Collector] = &[];
