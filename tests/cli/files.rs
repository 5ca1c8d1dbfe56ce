//! Files that the program is given: practice file, earlier round, facts, catalogue.

use super::Desk;
use crate::program::visite_as_nobody;
use insta::assert_snapshot;
use std::fs;
use std::os::unix::fs::PermissionsExt;

const EXAMPLE: &str = include_str!("../../docs/examples/practice.yaml");

#[test]
fn a_missing_file_is_66() {
    let desk = Desk::new();
    assert_snapshot!(desk.call(&["check", "--facts", "@nothing.json"]).run(), @"
    status: 66
    ---- stderr
    Fehler: `[DIR]/nothing.json` lässt sich nicht lesen
      Ursache: das gibt es nicht
    ");
    assert_snapshot!(desk.check(&["--practice", "@nothing.yaml", "--lang", "en"]), @"
    status: 66
    ---- stderr
    error: cannot read `[DIR]/nothing.yaml`
      cause: there is no such file or directory
    ");
    assert_snapshot!(desk.check(&["--previous", "@nothing.json"]), @"
    status: 66
    ---- stderr
    Fehler: `[DIR]/nothing.json` lässt sich nicht lesen
      Ursache: das gibt es nicht
    ");
    assert_snapshot!(desk.check(&["--catalog", "@nothing"]), @"
    status: 66
    ---- stderr
    Fehler: `[DIR]/nothing` lässt sich nicht lesen
      Ursache: das gibt es nicht
    ");
    assert_snapshot!(desk.call(&["check", "--root", "@nothing"]).run(), @"
    status: 66
    ---- stderr
    Fehler: `[DIR]/nothing` lässt sich nicht lesen
      Ursache: das gibt es nicht
    ");
    assert_snapshot!(desk.call(&["check", "--root", "@facts.json"]).run(), @"
    status: 66
    ---- stderr
    Fehler: `[DIR]/facts.json` ist kein Ordner
    ");
}

#[test]
fn a_folder_without_facts_is_66() {
    let desk = Desk::new();
    fs::create_dir(desk.path("empty")).expect("ours");
    assert_snapshot!(desk.call(&["check", "--facts", "@empty"]).run(), @"
    status: 66
    ---- stderr
    Fehler: In `[DIR]/empty` liegt keine passende Datei (*.json)
    ");
}

#[test]
fn a_file_that_may_not_be_read_is_77() {
    let desk = Desk::new();
    fs::set_permissions(desk.path("facts.json"), fs::Permissions::from_mode(0o000)).expect("ours");
    let call = visite_as_nobody(["check", "--facts", &desk.arg("facts.json")]);
    assert_snapshot!(call.hide(desk.folder.path(), "[DIR]").run(), @"
    status: 77
    ---- stderr
    Fehler: `[DIR]/facts.json` lässt sich nicht lesen
      Ursache: dafür fehlt die Berechtigung
    ");
    fs::create_dir(desk.path("closed")).expect("ours");
    fs::set_permissions(desk.path("closed"), fs::Permissions::from_mode(0o000)).expect("ours");
    let call = visite_as_nobody(["check", "--root", &desk.arg("closed/root")]);
    assert_snapshot!(call.hide(desk.folder.path(), "[DIR]").run(), @"
    status: 77
    ---- stderr
    Fehler: `[DIR]/closed/root` lässt sich nicht lesen
      Ursache: dafür fehlt die Berechtigung
    ");
    fs::set_permissions(desk.path("closed"), fs::Permissions::from_mode(0o700)).expect("ours");
}

#[test]
fn facts_that_are_none_are_65() {
    let desk = Desk::new();
    for (name, text) in [
        ("empty.json", ""),
        ("text.json", "Guten Tag\n"),
        ("other.json", "{\"schema\":\"visite.facts/9\",\"snapshots\":[]}"),
        ("no-list.json", "{\"schema\":\"visite.facts/1\"}"),
        ("half.json", "{\"schema\":\"visite.facts/1\",\"snapshots\":[{\"collector\":\"linux.os\"}]}"),
    ] {
        desk.write(name, text);
    }
    assert_snapshot!(desk.call(&["check", "--facts", "@empty.json"]).run(), @"
    status: 65
    ---- stderr
    Fehler: `[DIR]/empty.json` ist keine Datei mit Beobachtungen
      Ursache: kein gültiges JSON (Zeile 1, Spalte 0)
    Hinweis: So entsteht eine: visite check --save-facts DATEI
    ");
    assert_snapshot!(desk.call(&["check", "--facts", "@text.json"]).run(), @"
    status: 65
    ---- stderr
    Fehler: `[DIR]/text.json` ist keine Datei mit Beobachtungen
      Ursache: kein gültiges JSON (Zeile 1, Spalte 1)
    Hinweis: So entsteht eine: visite check --save-facts DATEI
    ");
    assert_snapshot!(desk.call(&["check", "--facts", "@other.json", "--lang", "en"]).run(), @"
    status: 65
    ---- stderr
    error: `[DIR]/other.json` is not a facts file
      cause: the schema is `visite.facts/9`, expected `visite.facts/1`
    hint: to make one: visite check --save-facts FILE
    ");
    assert_snapshot!(desk.call(&["check", "--facts", "@no-list.json"]).run(), @"
    status: 65
    ---- stderr
    Fehler: `[DIR]/no-list.json` ist keine Datei mit Beobachtungen
      Ursache: `snapshots` fehlt oder ist etwas anderes als eine Liste
    Hinweis: So entsteht eine: visite check --save-facts DATEI
    ");
    assert_snapshot!(desk.call(&["check", "--facts", "@half.json"]).run(), @"
    status: 65
    ---- stderr
    Fehler: `[DIR]/half.json` ist keine Datei mit Beobachtungen
      Ursache: `snapshots[0].observed_at` fehlt oder ist etwas anderes als eine Zeit in UTC (RFC 3339)
    Hinweis: So entsteht eine: visite check --save-facts DATEI
    ");
}

#[test]
fn what_the_schema_does_not_know_is_told_and_dropped() {
    let desk = Desk::new();
    desk.write("facts.json", super::facts().replace("\"family\": \"linux\"", "\"patient\": \"x\", \"family\": 7"));
    let answer = desk.check(&["--quiet"]);
    assert_snapshot!(answer.stderr.replace(&desk.folder.path().display().to_string(), "[DIR]"), @"`[DIR]/facts.json`: 2 Angaben wurden nicht verstanden und zählen nicht (snapshots[0].facts.host.os.patient, snapshots[0].facts.host.os.family)");
    assert_eq!(answer.status, Some(0));
}

#[test]
fn the_example_of_a_practice_file_counts() {
    let desk = Desk::new();
    desk.write("practice.yaml", EXAMPLE);
    let answer = desk.check(&["--practice", "@practice.yaml", "--format", "json"]).succeeded();
    assert_eq!(answer.json()["round"]["practice"], "Praxis Beispiel");
    assert_eq!(answer.stderr, "");
}

#[test]
fn mistakes_in_the_practice_file_are_65_with_their_places() {
    let desk = Desk::new();
    desk.write(
        "practice.yaml",
        EXAMPLE
            .replace("mode: parallel", "mode: paralel")
            .replace("people_processing_data: 7", "people_processing_data: viele"),
    );
    assert_snapshot!(desk.check(&["--practice", "@practice.yaml"]), @"
    status: 65
    ---- stderr
    Fehler: Die Praxisdatei `[DIR]/practice.yaml` hat 2 Fehler

    Fehler: [DIR]/practice.yaml:18:27: Hier steht `viele`; erwartet wird eine ganze Zahl
      18 |   people_processing_data: viele      # Personen, die ständig mit Datenverarbeitung betraut sind; Tei…

    Fehler: [DIR]/practice.yaml:25:9: Das Wort `paralel` kann hier nicht stehen
      25 |   mode: paralel                 # none (nicht angeschlossen), series (Reihe), parallel oder gateway …
    Hinweis: Meinten Sie `parallel`?
    ");
    desk.write("practice.yaml", "\u{0}\u{1}");
    assert_snapshot!(desk.check(&["--practice", "@practice.yaml", "--lang", "en"]), @r"
    status: 65
    ---- stderr
    error: the practice file `[DIR]/practice.yaml` has a mistake

    error: [DIR]/practice.yaml:1:1: a text cannot begin with `\u{0}`
      1 | \u{0}\u{1}
    hint: a text that begins with this character belongs in quotes
    ");
    desk.write("practice.yaml", b"name: \xff\n");
    assert_snapshot!(desk.check(&["--practice", "@practice.yaml"]), @"
    status: 65
    ---- stderr
    Fehler: Die Praxisdatei `[DIR]/practice.yaml` hat einen Fehler

    Fehler: [DIR]/practice.yaml:1:7: Die Datei ist nicht als UTF-8 gespeichert; dieses Zeichen ist so nicht lesbar (Byte 0xff)
    Hinweis: Speichern Sie die Datei als UTF-8; im Windows-Editor: Speichern unter, Codierung: UTF-8.
    ");
}

#[test]
fn an_earlier_round_tells_what_was_fixed_and_what_came_back() {
    let desk = Desk::new();
    let state = |arguments: &[&str], name: &str| {
        desk.check(&[arguments, &["--format", "json", "--output", &desk.arg(name)]].concat()).succeeded();
        let json: serde_json::Value = serde_json::from_str(&desk.read(name)).expect("the program wrote it");
        json["findings"][0]["state"].as_str().map(str::to_owned)
    };
    let previous = |name: &str| ["--previous".to_owned(), desk.arg(name)];
    assert_eq!(state(&[], "first.json").as_deref(), Some("open"));

    desk.write("facts.json", super::facts().replace("\"none\"", "\"set\""));
    let first = previous("first.json");
    assert_eq!(state(&first.each_ref().map(String::as_str), "second.json").as_deref(), Some("fixed"));
    assert_snapshot!(desk.check(&first.each_ref().map(String::as_str)), @"
    status: 0
    ---- stdout
    Visite · empfang-1, Beispiel-OS 1 · heute, [CLOCK]

    Bisher keine Lücke gefunden. Geprüft: 6 von 36 Punkten.
    Nicht geprüft: 26 hat noch niemand angesehen · 2 brauchen Administratorrechte:
    sudo visite check · 2 lassen sich auf diesem System nicht ablesen

    BEHOBEN
      Das Konto „praxis“ hat kein Passwort
        Gesehen heute, [CLOCK]                              account-empty-password

    Gut: 6 Punkte (visite check -v zeigt sie) · Nicht zutreffend: 1
    ");

    desk.write("facts.json", super::facts());
    let second = previous("second.json");
    assert_eq!(state(&second.each_ref().map(String::as_str), "third.json").as_deref(), Some("reopened"));
    let second = second.each_ref().map(String::as_str);
    assert_snapshot!(desk.check(&[&second[..], &["--quiet", "--fail-on", "high"]].concat()), @"
    status: 2
    ---- stdout
    Visite · empfang-1, Beispiel-OS 1 · heute, [CLOCK]
    6 von 36 Punkten geprüft · 26 hat noch niemand angesehen
    2 brauchen Administratorrechte: sudo visite check
    2 lassen sich auf diesem System nicht ablesen
    dringend: Das Konto „praxis“ hat kein Passwort            account-empty-password
    ");
}

#[test]
fn what_is_no_earlier_round_is_65() {
    let desk = Desk::new();
    assert_snapshot!(desk.check(&["--previous", "@facts.json"]), @"
    status: 65
    ---- stderr
    Fehler: `[DIR]/facts.json` ist kein Ergebnis einer früheren Visite
      Ursache: Zeile 148, Spalte 1 passt nicht dazu
    Hinweis: So entsteht eines: visite check --format json --output DATEI
    ");
}
