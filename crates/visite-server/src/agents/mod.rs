//! The endpoint of the agents: who may connect, how both sides know each other, and what becomes of what they deliver.
//!
//! [`authority`] issues certificates, [`tls`] asks for them, [`guard`] lets in who has a valid one that nobody revoked,
//! [`message`] reads what comes within bounds, and [`endpoint`] enrols, renews and keeps. The words themselves
//! are in `visite_agent::protocol`.

pub mod authority;
pub mod endpoint;
pub mod guard;
pub mod message;
pub mod tls;
