//! The one-time token with which a computer enrols: a secret, and by what the server is known.
//!
//! Its text is `visite1` and 104 hexadecimal digits, so that a double click selects it whole: 16 bytes of secret, the
//! SHA-256 of the server's CA certificate, and the beginning of a SHA-256 over both, which tells a slip of copying from a
//! wrong server.

use super::Hash;
use super::hash::from_hex;
use std::fmt;

const PREFIX: &str = "visite1";
const SECRET: usize = 16;
const CHECK: usize = 4;

/// A one-time token.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    secret: [u8; SECRET],
    /// SHA-256 of the DER form of the CA's certificate.
    pub ca: Hash,
}

/// Why a text is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It does not begin like one.
    #[error("a token begins with `{PREFIX}`")]
    NotAToken,
    /// It is too short, too long, or was changed on its way.
    #[error("the token is not complete")]
    Damaged,
}

impl Token {
    /// A token from fresh randomness, for a server whose CA certificate has the hash `ca`.
    pub fn new(secret: [u8; SECRET], ca: Hash) -> Self {
        Self { secret, ca }
    }

    /// By what a server finds the token; the token itself is never stored.
    pub fn stored(&self) -> Hash {
        Hash::of(self.text().as_bytes())
    }

    /// The text for the person who enrols. It is a secret: it belongs into no log and no file.
    pub fn text(&self) -> String {
        let bytes = [self.secret.as_slice(), &self.ca.0, &self.check()].concat();
        bytes.iter().fold(PREFIX.to_owned(), |text, byte| format!("{text}{byte:02x}"))
    }

    fn check(&self) -> [u8; CHECK] {
        let Hash([a, b, c, d, ..]) = Hash::of(&[self.secret.as_slice(), &self.ca.0].concat());
        [a, b, c, d]
    }
}

/// Without the secret, so that it reaches no log by accident.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("ca", &self.ca).finish_non_exhaustive()
    }
}

/// Reads a token; white space around it does not matter.
pub fn parse_token(text: &str) -> Result<Token, TokenError> {
    let digits = text.trim().strip_prefix(PREFIX).ok_or(TokenError::NotAToken)?;
    let bytes = from_hex(digits).ok_or(TokenError::Damaged)?;
    let (secret, rest) = bytes.split_first_chunk::<SECRET>().ok_or(TokenError::Damaged)?;
    let (ca, check) = rest.split_first_chunk::<32>().ok_or(TokenError::Damaged)?;
    let token = Token::new(*secret, Hash(*ca));
    if check == token.check() { Ok(token) } else { Err(TokenError::Damaged) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_copying_and_a_changed_one_does_not() {
        let token = Token::new([7; 16], Hash::of(b"a certificate"));
        let text = token.text();
        assert_eq!(text.len(), 7 + 104);
        assert_eq!(parse_token(&format!("  {text}\n")), Ok(token.clone()));
        assert!(!format!("{token:?}").contains("0707"));
        assert_eq!(parse_token("hello"), Err(TokenError::NotAToken));
        for place in 7..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[place] = if changed[place] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert_eq!(parse_token(&changed), Err(TokenError::Damaged), "{changed}");
        }
        for end in 7..text.len() {
            assert_eq!(parse_token(&text[..end]), Err(TokenError::Damaged));
        }
    }
}
