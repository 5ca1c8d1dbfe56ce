//! Sharing by SMB. The fact `host.file_sharing`.
//!
//! Sources: Microsoft Learn, "How to detect, enable and disable SMBv1, SMBv2, and SMBv3 in Windows", "Overview of Server Message
//! Block signing" and "Guest access in SMB2 and SMB3 is disabled by default". From Windows 11 24H2 and Server 2025 on signing is
//! demanded by default in some editions and directions; where nothing is set there, nothing is said.

use super::Collector;
use super::os::version;
use super::recording::{Recording, or_default, property};
use super::wanted::Wanted;
use jiff::Timestamp;
use visite_facts::facts::FileSharing;
use visite_facts::{Known, Observed, Snapshot, Unknown, UnknownReason};

const SERVER: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters";
const CLIENT: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters";
const CLIENT_POLICY: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\LanmanWorkstation";
const OLD_CLIENT: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\mrxsmb10";
const FEATURES: &str = r"root\cimv2:Win32_OptionalFeature";

/// Windows 8 and Server 2012, since which the first version is a feature that can be removed.
const WINDOWS_8: i64 = 9_200;
/// Windows 11 24H2 and Server 2025.
const WINDOWS_11_24H2: i64 = 26_100;
/// Windows 10 1709, since which some editions do not go on as a guest.
const WINDOWS_10_1709: i64 = 16_299;

/// Collects `host.file_sharing`.
pub struct FileSharingCollector;

impl Collector for FileSharingCollector {
    fn name(&self) -> &'static str {
        "windows.file_sharing"
    }

    fn wants(&self) -> &'static [Wanted] {
        &[
            Wanted::Values(SERVER, &["SMB1", "RequireSecuritySignature", "RestrictNullSessAccess"]),
            Wanted::Values(CLIENT, &["RequireSecuritySignature", "AllowInsecureGuestAuth"]),
            Wanted::Values(CLIENT_POLICY, &["AllowInsecureGuestAuth"]),
            Wanted::Values(OLD_CLIENT, &["Start"]),
            Wanted::Rows {
                namespace: r"root\cimv2",
                class: "Win32_OptionalFeature",
                properties: &["Name", "InstallState"],
                condition: "",
            },
        ]
    }

    fn understand(&self, recording: &Recording, _now: Timestamp, snapshot: &mut Snapshot) {
        let build = version(recording).ok().flatten().map(|version| version.build);
        snapshot.put(&FileSharing {
            smb1_server: smb1_server(recording, build),
            smb1_client: smb1_client(recording),
            server_signing_required: signing(recording, SERVER, build),
            client_signing_required: signing(recording, CLIENT, build),
            client_guest_allowed: guest(recording),
            anonymous_shares: or_default(recording.number(SERVER, "RestrictNullSessAccess"), 1)
                .map(|number| number == 0),
        });
    }
}

/// Whether an optional feature is installed (`InstallState` 1); `None` if this Windows does not list it.
pub fn feature(recording: &Recording, name: &str) -> Result<Option<bool>, UnknownReason> {
    let rows = recording.rows(FEATURES)?;
    let row = rows.iter().find(|row| {
        property(row, "Name").and_then(|data| data.text()).is_some_and(|text| text.eq_ignore_ascii_case(name))
    });
    let Some(row) = row else { return Ok(None) };
    let state = property(row, "InstallState").and_then(|data| data.number());
    state.map(|state| Some(state == 1)).ok_or(UnknownReason::Malformed)
}

fn smb1_server(recording: &Recording, build: Option<i64>) -> Observed<bool> {
    match recording.number(SERVER, "SMB1") {
        Ok(Some(0)) => return Known(false),
        Ok(_) => {}
        Err(reason) => return Unknown(reason),
    }
    if build.is_some_and(|build| build < WINDOWS_8) {
        return Known(true);
    }
    match feature(recording, "SMB1Protocol") {
        // Later versions know parts of it, of which the client may be there alone.
        Ok(Some(true)) => match feature(recording, "SMB1Protocol-Server") {
            Ok(server) => Known(server.unwrap_or(true)),
            Err(reason) => Unknown(reason),
        },
        Ok(Some(false) | None) => Known(false),
        Err(reason) => Unknown(reason),
    }
}

/// The client's driver is there and not disabled (4).
fn smb1_client(recording: &Recording) -> Observed<bool> {
    match recording.number(OLD_CLIENT, "Start") {
        Ok(start) => Known(start.is_some_and(|start| start != 4)),
        Err(reason) => Unknown(reason),
    }
}

fn signing(recording: &Recording, path: &str, build: Option<i64>) -> Observed<bool> {
    match recording.number(path, "RequireSecuritySignature") {
        Ok(Some(number)) => Known(number != 0),
        Ok(None) if build.is_some_and(|build| build < WINDOWS_11_24H2) => Known(false),
        Ok(None) => Unknown(UnknownReason::NotSupported),
        Err(reason) => Unknown(reason),
    }
}

fn guest(recording: &Recording) -> Observed<bool> {
    let policy = recording.number(CLIENT_POLICY, "AllowInsecureGuestAuth");
    let own = recording.number(CLIENT, "AllowInsecureGuestAuth");
    match policy.and_then(|policy| Ok(policy.or(own?))) {
        Ok(Some(number)) => return Known(number != 0),
        Ok(None) => {}
        Err(reason) => return Unknown(reason),
    }
    match version(recording) {
        Ok(Some(version)) => {
            let strict =
                version.server || ["enterprise", "education", "enterprise-ltsc"].contains(&version.edition.as_str());
            let home = version.edition == "home";
            let refused = (strict && version.build >= WINDOWS_10_1709) || (!home && version.build >= WINDOWS_11_24H2);
            Known(!refused)
        }
        Ok(None) => Unknown(UnknownReason::NotSupported),
        Err(reason) => Unknown(reason),
    }
}
