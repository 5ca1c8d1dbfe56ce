//! What starts by itself, and what PowerShell notes. The fact `host.windows_execution`.
//!
//! Sources: Microsoft Learn, "Policy CSP – Autoplay" (`NoDriveTypeAutoRun`: a bit for each kind of drive, 255 for all),
//! "about_Logging_Windows", "about_Execution_Policies"; USBSTOR `Start` 4 keeps storage on USB from being used.

use super::Collector;
use super::file_sharing::feature;
use super::recording::{Recording, or_default};
use super::wanted::Wanted;
use jiff::Timestamp;
use visite_facts::facts::WindowsExecution;
use visite_facts::{Known, Observed, Snapshot, Unknown};

const EXPLORER: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\Explorer";
const USB: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\USBSTOR";
const REMOVABLE: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\RemovableStorageDevices";
const LOGGING: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\PowerShell\ScriptBlockLogging";
const POWERSHELL_POLICY: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\PowerShell";
const POWERSHELL: &str = r"HKLM\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell";
const SCRIPT_HOST: &str = r"HKLM\SOFTWARE\Microsoft\Windows Script Host\Settings";

/// Removable drives, CDs and unknown ones: what programs start from by themselves.
const MEDIA: i64 = 0x04 | 0x20 | 0x80;

/// Collects `host.windows_execution`.
pub struct ExecutionCollector;

impl Collector for ExecutionCollector {
    fn name(&self) -> &'static str {
        "windows.execution"
    }

    fn wants(&self) -> &'static [Wanted] {
        &[
            Wanted::Values(EXPLORER, &["NoDriveTypeAutoRun"]),
            Wanted::Values(USB, &["Start"]),
            Wanted::Values(REMOVABLE, &["Deny_All"]),
            Wanted::Values(LOGGING, &["EnableScriptBlockLogging"]),
            Wanted::Values(POWERSHELL_POLICY, &["EnableScripts", "ExecutionPolicy"]),
            Wanted::Values(POWERSHELL, &["ExecutionPolicy"]),
            Wanted::Values(SCRIPT_HOST, &["Enabled"]),
        ]
    }

    fn understand(&self, recording: &Recording, _now: Timestamp, snapshot: &mut Snapshot) {
        snapshot.put(&WindowsExecution {
            // Without a setting Windows leaves network and unknown drives out (0x91), and starts from CDs alone.
            autorun: or_default(recording.number(EXPLORER, "NoDriveTypeAutoRun"), 0x91)
                .map(|left_out| left_out & MEDIA != MEDIA),
            usb_storage_usable: usb(recording),
            powershell_logged: or_default(recording.number(LOGGING, "EnableScriptBlockLogging"), 0)
                .map(|number| number != 0),
            // Servers have the engine alone, clients a group around it.
            powershell_2_installed: match (
                feature(recording, "MicrosoftWindowsPowerShellV2"),
                feature(recording, "MicrosoftWindowsPowerShellV2Root"),
            ) {
                (Ok(engine), Ok(group)) => Known(engine.or(group).unwrap_or(false)),
                (Err(reason), _) | (_, Err(reason)) => Unknown(reason),
            },
            powershell_unrestricted: unrestricted(recording),
            script_host_enabled: or_default(recording.number(SCRIPT_HOST, "Enabled"), 1).map(|number| number != 0),
        });
    }
}

fn usb(recording: &Recording) -> Observed<bool> {
    match (recording.number(USB, "Start"), recording.number(REMOVABLE, "Deny_All")) {
        (_, Ok(Some(1))) | (Ok(Some(4)), _) => Known(false),
        (Ok(_), Ok(_)) => Known(true),
        (Err(reason), _) | (_, Err(reason)) => Unknown(reason),
    }
}

/// The policy counts before the setting; it may also forbid all scripts.
fn unrestricted(recording: &Recording) -> Observed<bool> {
    let word = |path| recording.text(path, "ExecutionPolicy");
    let policy = match recording.number(POWERSHELL_POLICY, "EnableScripts") {
        Ok(Some(0)) => return Known(false),
        Ok(Some(_)) => word(POWERSHELL_POLICY),
        Ok(None) => Ok(None),
        Err(reason) => Err(reason),
    };
    match policy.and_then(|policy| Ok(policy.or(word(POWERSHELL)?))) {
        Ok(word) => {
            Known(word.is_some_and(|word| ["unrestricted", "bypass"].contains(&word.to_ascii_lowercase().as_str())))
        }
        Err(reason) => Unknown(reason),
    }
}
