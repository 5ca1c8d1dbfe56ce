//! `visite scan`: what it does without sending anything: files of other scanners, forms, and what is new since.

use super::Desk;

const NMAP: &str = include_str!("../../crates/visite-scan/tests/data/import/nmap-probed.xml");
const GREENBONE: &str = include_str!("../../crates/visite-scan/tests/data/import/greenbone-report.xml");

/// Without targets nothing is sent, so that nobody has to allow it.
#[test]
fn files_of_other_scanners_are_judged_alone() {
    let desk = Desk::new();
    desk.write("nmap.xml", NMAP);
    desk.write("greenbone.xml", GREENBONE);
    let call = ["scan", "--import", "@nmap.xml", "--import", "@greenbone.xml"];
    let text = desk.call(&call).run().succeeded().stdout;
    assert!(text.starts_with("Visite · eingelesene Beobachtungen · 4 Geräte, 4 davon nicht erkannt\nheute"), "{text}");
    assert!(text.contains("Fernzugang (SSH)\u{a0}22: OpenSSH 9.2p1 Debian 2+deb12u10"), "{text}");
    assert!(text.contains("Nichts gesendet: Die Beobachtungen stammen aus Dateien anderer Programme."), "{text}");
    let json = desk
        .call(&[&call[..], &["--format", "json", "--output", "@scan.json", "--save-facts", "@facts.json"]].concat());
    json.run().succeeded();
    let scan: serde_json::Value = serde_json::from_str(&desk.read("scan.json")).expect("JSON");
    assert_eq!((scan["schema"].as_str(), scan["hosts"].as_array().map(Vec::len)), (Some("visite.scan/1"), Some(4)));
    // What was saved is judged as what was imported.
    desk.call(&["check", "--facts", "@facts.json"]).run().succeeded();
    // The next time, one file is missing: its devices are no longer seen.
    let later = desk.call(&["scan", "--import", "@nmap.xml", "--previous", "@scan.json"]).run().succeeded().stdout;
    assert!(later.contains("2 Geräte nicht mehr gesehen") && later.contains("pvs-server"), "{later}");
}

#[test]
fn what_was_imported_can_be_had_as_nmap_writes_it() {
    let desk = Desk::new();
    desk.write("nmap.xml", NMAP);
    let xml = desk.call(&["scan", "--import", "@nmap.xml", "--format", "xml", "--output", "@again.xml"]).run();
    xml.succeeded();
    let again = desk.call(&["scan", "--import", "@again.xml", "--format", "json"]).run().succeeded().json();
    let names: Vec<_> =
        again["hosts"][1]["services"].as_array().expect("services").iter().map(|s| s["service"].clone()).collect();
    assert_eq!(
        names,
        ["ssh", "http", "", "tls"].map(|name| if name.is_empty() { serde_json::Value::Null } else { name.into() })
    );
}

#[test]
fn a_file_of_no_scanner_is_refused() {
    let desk = Desk::new();
    desk.write("other.xml", "<html/>");
    desk.write("bomb.xml", "<!DOCTYPE nmaprun [<!ENTITY a \"b\">]><nmaprun/>");
    desk.write("cut.xml", &NMAP[..NMAP.len() / 2]);
    for (name, why) in [
        ("@other.xml", "weder XML von nmap noch ein Bericht von Greenbone"),
        ("@bomb.xml", "einen Dokumenttyp mit Deklarationen"),
        ("@cut.xml", "kein vollständiges XML"),
    ] {
        let answer = desk.call(&["scan", "--import", name]).run();
        assert_eq!(answer.status, Some(65));
        assert!(answer.stderr.contains(why), "{}", answer.stderr);
    }
}

/// The result and the facts of a scan of two devices, the second of which it was through with if `both`.
fn interrupted(desk: &Desk, both: bool) -> serde_json::Value {
    desk.write("nmap.xml", NMAP);
    let call = ["scan", "--import", "@nmap.xml", "--format", "json", "--output", "@old.json"];
    desk.call(&[&call[..], &["--save-facts", "@seen.json"]].concat()).run().succeeded();
    // As if these devices had been seen by a scan of our own.
    let seen = desk.read("seen.json");
    assert!(seen.contains("\"scan.nmap\""), "{seen}");
    desk.write("seen.json", seen.replace("\"scan.nmap\"", "\"scan\""));
    let mut old: serde_json::Value = serde_json::from_str(&desk.read("old.json")).expect("JSON");
    assert_eq!(old["hosts"].as_array().map(Vec::len), Some(2));
    old["record"]["interrupted"] = true.into();
    let addresses = [&old["hosts"][0]["address"], &old["hosts"][1]["address"]];
    old["record"]["targets"] = serde_json::json!(addresses);
    old["hosts"][1]["finished"] = both.into();
    desk.write("old.json", old.to_string());
    old
}

const RESUME: [&str; 9] =
    ["scan", "--resume", "@old.json", "--facts", "@seen.json", "--authorised-by", "Dr. Ada", "--format", "json"];

#[test]
fn a_scan_that_was_through_with_everything_is_resumed_without_sending() {
    let desk = Desk::new();
    let old = interrupted(&desk, true);
    let new = desk.call(&[&RESUME[..], &["--save-facts", "@again.json"]].concat()).run().succeeded().json();
    assert_eq!(new["hosts"], old["hosts"]);
    assert_eq!((&new["summary"], &new["guests"]), (&old["summary"], &old["guests"]));
    let record = &new["record"];
    assert_eq!(record["packets"], serde_json::json!({}), "nothing was left to ask");
    assert_eq!((&record["interrupted"], &record["targets"]), (&false.into(), &old["record"]["targets"]));
    // What was written can be resumed again.
    let (seen, again) = (desk.read("seen.json"), desk.read("again.json"));
    assert_eq!(seen, again);
}

#[test]
fn what_a_scan_was_not_through_with_is_planned_anew() {
    let desk = Desk::new();
    let old = interrupted(&desk, false);
    let plan = desk.call(&[&RESUME[..], &["--dry-run", "--lang", "en"]].concat()).run().succeeded().stdout;
    let [done, left] = [0, 1].map(|at| old["hosts"][at]["address"].as_str().expect("an address").to_owned());
    assert!(plan.contains(&format!("Addresses: 1\n  {left}\n")) && !plan.contains(&format!("  {done}\n")), "{plan}");
    let plan = desk.call(&[&RESUME[..], &["--dry-run", "--lang", "en", &done, "192.0.2.1"]].concat()).run();
    assert!(plan.succeeded().stdout.contains("Addresses: 1\n  192.0.2.1\n"));
}

#[test]
fn a_device_that_lies_in_a_guest_network_by_now_is_not_taken_over() {
    let desk = Desk::new();
    let old = interrupted(&desk, true);
    let address = old["hosts"][0]["address"].as_str().expect("an address");
    let zones = format!("zones: [{{id: wlan, name: WLAN, kind: guest, networks: [{address}/32]}}]");
    desk.write("practice.yaml", format!("schema: visite.practice/1\nname: Musterpraxis\n{zones}\n"));
    let call = ["--practice", "@practice.yaml", "--dry-run", "--lang", "en"];
    let plan = desk.call(&[&RESUME[..], &call].concat()).run().succeeded().stdout;
    assert!(plan.contains(&format!("Addresses: 1\n  {address}\n")), "{plan}");
}

#[test]
fn what_cannot_be_resumed_is_refused() {
    let desk = Desk::new();
    let old = interrupted(&desk, true);
    let told = |what: &str, status: i32, why: &str| {
        let answer = desk.call(&RESUME).run();
        assert_eq!(answer.status, Some(status), "{what}: {}", answer.stderr);
        assert!(answer.stderr.contains(why) && answer.stderr.contains("Hinweis: "), "{what}: {}", answer.stderr);
    };
    let mut other = old.clone();
    other["schema"] = "visite.assessment/1".into();
    desk.write("old.json", other.to_string());
    told("schema", 65, "das Schema heißt `visite.assessment/1`, erwartet wird `visite.scan/1`");
    desk.write("old.json", "{\"schema\": \"visite.scan/1\"}");
    told("no section", 65, "kein Ergebnis einer Untersuchung, die sich fortsetzen lässt");
    let mut other = old.clone();
    other["hosts"][1]["services"] = serde_json::json!([]);
    desk.write("old.json", other.to_string());
    told("other ports", 65, "seen.json` gehört nicht zu `");
    let mut other = old.clone();
    other["record"]["targets"] = serde_json::json!([]);
    desk.write("old.json", other.to_string());
    told("no targets", 65, "hatte keine Ziele");
    desk.write("old.json", old.to_string());
    desk.write("seen.json", super::facts());
    told("facts of a computer", 65, "seen.json` gehört nicht zu `");
    desk.write("seen.json", "{}");
    told("no facts", 65, "seen.json` ist keine Datei mit Beobachtungen");
    assert_eq!(desk.call(&["scan", "--resume", "@old.json", "--facts", "@none.json"]).run().status, Some(66));
    let without = desk.call(&["scan", "--resume", "@old.json"]).run();
    assert!(without.status == Some(64) && without.stderr.contains("--facts"), "{}", without.stderr);
}

#[test]
fn what_is_no_file_of_recog_is_refused() {
    let desk = Desk::new();
    desk.write("ssh_banners.xml", "<html/>");
    desk.write("bytes.xml", [0xff_u8, 0xfe]);
    std::fs::create_dir(desk.path("empty")).expect("a directory");
    let call = ["scan", "192.0.2.1", "--dry-run", "--fingerprints"];
    for (name, status) in [("@ssh_banners.xml", 65), ("@bytes.xml", 65), ("@empty", 66), ("@missing.xml", 66)] {
        let answer = desk.call(&[&call[..], &[name]].concat()).run();
        assert_eq!(answer.status, Some(status), "{name}: {}", answer.stderr);
    }
}

#[test]
fn the_result_of_another_command_is_no_earlier_round() {
    let desk = Desk::new();
    desk.write("nmap.xml", NMAP);
    let call = ["scan", "--import", "@nmap.xml", "--format", "json", "--output", "@scan.json"];
    desk.call(&call).run().succeeded();
    desk.check(&["--format", "json", "--output", "@check.json"]).succeeded();
    let check = desk.check(&["--previous", "@scan.json"]);
    assert_eq!(check.status, Some(65));
    assert!(check.stderr.contains("visite check --format json"), "{}", check.stderr);
    let scan = desk.call(&["scan", "--import", "@nmap.xml", "--previous", "@check.json"]).run();
    assert_eq!(scan.status, Some(65));
    assert!(scan.stderr.contains("visite scan --format json"), "{}", scan.stderr);
}

/// A practice whose releases are over, for another network, or without login attempts; it is always open.
const PRACTICE: &str = "schema: visite.practice/1
name: Musterpraxis
people:
  - { id: inhaberin, name: Dr. Ada, roles: [owner] }
opening_hours: { monday: [\"00:00-24:00\"], tuesday: [\"00:00-24:00\"], wednesday: [\"00:00-24:00\"], thursday: [\"00:00-24:00\"], friday: [\"00:00-24:00\"], saturday: [\"00:00-24:00\"], sunday: [\"00:00-24:00\"] }
releases:
  - { id: alt, allowed_by: inhaberin, allowed_on: 2024-01-01, until: 2024-12-31, ranges: [192.0.2.0/24], device_owners: [practice] }
  - { id: neu, allowed_by: inhaberin, allowed_on: 2024-01-01, until: 2999-12-31, ranges: [192.0.2.0/24], device_owners: [practice] }
";

/// Whoever plans a scan learns now what would stop it tonight; and nothing is sent.
#[test]
fn a_dry_run_tells_whether_the_call_would_be_refused() {
    let desk = Desk::new();
    desk.write("practice.yaml", PRACTICE);
    let dry = |arguments: &[&str]| {
        let call = [&["scan", "--practice", "@practice.yaml", "--dry-run"], arguments].concat();
        desk.call(&call).run().succeeded().stdout
    };
    let allowed = dry(&["192.0.2.1"]);
    assert!(allowed.contains("Freigabe: neu, erlaubt von Dr. Ada, bis 31.12.2999\n"), "{allowed}");
    assert!(!allowed.contains("lehnt Visite diesen Aufruf ab"), "{allowed}");
    assert!(allowed.contains("Suche nach Geräten: etwa 1 Sekunde; "), "{allowed}");
    let other = dry(&["192.0.2.1,2001:db8::/64"]);
    assert!(other.contains("Ohne --dry-run lehnt Visite diesen Aufruf ab:\nFehler: Ohne Freigabe"), "{other}");
    assert!(other.contains("Die Freigabe `alt` ist abgelaufen am 31.12.2024."), "{other}");
    assert!(other.contains("Die Freigabe `neu` gilt für 192.0.2.0/24. Nicht dabei: 2001:db8::/64."), "{other}");
    let logins = dry(&["192.0.2.1", "--allow-logins", "--lang", "en"]);
    assert!(logins.contains("it lacks `login_attempts: true`"), "{logins}");
    let fast = dry(&["192.0.2.1", "--profile", "fast"]);
    assert!(fast.contains("zuerst 4.000 Pakete je Sekunde"), "{fast}");
    assert!(fast.contains("höchstens 300.000\n"), "{fast}");
    assert!(fast.contains("Die Praxis hat zu dieser Zeit geöffnet"), "{fast}");
}

#[test]
fn a_dry_run_shows_the_window_and_networks_that_are_too_wide_to_count() {
    let desk = Desk::new();
    let call = ["scan", "2001:db8::/64", "--authorised-by", "Ada", "--dry-run", "--window", "22:00-05:00"];
    let plan = desk.call(&call).run().succeeded().stdout;
    assert!(!plan.contains("Adressen: 0"), "{plan}");
    assert!(plan.contains("melden sich die Geräte auf eine Frage an alle:\n  2001:db8::/64\n"), "{plan}");
    assert!(plan.contains("05:00 Uhr (Europe/Berlin)\n") && plan.contains("Erlaubt von Ada\n"), "{plan}");
}

#[test]
fn without_a_release_that_fits_the_call_is_refused_with_the_reason() {
    let desk = Desk::new();
    desk.write("practice.yaml", PRACTICE);
    let call = ["scan", "--practice", "@practice.yaml"];
    insta::assert_snapshot!(desk.call(&[&call[..], &["192.0.2.1", "2001:db8::1"]].concat()).run(), @"
    status: 77
    ---- stderr
    Fehler: Ohne Freigabe untersucht Visite kein Netz
      Ursache: Die Freigabe `alt` ist abgelaufen am 31.12.2024.
      Ursache: Die Freigabe `neu` gilt für 192.0.2.0/24. Nicht dabei: 2001:db8::1.
    Hinweis: Ergänzen Sie die Freigabe (`until`, und unter `ranges` jedes Netz, auch mit seinen IPv6-Adressen), lassen Sie Ziele mit --exclude aus, oder nennen Sie, wer es erlaubt hat: --authorised-by \"Name\".
    ");
    insta::assert_snapshot!(desk.call(&[&call[..], &["192.0.2.1", "--allow-logins"]].concat()).run(), @"
    status: 77
    ---- stderr
    Fehler: Die Freigabe `neu` in der Praxisdatei erlaubt keine Anmeldeversuche
      Ursache: dort fehlt `login_attempts: true`
    Hinweis: Lassen Sie --allow-logins weg. Wurden Anmeldeversuche erlaubt, dann tragen Sie bei der Freigabe `login_attempts: true` ein.
    ");
    // That a private range is no permission is said where one is meant.
    let private = desk.call(&["scan", "10.0.0.1", "--lang", "en"]).run();
    assert!(private.stderr.contains("a private address range is no permission"), "{}", private.stderr);
    let public = desk.call(&["scan", "192.0.2.1", "--lang", "en"]).run();
    assert!(public.status == Some(77) && !public.stderr.contains("private"), "{}", public.stderr);
}

#[test]
fn what_the_call_reads_is_not_written_over() {
    let desk = Desk::new();
    interrupted(&desk, true);
    let before = (desk.read("old.json"), desk.read("seen.json"));
    for (option, name, other) in [
        ("--output", "@old.json", "--resume"),
        ("--save-facts", "@seen.json", "--facts"),
        ("--output", "@./seen.json", "--facts"),
    ] {
        let answer = desk.call(&[&RESUME[..], &[option, name]].concat()).run();
        assert_eq!(answer.status, Some(64), "{}", answer.stderr);
        assert!(
            answer.stderr.contains(&format!("`{other}` und `{option}` nennen dieselbe Datei")),
            "{}",
            answer.stderr
        );
    }
    let answer = desk.call(&["scan", "--import", "@nmap.xml", "--output", "@x", "--save-facts", "@x"]).run();
    assert_eq!(answer.status, Some(64), "{}", answer.stderr);
    assert_eq!((desk.read("old.json"), desk.read("seen.json")), before);
}

#[test]
fn a_port_that_is_never_asked_is_told() {
    let desk = Desk::new();
    let answer = desk.call(&["scan", "192.0.2.1", "--dry-run", "--ports", "515,80,TOP1000"]).run().succeeded();
    assert_eq!(answer.stderr, "515 wird nie gefragt: Viele Drucker drucken, was dort ankommt.\n");
}

#[test]
fn a_window_that_is_none_is_told_with_an_example() {
    insta::assert_snapshot!(crate::program::visite(["scan", "--window", "25:00-26:00"]).run(), @"
    status: 64
    ---- stderr
    Fehler: `25:00-26:00` passt nicht zu `--window <HH:MM-HH:MM>`: Stunden gehen von 00 bis 23, Minuten von 00 bis 59
    Hinweis: Schreiben Sie zum Beispiel: --window 22:00-05:00
    ");
}

#[test]
fn what_is_no_earlier_scan_is_refused_with_the_right_call() {
    let desk = Desk::new();
    desk.write("nmap.xml", NMAP);
    let answer = desk.call(&["scan", "--import", "@nmap.xml", "--previous", "@nmap.xml"]).run();
    assert_eq!(answer.status, Some(65));
    assert!(answer.stderr.contains("So entsteht eines: visite scan --format json --output DATEI"), "{}", answer.stderr);
}

/// What stays open at a device that was not looked at this time is told with the name of the device, and the next step
/// with the call that was made.
#[test]
fn devices_that_were_not_asked_again_keep_their_names() {
    let desk = Desk::new();
    desk.write("nmap 1.xml", NMAP);
    desk.write("old.json", include_str!("../../crates/visite-report/tests/data/scan.json"));
    let now = ["scan", "--import", "@nmap 1.xml", "--previous", "@old.json"];
    let json = desk.call(&[&now[..], &["--format", "json"]].concat()).run().succeeded().json();
    let open = json["findings"].as_array().expect("findings").iter().filter(|finding| finding["state"] == "open");
    let strangers: Vec<&str> = open.filter_map(|finding| finding["subject"].as_str()).collect();
    assert!(!strangers.is_empty(), "what was found before is still open");
    let subjects = json["subjects"].as_array().expect("subjects");
    for stranger in &strangers {
        assert!(subjects.iter().any(|known| known["id"] == *stranger), "{stranger}");
    }
    let text = desk.call(&now).run().succeeded().stdout;
    assert!(text.contains("ultraschall (tcp 192.168.40.10:104)"), "{text}");
    assert!(strangers.iter().all(|stranger| !text.contains(stranger)), "{text}");
    let words = text.split_whitespace().filter(|word| *word != "\\").collect::<Vec<_>>().join(" ");
    let call = format!("Danach noch einmal: visite scan --import '{}'", desk.arg("nmap 1.xml"));
    assert!(words.contains(&call), "{text}");
}
