//! How much the logs of Windows can hold. The fact `host.event_logs`.
//!
//! A policy counts before the setting of the computer; it is given in KiB ("Policy CSP – EventLogService"), the setting in bytes
//! ("Eventlog key", Microsoft Learn).

use super::Collector;
use super::recording::Recording;
use super::wanted::Wanted;
use jiff::Timestamp;
use visite_facts::facts::EventLog;
use visite_facts::{Collection, Completeness, Known, Snapshot, Unknown, UnknownReason};

/// Each log with its policy and its setting.
const LOGS: [(&str, &str, &str); 3] = [
    (
        "Application",
        r"HKLM\SOFTWARE\Policies\Microsoft\Windows\EventLog\Application",
        r"HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application",
    ),
    (
        "Security",
        r"HKLM\SOFTWARE\Policies\Microsoft\Windows\EventLog\Security",
        r"HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Security",
    ),
    (
        "System",
        r"HKLM\SOFTWARE\Policies\Microsoft\Windows\EventLog\System",
        r"HKLM\SYSTEM\CurrentControlSet\Services\EventLog\System",
    ),
];

/// Collects `host.event_logs`.
pub struct EventLogsCollector;

impl Collector for EventLogsCollector {
    fn name(&self) -> &'static str {
        "windows.event_logs"
    }

    fn wants(&self) -> &'static [Wanted] {
        const SIZE: &[&str] = &["MaxSize"];
        const WANTED: [Wanted; 6] = [
            Wanted::Values(LOGS[0].1, SIZE),
            Wanted::Values(LOGS[0].2, SIZE),
            Wanted::Values(LOGS[1].1, SIZE),
            Wanted::Values(LOGS[1].2, SIZE),
            Wanted::Values(LOGS[2].1, SIZE),
            Wanted::Values(LOGS[2].2, SIZE),
        ];
        &WANTED
    }

    fn understand(&self, recording: &Recording, _now: Timestamp, snapshot: &mut Snapshot) {
        let records = LOGS.iter().map(|(log, policy, own)| {
            let policy = recording.number(policy, "MaxSize");
            let max_kib = match (policy, recording.number(own, "MaxSize")) {
                (Ok(Some(kib)), _) => Known(kib),
                (Ok(None), Ok(Some(bytes))) => Known(bytes / 1024),
                // Windows writes it when it is installed.
                (Ok(None), Ok(None)) => Unknown(UnknownReason::NotSupported),
                (Err(reason), _) | (_, Err(reason)) => Unknown(reason),
            };
            EventLog { log: Known((*log).to_owned()), max_kib }
        });
        snapshot.put_all(&Collection { records: records.collect(), completeness: Completeness::Complete });
    }
}
