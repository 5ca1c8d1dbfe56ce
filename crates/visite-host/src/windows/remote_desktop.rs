//! Remote Desktop, Remote Assistance and WinRM. The fact `host.remote_desktop`.
//!
//! A policy counts before the setting of the computer. Sources: Microsoft Learn, "Policy CSP – RemoteDesktopServices", "Win32_TS*"
//! and "Installation and configuration for Windows Remote Management". Home editions take no connections whatever is set.

use super::Collector;
use super::os::version;
use super::recording::{Recording, or_default};
use super::wanted::Wanted;
use jiff::Timestamp;
use visite_facts::facts::RemoteDesktop;
use visite_facts::{Known, Observed, Snapshot, Unknown, UnknownReason};

const SERVER: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server";
const LISTENER: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp";
const POLICY: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services";
const ASSISTANCE: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Remote Assistance";
const WINRM: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\WinRM";
const WINRM_LISTENERS: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Listener";
const WINRM_POLICY: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WinRM\Service";
const WINRM_SERVICE: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Service";

/// Collects `host.remote_desktop`.
pub struct RemoteDesktopCollector;

impl Collector for RemoteDesktopCollector {
    fn name(&self) -> &'static str {
        "windows.remote_desktop"
    }

    fn wants(&self) -> &'static [Wanted] {
        &[
            Wanted::Values(SERVER, &["fDenyTSConnections"]),
            Wanted::Values(LISTENER, &["UserAuthentication", "SecurityLayer", "PortNumber"]),
            Wanted::Values(POLICY, &["fDenyTSConnections", "UserAuthentication", "SecurityLayer", "fAllowToGetHelp"]),
            Wanted::Values(ASSISTANCE, &["fAllowToGetHelp"]),
            Wanted::Values(WINRM, &["Start"]),
            Wanted::Keys(WINRM_LISTENERS),
            Wanted::Values(WINRM_POLICY, &["AllowAutoConfig", "AllowUnencryptedTraffic"]),
            Wanted::Values(WINRM_SERVICE, &["allow_unencrypted"]),
        ]
    }

    fn understand(&self, recording: &Recording, _now: Timestamp, snapshot: &mut Snapshot) {
        let home = version(recording).ok().flatten().is_some_and(|version| version.edition == "home");
        let enabled =
            or_default(first(recording, &[POLICY, SERVER], "fDenyTSConnections"), 1).map(|denied| denied == 0);
        snapshot.put(&RemoteDesktop {
            enabled: if home { Known(false) } else { enabled },
            login_first: told(first(recording, &[POLICY, LISTENER], "UserAuthentication")).map(|number| number != 0),
            // 2 is TLS; 1 lets the other side choose, 0 is the old encryption.
            tls_required: told(first(recording, &[POLICY, LISTENER], "SecurityLayer")).map(|number| number >= 2),
            port: or_default(recording.number(LISTENER, "PortNumber"), 3_389),
            assistance_enabled: told(first(recording, &[POLICY, ASSISTANCE], "fAllowToGetHelp"))
                .map(|number| number != 0),
            winrm_enabled: winrm_enabled(recording),
            winrm_unencrypted: {
                let policy = recording.number(WINRM_POLICY, "AllowUnencryptedTraffic");
                let own = recording.number(WINRM_SERVICE, "allow_unencrypted");
                or_default(policy.and_then(|policy| Ok(policy.or(own?))), 0).map(|number| number != 0)
            },
        });
    }
}

/// The first of some places that says something.
///
/// # Errors
///
/// If one cannot be told before another says something.
fn first(recording: &Recording, places: &[&str], name: &str) -> Result<Option<i64>, UnknownReason> {
    for place in places {
        if let Some(number) = recording.number(place, name)? {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// A setting that Windows always writes; where it is missing nothing is known.
fn told(found: Result<Option<i64>, UnknownReason>) -> Observed<i64> {
    match found {
        Ok(Some(number)) => Known(number),
        Ok(None) => Unknown(UnknownReason::NotSupported),
        Err(reason) => Unknown(reason),
    }
}

/// The service is not disabled (4) and has a listener, be it made by hand or by policy.
fn winrm_enabled(recording: &Recording) -> Observed<bool> {
    let service = match recording.number(WINRM, "Start") {
        Ok(start) => start.is_some_and(|start| start != 4),
        Err(reason) => return Unknown(reason),
    };
    if !service {
        return Known(false);
    }
    match (recording.keys(WINRM_LISTENERS), recording.number(WINRM_POLICY, "AllowAutoConfig")) {
        (_, Ok(Some(1))) => Known(true),
        (Ok(listeners), Ok(_)) => Known(!listeners.is_empty()),
        (Err(reason), _) | (_, Err(reason)) => Unknown(reason),
    }
}
