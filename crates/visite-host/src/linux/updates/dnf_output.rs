//! What dnf prints and how dnf-automatic is set.
//!
//! For `host.updates` on Fedora, Red Hat and relatives; the wordings of dnf 4 and dnf 5 differ and both are read. Tables
//! of people are avoided where dnf lets us choose the format.

use std::collections::BTreeSet;

/// Architectures that end the name of an rpm package.
const ARCHITECTURES: [&str; 9] = ["noarch", "x86_64", "i386", "i586", "i686", "aarch64", "armv7hl", "ppc64le", "s390x"];

/// What a run of dnf with its cache only says about the lists that it should have used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cache {
    /// All of them were there.
    Whole,
    /// It went on without some.
    Partial,
}

/// Reads the complaints of dnf: it ends with 0 and finds no update where a list was never fetched.
pub fn parse_complaints(stderr: &str) -> Cache {
    const SIGNS: [&str; 3] = ["no cache", "Ignoring repositories", "Failed to synchronize"];
    if SIGNS.iter().any(|sign| stderr.contains(sign)) { Cache::Partial } else { Cache::Whole }
}

/// Parses `dnf repoquery --upgrades` with the format `name.arch`: one package a line, one line for each newer version.
pub fn parse_upgrades(text: &str) -> BTreeSet<String> {
    text.lines().map(str::trim).filter(|line| is_name_and_architecture(line)).map(str::to_owned).collect()
}

fn is_name_and_architecture(line: &str) -> bool {
    !line.contains(char::is_whitespace)
        && line.rsplit_once('.').is_some_and(|(name, arch)| !name.is_empty() && ARCHITECTURES.contains(&arch))
}

/// Parses `dnf updateinfo list`: the packages that advisories name, as `name.arch`.
///
/// dnf 4 writes `RHSA-2026:1 Important/Sec. name-version-release.arch`, dnf 5 a table with more columns.
pub fn parse_advisories(text: &str) -> BTreeSet<String> {
    text.lines().filter_map(|line| line.split_whitespace().find_map(name_and_architecture)).collect()
}

/// `name.arch` of `name-epoch:version-release.arch`.
fn name_and_architecture(word: &str) -> Option<String> {
    let (stem, arch) = word.rsplit_once('.').filter(|(_, arch)| ARCHITECTURES.contains(arch))?;
    let (stem, _release) = stem.rsplit_once('-')?;
    let (name, _version) = stem.rsplit_once('-')?;
    (!name.is_empty()).then(|| format!("{name}.{arch}"))
}

/// Parses `dnf needs-restarting -r`, which ends with 1 both for yes and for an unknown command.
pub fn parse_needs_restarting(status: Option<i32>, text: &str) -> Option<bool> {
    let says_yes = text.contains("Reboot is required") || text.contains("Reboot is suggested");
    let says_no = text.contains("Reboot should not be necessary") || text.contains("No core libraries");
    match (status, says_yes, says_no) {
        (Some(1), true, false) => Some(true),
        (Some(0), false, true) => Some(false),
        _ => None,
    }
}

/// Whether `/etc/dnf/automatic.conf` says that updates are installed (`apply_updates` in `[commands]`).
/// `None` if it does not say; then dnf-automatic only downloads or tells.
pub fn parse_automatic_conf(text: &str) -> Option<bool> {
    let mut section = "";
    let mut answer = None;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
        } else if let Some((key, value)) = line.split_once('=')
            && section == "[commands]"
            && key.trim() == "apply_updates"
        {
            answer = match value.trim().to_ascii_lowercase().as_str() {
                "yes" | "true" | "1" | "on" => Some(true),
                "no" | "false" | "0" | "off" => Some(false),
                _ => None,
            };
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(set: &BTreeSet<String>) -> Vec<&str> {
        set.iter().map(String::as_str).collect()
    }

    #[test]
    fn upgrades_are_counted_once_a_package() {
        // Captured from dnf 4.14, which writes an empty line after each.
        assert_eq!(names(&parse_upgrades("praxis-demo.noarch\n\npraxis-demo.noarch\n\n")), ["praxis-demo.noarch"]);
        assert_eq!(names(&parse_upgrades("Last metadata expiration check: 0:00:18 ago.\n\n")), [""; 0]);
    }

    #[test]
    fn advisories_of_both_generations_are_read() {
        let four = "RHSA-2026:1 Important/Sec. praxis-demo-1.1-1.noarch\n";
        assert_eq!(names(&parse_advisories(four)), ["praxis-demo.noarch"]);
        let five = "\
Name                   Type     Severity                     Package              Issued
FEDORA-2024-1a2b3c4d5e security Moderate openssl-libs-1:3.2.1-2.fc40.x86_64 2024-05-01 01:02:03
FEDORA-2024-2a2b3c4d5e security Important openssl-libs-1:3.2.2-1.fc40.x86_64 2024-06-01 01:02:03
";
        assert_eq!(names(&parse_advisories(five)), ["openssl-libs.x86_64"]);
    }

    #[test]
    fn a_list_that_was_never_fetched_is_noticed() {
        // Captured from dnf 4.14.
        let complaint = "Error: Cache-only enabled but no cache for 'demo'\nIgnoring repositories: demo\n";
        assert_eq!(parse_complaints(complaint), Cache::Partial);
        assert_eq!(parse_complaints("Last metadata expiration check: 0:00:18 ago\n"), Cache::Whole);
    }

    #[test]
    fn restarting_needs_words_and_status() {
        let yes = "Core libraries or services have been updated since boot-up:\n  * kernel\n\nReboot is required to fully utilize these updates.\n";
        let no = "No core libraries or services have been updated since boot-up.\nReboot should not be necessary.\n";
        assert_eq!(parse_needs_restarting(Some(1), yes), Some(true));
        assert_eq!(parse_needs_restarting(Some(0), no), Some(false));
        assert_eq!(parse_needs_restarting(Some(1), "No such command: needs-restarting."), None);
        assert_eq!(parse_needs_restarting(None, yes), None);
    }

    #[test]
    fn settings_of_dnf_automatic_are_read() {
        let text = "[commands]\nupgrade_type = security\n# apply_updates = no\napply_updates = yes\n[emitters]\n";
        assert_eq!(parse_automatic_conf(text), Some(true));
        assert_eq!(parse_automatic_conf("[commands]\napply_updates = no\n"), Some(false));
        assert_eq!(parse_automatic_conf("[other]\napply_updates = yes\n"), None);
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            parse_complaints(&text);
            parse_upgrades(&text);
            parse_advisories(&text);
            parse_needs_restarting(Some(0), &text);
            parse_automatic_conf(&text);
        }

        #[test]
        fn never_panics_on_names(text in "([a:.-]{0,6}(noarch|x86_64)?[ \n]){0,8}") {
            parse_upgrades(&text);
            parse_advisories(&text);
        }
    }
}
