//! Screen lock of a plain X session: xautolock or xscreensaver, started by a session script of the person.
//!
//! A window manager locks nothing by itself, and its start-up is a script; only a clear-cut line in one of the usual
//! files counts (xautolock(1), xscreensaver(1)). What else a script might do deliberately ends in "not known".

use super::seat::Seat;
use super::setting::{Lock, Origin, Rules, Setting};
use super::words::{joined_lines, mentions, parse_words};
use super::xscreensaver;
use visite_facts::UnknownReason;
use visite_facts::value::Observed;

/// Scripts and configurations that start programs of a session.
const HOME_FILES: &[&str] = &[
    ".xsession",
    ".xsessionrc",
    ".xprofile",
    ".xinitrc",
    ".config/i3/config",
    ".i3/config",
    ".config/openbox/autostart",
    ".config/bspwm/bspwmrc",
    ".fluxbox/startup",
    ".icewm/startup",
];
const SYSTEM_FILES: &[&str] = &["/etc/i3/config", "/etc/xdg/openbox/autostart", "/etc/xprofile"];
/// Programs that can lock a session of X by themselves, once something starts them.
const LOCKERS: &[&str] = &["xautolock", "xscreensaver", "light-locker", "xss-lock", "xidlehook", "gnome-screensaver"];
/// Words that may stand before the program.
const PREFIXES: &[&str] = &["exec", "exec_always", "--no-startup-id", "nohup"];

/// How xautolock is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Xautolock {
    /// Seconds until it locks.
    pub seconds: i64,
    /// The program that locks.
    pub locker: String,
}

/// The lock of a plain X session.
pub fn lock(seat: &Seat<'_>) -> Lock {
    if !LOCKERS.iter().any(|program| seat.has_program(program)) {
        return Lock::none();
    }
    let text = match scripts(seat) {
        Ok(text) => text,
        Err(reason) => return Lock::unknown(Observed::default(), reason),
    };
    if let Some(call) = parse_xautolock_start(&text) {
        let enabled = seat.has_program("xautolock") && seat.has_program(&call.locker);
        let rules = Rules {
            guards: vec![Setting::known(enabled, Origin::User)],
            delays: vec![Setting::known(call.seconds, Origin::User)],
            ..Rules::default()
        };
        return Lock::from_rules("xautolock", &rules);
    }
    if seat.has_program("xscreensaver") && parse_starts(&text, "xscreensaver") {
        return xscreensaver::started(seat);
    }
    Lock::unknown(Observed::default(), UnknownReason::NotSupported)
}

fn scripts(seat: &Seat<'_>) -> Result<String, UnknownReason> {
    let mut text = String::new();
    for path in HOME_FILES {
        text.push_str(&seat.home_file(path)?.unwrap_or_default());
        text.push('\n');
    }
    for path in SYSTEM_FILES {
        text.push_str(&seat.system_file(path)?.unwrap_or_default());
        text.push('\n');
    }
    Ok(text)
}

/// The only call of xautolock in scripts, if it is clear-cut.
pub fn parse_xautolock_start(text: &str) -> Option<Xautolock> {
    let lines = joined_lines(text);
    let mut calls = lines.iter().filter(|line| mentions(line, "xautolock"));
    let call = calls.next().filter(|_| calls.next().is_none())?;
    let words = start_words(call, "xautolock")?;
    let option = |name: &str| words.windows(2).find(|pair| pair[0] == name).map(|pair| pair[1].clone());
    if words.iter().any(|word| word == "-disable" || word == "-exit") {
        return None;
    }
    let locker = option("-locker")?;
    // The lock command is run by a shell; a known program with options is all that is taken for certain.
    let locker = parse_words(&locker)?.into_iter().next()?;
    let minutes = match option("-time") {
        Some(text) => text.parse::<i64>().ok().filter(|minutes| (1..=60).contains(minutes))?,
        None => 10,
    };
    Some(Xautolock { seconds: minutes * 60, locker })
}

/// Whether scripts start `program` in a line of its own.
pub fn parse_starts(text: &str, program: &str) -> bool {
    joined_lines(text).iter().any(|line| mentions(line, program) && start_words(line, program).is_some())
}

/// The words after `program` in a line that does nothing but start it.
fn start_words(line: &str, program: &str) -> Option<Vec<String>> {
    // A line that is indented stands in a condition or a loop more often than not.
    if line.starts_with([' ', '\t']) {
        return None;
    }
    let words = parse_words(line.trim().trim_end_matches('&'))?;
    let start = words.iter().position(|word| !PREFIXES.contains(&word.as_str()))?;
    let (first, rest) = words[start..].split_first()?;
    (first.rsplit('/').next() == Some(program)).then(|| rest.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_clear_cut_line_is_read() {
        let call = parse_xautolock_start("#!/bin/sh\nxautolock -time 3 -locker 'i3lock -c 000000' &\nexec i3\n");
        assert_eq!(call, Some(Xautolock { seconds: 180, locker: "i3lock".to_owned() }));
        let call = parse_xautolock_start("exec --no-startup-id xautolock -locker slock\n");
        assert_eq!(call, Some(Xautolock { seconds: 600, locker: "slock".to_owned() }));
    }

    #[test]
    fn anything_else_is_not_certain() {
        for text in [
            "if true; then xautolock -locker slock; fi\n",
            "  xautolock -locker slock\n",
            "xautolock -time $T -locker slock\n",
            "xautolock -time 3 -locker slock\nxautolock -disable\n",
            "# xautolock -locker slock\n",
            "xautolock -time 3\n",
        ] {
            assert_eq!(parse_xautolock_start(text), None, "{text}");
        }
        assert!(parse_starts("xscreensaver -no-splash &\n", "xscreensaver"));
        assert!(!parse_starts("xscreensaver-command -lock\n", "xscreensaver"));
    }

    proptest! {
        #[test]
        fn no_text_makes_them_panic(text: String) {
            let _ = parse_xautolock_start(&text);
            let _ = parse_xautolock_start(&format!("xautolock {text}"));
            parse_starts(&text, "xscreensaver");
        }
    }
}
