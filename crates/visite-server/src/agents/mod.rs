//! The endpoint of the agents, apart from what needs a store: who may connect, and how both sides know each other.
//!
//! [`authority`] issues certificates, [`tls`] asks for them, [`guard`] lets in who has a valid one that nobody revoked, and
//! [`message`] reads what comes within bounds. The words themselves are in `visite_agent::protocol`.

pub mod authority;
pub mod guard;
pub mod message;
pub mod tls;
