//! Days of the practice: where a local day begins and ends, and which day it is there.
//!
//! For due dates, legal dates, exemptions and freezes, which are all local dates; the 72 hours of a data breach are
//! absolute and do not belong here. Time-zone data is embedded and the same on every computer; the clock of the
//! computer is never read, the caller says what time it is.

use crate::formats::{Complaint, text_form};
use crate::wording::{did_you_mean, nearest, printable};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;
use visite_facts::Text;

/// The IANA name of a time zone, e.g. `Europe/Berlin`, in its official spelling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZoneName(String);

text_form!(TimeZoneName, "TimeZoneName", "time-zone", "IANA name of a time zone, e.g. `Europe/Berlin`.");

/// The embedded database only: the answer must not depend on the computer that asks.
static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

impl TimeZoneName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The time zone.
    pub fn time_zone(&self) -> TimeZone {
        DATABASE.get(&self.0).expect("a TimeZoneName is only made of names that the database has")
    }
}

impl Default for TimeZoneName {
    /// `Europe/Berlin`.
    fn default() -> Self {
        Self("Europe/Berlin".to_owned())
    }
}

impl FromStr for TimeZoneName {
    type Err = Complaint;

    fn from_str(text: &str) -> Result<Self, Complaint> {
        if let Ok(zone) = DATABASE.get(text)
            && let Some(name) = zone.iana_name()
        {
            return Ok(Self(name.to_owned()));
        }
        let names: Vec<String> = DATABASE.available().map(|name| name.to_string()).collect();
        let shown = printable(text);
        let message = Text::new(format!("`{shown}` ist keine Zeitzone"), format!("`{shown}` is not a time zone"));
        let hint = nearest(text, names.iter().map(String::as_str)).map_or(
            Text::new("In Deutschland heißt sie `Europe/Berlin`.", "in Germany it is `Europe/Berlin`"),
            did_you_mean,
        );
        Err(Complaint::new(message, hint))
    }
}

impl fmt::Display for TimeZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The first moment of `date` in `zone`. Where clocks skip midnight, the moment after the gap.
pub fn start_of_day(date: Date, zone: &TimeZone) -> Timestamp {
    // Only the first and the last day that jiff knows can lie outside the range of timestamps.
    match zone.to_timestamp(date.at(0, 0, 0, 0)) {
        Ok(start) => start,
        Err(_) if date.year() < 0 => Timestamp::MIN,
        Err(_) => Timestamp::MAX,
    }
}

/// The moment at which `date` is over in `zone`: the first one that no longer belongs to it.
///
/// Something due on `date` is in time before this moment and late from it on.
///
/// ```
/// let berlin = visite_target::TimeZoneName::default().time_zone();
/// let due = "2026-11-30".parse()?;
/// assert_eq!(visite_target::time::end_of_day(due, &berlin).to_string(), "2026-11-30T23:00:00Z");
/// # Ok::<(), jiff::Error>(())
/// ```
pub fn end_of_day(date: Date, zone: &TimeZone) -> Timestamp {
    date.tomorrow().map_or(Timestamp::MAX, |next| start_of_day(next, zone))
}

/// The day that it is in `zone` at `moment`.
pub fn local_date(moment: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(moment).date()
}

/// Whether `date` is over in `zone` at `now`.
pub fn is_over(date: Date, zone: &TimeZone, now: Timestamp) -> bool {
    now >= end_of_day(date, zone)
}

/// Days from the local day of `now` until `date`; 0 on that day, negative after it.
pub fn days_until(date: Date, zone: &TimeZone, now: Timestamp) -> i64 {
    let days = |day: Date| day.duration_since(Date::ZERO).as_hours() / 24;
    days(date) - days(local_date(now, zone))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn berlin() -> TimeZone {
        TimeZoneName::default().time_zone()
    }

    fn moment(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    fn hours(day: Date) -> i64 {
        (end_of_day(day, &berlin()).as_second() - start_of_day(day, &berlin()).as_second()) / 3600
    }

    #[test]
    fn the_day_on_which_summer_time_begins_has_23_hours() {
        let day = date(2026, 3, 29);
        assert_eq!(start_of_day(day, &berlin()), moment("2026-03-28T23:00:00Z"));
        assert_eq!(end_of_day(day, &berlin()), moment("2026-03-29T22:00:00Z"));
        assert_eq!(hours(day), 23);
        assert!(!is_over(day, &berlin(), moment("2026-03-29T21:59:59Z")));
        assert!(is_over(day, &berlin(), moment("2026-03-29T22:00:00Z")));
    }

    #[test]
    fn the_day_on_which_summer_time_ends_has_25_hours() {
        let day = date(2026, 10, 25);
        assert_eq!(start_of_day(day, &berlin()), moment("2026-10-24T22:00:00Z"));
        assert_eq!(end_of_day(day, &berlin()), moment("2026-10-25T23:00:00Z"));
        assert_eq!(hours(day), 25);
        assert!(!is_over(day, &berlin(), moment("2026-10-25T22:59:59Z")));
        assert!(is_over(day, &berlin(), moment("2026-10-25T23:00:00Z")));
    }

    #[test]
    fn both_passes_of_the_doubled_hour_belong_to_the_same_day() {
        for utc in ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"] {
            assert_eq!(local_date(moment(utc), &berlin()), date(2026, 10, 25));
        }
    }

    #[test]
    fn days_until_count_calendar_days_over_both_changes() {
        assert_eq!(days_until(date(2026, 3, 30), &berlin(), moment("2026-03-28T22:59:00Z")), 2);
        assert_eq!(days_until(date(2026, 3, 30), &berlin(), moment("2026-03-28T23:00:00Z")), 1);
        assert_eq!(days_until(date(2026, 10, 26), &berlin(), moment("2026-10-25T22:59:00Z")), 1);
        assert_eq!(days_until(date(2026, 10, 25), &berlin(), moment("2026-10-25T23:00:00Z")), -1);
    }

    #[test]
    fn a_day_that_begins_in_a_gap_begins_after_it() {
        let cairo = TimeZoneName::from_str("Africa/Cairo").expect("a zone").time_zone();
        assert_eq!(start_of_day(date(2026, 4, 24), &cairo), moment("2026-04-23T22:00:00Z"));
    }

    #[test]
    fn the_ends_of_the_calendar_are_no_trap() {
        assert_eq!(end_of_day(Date::MAX, &berlin()), Timestamp::MAX);
        assert!(start_of_day(Date::MIN, &berlin()) <= end_of_day(Date::MIN, &berlin()));
        assert!(days_until(Date::MAX, &berlin(), Timestamp::MIN) > 7_000_000);
    }

    #[test]
    fn names_are_found_without_regard_to_case_and_typing_errors_get_a_hint() {
        assert_eq!(TimeZoneName::from_str("europe/berlin").expect("a zone").as_str(), "Europe/Berlin");
        let hint = |text| TimeZoneName::from_str(text).expect_err("no zone").hint.expect("a hint").en;
        assert_eq!(hint("Europa/Berlin"), "did you mean `Europe/Berlin`?");
        assert_eq!(hint("MEZ (Deutschland)"), "in Germany it is `Europe/Berlin`");
    }
}
