//! `/etc/nsswitch.conf`, nsswitch.conf(5): whether accounts and sudo rules also come from a directory.
//!
//! For the collector of accounts, which reads local files only and has to say when they are not everything.

/// Sources that hold no accounts beyond the local files: `systemd` adds homed accounts, looked for separately,
/// and accounts that exist only while a service runs.
const LOCAL_SOURCES: &[&str] = &["files", "compat", "systemd", "db", "altfiles", "extrausers", "mymachines"];

/// Sources that go beyond the local files for `database` (`passwd`, `group`, `sudoers`), in the order of the file.
pub fn parse_nsswitch(text: &str, database: &str) -> Vec<String> {
    let mut sources: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let Some((name, rest)) = line.split_once(':') else { continue };
        if name.trim() != database {
            continue;
        }
        // Actions like `[NOTFOUND=return]` may contain blanks.
        let mut in_action = false;
        for word in rest.split_whitespace() {
            let is_action = in_action || word.starts_with('[');
            in_action = is_action && !word.ends_with(']');
            let known = LOCAL_SOURCES.contains(&word) || sources.iter().any(|source| source == word);
            if !is_action && !known && sources.len() < 16 {
                sources.push(word.chars().filter(|c| !c.is_control()).take(32).collect());
            }
        }
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sources_beyond_the_local_files() {
        let text = "# passwd: ldap\npasswd: files [ NOTFOUND=continue ] sss systemd # ldap\nsudoers:\tfiles sss\n";
        assert_eq!(parse_nsswitch(text, "passwd"), ["sss"]);
        assert_eq!(parse_nsswitch(text, "sudoers"), ["sss"]);
        assert!(parse_nsswitch("passwd: files systemd\n", "passwd").is_empty());
        assert!(parse_nsswitch("", "passwd").is_empty());
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s).{0,400}") {
            parse_nsswitch(&text, "passwd");
        }
    }
}
