//! Screen lock of Xfce: xfce4-screensaver, light-locker or xscreensaver, whichever the session starts.
//!
//! Properties and defaults of xfce4-screensaver are those of its `gs-prefs.h`. The panel's presentation mode of a
//! running session is deliberately absent.

use super::autostart::started_command;
use super::seat::Seat;
use super::setting::{Lock, Rules, Setting};
use super::xfconf::Channels;
use super::{light_locker, xscreensaver};
use visite_facts::value::Known;

const LOCKER: &str = "xfce4-screensaver";
/// The longest delay that xfce4-screensaver accepts, in minutes.
const MAX_MINUTES: i64 = 480;

/// The lock of Xfce.
pub fn lock(seat: &Seat<'_>) -> Lock {
    let mut locks = Vec::new();
    locks.extend(screensaver(seat));
    locks.extend(light_locker::lock(seat, || blank_seconds(seat)));
    locks.extend(xscreensaver::lock(seat, "xscreensaver.desktop"));
    Lock::first_of(locks)
}

fn screensaver(seat: &Seat<'_>) -> Option<Lock> {
    if !seat.has_program(LOCKER) {
        return None;
    }
    match started_command(seat, "xfce4-screensaver.desktop") {
        Ok(None) => return Some(Lock { mechanism: Known(LOCKER.to_owned()), ..Lock::none() }),
        Err(reason) => return Some(Lock::unknown(Known(LOCKER.to_owned()), reason)),
        Ok(Some(_)) => {}
    }
    let channel = Channels::read(seat, LOCKER);
    // What is below one minute counts as ten, gs-prefs.c.
    let idle = channel
        .number("/saver/idle-activation/delay", 5)
        .map(|minutes| if minutes < 1 { 10 } else { minutes.min(MAX_MINUTES) } * 60);
    let lock_delay =
        channel.number("/lock/saver-activation/delay", 0).map(|minutes| minutes.clamp(0, MAX_MINUTES) * 60);
    let guards =
        ["/saver/enabled", "/saver/idle-activation/enabled", "/lock/enabled", "/lock/saver-activation/enabled"]
            .map(|path| channel.boolean(path, true));
    Some(Lock::from_rules(LOCKER, &Rules { guards: guards.into(), delays: vec![idle, lock_delay], ..Rules::default() }))
}

/// Seconds until the X server blanks the screen, which is when light-locker starts to count; 0 for never.
///
/// xfce4-power-manager sets that time at start; without it, nobody knows what the X server was told.
fn blank_seconds(seat: &Seat<'_>) -> Option<Setting<i64>> {
    let started = match started_command(seat, "xfce4-power-manager.desktop") {
        Ok(command) => command.is_some() && seat.has_program("xfce4-power-manager"),
        Err(reason) => return Some(Setting::unread(reason)),
    };
    if !started {
        return None;
    }
    let channel = Channels::read(seat, "xfce4-power-manager");
    let presentation = channel.boolean("/xfce4-power-manager/presentation-mode", false);
    if presentation.value != Known(false) {
        return Some(presentation.map(|_| 0));
    }
    let blank = channel.number("/xfce4-power-manager/blank-on-ac", 10);
    Some(blank.map(|minutes| minutes.max(0).saturating_mul(60)))
}
