//! Dates, times and spans as a reader writes them.
//!
//! For every format that people read. Moments are shown in the practice's time zone; if the zone's name is not known,
//! in UTC and marked so. Now comes from the caller.

use crate::texts::Texts;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use visite_facts::Lang;

/// The reader's calendar: where they are, and what day it is there.
pub struct Calendar<'a> {
    texts: &'a Texts,
    zone: TimeZone,
    /// Whether [`Self::zone`] is only a stand-in.
    zone_unknown: bool,
    /// Absent in files, which are read on another day than they are written.
    today: Option<Date>,
}

impl<'a> Calendar<'a> {
    /// A calendar that always writes the date, for files.
    pub fn for_files(texts: &'a Texts, zone_name: &str) -> Self {
        Self { today: None, ..Self::new(texts, zone_name, Timestamp::UNIX_EPOCH) }
    }

    /// A calendar in the time zone of that IANA name; what happened on the day of `now` is called today.
    pub fn new(texts: &'a Texts, zone_name: &str, now: Timestamp) -> Self {
        let found = TimeZone::get(zone_name);
        let zone_unknown = found.is_err();
        let zone = found.unwrap_or(TimeZone::UTC);
        let today = Some(now.to_zoned_datetime(zone.clone()).date());
        Self { texts, zone, zone_unknown, today }
    }

    /// Day and time, e.g. `heute, 12:40 Uhr` or `24 November 2026, 12:40`.
    pub fn when(&self, moment: Timestamp) -> String {
        let local = moment.to_zoned_datetime(self.zone.clone());
        if Some(local.date()) == self.today {
            return self.texts.fill("today-at", [("time", clock(&local).into())]) + self.mark();
        }
        self.day_at(&local)
    }

    /// Day and time, with the date always written out, for what is read on other days.
    pub fn dated(&self, moment: Timestamp) -> String {
        self.day_at(&moment.to_zoned_datetime(self.zone.clone()))
    }

    /// A date, e.g. `24.11.2026` or `24 November 2026`.
    pub fn day(&self, date: Date) -> String {
        let (year, month, day) = (date.year(), date.month(), date.day());
        match self.texts.lang {
            Lang::De => format!("{day:02}.{month:02}.{year}"),
            Lang::En => format!("{day} {} {year}", month_name(month)),
        }
    }

    /// The day of a moment without its year, where there is little room: `24.11.` or `24 Nov`.
    pub fn short_day(&self, moment: Timestamp) -> String {
        let date = self.date(moment);
        match self.texts.lang {
            Lang::De => format!("{:02}.{:02}.", date.day(), date.month()),
            Lang::En => format!("{} {}", date.day(), month_name(date.month()).get(..3).unwrap_or_default()),
        }
    }

    /// The day of a moment, e.g. `24.11.2026`.
    pub fn day_of(&self, moment: Timestamp) -> String {
        self.day(self.date(moment))
    }

    /// The day of a moment in this time zone.
    pub fn date(&self, moment: Timestamp) -> Date {
        moment.to_zoned_datetime(self.zone.clone()).date()
    }

    fn day_at(&self, local: &ZonedDateTime) -> String {
        let (day, time) = (self.day(local.date()), clock(local));
        self.texts.fill("day-at", [("day", day.into()), ("time", time.into())]) + self.mark()
    }

    fn mark(&self) -> &'static str {
        if self.zone_unknown { " (UTC)" } else { "" }
    }
}

fn month_name(month: i8) -> &'static str {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or("")
}

fn clock(local: &ZonedDateTime) -> String {
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// A number of minutes of work: `2 Minuten`, `3 Stunden`.
pub fn work(texts: &Texts, minutes: u32) -> String {
    if minutes < 120 {
        return texts.fill("minutes", [("n", minutes.into())]);
    }
    if minutes.is_multiple_of(60) {
        return texts.fill("hours", [("n", (minutes / 60).into())]);
    }
    let hours = texts.fill("hours", [("n", (minutes / 60).into())]);
    format!("{hours} {}", texts.fill("minutes", [("n", (minutes % 60).into())]))
}

/// A span of seconds: whole minutes are said as minutes.
pub fn span(texts: &Texts, seconds: i64) -> String {
    if seconds >= 120 && seconds % 60 == 0 {
        return texts.fill("minutes", [("n", (seconds / 60).into())]);
    }
    texts.fill("seconds", [("n", seconds.into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn moments_read_as_the_reader_writes_them() {
        let now = at("2026-11-24T12:00:00Z");
        let cases = [
            (Lang::De, "2026-11-24T11:40:00Z", "heute, 12:40\u{a0}Uhr"),
            (Lang::De, "2026-11-23T22:59:00Z", "23.11.2026, 23:59\u{a0}Uhr"),
            // Half past midnight in Berlin is still the day before in UTC.
            (Lang::De, "2026-11-23T23:30:00Z", "heute, 00:30\u{a0}Uhr"),
            (Lang::En, "2026-11-24T11:40:00Z", "today, 12:40"),
            (Lang::En, "2026-03-01T11:40:00Z", "1 March 2026, 12:40"),
        ];
        for (lang, moment, expected) in cases {
            let texts = Texts::new(lang);
            assert_eq!(Calendar::new(&texts, "Europe/Berlin", now).when(at(moment)), expected);
        }
    }

    #[test]
    fn both_daylight_saving_changes_keep_their_clock() {
        let texts = Texts::new(Lang::De);
        let calendar = Calendar::new(&texts, "Europe/Berlin", at("2026-12-31T00:00:00Z"));
        assert_eq!(calendar.when(at("2026-03-29T00:59:00Z")), "29.03.2026, 01:59\u{a0}Uhr");
        assert_eq!(calendar.when(at("2026-03-29T01:00:00Z")), "29.03.2026, 03:00\u{a0}Uhr");
        assert_eq!(calendar.when(at("2026-10-25T00:30:00Z")), "25.10.2026, 02:30\u{a0}Uhr");
        assert_eq!(calendar.when(at("2026-10-25T01:30:00Z")), "25.10.2026, 02:30\u{a0}Uhr");
    }

    #[test]
    fn an_unknown_zone_is_shown_as_utc() {
        let texts = Texts::new(Lang::De);
        let calendar = Calendar::new(&texts, "Mars/Olympus", at("2026-11-24T12:00:00Z"));
        assert_eq!(calendar.when(at("2026-11-24T11:40:00Z")), "heute, 11:40\u{a0}Uhr (UTC)");
    }

    #[test]
    fn short_days_have_no_year() {
        let (german, english) = (Texts::new(Lang::De), Texts::new(Lang::En));
        let moment = at("2026-11-30T23:30:00Z");
        assert_eq!(Calendar::for_files(&german, "Europe/Berlin").short_day(moment), "01.12.");
        assert_eq!(Calendar::for_files(&english, "Europe/Berlin").short_day(moment), "1 Dec");
    }

    #[test]
    fn spans_use_the_unit_people_use() {
        let texts = Texts::new(Lang::De);
        assert_eq!(work(&texts, 1), "1 Minute");
        assert_eq!(work(&texts, 90), "90 Minuten");
        assert_eq!(work(&texts, 120), "2 Stunden");
        assert_eq!(work(&texts, 150), "2 Stunden 30 Minuten");
        assert_eq!(span(&texts, 90), "90 Sekunden");
        assert_eq!(span(&texts, 600), "10 Minuten");
    }
}
