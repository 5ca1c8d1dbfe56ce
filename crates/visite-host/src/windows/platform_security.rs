//! What guards the start and the memory. The fact `host.platform_security`.
//!
//! Sources: `UEFISecureBootEnabled` ("Secure boot", Microsoft Learn); "Win32_Tpm class"; "Win32_DeviceGuard class"
//! (`SecurityServicesRunning`: 1 is Credential Guard, 2 memory integrity).

use super::Collector;
use super::recording::{Data, Recording, property};
use super::wanted::Wanted;
use jiff::Timestamp;
use visite_facts::facts::PlatformSecurity;
use visite_facts::{Known, Observed, Snapshot, Unknown, UnknownReason};

const SECURE_BOOT: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\SecureBoot\State";
const TPM: &str = r"root\cimv2\Security\MicrosoftTpm:Win32_Tpm";
const GUARD: &str = r"root\Microsoft\Windows\DeviceGuard:Win32_DeviceGuard";

/// Collects `host.platform_security`.
pub struct PlatformSecurityCollector;

impl Collector for PlatformSecurityCollector {
    fn name(&self) -> &'static str {
        "windows.platform_security"
    }

    fn wants(&self) -> &'static [Wanted] {
        &[
            Wanted::Values(SECURE_BOOT, &["UEFISecureBootEnabled"]),
            Wanted::Rows {
                namespace: r"root\cimv2\Security\MicrosoftTpm",
                class: "Win32_Tpm",
                properties: &["IsEnabled_InitialValue", "IsActivated_InitialValue"],
                condition: "",
            },
            Wanted::Rows {
                namespace: r"root\Microsoft\Windows\DeviceGuard",
                class: "Win32_DeviceGuard",
                properties: &["SecurityServicesRunning"],
                condition: "",
            },
        ]
    }

    fn understand(&self, recording: &Recording, _now: Timestamp, snapshot: &mut Snapshot) {
        snapshot.put(&PlatformSecurity {
            secure_boot: match recording.number(SECURE_BOOT, "UEFISecureBootEnabled") {
                Ok(Some(number)) => Known(number != 0),
                // Computers that start without UEFI have no such value.
                Ok(None) => Unknown(UnknownReason::NotSupported),
                Err(reason) => Unknown(reason),
            },
            tpm_ready: match recording.rows(TPM) {
                Ok(rows) => Known(rows.iter().any(|row| {
                    let on = |name| property(row, name).and_then(Data::number).is_some_and(|number| number != 0);
                    on("IsEnabled_InitialValue") && on("IsActivated_InitialValue")
                })),
                Err(reason) => Unknown(reason),
            },
            credential_guard: runs(recording, 1),
            memory_integrity: runs(recording, 2),
        });
    }
}

/// Whether a service of virtualisation-based security runs.
fn runs(recording: &Recording, service: i64) -> Observed<bool> {
    let row = match recording.rows(GUARD).map(|rows| rows.first()) {
        Ok(Some(row)) => row,
        Ok(None) => return Unknown(UnknownReason::NotSupported),
        Err(reason) => return Unknown(reason),
    };
    match property(row, "SecurityServicesRunning") {
        Some(Data::List(list)) => Known(list.iter().any(|entry| entry.number() == Some(service))),
        Some(_) => Unknown(UnknownReason::Malformed),
        None => Unknown(UnknownReason::NotSupported),
    }
}
