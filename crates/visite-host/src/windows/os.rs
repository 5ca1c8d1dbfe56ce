//! The operating system: product, build, edition, kind of machine. The fact `host.os`.
//!
//! `ProductName` says Windows 10 on Windows 11, too; the build tells them apart (from 22000 on it is 11). Sources: "Windows 11
//! release information" and "Windows Server release information" of Microsoft Learn; `InstallationType` says client or server.

use super::Collector;
use super::identity;
use super::recording::{Recording, property};
use super::wanted::Wanted;
use jiff::Timestamp;
use visite_facts::facts::{MachineKind, OperatingSystem, OsFamily};
use visite_facts::{Known, Observed, Snapshot, Unknown, UnknownReason};

const VERSION: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion";
const ENVIRONMENT: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment";
const SYSTEM: &str = r"root\cimv2:Win32_ComputerSystem";
const RUNNING: &str = r"root\cimv2:Win32_OperatingSystem";

/// Collects `host.os`.
pub struct OsCollector;

impl Collector for OsCollector {
    fn name(&self) -> &'static str {
        "windows.os"
    }

    fn wants(&self) -> &'static [Wanted] {
        &[
            Wanted::Values(
                VERSION,
                &[
                    "ProductName",
                    "CurrentBuildNumber",
                    "CurrentMajorVersionNumber",
                    "CurrentMinorVersionNumber",
                    "CurrentVersion",
                    "UBR",
                    "EditionID",
                    "DisplayVersion",
                    "ReleaseId",
                    "InstallationType",
                ],
            ),
            Wanted::Values(ENVIRONMENT, &["PROCESSOR_ARCHITECTURE"]),
            Wanted::Rows {
                namespace: r"root\cimv2",
                class: "Win32_ComputerSystem",
                properties: &["Manufacturer", "Model", "HypervisorPresent"],
                condition: "",
            },
            Wanted::Rows {
                namespace: r"root\cimv2",
                class: "Win32_OperatingSystem",
                properties: &["LastBootUpTime"],
                condition: "",
            },
        ]
    }

    fn understand(&self, recording: &Recording, _now: Timestamp, snapshot: &mut Snapshot) {
        let name = identity::host_name(recording);
        let mut os = OperatingSystem {
            family: Known(OsFamily::Windows),
            host_name: if name.is_empty() { Unknown(UnknownReason::NotCollected) } else { Known(name) },
            machine_kind: machine_kind(recording),
            systemd: Known(false),
            ..OperatingSystem::unknown(UnknownReason::NotSupported)
        };
        match version(recording) {
            Ok(Some(version)) => version.tell(&mut os),
            Ok(None) => version_unknown(&mut os, UnknownReason::Malformed),
            Err(reason) => version_unknown(&mut os, reason),
        }
        os.architecture = match recording.text(ENVIRONMENT, "PROCESSOR_ARCHITECTURE") {
            Ok(Some(text)) => Known(architecture(text)),
            Ok(None) => Unknown(UnknownReason::NotSupported),
            Err(reason) => Unknown(reason),
        };
        os.boot_time = boot_time(recording);
        snapshot.put(&os);
    }
}

fn version_unknown(os: &mut OperatingSystem, reason: UnknownReason) {
    for field in [&mut os.id, &mut os.name, &mut os.version, &mut os.edition, &mut os.kernel] {
        *field = Unknown(reason);
    }
}

/// What the registry says about product and build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Whether it is a server.
    pub server: bool,
    /// Version of the kernel, e.g. `10.0`.
    pub kernel: String,
    /// Build, e.g. 26200.
    pub build: i64,
    /// Number of the update within the build (UBR); none if it says none.
    pub revision: Option<i64>,
    /// Edition as the catalogue calls it, e.g. `home`, `pro`, `enterprise`, `enterprise-ltsc`.
    pub edition: String,
    /// Name of the release, e.g. `25H2`.
    pub release: String,
    /// Name that the registry gives.
    product_name: String,
}

/// Product and build; `None` if there is no build.
///
/// # Errors
///
/// Why they cannot be told.
pub fn version(recording: &Recording) -> Result<Option<Version>, UnknownReason> {
    let text = |name| Ok(recording.text(VERSION, name)?.unwrap_or_default().to_owned());
    let Some(build) = recording.number(VERSION, "CurrentBuildNumber")? else { return Ok(None) };
    let part = |name| recording.number(VERSION, name);
    let kernel = match (part("CurrentMajorVersionNumber")?, part("CurrentMinorVersionNumber")?) {
        (Some(major), minor) => format!("{major}.{}", minor.unwrap_or_default()),
        // Before Windows 10 the version stands there as a text.
        (None, _) => text("CurrentVersion")?,
    };
    let release: String = match text("DisplayVersion")? {
        release if release.is_empty() => text("ReleaseId")?,
        release => release,
    };
    let edition = text("EditionID")?;
    Ok(Some(Version {
        server: text("InstallationType")?.to_ascii_lowercase().starts_with("server") || edition.starts_with("Server"),
        edition: edition_word(&edition),
        kernel,
        build,
        revision: part("UBR")?,
        release,
        product_name: text("ProductName")?,
    }))
}

impl Version {
    fn tell(&self, os: &mut OperatingSystem) {
        os.id = Known(if self.server { "windows-server" } else { "windows" }.to_owned());
        // Up to Windows 8.1 the catalogue knows versions of the kernel, since then builds.
        let old = !self.kernel.starts_with("10.");
        os.version = Known(if old { self.kernel.clone() } else { format!("{}.{}", self.kernel, self.build) });
        os.kernel = Known(match self.revision {
            Some(revision) => format!("{}.{}.{revision}", self.kernel, self.build),
            None => format!("{}.{}", self.kernel, self.build),
        });
        os.edition = Known(self.edition.clone());
        os.desktop_installed = Known(!self.server || !self.product_name.contains("Core"));
        os.name = Known(self.name());
    }

    /// The name for people, e.g. `Windows 11 Pro 25H2`.
    pub fn name(&self) -> String {
        let name = self.product_name.trim_start_matches("Microsoft ");
        let name = match name.strip_prefix("Windows 10") {
            Some(rest) if !self.server && self.build >= 22_000 => format!("Windows 11{rest}"),
            _ => name.to_owned(),
        };
        let name = if name.is_empty() { "Windows".to_owned() } else { name };
        if self.release.is_empty() || self.server { name } else { format!("{name} {}", self.release) }
    }
}

/// An edition as the catalogue calls it. Source: "EditionID" in Microsoft's list of product SKUs (GetProductInfo); `N` editions
/// lack media programs only and have the same support.
fn edition_word(id: &str) -> String {
    let id = id.trim();
    let bare = id.strip_suffix('N').filter(|bare| bare.len() > 3).unwrap_or(id);
    match bare {
        "Core" | "CoreSingleLanguage" | "CoreCountrySpecific" => "home",
        "Professional" | "ProfessionalCountrySpecific" | "ProfessionalSingleLanguage" => "pro",
        "ProfessionalWorkstation" => "pro-workstation",
        "ProfessionalEducation" => "pro-education",
        "Enterprise" | "ServerRdsh" => "enterprise",
        "Education" => "education",
        "EnterpriseS" => "enterprise-ltsc",
        "IoTEnterprise" => "iot-enterprise",
        "IoTEnterpriseS" => "iot-enterprise-ltsc",
        _ => return id.to_ascii_lowercase(),
    }
    .to_owned()
}

fn architecture(word: &str) -> String {
    match word.to_ascii_uppercase().as_str() {
        "AMD64" => "x86_64".to_owned(),
        "ARM64" => "aarch64".to_owned(),
        other => other.to_ascii_lowercase(),
    }
}

/// Makers and models under which virtual machines present themselves (SMBIOS), in small letters.
const VIRTUAL: &[(&str, &str)] = &[
    ("", "virtual machine"),
    ("", "vmware"),
    ("", "virtualbox"),
    ("", "kvm"),
    ("qemu", ""),
    ("xen", ""),
    ("parallels", ""),
    ("nutanix", ""),
    ("bochs", ""),
];

fn machine_kind(recording: &Recording) -> Observed<MachineKind> {
    let rows = match recording.rows(SYSTEM) {
        Ok(rows) => rows,
        Err(reason) => return Unknown(reason),
    };
    let text = |name| {
        let data = rows.first().and_then(|row| property(row, name));
        data.and_then(|data| data.text()).map(str::to_ascii_lowercase)
    };
    match (text("Manufacturer"), text("Model")) {
        (Some(maker), Some(model)) => {
            let is = |(of_maker, of_model): &(&str, &str)| maker.contains(of_maker) && model.contains(of_model);
            Known(if VIRTUAL.iter().any(is) { MachineKind::Virtual } else { MachineKind::Physical })
        }
        _ => Unknown(UnknownReason::NotSupported),
    }
}

fn boot_time(recording: &Recording) -> Observed<Timestamp> {
    let rows = match recording.rows(RUNNING) {
        Ok(rows) => rows,
        Err(reason) => return Unknown(reason),
    };
    let text = rows.first().and_then(|row| property(row, "LastBootUpTime")).and_then(|data| data.text());
    match text.map(parse_cim_time) {
        Some(Some(time)) => Known(time),
        Some(None) => Unknown(UnknownReason::Malformed),
        None => Unknown(UnknownReason::NotSupported),
    }
}

/// A time as WMI writes it (`DATETIME` of DSP0004): `20261127044500.000000+060`, the last number in minutes east of UTC.
pub fn parse_cim_time(text: &str) -> Option<Timestamp> {
    let (digits, rest) = text.split_at_checked(14)?;
    let sign = rest.find(['+', '-'])?;
    let minutes: i16 = rest.get(sign..)?.parse().ok()?;
    let time = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", digits).ok()?;
    let there = jiff::tz::TimeZone::UTC.to_timestamp(time).ok()?;
    there.checked_sub(jiff::SignedDuration::from_mins(minutes.into())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_of_wmi_are_read() {
        let time = |text: &str| parse_cim_time(text).map(|time| time.to_string());
        assert_eq!(time("20261127044500.000000+060").as_deref(), Some("2026-11-27T03:45:00Z"));
        assert_eq!(time("20261127044500.500000-300").as_deref(), Some("2026-11-27T09:45:00Z"));
        for wrong in [
            "",
            "2026",
            "20261327044500.000000+060",
            "20261127044500",
            "20261127044500.000000+x",
            "ä+1",
            "20261127044500+9223372036854775807",
        ] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn editions_have_the_catalogues_names() {
        for (id, word) in [
            ("Core", "home"),
            ("CoreN", "home"),
            ("Professional", "pro"),
            ("ProfessionalN", "pro"),
            ("EnterpriseS", "enterprise-ltsc"),
            ("ServerStandard", "serverstandard"),
            ("", ""),
            ("N", "n"),
        ] {
            assert_eq!(edition_word(id), word, "{id}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in ".*") {
            parse_cim_time(&text);
            edition_word(&text);
        }
    }
}
