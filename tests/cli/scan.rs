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
