//! Whether something that runs from time to time is switched on: timers of systemd, and cron.
//!
//! For the services that install updates. On another root nothing runs, so that there the links of systemd are asked
//! whether it would; cron's own tables are deliberately not read.

use crate::linux::processes::processes;
use crate::machine::{Command, Machine, ReadFailure};
use visite_facts::{Known, Observed, Unknown, UnknownReason};

/// Where the administrator's and the distribution's links to wanted timers lie.
const WANTED: [&str; 2] = ["/etc/systemd/system/timers.target.wants", "/usr/lib/systemd/system/timers.target.wants"];

/// Whether systemd runs this computer. On another root: whether it is installed there.
pub(super) fn has_systemd(machine: &Machine) -> bool {
    let marks: &[&str] = match machine.is_live() {
        true => &["/run/systemd/system"],
        false => &["/usr/lib/systemd/systemd", "/lib/systemd/systemd"],
    };
    marks.iter().any(|path| machine.exists(path) == Ok(true))
}

/// Whether one of the timers is active; on another root, whether it would be after a start.
pub(super) fn any_active(machine: &Machine, timers: &[&str]) -> Observed<bool> {
    if !has_systemd(machine) {
        return Unknown(UnknownReason::NotSupported);
    }
    if !machine.is_live() {
        return one_of(timers.iter().map(|timer| is_wanted(machine, timer)));
    }
    let args: Vec<&str> = ["is-active"].into_iter().chain(timers.iter().copied()).collect();
    match machine.run(&Command::new("systemctl", &args)) {
        Ok(output) => parse_is_active(&output.stdout, timers.len()),
        Err(failure) => Unknown(failure.reason()),
    }
}

/// Whether a timer is linked to start with the system, and not masked (systemd.unit(5)).
pub(super) fn is_wanted(machine: &Machine, timer: &str) -> Observed<bool> {
    let masked = machine.read_link(&format!("/etc/systemd/system/{timer}")).is_ok_and(|target| target == "/dev/null");
    if masked {
        return Known(false);
    }
    one_of(WANTED.iter().map(|dir| match machine.read(&format!("{dir}/{timer}")) {
        Ok(_) => Known(true),
        Err(ReadFailure::Absent) => Known(false),
        Err(failure) => Unknown(failure.reason()),
    }))
}

/// True if one is; false only if all are known not to be.
fn one_of(answers: impl Iterator<Item = Observed<bool>>) -> Observed<bool> {
    let mut all = Known(false);
    for answer in answers {
        match answer {
            Known(true) => return Known(true),
            Known(false) => {}
            unknown => all = unknown,
        }
    }
    all
}

/// Parses `systemctl is-active UNIT...`: one word a unit, systemctl(1). Whether one of them is active.
pub fn parse_is_active(text: &str, units: usize) -> Observed<bool> {
    let words: Vec<&str> = text.lines().map(str::trim).filter(|word| !word.is_empty()).collect();
    if words.iter().any(|word| matches!(*word, "active" | "activating" | "reloading" | "refreshing")) {
        return Known(true);
    }
    let resting = |word: &&str| matches!(*word, "inactive" | "failed" | "deactivating" | "maintenance" | "unknown");
    // Without a connection to systemd it prints nothing, which says nothing about the units.
    if words.len() == units && words.iter().all(resting) { Known(false) } else { Unknown(UnknownReason::Malformed) }
}

/// Whether a cron daemon runs on this computer.
pub(super) fn cron_runs(machine: &Machine) -> Observed<bool> {
    const DAEMONS: [&str; 5] = ["cron", "crond", "fcron", "bcron-start", "anacron"];
    match processes(machine) {
        Ok(running) => Known(running.iter().any(|process| DAEMONS.contains(&process.name.as_str()))),
        Err(reason) => Unknown(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_active_timer_is_enough() {
        assert_eq!(parse_is_active("inactive\nactive\n", 2), Known(true));
        assert_eq!(parse_is_active("inactive\nfailed\n", 2), Known(false));
        assert_eq!(parse_is_active("", 1), Unknown(UnknownReason::Malformed));
        assert_eq!(parse_is_active("inactive\n", 2), Unknown(UnknownReason::Malformed));
        assert_eq!(parse_is_active("surprising\n", 1), Unknown(UnknownReason::Malformed));
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), units in 0..3usize) {
            parse_is_active(&text, units);
        }
    }
}
