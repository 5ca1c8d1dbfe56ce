//! TLS and SSL: hand-made offers and what servers answer (RFC 8446, RFC 5246, RFC 4346, RFC 2246, RFC 6101).
//!
//! For everything that asks whether a service encrypts and how well. Libraries refuse to offer what is obsolete; an
//! offer written by hand offers it and needs only the first answer, which is sent in the clear up to version 1.2.
//! Deliberately absent: keys and encryption (no handshake is ever finished), and what is good or bad.
//!
//! [`Hello`] makes one offer over one connection. [`Audit`] plans the few offers from which
//! [`visite_facts::facts::DeviceTls`] follows. [`starttls()`] opens services that begin unencrypted.

mod audit;
mod hello;
mod starttls;
mod suites;

pub use audit::{Audit, MAX_HELLOS, describe_certificate};
pub use hello::{Alert, Hello, HelloAnswer, HelloOutcome, Offer, Version};
pub use starttls::{STARTTLS_SERVICES, starttls};
pub use suites::SuiteKind;
