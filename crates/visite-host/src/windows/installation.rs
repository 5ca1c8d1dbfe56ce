//! How packages and drivers of printers are installed, and what warns. The fact `host.windows_installation`.
//!
//! Sources: "AlwaysInstallElevated" (Microsoft Learn; it counts only where both the computer and the person have it); KB5005652 for
//! drivers of printers, which only administrators install since August 2021 unless `RestrictDriverInstallationToAdministrators` is 0;
//! "Policy CSP – SmartScreen" and `SmartScreenEnabled` of the Explorer.

use super::Collector;
use super::people;
use super::recording::{Recording, or_default};
use super::wanted::Wanted;
use jiff::Timestamp;
use visite_facts::facts::WindowsInstallation;
use visite_facts::{Known, Observed, Snapshot, Unknown, UnknownReason};

const INSTALLER: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\Installer";
const POINT_AND_PRINT: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Printers\PointAndPrint";
const SYSTEM: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\System";
const EXPLORER: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer";

/// Collects `host.windows_installation`.
pub struct InstallationCollector;

impl Collector for InstallationCollector {
    fn name(&self) -> &'static str {
        "windows.installation"
    }

    fn wants(&self) -> &'static [Wanted] {
        &[
            Wanted::Values(INSTALLER, &["AlwaysInstallElevated"]),
            Wanted::Values(r"HKU\*\Software\Policies\Microsoft\Windows\Installer", &["AlwaysInstallElevated"]),
            Wanted::Values(POINT_AND_PRINT, &["RestrictDriverInstallationToAdministrators"]),
            Wanted::Values(SYSTEM, &["EnableSmartScreen"]),
            Wanted::Values(EXPLORER, &["SmartScreenEnabled"]),
        ]
    }

    fn understand(&self, recording: &Recording, _now: Timestamp, snapshot: &mut Snapshot) {
        snapshot.put(&WindowsInstallation {
            installer_elevated: installer_elevated(recording),
            printer_drivers_by_anybody: or_default(
                recording.number(POINT_AND_PRINT, "RestrictDriverInstallationToAdministrators"),
                1,
            )
            .map(|number| number == 0),
            smartscreen: match (
                recording.number(SYSTEM, "EnableSmartScreen"),
                recording.text(EXPLORER, "SmartScreenEnabled"),
            ) {
                (Ok(Some(number)), _) => Known(number != 0),
                (Ok(None), Ok(word)) => Known(!word.is_some_and(|word| word.eq_ignore_ascii_case("off"))),
                (Err(reason), _) | (_, Err(reason)) => Unknown(reason),
            },
        });
    }
}

fn installer_elevated(recording: &Recording) -> Observed<bool> {
    let on = |path: &str| or_default(recording.number(path, "AlwaysInstallElevated"), 0).map(|number| number != 0);
    match on(INSTALLER) {
        Known(true) => {}
        other => return other,
    }
    let people = match people::people(recording) {
        Ok(people) => people,
        Err(reason) => return Unknown(reason),
    };
    let mut all = Known(false);
    for person in people {
        // Of those who are not signed in the setting cannot be read.
        let one = match person.loaded {
            true => on(&format!(r"HKU\{}\Software\Policies\Microsoft\Windows\Installer", person.sid)),
            false => Unknown(UnknownReason::NotSupported),
        };
        match one {
            Known(true) => return Known(true),
            Known(false) => {}
            Unknown(reason) => all = Unknown(reason),
        }
    }
    all
}
