//! One test binary for the crate.

mod catalog;
mod derived;
mod golden;
mod life;
mod properties;
mod world;
