//! What the collectors make of small registries. Values and their meanings follow the documents named in the modules.

use super::recording::{Asked, Data, Key, Recording, Row};
use super::wanted::Wanted;
use super::{COLLECTORS, understand, wanted};
use jiff::Timestamp;
use proptest::prelude::*;
use visite_facts::schema::Fact;
use visite_facts::{Completeness, UnknownReason, Value};

const VERSION: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion";
const POLICIES: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System";
const LSA: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa";
const WINLOGON: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon";
const ANNA: &str = "S-1-5-21-1-2-3-1001";
const BEA: &str = "S-1-5-21-1-2-3-1002";

/// A computer of which everything was asked, and on which nothing is set.
fn blank() -> Recording {
    let mut recording = Recording::new(now());
    for want in wanted() {
        match want {
            Wanted::Values(path, _) | Wanted::Keys(path) => {
                let path = path.split_once(r"\*").map_or(path, |(parent, _)| parent);
                recording.put_key(path, Asked::Absent);
            }
            Wanted::Rows { namespace, class, .. } => {
                recording.put_rows(&Wanted::rows_name(namespace, class), Asked::Found(Vec::new()));
            }
        }
    }
    recording.put_key("HKU", keys(&[]));
    recording
}

fn keys(names: &[&str]) -> Asked<Key> {
    Asked::Found(Key { keys: Some(names.iter().map(|name| (*name).to_owned()).collect()), ..Key::default() })
}

fn values(values: &[(&str, Data)]) -> Asked<Key> {
    Asked::Found(Key {
        values: values.iter().map(|(name, data)| ((*name).to_owned(), data.clone())).collect(),
        ..Key::default()
    })
}

fn number(number: i64) -> Data {
    Data::Number(number)
}

fn text(text: &str) -> Data {
    Data::Text(text.to_owned())
}

/// A computer with Windows 11 Pro 23H2, and some values besides.
fn eleven(more: &[(&str, &[(&str, Data)])]) -> Recording {
    let mut recording = blank();
    recording.put_key(VERSION, version("Windows 10 Pro", "Professional", 22_631, "23H2"));
    for (path, given) in more {
        recording.put_key(path, values(given));
    }
    recording
}

fn version(name: &str, edition: &str, build: i64, release: &str) -> Asked<Key> {
    values(&[
        ("ProductName", text(name)),
        ("EditionID", text(edition)),
        ("CurrentBuildNumber", text(&build.to_string())),
        ("CurrentMajorVersionNumber", number(10)),
        ("CurrentMinorVersionNumber", number(0)),
        ("UBR", number(6_199)),
        ("DisplayVersion", text(release)),
        ("InstallationType", text(if edition.starts_with("Server") { "Server" } else { "Client" })),
    ])
}

fn now() -> Timestamp {
    "2026-11-27T05:00:00Z".parse().expect("a time")
}

/// The records of a fact, and whether they are all.
fn records(recording: &Recording, fact: &str) -> (Vec<visite_facts::Record>, Completeness) {
    let snapshots = understand(recording);
    let found = snapshots.iter().find_map(|snapshot| snapshot.facts.get(fact)).unwrap_or_else(|| panic!("no {fact}"));
    match found {
        Fact::Single(record) => (vec![record.clone()], Completeness::Complete),
        Fact::Collection { records, completeness } => (records.clone(), *completeness),
    }
}

/// A field of a fact of one record, as text; `?reason` if it is not known.
fn field(recording: &Recording, fact: &str, field: &str) -> String {
    shown(&records(recording, fact).0[0], field)
}

fn shown(record: &visite_facts::Record, field: &str) -> String {
    match record.get(field) {
        Ok(value) => Value::display(value),
        Err(reason) => format!("?{reason}"),
    }
}

#[test]
fn products_are_told_apart_by_build_and_edition() {
    for (name, edition, build, release, id, version_, edition_word, shown_name) in [
        ("Windows 10 Pro", "Professional", 26_200, "25H2", "windows", "10.0.26200", "pro", "Windows 11 Pro 25H2"),
        ("Windows 10 Home", "Core", 19_045, "22H2", "windows", "10.0.19045", "home", "Windows 10 Home 22H2"),
        (
            "Windows Server 2016 Standard",
            "ServerStandard",
            14_393,
            "1607",
            "windows-server",
            "10.0.14393",
            "serverstandard",
            "Windows Server 2016 Standard",
        ),
    ] {
        let mut recording = blank();
        recording.put_key(VERSION, version(name, edition, build, release));
        let told = |name| field(&recording, "host.os", name);
        assert_eq!(
            [told("id"), told("version"), told("edition"), told("name"), told("kernel")],
            [id, version_, edition_word, shown_name, &format!("10.0.{build}.6199")],
            "{name}"
        );
    }
    let mut seven = blank();
    seven.put_key(
        VERSION,
        values(&[
            ("ProductName", text("Windows 7 Professional")),
            ("EditionID", text("Professional")),
            ("CurrentBuildNumber", text("7601")),
            ("CurrentVersion", text("6.1")),
            ("InstallationType", text("Client")),
        ]),
    );
    assert_eq!(field(&seven, "host.os", "version"), "6.1");
    let mut denied = blank();
    denied.put_key(VERSION, Asked::Failed(UnknownReason::NoPermission));
    assert_eq!(field(&denied, "host.os", "version"), "?no_permission");
    assert_eq!(field(&blank(), "host.os", "version"), "?malformed");
}

#[test]
fn what_is_not_set_follows_the_version() {
    let sign_in = |recording: &Recording, name: &str| field(recording, "host.windows_sign_in", name);
    let plain = eleven(&[]);
    for (name, value) in [
        ("uac_enabled", "true"),
        ("uac_asks_for", "consent"),
        ("uac_secure_desktop", "true"),
        ("lan_manager_hash_kept", "false"),
        ("lan_manager_level", "3"),
        ("wdigest_keeps_passwords", "false"),
        ("lsa_protected", "?not_supported"),
        ("empty_password_over_network", "false"),
        ("accounts_listed_to_anybody", "false"),
        ("cached_logons", "10"),
        ("last_user_hidden", "false"),
    ] {
        assert_eq!(sign_in(&plain, name), value, "{name}");
    }
    let mut ten = blank();
    ten.put_key(VERSION, version("Windows 10 Pro", "Professional", 19_045, "22H2"));
    assert_eq!(sign_in(&ten, "lsa_protected"), "false");
    let weak = eleven(&[
        (POLICIES, &[("EnableLUA", number(0)), ("ConsentPromptBehaviorAdmin", number(0))]),
        (
            LSA,
            &[
                ("NoLMHash", number(0)),
                ("LmCompatibilityLevel", number(1)),
                ("RunAsPPL", number(1)),
                ("LimitBlankPasswordUse", number(0)),
                ("RestrictAnonymousSAM", number(0)),
            ],
        ),
        (r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\WDigest", &[("UseLogonCredential", number(1))]),
    ]);
    for (name, value) in [
        ("uac_enabled", "false"),
        ("uac_asks_for", "nothing"),
        ("lan_manager_hash_kept", "true"),
        ("lan_manager_level", "1"),
        ("lsa_protected", "true"),
        ("wdigest_keeps_passwords", "true"),
        ("empty_password_over_network", "true"),
        ("accounts_listed_to_anybody", "true"),
    ] {
        assert_eq!(sign_in(&weak, name), value, "{name}");
    }
    let odd = eleven(&[(LSA, &[("LmCompatibilityLevel", text("hoch")), ("NoLMHash", number(1))])]);
    assert_eq!(sign_in(&odd, "lan_manager_level"), "?malformed");
    assert_eq!(sign_in(&odd, "lan_manager_hash_kept"), "false");
}

#[test]
fn automatic_login_needs_a_name() {
    let of = |values: &[(&str, Data)]| {
        let (records, completeness) = records(&eleven(&[(WINLOGON, values)]), "host.autologins");
        assert_eq!(completeness, Completeness::Complete);
        records.iter().map(|record| shown(record, "user")).collect::<Vec<_>>()
    };
    assert_eq!(of(&[("AutoAdminLogon", text("1")), ("DefaultUserName", text("praxis"))]), ["praxis"]);
    assert!(of(&[("AutoAdminLogon", text("0")), ("DefaultUserName", text("praxis"))]).is_empty());
    assert!(of(&[("AutoAdminLogon", number(1)), ("DefaultUserName", text(""))]).is_empty());
    assert!(of(&[]).is_empty());
}

/// Two people, of whom Anna is signed in.
fn two_people(more: &[(&str, &[(&str, Data)])]) -> Recording {
    let mut recording = eleven(more);
    recording.put_key("HKU", keys(&["S-1-5-18", ANNA, &format!("{ANNA}_Classes")]));
    recording.put_key(r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList", keys(&["S-1-5-18", ANNA, BEA]));
    for (sid, folder) in [(ANNA, r"C:\Users\anna"), (BEA, r"C:\Users\bea")] {
        let path = format!(r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\{sid}");
        recording.put_key(&path, values(&[("ProfileImagePath", text(folder))]));
    }
    for path in [r"Control Panel\Desktop", r"Software\Policies\Microsoft\Windows\Control Panel\Desktop"] {
        let path = format!(r"HKU\{ANNA}\{path}");
        if recording.key(&path) == Err(UnknownReason::NotCollected) {
            recording.put_key(&path, Asked::Absent);
        }
    }
    recording.put_key(&format!(r"HKU\{ANNA}\Software\Microsoft\Windows\CurrentVersion\Uninstall"), Asked::Absent);
    recording
}

#[test]
fn the_earliest_lock_counts() {
    let own = format!(r"HKU\{ANNA}\Control Panel\Desktop");
    let policy = format!(r"HKU\{ANNA}\Software\Policies\Microsoft\Windows\Control Panel\Desktop");
    let saver = |seconds: &str, secure: &str| {
        [
            ("ScreenSaveActive", text("1")),
            ("ScreenSaverIsSecure", text(secure)),
            ("ScreenSaveTimeOut", text(seconds)),
            ("SCRNSAVE.EXE", text(r"C:\Windows\system32\scrnsave.scr")),
        ]
    };
    let of = |recording: &Recording| {
        let (records, completeness) = records(recording, "host.screen_locks");
        assert_eq!(records.len(), 1, "only whoever is signed in");
        let record = &records[0];
        let told = |name| shown(record, name);
        let what = [told("user"), told("lock_enabled"), told("locks_after_seconds"), told("enforced"), told("source")];
        (what.join(" "), completeness)
    };
    let incomplete = Completeness::Incomplete(UnknownReason::NotSupported);
    let none = "anna false ?not_supported false default";
    assert_eq!(of(&two_people(&[])), (none.to_owned(), incomplete));
    assert_eq!(of(&two_people(&[(&own, &saver("600", "1"))])).0, "anna true 605 false user");
    assert_eq!(of(&two_people(&[(&own, &saver("600", "0"))])).0, none, "it asks for no password");
    assert_eq!(of(&two_people(&[(&own, &saver("600", "1")[..3])])).0, none, "no screen saver is named");
    assert_eq!(of(&two_people(&[(&own, &saver("nie", "1"))])).0, "anna ?malformed ?malformed ?malformed ?malformed");
    assert_eq!(
        of(&two_people(&[(&policy, &saver("300", "1")), (&own, &saver("60", "0"))])).0,
        "anna true 305 true policy"
    );
    let machine: &[(&str, Data)] = &[("InactivityTimeoutSecs", number(900))];
    assert_eq!(
        of(&two_people(&[(POLICIES, machine)])),
        ("anna true 900 true policy".to_owned(), Completeness::Complete),
        "it counts for everybody"
    );
    assert_eq!(of(&two_people(&[(POLICIES, machine), (&own, &saver("600", "1"))])).0, "anna true 605 true user");
    let managed: &[(&str, Data)] = &[("MaxInactivityTimeDeviceLock", number(5))];
    let managed = (r"HKLM\SOFTWARE\Microsoft\PolicyManager\current\device\DeviceLock", managed);
    assert_eq!(of(&two_people(&[(POLICIES, machine), managed])).0, "anna true 300 true policy");
}

#[test]
fn sharing_follows_version_and_edition() {
    let sharing = |recording: &Recording, name: &str| field(recording, "host.file_sharing", name);
    let feature = |name: &str, state: i64| {
        Row::from([("Name".to_owned(), text(name)), ("InstallState".to_owned(), number(state))])
    };
    let with = |rows: Vec<Row>| {
        let mut recording = eleven(&[]);
        recording.put_rows(r"root\cimv2:Win32_OptionalFeature", Asked::Found(rows));
        recording
    };
    assert_eq!(sharing(&with(vec![]), "smb1_server"), "false");
    assert_eq!(sharing(&with(vec![feature("SMB1Protocol", 2)]), "smb1_server"), "false");
    let client =
        with(vec![feature("SMB1Protocol", 1), feature("SMB1Protocol-Client", 1), feature("SMB1Protocol-Server", 2)]);
    assert_eq!(sharing(&client, "smb1_server"), "false");
    let old = with(vec![feature("SMB1Protocol", 1)]);
    assert_eq!(sharing(&old, "smb1_server"), "true");
    let mut missing = eleven(&[]);
    missing.put_rows(r"root\cimv2:Win32_OptionalFeature", Asked::Absent);
    assert_eq!(sharing(&missing, "smb1_server"), "?not_supported");
    let server = r"HKLM\SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters";
    assert_eq!(sharing(&eleven(&[(server, &[("SMB1", number(0))])]), "smb1_server"), "false");
    assert_eq!(
        sharing(
            &eleven(&[(r"HKLM\SYSTEM\CurrentControlSet\Services\mrxsmb10", &[("Start", number(3))])]),
            "smb1_client"
        ),
        "true"
    );
    assert_eq!(sharing(&eleven(&[]), "server_signing_required"), "false");
    assert_eq!(
        sharing(&eleven(&[(server, &[("RequireSecuritySignature", number(1))])]), "server_signing_required"),
        "true"
    );
    assert_eq!(sharing(&eleven(&[]), "client_guest_allowed"), "true", "Pro before 24H2 goes on as a guest");
    for (edition, build, allowed) in [
        ("Professional", 26_100, "false"),
        ("Core", 26_100, "true"),
        ("Enterprise", 22_631, "false"),
        ("ServerStandard", 17_763, "false"),
    ] {
        let mut recording = blank();
        recording.put_key(VERSION, version("Windows", edition, build, "x"));
        assert_eq!(sharing(&recording, "client_guest_allowed"), allowed, "{edition} {build}");
    }
    let mut newest = blank();
    newest.put_key(VERSION, version("Windows 10 Pro", "Professional", 26_200, "25H2"));
    assert_eq!(sharing(&newest, "client_signing_required"), "?not_supported", "there the default depends");
}

#[test]
fn policies_count_before_settings() {
    let server = r"HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server";
    let listener = r"HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp";
    let policy = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services";
    let desktop = |recording: &Recording, name: &str| field(recording, "host.remote_desktop", name);
    let open: &[(&str, Data)] = &[("fDenyTSConnections", number(0))];
    let closed: &[(&str, Data)] = &[("fDenyTSConnections", number(1))];
    assert_eq!(desktop(&eleven(&[]), "enabled"), "false");
    assert_eq!(desktop(&eleven(&[(server, open)]), "enabled"), "true");
    assert_eq!(desktop(&eleven(&[(server, open), (policy, closed)]), "enabled"), "false");
    assert_eq!(desktop(&eleven(&[(server, closed), (policy, open)]), "enabled"), "true");
    let mut home = eleven(&[(server, open)]);
    home.put_key(VERSION, version("Windows 10 Home", "Core", 22_631, "23H2"));
    assert_eq!(desktop(&home, "enabled"), "false", "it takes no connections");
    let weak: &[(&str, Data)] =
        &[("UserAuthentication", number(0)), ("SecurityLayer", number(1)), ("PortNumber", number(3390))];
    let weak = eleven(&[(server, open), (listener, weak)]);
    assert_eq!(
        [desktop(&weak, "login_first"), desktop(&weak, "tls_required"), desktop(&weak, "port")],
        ["false", "false", "3390"]
    );
    assert_eq!(desktop(&eleven(&[]), "login_first"), "?not_supported");
    let winrm = r"HKLM\SYSTEM\CurrentControlSet\Services\WinRM";
    let listeners = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Listener";
    let mut on = eleven(&[(winrm, &[("Start", number(3))])]);
    assert_eq!(desktop(&on, "winrm_enabled"), "false", "nobody listens");
    on.put_key(listeners, keys(&["*+HTTP"]));
    assert_eq!(desktop(&on, "winrm_enabled"), "true");
    on.put_key(winrm, values(&[("Start", number(4))]));
    assert_eq!(desktop(&on, "winrm_enabled"), "false");

    let own = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\StandardProfile";
    let by_policy = r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall\PrivateProfile";
    let firewall = eleven(&[(own, &[("EnableFirewall", number(0))]), (by_policy, &[("EnableFirewall", number(1))])]);
    let profiles = records(&firewall, "host.firewall_profiles").0;
    let told: Vec<String> = profiles
        .iter()
        .map(|profile| ["profile", "enabled", "incoming", "by_policy"].map(|name| shown(profile, name)).join(" "))
        .collect();
    assert_eq!(
        told,
        ["domain ?not_supported block false", "private true block true", "public ?not_supported block false"]
    );
}

#[test]
fn names_and_media_are_told() {
    let names = |recording: &Recording, name: &str| field(recording, "host.name_resolution", name);
    let interfaces = r"HKLM\SYSTEM\CurrentControlSet\Services\NetBT\Parameters\Interfaces";
    let mut recording = eleven(&[]);
    recording.put_key(interfaces, keys(&["Tcpip_{a}", "Tcpip_{b}"]));
    recording.put_key(&format!(r"{interfaces}\Tcpip_{{a}}"), values(&[("NetbiosOptions", number(2))]));
    recording.put_key(&format!(r"{interfaces}\Tcpip_{{b}}"), values(&[("NetbiosOptions", number(0))]));
    assert_eq!([names(&recording, "llmnr"), names(&recording, "netbios_connections")], ["true", "1"]);
    let off = eleven(&[(r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\DNSClient", &[("EnableMulticast", number(0))])]);
    assert_eq!(names(&off, "llmnr"), "false");

    let run = |recording: &Recording, name: &str| field(recording, "host.windows_execution", name);
    let explorer = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\Explorer";
    assert_eq!(run(&eleven(&[]), "autorun"), "true");
    assert_eq!(run(&eleven(&[(explorer, &[("NoDriveTypeAutoRun", number(255))])]), "autorun"), "false");
    assert_eq!(
        run(
            &eleven(&[(r"HKLM\SYSTEM\CurrentControlSet\Services\USBSTOR", &[("Start", number(4))])]),
            "usb_storage_usable"
        ),
        "false"
    );
    let shell = r"HKLM\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell";
    let policy = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\PowerShell";
    let bypass: &[(&str, Data)] = &[("ExecutionPolicy", text("Bypass"))];
    assert_eq!(run(&eleven(&[(shell, bypass)]), "powershell_unrestricted"), "true");
    assert_eq!(
        run(&eleven(&[(shell, bypass), (policy, &[("EnableScripts", number(0))])]), "powershell_unrestricted"),
        "false"
    );
    let signed: &[(&str, Data)] = &[("EnableScripts", number(1)), ("ExecutionPolicy", text("AllSigned"))];
    assert_eq!(run(&eleven(&[(shell, bypass), (policy, signed)]), "powershell_unrestricted"), "false");
}

#[test]
fn programs_are_those_that_windows_lists() {
    let list = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall";
    let list_32 = r"HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall";
    let own = format!(r"HKU\{ANNA}\Software\Microsoft\Windows\CurrentVersion\Uninstall");
    let mut recording = two_people(&[]);
    recording.put_key(list, keys(&["{1}", "KB1", "part", "nameless"]));
    recording.put_key(list_32, keys(&["{1}"]));
    recording.put_key(&own, keys(&["teams"]));
    let viewer = values(&[
        ("DisplayName", text("Bildbetrachter")),
        ("DisplayVersion", text("4.2")),
        ("Publisher", text("Müller & Söhne")),
    ]);
    recording.put_key(&format!(r"{list}\{{1}}"), viewer.clone());
    recording.put_key(&format!(r"{list_32}\{{1}}"), viewer);
    recording.put_key(
        &format!(r"{list}\KB1"),
        values(&[("DisplayName", text("KB1")), ("ReleaseType", text("Security Update"))]),
    );
    recording
        .put_key(&format!(r"{list}\part"), values(&[("DisplayName", text("Teil")), ("SystemComponent", number(1))]));
    recording.put_key(&format!(r"{list}\nameless"), values(&[]));
    recording.put_key(
        &format!(r"{own}\teams"),
        values(&[("DisplayName", text("Bildbetrachter")), ("DisplayVersion", text("4.2"))]),
    );
    let (programs, completeness) = records(&recording, "host.programs");
    let told: Vec<String> = programs
        .iter()
        .map(|program| ["program", "version", "publisher", "scope"].map(|name| shown(program, name)).join("|"))
        .collect();
    assert_eq!(
        told,
        ["Bildbetrachter 4.2|4.2|Müller & Söhne|machine", "Bildbetrachter 4.2 (2)|4.2|?not_supported|person"]
    );
    assert_eq!(completeness, Completeness::Incomplete(UnknownReason::NotSupported), "Bea is not signed in");
}

#[test]
fn what_was_not_read_is_not_known() {
    let snapshots = understand(&Recording::new(now()));
    assert_eq!(snapshots.len(), COLLECTORS.len());
    for snapshot in snapshots {
        for (name, fact) in &snapshot.facts {
            match fact {
                Fact::Single(record) => {
                    // What is so of every Windows.
                    let always = ["family", "systemd", "package_manager"];
                    let known: Vec<_> = record.values.keys().filter(|field| !always.contains(field)).collect();
                    assert!(known.is_empty(), "{name}: {known:?}");
                }
                Fact::Collection { records, completeness }
                    if !["host.firewall_profiles", "host.event_logs"].contains(name) =>
                {
                    assert!(records.is_empty() && *completeness != Completeness::Complete, "{name}");
                }
                Fact::Collection { records, .. } => {
                    assert!(
                        records
                            .iter()
                            .all(|record| record.values.keys().all(|field| ["profile", "log"].contains(field))),
                        "{name}"
                    );
                }
            }
        }
    }
}

const PRODUCTS: &str = r"root\SecurityCenter2:AntiVirusProduct";
const DEFENDER: &str = r"root\Microsoft\Windows\Defender:MSFT_MpComputerStatus";
const PREFERENCE: &str = r"root\Microsoft\Windows\Defender:MSFT_MpPreference";

fn rows(all: &[&[(&str, Data)]]) -> Asked<Vec<Row>> {
    let row = |row: &&[(&str, Data)]| row.iter().map(|(name, data)| ((*name).to_owned(), data.clone())).collect();
    Asked::Found(all.iter().map(row).collect())
}

fn product(name: &str, state: i64) -> [(&str, Data); 2] {
    [("displayName", text(name)), ("productState", number(state))]
}

fn defender(mode: &str, on: bool, real_time: bool) -> Vec<(&'static str, Data)> {
    vec![
        ("AMServiceEnabled", Data::Flag(true)),
        ("AMRunningMode", text(mode)),
        ("AntivirusEnabled", Data::Flag(on)),
        ("RealTimeProtectionEnabled", Data::Flag(real_time)),
        ("IoavProtectionEnabled", Data::Flag(true)),
        ("IsTamperProtected", Data::Flag(false)),
        ("AntivirusSignatureLastUpdated", text("20261126044500.000000+000")),
    ]
}

/// Programs, whether one runs, whether in real time, and when its signatures are from.
fn protection(recording: &Recording) -> [String; 4] {
    ["programs", "running", "real_time", "signatures_at"].map(|name| field(recording, "host.malware_protection", name))
}

#[test]
fn powershell_2_is_a_feature_of_clients_and_servers() {
    let with = |features: &[(&str, i64)]| {
        let mut recording = eleven(&[]);
        let all: Vec<_> =
            features.iter().map(|(name, state)| [("Name", text(name)), ("InstallState", number(*state))]).collect();
        let all: Vec<&[(&str, Data)]> = all.iter().map(|row| row.as_slice()).collect();
        recording.put_rows(r"root\cimv2:Win32_OptionalFeature", rows(&all));
        field(&recording, "host.windows_execution", "powershell_2_installed")
    };
    assert_eq!(with(&[("MicrosoftWindowsPowerShellV2", 1)]), "true");
    assert_eq!(with(&[("MicrosoftWindowsPowerShellV2Root", 1)]), "true");
    assert_eq!(with(&[("MicrosoftWindowsPowerShellV2Root", 2), ("MicrosoftWindowsPowerShellV2", 2)]), "false");
    assert_eq!(with(&[]), "false");
}

#[test]
fn policies_count_before_settings_when_signing_in() {
    const POLICY: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\System";
    let told = |recording: &Recording, name| field(recording, "host.windows_sign_in", name);
    let protected = |own: i64, policy: Option<i64>| {
        let of_policy: Vec<_> = policy.map(|policy| ("RunAsPPL", number(policy))).into_iter().collect();
        told(&eleven(&[(LSA, &[("RunAsPPL", number(own))]), (POLICY, &of_policy)]), "lsa_protected")
    };
    assert_eq!([protected(0, Some(2)), protected(1, Some(0)), protected(1, None)], ["true", "false", "true"]);
    let desktop = |asks: i64| {
        let values: &[(&str, Data)] =
            &[("ConsentPromptBehaviorAdmin", number(asks)), ("PromptOnSecureDesktop", number(0))];
        told(&eleven(&[(POLICIES, values)]), "uac_secure_desktop")
    };
    assert_eq!([1, 2, 3, 5].map(desktop), ["true", "true", "false", "false"]);
}

#[test]
fn defender_and_others_take_turns() {
    let of = |products: Asked<Vec<Row>>, status: Asked<Vec<Row>>| {
        let mut recording = eleven(&[]);
        recording.put_rows(PRODUCTS, products);
        recording.put_rows(DEFENDER, status);
        protection(&recording)
    };
    let defender_name = "Microsoft Defender Antivirus";
    let both = format!("{defender_name}, Muster Antivirus");
    let alone = rows(&[&product("Windows Defender", 397_568)]);
    let signed = "2026-11-26T04:45:00Z";
    assert_eq!(of(alone.clone(), rows(&[&defender("Normal", true, true)])), [defender_name, "true", "true", signed]);
    assert_eq!(of(alone.clone(), rows(&[&defender("Normal", true, false)])), [defender_name, "true", "false", signed]);
    assert_eq!(
        of(alone.clone(), rows(&[&defender("Normal", false, false)])),
        [defender_name, "false", "false", "?not_supported"]
    );
    // Another product is on, and Defender at rest.
    let other = rows(&[&product("Windows Defender", 393_472), &product("Muster Antivirus", 266_240)]);
    let at_rest = rows(&[&defender("Passive Mode", false, false)]);
    assert_eq!(of(other, at_rest.clone()), [&both, "true", "true", "?not_supported"]);
    let expired = rows(&[&product("Windows Defender", 393_472), &product("Muster Antivirus", 0x4_3000)]);
    assert_eq!(of(expired, at_rest.clone()), [&both, "false", "false", "?not_supported"]);
    // A server has no security centre: another product could be there unseen.
    let active = rows(&[&defender("Normal", true, true)]);
    assert_eq!(of(Asked::Absent, active), [defender_name, "true", "true", signed]);
    assert_eq!(of(Asked::Absent, at_rest), [defender_name, "?not_supported", "?not_supported", "?not_supported"]);
    // Defender does not answer, or is none: the security centre counts.
    let silent = Asked::Failed(UnknownReason::TimedOut);
    assert_eq!(of(alone, silent.clone()), ["Windows Defender", "true", "true", "?not_supported"]);
    let denied = Asked::Failed(UnknownReason::NoPermission);
    assert_eq!(of(denied, silent), ["?no_permission", "?no_permission", "?no_permission", "?not_supported"]);
}

#[test]
fn products_tell_whether_they_are_on_and_current() {
    let mut recording = eleven(&[]);
    let twice = product("Muster Antivirus", 266_256);
    let nameless = product("", 266_240);
    recording.put_rows(PRODUCTS, rows(&[&twice, &product("Muster Antivirus", 262_144), &nameless]));
    let (found, completeness) = records(&recording, "host.security_center");
    assert_eq!(completeness, Completeness::Complete);
    let told: Vec<_> = found.iter().map(|one| ["product", "enabled", "current"].map(|name| shown(one, name))).collect();
    assert_eq!(told, [["Muster Antivirus", "true", "false"], ["Muster Antivirus (2)", "false", "true"]]);
    recording.put_rows(PRODUCTS, Asked::Failed(UnknownReason::TimedOut));
    assert_eq!(records(&recording, "host.security_center").1, Completeness::Incomplete(UnknownReason::TimedOut));
}

#[test]
fn only_broad_exclusions_are_kept() {
    let preference = |elevated: bool| {
        let mut recording = eleven(&[]);
        recording.elevated = elevated;
        let list = |all: &[&str]| Data::List(all.iter().map(|one| text(one)).collect());
        let paths = list(&[
            r"C:\",
            r"D:\Praxis\Huber",
            r"c:\windows\*",
            r"E:",
            r"%ProgramData%",
            r"C:\Users\anna",
            "C:\\Users",
        ]);
        recording.put_rows(
            PREFERENCE,
            rows(&[&[
                ("MAPSReporting", number(0)),
                ("PUAProtection", number(2)),
                ("ExclusionPath", paths),
                ("ExclusionExtension", list(&["exe", ".mdb", "*.PS1"])),
                ("AttackSurfaceReductionRules_Actions", Data::List(vec![number(1), number(2), number(1)])),
            ]]),
        );
        recording
    };
    let told = |name| field(&preference(true), "host.defender", name);
    assert_eq!(told("broad_exclusions"), r"%ProgramData%, .exe, .ps1, C:\, C:\Users, E:, c:\windows\*");
    assert_eq!(
        [told("cloud_protection"), told("unwanted_programs_blocked"), told("attack_surface_rules")],
        ["false", "false", "2"]
    );
    assert_eq!(told("active"), "?not_supported");
    // Others are told a sentence in the place of the list.
    assert_eq!(field(&preference(false), "host.defender", "broad_exclusions"), "?no_permission");
}

#[test]
fn volumes_are_encrypted_and_their_keys_guarded() {
    const VOLUMES: &str = r"root\cimv2\Security\MicrosoftVolumeEncryption:Win32_EncryptableVolume";
    let volume = |letter: &'static str, protection: i64, conversion: Option<i64>, kind: i64| {
        let mut row =
            vec![("DriveLetter", text(letter)), ("ProtectionStatus", number(protection)), ("VolumeType", number(kind))];
        row.extend(conversion.map(|conversion| ("ConversionStatus", number(conversion))));
        row
    };
    let mut recording = eleven(&[]);
    let all = [
        volume("C:", 1, Some(1), 0),
        volume("D:", 0, Some(0), 1),
        volume("E:", 0, Some(1), 1),
        volume("F:", 2, None, 1),
        volume("G:", 0, Some(0), 2),
        volume("", 0, Some(0), 1),
    ];
    recording.put_rows(VOLUMES, rows(&all.each_ref().map(Vec::as_slice)));
    let (found, _) = records(&recording, "host.disk_encryption");
    let told = |one: &visite_facts::Record| {
        ["volume", "system", "encrypted", "key_protected"].map(|name| shown(one, name)).join(" ")
    };
    assert_eq!(
        found.iter().map(told).collect::<Vec<_>>(),
        ["C: true true true", "D: false false false", "E: false true false", "F: false true true"]
    );
    recording.put_rows(VOLUMES, Asked::Failed(UnknownReason::NoPermission));
    assert_eq!(records(&recording, "host.disk_encryption").1, Completeness::Incomplete(UnknownReason::NoPermission));
}

#[test]
fn what_could_not_be_read_is_told() {
    let mut recording = eleven(&[]);
    recording.put_key(LSA, Asked::Failed(UnknownReason::Malformed));
    recording.put_rows(DEFENDER, Asked::Failed(UnknownReason::TimedOut));
    recording.put_rows(PRODUCTS, Asked::Absent);
    let problems = understand(&recording).into_iter().flat_map(|snapshot| snapshot.problems);
    let told: Vec<_> = problems.map(|problem| format!("{}: {}", problem.source, problem.reason)).collect();
    assert_eq!(told, [format!("{LSA}: malformed"), format!("{DEFENDER}: timed_out")]);
}

#[test]
fn start_and_memory_are_guarded() {
    const STATE: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\SecureBoot\State";
    let names = ["secure_boot", "tpm_ready", "credential_guard", "memory_integrity"];
    let told = |recording: &Recording| names.map(|name| field(recording, "host.platform_security", name));
    let mut recording = eleven(&[(STATE, &[("UEFISecureBootEnabled", number(1))])]);
    let tpm = [("IsEnabled_InitialValue", Data::Flag(true)), ("IsActivated_InitialValue", Data::Flag(true))];
    recording.put_rows(r"root\cimv2\Security\MicrosoftTpm:Win32_Tpm", rows(&[&tpm]));
    let running = [("SecurityServicesRunning", Data::List(vec![number(2), number(3)]))];
    recording.put_rows(r"root\Microsoft\Windows\DeviceGuard:Win32_DeviceGuard", rows(&[&running]));
    assert_eq!(told(&recording), ["true", "true", "false", "true"]);
    assert_eq!(told(&eleven(&[])), ["?not_supported", "false", "?not_supported", "?not_supported"]);
}

#[test]
fn updates_are_fetched_or_held_up() {
    const POLICY: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate";
    const AUTOMATIC: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU";
    const SERVICE: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\wuauserv";
    const SETTINGS: &str = r"HKLM\SOFTWARE\Microsoft\WindowsUpdate\UX\Settings";
    const WAITS: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired";
    let names =
        ["service_disabled", "automatic_forbidden", "paused", "deferred_days", "server_unencrypted", "other_products"];
    let told = |recording: &Recording| names.map(|name| field(recording, "host.windows_update", name));
    let usual = eleven(&[(SERVICE, &[("Start", number(3))])]);
    assert_eq!(told(&usual), ["false", "false", "false", "0", "false", "false"]);
    let update = |recording: &Recording, name| field(recording, "host.updates", name);
    assert_eq!([update(&usual, "automatic_enabled"), update(&usual, "reboot_needed")], ["true", "false"]);
    assert_eq!(update(&usual, "pending"), "?not_supported");

    let mut held_up = eleven(&[
        (SERVICE, &[("Start", number(4))]),
        (AUTOMATIC, &[("AUOptions", number(2)), ("UseWUServer", number(1)), ("AllowMUUpdateService", number(1))]),
        (
            POLICY,
            &[
                ("DeferQualityUpdates", number(1)),
                ("DeferQualityUpdatesPeriodInDays", number(30)),
                ("WUServer", text("HTTP://wsus.praxis.example:8530")),
            ],
        ),
        (SETTINGS, &[("PauseUpdatesExpiryTime", text("2026-12-24T05:00:00Z"))]),
        (WAITS, &[]),
    ]);
    assert_eq!(told(&held_up), ["true", "true", "true", "30", "true", "true"]);
    assert_eq!([update(&held_up, "automatic_enabled"), update(&held_up, "reboot_needed")], ["false", "true"]);
    held_up.put_key(SETTINGS, values(&[("PauseUpdatesExpiryTime", text("2026-11-01T05:00:00Z"))]));
    assert_eq!(field(&held_up, "host.windows_update", "paused"), "false");
    held_up.put_key(SETTINGS, values(&[("PauseUpdatesExpiryTime", text("morgen"))]));
    assert_eq!(field(&held_up, "host.windows_update", "paused"), "?malformed");
    held_up.put_rows(
        r"root\cimv2:Win32_QuickFixEngineering",
        rows(&[
            &[("InstalledOn", text("11/12/2026"))],
            &[("InstalledOn", text("9/1/2026"))],
            &[("InstalledOn", text("12.11.2027"))],
        ]),
    );
    assert_eq!(update(&held_up, "last_success_at"), "2026-11-12T00:00:00Z");
}

#[test]
fn logs_clock_and_installation() {
    const SECURITY: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Security";
    const POLICY: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\EventLog\System";
    const TIME: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\W32Time\Parameters";
    const CLIENT: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\W32Time\TimeProviders\NtpClient";
    const SERVICE: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\W32Time";
    const INSTALLER: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\Installer";
    let logs = eleven(&[(SECURITY, &[("MaxSize", number(20_971_520))]), (POLICY, &[("MaxSize", number(32_768))])]);
    let (found, _) = records(&logs, "host.event_logs");
    let told: Vec<_> = found.iter().map(|one| format!("{} {}", shown(one, "log"), shown(one, "max_kib"))).collect();
    assert_eq!(told, ["Application ?not_supported", "Security 20480", "System 32768"]);

    let clock = |kind: &str, start: i64, client: i64| {
        let recording = eleven(&[
            (TIME, &[("Type", text(kind)), ("NtpServer", text("time.windows.com,0x9 ptbtime1.ptb.de,0x1"))]),
            (CLIENT, &[("Enabled", number(client))]),
            (SERVICE, &[("Start", number(start))]),
        ]);
        ["enabled", "source"].map(|name| field(&recording, "host.time_synchronisation", name))
    };
    assert_eq!(clock("NTP", 3, 1), ["true", "time.windows.com ptbtime1.ptb.de"]);
    assert_eq!(clock("NT5DS", 2, 1), ["true", "domain"]);
    assert_eq!(clock("NoSync", 3, 1), ["false", "?not_supported"]);
    assert_eq!(clock("NTP", 3, 0)[0], "false");
    assert_eq!(clock("NTP", 4, 1)[0], "false");
    assert_eq!(clock("other", 3, 1)[0], "?malformed");

    let names = ["installer_elevated", "printer_drivers_by_anybody", "smartscreen"];
    let told = |recording: &Recording| names.map(|name| field(recording, "host.windows_installation", name));
    assert_eq!(told(&eleven(&[])), ["false", "false", "true"]);
    let elevated: &[(&str, Data)] = &[("AlwaysInstallElevated", number(1))];
    let drivers: &[(&str, Data)] = &[("RestrictDriverInstallationToAdministrators", number(0))];
    let of_anna = format!(r"HKU\{ANNA}\Software\Policies\Microsoft\Windows\Installer");
    let mut recording = two_people(&[
        (INSTALLER, elevated),
        (r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Printers\PointAndPrint", drivers),
        (r"HKLM\SOFTWARE\Policies\Microsoft\Windows\System", &[("EnableSmartScreen", number(0))]),
    ]);
    recording.put_key(&of_anna, Asked::Absent);
    // Of Bea, who is not signed in, nothing is known.
    assert_eq!(told(&recording), ["?not_supported", "true", "false"]);
    recording.put_key(&of_anna, values(elevated));
    assert_eq!(told(&recording)[0], "true");
}

#[test]
fn recordings_are_read_back() {
    let recording = two_people(&[(LSA, &[("NoLMHash", number(1)), ("x", Data::Bytes { hex: "00ff".into() })])]);
    let json = serde_json::to_vec(&recording).expect("json");
    assert_eq!(Recording::from_json(&json).expect("read"), recording);
    let with_mark = [b"\xef\xbb\xbf".as_slice(), &json].concat();
    assert!(Recording::from_json(&with_mark).is_ok());
    for wrong in [&b""[..], b"{}", br#"{"schema":"visite.facts/1"}"#, b"[1]", br#"{"schema":"visite.windows/1","x":1}"#]
    {
        assert!(Recording::from_json(wrong).is_err());
    }
}

fn any_data() -> impl Strategy<Value = Data> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Data::Flag),
        any::<i64>().prop_map(Data::Number),
        "[ -~äöü\u{0}]{0,12}".prop_map(Data::Text),
        "[0-9a-g]{0,5}".prop_map(|hex| Data::Bytes { hex }),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| proptest::collection::vec(inner, 0..4).prop_map(Data::List))
}

proptest! {
    /// Whatever stands in the values: no panic, and the same facts each time.
    #[test]
    fn any_values_are_taken(datas in proptest::collection::vec(any_data(), 40)) {
        let mut recording = two_people(&[]);
        let mut datas = datas.into_iter().cycle();
        for want in wanted() {
            match want {
                Wanted::Values(path, names) => {
                    let path = path.replace(r"HKU\*", &format!(r"HKU\{ANNA}")).replace('*', "x");
                    let given: Vec<_> = names.iter().copied().zip(datas.by_ref()).collect();
                    recording.put_key(&path, values(&given));
                    if let Some((parent, _)) = path.rsplit_once(r"\x") {
                        recording.put_key(parent, keys(&["x"]));
                    }
                }
                Wanted::Rows { namespace, class, properties, .. } => {
                    let row: Row = properties.iter().map(|name| (*name).to_owned()).zip(datas.by_ref()).collect();
                    recording.put_rows(&Wanted::rows_name(namespace, class), Asked::Found(vec![row.clone(), row]));
                }
                Wanted::Keys(_) => {}
            }
        }
        let snapshots = understand(&recording);
        prop_assert!(snapshots.iter().all(|snapshot| snapshot.problems.is_empty()));
        prop_assert_eq!(snapshots, understand(&recording));
    }
}
