//! Keeps the few secrets that have to be read again (keys of authenticator apps, secrets of webhooks) encrypted in
//! the store. The key lies in a file beside the database and not in it, so that a backup without keys opens no login.
//!
//! ChaCha20-Poly1305 with a random nonce of 96 bits; the name of the place is authenticated, so that nobody moves a
//! sealed value from one account to another.

use data_encoding::BASE64URL_NOPAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::fmt;
use std::sync::Arc;

/// Length of the key, in bytes.
pub const KEY_LENGTH: usize = 32;

/// Seals and opens values.
#[derive(Clone)]
pub struct Sealer(Arc<LessSafeKey>);

/// A value was not sealed with this key, or not for this place, or was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value cannot be opened; was the key file restored together with the database?")]
pub struct SealError;

impl Sealer {
    /// With the key of the installation.
    ///
    /// # Errors
    ///
    /// If the library does not take the key.
    pub fn new(key: &[u8; KEY_LENGTH]) -> Result<Self, SealError> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, key).map_err(|_| SealError)?;
        Ok(Self(Arc::new(LessSafeKey::new(key))))
    }

    /// `value` as text that only this key opens, and only for `place`. `random` is used once.
    ///
    /// # Errors
    ///
    /// If the library refuses (values of more than 64 GB).
    pub fn seal(&self, place: &str, value: &[u8], random: [u8; NONCE_LEN]) -> Result<String, SealError> {
        let mut bytes = value.to_vec();
        let nonce = Nonce::assume_unique_for_key(random);
        self.0.seal_in_place_append_tag(nonce, Aad::from(place.as_bytes()), &mut bytes).map_err(|_| SealError)?;
        Ok(BASE64URL_NOPAD.encode(&[&random[..], &bytes].concat()))
    }

    /// The value that was sealed for `place`.
    ///
    /// # Errors
    ///
    /// If it was not, or not with this key.
    pub fn open(&self, place: &str, sealed: &str) -> Result<Vec<u8>, SealError> {
        let mut bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).map_err(|_| SealError)?;
        let (nonce, rest) = bytes.split_at_mut_checked(NONCE_LEN).ok_or(SealError)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError)?;
        Ok(self.0.open_in_place(nonce, Aad::from(place.as_bytes()), rest).map_err(|_| SealError)?.to_vec())
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_and_the_place_open() {
        let sealer = Sealer::new(&[1; 32]).unwrap();
        let sealed = sealer.seal("account/a/totp", b"geheim", [9; 12]).unwrap();
        assert!(!sealed.contains("geheim"));
        assert_eq!(sealer.open("account/a/totp", &sealed).unwrap(), b"geheim");
        assert_eq!(sealer.open("account/b/totp", &sealed), Err(SealError));
        assert_eq!(Sealer::new(&[2; 32]).unwrap().open("account/a/totp", &sealed), Err(SealError));
        let mut changed = sealed.into_bytes();
        changed[20] ^= 1;
        assert_eq!(sealer.open("account/a/totp", &String::from_utf8(changed).unwrap()), Err(SealError));
        for nonsense in ["", "A", "AAAA", "!", "ä"] {
            assert_eq!(sealer.open("account/a/totp", nonsense), Err(SealError), "{nonsense}");
        }
    }
}
