//! Signing in with an account elsewhere, through OpenID Connect: authorization code with PKCE, state and nonce.
//!
//! One service for the installation ([`service`]), asked over a narrow client ([`http`]), known for a few minutes
//! ([`known`]). [`ticket`] binds what was begun to the browser that began it, [`exchange`] proves what comes back, [`flow`]
//! answers the requests. Who somebody is, is the pair of issuer and subject; an e-mail address says nothing here, for
//! whoever may set it there would get in here. Accounts are linked by whoever is signed in, or by an invitation; nobody
//! gets an account by signing in.

pub mod elsewhere;
pub mod exchange;
pub mod failure;
pub mod flow;
pub mod http;
pub mod known;
pub mod own;
pub mod service;
pub mod ticket;
