//! BitLocker and device encryption. The fact `host.disk_encryption`.
//!
//! Source: "Win32_EncryptableVolume class", Microsoft Learn: `ConversionStatus` 1 is fully encrypted, `ProtectionStatus` 0 says that the
//! key lies readable on the volume (protection suspended, or not encrypted at all), 2 that the volume is locked; `VolumeType` 0 is that
//! of the system, 1 fixed, 2 removable. Only administrators may ask.

use super::Collector;
use super::recording::{Data, Recording, Row, property};
use super::wanted::Wanted;
use jiff::Timestamp;
use visite_facts::facts::DiskEncryption;
use visite_facts::{Collection, Completeness, Known, Observed, Snapshot, Unknown, UnknownReason};

const VOLUMES: &str = r"root\cimv2\Security\MicrosoftVolumeEncryption:Win32_EncryptableVolume";

/// Collects `host.disk_encryption`.
pub struct DiskEncryptionCollector;

impl Collector for DiskEncryptionCollector {
    fn name(&self) -> &'static str {
        "windows.disk_encryption"
    }

    fn wants(&self) -> &'static [Wanted] {
        &[Wanted::Rows {
            namespace: r"root\cimv2\Security\MicrosoftVolumeEncryption",
            class: "Win32_EncryptableVolume",
            properties: &["DriveLetter", "ProtectionStatus", "ConversionStatus", "VolumeType"],
            condition: "",
        }]
    }

    fn understand(&self, recording: &Recording, _now: Timestamp, snapshot: &mut Snapshot) {
        let (records, completeness) = match recording.rows(VOLUMES) {
            Ok(rows) => (rows.iter().filter_map(volume).collect(), Completeness::Complete),
            Err(reason) => (Vec::new(), Completeness::Incomplete(reason)),
        };
        snapshot.put_all(&Collection { records, completeness });
    }
}

/// A fixed volume with a letter: what has none, such as the recovery partition, holds nobody's data.
fn volume(row: &Row) -> Option<DiskEncryption> {
    let letter = property(row, "DriveLetter").and_then(Data::text).filter(|letter| !letter.is_empty())?;
    let kind = property(row, "VolumeType").and_then(Data::number);
    if kind == Some(2) {
        return None;
    }
    let told = |name: &str, tell: fn(i64) -> Observed<bool>| match property(row, name).map(Data::number) {
        Some(Some(number)) => tell(number),
        Some(None) => Unknown(UnknownReason::Malformed),
        None => Unknown(UnknownReason::NotSupported),
    };
    let locked = property(row, "ProtectionStatus").and_then(Data::number) == Some(2);
    Some(DiskEncryption {
        volume: Known(letter.to_owned()),
        system: kind.map_or(Unknown(UnknownReason::NotSupported), |kind| Known(kind == 0)),
        // A locked volume does not tell how far it is, but it is encrypted, or it could not be locked.
        encrypted: if locked { Known(true) } else { told("ConversionStatus", |number| Known(number == 1)) },
        key_protected: told("ProtectionStatus", |number| Known(number != 0)),
    })
}
