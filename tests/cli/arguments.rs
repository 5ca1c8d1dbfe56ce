//! Help, version and mistakes in the arguments.

use crate::program::visite;
use insta::assert_snapshot;

#[test]
#[cfg(all(feature = "agent", feature = "scan"))]
fn the_first_page_of_help_is_german() {
    assert_snapshot!(visite(["--help"]).run(), @"
    status: 0
    ---- stdout
    Die Visite für die IT einer Arztpraxis

    Aufruf: visite [Optionen] <Befehl>

    Befehle:
      check     Diesen Computer ansehen: ohne Server, ohne Einstellungen, ohne etwas zu ändern
      scan      Ein Netz untersuchen, schonend und nur mit Freigabe: Geräte, Dienste, Lücken
      agent     Diesen Computer regelmäßig ansehen und dem Server der Praxis berichten
      serve     Den Server starten: Seiten im Browser, Verlauf, angeschlossene Computer
      backup    Alles sichern, was der Server behält; er darf dabei weiterlaufen
      restore   Einen Server aus einer Sicherung zurückholen, hier oder auf einem neuen Computer
      practice  Praxen eines Servers: auflisten, mitnehmen, löschen
      audit     Das Protokoll des Servers
      catalog   Was Visite weiß: Prüfungen, Maßnahmen, Anforderungen

    Optionen:
          --lang <SPRACHE>  Sprache der Ausgabe: de oder en [Vorgabe: de]
      -h, --help            Diese Hilfe zeigen
      -V, --version         Die Version zeigen
    ");
}

#[test]
#[cfg(all(feature = "agent", feature = "scan"))]
fn help_can_be_had_in_english() {
    assert_snapshot!(visite(["--lang", "en", "--help"]).run(), @"
    status: 0
    ---- stdout
    The ward round for a medical practice's IT

    Usage: visite [Options] <Command>

    Commands:
      check     Look at this computer: no server, no configuration, nothing is changed
      scan      Examine a network, gently and only with a permission (release): devices, services, gaps
      agent     Look at this computer regularly and report to the practice's server
      serve     Start the server: pages in the browser, history, connected computers
      backup    Save everything that the server keeps; it may go on running
      restore   Restore a server from a backup, here or on a new computer
      practice  Practices of a server: list, take along, delete
      audit     The server's audit log
      catalog   What Visite knows: checks, measures, requirements

    Options:
          --lang <LANG>  Language of the output: de or en [default: de]
      -h, --help         Show this help
      -V, --version      Show the version
    ");
    assert_snapshot!(visite(["check", "--lang", "en", "--help"]).run(), @"
    status: 0
    ---- stdout
    Look at this computer: no server, no configuration, nothing is changed

    Usage: visite check [Options]

    Options:
          --format <FORMAT>     Form of the output: text, json, sarif, junit or html [default: text]
          --output <FILE>       Write to this file instead of the screen
          --facts <FILE|DIR>    Judge recorded facts instead of this computer; may be given several
                                times
          --save-facts <FILE>   Also save what was seen to this file
          --practice <FILE>     The practice file (practice.yaml)
          --previous <FILE>     Result of the last round (JSON): shows what has been fixed or is new
                                since
          --catalog <DIR>       Lay a catalogue of your own over the embedded one; may be given several
                                times
          --root <DIR>          Look at another file system, such as a mounted disk
          --fail-on <SEVERITY>  End with 2 if something of this severity or above is found: low, medium,
                                high or critical
          --collector-script    Print a PowerShell script for Windows computers without Visite; what it
                                writes is read by --facts
          --quiet               Name gaps only, one line each
      -v, --verbose             Show for every point what the verdict rests on
          --lang <LANG>         Language of the output: de or en [default: de]
      -h, --help                Show this help
    ");
}

#[test]
fn help_for_check_names_every_argument() {
    assert_snapshot!(visite(["check", "--help"]).run(), @"
    status: 0
    ---- stdout
    Diesen Computer ansehen: ohne Server, ohne Einstellungen, ohne etwas zu ändern

    Aufruf: visite check [Optionen]

    Optionen:
          --format <FORMAT>       Format der Ausgabe: text, json, sarif, junit oder html [Vorgabe: text]
          --output <DATEI>        In diese Datei schreiben statt auf den Bildschirm
          --facts <DATEI|ORDNER>  Gespeicherte Beobachtungen beurteilen statt dieses Computers; mehrfach
                                  möglich
          --save-facts <DATEI>    Die Beobachtungen auch in dieser Datei speichern
          --practice <DATEI>      Die Praxisdatei (practice.yaml)
          --previous <DATEI>      Ergebnis der letzten Visite (JSON): zeigt, was seitdem behoben oder
                                  neu ist
          --catalog <ORDNER>      Einen eigenen Katalog über den eingebauten legen; mehrfach möglich
          --root <ORDNER>         Ein anderes Dateisystem ansehen, etwa eine eingehängte Festplatte
          --fail-on <SCHWERE>     Mit dem Rückgabewert 2 enden, wenn eine Lücke ab dieser Schwere offen
                                  ist: low, medium, high oder critical
          --collector-script      Ein PowerShell-Skript für Windows-Computer ohne Visite ausgeben; was
                                  es schreibt, liest --facts
          --quiet                 Nur Lücken nennen, eine Zeile je Lücke
      -v, --verbose               Zu jedem Punkt zeigen, worauf das Urteil beruht
          --lang <SPRACHE>        Sprache der Ausgabe: de oder en [Vorgabe: de]
      -h, --help                  Diese Hilfe zeigen
    ");
}

#[test]
fn help_for_catalog_names_every_command() {
    assert_snapshot!(visite(["catalog", "-h"]).run(), @"
    status: 0
    ---- stdout
    Was Visite weiß: Prüfungen, Maßnahmen, Anforderungen

    Aufruf: visite catalog [Optionen] <Befehl>

    Befehle:
      list      Auflisten
      show      Alles zu einer Kennung zeigen
      validate  Den Katalog prüfen: Aufbau, Kennungen, Bedingungen und alle Beispiele
      docs      Die Nachschlageseiten zum Katalog schreiben

    Optionen:
          --catalog <ORDNER>  Einen eigenen Katalog über den eingebauten legen; mehrfach möglich
          --lang <SPRACHE>    Sprache der Ausgabe: de oder en [Vorgabe: de]
      -h, --help              Diese Hilfe zeigen
    ");
}

#[test]
#[cfg(all(feature = "agent", feature = "scan"))]
fn without_a_command_the_help_is_shown_and_it_is_a_mistake() {
    assert_snapshot!(visite([""; 0]).run(), @"
    status: 64
    ---- stderr
    Die Visite für die IT einer Arztpraxis

    Aufruf: visite [Optionen] <Befehl>

    Befehle:
      check     Diesen Computer ansehen: ohne Server, ohne Einstellungen, ohne etwas zu ändern
      scan      Ein Netz untersuchen, schonend und nur mit Freigabe: Geräte, Dienste, Lücken
      agent     Diesen Computer regelmäßig ansehen und dem Server der Praxis berichten
      serve     Den Server starten: Seiten im Browser, Verlauf, angeschlossene Computer
      backup    Alles sichern, was der Server behält; er darf dabei weiterlaufen
      restore   Einen Server aus einer Sicherung zurückholen, hier oder auf einem neuen Computer
      practice  Praxen eines Servers: auflisten, mitnehmen, löschen
      audit     Das Protokoll des Servers
      catalog   Was Visite weiß: Prüfungen, Maßnahmen, Anforderungen

    Optionen:
          --lang <SPRACHE>  Sprache der Ausgabe: de oder en [Vorgabe: de]
      -h, --help            Diese Hilfe zeigen
      -V, --version         Die Version zeigen
    ");
}

#[test]
fn the_version_is_one_line() {
    assert_snapshot!(visite(["--version"]).run(), @"
    status: 0
    ---- stdout
    visite [VERSION]
    ");
}

#[test]
fn an_unknown_command_is_named_with_the_nearest_one() {
    assert_snapshot!(visite(["chek"]).run(), @"
    status: 64
    ---- stderr
    Fehler: Den Befehl `chek` gibt es nicht
    Hinweis: Meinten Sie `check`? Mehr zeigt: visite --help
    ");
    assert_snapshot!(visite(["--lang", "en", "chek"]).run(), @"
    status: 64
    ---- stderr
    error: there is no command `chek`
    hint: did you mean `check`? For more: visite --lang en --help
    ");
    assert_snapshot!(visite(["fernwartung"]).run(), @"
    status: 64
    ---- stderr
    Fehler: Den Befehl `fernwartung` gibt es nicht
    Hinweis: Mehr zeigt: visite --help
    ");
    assert_snapshot!(visite(["catalog", "lst"]).run(), @"
    status: 64
    ---- stderr
    Fehler: Den Befehl `lst` gibt es nicht
    Hinweis: Meinten Sie `list`? Mehr zeigt: visite --help
    ");
}

#[test]
fn an_unknown_argument_is_named_with_the_nearest_one() {
    assert_snapshot!(visite(["check", "--qiet"]).run(), @"
    status: 64
    ---- stderr
    Fehler: Die Angabe `--qiet` gibt es hier nicht
    Hinweis: Meinten Sie `--quiet`? Mehr zeigt: visite --help
    ");
    assert_snapshot!(visite(["check", "/etc"]).run(), @"
    status: 64
    ---- stderr
    Fehler: Die Angabe `/etc` gibt es hier nicht
    Hinweis: Mehr zeigt: visite --help
    ");
    assert_snapshot!(visite(["check", "-x", "--lang=en"]).run(), @"
    status: 64
    ---- stderr
    error: there is no argument `-x` here
    hint: for more: visite --lang en --help
    ");
}

#[test]
#[cfg(feature = "scan")]
fn the_form_of_nmap_needs_a_scan() {
    assert_snapshot!(visite(["check", "--format", "xml"]).run(), @"
    status: 64
    ---- stderr
    Fehler: `xml` passt nicht zu `--format <FORMAT>`; möglich sind: text, json, sarif, junit, html
    Hinweis: Diese Form gibt es nur bei: visite scan --format xml
    ");
}

#[test]
fn an_unknown_value_is_named_with_the_possible_ones() {
    assert_snapshot!(visite(["check", "--format", "yaml"]).run(), @"
    status: 64
    ---- stderr
    Fehler: `yaml` passt nicht zu `--format <FORMAT>`; möglich sind: text, json, sarif, junit, html
    Hinweis: Mehr zeigt: visite --help
    ");
    assert_snapshot!(visite(["check", "--fail-on", "severe"]).run(), @"
    status: 64
    ---- stderr
    Fehler: `severe` passt nicht zu `--fail-on <SCHWERE>`; möglich sind: low, medium, high, critical
    Hinweis: Mehr zeigt: visite --help
    ");
    assert_snapshot!(visite(["check", "--lang", "fr"]).run(), @"
    status: 64
    ---- stderr
    Fehler: `fr` passt nicht zu `--lang <SPRACHE>`; möglich sind: de, en
    Hinweis: Mehr zeigt: visite --help
    ");
    assert_snapshot!(visite(["catalog", "list", "doctors"]).run(), @"
    status: 64
    ---- stderr
    Fehler: `doctors` passt nicht zu `[WAS]`; möglich sind: checks, measures, requirements, lifecycles, services
    Hinweis: Mehr zeigt: visite --help
    ");
}

#[test]
fn a_missing_value_is_a_mistake() {
    assert_snapshot!(visite(["check", "--facts"]).run(), @"
    status: 64
    ---- stderr
    Fehler: Zu `--facts <DATEI|ORDNER>` fehlt der Wert
    Hinweis: Mehr zeigt: visite --help
    ");
    assert_snapshot!(visite(["catalog", "show"]).run(), @"
    status: 64
    ---- stderr
    Fehler: Es fehlt: <KENNUNG>
    Hinweis: Mehr zeigt: visite --help
    ");
    assert_snapshot!(visite(["catalog", "docs"]).run(), @"
    status: 64
    ---- stderr
    Fehler: Es fehlt: --output <ORDNER>
    Hinweis: Mehr zeigt: visite --help
    ");
}

#[test]
fn what_excludes_each_other_is_told() {
    assert_snapshot!(visite(["check", "--root", "/", "--facts", "x"]).run(), @"
    status: 64
    ---- stderr
    Fehler: `--root <ORDNER>` und `--facts <DATEI|ORDNER>` gehen nicht zusammen
    Hinweis: Mehr zeigt: visite --help
    ");
    assert_snapshot!(visite(["check", "--quiet", "-v"]).run(), @"
    status: 64
    ---- stderr
    Fehler: `--quiet` und `--verbose` gehen nicht zusammen
    Hinweis: Mehr zeigt: visite --help
    ");
    assert_snapshot!(visite(["check", "--format", "json", "--format", "html"]).run(), @"
    status: 64
    ---- stderr
    Fehler: `--format <FORMAT>` steht mehrmals da
    Hinweis: Mehr zeigt: visite --help
    ");
}

#[test]
fn bytes_that_are_no_text_are_a_mistake() {
    use std::os::unix::ffi::OsStrExt;
    let bytes = std::ffi::OsStr::from_bytes(b"--\xff");
    assert_eq!(visite([std::ffi::OsStr::new("check"), bytes]).run().status, Some(64));
    let lang = std::ffi::OsStr::from_bytes(b"\xff");
    assert_eq!(visite([std::ffi::OsStr::new("--lang"), lang]).run().status, Some(64));
}

#[test]
fn help_may_be_asked_for_like_a_command() {
    let same = |one: &[&str], other: &[&str]| {
        let (one, other) = (visite(one).run().succeeded(), visite(other).run().succeeded());
        assert_eq!((&one.stdout, one.stderr.as_str()), (&other.stdout, ""));
    };
    same(&["help"], &["--help"]);
    same(&["help", "check"], &["check", "--help"]);
    same(&["--lang", "en", "help", "catalog", "list"], &["catalog", "list", "--lang", "en", "-h"]);
    same(&["catalog", "help", "show"], &["catalog", "show", "--help"]);
    assert_snapshot!(visite(["help", "chek"]).run(), @"
    status: 64
    ---- stderr
    Fehler: Den Befehl `chek` gibt es nicht
    Hinweis: Meinten Sie `check`? Mehr zeigt: visite --help
    ");
}
