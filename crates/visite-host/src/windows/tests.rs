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
    let mut recording = Recording::new();
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
    let snapshots = understand(recording, now());
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
    let snapshots = understand(&Recording::new(), now());
    assert_eq!(snapshots.len(), COLLECTORS.len());
    for snapshot in snapshots {
        for (name, fact) in &snapshot.facts {
            match fact {
                Fact::Single(record) => {
                    // What is so of every Windows.
                    let known: Vec<_> =
                        record.values.keys().filter(|field| !["family", "systemd"].contains(field)).collect();
                    assert!(known.is_empty(), "{name}: {known:?}");
                }
                Fact::Collection { records, completeness } if *name != "host.firewall_profiles" => {
                    assert!(records.is_empty() && *completeness != Completeness::Complete, "{name}");
                }
                Fact::Collection { records, .. } => {
                    assert!(records.iter().all(|record| record.values.keys().eq(["profile"].iter())), "{name}");
                }
            }
        }
    }
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
        let snapshots = understand(&recording, now());
        prop_assert!(snapshots.iter().all(|snapshot| snapshot.problems.is_empty()));
        prop_assert_eq!(snapshots, understand(&recording, now()));
    }
}
