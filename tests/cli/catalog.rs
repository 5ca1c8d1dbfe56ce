//! `visite catalog`.

use super::Desk;
use crate::program::visite;
use insta::assert_snapshot;
use std::fs;

/// The lines of standard output that start with `start`.
fn lines(arguments: &[&str], start: &str) -> String {
    let answer = visite(arguments).run().succeeded();
    assert_eq!(answer.stderr, "");
    answer.stdout.lines().filter(|line| line.starts_with(start)).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_listing_has_one_line_each() {
    // The width of the first column follows the longest id, which says nothing here.
    let narrow =
        |arguments: &[&str], start: &str| lines(arguments, start).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_snapshot!(narrow(&["catalog", "list"], "firewall-missing"), @"firewall-missing medium Firewall auf diesem Computer");
    assert_snapshot!(narrow(&["catalog", "list", "--lang", "en"], "firewall-missing"), @"firewall-missing medium Firewall on this computer");
    assert_snapshot!(narrow(&["catalog", "list", "measures"], "firewall-enable"), @"firewall-enable Die Firewall auf diesem Computer einschalten");
    assert_snapshot!(narrow(&["catalog", "list", "services"], "mllp"), @"mllp Medizinische Nachrichten (HL7)");
    assert_snapshot!(lines(&["catalog", "list", "requirements"], "KBV-390-A1-31"), @"KBV-390-A1-31  Sichere Grundeinstellung mobiler Geräte");
    assert_snapshot!(lines(&["catalog", "list", "lifecycles"], "debian").lines().next().unwrap_or_default(), @"debian          2030-06-30 Debian 13 (trixie)");
}

#[test]
fn everything_listed_can_be_shown() {
    for what in ["checks", "measures", "requirements"] {
        let list = visite(["catalog", "list", what]).run().succeeded().stdout;
        // One of each kind: each page is one run of the program.
        let id = list.lines().last().and_then(|line| line.split(' ').next()).expect("the list is not empty");
        let page = visite(["catalog", "show", id]).run().succeeded();
        assert!(page.stdout.contains(id), "{page}");
        assert!(visite(["catalog", "show", id, "--lang", "en"]).run().succeeded().stdout != page.stdout);
    }
}

#[test]
fn what_is_not_there_is_named_with_the_nearest() {
    assert_snapshot!(visite(["catalog", "show", "firewall-mising"]).run(), @"
    status: 66
    ---- stderr
    Fehler: Im Katalog gibt es `firewall-mising` nicht
    Hinweis: Meinten Sie `firewall-missing`?
    ");
    assert_snapshot!(visite(["catalog", "show", "", "--lang", "en"]).run(), @"
    status: 66
    ---- stderr
    error: there is no `` in the catalogue
    hint: to see all ids: visite catalog list
    ");
}

#[test]
fn the_embedded_catalogue_is_valid() {
    let answer = visite(["catalog", "validate"]).run().succeeded();
    assert_eq!(answer.stderr, "");
    let words: Vec<&str> =
        answer.stdout.lines().filter_map(|line| line.trim().split_once(' ')).map(|(_, word)| word).collect();
    let expected =
        ["Prüfungen", "Beispiele", "Maßnahmen", "Anforderungen", "Versionen mit Supportende", "Dienste", "TCP-Ports"];
    assert_eq!(words, expected);
}

#[test]
fn what_is_still_open_is_listed_on_demand() {
    let text = visite(["catalog", "validate", "--open", "--lang", "en"]).run().succeeded().stdout;
    assert!(text.contains("named, but not there yet:\n"), "{text}");
    assert!(text.lines().filter(|line| line.starts_with("      check ")).count() > 10, "{text}");
}

#[test]
fn the_reference_is_written_to_a_folder() {
    let desk = Desk::new();
    assert_snapshot!(desk.call(&["catalog", "docs", "--output", "@docs/new"]).run(), @"status: 0");
    let mut found: Vec<String> = fs::read_dir(desk.path("docs/new"))
        .expect("it was made")
        .map(|entry| entry.expect("ours").file_name().to_string_lossy().into_owned())
        .collect();
    found.sort();
    assert_snapshot!(found.join("\n"), @"
    README.md
    checks
    facts.md
    frameworks
    measures
    ports.md
    services.md
    ");
    // A file stands where the folder should be.
    assert_snapshot!(desk.call(&["catalog", "docs", "--output", "@facts.json"]).run(), @"
    status: 73
    ---- stderr
    Fehler: `[DIR]/facts.json` lässt sich nicht schreiben
      Ursache: das gibt es schon
    Hinweis: Wählen Sie einen Ordner, in den Sie schreiben dürfen.
    ");
}
