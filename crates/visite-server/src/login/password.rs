//! Passwords: which are accepted, how they are kept, how they are compared.
//!
//! Rules follow NIST SP 800-63B-4: length counts, and what everybody tries first is refused; there are no rules
//! about digits or signs, and no password expires. Kept as argon2id. An account that does not exist costs the same
//! time as one that does, so that nobody learns from a watch who has an account.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use std::fmt;
use std::sync::Arc;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;
use visite_facts::Text;

/// Fewest characters of a password.
pub const SHORTEST: usize = 12;
/// Most characters of a password. A limit there has to be: hashing costs time by length.
pub const LONGEST: usize = 256;

/// Passwords that everybody tries first, of at least [`SHORTEST`] characters, in small letters.
const COMMON: &str = include_str!("common.txt");

/// Rows that fingers run along. Parts of them, in either direction, are no password.
const ROWS: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "012345678901234567890123456789",
    "qwertzuiopüasdfghjklöäyxcvbnm",
    "qwertyuiopasdfghjklzxcvbnm",
];

/// A password as somebody typed it. Is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// What was typed, in the one spelling that Unicode has for it: on some keyboards „ü“ arrives as two characters.
    ///
    /// Longer input than any password can be is cut off; it is wrong anyway.
    pub fn typed(text: &str) -> Self {
        Self(text.nfc().take(LONGEST + 1).collect())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// Why a password is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer than [`SHORTEST`] characters.
    TooShort,
    /// More than [`LONGEST`] characters.
    TooLong,
    /// One of those that everybody tries first.
    Common,
    /// A row of keys, or few signs repeated.
    Pattern,
    /// The own name or e-mail address.
    Own,
}

impl Weakness {
    /// What to tell the person, with the next step.
    pub fn text(self) -> Text {
        match self {
            Self::TooShort => Text::new(
                "Dieses Passwort ist zu kurz. Nehmen Sie mindestens 12 Zeichen. Am leichtesten merken Sie sich vier Wörter, die nichts miteinander zu tun haben.",
                "This password is too short. Use at least 12 characters. Four words that have nothing to do with each other are the easiest to remember.",
            ),
            Self::TooLong => Text::new(
                "Dieses Passwort ist zu lang. Möglich sind bis zu 256 Zeichen.",
                "This password is too long. Up to 256 characters are possible.",
            ),
            Self::Common => Text::new(
                "Dieses Passwort steht auf den Listen, die Angreifer zuerst durchprobieren. Wählen Sie ein anderes.",
                "This password is on the lists that attackers try first. Choose another one.",
            ),
            Self::Pattern => Text::new(
                "Dieses Passwort ist eine Tastenfolge oder eine Wiederholung. Angreifer probieren so etwas zuerst. Wählen Sie ein anderes.",
                "This password is a row of keys or a repetition. Attackers try those first. Choose another one.",
            ),
            Self::Own => Text::new(
                "Dieses Passwort ist Ihr Name oder Ihre E-Mail-Adresse. Wählen Sie etwas, das niemand mit Ihnen verbindet.",
                "This password is your name or your e-mail address. Choose something nobody connects with you.",
            ),
        }
    }
}

/// Whether `password` may be a new password of somebody with these names (name, e-mail address).
///
/// # Errors
///
/// The first [`Weakness`] found.
pub fn accept(password: &Password, own: &[&str]) -> Result<(), Weakness> {
    let length = password.0.chars().count();
    if length < SHORTEST {
        return Err(Weakness::TooShort);
    }
    if length > LONGEST {
        return Err(Weakness::TooLong);
    }
    let folded = password.0.to_lowercase();
    if COMMON.lines().any(|common| common == folded) {
        return Err(Weakness::Common);
    }
    let letters: Vec<char> = folded.chars().filter(|c| !c.is_whitespace()).collect();
    if is_pattern(&letters) {
        return Err(Weakness::Pattern);
    }
    let bare: String = letters.iter().filter(|c| c.is_alphanumeric()).collect();
    let is_own = own.iter().any(|name| {
        let name = name.to_lowercase();
        let spoken: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
        let local: String =
            name.split('@').next().unwrap_or_default().chars().filter(|c| c.is_alphanumeric()).collect();
        [spoken, local].iter().any(|own| {
            own.chars().count() >= 4
                && bare.trim_matches(|c: char| c.is_ascii_digit()) == own.trim_matches(|c: char| c.is_ascii_digit())
        })
    });
    if is_own { Err(Weakness::Own) } else { Ok(()) }
}

/// Whether the characters are one short group repeated, or parts of rows of keys of which each is at least four long.
fn is_pattern(letters: &[char]) -> bool {
    let repeated = (1..=4).any(|period| letters.iter().enumerate().all(|(i, c)| *c == letters[i % period]));
    repeated || runs_along_rows(letters)
}

/// Whether the whole of `letters` can be cut into runs of four or more along [`ROWS`].
fn runs_along_rows(letters: &[char]) -> bool {
    let mut rows: Vec<Vec<char>> = ROWS.iter().map(|row| row.chars().collect()).collect();
    rows.extend(ROWS.iter().map(|row| row.chars().rev().collect()));
    let mut rest = letters;
    while !rest.is_empty() {
        let run = rows.iter().map(|row| longest_run(rest, row)).max().unwrap_or_default();
        if run < 4 {
            return false;
        }
        rest = &rest[run..];
    }
    true
}

/// How many characters at the start of `letters` stand next to each other in `row`.
fn longest_run(letters: &[char], row: &[char]) -> usize {
    (0..row.len())
        .map(|start| letters.iter().zip(&row[start..]).take_while(|(a, b)| a == b).count())
        .max()
        .unwrap_or_default()
}

/// Why hashing or comparing was not possible. Nothing the person did.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The library refused, or what is stored is no hash.
    #[error("the password could not be hashed or compared: {0}")]
    Hash(#[from] argon2::password_hash::Error),
    /// The parameters do not fit.
    #[error("the parameters of the password hash do not fit: {0}")]
    Parameters(#[from] argon2::Error),
    /// The thread that hashes is gone: the server is stopping.
    #[error("the server is stopping; please try again")]
    Stopped,
}

/// Hashes and compares passwords, few at a time: each takes 19 MiB.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    slots: Arc<Semaphore>,
    /// Compared with when there is no account.
    nobody: Arc<str>,
}

impl Passwords {
    /// `at_once` passwords are worked on at the same time; the others wait.
    ///
    /// # Errors
    ///
    /// If the library does not accept the parameters.
    pub fn new(at_once: usize) -> Result<Self, PasswordError> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19 * 1024, 2, 1, None)?);
        let nobody = argon2.hash_password_with_salt(b"nobody", &[0; 16])?.to_string().into();
        Ok(Self { argon2, slots: Arc::new(Semaphore::new(at_once.max(1))), nobody })
    }

    /// The text to store for `password`: parameters, salt and hash. `salt` has to be random.
    ///
    /// # Errors
    ///
    /// If the library refuses, or the server is stopping.
    pub async fn hash(&self, password: Password, salt: [u8; 16]) -> Result<String, PasswordError> {
        let argon2 = self.argon2.clone();
        self.work(move || Ok(argon2.hash_password_with_salt(password.0.as_bytes(), &salt)?.to_string())).await
    }

    /// Whether `password` is the one that `stored` was made of. Without `stored` (no such account, or an account
    /// without a password) the answer is no, after the same time.
    ///
    /// # Errors
    ///
    /// If what is stored is no hash, or the server is stopping.
    pub async fn matches(&self, password: Password, stored: Option<&str>) -> Result<bool, PasswordError> {
        let known = stored.is_some();
        let stored: Arc<str> = stored.map_or_else(|| self.nobody.clone(), Arc::from);
        let argon2 = self.argon2.clone();
        self.work(move || match argon2.verify_password(password.0.as_bytes(), stored.as_ref()) {
            Ok(()) => Ok(known),
            Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(error.into()),
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let _slot = self.slots.acquire().await.map_err(|_| PasswordError::Stopped)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| PasswordError::Stopped)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weakness(text: &str) -> Option<Weakness> {
        accept(&Password::typed(text), &["Dr. Anna Muster-Mann", "anna.mustermann@praxis.example"]).err()
    }

    #[test]
    fn length_counts_in_characters_and_nothing_else_does() {
        assert_eq!(weakness("Kühlschrank"), Some(Weakness::TooShort));
        assert_eq!(weakness("kühlschränke"), None);
        assert_eq!(weakness("lampe regen sofa nuss"), None);
        assert_eq!(weakness(&format!("ab{}", "xyzq7".repeat(51))), Some(Weakness::TooLong));
        assert_eq!(weakness(&"ein langer satz, ".repeat(15)), None);
    }

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for text in ["Passwort1234", "PASSWORT2026!", "Arztpraxis2026", "correcthorsebatterystaple"] {
            assert_eq!(weakness(text), Some(Weakness::Common), "{text}");
        }
        for text in [
            "aaaaaaaaaaaa",
            "xyxyxyxyxyxy",
            "123456789012",
            "qwertzuiopasdf",
            "0987654321098",
            "abcdefgh12345678",
            "lkjhgfdsa4321",
        ] {
            assert_eq!(weakness(text), Some(Weakness::Pattern), "{text}");
        }
        for text in
            ["anna.mustermann", "Anna Mustermann 1", "anna.mustermann@praxis.example", "dr anna mustermann 2026"]
        {
            assert_eq!(weakness(text), Some(Weakness::Own), "{text}");
        }
    }

    #[test]
    fn the_list_holds_only_what_can_be_met() {
        let mut seen = std::collections::BTreeSet::new();
        for line in COMMON.lines() {
            assert!(line.chars().count() >= SHORTEST, "too short to be asked: {line}");
            assert_eq!(line, line.to_lowercase(), "never met: {line}");
            assert!(seen.insert(line), "twice: {line}");
        }
    }

    #[tokio::test]
    async fn a_password_matches_its_hash_and_no_other() {
        let passwords = Passwords::new(2).unwrap();
        let stored = passwords.hash(Password::typed("kühlschränke"), [5; 16]).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(!stored.contains("hlschr"));
        // The same word, with the dots as characters of their own.
        assert!(passwords.matches(Password::typed("ku\u{308}hlschra\u{308}nke"), Some(&stored)).await.unwrap());
        assert!(!passwords.matches(Password::typed("kühlschränkE"), Some(&stored)).await.unwrap());
        assert!(passwords.matches(Password::typed("x"), Some("no hash")).await.is_err());
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let passwords = Passwords::new(1).unwrap();
        // Even the text that the stand-in was made of opens nothing.
        assert!(!passwords.matches(Password::typed("nobody"), None).await.unwrap());
        assert!(!passwords.matches(Password::typed(""), None).await.unwrap());
    }

    #[test]
    fn a_log_does_not_tell_the_password() {
        assert_eq!(format!("{:?}", Password::typed("geheim")), "Password(..)");
    }
}
