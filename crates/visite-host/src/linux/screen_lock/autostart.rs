//! Whether a session starts a program by itself: XDG autostart entries of the system and of the person.
//!
//! For lockers that run as a program of their own, such as light-locker and xscreensaver (Desktop Application
//! Autostart Specification 0.5). Conditions that ask a settings database are deliberately absent.

use super::keyfile::{Entry, desktop_flag, desktop_value, parse_key_file};
use super::seat::{FileResult, Seat};
use super::sessions::Flavour;

/// System directories, most important first. The first one that has the file wins.
const SYSTEM_DIRS: &[&str] = &["/etc/xdg/autostart", "/usr/share/autostart", "/usr/etc/xdg/autostart"];

/// The command of the autostart entry `file` if the session starts it; `None` if it does not.
pub fn started_command(seat: &Seat<'_>, file: &str) -> FileResult<String> {
    let own = seat.home_file(&format!(".config/autostart/{file}"))?;
    let mut text = own;
    for dir in SYSTEM_DIRS {
        if text.is_none() {
            text = seat.system_file(&format!("{dir}/{file}"))?;
        }
    }
    let Some(text) = text else { return Ok(None) };
    let entries = parse_key_file(&text);
    let installed = desktop_value(&entries, "TryExec").is_none_or(|program| seat.has_program(program));
    let names = names_in_autostart(seat);
    Ok(parse_autostart(&entries, &names).filter(|_| installed).map(str::to_owned))
}

/// The command of an autostart entry, if it is meant for a desktop of these names.
pub fn parse_autostart<'a>(entries: &'a [Entry], desktop_names: &[String]) -> Option<&'a str> {
    let lists_us = |key: &str| {
        desktop_value(entries, key)
            .map(|list| list.split(';').any(|name| desktop_names.iter().any(|ours| ours.eq_ignore_ascii_case(name))))
    };
    // Only the desktops of the GNOME kind know the last key, but nobody sets it to false without meaning it.
    let switched_off = desktop_flag(entries, "Hidden")
        || desktop_value(entries, "X-GNOME-Autostart-enabled") == Some("false")
        || lists_us("OnlyShowIn") == Some(false)
        || lists_us("NotShowIn") == Some(true);
    if switched_off { None } else { desktop_value(entries, "Exec").filter(|command| !command.is_empty()) }
}

/// `XDG_CURRENT_DESKTOP`; where the session file does not name it, the desktop sets it itself.
fn names_in_autostart(seat: &Seat<'_>) -> Vec<String> {
    if !seat.session.desktop_names.is_empty() {
        return seat.session.desktop_names.clone();
    }
    let own = match seat.session.flavour {
        Flavour::Cinnamon => "X-Cinnamon",
        Flavour::Mate => "MATE",
        Flavour::Xfce => "XFCE",
        Flavour::Lxqt => "LXQt",
        Flavour::Lxde => "LXDE",
        Flavour::Kde => "KDE",
        Flavour::Gnome | Flavour::GnomeFlashback => "GNOME",
        Flavour::Budgie => "Budgie",
        Flavour::Sway | Flavour::X11 | Flavour::OtherWayland | Flavour::Other => return Vec::new(),
    };
    vec![own.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(text: &str, desktop: &str) -> Option<String> {
        parse_autostart(&parse_key_file(text), &[desktop.to_owned()]).map(str::to_owned)
    }

    #[test]
    fn entries_are_for_some_desktops_only() {
        // The entries of light-locker 1.8.0 and xscreensaver 6.06 in Debian 12.
        let light_locker = "[Desktop Entry]\nExec=light-locker\nNotShowIn=GNOME;Unity;\n";
        assert_eq!(command(light_locker, "XFCE").as_deref(), Some("light-locker"));
        assert_eq!(command(light_locker, "GNOME"), None);
        let xscreensaver = "[Desktop Entry]\nExec=/usr/share/xscreensaver/xscreensaver-wrapper.sh\nOnlyShowIn=XFCE;\n";
        assert!(command(xscreensaver, "XFCE").is_some());
        assert_eq!(command(xscreensaver, "LXQt"), None);
    }

    #[test]
    fn a_user_may_switch_an_entry_off() {
        assert_eq!(command("[Desktop Entry]\nExec=light-locker\nHidden=true\n", "XFCE"), None);
        assert_eq!(command("[Desktop Entry]\nExec=x\nX-GNOME-Autostart-enabled=false\n", "MATE"), None);
    }
}
