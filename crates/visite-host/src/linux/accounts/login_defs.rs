//! `/etc/login.defs`, login.defs(5): which user ids are for people, and how passwords are stored.
//!
//! For the kinds of accounts and the password rules. Ages given there only apply to accounts made later, so they are
//! not read.

/// The settings that matter here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginDefs {
    /// First user id for people (`UID_MIN`).
    pub uid_min: u32,
    /// Last user id for people (`UID_MAX`).
    pub uid_max: u32,
    /// How new passwords are stored (`ENCRYPT_METHOD`), lower case.
    pub encrypt_method: Option<String>,
}

impl Default for LoginDefs {
    /// The defaults of login.defs(5).
    fn default() -> Self {
        Self { uid_min: 1000, uid_max: 60_000, encrypt_method: None }
    }
}

/// Reads `/etc/login.defs`. A setting that stands there twice counts as it does for shadow: the last one wins.
pub fn parse_login_defs(text: &str) -> LoginDefs {
    let mut settings = LoginDefs::default();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let (Some(name), Some(value)) = (words.next(), words.next()) else { continue };
        let value = value.trim_matches('"');
        match name {
            "UID_MIN" => settings.uid_min = value.parse().unwrap_or(settings.uid_min),
            "UID_MAX" => settings.uid_max = value.parse().unwrap_or(settings.uid_max),
            "ENCRYPT_METHOD" => settings.encrypt_method = Some(value.to_ascii_lowercase()),
            _ => {}
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_file_of_debian_12() {
        let settings = parse_login_defs(include_str!("../../../tests/data/accounts/debian-12.login.defs"));
        let expected = LoginDefs { uid_min: 1000, uid_max: 60_000, encrypt_method: Some("sha512".into()) };
        assert_eq!(settings, expected);
    }

    #[test]
    fn comments_and_nonsense_keep_the_defaults() {
        assert_eq!(parse_login_defs("#UID_MIN 5\nUID_MIN many\nUID_MAX\n"), LoginDefs::default());
        assert_eq!(parse_login_defs("UID_MIN\t\t500\n").uid_min, 500);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s).{0,400}") {
            parse_login_defs(&text);
        }
    }
}
