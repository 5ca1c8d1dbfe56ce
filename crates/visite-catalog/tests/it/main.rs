//! One test binary for the crate.

mod condition;
mod fingerprints;
mod layers;
mod lifecycle;
mod network;
