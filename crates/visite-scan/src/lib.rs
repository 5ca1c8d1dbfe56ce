//! Examines networks, gently: who is there, what do they offer, and how do they speak.

#![forbid(unsafe_code)]
// A test that unwraps fails where it stands.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod announce;
mod arp;
mod checksum;
pub mod device;
pub mod discover;
mod each;
mod echo;
pub mod examine;
pub mod gauge;
pub mod import;
mod join;
mod kin;
pub mod line;
mod mobile;
mod ndp;
pub mod net;
pub mod observe;
pub mod pace;
pub mod permission;
pub mod policy;
pub mod prepare;
mod routers;
pub mod scan;
mod standing;
pub mod sweep;
mod syn;
pub mod talk;
mod tally;
pub mod targets;
pub mod vendors;

pub use syn::is_allowed as raw_sockets_allowed;
