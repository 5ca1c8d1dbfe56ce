//! The file that names the operating system: `/etc/os-release`, os-release(5).
//!
//! For the collectors that need to know which distribution they look at. Its values are assignments of a shell, but
//! nothing is expanded or run; a line that no distribution would write is counted and left out.

use crate::machine::{Machine, ReadFailure};
use std::collections::BTreeMap;
use visite_facts::value::MAX_TEXT_BYTES;
use visite_facts::{Known, Observed, Unknown, UnknownReason};

/// Where the file lies, the administrator's first.
const PATHS: [&str; 2] = ["/etc/os-release", "/usr/lib/os-release"];
/// Most assignments that are kept; real files have about 20.
const MAX_ASSIGNMENTS: usize = 256;

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OsRelease {
    values: BTreeMap<String, String>,
    /// Numbers of the lines that could not be understood, from 1.
    pub malformed_lines: Vec<usize>,
}

impl OsRelease {
    /// Reads the first file that exists; the failure names it.
    pub fn read(machine: &Machine) -> Result<(&'static str, Self), (&'static str, ReadFailure)> {
        match machine.read(PATHS[0]) {
            Err(ReadFailure::Absent) => {
                let read = machine.read(PATHS[1]);
                read.map(|text| (PATHS[1], parse_os_release(&text))).map_err(|failure| (PATHS[1], failure))
            }
            read => read.map(|text| (PATHS[0], parse_os_release(&text))).map_err(|failure| (PATHS[0], failure)),
        }
    }

    /// The value of `key`, if it is set and not empty.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The value of `key` as a fact; one that is not set is not told by this system.
    pub fn observed(&self, key: &str) -> Observed<String> {
        self.get(key).map_or(Unknown(UnknownReason::NotSupported), |value| Known(value.to_owned()))
    }

    /// Whether the distribution is `family` or says that it is made like it (`ID`, `ID_LIKE`).
    pub fn is_like(&self, family: &str) -> bool {
        let ids = [self.get("ID"), self.get("ID_LIKE")];
        ids.into_iter().flatten().flat_map(str::split_whitespace).any(|id| id == family)
    }
}

/// Parses the assignments of os-release(5); a later one replaces an earlier one of the same name.
pub fn parse_os_release(text: &str) -> OsRelease {
    let mut release = OsRelease::default();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let assignment = line.split_once('=').and_then(|(key, value)| Some((assignable(key)?, unquote(value)?)));
        match assignment {
            Some((key, value)) if release.values.len() < MAX_ASSIGNMENTS => {
                release.values.insert(key.to_owned(), value);
            }
            _ if release.malformed_lines.len() < MAX_ASSIGNMENTS => release.malformed_lines.push(number),
            _ => {}
        }
    }
    release
}

fn assignable(key: &str) -> Option<&str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!key.is_empty() && key.chars().all(fits) && !key.starts_with(|c: char| c.is_ascii_digit())).then_some(key)
}

/// The text of one shell word: plain, in single quotes, or in double quotes with `\` before `"`, `$`, `` ` `` and `\`.
fn unquote(word: &str) -> Option<String> {
    if word.len() > MAX_TEXT_BYTES {
        return None;
    }
    let text = if let Some(rest) = word.strip_prefix('\'') {
        let inner = rest.strip_suffix('\'')?;
        (!inner.contains('\'')).then(|| inner.to_owned())?
    } else if let Some(rest) = word.strip_prefix('"') {
        unescape(rest)?
    } else {
        let special = |c: char| c.is_whitespace() || "\"'`$\\;&|<>()".contains(c);
        (!word.contains(special)).then(|| word.to_owned())?
    };
    (!text.contains(char::is_control)).then_some(text)
}

/// What stands before the closing double quote, which has to be the last character.
fn unescape(rest: &str) -> Option<String> {
    let mut text = String::new();
    let mut chars = rest.chars();
    loop {
        match chars.next()? {
            '"' => return chars.next().is_none().then_some(text),
            '\\' => match chars.next()? {
                escaped @ ('"' | '$' | '`' | '\\') => text.push(escaped),
                other => text.extend(['\\', other]),
            },
            // The shell would expand these; no distribution writes them.
            '$' | '`' => return None,
            c => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn check(file: &str, expect: [Option<&str>; 4]) {
        let path = format!("{}/tests/data/os-release/{file}", env!("CARGO_MANIFEST_DIR"));
        let release = parse_os_release(&std::fs::read_to_string(path).unwrap());
        assert_eq!(release.malformed_lines, [0; 0], "{file}");
        let found = ["ID", "PRETTY_NAME", "VERSION_ID", "VARIANT_ID"].map(|key| release.get(key));
        assert_eq!(found, expect, "{file}");
    }

    #[test]
    fn distributions_are_read() {
        check("debian-12", [Some("debian"), Some("Debian GNU/Linux 12 (bookworm)"), Some("12"), None]);
        let fedora = "Fedora Linux 40 (Workstation Edition)";
        check("fedora-40", [Some("fedora"), Some(fedora), Some("40"), Some("workstation")]);
        check("linuxmint-22", [Some("linuxmint"), Some("Linux Mint 22"), Some("22"), None]);
        check("rocky-8", [Some("rocky"), Some("Rocky Linux 8"), Some("8"), None]);
        check("sles-15.7", [Some("sles"), Some("SUSE Linux Enterprise Server 15 SP7"), Some("15.7"), None]);
    }

    #[test]
    fn words_are_unquoted_like_a_shell_does() {
        let cases = [
            ("plain", Some("plain")),
            ("", Some("")),
            ("'single $x'", Some("single $x")),
            (r#""a \"b\" \\ \$ \` \n""#, Some(r#"a "b" \ $ ` \n"#)),
            ("two words", None),
            ("\"open", None),
            ("\"closed\" more", None),
            ("\"$(reboot)\"", None),
            ("'it''s'", None),
        ];
        for (word, expect) in cases {
            assert_eq!(unquote(word).as_deref(), expect, "{word}");
        }
    }

    #[test]
    fn what_is_no_assignment_is_counted() {
        let release = parse_os_release("# comment\n\nID=debian\nnonsense\n1X=2\nNAME=\"x\n");
        assert_eq!(release.malformed_lines, [4, 5, 6]);
        assert_eq!(release.get("ID"), Some("debian"));
        assert_eq!(release.observed("VERSION_ID"), Unknown(UnknownReason::NotSupported));
    }

    #[test]
    fn families_are_recognised() {
        let release = parse_os_release("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n");
        assert!(release.is_like("rocky") && release.is_like("fedora") && !release.is_like("debian"));
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            parse_os_release(&text);
        }

        #[test]
        fn never_panics_on_assignments(text in "([A-Z_]{0,4}=[\"'\\\\$ a-z]{0,8}\n){0,6}") {
            parse_os_release(&text);
        }
    }
}
