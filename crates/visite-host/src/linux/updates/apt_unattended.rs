//! What installs security updates by itself on Debian, Ubuntu and Linux Mint.
//!
//! For `automatic_*`: unattended-upgrades, driven by the daily service of apt, and the automation of Mint's update
//! manager. Scripts that an administrator wrote are deliberately not searched for.

use super::apt_conf::{AptConf, read_apt_conf};
use super::apt_origins::allows_security;
use super::{newest_change, timers};
use crate::linux::dpkg::DpkgStatus;
use crate::linux::os_release::OsRelease;
use crate::machine::{Machine, ReadFailure};
use jiff::Timestamp;
use visite_facts::{Known, Observed, Problem, Unknown, UnknownReason};

/// Touched by unattended-upgrades after each run, and by the service of apt after each without error.
const STAMPS: [&str; 2] = ["/var/lib/apt/periodic/unattended-upgrades-stamp", "/var/lib/apt/periodic/upgrade-stamp"];
/// The timer that starts the service of apt.
const TIMER: &str = "apt-daily-upgrade.timer";
/// What starts it where there is no systemd.
const CRON_SCRIPT: &str = "/etc/cron.daily/apt-compat";
/// The timer of Mint's update manager, made by its settings window.
const MINT_TIMER: &str = "mintupdate-automation-upgrade.timer";
const MINT_STAMP: &str = "/var/lib/systemd/timers/stamp-mintupdate-automation-upgrade.timer";

/// What is known about automatic installation.
pub(super) struct Automatic {
    pub enabled: Observed<bool>,
    pub running: Observed<bool>,
    pub last_run_at: Observed<Timestamp>,
    pub mechanism: Observed<String>,
}

/// Looks for what installs updates by itself.
pub(super) fn automatic(machine: &Machine, status: &DpkgStatus, problems: &mut Vec<Problem>) -> Automatic {
    let unattended = status.installed("unattended-upgrades").map(|_| Automatic {
        enabled: unattended_enabled(machine, problems),
        running: daily_service_runs(machine),
        last_run_at: newest_change(machine, STAMPS),
        mechanism: Known("unattended-upgrades".to_owned()),
    });
    if let Some(Automatic { enabled: Known(true), .. }) = unattended {
        return unattended.unwrap_or_else(none);
    }
    if status.installed("mintupdate").is_some() && timers::is_wanted(machine, MINT_TIMER) == Known(true) {
        return Automatic {
            enabled: Known(true),
            running: timers::any_active(machine, &[MINT_TIMER]),
            last_run_at: newest_change(machine, [MINT_STAMP]),
            mechanism: Known("mintupdate-automation".to_owned()),
        };
    }
    if status.installed("cron-apt").is_some() {
        // Whether it installs or only fetches stands in scripts of its own.
        return Automatic { mechanism: Known("cron-apt".to_owned()), ..unclear(UnknownReason::NotSupported) };
    }
    match unattended {
        Some(unattended) => unattended,
        // It may be one of those that could not be read.
        None if status.malformed > 0 => unclear(UnknownReason::Malformed),
        None => none(),
    }
}

/// Nothing is there that would install updates.
pub(super) fn none() -> Automatic {
    Automatic {
        enabled: Known(false),
        running: Known(false),
        last_run_at: Unknown(UnknownReason::NotSupported),
        mechanism: Observed::default(),
    }
}

/// Nothing can be said.
pub(super) fn unclear(reason: UnknownReason) -> Automatic {
    Automatic {
        enabled: Unknown(reason),
        running: Unknown(reason),
        last_run_at: Unknown(reason),
        mechanism: Unknown(reason),
    }
}

/// Whether the settings make the daily service fetch lists and install security updates.
fn unattended_enabled(machine: &Machine, problems: &mut Vec<Problem>) -> Observed<bool> {
    let conf = match read_apt_conf(machine) {
        Ok(conf) => conf,
        Err(problem) => {
            let reason = problem.reason;
            problems.push(problem);
            return Unknown(reason);
        }
    };
    let origins = match OsRelease::read(machine) {
        Ok((_, release)) => allows_security(
            conf.list("Unattended-Upgrade::Allowed-Origins"),
            conf.list("Unattended-Upgrade::Origins-Pattern"),
            &release,
        ),
        Err((_, failure)) => Unknown(failure.reason()),
    };
    all([
        interval_is_on(&conf, "APT::Periodic::Enable", "1"),
        interval_is_on(&conf, "APT::Periodic::Update-Package-Lists", "0"),
        interval_is_on(&conf, "APT::Periodic::Unattended-Upgrade", "0"),
        origins,
    ])
}

/// True only if all are; false as soon as one is known to be.
fn all<const N: usize>(conditions: [Observed<bool>; N]) -> Observed<bool> {
    if conditions.contains(&Known(false)) {
        return Known(false);
    }
    conditions.into_iter().find(|condition| matches!(condition, Unknown(_))).unwrap_or(Known(true))
}

/// Intervals of `apt.systemd.daily`: days, a number with `s`, `m`, `h` or `d`, or `always`; 0 for never.
fn interval_is_on(conf: &AptConf, name: &str, default: &str) -> Observed<bool> {
    let value = conf.get(name).unwrap_or(default).trim();
    if value == "always" {
        return Known(true);
    }
    let digits = value.strip_suffix(['s', 'm', 'h', 'd']).unwrap_or(value);
    digits.parse::<u64>().map(|number| number > 0).map_err(|_| UnknownReason::Malformed).into()
}

/// Whether the daily service of apt is started on this computer.
fn daily_service_runs(machine: &Machine) -> Observed<bool> {
    if timers::has_systemd(machine) || !machine.is_live() {
        return timers::any_active(machine, &[TIMER]);
    }
    match machine.exists(CRON_SCRIPT) {
        Ok(true) => timers::cron_runs(machine),
        Ok(false) => Known(false),
        Err(ReadFailure::Denied) => Unknown(UnknownReason::NoPermission),
        Err(failure) => Unknown(failure.reason()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linux::updates::apt_conf::parse_apt_conf;

    #[test]
    fn intervals_have_several_spellings() {
        let check = |value: &str, expect: Observed<bool>| {
            let mut conf = AptConf::default();
            parse_apt_conf(&format!("A::B \"{value}\";"), &mut conf);
            assert_eq!(interval_is_on(&conf, "A::B", "0"), expect, "{value}");
        };
        check("1", Known(true));
        check("7", Known(true));
        check("12h", Known(true));
        check("always", Known(true));
        check("0", Known(false));
        check("0d", Known(false));
        check("true", Unknown(UnknownReason::Malformed));
        check("", Unknown(UnknownReason::Malformed));
        assert_eq!(interval_is_on(&AptConf::default(), "A::B", "0"), Known(false));
    }

    #[test]
    fn one_known_no_decides() {
        let unknown = Unknown(UnknownReason::Malformed);
        assert_eq!(all([Known(true), Known(true)]), Known(true));
        assert_eq!(all([unknown.clone(), Known(false)]), Known(false));
        assert_eq!(all([Known(true), unknown.clone()]), unknown);
    }
}
