//! One test binary for the crate.

mod compat;
mod identity;
mod schema;
mod snapshot;
