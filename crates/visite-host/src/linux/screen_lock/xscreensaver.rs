//! xscreensaver: `~/.xscreensaver` over the X resources of the system.
//!
//! For Xfce, LXQt, LXDE and plain X sessions. Keys, units and defaults are those of xscreensaver(1) 6.06; resources
//! loaded with xrdb are deliberately absent.

use super::autostart::started_command;
use super::seat::{FileResult, Seat};
use super::setting::{Lock, Origin, Rules, Setting};
use visite_facts::UnknownReason;
use visite_facts::value::{Known, Observed};

/// Resource files of the system; the first one that exists counts.
const RESOURCES: &[&str] = &[
    "/etc/X11/app-defaults/XScreenSaver",
    "/etc/X11/app-defaults/XScreenSaver-gl",
    "/etc/X11/app-defaults/XScreenSaver-nogl",
    "/usr/share/X11/app-defaults/XScreenSaver",
];
const LOCKER: &str = "xscreensaver";
/// The shortest time that xscreensaver accepts until it covers the screen, in seconds.
const MIN_TIMEOUT: i64 = 15;

/// The lock, if the session starts xscreensaver through the autostart entry `file`.
pub fn lock(seat: &Seat<'_>, file: &str) -> Option<Lock> {
    if !seat.has_program(LOCKER) {
        return None;
    }
    match started_command(seat, file) {
        Ok(Some(_)) => Some(started(seat)),
        Ok(None) => None,
        Err(reason) => Some(Lock::unknown(Known(LOCKER.to_owned()), reason)),
    }
}

/// The lock where xscreensaver is known to be started.
pub fn started(seat: &Seat<'_>) -> Lock {
    let files = Files { user: seat.home_file(".xscreensaver"), system: system_resources(seat) };
    let timeout = files.setting("timeout", 600, parse_span).map(|seconds| seconds.max(MIN_TIMEOUT));
    let rules = Rules {
        guards: vec![
            files.setting("lock", false, parse_bool),
            files.setting("mode", true, |mode| Some(!mode.eq_ignore_ascii_case("off"))),
        ],
        conditions: Vec::new(),
        delays: vec![timeout, files.setting("lockTimeout", 0, parse_span)],
    };
    Lock::from_rules(LOCKER, &rules)
}

fn system_resources(seat: &Seat<'_>) -> FileResult<String> {
    for path in RESOURCES {
        if let Some(text) = seat.system_file(path)? {
            return Ok(Some(text));
        }
    }
    Ok(None)
}

struct Files {
    user: FileResult<String>,
    system: FileResult<String>,
}

impl Files {
    fn setting<T>(&self, key: &str, default: T, parse: impl Fn(&str) -> Option<T>) -> Setting<T> {
        for (file, origin) in [(&self.user, Origin::User), (&self.system, Origin::System)] {
            let text = match file {
                Ok(None) => continue,
                Ok(Some(text)) => text,
                Err(reason) => return Setting::unread(*reason),
            };
            if let Some(value) = parse_resource(text, key) {
                let value: Observed<T> = parse(value).ok_or(UnknownReason::Malformed).into();
                return Setting { value, origin: Known(origin), locked: Known(false) };
            }
        }
        Setting::known(default, Origin::Default)
    }
}

/// The last value of `key` in `~/.xscreensaver` (`lock: True`) or in a resource file (`*lock: True`).
pub fn parse_resource<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines()
        .filter(|line| !line.starts_with(['!', '#']))
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.trim().rsplit(['*', '.']).next() == Some(key))
        .map(|(_, value)| value.trim())
        .next_back()
}

/// `h:mm:ss`, `m:ss`, or minutes; the result is in seconds.
pub fn parse_span(text: &str) -> Option<i64> {
    let parts: Vec<i64> =
        text.split(':').map(|part| part.trim().parse::<u32>().ok().map(i64::from)).collect::<Option<_>>()?;
    match parts.as_slice() {
        [minutes] => Some(minutes * 60),
        [minutes, seconds] => Some(minutes * 60 + seconds),
        [hours, minutes, seconds] => Some(hours * 3600 + minutes * 60 + seconds),
        _ => None,
    }
}

fn parse_bool(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "on" | "yes" => Some(true),
        "false" | "off" | "no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SYSTEM: &str = include_str!("../../../tests/data/screen_lock/XScreenSaver-nogl");

    #[test]
    fn resources_of_the_package_are_read() {
        assert_eq!(parse_resource(SYSTEM, "lock"), Some("False"));
        assert_eq!(parse_resource(SYSTEM, "timeout").and_then(parse_span), Some(600));
        assert_eq!(parse_resource(SYSTEM, "lockTimeout").and_then(parse_span), Some(0));
        assert_eq!(parse_resource(SYSTEM, "mode"), Some("random"));
    }

    #[test]
    fn the_file_of_a_user_is_read() {
        let text = "# XScreenSaver Preferences File\n\ntimeout:\t0:05:00\nlock:\t\tTrue\nlockTimeout:\t0:01:00\n";
        let files = Files { user: Ok(Some(text.to_owned())), system: Ok(Some(SYSTEM.to_owned())) };
        assert_eq!(files.setting("lock", false, parse_bool), Setting::known(true, Origin::User));
        assert_eq!(files.setting("timeout", 0, parse_span), Setting::known(300, Origin::User));
        let mode = files.setting("mode", String::new(), |mode| Some(mode.to_owned()));
        assert_eq!(mode, Setting::known("random".to_owned(), Origin::System));
    }

    #[test]
    fn spans_have_up_to_three_parts() {
        assert_eq!(parse_span("5"), Some(300));
        assert_eq!(parse_span("1:30"), Some(90));
        assert_eq!(parse_span("1:00:01"), Some(3601));
        assert_eq!(parse_span("-1"), None);
        assert_eq!(parse_span("1:2:3:4"), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_them_panic(text: String) {
            let _ = parse_resource(&text, "lock");
            let _ = parse_span(&text);
        }
    }
}
