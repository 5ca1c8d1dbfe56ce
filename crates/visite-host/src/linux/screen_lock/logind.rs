//! What logind does with an unused computer: `IdleAction=` and `IdleActionSec=` of logind.conf(5).
//!
//! Files are merged as systemd does it: one main file, drop-ins by name, a drop-in of the same name in a more
//! important directory hides the others. What a session inhibits at run time is deliberately absent.

use super::keyfile::parse_key_file;
use crate::machine::{Machine, ReadFailure};
use std::collections::BTreeMap;
use visite_facts::facts::IdleAction;
use visite_facts::value::{Known, Observed, Unknown};
use visite_facts::{Problem, UnknownReason};

/// Directories of systemd's configuration, the most important first.
const DIRS: &[&str] = &["/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"];
/// Where logind is installed.
const PROGRAMS: &[&str] = &["/usr/lib/systemd/systemd-logind", "/lib/systemd/systemd-logind"];
/// `IdleActionSec=` where it is not set.
const DEFAULT_SECONDS: i64 = 30 * 60;

/// What logind does, and after how many seconds.
pub type Idle = (Observed<IdleAction>, Observed<i64>);

/// Reads the configuration of logind.
pub fn idle(machine: &Machine, problems: &mut Vec<Problem>) -> Idle {
    let installed = PROGRAMS.iter().any(|path| machine.exists(path) == Ok(true));
    match texts(machine) {
        Err(problem) => {
            let reason = problem.reason;
            problems.push(problem);
            (Unknown(reason), Unknown(reason))
        }
        Ok(texts) if texts.is_empty() && !installed => {
            (Unknown(UnknownReason::NotSupported), Unknown(UnknownReason::NotSupported))
        }
        Ok(texts) => parse_logind(texts.iter().map(String::as_str)),
    }
}

/// The files that count, in the order in which they are applied.
fn texts(machine: &Machine) -> Result<Vec<String>, Problem> {
    let mut texts = Vec::new();
    for dir in DIRS {
        let path = format!("{dir}/logind.conf");
        if let Some(text) = read(machine, &path)? {
            texts.push(text);
            break;
        }
    }
    let mut drop_ins = BTreeMap::new();
    for dir in DIRS {
        let dir = format!("{dir}/logind.conf.d");
        let names = match machine.list(&dir) {
            Ok(names) => names,
            Err(ReadFailure::Absent) => continue,
            Err(failure) => return Err(failure.problem(&dir)),
        };
        for name in names.into_iter().filter(|name| name.ends_with(".conf")) {
            let path = format!("{dir}/{name}");
            drop_ins.entry(name).or_insert(path);
        }
    }
    for path in drop_ins.values() {
        texts.extend(read(machine, path)?);
    }
    Ok(texts)
}

/// A link to `/dev/null` hides a file of a less important directory and counts as empty.
fn read(machine: &Machine, path: &str) -> Result<Option<String>, Problem> {
    match machine.read(path) {
        Ok(text) => Ok(Some(text)),
        Err(ReadFailure::Absent) => Ok(None),
        Err(_) if machine.read_link(path).is_ok_and(|target| target == "/dev/null") => Ok(Some(String::new())),
        Err(failure) => Err(failure.problem(path)),
    }
}

/// Applies the files one after the other. A value that systemd would not understand is skipped, as systemd does.
pub fn parse_logind<'a>(texts: impl Iterator<Item = &'a str>) -> Idle {
    let mut action = Known(IdleAction::Ignore);
    let mut seconds = Known(DEFAULT_SECONDS);
    for entry in texts.flat_map(parse_key_file).filter(|entry| entry.group == "Login") {
        match (entry.key.as_str(), entry.value.as_str()) {
            ("IdleAction", "") => action = Known(IdleAction::Ignore),
            ("IdleAction", value) => action = parse_action(value).unwrap_or(action),
            ("IdleActionSec", "") => seconds = Known(DEFAULT_SECONDS),
            ("IdleActionSec", value) => match parse_time_span(value) {
                Some(TimeSpan::Microseconds(span)) => {
                    seconds = Known(i64::try_from(span / 1_000_000).unwrap_or(i64::MAX))
                }
                Some(TimeSpan::Infinite) => seconds = Unknown(UnknownReason::NotSupported),
                None => {}
            },
            _ => {}
        }
    }
    (action, seconds)
}

/// `None` for a word that systemd does not know.
fn parse_action(word: &str) -> Option<Observed<IdleAction>> {
    Some(match word {
        "ignore" => Known(IdleAction::Ignore),
        "lock" => Known(IdleAction::Lock),
        "suspend" | "hibernate" | "hybrid-sleep" | "suspend-then-hibernate" | "sleep" => Known(IdleAction::Sleep),
        "poweroff" | "halt" => Known(IdleAction::Poweroff),
        // The fact has no word for a restart.
        "reboot" | "kexec" | "soft-reboot" | "factory-reset" => Unknown(UnknownReason::NotSupported),
        _ => return None,
    })
}

/// A time span of systemd.time(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeSpan {
    /// So many microseconds.
    Microseconds(u64),
    /// `infinity`.
    Infinite,
}

/// Reads a time span: numbers with units, added up, `1h 30min` or `2.5s`; a number alone means seconds.
pub fn parse_time_span(text: &str) -> Option<TimeSpan> {
    let mut rest = text.trim();
    if rest == "infinity" {
        return Some(TimeSpan::Infinite);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (number, after) = split_while(rest, |letter| letter.is_ascii_digit() || letter == '.');
        let (unit, after) = split_while(after.trim_start(), |letter| letter.is_alphabetic());
        rest = after.trim_start();
        total = total.checked_add(scaled(number, unit_microseconds(unit)?)?)?;
    }
    Some(TimeSpan::Microseconds(total))
}

fn split_while(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|letter| !belongs(letter)).unwrap_or(text.len()))
}

/// A decimal number times `factor`, without rounding through a floating-point number.
fn scaled(number: &str, factor: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut total = whole.checked_mul(factor)?;
    let mut place = factor;
    for digit in fraction.bytes().take(20) {
        place /= 10;
        total = total.checked_add(place * u64::from(digit - b'0'))?;
    }
    Some(total)
}

fn unit_microseconds(unit: &str) -> Option<u64> {
    const SECOND: u64 = 1_000_000;
    Some(match unit {
        "usec" | "us" | "µs" | "μs" => 1,
        "msec" | "ms" => 1000,
        "" | "seconds" | "second" | "sec" | "s" => SECOND,
        "minutes" | "minute" | "min" | "m" => 60 * SECOND,
        "hours" | "hour" | "hr" | "h" => 3600 * SECOND,
        "days" | "day" | "d" => 86_400 * SECOND,
        "weeks" | "week" | "w" => 7 * 86_400 * SECOND,
        "months" | "month" | "M" => 2_629_800 * SECOND,
        "years" | "year" | "y" => 31_557_600 * SECOND,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seconds(text: &str) -> Option<f64> {
        match parse_time_span(text)? {
            TimeSpan::Microseconds(span) => Some(span as f64 / 1e6),
            TimeSpan::Infinite => Some(f64::INFINITY),
        }
    }

    #[test]
    fn the_examples_of_the_manual_page_are_read() {
        // systemd.time(7), section "Parsing Time Spans"; systemd-analyze timespan prints the same numbers.
        assert_eq!(seconds("2 h"), Some(7200.0));
        assert_eq!(seconds("2hours"), Some(7200.0));
        assert_eq!(seconds("48hr"), Some(172_800.0));
        assert_eq!(seconds("1y 12month"), Some(63_115_200.0));
        assert_eq!(seconds("55s500ms"), Some(55.5));
        assert_eq!(seconds("300ms20s 5day"), Some(432_020.3));
        assert_eq!(seconds("1.5h"), Some(5400.0));
        assert_eq!(seconds("90"), Some(90.0));
        assert_eq!(seconds("infinity"), Some(f64::INFINITY));
        for wrong in ["", "s", "1 x", "1..5s", "-5", "99999999999999999999", "1h infinity"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn later_files_win_and_nonsense_is_skipped() {
        let idle = |texts: &[&str]| parse_logind(texts.iter().copied());
        assert_eq!(idle(&["[Login]\n#IdleAction=lock\n"]), (Known(IdleAction::Ignore), Known(1800)));
        assert_eq!(
            idle(&[
                "[Login]\nIdleAction=lock\nIdleActionSec=5min\n",
                "[Login]\nIdleAction=nonsense\nIdleActionSec=10min"
            ]),
            (Known(IdleAction::Lock), Known(600))
        );
        assert_eq!(idle(&["IdleAction=lock\n[Other]\nIdleAction=lock\n"]).0, Known(IdleAction::Ignore));
        assert_eq!(idle(&["[Login]\nIdleAction=lock\n", "[Login]\nIdleAction=\n"]).0, Known(IdleAction::Ignore));
    }

    proptest! {
        #[test]
        fn no_text_makes_them_panic(text: String, span in "[0-9.smhinMyµ ]{0,40}") {
            parse_logind([text.as_str()].into_iter());
            let _ = parse_time_span(&text);
            let _ = parse_time_span(&span);
        }
    }
}
