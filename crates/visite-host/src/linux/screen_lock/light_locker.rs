//! light-locker: locks through LightDM a while after the X server has blanked the screen.
//!
//! For Xfce, LXQt and LXDE. Settings are in GSettings (`apps.light-locker` 1.8.0) and may be overruled by options
//! on the command line of its autostart entry. When the X server blanks is deliberately not known here; the desktop
//! says it.

use super::autostart::started_command;
use super::gsettings::{Fallback, Key, Store};
use super::seat::Seat;
use super::setting::{Lock, Origin, Rules, Setting};
use super::words::parse_words;
use visite_facts::UnknownReason;
use visite_facts::value::{Known, Unknown};

const LOCKER: &str = "light-locker";
const DELAY: Key = Key {
    schema: "apps.light-locker",
    path: "/apps/light-locker/lock-after-screensaver",
    default: Fallback::Unsigned(5),
};

/// The lock, if light-locker is installed and the session starts it.
///
/// `blank_seconds` gives the time until the X server blanks: 0 for never, `None` if nothing tells it.
pub fn lock(seat: &Seat<'_>, blank_seconds: impl FnOnce() -> Option<Setting<i64>>) -> Option<Lock> {
    if !seat.has_program(LOCKER) {
        return None;
    }
    let command = match started_command(seat, "light-locker.desktop") {
        Ok(command) => command?,
        Err(reason) => return Some(Lock::unknown(Known(LOCKER.to_owned()), reason)),
    };
    let delay = match parse_delay_option(&command) {
        Ok(Some(seconds)) => Setting::known(seconds, Origin::User),
        Ok(None) => Store::read(seat).number(seat, DELAY),
        Err(reason) => Setting::unread(reason),
    };
    let mut guards = vec![delay.clone().map(|seconds| seconds > 0)];
    let blank = blank_seconds();
    guards.extend(blank.clone().map(|blank| blank.map(|seconds| seconds > 0)));
    let blank =
        blank.unwrap_or(Setting { origin: Known(Origin::Default), ..Setting::unread(UnknownReason::NotSupported) });
    let mut lock = Lock::from_rules(LOCKER, &Rules { guards, delays: vec![blank, delay], ..Rules::default() });
    if lock.enabled == Known(true) && lock.after_seconds == Unknown(UnknownReason::NotSupported) {
        // Without a known blanking time it is not even known that the screen is ever blanked.
        lock.enabled = Unknown(UnknownReason::NotSupported);
        lock.enforced = Known(false);
    }
    Some(lock)
}

/// The option `--lock-after-screensaver` of a command line, in seconds; `None` if it is not there.
pub fn parse_delay_option(command: &str) -> Result<Option<i64>, UnknownReason> {
    let words = parse_words(command).ok_or(UnknownReason::Malformed)?;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some(rest) = word.strip_prefix("--lock-after-screensaver") else { continue };
        let value = match rest.strip_prefix('=') {
            Some(value) => Some(value),
            None => words.next().map(String::as_str),
        };
        let seconds = value.and_then(|value| value.parse::<u32>().ok()).ok_or(UnknownReason::Malformed)?;
        return Ok(Some(i64::from(seconds)));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn options_of_the_settings_program_are_read() {
        // What light-locker-settings 1.5.3 writes.
        let command = "light-locker --lock-after-screensaver=10 --no-late-locking --lock-on-suspend";
        assert_eq!(parse_delay_option(command), Ok(Some(10)));
        assert_eq!(parse_delay_option("light-locker --lock-after-screensaver 0"), Ok(Some(0)));
        assert_eq!(parse_delay_option("light-locker"), Ok(None));
        assert_eq!(parse_delay_option("light-locker --lock-after-screensaver=x"), Err(UnknownReason::Malformed));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _ = parse_delay_option(&text);
        }
    }
}
