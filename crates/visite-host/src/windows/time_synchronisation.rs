//! How the clock is set. The fact `host.time_synchronisation`.
//!
//! Source: "Windows Time service tools and settings", Microsoft Learn: `Type` is `NTP`, `NT5DS` (from the domain), `AllSync` (both) or
//! `NoSync`; a policy counts before the setting. A virtual machine may get its time from its host besides.

use super::Collector;
use super::recording::Recording;
use super::wanted::Wanted;
use jiff::Timestamp;
use visite_facts::facts::TimeSynchronisation;
use visite_facts::{Known, Observed, Snapshot, Unknown, UnknownReason};

const POLICY: &str = r"HKLM\SOFTWARE\Policies\Microsoft\W32Time\Parameters";
const OWN: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\W32Time\Parameters";
const CLIENT: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\W32Time\TimeProviders\NtpClient";
const SERVICE: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\W32Time";

/// Collects `host.time_synchronisation`.
pub struct TimeSynchronisationCollector;

impl Collector for TimeSynchronisationCollector {
    fn name(&self) -> &'static str {
        "windows.time_synchronisation"
    }

    fn wants(&self) -> &'static [Wanted] {
        &[
            Wanted::Values(POLICY, &["Type", "NtpServer"]),
            Wanted::Values(OWN, &["Type", "NtpServer"]),
            Wanted::Values(CLIENT, &["Enabled"]),
            Wanted::Values(SERVICE, &["Start"]),
        ]
    }

    fn understand(&self, recording: &Recording, _now: Timestamp, snapshot: &mut Snapshot) {
        let setting = |name: &str| match recording.text(POLICY, name) {
            Ok(None) => recording.text(OWN, name),
            other => other,
        };
        let kind = setting("Type").map(|kind| kind.map(str::to_ascii_uppercase));
        snapshot.put(&TimeSynchronisation {
            enabled: enabled(recording, kind.as_ref().map(Option::as_deref).map_err(|reason| *reason)),
            source: match kind.as_ref().map(Option::as_deref) {
                Ok(Some("NT5DS")) => Known("domain".to_owned()),
                Ok(Some("NTP" | "ALLSYNC")) => match setting("NtpServer") {
                    Ok(Some(servers)) => Known(names(servers)),
                    Ok(None) => Unknown(UnknownReason::NotSupported),
                    Err(reason) => Unknown(reason),
                },
                Ok(_) => Unknown(UnknownReason::NotSupported),
                Err(reason) => Unknown(*reason),
            },
        });
    }
}

fn enabled(recording: &Recording, kind: Result<Option<&str>, UnknownReason>) -> Observed<bool> {
    match recording.number(SERVICE, "Start") {
        Ok(Some(4)) => return Known(false),
        Err(reason) => return Unknown(reason),
        Ok(_) => {}
    }
    match (kind, recording.number(CLIENT, "Enabled")) {
        (Ok(Some("NOSYNC")), _) => Known(false),
        (Ok(Some("NTP" | "ALLSYNC")), Ok(Some(0))) => Known(false),
        (Ok(Some("NTP" | "ALLSYNC")), Ok(_)) => Known(true),
        (Ok(Some("NT5DS")), _) => Known(true),
        (Ok(Some(_)), Ok(_)) => Unknown(UnknownReason::Malformed),
        (Ok(None), _) => Unknown(UnknownReason::NotSupported),
        (Err(reason), _) | (_, Err(reason)) => Unknown(reason),
    }
}

/// Names of servers without their flags: `time.windows.com,0x9 0.de.pool.ntp.org,0x1`.
fn names(servers: &str) -> String {
    let name = |server: &str| server.split(',').next().unwrap_or_default().chars().take(100).collect::<String>();
    servers.split_whitespace().take(10).map(name).collect::<Vec<_>>().join(" ")
}
