//! Examines networks, gently: who is there, what do they offer, and how do they speak.

#![forbid(unsafe_code)]

mod arp;
pub mod device;
pub mod discover;
mod echo;
pub mod examine;
pub mod import;
pub mod net;
pub mod observe;
pub mod pace;
pub mod policy;
pub mod scan;
pub mod sweep;
mod syn;
pub mod talk;
pub mod targets;
pub mod vendors;

pub use syn::is_allowed as raw_sockets_allowed;
