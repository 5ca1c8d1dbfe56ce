//! When a practice is examined by itself: in the lunch break and at night, in its own time. Pure: no clock, no store.
//!
//! A time that was missed is caught up once, which follows from asking for the latest one only.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::Value as Json;
use visite_target::{OpeningHours, Practice, TimeZoneName};

/// Setting of a practice: an object with [`LUNCH`] and [`NIGHT`].
pub const ROUNDS: &str = "rounds";
/// When the practice is examined in the lunch break, `HH:MM`. Without it the break follows from the opening hours.
pub const LUNCH: &str = "lunch";
/// When servers are examined at night, `HH:MM`; outside of the backup.
pub const NIGHT: &str = "night";

/// Without opening hours, and without a break in them.
pub const USUAL_LUNCH: Time = Time::constant(12, 30, 0, 0);
/// If nobody says otherwise.
pub const USUAL_NIGHT: Time = Time::constant(2, 0, 0, 0);
/// A lunch break begins within these times.
const NOON: (Time, Time) = (Time::constant(11, 0, 0, 0), Time::constant(15, 0, 0, 0));
/// Days that are looked at: of a week in which the practice is closed, the nights remain.
const DAYS: i32 = 3;
/// How long after its time the networks may still be examined: the break is not longer.
const LATE: SignedDuration = SignedDuration::from_mins(20);

/// Which of the times of a day it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// Servers are idle.
    Night,
    /// Nobody is treated; networks may be examined.
    Lunch,
}

/// The time of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// When.
    pub at: Timestamp,
    /// Which.
    pub slot: Slot,
}

/// Permission to examine the networks of a release now, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanDue {
    /// The id of the release.
    pub release: String,
    /// When patients come again; sending ends then.
    pub until: Timestamp,
}

/// The times of a practice.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    said: Option<Practice>,
    lunch: Option<Time>,
    night: Time,
}

impl Calendar {
    /// From the practice file, the settings of the practice, and its time zone.
    pub fn new(said: Option<Practice>, settings: &Json, time_zone: &str) -> Self {
        let named = || time_zone.parse::<TimeZoneName>().unwrap_or_default().time_zone();
        let zone = said.as_ref().map_or_else(named, Practice::time_zone);
        let time = |name| settings.get(ROUNDS)?.get(name)?.as_str().and_then(clock);
        Self { zone, said, lunch: time(LUNCH), night: time(NIGHT).unwrap_or(USUAL_NIGHT) }
    }

    /// The latest time that is not after `now`.
    pub fn latest(&self, now: Timestamp) -> Option<Due> {
        self.around(now).into_iter().filter(|due| due.at <= now).max()
    }

    /// The next time after `now`.
    pub fn next(&self, now: Timestamp) -> Option<Due> {
        self.around(now).into_iter().filter(|due| due.at > now).min()
    }

    /// Which networks may be examined at a time that is due: in the lunch break, while nobody is treated, under a release
    /// that is in force, and not while a quarter is billed.
    pub fn scans(&self, due: Due, now: Timestamp) -> Vec<ScanDue> {
        let Some(said) = &self.said else { return Vec::new() };
        let local = self.zone.to_datetime(now);
        let is_open = said.opening_hours.as_ref().is_some_and(|hours| hours.is_open(local));
        let is_late = now.duration_since(due.at) > LATE;
        if due.slot != Slot::Lunch || is_late || is_open || said.change_freeze_on(local.date()).is_some() {
            return Vec::new();
        }
        let until = self.opens(local.date(), local.time());
        let in_force =
            |release: &&visite_target::Release| release.allowed_on <= local.date() && local.date() <= release.until;
        let releases = said.releases.iter().flatten().filter(in_force);
        releases.map(|release| ScanDue { release: release.id.to_string(), until }).collect()
    }

    /// When the practice opens again on this day; without opening hours an hour later, as long as a lunch break.
    fn opens(&self, day: Date, time: Time) -> Timestamp {
        let hours = self.hours(day).map(|hours| hours.iter().map(|hours| hours.from));
        let next = hours.and_then(|from| from.filter(|from| *from > time).min());
        let until = next.unwrap_or_else(|| time.saturating_add(1.hour()));
        self.zone.to_timestamp(day.to_datetime(until)).unwrap_or(Timestamp::MAX)
    }

    fn hours(&self, day: Date) -> Option<&[visite_target::Hours]> {
        let hours: &OpeningHours = self.said.as_ref()?.opening_hours.as_ref()?;
        Some(hours.on(day.weekday()))
    }

    /// All times of the days around `now`.
    fn around(&self, now: Timestamp) -> Vec<Due> {
        let today = self.zone.to_datetime(now).date();
        let days = (-DAYS..=DAYS).filter_map(|days| today.checked_add(days.days()).ok());
        days.flat_map(|day| self.of_day(day)).collect()
    }

    /// The times of a day. Where clocks skip a time, it is the one after the gap; where it comes twice, the first.
    fn of_day(&self, day: Date) -> Vec<Due> {
        let times = [(Slot::Night, Some(self.night)), (Slot::Lunch, self.lunch_on(day))];
        let due = |(slot, time): (Slot, Option<Time>)| {
            let at = self.zone.to_timestamp(day.to_datetime(time?)).ok()?;
            Some(Due { at, slot })
        };
        times.into_iter().filter_map(due).collect()
    }

    fn lunch_on(&self, day: Date) -> Option<Time> {
        let Some(hours) = self.hours(day) else {
            let works = !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            return works.then_some(self.lunch.unwrap_or(USUAL_LUNCH));
        };
        let last = hours.iter().map(|hours| hours.until).max()?;
        let is_noon = |time: &Time| (NOON.0..=NOON.1).contains(time);
        // The break begins where hours end and no others go on; if there is none, after the last ones.
        let ends = hours.iter().map(|hours| hours.until).filter(is_noon);
        let breaks = ends.filter(|end| !hours.iter().any(|hours| hours.from <= *end && *end < hours.until));
        Some(self.lunch.or_else(|| breaks.min()).unwrap_or(last))
    }
}

/// `HH:MM`
fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const FILE: &str = r#"
schema: visite.practice/1
name: Praxis Linden
opening_hours:
  monday: ["08:00-12:00", "14:00-18:00"]
  tuesday: ["08:00-18:00"]
  wednesday: ["08:00-13:00"]
people:
  - { id: linden, roles: [owner] }
releases:
  - id: freigabe
    allowed_by: linden
    allowed_on: 2026-01-01
    until: 2026-12-31
    ranges: [192.168.10.0/24]
    device_owners: [practice]
"#;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn said() -> Practice {
        Practice::from_yaml(FILE, "practice.yaml").unwrap_or_else(|mistakes| panic!("{}", mistakes[0]))
    }

    fn calendar(settings: &Json) -> Calendar {
        Calendar::new(Some(said()), settings, "Europe/Berlin")
    }

    /// The next times from `from` on, with their slots.
    fn following(calendar: &Calendar, from: &str, count: usize) -> Vec<(String, Slot)> {
        let mut now = at(from);
        let mut told = Vec::new();
        for _ in 0..count {
            let due = calendar.next(now).unwrap();
            told.push((due.at.to_string(), due.slot));
            assert_eq!(calendar.latest(due.at), Some(due), "what is due was the latest");
            now = due.at;
        }
        told
    }

    #[test]
    fn the_break_follows_from_the_opening_hours() {
        use Slot::{Lunch, Night};
        // A week in June, from Monday.
        let told = following(&calendar(&json!({})), "2026-06-08T03:00:00Z", 6);
        let expected = [
            ("2026-06-08T10:00:00Z", Lunch),
            ("2026-06-09T00:00:00Z", Night),
            ("2026-06-09T16:00:00Z", Lunch),
            ("2026-06-10T00:00:00Z", Night),
            ("2026-06-10T11:00:00Z", Lunch),
            ("2026-06-11T00:00:00Z", Night),
        ];
        assert_eq!(told, expected.map(|(at, slot)| (at.to_owned(), slot)));
        // On Thursday the practice is closed.
        assert_eq!(following(&calendar(&json!({})), "2026-06-11T01:00:00Z", 1)[0].1, Night);
        // Without opening hours: on working days, at the usual time.
        let unknown = Calendar::new(None, &json!({}), "Europe/Berlin");
        assert_eq!(following(&unknown, "2026-06-11T01:00:00Z", 1), [("2026-06-11T10:30:00Z".to_owned(), Lunch)]);
        assert_eq!(following(&unknown, "2026-06-13T01:00:00Z", 1)[0].1, Night, "not on Saturday");
    }

    #[test]
    fn settings_count_and_nonsense_does_not() {
        let settings = json!({ "rounds": { "lunch": "12:45", "night": "23:30" } });
        let told = following(&calendar(&settings), "2026-06-08T03:00:00Z", 2);
        assert_eq!(told, [("2026-06-08T10:45:00Z".into(), Slot::Lunch), ("2026-06-08T21:30:00Z".into(), Slot::Night)]);
        for nonsense in [json!({ "rounds": 1 }), json!({ "rounds": { "lunch": "25:00", "night": 3 } }), json!(null)] {
            let told = following(&calendar(&nonsense), "2026-06-08T03:00:00Z", 1);
            assert_eq!(told[0].0, "2026-06-08T10:00:00Z", "{nonsense}");
        }
    }

    #[test]
    fn when_clocks_change_every_night_comes_once() {
        // 02:00 does not exist on 29 March 2026: it is 03:00 there. It comes twice on 25 October: the first counts, and at
        // 02:30 it lies behind.
        for (night, from, expected) in [
            ("02:00", "2026-03-28T12:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"]),
            ("02:30", "2026-03-28T12:00:00Z", ["2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]),
            ("02:00", "2026-10-24T12:00:00Z", ["2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z"]),
            ("02:30", "2026-10-24T12:00:00Z", ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]),
        ] {
            let calendar = calendar(&json!({ "rounds": { "night": night } }));
            let nights: Vec<String> = following(&calendar, from, 8)
                .into_iter()
                .filter_map(|(at, slot)| (slot == Slot::Night).then_some(at))
                .take(2)
                .collect();
            assert_eq!(nights, expected, "{night}");
        }
    }

    #[test]
    fn whatever_was_missed_is_one_round() {
        let calendar = calendar(&json!({}));
        // Off from Monday morning to Wednesday evening.
        let latest = calendar.latest(at("2026-06-10T18:00:00Z"));
        assert_eq!(latest, Some(Due { at: at("2026-06-10T11:00:00Z"), slot: Slot::Lunch }));
    }

    #[test]
    fn networks_are_examined_in_the_break_and_not_while_a_quarter_is_billed() {
        let calendar = calendar(&json!({}));
        let scans = |at: Timestamp, late: i64| {
            let due = calendar.latest(at).unwrap();
            calendar.scans(due, at + SignedDuration::from_mins(late))
        };
        let noon = at("2026-06-08T10:00:00Z");
        let until = at("2026-06-08T12:00:00Z");
        assert_eq!(scans(noon, 0), [ScanDue { release: "freigabe".into(), until }]);
        assert_eq!(scans(noon, 20).len(), 1);
        assert!(scans(noon, 21).is_empty(), "the break would not last");
        assert!(scans(at("2026-06-09T00:00:00Z"), 0).is_empty(), "not at night");
        // The last five working days of June 2026 are 24 to 30; the freeze lasts to 10 July.
        for (monday, count) in [("2026-06-22", 1), ("2026-06-29", 0), ("2026-07-06", 0), ("2026-07-13", 1)] {
            assert_eq!(scans(at(&format!("{monday}T10:00:00Z")), 0).len(), count, "{monday}");
        }
        assert!(scans(at("2027-01-18T11:00:00Z"), 0).is_empty(), "the release is over");
        // Lunch at a time at which patients are there.
        let open = Calendar::new(Some(said()), &json!({ "rounds": { "lunch": "10:00" } }), "Europe/Berlin");
        let due = open.latest(at("2026-06-08T08:00:00Z")).unwrap();
        assert_eq!((due.slot, open.scans(due, due.at)), (Slot::Lunch, Vec::new()));
    }
}
