//! Opening hours, and the days on which nothing is changed.
//!
//! For rounds, scans and fixes, which keep out of the way of treatment and billing. Working days are Monday to Friday
//! without the public holidays that all of Germany has near the end of a quarter. Deliberately absent: holidays of
//! single states and of the practice; those are periods of their own.

use crate::formats::{Complaint, DateText, FreeText, text_form};
use crate::wording::printable;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use visite_facts::Text;

/// When the practice is open. A day that is absent is a day on which it is closed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "week")]
pub struct OpeningHours {
    /// Hours on Mondays, e.g. `["08:00-12:00", "14:00-18:00"]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monday: Option<Vec<Hours>>,
    /// Hours on Tuesdays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tuesday: Option<Vec<Hours>>,
    /// Hours on Wednesdays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wednesday: Option<Vec<Hours>>,
    /// Hours on Thursdays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thursday: Option<Vec<Hours>>,
    /// Hours on Fridays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub friday: Option<Vec<Hours>>,
    /// Hours on Saturdays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saturday: Option<Vec<Hours>>,
    /// Hours on Sundays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sunday: Option<Vec<Hours>>,
}

impl OpeningHours {
    /// The hours on `day`; empty if the practice is closed.
    pub fn on(&self, day: Weekday) -> &[Hours] {
        let hours = match day {
            Weekday::Monday => &self.monday,
            Weekday::Tuesday => &self.tuesday,
            Weekday::Wednesday => &self.wednesday,
            Weekday::Thursday => &self.thursday,
            Weekday::Friday => &self.friday,
            Weekday::Saturday => &self.saturday,
            Weekday::Sunday => &self.sunday,
        };
        hours.as_deref().unwrap_or_default()
    }

    /// Whether the practice is open at this local time.
    pub fn is_open(&self, local: DateTime) -> bool {
        self.on(local.weekday()).iter().any(|hours| hours.from <= local.time() && local.time() < hours.until)
    }
}

/// A part of a day, e.g. `08:00-12:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hours {
    /// First minute.
    pub from: Time,
    /// The minute at which it is over; the last moment of the day for `24:00`.
    pub until: Time,
}

text_form!(Hours, "Hours", "hours", "Part of a day, e.g. `08:00-12:30`.");

impl FromStr for Hours {
    type Err = Complaint;

    fn from_str(text: &str) -> Result<Self, Complaint> {
        let parts = text.split_once('-').and_then(|(from, until)| Some((clock(from)?, end(until)?)));
        match parts {
            Some((from, until)) if from < until => Ok(Self { from, until }),
            Some(_) => {
                let shown = printable(text);
                Err(Complaint::new(
                    Text::new(format!("`{shown}` endet, bevor es beginnt"), format!("`{shown}` ends before it begins")),
                    Text::new("Schreiben Sie die frühere Uhrzeit zuerst.", "write the earlier time first"),
                ))
            }
            None => {
                let shown = printable(text);
                Err(Complaint::new(
                    Text::new(
                        format!("`{shown}` ist hier keine Zeitspanne"),
                        format!("`{shown}` is not a part of a day"),
                    ),
                    Text::new(
                        "Schreiben Sie zum Beispiel `\"08:00-12:30\"`, in Anführungszeichen.",
                        "write e.g. `\"08:00-12:30\"`, in quotes",
                    ),
                ))
            }
        }
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.until {
            Time::MAX => write!(f, "{}-24:00", self.from.strftime("%H:%M")),
            until => write!(f, "{}-{}", self.from.strftime("%H:%M"), until.strftime("%H:%M")),
        }
    }
}

/// When a part of a day is over: `24:00` is the end of the day, as in ISO 8601.
fn end(text: &str) -> Option<Time> {
    if text.trim() == "24:00" { Some(Time::MAX) } else { clock(text) }
}

fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |text: &str, digits: std::ops::RangeInclusive<usize>| {
        let is_number = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<i8>().ok()).flatten()
    };
    Time::new(number(hour, 1..=2)?, number(minute, 2..=2)?, 0, 0).ok()
}

/// Days on which nothing is changed: around the end of each quarter, and periods that the practice names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "change freeze")]
pub struct ChangeFreeze {
    /// How many working days before the end of a quarter it begins; 5 if absent, 0 for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 20))]
    pub working_days_before_quarter_end: Option<u8>,
    /// Up to which day of the month after the quarter it lasts; 10 if absent, 0 for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 28))]
    pub until_day_after_quarter_end: Option<i8>,
    /// Further periods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub periods: Option<Vec<FreezePeriod>>,
}

/// A period in which nothing is changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "period")]
pub struct FreezePeriod {
    /// First day.
    #[schemars(with = "DateText")]
    pub from: Date,
    /// Last day.
    #[schemars(with = "DateText")]
    pub until: Date,
    /// Why.
    #[schemars(with = "FreeText")]
    pub reason: String,
}

/// Why nothing is changed on a day.
#[derive(Clone, Debug, PartialEq)]
pub enum Freeze {
    /// Billing of the quarter and the update of the practice software.
    QuarterEnd,
    /// A period that the practice named.
    Period(FreezePeriod),
}

impl ChangeFreeze {
    /// Whether and why nothing is changed on `date`.
    pub fn on(&self, date: Date) -> Option<Freeze> {
        let named = self.periods.iter().flatten().find(|period| period.from <= date && date <= period.until);
        if let Some(period) = named {
            return Some(Freeze::Period(period.clone()));
        }
        let before = self.working_days_before_quarter_end.unwrap_or(5);
        let after = self.until_day_after_quarter_end.unwrap_or(10);
        let month_ends_quarter = date.month() % 3 == 0;
        let month_follows_quarter = date.month() % 3 == 1;
        let frozen = month_follows_quarter && date.day() <= after
            || month_ends_quarter && first_of_last_working_days(date, before).is_some_and(|first| first <= date);
        frozen.then_some(Freeze::QuarterEnd)
    }
}

/// The first of the last `count` working days of the month of `date`; `None` for none.
fn first_of_last_working_days(date: Date, count: u8) -> Option<Date> {
    let last = date.last_of_month();
    // A month has at least 18 working days; the bound only keeps the search inside the calendar.
    (0..31)
        .filter_map(|back| last.checked_sub(back.days()).ok())
        .filter(|day| is_working_day(*day))
        .take(usize::from(count))
        .last()
        .filter(|_| count > 0)
}

fn is_working_day(date: Date) -> bool {
    let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    let christmas = date.month() == 12 && matches!(date.day(), 25 | 26);
    let from_easter = easter_sunday(date.year()).map(|easter| (date - easter).get_days());
    !(weekend || christmas || matches!(from_easter, Some(-2 | 1)))
}

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm, Nature 13, 1876, p. 487).
fn easter_sunday(year: i16) -> Option<Date> {
    let year = i32::from(year);
    let (a, b, c) = (year.rem_euclid(19), year.div_euclid(100), year.rem_euclid(100));
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15).rem_euclid(30);
    let l = (32 + 2 * b.rem_euclid(4) + 2 * (c / 4) - h - c % 4).rem_euclid(7);
    let m = (a + 11 * h + 22 * l) / 451;
    let sum = h + l - 7 * m + 114;
    Date::new(i16::try_from(year).ok()?, i8::try_from(sum / 31).ok()?, i8::try_from(sum % 31 + 1).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn hours_read_as_they_are_written() {
        let hours = Hours::from_str("8:00 - 12:30").expect("hours");
        assert_eq!(hours.to_string(), "08:00-12:30");
        assert_eq!(Hours::from_str("22:00-24:00").expect("hours").to_string(), "22:00-24:00");
        assert!(Hours::from_str("24:00-24:00").is_err());
        for wrong in ["", "8-12", "12:30-08:00", "08:00-08:00", "08:00-24:30", "8:0-9:00", "08:00", "a:00-b:00"] {
            assert!(Hours::from_str(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_practice_is_open_from_the_first_minute_and_closed_at_the_last() {
        let week = OpeningHours { monday: Some(vec!["08:00-12:00".parse().expect("hours")]), ..Default::default() };
        let monday = date(2026, 11, 23);
        let found =
            [(7, 59), (8, 0), (11, 59), (12, 0)].map(|(hour, minute)| week.is_open(monday.at(hour, minute, 0, 0)));
        assert_eq!(found, [false, true, true, false]);
        assert!(!week.is_open(date(2026, 11, 24).at(9, 0, 0, 0)));
        let always = OpeningHours { monday: Some(vec!["00:00-24:00".parse().expect("hours")]), ..Default::default() };
        assert!(always.is_open(monday.at(0, 0, 0, 0)) && always.is_open(monday.at(23, 59, 59, 0)));
    }

    #[test]
    fn easter_falls_on_its_day() {
        let found = [2024, 2025, 2026, 2027, 2038].map(|year| easter_sunday(year).expect("a day").to_string());
        assert_eq!(found, ["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25"]);
    }

    #[test]
    fn the_default_freeze_spans_the_end_of_a_quarter() {
        let freeze = ChangeFreeze::default();
        let frozen = |year, month, day| freeze.on(date(year, month, day)).is_some();
        // September 2026 ends on a Wednesday: the last five working days are 24, 25, 28, 29, 30.
        assert_eq!([frozen(2026, 9, 23), frozen(2026, 9, 24), frozen(2026, 9, 30)], [false, true, true]);
        assert_eq!([frozen(2026, 10, 1), frozen(2026, 10, 10), frozen(2026, 10, 11)], [true, true, false]);
        // December 2026: 25 is a holiday, 26 and 27 a weekend, so 24 and 23 count as well.
        assert_eq!([frozen(2026, 12, 23), frozen(2026, 12, 24)], [false, true]);
        // March 2027: Good Friday is the 26th, Easter Monday the 29th.
        assert_eq!([frozen(2027, 3, 22), frozen(2027, 3, 23)], [false, true]);
        assert!(!frozen(2026, 11, 30) && !frozen(2026, 8, 1));
    }

    #[test]
    fn the_freeze_can_be_changed_and_switched_off() {
        let text = "working_days_before_quarter_end: 0\nuntil_day_after_quarter_end: 0\n\
                    periods: [{from: 2026-07-01, until: 2026-07-03, reason: Umzug}]";
        let freeze: ChangeFreeze = crate::from_yaml_all(text, "freeze.yaml").expect("a freeze");
        assert_eq!(freeze.on(date(2026, 9, 30)), None);
        assert_eq!(freeze.on(date(2026, 10, 1)), None);
        assert!(matches!(freeze.on(date(2026, 7, 3)), Some(Freeze::Period(period)) if period.reason == "Umzug"));
    }

    #[test]
    fn no_day_of_the_calendar_is_a_trap() {
        for day in [Date::MIN, Date::MAX, date(-9999, 3, 31), date(9999, 12, 1)] {
            let _ = ChangeFreeze::default().on(day);
        }
    }
}
