//! Which desktops can be chosen at login: `/usr/share/xsessions` and `/usr/share/wayland-sessions`.
//!
//! For this collector only. What starts a desktop without the login screen (`startx` by hand) and sessions that a
//! display manager keeps elsewhere are deliberately absent.

use super::keyfile::{desktop_flag, desktop_value, parse_key_file};
use super::seat::has_program;
use crate::machine::{Machine, ReadFailure};
use visite_facts::facts::Desktop;
use visite_facts::value::{Completeness, Known, Observed, Unknown};
use visite_facts::{Problem, UnknownReason};

/// Directories of session files, and whether they are for Wayland.
const SESSION_DIRS: &[(&str, bool)] = &[("/usr/share/xsessions", false), ("/usr/share/wayland-sessions", true)];
/// Names of window managers for X that bring no locker of their own.
const WINDOW_MANAGERS: &[&str] = &[
    "i3",
    "i3-with-shmlog",
    "openbox",
    "openbox-session",
    "fluxbox",
    "icewm",
    "icewm-session",
    "blackbox",
    "jwm",
    "awesome",
    "bspwm",
    "dwm",
    "fvwm",
    "fvwm3",
    "twm",
    "wmaker",
    "windowmaker",
    "xmonad",
    "qtile",
    "herbstluftwm",
    "spectrwm",
    "matchbox",
    "xterm",
];
/// Session files that start whatever else is installed.
const DEFAULT_SESSIONS: &[&str] = &["lightdm-xsession", "default", "xsession", "custom", "xinit-compat"];
/// Most letters of the name of a desktop that is not known here.
const MAX_NAME: usize = 40;

/// The settings that a desktop follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flavour {
    /// GNOME Shell.
    Gnome,
    /// GNOME Flashback, with a locker of its own.
    GnomeFlashback,
    /// Budgie, with the keys of GNOME.
    Budgie,
    /// Cinnamon.
    Cinnamon,
    /// MATE.
    Mate,
    /// KDE Plasma.
    Kde,
    /// Xfce.
    Xfce,
    /// LXQt.
    Lxqt,
    /// LXDE.
    Lxde,
    /// Sway.
    Sway,
    /// A window manager for X.
    X11,
    /// A compositor for Wayland whose settings are not read here.
    OtherWayland,
    /// A desktop that is not known here.
    Other,
}

impl Flavour {
    /// The word of the fact.
    pub fn desktop(self) -> Observed<Desktop> {
        match self {
            Self::Gnome | Self::GnomeFlashback | Self::Budgie => Known(Desktop::Gnome),
            Self::Cinnamon => Known(Desktop::Cinnamon),
            Self::Mate => Known(Desktop::Mate),
            Self::Kde => Known(Desktop::Kde),
            Self::Xfce => Known(Desktop::Xfce),
            Self::Lxqt | Self::Lxde => Known(Desktop::Lxqt),
            Self::Sway | Self::OtherWayland => Known(Desktop::Sway),
            Self::X11 => Known(Desktop::X11),
            Self::Other => Unknown(UnknownReason::NotSupported),
        }
    }
}

/// A desktop that can be chosen at login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The settings it follows.
    pub flavour: Flavour,
    /// What it is called in the fact, e.g. `gnome`.
    pub name: String,
    /// `XDG_CURRENT_DESKTOP` in it, in the spelling of its session file.
    pub desktop_names: Vec<String>,
}

/// The desktops installed, each once, whether these are all, and what could not be read.
pub fn sessions(machine: &Machine) -> (Vec<Session>, Completeness, Vec<Problem>) {
    let mut found = Vec::new();
    let mut completeness = Completeness::Complete;
    let mut problems = Vec::new();
    for (dir, wayland) in SESSION_DIRS {
        let names = match machine.list(dir) {
            Ok(names) => names,
            Err(ReadFailure::Absent) => continue,
            Err(failure) => {
                completeness = completeness.and(Completeness::Incomplete(failure.reason()));
                problems.push(failure.problem(dir));
                continue;
            }
        };
        for name in names {
            let Some(stem) = name.strip_suffix(".desktop") else { continue };
            let path = format!("{dir}/{name}");
            let session = machine.read(&path).map_err(|failure| failure.problem(&path));
            match session.and_then(|text| offered(machine, parse_session(stem, &text, *wayland))) {
                Ok(session) => found.extend(session),
                Err(problem) => {
                    completeness = completeness.and(Completeness::Incomplete(problem.reason));
                    problems.push(problem);
                }
            }
        }
    }
    (distinct(found), completeness, problems)
}

/// The session, if the program without which it is not offered is there.
fn offered(machine: &Machine, parsed: Option<(Session, Option<String>)>) -> Result<Option<Session>, Problem> {
    match parsed {
        Some((session, Some(program))) => Ok(has_program(machine, &program)?.then_some(session)),
        Some((session, None)) => Ok(Some(session)),
        None => Ok(None),
    }
}

/// Reads a session file: the desktop it starts, and the program without which it is not offered.
///
/// `None` if it is hidden. `stem` is its file name without `.desktop`.
pub fn parse_session(stem: &str, text: &str, wayland: bool) -> Option<(Session, Option<String>)> {
    let entries = parse_key_file(text);
    if desktop_flag(&entries, "Hidden") || desktop_flag(&entries, "NoDisplay") {
        return None;
    }
    let names = desktop_value(&entries, "DesktopNames").unwrap_or_default();
    // Ubuntu separates them with a colon, as in the environment variable.
    let desktop_names: Vec<String> =
        names.split([';', ':']).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let try_exec = desktop_value(&entries, "TryExec").filter(|program| !program.is_empty()).map(str::to_owned);
    let (flavour, name) = classify(stem, &desktop_names, wayland);
    Some((Session { flavour, name, desktop_names }, try_exec))
}

/// One session of each name; a window manager beside a full desktop is its part or a fallback that nobody chooses.
fn distinct(found: Vec<Session>) -> Vec<Session> {
    let full = found.iter().any(|session| session.flavour != Flavour::X11);
    let mut kept: Vec<Session> = Vec::new();
    for session in found.into_iter().filter(|session| !full || session.flavour != Flavour::X11) {
        match kept.iter_mut().find(|other| other.name == session.name) {
            // The more exact name list tells which overrides of the distribution apply.
            Some(other) if other.desktop_names.len() < session.desktop_names.len() => *other = session,
            Some(_) => {}
            None => kept.push(session),
        }
    }
    kept
}

fn classify(stem: &str, desktop_names: &[String], wayland: bool) -> (Flavour, String) {
    let stem = stem.to_ascii_lowercase();
    let words: Vec<String> = desktop_names.iter().map(|name| name.to_ascii_lowercase()).collect();
    for word in words.iter().chain([&stem]) {
        if let Some((flavour, name)) = known_desktop(word) {
            return (flavour, name.to_owned());
        }
    }
    if !wayland && (WINDOW_MANAGERS.contains(&stem.as_str()) || DEFAULT_SESSIONS.contains(&stem.as_str())) {
        return (Flavour::X11, "x11".to_owned());
    }
    let flavour = if wayland { Flavour::OtherWayland } else { Flavour::Other };
    (flavour, stem.chars().filter(|letter| !letter.is_control()).take(MAX_NAME).collect())
}

/// The desktop behind a word of `DesktopNames` or behind the name of a session file.
fn known_desktop(word: &str) -> Option<(Flavour, &'static str)> {
    Some(match word {
        "unity" | "unity7" | "pantheon" | "deepin" | "ukui" | "enlightenment" | "cosmic" | "lomiri" => return None,
        _ if word.starts_with("gnome-flashback") => (Flavour::GnomeFlashback, "gnome-flashback"),
        _ if word.starts_with("budgie") => (Flavour::Budgie, "budgie"),
        "ubuntu" | "ubuntu-xorg" | "ubuntu-wayland" => (Flavour::Gnome, "gnome"),
        _ if word.starts_with("gnome") => (Flavour::Gnome, "gnome"),
        "x-cinnamon" => (Flavour::Cinnamon, "cinnamon"),
        _ if word.starts_with("cinnamon") => (Flavour::Cinnamon, "cinnamon"),
        _ if word.starts_with("mate") => (Flavour::Mate, "mate"),
        "kde" => (Flavour::Kde, "kde"),
        _ if word.starts_with("plasma") => (Flavour::Kde, "kde"),
        "xubuntu" => (Flavour::Xfce, "xfce"),
        _ if word.starts_with("xfce") => (Flavour::Xfce, "xfce"),
        "lubuntu" => (Flavour::Lxqt, "lxqt"),
        _ if word.starts_with("lxqt") => (Flavour::Lxqt, "lxqt"),
        _ if word.starts_with("lxde") => (Flavour::Lxde, "lxde"),
        _ if word == "sway" || word.starts_with("sway-") => (Flavour::Sway, "sway"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name_of(stem: &str, text: &str, wayland: bool) -> String {
        parse_session(stem, text, wayland).expect("not hidden").0.name
    }

    #[test]
    fn session_files_of_distributions_are_recognised() {
        // DesktopNames and file names as Debian 12 and Ubuntu 24.04 ship them.
        assert_eq!(name_of("ubuntu", "[Desktop Entry]\nDesktopNames=ubuntu:GNOME\n", true), "gnome");
        assert_eq!(name_of("gnome-classic", "[Desktop Entry]\nDesktopNames=GNOME-Classic;GNOME\n", false), "gnome");
        let flashback = "[Desktop Entry]\nDesktopNames=GNOME-Flashback;GNOME;\n";
        assert_eq!(name_of("gnome-flashback-metacity", flashback, false), "gnome-flashback");
        assert_eq!(name_of("budgie-desktop", "[Desktop Entry]\nDesktopNames=Budgie;GNOME\n", false), "budgie");
        assert_eq!(name_of("cinnamon2d", "[Desktop Entry]\nExec=x\n", false), "cinnamon");
        assert_eq!(name_of("plasma", "[Desktop Entry]\nDesktopNames=KDE\n", false), "kde");
        assert_eq!(name_of("LXDE", "[Desktop Entry]\n", false), "lxde");
        assert_eq!(name_of("i3", "[Desktop Entry]\n", false), "x11");
        assert_eq!(name_of("deepin", "[Desktop Entry]\nDesktopNames=Deepin\n", false), "deepin");
        assert_eq!(name_of("hyprland", "[Desktop Entry]\n", true), "hyprland");
    }

    #[test]
    fn hidden_sessions_are_not_offered() {
        assert_eq!(parse_session("xfce", "[Desktop Entry]\nHidden=true\n", false), None);
    }

    #[test]
    fn a_window_manager_counts_only_where_no_desktop_is_installed() {
        let session = |stem: &str| parse_session(stem, "", false).expect("not hidden").0;
        let flavours = |stems: &[&str]| -> Vec<Flavour> {
            distinct(stems.iter().map(|stem| session(stem)).collect()).iter().map(|one| one.flavour).collect()
        };
        assert_eq!(flavours(&["openbox", "LXDE"]), [Flavour::Lxde]);
        assert_eq!(flavours(&["openbox", "i3"]), [Flavour::X11]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(stem: String, text: String, wayland: bool) {
            let _ = parse_session(&stem, &text, wayland);
        }
    }
}
