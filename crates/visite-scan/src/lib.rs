//! Examines networks, gently: who is there, what do they offer, and how do they speak.

#![forbid(unsafe_code)]

pub mod net;
pub mod pace;
pub mod sweep;
mod syn;
pub mod targets;

pub use syn::is_allowed as raw_sockets_allowed;
