//! Windows computers without Visite: the script that notes what is there, and its answer.

use super::Desk;
use serde_json::{Value, json};

/// An invented computer as the script notes it, with the mark that PowerShell puts before UTF-8.
fn recording(recorded_at: &str) -> Vec<u8> {
    let found = |values: Value| json!({ "found": { "values": values } });
    let status = json!([{
        "AMServiceEnabled": true, "AMRunningMode": "Normal", "AntivirusEnabled": true, "RealTimeProtectionEnabled": false,
        "AntivirusSignatureLastUpdated": "20260101000000.000000+000", "IsTamperProtected": true,
    }]);
    let recording = json!({
        "schema": "visite.windows/1",
        "recorded_at": recorded_at,
        "elevated": true,
        "registry": {
            r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion": found(json!({
                "ProductName": "Windows 10 Pro", "EditionID": "Professional", "CurrentBuildNumber": "26200",
                "CurrentMajorVersionNumber": 10, "CurrentMinorVersionNumber": 0, "UBR": 7000, "DisplayVersion": "25H2",
                "InstallationType": "Client",
            })),
            r"HKLM\SYSTEM\CurrentControlSet\Control\ComputerName\ActiveComputerName": found(json!({ "ComputerName": "EMPFANG-Ä" })),
            r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System": found(json!({ "EnableLUA": 0 })),
        },
        "wmi": {
            r"root\SecurityCenter2:AntiVirusProduct":
                { "found": [{ "displayName": "Windows Defender", "productState": 397_568 }] },
            r"root\Microsoft\Windows\Defender:MSFT_MpComputerStatus": { "found": status },
            r"root\cimv2\Security\MicrosoftVolumeEncryption:Win32_EncryptableVolume": { "failed": "no_permission" },
        },
    });
    [b"\xef\xbb\xbf".to_vec(), serde_json::to_vec(&recording).expect("JSON")].concat()
}

#[test]
fn the_script_is_printed_or_written() {
    let desk = Desk::new();
    let printed = desk.call(&["check", "--collector-script"]).run().succeeded().stdout;
    assert!(printed.is_ascii() && printed.contains("visite.windows/1"));
    desk.call(&["check", "--collector-script", "--output", "@visite-collect.ps1"]).run().succeeded();
    assert_eq!(std::fs::read_to_string(desk.path("visite-collect.ps1")).expect("it was written"), printed);
    assert_eq!(desk.call(&["check", "--collector-script", "--facts", "@facts.json"]).run().status, Some(64));
}

#[test]
fn what_it_noted_is_judged() {
    let desk = Desk::new();
    let now = jiff::Timestamp::now();
    desk.write("empfang.json", recording(&now.to_string()));
    let call = || desk.call(&["check", "--facts", "@empfang.json", "--format", "json"]).run().succeeded();
    let verdicts = call().verdicts();
    for (check, verdict) in [
        ("windows-uac-off", "fail"),
        ("malware-protection-off", "pass"),
        ("malware-real-time-off", "fail"),
        ("malware-signatures-outdated", "fail"),
        ("screen-lock-missing", "unknown: incomplete, not_collected"),
    ] {
        assert_eq!(verdicts.get(check).map(String::as_str), Some(verdict), "{check}");
    }
    // What only Linux has is no open question here.
    assert!(!verdicts.contains_key("sudo-without-password"));
    let report = desk.call(&["check", "--facts", "@empfang.json"]).run().succeeded().stdout;
    assert!(report.contains("empfang-ä") && report.contains("Windows 11 Pro 25H2"), "{report}");

    // Old notes are no observation of today.
    let long_ago = now - jiff::SignedDuration::from_hours(24 * 60);
    desk.write("empfang.json", recording(&long_ago.to_string()));
    assert!(call().verdicts().values().all(|verdict| verdict.starts_with("unknown") || verdict == "not_applicable"));
}

#[test]
fn what_is_no_recording_is_65() {
    let desk = Desk::new();
    let whole = recording("2026-11-27T08:00:00Z");
    let later = String::from_utf8_lossy(&whole).replace("visite.windows/1", "visite.windows/2").into_bytes();
    let timeless = String::from_utf8_lossy(&whole).replace("recorded_at", "recorded").into_bytes();
    for (name, bytes) in [("cut", &whole[..whole.len() / 2]), ("later", &later), ("timeless", &timeless)] {
        desk.write("empfang.json", bytes);
        let answer = desk.call(&["check", "--facts", "@empfang.json"]).run();
        assert_eq!(answer.status, Some(65), "{name}: {answer}");
    }
    desk.write("empfang.json", &later);
    insta::assert_snapshot!(desk.call(&["check", "--facts", "@empfang.json", "--lang", "en"]).run(), @"
    status: 65
    ---- stderr
    error: `[DIR]/empfang.json` is not a whole recording of a Windows computer
      cause: the schema is `visite.windows/2`, expected is `visite.windows/1`
    hint: record again, with the script of this version: visite check --collector-script
    ");
}
