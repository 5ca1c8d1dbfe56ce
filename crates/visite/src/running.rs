//! A scan while it runs: its window of time, how far it is, and how it is stopped.

use crate::failure::{Failure, Kind};
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::io::{IsTerminal, Write};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use visite_facts::Lang;
use visite_scan::scan::{Control, Phase, Plan, Scan, Status};

/// A daily window of time in which a scan may send, e.g. `12:30-13:30`; `22:00-05:00` passes midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    from: Time,
    until: Time,
}

impl FromStr for Window {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let minutes = |text: &str| {
            let (hour, minute) = text.trim().split_once(':')?;
            Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
        };
        let ends = text.split_once('-').and_then(|(from, until)| Some((minutes(from)?, minutes(until)?)));
        match ends {
            Some((from, until)) if from != until => Ok(Self { from, until }),
            _ => Err("HH:MM-HH:MM".to_owned()),
        }
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
pub struct Watching {
    /// Language of the reader.
    pub lang: Lang,
    /// Nothing at all.
    pub quiet: bool,
    /// One JSON object a line instead of a line for people.
    pub json_lines: bool,
    /// When sending begins and ends.
    pub window: Option<(Timestamp, Timestamp)>,
}

/// Runs a scan; shows how far it is, and stops with the results so far on Ctrl-C or at the end of its window.
pub fn run(plan: Plan, control: &Arc<Control>, watching: Watching) -> Result<Scan, Failure> {
    let failure = |error: std::io::Error| {
        Failure::new(Kind::Permission, "Die Untersuchung lässt sich nicht beginnen", "cannot begin the scan")
            .because(error)
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(failure)?;
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
                    return done.map_err(failure);
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

/// Waits for a window to open; false if Ctrl-C came first.
async fn waited(begin: Timestamp, watching: Watching) -> bool {
    let left = begin.duration_since(Timestamp::now());
    if left <= SignedDuration::ZERO {
        return true;
    }
    if !watching.quiet {
        let minutes = left.as_secs() / 60 + 1;
        eprintln!(
            "{}",
            match watching.lang {
                Lang::De => format!("Das Zeitfenster beginnt in {minutes} Minuten. Bis dahin wird nichts gesendet."),
                Lang::En => format!("The window opens in {minutes} minutes. Nothing is sent until then."),
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

fn tell(status: Status, watching: Watching) {
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
    let (done, found, packets, rate) = (status.done, status.found, status.packets, status.rate);
    match lang {
        Lang::De => {
            format!("{doing}: {done} von {found} Geräten · {packets} Pakete, höchstens {rate} je Sekunde{left}")
        }
        Lang::En => format!("{doing}: {done} of {found} devices · {packets} packets, at most {rate} a second{left}"),
    }
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
    fn what_is_no_window_is_refused() {
        for text in ["", "12:30", "12:30-12:30", "25:00-26:00", "12-13", "12:30-13:61", "a:b-c:d"] {
            assert!(text.parse::<Window>().is_err(), "{text}");
        }
    }
}
