//! Screen lock of KDE Plasma: `kscreenlockerrc` of the person and of the system, with KDE's marks of immutability.
//!
//! Keys and defaults are those of `kscreenlockersettings.kcfg` of kscreenlocker 5 and 6. Expansion of variables
//! (`[$e]`) is deliberately absent; a value that needs it is malformed here.

use super::seat::Seat;
use super::setting::{Lock, Origin, Rules, Setting};
use visite_facts::UnknownReason;
use visite_facts::value::{Known, Observed, Unknown};

/// Configuration directories of the system from the least to the most important: distributions put their own
/// behind `/etc/xdg` in `XDG_CONFIG_DIRS`, and Plasma puts its profile before it.
const SYSTEM_DIRS: &[&str] = &[
    "/usr/etc/xdg",
    "/usr/share/desktop-base/kf5-settings",
    "/usr/share/kubuntu-default-settings/kf5-settings",
    "/usr/share/kde-settings/kde-profile/default/xdg",
    "/etc/xdg",
];
/// Files that are laid over each other; what stands in the second one wins.
const FILES: &[&str] = &["kdeglobals", "kscreenlockerrc"];
const GROUP: &str = "Daemon";
/// Where the locker is installed, by library directory of the distribution.
const LOCKERS: &[&str] = &[
    "/usr/libexec/kscreenlocker_greet",
    "/usr/lib/libexec/kscreenlocker_greet",
    "/usr/lib/*/libexec/kscreenlocker_greet",
    "/usr/lib/kscreenlocker_greet",
    "/usr/lib64/libexec/kscreenlocker_greet",
];
/// Plasma itself accepts no more (one day).
const MAX_MINUTES: f64 = 1440.0;

/// One configuration file, as far as one group is concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigFile {
    /// Whether later files are not read at all.
    pub immutable: bool,
    /// Whether later files may not change this group.
    pub group_immutable: bool,
    /// The entries of the group in their order.
    pub entries: Vec<ConfigEntry>,
}

/// An entry of a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigEntry {
    /// Key, without its marks.
    pub key: String,
    /// Value; `None` where the file cannot be taken literally.
    pub value: Option<String>,
    /// Whether later files may not change it.
    pub immutable: bool,
}

/// The lock of KDE Plasma.
pub fn lock(seat: &Seat<'_>) -> Lock {
    if !locker_installed(seat) {
        return Lock::none();
    }
    let config = Config::read(seat);
    let timeout = config.setting("Timeout", 5.0 * 60.0, parse_minutes);
    let autolock = config.setting("Autolock", true, parse_bool);
    let password = config.setting("RequirePassword", true, parse_bool);
    // Older versions: without `Lock` the screen is covered but opens at a touch.
    let lock = config.setting("Lock", true, parse_bool);
    let grace = config.setting("LockGrace", 5, |text| text.parse::<i64>().ok());
    let seconds = timeout.map(|seconds| seconds as i64);
    let rules = Rules {
        guards: vec![autolock, seconds.clone().map(|seconds| seconds > 0)],
        // A grace of -1 lasts forever.
        conditions: vec![password, lock, grace.clone().map(|seconds| seconds >= 0)],
        delays: vec![seconds, grace],
    };
    Lock::from_rules("kscreenlocker", &rules)
}

fn locker_installed(seat: &Seat<'_>) -> bool {
    let libraries = seat.machine.list("/usr/lib").unwrap_or_default();
    LOCKERS.iter().any(|path| match path.split_once('*') {
        None => seat.machine.exists(path) == Ok(true),
        Some((before, after)) => libraries
            .iter()
            .filter(|name| name.ends_with("-linux-gnu") || name.contains("-linux-gnu"))
            .any(|name| seat.machine.exists(&format!("{before}{name}{after}")) == Ok(true)),
    })
}

/// The files of one person in the order in which KConfig reads them.
struct Config {
    files: Vec<(Origin, Result<ConfigFile, UnknownReason>)>,
}

impl Config {
    fn read(seat: &Seat<'_>) -> Self {
        let mut files = Vec::new();
        for file in FILES {
            for dir in SYSTEM_DIRS {
                match seat.system_file(&format!("{dir}/{file}")) {
                    Ok(None) => {}
                    Ok(Some(text)) => files.push((Origin::System, Ok(parse_config(&text, GROUP)))),
                    Err(reason) => files.push((Origin::System, Err(reason))),
                }
            }
            let own = seat.home_file(&format!(".config/{file}"));
            files.push((Origin::User, own.map(|text| parse_config(&text.unwrap_or_default(), GROUP))));
        }
        Self { files }
    }

    fn setting<T>(&self, key: &str, default: T, parse: impl Fn(&str) -> Option<T>) -> Setting<T> {
        let mut setting = Setting::known(default, Origin::Default);
        for (origin, file) in &self.files {
            let file = match file {
                Ok(file) => file,
                Err(reason) => {
                    setting = Setting { locked: maybe_locked(*origin, *reason), ..Setting::unread(*reason) };
                    continue;
                }
            };
            let mut immutable = file.group_immutable || file.immutable;
            for entry in file.entries.iter().filter(|entry| entry.key == key) {
                let value = entry.value.as_deref().and_then(&parse).ok_or(UnknownReason::Malformed);
                setting = Setting { value: value.into(), origin: Known(*origin), locked: Known(false) };
                immutable |= entry.immutable;
                if entry.immutable {
                    break;
                }
            }
            if immutable {
                // What users make immutable for themselves, they can change again.
                if *origin == Origin::System {
                    setting.locked = Known(true);
                    setting.origin = setting.origin.map(|_| Origin::Policy);
                }
                break;
            }
        }
        setting
    }
}

/// A file of the system that cannot be read might hold a mark of immutability.
fn maybe_locked(origin: Origin, reason: UnknownReason) -> Observed<bool> {
    if origin == Origin::System { Unknown(reason) } else { Known(false) }
}

/// Reads one group of a KConfig file: `[Group][$i]`, `Key[$i]=value`, and `[$i]` alone before the first group.
pub fn parse_config(text: &str, group: &str) -> ConfigFile {
    let mut file = ConfigFile::default();
    let mut inside = false;
    let mut before_groups = true;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with('[') {
            let (name, marks) = split_header(line);
            if before_groups && name.is_empty() && marks.contains('i') {
                file.immutable = true;
                continue;
            }
            before_groups = false;
            inside = name == group;
            file.group_immutable |= inside && marks.contains('i');
        } else if let Some((key, value)) = line.split_once('=').filter(|_| inside) {
            let (key, marks) = split_marks(key.trim());
            let literal = !marks.contains('e') && !marks.contains('d');
            let value = literal.then(|| value.trim().to_owned());
            file.entries.push(ConfigEntry { key: key.to_owned(), value, immutable: marks.contains('i') });
        }
    }
    file
}

/// `[Daemon][$i]` -> (`Daemon`, `i`); `[$i]` -> (empty, `i`). Groups in groups keep their inner brackets.
fn split_header(line: &str) -> (&str, &str) {
    let line = line.strip_suffix(']').unwrap_or(line);
    let line = line.strip_prefix('[').unwrap_or(line);
    match line.rsplit_once("[$") {
        Some((name, marks)) => (name.strip_suffix(']').unwrap_or(name), marks),
        None => line.strip_prefix('$').map_or((line, ""), |marks| ("", marks)),
    }
}

/// `Timeout[$i]` -> (`Timeout`, `i`).
fn split_marks(key: &str) -> (&str, &str) {
    match key.split_once("[$") {
        Some((key, marks)) => (key, marks.strip_suffix(']').unwrap_or(marks)),
        None => (key, ""),
    }
}

/// KConfig takes every text for true that does not say no.
fn parse_bool(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "" => None,
        "false" | "no" | "off" | "0" => Some(false),
        _ => Some(true),
    }
}

/// Minutes, since Plasma 6 with a fraction; the result is in seconds.
fn parse_minutes(text: &str) -> Option<f64> {
    let minutes: f64 = text.parse().ok()?;
    (0.0..=MAX_MINUTES).contains(&minutes).then(|| (minutes * 60.0).round())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn marks_of_immutability_are_seen() {
        let file = parse_config("[Daemon][$i]\nTimeout=3\n", "Daemon");
        assert!(file.group_immutable && !file.immutable);
        let file = parse_config("[$i]\n[Daemon]\nTimeout=3\n", "Daemon");
        assert!(file.immutable && !file.group_immutable);
        let file = parse_config("[Greeter]\nTimeout=9\n[Daemon]\nAutolock[$i]=false\nTimeout[$e]=$T\n", "Daemon");
        assert!(!file.immutable && !file.group_immutable && file.entries[0].immutable);
        assert_eq!(file.entries[0].value.as_deref(), Some("false"));
        assert_eq!(file.entries[1].value, None);
    }

    #[test]
    fn minutes_may_have_a_fraction() {
        assert_eq!(parse_minutes("0.5"), Some(30.0));
        assert_eq!(parse_minutes("-1"), None);
        assert_eq!(parse_minutes("nan"), None);
    }

    fn config(files: &[(Origin, &str)]) -> Config {
        let files = files.iter().map(|(origin, text)| (*origin, Ok(parse_config(text, GROUP)))).collect();
        Config { files }
    }

    #[test]
    fn an_immutable_entry_of_the_system_hides_the_users() {
        // Each case was compared with kreadconfig5 5.103.
        let user = (Origin::User, "[Daemon]\nTimeout=30\n");
        for system in ["[Daemon]\nTimeout[$i]=3\n", "[Daemon][$i]\nTimeout=3\n", "[$i]\n[Daemon]\nTimeout=3\n"] {
            let setting = config(&[(Origin::System, system), user]).setting("Timeout", 300.0, parse_minutes);
            assert_eq!(setting, Setting::known(180.0, Origin::Policy), "{system}");
        }
        let free = config(&[(Origin::System, "[Daemon]\nTimeout=3\n"), user]);
        assert_eq!(free.setting("Timeout", 300.0, parse_minutes), Setting::known(1800.0, Origin::User));
    }

    #[test]
    fn an_immutable_group_holds_the_default_of_a_key_it_does_not_name() {
        let files =
            config(&[(Origin::System, "[Daemon][$i]\nTimeout=3\n"), (Origin::User, "[Daemon]\nAutolock=false\n")]);
        let setting = files.setting("Autolock", true, parse_bool);
        assert_eq!((setting.value, setting.locked), (Known(true), Known(true)));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]$ie=a-z\\n ]{0,80}", any: String) {
            parse_config(&text, "a");
            parse_config(&any, "Daemon");
            parse_minutes(&any);
        }
    }
}
