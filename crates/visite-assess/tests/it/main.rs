//! One test binary for the crate.

mod catalog;
mod derived;
mod devices;
mod golden;
mod life;
mod overlay;
mod properties;
mod requirements;
mod world;
