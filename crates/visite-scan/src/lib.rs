//! Examines networks, gently: who is there, what do they offer, and how do they speak.

#![forbid(unsafe_code)]
// A test that unwraps fails where it stands.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod announce;
mod arp;
mod checksum;
pub mod device;
pub mod discover;
mod echo;
pub mod examine;
pub mod import;
pub mod net;
pub mod observe;
pub mod pace;
pub mod permission;
pub mod policy;
pub mod prepare;
mod routers;
pub mod scan;
pub mod sweep;
mod syn;
pub mod talk;
pub mod targets;
pub mod vendors;

pub use syn::is_allowed as raw_sockets_allowed;
