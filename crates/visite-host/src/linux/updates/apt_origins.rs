//! Whether unattended-upgrades may install from the security archive of the distribution.
//!
//! For `automatic_enabled`: the service runs daily on many computers whose rules leave out exactly the security
//! archive. The rules are compared with how Debian and Ubuntu name theirs; derivatives use the archive of their base.

use crate::linux::os_release::OsRelease;
use std::collections::BTreeMap;
use visite_facts::{Known, Observed, Unknown, UnknownReason};

/// Longest rule that is looked at, in bytes.
const MAX_RULE_BYTES: usize = 1024;

/// How an archive describes itself, by the words of a rule.
type Archive = BTreeMap<&'static str, Vec<String>>;

/// Whether `allowed_origins` (`Ubuntu:noble-security`) or `patterns` (`origin=Debian,label=Debian-Security`) let the
/// security archive of the distribution in. Both are lists of unattended-upgrades(8).
pub fn allows_security(allowed_origins: &[String], patterns: &[String], release: &OsRelease) -> Observed<bool> {
    let Some(archive) = security_archive(release) else { return Unknown(UnknownReason::NotSupported) };
    let fill = |rule: &String| {
        let id = release.get("ID").unwrap_or_default();
        rule.replace("${distro_id}", &capitalised(id))
            .replace("${distro_codename}", release.get("VERSION_CODENAME").unwrap_or_default())
    };
    let sane = |rule: &&String| rule.len() <= MAX_RULE_BYTES;
    let by_origin = allowed_origins.iter().filter(sane).map(fill).any(|rule| origin_matches(&rule, &archive));
    let by_pattern = patterns.iter().filter(sane).map(fill).any(|rule| pattern_matches(&rule, &archive));
    // A derivative may name itself otherwise than we expect, so that a miss proves nothing there.
    match by_origin || by_pattern {
        true => Known(true),
        false if matches!(release.get("ID"), Some("debian" | "ubuntu")) => Known(false),
        false => Unknown(UnknownReason::NotSupported),
    }
}

/// As lsb_release(1) spells the distribution.
fn capitalised(id: &str) -> String {
    let mut chars = id.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn security_archive(release: &OsRelease) -> Option<Archive> {
    let codename = |key: &str| release.get(key).map(str::to_owned);
    let own = codename("VERSION_CODENAME");
    if let Some(codename) = codename("UBUNTU_CODENAME").or_else(|| own.clone().filter(|_| release.is_like("ubuntu"))) {
        return Some(archive([
            ("origin", &["Ubuntu"]),
            ("label", &["Ubuntu"]),
            ("archive", &[&format!("{codename}-security")]),
            ("codename", &[&codename]),
        ]));
    }
    const OLD: [&str; 3] = ["jessie", "stretch", "buster"];
    let codename = codename("DEBIAN_CODENAME").or_else(|| own.filter(|_| release.is_like("debian")))?;
    Some(archive([
        ("origin", &["Debian"]),
        ("label", &["Debian-Security"]),
        // The archive's word moves from stable to oldstable with the years.
        ("archive", &["stable-security", "oldstable-security", "oldoldstable-security", "testing-security"]),
        // Before Debian 11 it had the codename of the release itself.
        ("codename", &[&if OLD.contains(&codename.as_str()) { codename } else { format!("{codename}-security") }]),
    ]))
}

fn archive<const N: usize>(words: [(&'static str, &[&str]); N]) -> Archive {
    words.into_iter().map(|(word, values)| (word, values.iter().map(|value| (*value).to_owned()).collect())).collect()
}

/// `origin:archive`.
fn origin_matches(rule: &str, archive: &Archive) -> bool {
    rule.rsplit_once(':')
        .is_some_and(|(origin, suite)| fits(archive, "origin", origin.trim()) && fits(archive, "archive", suite.trim()))
}

/// `word=glob` joined by commas, all of which have to fit; a comma inside a glob is written `%2C`.
fn pattern_matches(rule: &str, archive: &Archive) -> bool {
    let mut parts = rule.split(',').map(str::trim).filter(|part| !part.is_empty()).peekable();
    parts.peek().is_some()
        && parts.all(|part| {
            part.split_once('=').is_some_and(|(word, glob)| {
                let word = match word.trim() {
                    "o" | "origin" => "origin",
                    "l" | "label" => "label",
                    "a" | "suite" | "archive" => "archive",
                    "n" | "codename" => "codename",
                    // Component and site are those of any archive of the distribution.
                    "c" | "component" => return glob_matches(glob.trim(), "main"),
                    "site" => return true,
                    _ => return false,
                };
                fits(archive, word, glob.trim())
            })
        })
}

fn fits(archive: &Archive, word: &str, glob: &str) -> bool {
    archive.get(word).is_some_and(|values| values.iter().any(|value| glob_matches(glob, value)))
}

/// `*` for any text, `?` for one character; fnmatch(3) without brackets, which no rule uses.
fn glob_matches(glob: &str, text: &str) -> bool {
    let (glob, text): (Vec<char>, Vec<char>) = (glob.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match glob.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(c) if *c == '?' || *c == text[from] => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some((star_at, star_from)) => {
                    star = Some((star_at, star_from + 1));
                    at = star_at + 1;
                    from = star_from + 1;
                }
                None => return false,
            },
        }
    }
    glob[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linux::os_release::parse_os_release;
    use proptest::prelude::*;

    const DEBIAN: &str = "ID=debian\nVERSION_CODENAME=bookworm\n";
    const UBUNTU: &str = "ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\nUBUNTU_CODENAME=noble\n";
    const MINT: &str = "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n";

    fn origins(system: &str, rules: &[&str]) -> Observed<bool> {
        let rules: Vec<String> = rules.iter().map(|rule| (*rule).to_owned()).collect();
        allows_security(&rules, &[], &parse_os_release(system))
    }

    fn patterns(system: &str, rules: &[&str]) -> Observed<bool> {
        let rules: Vec<String> = rules.iter().map(|rule| (*rule).to_owned()).collect();
        allows_security(&[], &rules, &parse_os_release(system))
    }

    #[test]
    fn defaults_let_security_in() {
        assert_eq!(origins(UBUNTU, &["${distro_id}:${distro_codename}-security"]), Known(true));
        let debian = "origin=Debian,codename=${distro_codename}-security,label=Debian-Security";
        assert_eq!(patterns(DEBIAN, &[debian]), Known(true));
    }

    #[test]
    fn rules_without_security_are_seen() {
        assert_eq!(origins(UBUNTU, &["${distro_id}:${distro_codename}", "Google LLC:stable"]), Known(false));
        assert_eq!(patterns(DEBIAN, &["origin=Debian,codename=${distro_codename},label=Debian"]), Known(false));
        assert_eq!(patterns(DEBIAN, &["origin=Debian,codename=bullseye-security"]), Known(false));
        assert_eq!(patterns(DEBIAN, &["codename=${distro_codename},label=Debian-Security"]), Known(false));
        assert_eq!(patterns(DEBIAN, &[]), Known(false));
    }

    #[test]
    fn wildcards_count() {
        assert_eq!(patterns(DEBIAN, &["o=*"]), Known(true));
        assert_eq!(patterns(DEBIAN, &["origin=Debian,a=*-security"]), Known(true));
        assert_eq!(origins(UBUNTU, &["*:*"]), Known(true));
        assert_eq!(patterns(DEBIAN, &["surprise=*"]), Known(false));
    }

    #[test]
    fn derivatives_use_the_archive_of_their_base() {
        assert_eq!(origins(MINT, &["Ubuntu:noble-security"]), Known(true));
        let own = origins(MINT, &["${distro_id}:${distro_codename}-security"]);
        assert_eq!(own, Unknown(UnknownReason::NotSupported));
        assert_eq!(origins("ID=devos\n", &["a:b"]), Unknown(UnknownReason::NotSupported));
    }

    #[test]
    fn globs_match_like_a_shell() {
        let yes = [("*", ""), ("a*", "abc"), ("*c", "abc"), ("a?c", "abc"), ("*b*", "abc"), ("a*b*c", "aXbYbc")];
        for (glob, text) in yes {
            assert!(glob_matches(glob, text), "{glob} {text}");
        }
        for (glob, text) in [("", "a"), ("a", "ab"), ("?", ""), ("*x", "abc"), ("ab*d", "abc")] {
            assert!(!glob_matches(glob, text), "{glob} {text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(rule in any::<String>(), system in any::<String>()) {
            let rules = [rule];
            allows_security(&rules, &rules, &parse_os_release(&system));
        }
    }
}
