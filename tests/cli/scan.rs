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
