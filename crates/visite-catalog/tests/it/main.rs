//! One test binary for the crate.

mod condition;
mod layers;
mod lifecycle;
mod network;
