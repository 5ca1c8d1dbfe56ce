//! How Windows fetches updates, and whether it waits for a restart. The facts `host.windows_update` and `host.updates`.
//!
//! How many updates wait is known to the update service alone, which answers programs only after a search; what it would say stays
//! unknown. Sources: "Manage additional Windows Update settings" and "Policy CSP – Update" (Microsoft Learn); the keys that wait for
//! a restart are those that Windows Setup and the component store leave ("RebootRequired", "RebootPending").

use super::Collector;
use super::os::parse_cim_time;
use super::recording::{Data, Recording, or_default, property};
use super::wanted::Wanted;
use jiff::Timestamp;
use visite_facts::facts::{PackageManager, Updates, WindowsUpdate};
use visite_facts::{Known, Observed, Snapshot, Unknown, UnknownReason};

const POLICY: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate";
const AUTOMATIC: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU";
const SETTINGS: &str = r"HKLM\SOFTWARE\Microsoft\WindowsUpdate\UX\Settings";
const SERVICE: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\wuauserv";
/// The service through which updates of other products are fetched ("Opt-In to Microsoft Update", Microsoft Learn).
const OTHER_PRODUCTS: &str =
    r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Services\7971f918-a847-4430-9279-4a52d1efe18d";
const WAITING: [&str; 2] = [
    r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired",
    r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending",
];
const INSTALLED: &str = r"root\cimv2:Win32_QuickFixEngineering";

/// Collects both facts.
pub struct UpdatesCollector;

impl Collector for UpdatesCollector {
    fn name(&self) -> &'static str {
        "windows.updates"
    }

    fn wants(&self) -> &'static [Wanted] {
        &[
            Wanted::Values(POLICY, &["DeferQualityUpdates", "DeferQualityUpdatesPeriodInDays", "WUServer"]),
            Wanted::Values(AUTOMATIC, &["NoAutoUpdate", "AUOptions", "UseWUServer", "AllowMUUpdateService"]),
            Wanted::Values(SETTINGS, &["PauseUpdatesExpiryTime", "PauseQualityUpdatesEndTime"]),
            Wanted::Values(SERVICE, &["Start"]),
            Wanted::Values(
                r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Services\7971f918-a847-4430-9279-4a52d1efe18d",
                &["RegisteredWithAU"],
            ),
            Wanted::Keys(r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired"),
            Wanted::Keys(r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending"),
            Wanted::Rows {
                namespace: r"root\cimv2",
                class: "Win32_QuickFixEngineering",
                properties: &["InstalledOn"],
                condition: "",
            },
        ]
    }

    fn understand(&self, recording: &Recording, now: Timestamp, snapshot: &mut Snapshot) {
        let on = |path, name| or_default(recording.number(path, name), 0).map(|number| number != 0);
        let service_disabled = match recording.number(SERVICE, "Start") {
            // `SERVICE_DISABLED`
            Ok(Some(start)) => Known(start == 4),
            Ok(None) => Unknown(UnknownReason::NotSupported),
            Err(reason) => Unknown(reason),
        };
        let automatic_forbidden =
            match (on(AUTOMATIC, "NoAutoUpdate"), or_default(recording.number(AUTOMATIC, "AUOptions"), 4)) {
                (Known(true), _) => Known(true),
                // 2 tells before it downloads, 3 before it installs.
                (Known(false), Known(option)) => Known(matches!(option, 1..=3)),
                (Unknown(reason), _) | (_, Unknown(reason)) => Unknown(reason),
            };
        let automatic_enabled = match (&service_disabled, &automatic_forbidden) {
            (Known(true), _) | (_, Known(true)) => Known(false),
            (Known(false), Known(false)) => Known(true),
            (Unknown(reason), _) | (_, Unknown(reason)) => Unknown(*reason),
        };
        snapshot.put(&WindowsUpdate {
            automatic_forbidden,
            paused: paused(recording, now),
            deferred_days: match on(POLICY, "DeferQualityUpdates") {
                Known(true) => or_default(recording.number(POLICY, "DeferQualityUpdatesPeriodInDays"), 0),
                Known(false) => Known(0),
                Unknown(reason) => Unknown(reason),
            },
            server_unencrypted: match (on(AUTOMATIC, "UseWUServer"), recording.text(POLICY, "WUServer")) {
                (Known(false), _) => Known(false),
                (Known(true), Ok(server)) => {
                    Known(server.unwrap_or_default().to_ascii_lowercase().starts_with("http://"))
                }
                (Unknown(reason), _) | (_, Err(reason)) => Unknown(reason),
            },
            other_products: match (on(AUTOMATIC, "AllowMUUpdateService"), on(OTHER_PRODUCTS, "RegisteredWithAU")) {
                (Known(true), _) | (_, Known(true)) => Known(true),
                (Known(false), other) => other,
                (unknown, _) => unknown,
            },
            service_disabled,
        });
        snapshot.put(&Updates {
            package_manager: Known(PackageManager::WindowsUpdate),
            automatic_mechanism: match automatic_enabled {
                Known(true) => Known("Windows Update".to_owned()),
                Known(false) => Unknown(UnknownReason::NotSupported),
                Unknown(reason) => Unknown(reason),
            },
            automatic_enabled,
            reboot_needed: waits(recording),
            last_success_at: last_installed(recording),
            ..Updates::unknown(UnknownReason::NotSupported)
        });
    }
}

fn paused(recording: &Recording, now: Timestamp) -> Observed<bool> {
    let mut paused = false;
    for name in ["PauseUpdatesExpiryTime", "PauseQualityUpdatesEndTime"] {
        match recording.text(SETTINGS, name) {
            Ok(Some(text)) if !text.is_empty() => match text.parse::<Timestamp>() {
                Ok(end) => paused |= end > now,
                Err(_) => return Unknown(UnknownReason::Malformed),
            },
            Ok(_) => {}
            Err(reason) => return Unknown(reason),
        }
    }
    Known(paused)
}

fn waits(recording: &Recording) -> Observed<bool> {
    let mut waits = Known(false);
    for path in WAITING {
        match recording.key(path) {
            Ok(Some(_)) => return Known(true),
            Ok(None) => {}
            Err(reason) => waits = Unknown(reason),
        }
    }
    waits
}

/// The day of the newest update.
fn last_installed(recording: &Recording) -> Observed<Timestamp> {
    let rows = match recording.rows(INSTALLED) {
        Ok(rows) => rows,
        Err(reason) => return Unknown(reason),
    };
    let days =
        rows.iter().filter_map(|row| property(row, "InstalledOn").and_then(Data::text)).filter_map(parse_installed_on);
    days.max().map_or(Unknown(UnknownReason::NotSupported), Known)
}

/// A day as `InstalledOn` holds it: month, day and year whatever the language of Windows is; on some the time as WMI writes it, or the
/// sixteen hexadecimal digits of a `FILETIME`.
pub fn parse_installed_on(text: &str) -> Option<Timestamp> {
    let utc = |date: jiff::civil::Date| jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok();
    if text.contains('/') {
        let mut parts = text.split('/').map(|part| part.trim().parse::<i16>().ok());
        let (month, day, year) = (parts.next()??, parts.next()??, parts.next()??);
        if parts.next().is_some() {
            return None;
        }
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        return jiff::civil::Date::new(year, month, day).ok().and_then(utc);
    }
    if text.len() == 16 {
        let ticks = u64::from_str_radix(text, 16).ok()?;
        // Hundreds of nanoseconds since 1601.
        let seconds = i64::try_from(ticks / 10_000_000).ok()?.checked_sub(11_644_473_600)?;
        return Timestamp::from_second(seconds).ok();
    }
    parse_cim_time(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_of_updates_are_read() {
        let day = |text: &str| parse_installed_on(text).map(|time| time.to_string());
        assert_eq!(day("11/12/2026").as_deref(), Some("2026-11-12T00:00:00Z"));
        assert_eq!(day("1/2/2026").as_deref(), Some("2026-01-02T00:00:00Z"));
        assert_eq!(day("01c9d1a3d3f1a000").as_deref(), Some("2009-05-10T19:16:32Z"));
        for wrong in ["", "13/40/2026", "12.11.2026", "1/2", "1/2/3/4", "x/y/z", "zzzzzzzzzzzzzzzz"] {
            assert_eq!(day(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "[0-9a-f/+.-]{0,30}") {
            let _ = parse_installed_on(&text);
        }
    }
}
