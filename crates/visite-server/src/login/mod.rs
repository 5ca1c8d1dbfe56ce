//! Who somebody is: passwords, second factors, passkeys, recovery codes, sessions, one-time links.

pub mod password;
pub mod recovery;
pub mod secret;
pub mod totp;
