//! Files of facts that are broken, hostile or foreign.

use crate::program::{shared_folder, visite};
use insta::assert_snapshot;
use std::fs;

/// What the program says about a file with these contents.
fn told(bytes: impl AsRef<[u8]>) -> crate::program::Answer {
    let folder = shared_folder();
    let path = folder.path().join("facts.json");
    fs::write(&path, bytes).expect("it is ours");
    visite(["check", "--facts", &path.display().to_string(), "--format", "json"]).hide(folder.path(), "[DIR]").run()
}

/// One snapshot with these facts.
fn file(facts: &str) -> String {
    // Whole seconds, so that columns in messages stay where they are.
    let now = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second()).expect("it is a time");
    format!(
        "{{\"schema\":\"visite.facts/1\",\"snapshots\":[{{\"collector\":\"linux.os\",\"observed_at\":\"{now}\",\
         \"subject\":{{\"id\":\"host-1\",\"kind\":\"host\",\"name\":\"x\"}},\"identifiers\":[],\"facts\":{facts}}}]}}"
    )
}

#[test]
fn nothing_at_all() {
    assert_snapshot!(told(""), @"
    status: 65
    ---- stderr
    Fehler: `[DIR]/facts.json` ist keine Datei mit Beobachtungen
      Ursache: kein gültiges JSON (Zeile 1, Spalte 0)
    Hinweis: So entsteht eine: visite check --save-facts DATEI
    ");
}

#[test]
fn nested_without_end() {
    assert_snapshot!(told("[".repeat(100_000)), @"
    status: 65
    ---- stderr
    Fehler: `[DIR]/facts.json` ist keine Datei mit Beobachtungen
      Ursache: kein gültiges JSON (Zeile 1, Spalte 128)
    Hinweis: So entsteht eine: visite check --save-facts DATEI
    ");
    assert_snapshot!(told(file(&format!("{{\"host.os\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000)))), @"
    status: 65
    ---- stderr
    Fehler: `[DIR]/facts.json` ist keine Datei mit Beobachtungen
      Ursache: kein gültiges JSON (Zeile 1, Spalte 312)
    Hinweis: So entsteht eine: visite check --save-facts DATEI
    ");
}

#[test]
fn bytes_that_are_no_text() {
    assert_eq!(told([0xff, 0xfe, 0x00]).status, Some(65));
    assert_eq!(told([0; 4096]).status, Some(65));
}

#[test]
fn values_of_the_wrong_kind_are_unknown() {
    let answer = told(file(
        "{\"host.firewall\":{\"filters_input\":\"yes\",\"ipv4_default\":7,\"ipv6_active\":null},\
          \"host.updates\":{\"pending\":1e99,\"security_pending\":-0.5,\"automatic_enabled\":[true]},\
          \"host.accounts\":{\"complete\":true,\"records\":[7,null,{\"name\":{},\"uid\":\"0\",\"password\":\"secret\"}]}}",
    ))
    .succeeded();
    for (check, verdict) in answer.verdicts() {
        assert!(verdict.starts_with("unknown: ") || verdict == "not_applicable", "{check}: {verdict}");
    }
    assert!(answer.stderr.contains("wurden nicht verstanden"), "{answer}");
}

#[test]
fn a_collection_that_says_nothing_about_its_end_is_refused() {
    assert_snapshot!(told(file("{\"host.accounts\":{\"records\":[]}}")), @"
    status: 65
    ---- stderr
    Fehler: `[DIR]/facts.json` ist keine Datei mit Beobachtungen
      Ursache: `snapshots[0].facts.host.accounts` fehlt oder ist etwas anderes als eine Sammlung mit entweder `complete: true` oder `incomplete: Grund`
    Hinweis: So entsteht eine: visite check --save-facts DATEI
    ");
    assert_snapshot!(told(file("{\"host.accounts\":{\"complete\":true,\"incomplete\":\"stale\",\"records\":[]}}")), @"
    status: 65
    ---- stderr
    Fehler: `[DIR]/facts.json` ist keine Datei mit Beobachtungen
      Ursache: `snapshots[0].facts.host.accounts` fehlt oder ist etwas anderes als eine Sammlung mit entweder `complete: true` oder `incomplete: Grund`
    Hinweis: So entsteht eine: visite check --save-facts DATEI
    ");
}

#[test]
fn derived_facts_cannot_be_smuggled_in() {
    let answer = told(file("{\"host.reachable_services\":{\"complete\":true,\"records\":[]}}")).succeeded();
    assert!(answer.verdicts()["service-telnet-reachable"].starts_with("unknown: "), "{answer}");
}

#[test]
fn control_characters_reach_no_terminal() {
    let folder = shared_folder();
    let path = folder.path().join("facts.json");
    let name = "\\u001b[2J\\u001b]0;x\\u0007\\u202e";
    fs::write(
        &path,
        file(&format!(
            "{{\"host.os\":{{\"name\":\"{name}\",\"host_name\":\"{name}\"}},\"host.accounts\":{{\"complete\":true,\
             \"records\":[{{\"name\":\"{name}\",\"login_allowed\":true,\"kind\":\"person\",\"password\":\"none\"}}]}}}}"
        )),
    )
    .expect("it is ours");
    for format in ["text", "html", "junit", "sarif", "json"] {
        for detail in ["-v", "--quiet"] {
            let answer = visite(["check", "--facts", &path.display().to_string(), "--format", format, detail]).run();
            let text = answer.succeeded().stdout;
            assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{format}: {text:?}");
        }
    }
}

#[test]
fn a_file_without_end_is_refused() {
    let folder = shared_folder();
    let path = folder.path().join("facts.json");
    fs::File::create(&path).and_then(|file| file.set_len(257 * 1024 * 1024)).expect("it is ours");
    let answer = visite(["check", "--facts", &path.display().to_string()]).hide(folder.path(), "[DIR]").run();
    assert_snapshot!(answer, @"
    status: 65
    ---- stderr
    Fehler: `[DIR]/facts.json` ist größer als 256 MiB
    ");
    assert_snapshot!(visite(["check", "--facts", "/dev/zero"]).run(), @"
    status: 65
    ---- stderr
    Fehler: `/dev/zero` ist größer als 256 MiB
    ");
}
