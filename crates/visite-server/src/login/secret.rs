//! Random values that open something: sessions, one-time links, the answer to a challenge.
//!
//! Who knows the value may pass; the store keeps its SHA-256 only, so that a copy of the database opens nothing.
//! 256 random bits need no slow hash.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};
use std::fmt;

/// A random value of 256 bits, written as 43 characters of base64url.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// The value made of `random`, which has to come from the system's source of randomness.
    pub fn new(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// Reads what [`Secret::text`] wrote; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        // The length is asked first, so that nobody makes us decode megabytes.
        if text.len() != 43 {
            return None;
        }
        BASE64URL_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok().map(Self)
    }

    /// The value as text, for a cookie or an address. Never for a log.
    pub fn text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    /// SHA-256 of the value, as 64 hexadecimal digits: what the store keeps.
    pub fn hash(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(self.0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_survives_its_text() {
        let secret = Secret::new([7; 32]);
        assert_eq!(Secret::parse(&secret.text()), Some(secret.clone()));
        assert_eq!(secret.hash().len(), 64);
        assert_ne!(secret.hash(), Secret::new([8; 32]).hash());
    }

    #[test]
    fn other_texts_are_no_values() {
        let right = Secret::new([7; 32]).text();
        for wrong in ["", "a", &right[1..], &format!("{right}A"), &right.replace('B', "!"), &"ä".repeat(22)] {
            assert_eq!(Secret::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_log_does_not_tell_the_value() {
        assert_eq!(format!("{:?}", Secret::new([7; 32])), "Secret(..)");
    }
}
