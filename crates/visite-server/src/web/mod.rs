//! The outside of the server: addresses, guards, who may do what.

pub mod access;
pub mod app;
pub mod count;
pub mod guard;
pub mod input;
pub mod limits;
pub mod refusal;
pub mod routes;
pub mod serve;
pub mod urls;
pub mod visit;
