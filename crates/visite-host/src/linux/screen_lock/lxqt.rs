//! Screen lock of LXQt and LXDE: the idleness watcher of lxqt-powermanagement, xscreensaver or light-locker.
//!
//! Keys and defaults are those of `powermanagementsettings.cpp` of lxqt-powermanagement. Locking on battery is
//! deliberately absent: a workplace in a practice stands at a socket.

use super::autostart::started_command;
use super::keyfile::{Entry, last_value, parse_key_file};
use super::seat::Seat;
use super::setting::{Lock, Origin, Rules, Setting};
use super::words::mentions;
use super::{light_locker, xscreensaver};
use visite_facts::UnknownReason;
use visite_facts::value::Known;

const WATCHER: &str = "lxqt-powermanagement";
/// `LXQt::Power` has no number for it; the settings dialogue stores this one for "lock screen".
const LOCK_ACTION: i64 = -2;
/// Files of the system from the most to the least important.
const SYSTEM_FILES: &[&str] = &[
    "/etc/xdg/xdg-Lubuntu/lxqt/lxqt-powermanagement.conf",
    "/etc/xdg/lxqt/lxqt-powermanagement.conf",
    "/etc/xdg/lxqt-powermanagement.conf",
    "/usr/share/lxqt/lxqt-powermanagement.conf",
];
/// Programs that `xdg-screensaver lock` or the lock command of LXQt can call.
const LOCK_PROGRAMS: &[&str] = &["xscreensaver", "light-locker", "i3lock", "slock", "xsecurelock", "swaylock"];
/// Files in which LXDE starts programs.
const LXDE_AUTOSTART: &[&str] = &["/etc/xdg/lxsession/LXDE/autostart"];

/// The lock of LXQt.
pub fn lxqt(seat: &Seat<'_>) -> Lock {
    let mut locks = Vec::new();
    locks.extend(watcher(seat));
    locks.extend(xscreensaver::lock(seat, "lxqt-xscreensaver-autostart.desktop"));
    locks.extend(xscreensaver::lock(seat, "xscreensaver.desktop"));
    locks.extend(light_locker::lock(seat, || None));
    Lock::first_of(locks)
}

/// The lock of LXDE, whose session starts what stands in its own autostart file as well.
pub fn lxde(seat: &Seat<'_>) -> Lock {
    let mut locks = Vec::new();
    if seat.has_program("xscreensaver") {
        match lxde_starts(seat, "xscreensaver") {
            Ok(true) => locks.push(xscreensaver::started(seat)),
            Ok(false) => locks.extend(xscreensaver::lock(seat, "xscreensaver.desktop")),
            Err(reason) => locks.push(Lock::unknown(Known("xscreensaver".to_owned()), reason)),
        }
    }
    locks.extend(light_locker::lock(seat, || None));
    Lock::first_of(locks)
}

/// The file of the person replaces that of the system, lxsession(1).
fn lxde_starts(seat: &Seat<'_>, program: &str) -> Result<bool, UnknownReason> {
    let mut text = seat.home_file(".config/lxsession/LXDE/autostart")?;
    for path in LXDE_AUTOSTART {
        if text.is_none() {
            text = seat.system_file(path)?;
        }
    }
    Ok(text.is_some_and(|text| mentions(&text, program)))
}

fn watcher(seat: &Seat<'_>) -> Option<Lock> {
    if !seat.has_program(WATCHER) {
        return None;
    }
    match started_command(seat, "lxqt-powermanagement.desktop") {
        Ok(command) => command?,
        Err(reason) => return Some(Lock::unknown(Known(WATCHER.to_owned()), reason)),
    };
    let files = Files::read(seat);
    let enabled = files.setting("enableIdlenessWatcher", false, |text| match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    });
    let old_action = files.setting("idlenessAction", -1, |text| text.parse().ok());
    let action = files.setting_or("idlenessACAction", old_action, |text| text.parse::<i64>().ok());
    let old_time = files.setting("idlenessTimeSecs", 900, |text| Some(text.parse::<i64>().ok()?.clamp(60, 3599)));
    let time = files.setting_or("idlenessACTime", old_time, parse_qtime_seconds);
    let locker = LOCK_PROGRAMS.iter().any(|program| seat.has_program(program));
    let rules = Rules {
        guards: vec![enabled, action.map(|action| action == LOCK_ACTION)],
        conditions: vec![Setting::known(locker, Origin::Default)],
        delays: vec![time],
    };
    Some(Lock::from_rules(WATCHER, &rules))
}

struct Files {
    files: Vec<(Origin, Result<Vec<Entry>, UnknownReason>)>,
}

impl Files {
    fn read(seat: &Seat<'_>) -> Self {
        let parsed = |text: Option<String>| parse_key_file(&text.unwrap_or_default());
        let own = seat.home_file(".config/lxqt/lxqt-powermanagement.conf").map(parsed);
        let system = SYSTEM_FILES.iter().map(|path| (Origin::System, seat.system_file(path).map(parsed)));
        Self { files: std::iter::once((Origin::User, own)).chain(system).collect() }
    }

    fn setting<T>(&self, key: &str, default: T, parse: impl Fn(&str) -> Option<T>) -> Setting<T> {
        self.setting_or(key, Setting::known(default, Origin::Default), parse)
    }

    fn setting_or<T>(&self, key: &str, otherwise: Setting<T>, parse: impl Fn(&str) -> Option<T>) -> Setting<T> {
        for (origin, entries) in &self.files {
            match entries {
                Err(reason) => return Setting::unread(*reason),
                Ok(entries) => {
                    if let Some(text) = last_value(entries, "General", key) {
                        let value = parse(text).ok_or(UnknownReason::Malformed).into();
                        return Setting { value, origin: Known(*origin), locked: Known(false) };
                    }
                }
            }
        }
        otherwise
    }
}

/// A `QTime` as QSettings writes it: `@Variant(\0\0\0\xf\0\r\xbb\xa0)`, type 15 and milliseconds since midnight,
/// both big-endian, with the escapes of QSettings' INI format. The result is in seconds.
pub fn parse_qtime_seconds(text: &str) -> Option<i64> {
    let text = text.trim_matches('"');
    let bytes = unescaped(text.strip_prefix("@Variant(")?.strip_suffix(')')?)?;
    let [0, 0, 0, 15, rest @ ..] = bytes.as_slice() else { return None };
    let milliseconds = u32::from_be_bytes(rest.try_into().ok()?);
    (milliseconds < 86_400_000).then(|| i64::from(milliseconds / 1000))
}

fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        if letter != '\\' {
            bytes.push(u8::try_from(u32::from(letter)).ok()?);
            continue;
        }
        let escape = rest.chars().next()?;
        rest = &rest[escape.len_utf8()..];
        bytes.push(match escape {
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 11,
            '"' | '\'' | '\\' | '?' => u8::try_from(u32::from(escape)).ok()?,
            'x' => take_number(&mut rest, 16)?,
            '0'..='7' => {
                rest = &text[text.len() - rest.len() - 1..];
                take_number(&mut rest, 8)?
            }
            _ => return None,
        });
    }
    Some(bytes)
}

/// Digits of a number of one byte at the start of `rest`.
fn take_number(rest: &mut &str, radix: u32) -> Option<u8> {
    let length = rest.find(|letter: char| !letter.is_digit(radix)).unwrap_or(rest.len());
    let (digits, after) = rest.split_at(length);
    *rest = after;
    u8::from_str_radix(digits, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_of_qsettings_are_decoded() {
        // 15 minutes are 900000 ms, 0x000dbba0.
        assert_eq!(parse_qtime_seconds(r"@Variant(\0\0\0\xf\0\r\xbb\xa0)"), Some(900));
        // 1 minute is 60000 ms, 0x0000ea60, whose last byte is a backquote.
        assert_eq!(parse_qtime_seconds(r#""@Variant(\0\0\0\xf\0\0\xea`)""#), Some(60));
        assert_eq!(parse_qtime_seconds(r"@Variant(\0\0\0\x10\0\r\xbb\xa0)"), None);
        assert_eq!(parse_qtime_seconds(r"@Variant(\0\0\0\xf\xff\xff\xff\xff)"), None);
        assert_eq!(parse_qtime_seconds("00:15:00"), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text: String, inside in "[\\\\0-9a-fxä]{0,20}") {
            let _ = parse_qtime_seconds(&text);
            let _ = parse_qtime_seconds(&format!("@Variant({inside})"));
        }
    }
}
