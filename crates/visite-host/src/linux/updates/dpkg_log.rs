//! When packages were last installed or upgraded, from the log of dpkg.
//!
//! For `last_success_at`. Removing a package is deliberately no success here, and compressed older logs are not read:
//! where the two newest logs say nothing, the files that dpkg wrote for each package do.

use super::newest_change;
use crate::machine::{Machine, ReadFailure};
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::{Timestamp, tz::TimeZone};
use std::collections::BTreeSet;
use visite_facts::{Known, Observed, Problem};

/// The logs, newest first; logrotate compresses older ones.
const LOGS: [&str; 2] = ["/var/log/dpkg.log", "/var/log/dpkg.log.1"];
/// Holds one list of files for each package, written when it is unpacked.
const INFO_DIR: &str = "/var/lib/dpkg/info";

/// The last installation or upgrade that ended well.
pub(super) fn last_success_at(machine: &Machine, problems: &mut Vec<Problem>) -> Observed<Timestamp> {
    for path in LOGS {
        match machine.read(path) {
            Ok(text) => {
                if let Some(time) = parse_dpkg_log(&text).and_then(|time| to_utc(machine, time)) {
                    return Known(time);
                }
            }
            Err(ReadFailure::Absent) => {}
            Err(failure) => problems.push(failure.problem(path)),
        }
    }
    let names = machine.list(INFO_DIR).unwrap_or_default();
    let lists: Vec<String> =
        names.iter().filter(|name| name.ends_with(".list")).map(|name| format!("{INFO_DIR}/{name}")).collect();
    newest_change(machine, lists.iter().map(String::as_str))
}

/// dpkg writes local time without a zone; the zone is that of the examined system, UTC if it has none, localtime(5).
fn to_utc(machine: &Machine, time: DateTime) -> Option<Timestamp> {
    let zone = match machine.read_bytes("/etc/localtime") {
        Ok(bytes) => TimeZone::tzif("Local", &bytes).ok()?,
        Err(_) => TimeZone::UTC,
    };
    zone.to_timestamp(time).ok()
}

/// The last time, in local time, at which a package that was to be installed or upgraded came to be installed.
///
/// Lines are `DATE TIME install|upgrade NAME OLD NEW` and `DATE TIME status installed NAME VERSION`, dpkg(1) "--log".
/// The second alone also follows every trigger, so that both are needed.
pub fn parse_dpkg_log(text: &str) -> Option<DateTime> {
    let mut begun: BTreeSet<&str> = BTreeSet::new();
    let mut last = None;
    for line in text.lines() {
        let mut words = line.splitn(6, ' ');
        let (Some(date), Some(time), Some(action)) = (words.next(), words.next(), words.next()) else { continue };
        match (action, words.next(), words.next()) {
            ("install" | "upgrade", Some(name), _) => {
                begun.insert(name);
            }
            ("status", Some("installed"), Some(name)) if begun.remove(name) => last = Some((date, time)),
            _ => {}
        }
    }
    let (date, time) = last?;
    strtime::parse("%Y-%m-%d %H:%M:%S", format!("{date} {time}")).ok()?.to_datetime().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::datetime;
    use proptest::prelude::*;

    #[test]
    fn the_last_installation_is_found() {
        let log = include_str!("../../../tests/data/dpkg/dpkg.log");
        assert_eq!(parse_dpkg_log(log), Some(datetime(2026, 11, 24, 7, 18, 13, 0)));
    }

    #[test]
    fn triggers_and_removals_are_no_installation() {
        let log = "\
2026-01-02 10:00:00 upgrade bash:amd64 5.1 5.2
2026-01-02 10:00:01 status half-configured bash:amd64 5.1
2026-01-02 10:00:02 status installed bash:amd64 5.2
2026-01-03 11:00:00 remove vim:amd64 9 <none>
2026-01-03 11:00:01 status not-installed vim:amd64 <none>
2026-01-03 11:00:02 trigproc man-db:amd64 2.11 <none>
2026-01-03 11:00:03 status installed man-db:amd64 2.11
2026-01-04 12:00:00 install never:amd64 <none> 1
";
        assert_eq!(parse_dpkg_log(log), Some(datetime(2026, 1, 2, 10, 0, 2, 0)));
        assert_eq!(parse_dpkg_log("2026-99-99 10:00:00 install a b\n2026-99-99 1 status installed a 1"), None);
        assert_eq!(parse_dpkg_log(""), None);
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            parse_dpkg_log(&text);
        }

        #[test]
        fn never_panics_on_lines(text in "([0-9-]{0,10} [0-9:]{0,8} (install|status installed) [ab] 1\n){0,6}") {
            parse_dpkg_log(&text);
        }
    }
}
