//! Accounts that are logged in at start without being asked: display managers, greetd, and consoles.
//!
//! For the collector of accounts. The settings of a display manager that is installed but not the one in use are left
//! out. Logins without a password that someone still has to click (group `nopasswdlogin`) are deliberately absent.

use super::ini::{Setting, last, parse_assignment, parse_ini};
use super::lines::line_numbers;
use super::units::console_autologins;
use crate::machine::{Machine, ReadFailure};
use std::collections::BTreeMap;
use visite_facts::facts::Autologin;
use visite_facts::{Collection, Completeness, Known, Problem, Unknown, UnknownReason};

/// An automatic login.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The file that says so.
    pub path: String,
    /// Which part of the file, where one file can say it several times; otherwise empty.
    pub part: String,
    /// Who is logged in; empty for a guest who has no account.
    pub user: String,
}

/// Looks at the settings of one display manager.
type Look = fn(&mut Looking<'_>) -> Vec<Found>;

/// All automatic logins of this computer.
pub fn autologins(machine: &Machine, problems: &mut Vec<Problem>) -> Collection<Autologin> {
    let mut looking = Looking { machine, failed: Vec::new(), malformed: Vec::new() };
    let mut found = console_autologins(machine, &mut looking.failed);
    let in_use = display_manager(machine);
    let looks: [(&str, Look); 7] = [
        ("gdm", gdm),
        ("lightdm", lightdm),
        ("sddm", sddm),
        ("lxdm", lxdm),
        ("slim", slim),
        ("nodm", nodm),
        ("greetd", greetd),
    ];
    for (name, look) in looks {
        if in_use.as_deref().is_none_or(|used| used.starts_with(name)) {
            found.extend(look(&mut looking));
        }
    }
    found.extend(suse(&mut looking));
    found.sort();
    // A console inherits from its template, so that both name the same line.
    found.dedup();
    let completeness = looking.report(problems);
    Collection { records: found.into_iter().map(record).collect(), completeness }
}

fn record(found: Found) -> Autologin {
    let file = found.path.strip_prefix("/etc/").unwrap_or(&found.path);
    let source = if found.part.is_empty() { file.to_owned() } else { format!("{file} ({})", found.part) };
    let user = if found.user.is_empty() { Unknown(UnknownReason::NotSupported) } else { Known(found.user) };
    Autologin { source: Known(source), user }
}

/// Name of the display manager that the system starts, e.g. `gdm3`; `None` if that cannot be told.
fn display_manager(machine: &Machine) -> Option<String> {
    let unit = machine.read_link("/etc/systemd/system/display-manager.service").ok();
    let unit = unit.as_deref().and_then(|path| path.rsplit('/').next()?.strip_suffix(".service")).map(str::to_owned);
    let program = || {
        let text = machine.read("/etc/X11/default-display-manager").ok()?;
        text.trim().rsplit('/').next().map(str::to_owned)
    };
    const KNOWN: &[&str] = &["gdm", "lightdm", "sddm", "lxdm", "slim", "nodm", "greetd", "xdm", "wdm", "kdm"];
    unit.or_else(program).filter(|name| KNOWN.iter().any(|known| name.starts_with(known)))
}

/// A look at settings that remembers what it could not read.
struct Looking<'a> {
    machine: &'a Machine,
    failed: Vec<(String, ReadFailure)>,
    malformed: Vec<(String, Vec<usize>)>,
}

impl Looking<'_> {
    fn text(&mut self, path: &str) -> Option<String> {
        match self.machine.read(path) {
            Ok(text) => Some(text),
            Err(ReadFailure::Absent) => None,
            Err(failure) => {
                self.failed.push((path.to_owned(), failure));
                None
            }
        }
    }

    fn settings(&mut self, path: &str) -> Vec<Setting> {
        let (settings, malformed) = parse_ini(&self.text(path).unwrap_or_default());
        if !malformed.is_empty() {
            self.malformed.push((path.to_owned(), malformed));
        }
        settings
    }

    /// Paths of the files in a folder that end with `ending`, sorted.
    fn files(&mut self, folder: &str, ending: &str) -> Vec<String> {
        match self.machine.list(folder) {
            Ok(names) => {
                names.iter().filter(|name| name.ends_with(ending)).map(|name| format!("{folder}/{name}")).collect()
            }
            Err(ReadFailure::Absent) => Vec::new(),
            Err(failure) => {
                self.failed.push((folder.to_owned(), failure));
                Vec::new()
            }
        }
    }

    fn report(self, problems: &mut Vec<Problem>) -> Completeness {
        let failed = self.failed.into_iter().map(|(path, failure)| failure.problem(&path));
        let malformed = self.malformed.into_iter().map(|(path, lines)| Problem {
            source: path,
            reason: UnknownReason::Malformed,
            detail: line_numbers(&lines),
        });
        let mut completeness = Completeness::Complete;
        for problem in failed.chain(malformed) {
            completeness = completeness.and(Completeness::Incomplete(problem.reason));
            problems.push(problem);
        }
        completeness
    }
}

/// GNOME Display Manager: `AutomaticLogin` at once, `TimedLogin` after some seconds; each has a switch of its own.
fn gdm(looking: &mut Looking<'_>) -> Vec<Found> {
    const FILES: &[&str] =
        &["/etc/gdm3/daemon.conf", "/etc/gdm3/custom.conf", "/etc/gdm/daemon.conf", "/etc/gdm/custom.conf"];
    let mut found = Vec::new();
    for path in FILES {
        let settings = looking.settings(path);
        for (switch, name, part) in
            [("AutomaticLoginEnable", "AutomaticLogin", ""), ("TimedLoginEnable", "TimedLogin", "timed")]
        {
            let on = last(&settings, "daemon", switch)
                .is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1");
            let user = last(&settings, "daemon", name).filter(|user| on && !user.is_empty());
            // A value that ends with `|` is a program which names the user.
            let user = user.map(|user| if user.ends_with('|') { String::new() } else { user.to_owned() });
            found.extend(user.map(|user| Found { path: (*path).to_owned(), part: part.to_owned(), user }));
        }
    }
    found
}

/// LightDM: later files win, seat by seat; `[SeatDefaults]` is the old name of `[Seat:*]`.
fn lightdm(looking: &mut Looking<'_>) -> Vec<Found> {
    let mut files = Vec::new();
    for folder in ["/usr/share/lightdm", "/usr/local/share/lightdm", "/etc/xdg/lightdm", "/etc/lightdm"] {
        files.extend(looking.files(&format!("{folder}/lightdm.conf.d"), ".conf"));
    }
    files.push("/etc/lightdm/lightdm.conf".to_owned());
    let mut users: BTreeMap<(String, String), (String, String)> = BTreeMap::new();
    for path in files {
        for Setting { section, key, value } in looking.settings(&path) {
            let seat = if section == "SeatDefaults" { "Seat:*".to_owned() } else { section };
            if seat.starts_with("Seat:") && matches!(key.as_str(), "autologin-user" | "autologin-guest") {
                users.insert((seat, key), (path.clone(), value));
            }
        }
    }
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    // `autologin-guest` sorts first, so that a named user replaces the guest, as in LightDM.
    for ((seat, key), (path, value)) in users {
        let part = if seat == "Seat:*" { String::new() } else { seat.clone() };
        match key.as_str() {
            "autologin-guest" if value == "true" => found.insert(seat, Found { path, part, user: String::new() }),
            "autologin-user" if !value.is_empty() => found.insert(seat, Found { path, part, user: value }),
            _ => None,
        };
    }
    found.into_values().collect()
}

/// SDDM: later files win; the old single file has the last word.
fn sddm(looking: &mut Looking<'_>) -> Vec<Found> {
    let mut files = looking.files("/usr/lib/sddm/sddm.conf.d", "");
    files.extend(looking.files("/etc/sddm.conf.d", ""));
    files.push("/etc/sddm.conf".to_owned());
    let mut found = None;
    for path in files {
        let settings = looking.settings(&path);
        if let Some(user) = last(&settings, "Autologin", "User") {
            let user = user.to_owned();
            found = (!user.is_empty()).then(|| Found { path, part: String::new(), user });
        }
    }
    found.into_iter().collect()
}

fn lxdm(looking: &mut Looking<'_>) -> Vec<Found> {
    const PATH: &str = "/etc/lxdm/lxdm.conf";
    named(PATH, last(&looking.settings(PATH), "base", "autologin"))
}

/// greetd: the `initial_session` starts without a login.
fn greetd(looking: &mut Looking<'_>) -> Vec<Found> {
    const PATH: &str = "/etc/greetd/config.toml";
    let text = looking.text(PATH).unwrap_or_default();
    // TOML allows more than sections and settings, so lines that are neither are no error here.
    let (settings, _) = parse_ini(&text);
    let user = last(&settings, "initial_session", "user");
    named(PATH, user.map(|user| user.split('#').next().unwrap_or_default().trim().trim_matches(['"', '\''])))
}

/// SLiM: `default_user` is logged in if `auto_login` is on; the last line of each wins.
fn slim(looking: &mut Looking<'_>) -> Vec<Found> {
    const PATH: &str = "/etc/slim.conf";
    named(PATH, parse_slim(&looking.text(PATH).unwrap_or_default()).as_deref())
}

/// Whom `/etc/slim.conf` logs in.
pub fn parse_slim(text: &str) -> Option<String> {
    let value = |name: &str| {
        let mut values = text.lines().filter_map(|line| line.trim().strip_prefix(name)?.strip_prefix([' ', '\t']));
        values.next_back().map(str::trim)
    };
    let on = matches!(value("auto_login"), Some("yes" | "true" | "1" | "on"));
    value("default_user").filter(|_| on).map(str::to_owned)
}

/// nodm does nothing but log one account in, unless it is switched off.
fn nodm(looking: &mut Looking<'_>) -> Vec<Found> {
    const PATH: &str = "/etc/default/nodm";
    let text = looking.text(PATH).unwrap_or_default();
    let on = parse_assignment(&text, "NODM_ENABLED")
        .is_some_and(|value| !matches!(value.as_str(), "" | "no" | "false" | "0"));
    named(PATH, parse_assignment(&text, "NODM_USER").filter(|_| on).as_deref())
}

/// openSUSE sets it for whichever display manager is in use.
fn suse(looking: &mut Looking<'_>) -> Vec<Found> {
    const PATH: &str = "/etc/sysconfig/displaymanager";
    let text = looking.text(PATH).unwrap_or_default();
    named(PATH, parse_assignment(&text, "DISPLAYMANAGER_AUTOLOGIN").as_deref())
}

fn named(path: &str, user: Option<&str>) -> Vec<Found> {
    let user = user.filter(|user| !user.is_empty());
    user.map(|user| Found { path: path.to_owned(), part: String::new(), user: user.to_owned() }).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slim_needs_both_settings() {
        assert_eq!(parse_slim("default_user anna\nauto_login  yes\n").as_deref(), Some("anna"));
        assert_eq!(parse_slim("default_user anna\nauto_login no\n"), None);
        assert_eq!(parse_slim("auto_login yes\n"), None);
        assert_eq!(parse_slim(include_str!("../../../tests/data/accounts/debian-12.slim.conf")), None);
    }

    #[test]
    fn the_settings_shipped_by_debian_12_are_well_formed() {
        for text in [
            include_str!("../../../tests/data/accounts/debian-12.gdm3-daemon.conf"),
            include_str!("../../../tests/data/accounts/debian-12.lightdm.conf"),
            include_str!("../../../tests/data/accounts/debian-12.lxdm.conf"),
        ] {
            assert_eq!(parse_ini(text).1, Vec::<usize>::new());
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s).{0,300}") {
            parse_slim(&text);
        }
    }
}
