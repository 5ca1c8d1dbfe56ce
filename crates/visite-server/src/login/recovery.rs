//! Recovery codes: ten, on paper, for the day the phone is lost. Each counts once.
//!
//! A code has 80 random bits, so its SHA-256 may be kept: trying them all is out of reach even with the database
//! in hand. The alphabet is Crockford's base32, in which nothing can be mistaken for something else.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// How many codes somebody gets.
pub const COUNT: usize = 10;
/// Random bytes that one code needs.
pub const CODE_BYTES: usize = 10;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The code made of `random`, as it is shown: four groups of four characters.
pub fn code(random: [u8; CODE_BYTES]) -> String {
    let bits = random.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let mut text = String::with_capacity(19);
    for position in 0..16 {
        if position > 0 && position % 4 == 0 {
            text.push('-');
        }
        let index = (bits >> (75 - 5 * position) & 31) as usize;
        text.push(char::from(ALPHABET[index]));
    }
    text
}

/// What the store keeps of a code that belongs to `account`; `None` if `typed` cannot be one.
///
/// Spaces, hyphens and capitals do not matter; „o“ counts as 0, „i“ and „l“ as 1.
pub fn hash(account: &str, typed: &str) -> Option<String> {
    let mut code = String::with_capacity(16);
    for c in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let c = match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            c => c,
        };
        if code.len() == 16 || !c.is_ascii() || !ALPHABET.contains(&(c as u8)) {
            return None;
        }
        code.push(c);
    }
    (code.len() == 16).then(|| HEXLOWER.encode(&Sha256::digest(format!("visite recovery code\n{account}\n{code}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_readable() {
        assert_eq!(code([0; 10]), "0000-0000-0000-0000");
        assert_eq!(code([0xff; 10]), "zzzz-zzzz-zzzz-zzzz");
        assert_eq!(code([0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf]), "0123-4567-89ab-cdef");
    }

    #[test]
    fn typing_is_forgiving_but_accounts_are_apart() {
        let shown = code([0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf]);
        let kept = hash("a", &shown);
        assert!(kept.is_some());
        for typed in ["0123456789ABCDEF", "o123 4567 89ab cdef", "0i23-4567-89ab-cdef", " 0l23-4567-89AB-CDEF "] {
            assert_eq!(hash("a", typed), kept, "{typed}");
        }
        assert_ne!(hash("b", &shown), kept);
        assert_ne!(hash("a", "0123-4567-89ab-cdeg"), kept);
    }

    #[test]
    fn other_texts_are_no_codes() {
        for typed in
            ["", "0123-4567-89ab-cde", "0123-4567-89ab-cdef-0", "0123-4567-89ab-cdeu", "0123-4567-89ab-cdé", "ß"]
        {
            assert_eq!(hash("a", typed), None, "{typed}");
        }
    }
}
