//! `/etc/shadow`, shadow(5): whether a password is set, and how long it and the account are valid.
//!
//! For the collector of accounts. A hash is looked at in [`password_state`] and nowhere else, and is never stored.

use super::lines::{Lines, is_name, parse_lines};
use visite_facts::facts::PasswordState;

/// From this number of days on, a password counts as valid forever; the default of login.defs(5) is 99999.
const FOREVER_DAYS: i64 = 99_999;

/// What is known of one account's password. Days are counted from 1970-01-01, UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShadowEntry {
    /// Login name.
    pub name: String,
    /// Whether a password is set.
    pub password: PasswordState,
    /// Day of the last change; 0 demands a change at the next login.
    pub changed_day: Option<i64>,
    /// Days after which the password must be changed.
    pub max_days: Option<i64>,
    /// Days after that until the account is disabled.
    pub inactive_days: Option<i64>,
    /// Day on which the account ends.
    pub expires_day: Option<i64>,
}

impl ShadowEntry {
    /// Days after which the password must be changed; `None` if it never must.
    pub fn max_age_days(&self) -> Option<i64> {
        self.changed_day?;
        self.max_days.filter(|days| *days < FOREVER_DAYS)
    }

    /// The day of the last change, where one is recorded.
    pub fn changed_on_day(&self) -> Option<i64> {
        self.changed_day.filter(|day| *day > 0)
    }

    /// Whether the account has ended by `today`, as `check_shadow_expiry` of pam_unix decides.
    pub fn ended(&self, today: i64) -> bool {
        let expired = self.expires_day.is_some_and(|day| today >= day);
        let disabled = match (self.changed_on_day(), self.max_days, self.inactive_days) {
            (Some(changed), Some(max), Some(inactive)) => today.saturating_sub(changed) > max.saturating_add(inactive),
            _ => false,
        };
        expired || disabled
    }
}

/// Reads `/etc/shadow`. Like glibc it wants at least the fields up to the longest age.
pub fn parse_shadow(text: &str) -> Lines<ShadowEntry> {
    parse_lines(text, |line| {
        let fields: Vec<&str> = line.splitn(10, ':').collect();
        if !(5..=9).contains(&fields.len()) || !is_name(fields[0]) {
            return None;
        }
        let days = |index: usize| parse_days(fields.get(index).copied().unwrap_or_default());
        Some(ShadowEntry {
            name: fields[0].to_owned(),
            password: password_state(fields[1]),
            changed_day: days(2)?,
            max_days: days(4)?,
            inactive_days: days(6)?,
            expires_day: days(7)?,
        })
    })
}

/// What the password field of passwd(5) or shadow(5) says, crypt(5).
pub fn password_state(field: &str) -> PasswordState {
    match field.trim_end().chars().next() {
        None => PasswordState::None,
        // No hash starts with one of these, so nothing that is typed can match.
        Some('!' | '*') => PasswordState::Locked,
        Some(_) => PasswordState::Set,
    }
}

/// A number of days: the inner `None` is an empty field or a negative number, both of which switch the rule off.
fn parse_days(field: &str) -> Option<Option<i64>> {
    match field.trim() {
        "" => Some(None),
        number => number.parse::<i64>().ok().map(|days| Some(days).filter(|days| *days >= 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(line: &str) -> ShadowEntry {
        parse_shadow(line).entries.pop().expect("the line is well-formed")
    }

    #[test]
    fn every_password_field_of_shadow_5() {
        for (field, state) in [
            ("", PasswordState::None),
            ("!", PasswordState::Locked),
            ("!!", PasswordState::Locked),
            ("*", PasswordState::Locked),
            ("*LK*", PasswordState::Locked),
            ("!*", PasswordState::Locked),
            ("!$y$j9T$abc", PasswordState::Locked),
            ("$y$j9T$abc", PasswordState::Set),
            ("$6$abc", PasswordState::Set),
            ("abJnggxhB/yWI", PasswordState::Set),
        ] {
            assert_eq!(password_state(field), state, "{field}");
        }
    }

    #[test]
    fn ages() {
        let forever = entry("anna:$y$x:19700:0:99999:7:::");
        assert_eq!((forever.max_age_days(), forever.changed_on_day()), (None, Some(19700)));
        assert_eq!(entry("anna:$y$x:19700:0:90:7:::").max_age_days(), Some(90));
        assert_eq!(entry("anna:$y$x:19700:0::7:::").max_age_days(), None);
        assert_eq!(entry("anna:$y$x:19700:0:-1:7:::").max_age_days(), None);
        // Without a day of change there is no ageing at all.
        assert_eq!(entry("anna:$y$x::0:90:7:::").max_age_days(), None);
        assert_eq!(entry("anna:$y$x:0:0:90:7:::").changed_on_day(), None);
    }

    #[test]
    fn an_account_ends_on_its_day() {
        let expiring = entry("anna:$y$x:19700:0:99999:7::19800:");
        assert!(!expiring.ended(19799));
        assert!(expiring.ended(19800));
        let inactive = entry("anna:$y$x:100:0:90:7:10::");
        assert!(!inactive.ended(200));
        assert!(inactive.ended(201));
        assert!(!entry("anna:$y$x:100:0:90:7:::").ended(100_000));
    }

    #[test]
    fn broken_lines_are_skipped() {
        let lines = parse_shadow("anna:$y$x:19700:0:99999:7:::\nbert:x\ncarl:x:soon:0:9:7:::\n:x:1:1:1:1:::\n");
        assert_eq!(lines.entries.len(), 1);
        assert_eq!(lines.malformed, [2, 3, 4]);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s).{0,400}", line in "[a-z:0-9$!*-]{0,80}", today in any::<i64>()) {
            parse_shadow(&text);
            for entry in parse_shadow(&line).entries {
                entry.ended(today);
            }
        }
    }
}
