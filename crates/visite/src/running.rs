//! A scan while it runs: its window of time, how far it is, and how it is stopped.

use crate::failure::{self, Failure, Kind};
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::io::{IsTerminal, Write};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use visite_facts::{Lang, Text};
use visite_report::group;
use visite_scan::scan::{Control, Phase, Plan, Scan, Status};

/// A daily window of time in which a scan may send, e.g. `12:30-13:30`; `22:00-05:00` passes midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    from: Time,
    until: Time,
}

impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.from.strftime("%H:%M"), self.until.strftime("%H:%M"))
    }
}

/// Why a text is no window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoWindow {
    /// It is not made of two times with a hyphen between them.
    Form,
    /// One of the times is none.
    Time,
    /// It ends when it begins.
    Empty,
}

impl NoWindow {
    /// What is the matter, in both languages.
    pub fn text(self) -> Text {
        match self {
            Self::Form => Text::new(
                "das sind nicht zwei Uhrzeiten mit `-` dazwischen",
                "these are not two times with `-` between them",
            ),
            Self::Time => Text::new(
                "Stunden gehen von 00 bis 23, Minuten von 00 bis 59",
                "hours run from 00 to 23, minutes from 00 to 59",
            ),
            Self::Empty => Text::new("es endet, wenn es beginnt", "it ends when it begins"),
        }
    }
}

impl std::fmt::Display for NoWindow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text().en)
    }
}

impl std::error::Error for NoWindow {}

impl FromStr for Window {
    type Err = NoWindow;

    fn from_str(text: &str) -> Result<Self, NoWindow> {
        let numbers = |text: &str| -> Option<(i8, i8)> {
            let (hour, minute) = text.trim().split_once(':')?;
            Some((hour.parse().ok()?, minute.parse().ok()?))
        };
        let ends = text.split_once('-').and_then(|(from, until)| Some((numbers(from)?, numbers(until)?)));
        let (from, until) = ends.ok_or(NoWindow::Form)?;
        let time = |(hour, minute)| Time::new(hour, minute, 0, 0).map_err(|_| NoWindow::Time);
        let (from, until) = (time(from)?, time(until)?);
        if from == until { Err(NoWindow::Empty) } else { Ok(Self { from, until }) }
    }
}

impl Window {
    /// The next stretch that is not over at `now`: when it begins, and when it ends.
    pub fn next(self, now: Timestamp, zone: &TimeZone) -> (Timestamp, Timestamp) {
        let moment = |date: DateTime| zone.to_timestamp(date).unwrap_or(now);
        let today = zone.to_datetime(now).date();
        for day in [today.yesterday().unwrap_or(today), today, today.tomorrow().unwrap_or(today)] {
            let last = if self.until > self.from { day } else { day.tomorrow().unwrap_or(day) };
            let (begin, end) = (moment(day.to_datetime(self.from)), moment(last.to_datetime(self.until)));
            if end > now {
                return (begin, end);
            }
        }
        // Not reached: tomorrow's stretch always ends after now.
        (now, now)
    }
}

/// What shows while a scan runs, and until when it may.
#[derive(Clone, Copy, Debug)]
pub struct Watching<'a> {
    /// Language of the reader.
    pub lang: Lang,
    /// Nothing at all.
    pub quiet: bool,
    /// One JSON object a line instead of a line for people.
    pub json_lines: bool,
    /// When sending begins and ends.
    pub window: Option<(Timestamp, Timestamp)>,
    /// The practice's time zone.
    pub zone: &'a TimeZone,
}

/// Runs a scan; shows how far it is, and stops with the results so far on Ctrl-C or at the end of its window.
pub fn run(plan: Plan, control: &Arc<Control>, watching: Watching<'_>) -> Result<Scan, Failure> {
    let cannot_begin = |error: std::io::Error| {
        Failure::new(Kind::Permission, "Die Untersuchung lässt sich nicht beginnen", "cannot begin the scan")
            .because_of(failure::system(&error))
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(cannot_begin)?;
    let lang = watching.lang;
    let show = !watching.quiet && (watching.json_lines || std::io::stderr().is_terminal());
    runtime.block_on(async {
        if let Some((begin, _)) = watching.window
            && !waited(begin, watching).await
        {
            control.stop.store(true, Ordering::Relaxed);
        }
        let scan = visite_scan::scan::run(plan, control);
        tokio::pin!(scan);
        let mut tick = tokio::time::interval(Duration::from_millis(if watching.json_lines { 1_000 } else { 500 }));
        loop {
            tokio::select! {
                done = &mut scan => {
                    if show && !watching.json_lines {
                        eprint!("\r\x1b[K");
                    }
                    return done.map_err(cannot_begin);
                }
                _ = tokio::signal::ctrl_c() => {
                    control.stop.store(true, Ordering::Relaxed);
                    eprintln!("{}", match lang {
                        Lang::De => "\nWird beendet. Was bisher gesehen wurde, folgt.",
                        Lang::En => "\nStopping. What was seen so far follows.",
                    });
                }
                _ = tick.tick() => {
                    if watching.window.is_some_and(|(_, end)| Timestamp::now() >= end) {
                        control.stop.store(true, Ordering::Relaxed);
                    }
                    if show {
                        tell(control.status(), watching);
                    }
                }
            }
        }
    })
}

/// A moment as people say it: `um 22:00 Uhr`, on another day than `now` with the day.
pub fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone, lang: Lang) -> String {
    let (local, today) = (zone.to_datetime(at), zone.to_datetime(now).date());
    let clock = local.strftime("%H:%M");
    match (lang, local.date() == today) {
        (Lang::De, true) => format!("um {clock} Uhr"),
        (Lang::De, false) => format!("am {} um {clock} Uhr", local.strftime("%d.%m.%Y")),
        (Lang::En, true) => format!("at {clock}"),
        (Lang::En, false) => format!("on {} at {clock}", local.strftime("%-d %B %Y")),
    }
}

/// Waits for a window to open; false if Ctrl-C came first.
async fn waited(begin: Timestamp, watching: Watching<'_>) -> bool {
    let left = begin.duration_since(Timestamp::now());
    if left <= SignedDuration::ZERO {
        return true;
    }
    if !watching.quiet {
        let opens = moment(begin, Timestamp::now(), watching.zone, watching.lang);
        eprintln!(
            "{}",
            match watching.lang {
                Lang::De => format!("Das Zeitfenster öffnet {opens}. Bis dahin wird nichts gesendet."),
                Lang::En => format!("The window opens {opens}. Nothing is sent until then."),
            }
        );
    }
    loop {
        // Short naps, so that a computer that slept meanwhile notices.
        let left = begin.duration_since(Timestamp::now());
        if left <= SignedDuration::ZERO {
            return true;
        }
        let nap = left.min(SignedDuration::from_secs(20)).unsigned_abs();
        tokio::select! {
            () = tokio::time::sleep(nap) => {}
            _ = tokio::signal::ctrl_c() => return false,
        }
    }
}

fn tell(status: Status, watching: Watching<'_>) {
    let mut stderr = std::io::stderr().lock();
    // A terminal that went away is no reason to end a scan.
    let _ = if watching.json_lines {
        writeln!(stderr, "{}", as_json(status))
    } else {
        write!(stderr, "\r\x1b[K{}", line(status, watching.lang)).and_then(|()| stderr.flush())
    };
}

fn as_json(status: Status) -> serde_json::Value {
    let phase = match status.phase {
        Phase::Discovery => "discovery",
        Phase::Ports => "ports",
        Phase::Services => "services",
        Phase::Done => "done",
    };
    serde_json::json!({
        "phase": phase,
        "devices_found": status.found,
        "devices_done": status.done,
        "packets": status.packets,
        "packets_per_second": status.rate,
        "seconds_left": status.left.map(|left| left.as_secs()),
    })
}

fn line(status: Status, lang: Lang) -> String {
    let left = status.left.map_or(String::new(), |left| match lang {
        Lang::De => format!(" · noch etwa {} s", left.as_secs()),
        Lang::En => format!(" · about {} s left", left.as_secs()),
    });
    let doing = match (status.phase, lang) {
        (Phase::Discovery, Lang::De) => "Geräte suchen",
        (Phase::Discovery, Lang::En) => "Looking for devices",
        (Phase::Ports, Lang::De) => "Ports fragen",
        (Phase::Ports, Lang::En) => "Asking ports",
        (Phase::Services | Phase::Done, Lang::De) => "Dienste ansehen",
        (Phase::Services | Phase::Done, Lang::En) => "Looking at services",
    };
    let number = |number: u64| group(lang, i64::try_from(number).unwrap_or(i64::MAX));
    let (done, found) = (number(status.done as u64), number(status.found as u64));
    let devices = match (status.found, lang) {
        (0, Lang::De) => "noch kein Gerät gefunden".to_owned(),
        (0, Lang::En) => "no device found yet".to_owned(),
        (1, Lang::De) => format!("{done} von 1 Gerät"),
        (1, Lang::En) => format!("{done} of 1 device"),
        (_, Lang::De) => format!("{done} von {found} Geräten"),
        (_, Lang::En) => format!("{done} of {found} devices"),
    };
    let packets = match (status.packets, lang) {
        (1, Lang::De) => "1 Paket".to_owned(),
        (1, Lang::En) => "1 packet".to_owned(),
        (packets, Lang::De) => format!("{} Pakete", number(packets)),
        (packets, Lang::En) => format!("{} packets", number(packets)),
    };
    // Before the first packet no rate is set.
    let rate = match (u64::from(status.rate), lang) {
        (0, _) => String::new(),
        (rate, Lang::De) => format!(", höchstens {} je Sekunde", number(rate)),
        (rate, Lang::En) => format!(", at most {} a second", number(rate)),
    };
    format!("{doing}: {devices} · {packets}{rate}{left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn a_window_opens_later_today_is_open_or_opens_tomorrow() {
        let zone = TimeZone::get("Europe/Berlin").expect("embedded");
        let window: Window = "12:30-13:30".parse().expect("a window");
        let noon = (at("2026-11-25T11:30:00Z"), at("2026-11-25T12:30:00Z"));
        assert_eq!(window.next(at("2026-11-25T08:00:00Z"), &zone), noon);
        assert_eq!(window.next(at("2026-11-25T12:00:00Z"), &zone), noon);
        assert_eq!(window.next(at("2026-11-25T12:30:00Z"), &zone).0, at("2026-11-26T11:30:00Z"));
    }

    #[test]
    fn a_window_may_pass_midnight_and_the_change_of_the_clock() {
        let zone = TimeZone::get("Europe/Berlin").expect("embedded");
        let window: Window = "22:00-05:00".parse().expect("a window");
        // Night of 25 October 2026: the clock goes back, the window lasts eight hours.
        let night = (at("2026-10-24T20:00:00Z"), at("2026-10-25T04:00:00Z"));
        assert_eq!(window.next(at("2026-10-25T01:30:00Z"), &zone), night);
        // Night of 28 March 2027: it goes forward, the window lasts six hours.
        let night = (at("2027-03-27T21:00:00Z"), at("2027-03-28T03:00:00Z"));
        assert_eq!(window.next(at("2027-03-27T12:00:00Z"), &zone), night);
    }

    #[test]
    fn a_moment_of_another_day_names_the_day() {
        let zone = TimeZone::get("Europe/Berlin").expect("embedded");
        let (now, night) = (at("2026-11-25T11:30:00Z"), at("2026-11-25T21:00:00Z"));
        assert_eq!(moment(night, now, &zone, Lang::De), "um 22:00 Uhr");
        assert_eq!(moment(night, now, &zone, Lang::En), "at 22:00");
        let morning = at("2026-11-26T04:00:00Z");
        assert_eq!(moment(morning, now, &zone, Lang::De), "am 26.11.2026 um 05:00 Uhr");
        assert_eq!(moment(morning, now, &zone, Lang::En), "on 26 November 2026 at 05:00");
    }

    #[test]
    fn the_line_of_progress_counts_nothing_that_is_not_there() {
        let status = Status { phase: Phase::Discovery, ..Status::default() };
        assert_eq!(line(status, Lang::De), "Geräte suchen: noch kein Gerät gefunden · 0 Pakete");
        let status = Status { phase: Phase::Services, found: 1, done: 0, packets: 1, rate: 150, ..status };
        assert_eq!(line(status, Lang::En), "Looking at services: 0 of 1 device · 1 packet, at most 150 a second");
        let left = Some(Duration::from_secs(90));
        let status = Status { found: 12, done: 3, packets: 13_189, left, ..status };
        assert_eq!(
            line(status, Lang::De),
            "Dienste ansehen: 3 von 12 Geräten · 13.189 Pakete, höchstens 150 je Sekunde · noch etwa 90 s"
        );
    }

    #[test]
    fn what_is_no_window_is_refused() {
        for (text, why) in [
            ("", NoWindow::Form),
            ("12:30", NoWindow::Form),
            ("12-13", NoWindow::Form),
            ("a:b-c:d", NoWindow::Form),
            ("25:00-26:00", NoWindow::Time),
            ("12:30-13:61", NoWindow::Time),
            ("-1:00-13:00", NoWindow::Form),
            ("12:30-12:30", NoWindow::Empty),
        ] {
            assert_eq!(text.parse::<Window>(), Err(why), "{text}");
        }
    }
}
