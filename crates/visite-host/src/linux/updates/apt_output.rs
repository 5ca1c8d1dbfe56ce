//! What `apt-get` and `apt-cache` print: the simulated upgrade, the indexes, and the versions of packages.
//!
//! For `host.updates` on Debian and relatives. All of it is meant for people and has been stable since apt 1.0; the
//! programs run in the C locale.

use std::collections::BTreeSet;

/// A package index that is configured and was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// Address, suite and component, as apt prints them, e.g. `http://deb.debian.org/debian bookworm/main amd64 Packages`.
    pub description: String,
    /// Whether it belongs to an archive of security updates.
    pub security: bool,
}

/// What a simulated upgrade would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simulation {
    /// Packages that would be upgraded; those only newly installed are not among them.
    pub upgraded: BTreeSet<String>,
    /// Packages that have a newer version but would be left as they are.
    pub kept_back: BTreeSet<String>,
    /// Those of `upgraded` whose newest version comes from a security archive.
    pub security: BTreeSet<String>,
    /// Whether apt has summed up at the end; without that, nothing follows from what is missing.
    pub finished: bool,
}

/// Whether a word like `Debian-Security`, `noble-security` or `UbuntuESM` names an archive of security updates.
fn names_security(label: &str, suite: &str) -> bool {
    let is_security = |word: &str| word.to_ascii_lowercase().ends_with("-security");
    is_security(label) || is_security(suite) || label.starts_with("UbuntuESM")
}

/// Parses `apt-cache policy` without names: the indexes in use. The state of dpkg itself is not one.
pub fn parse_indexes(text: &str) -> Vec<Index> {
    let mut indexes: Vec<Index> = Vec::new();
    for line in text.lines() {
        if line.starts_with("Pinned packages") {
            break;
        }
        if let Some(release) = line.trim_start().strip_prefix("release ") {
            let word = |key: &str| release.split(',').find_map(|part| part.strip_prefix(key)).unwrap_or("");
            // `l` is the label, `o` the origin, `a` the suite and `n` the codename.
            let security = [word("l="), word("o=")].iter().any(|name| names_security(name, ""))
                || [word("a="), word("n=")].iter().any(|name| names_security("", name));
            if let Some(last) = indexes.last_mut() {
                last.security |= security;
            }
        } else if let Some(description) = described_index(line) {
            indexes.push(Index { description: description.to_owned(), security: false });
        }
    }
    indexes.retain(|index| index.description.ends_with(" Packages"));
    indexes
}

/// ` 500 http://... suite/component arch Packages` without the priority.
fn described_index(line: &str) -> Option<&str> {
    let (priority, rest) = line.trim_start().split_once(' ')?;
    priority.parse::<i64>().ok().map(|_| rest.trim())
}

/// Parses `apt-get --simulate dist-upgrade`.
pub fn parse_simulation(text: &str) -> Simulation {
    let mut simulation = Simulation::default();
    let mut in_kept_back = false;
    for line in text.lines() {
        // `0 upgraded, 0 newly installed, ...`; apt 3 writes `  Upgrading: 0, Installing: 0, ...` below `Summary:`.
        simulation.finished |= line.contains(" upgraded, ") || line.starts_with("  Upgrading: ");
        if let Some(names) = line.strip_prefix("  ") {
            if in_kept_back {
                simulation.kept_back.extend(names.split_whitespace().map(str::to_owned));
            }
            continue;
        }
        // The second wording is that of apt 3.
        in_kept_back = line == "The following packages have been kept back:" || line == "Not upgrading:";
        if let Some((name, security)) = upgraded_package(line) {
            if security {
                simulation.security.insert(name.to_owned());
            }
            simulation.upgraded.insert(name.to_owned());
        }
    }
    simulation
}

/// `Inst name [old] (new Label:version/suite, Label:suite [arch]) [...]`; without `[old]` it is a new package.
fn upgraded_package(line: &str) -> Option<(&str, bool)> {
    let (name, rest) = line.strip_prefix("Inst ")?.split_once(' ')?;
    let (_, rest) = rest.strip_prefix('[')?.split_once(']')?;
    let inside = rest.trim_start().strip_prefix('(')?.split(" [").next()?;
    let (_, archives) = inside.split_once(' ').unwrap_or((inside, ""));
    let security = archives.split(", ").any(|archive| {
        let (label, suite) = archive.split_once(':').unwrap_or((archive, ""));
        names_security(label, suite.rsplit('/').next().unwrap_or(""))
    });
    Some((name, security))
}

/// Parses `apt-cache policy NAME...`: the packages that have, in one of the `security` indexes, a version newer than
/// the installed one. Later versions of other archives usually contain the correction and would hide it.
pub fn parse_security_versions(text: &str, security: &BTreeSet<&str>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut name = "";
    let mut above_installed = false;
    for line in text.lines() {
        let is_heading = !line.starts_with(' ') && line.ends_with(':');
        if is_heading {
            name = line.trim_end_matches(':');
            above_installed = false;
        } else if line.trim() == "Version table:" {
            above_installed = true;
        } else if line.starts_with(" *** ") {
            // Versions stand in falling order; from here on nothing is newer.
            above_installed = false;
        } else if above_installed
            && line.starts_with("        ")
            && described_index(line).is_some_and(|index| security.contains(index))
        {
            found.insert(name.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(set: &BTreeSet<String>) -> Vec<&str> {
        set.iter().map(String::as_str).collect()
    }

    #[test]
    fn indexes_of_debian_are_read() {
        let indexes = parse_indexes(include_str!("../../../tests/data/apt/policy-debian-12"));
        let found: Vec<_> = indexes.iter().map(|index| (index.description.as_str(), index.security)).collect();
        assert_eq!(
            found,
            [
                ("http://deb.debian.org/debian-security bookworm-security/main amd64 Packages", true),
                ("http://deb.debian.org/debian bookworm-updates/main amd64 Packages", false),
                ("http://deb.debian.org/debian bookworm/main amd64 Packages", false),
            ]
        );
    }

    #[test]
    fn nothing_fetched_is_no_index() {
        let text = "Package files:\n 100 /var/lib/dpkg/status\n     release a=now\nPinned packages:\n";
        assert_eq!(parse_indexes(text), []);
    }

    #[test]
    fn a_real_simulation_is_read() {
        let simulation = parse_simulation(include_str!("../../../tests/data/apt/simulation-debian-12"));
        assert_eq!(simulation.upgraded.len(), 121);
        assert_eq!(simulation.security.len(), 81);
        assert!(simulation.security.contains("perl-base") && !simulation.security.contains("libpam0g"));
        assert!(simulation.kept_back.is_empty() && simulation.finished);
    }

    #[test]
    fn a_simulation_that_breaks_off_is_not_finished() {
        assert!(!parse_simulation("Reading package lists...\nBuilding dependency tree...\n").finished);
        assert!(parse_simulation("Summary:\n  Upgrading: 0, Installing: 0, Removing: 0, Not Upgrading: 2\n").finished);
    }

    #[test]
    fn lines_of_other_distributions_are_read() {
        let text = "\
The following packages have been kept back:
  docker-ce linux-generic
The following upgrades have been deferred due to phasing:
  gnome-shell
Inst libcurl4 [7.81.0-1ubuntu1.17] (7.81.0-1ubuntu1.18 Ubuntu:22.04/jammy-updates, Ubuntu:22.04/jammy-security [amd64])
Inst libc6:i386 [2.35-0ubuntu3.4] (2.35-0ubuntu3.8 Ubuntu:22.04/jammy-updates [i386]) []
Inst curl (7.81.0-1ubuntu1.18 Ubuntu:22.04/jammy-updates, Ubuntu:22.04/jammy-security [amd64])
Inst vim [2:8.2.3995] (2:8.2.3996 UbuntuESMApps:22.04/jammy-apps-security [amd64])
Inst local [1.0] (1.1 localhost [all])
Conf libcurl4 (7.81.0-1ubuntu1.18 Ubuntu:22.04/jammy-security [amd64])
Remv old [1.0]
";
        let simulation = parse_simulation(text);
        assert_eq!(names(&simulation.upgraded), ["libc6:i386", "libcurl4", "local", "vim"]);
        assert_eq!(names(&simulation.security), ["libcurl4", "vim"]);
        assert_eq!(names(&simulation.kept_back), ["docker-ce", "linux-generic"]);
    }

    #[test]
    fn a_security_version_below_the_newest_counts() {
        let text = "\
bash:
  Installed: 5.1-6ubuntu1
  Candidate: 5.1-6ubuntu1.2
  Version table:
     5.1-6ubuntu1.2 500
        500 http://de.archive.ubuntu.com/ubuntu jammy-updates/main amd64 Packages
     5.1-6ubuntu1.1 500
        500 http://security.ubuntu.com/ubuntu jammy-security/main amd64 Packages
 *** 5.1-6ubuntu1 500
        500 http://de.archive.ubuntu.com/ubuntu jammy/main amd64 Packages
        100 /var/lib/dpkg/status
zlib1g:
  Installed: 1.2-2
  Candidate: 1.2-3
  Version table:
     1.2-3 500
        500 http://de.archive.ubuntu.com/ubuntu jammy-updates/main amd64 Packages
 *** 1.2-2 500
        500 http://security.ubuntu.com/ubuntu jammy-security/main amd64 Packages
        100 /var/lib/dpkg/status
";
        let security = BTreeSet::from(["http://security.ubuntu.com/ubuntu jammy-security/main amd64 Packages"]);
        assert_eq!(names(&parse_security_versions(text, &security)), ["bash"]);
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            parse_indexes(&text);
            parse_simulation(&text);
            parse_security_versions(&text, &BTreeSet::new());
        }

        #[test]
        fn never_panics_on_lines(text in "((Inst |Conf |  | 500 |release )[a-z:/,() \\[\\]]{0,20}\n){0,8}") {
            parse_indexes(&text);
            parse_simulation(&text);
            parse_security_versions(&text, &BTreeSet::from(["a"]));
        }
    }
}
