//! `/etc/passwd`, passwd(5).
//!
//! For the collectors of accounts and of screen locks. The GECOS field, which holds names of people and rooms, is passed
//! over; the home directory is needed to find settings and has no place in a fact.

use super::lines::{Lines, is_name, parse_lines};
use super::shadow::password_state;
use visite_facts::facts::PasswordState;

/// Longest path of a login program that is believed, in bytes.
const MAX_SHELL_BYTES: usize = 1024;
/// The program that is started when the last field is empty, passwd(5).
const DEFAULT_SHELL: &str = "/bin/sh";
/// Login programs after which there is no session: they refuse, or do one thing and end.
const NO_SESSION: &[&str] = &["nologin", "false", "true", "sync", "shutdown", "halt", "poweroff", "reboot"];

/// Where the password of an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordField {
    /// In `/etc/shadow`.
    Shadowed,
    /// In `/etc/passwd` itself, which everyone can read.
    Here(PasswordState),
}

/// One account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswdEntry {
    /// Login name.
    pub name: String,
    /// Where the password stands.
    pub password: PasswordField,
    /// Numeric user id.
    pub uid: u32,
    /// Numeric id of the primary group.
    pub gid: u32,
    /// Home directory, without a slash at its end.
    pub home: String,
    /// Login program; `/bin/sh` where the field is empty.
    pub shell: String,
}

impl PasswdEntry {
    /// Whether the login program lets a session start.
    pub fn shell_allows_session(&self) -> bool {
        let program = self.shell.rsplit('/').next().unwrap_or_default();
        !NO_SESSION.contains(&program) && self.shell != "/dev/null"
    }
}

/// Reads `/etc/passwd` as glibc does: name, password, user id and group id must be there, the rest may be missing.
pub fn parse_passwd(text: &str) -> Lines<PasswdEntry> {
    parse_lines(text, |line| {
        let mut fields = line.splitn(7, ':');
        let name = fields.next().filter(|name| is_name(name))?;
        let password = match fields.next()? {
            "x" => PasswordField::Shadowed,
            // An old notation of pam_unix that means the same as `x`.
            field if field.starts_with("##") => PasswordField::Shadowed,
            field => PasswordField::Here(password_state(field)),
        };
        let uid = fields.next()?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        let home = fields.nth(1).unwrap_or_default().trim_end_matches('/').to_owned();
        let shell = fields.next().unwrap_or_default().trim_end();
        if shell.len() > MAX_SHELL_BYTES || shell.chars().any(char::is_control) {
            return None;
        }
        let shell = if shell.is_empty() { DEFAULT_SHELL } else { shell };
        Some(PasswdEntry { name: name.to_owned(), password, uid, gid, home, shell: shell.to_owned() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_debian_12_file() {
        let lines = parse_passwd(include_str!("../../../tests/data/accounts/debian-12.passwd"));
        assert_eq!((lines.entries.len(), lines.malformed.len()), (19, 0));
        let anna = lines.entries.iter().find(|entry| entry.name == "anna").expect("she is in the file");
        assert_eq!((anna.uid, anna.gid, anna.shell.as_str()), (1000, 1000, "/bin/bash"));
        assert_eq!(anna.home, "/home/anna");
        let with_session: Vec<_> = lines
            .entries
            .iter()
            .filter(|entry| entry.shell_allows_session())
            .map(|entry| entry.name.as_str())
            .collect();
        assert_eq!(with_session, ["root", "anna"]);
    }

    #[test]
    fn the_password_field() {
        let state = |field: &str| parse_passwd(&format!("a:{field}:1:1:::\n")).entries[0].password;
        assert_eq!(state("x"), PasswordField::Shadowed);
        assert_eq!(state(""), PasswordField::Here(PasswordState::None));
        assert_eq!(state("*"), PasswordField::Here(PasswordState::Locked));
        assert_eq!(state("abJnggxhB/yWI"), PasswordField::Here(PasswordState::Set));
    }

    #[test]
    fn short_lines_count_as_they_do_for_glibc() {
        let lines = parse_passwd("toor::0:0\nanna:x:1000\nbert:x:-1:5::/:\n:x:1:1:::\ncarl:x:1000:1000::/home/carl:\n");
        let names: Vec<_> = lines.entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["toor", "carl"]);
        assert_eq!(lines.entries[1].shell, "/bin/sh");
        assert_eq!(lines.malformed, [2, 3, 4]);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s).{0,400}", line in "[a-z:0-9+x/-]{0,80}") {
            parse_passwd(&text);
            parse_passwd(&line);
        }
    }
}
