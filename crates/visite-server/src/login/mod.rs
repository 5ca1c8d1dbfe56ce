//! Who somebody is: passwords, second factors, passkeys, recovery codes, accounts elsewhere, sessions, one-time links.
//!
//! Each of these in a file of its own, without pages; `sign_in`, `own` and `people` answer requests with them, and
//! `views` draws the pages.

pub mod factors;
pub mod first;
pub mod held;
pub mod join;
pub mod links;
pub mod oidc;
pub mod own;
pub mod passkey;
pub mod password;
pub mod people;
pub mod recovery;
pub mod seal;
pub mod secret;
pub mod session;
pub mod sign_in;
pub mod totp;
pub mod views;
