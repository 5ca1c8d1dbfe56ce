//! Layers of the catalogue that are broken.

use crate::program::{Answer, shared_folder, visite};
use insta::assert_snapshot;
use std::fs;
use std::os::unix::fs::symlink;
use tempfile::TempDir;

const CHECK: &str = include_str!("../../catalog/checks/network/firewall-missing/check.yaml");
const CASES: &str = include_str!("../../catalog/checks/network/firewall-missing/cases.yaml");

/// A layer with these files.
fn layer(files: &[(&str, &str)]) -> TempDir {
    let folder = shared_folder();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it has one")).expect("it is ours");
        fs::write(path, text).expect("it is ours");
    }
    folder
}

fn validate(layer: &TempDir) -> Answer {
    visite(["catalog", "validate", "--catalog", &layer.path().display().to_string()]).hide(layer.path(), "[DIR]").run()
}

#[test]
fn an_empty_layer_changes_nothing() {
    let layer = layer(&[("notes.txt", "\u{0}"), ("README.md", "- [")]);
    assert_eq!(validate(&layer).status, Some(0));
}

#[test]
fn replacing_what_is_not_there_or_was_another() {
    let check = |line: &str| format!("{CHECK}\n{line}\n");
    let with = |text: &str| {
        layer(&[
            ("checks/network/firewall-missing/check.yaml", text),
            ("checks/network/firewall-missing/cases.yaml", CASES),
        ])
    };
    assert_snapshot!(validate(&with(CHECK)), @"
    status: 65
    ---- stderr
    Fehler: Der Katalog hat einen Fehler

    Fehler: checks/network/firewall-missing/check.yaml: `firewall-missing` exists in the layer `embedded`
    Hinweis: to replace it after comparing both, write `replaces: firewall-missing@[HASH]`
    ");
    assert_snapshot!(validate(&with(&check("replaces: firewall-missing@sha256:0000"))), @"
    status: 65
    ---- stderr
    Fehler: Der Katalog hat einen Fehler

    Fehler: checks/network/firewall-missing/check.yaml: `firewall-missing` exists in the layer `embedded`
    Hinweis: to replace it after comparing both, write `replaces: firewall-missing@[HASH]`
    ");
    assert_snapshot!(validate(&with(&check("replaces: no-such-check@sha256:0000"))), @"
    status: 65
    ---- stderr
    Fehler: Der Katalog hat einen Fehler

    Fehler: checks/network/firewall-missing/check.yaml: `firewall-missing` exists in the layer `embedded`
    Hinweis: to replace it after comparing both, write `replaces: firewall-missing@[HASH]`
    ");
}

#[test]
fn texts_that_are_no_yaml() {
    assert_snapshot!(validate(&layer(&[("measures/x.yaml", "a: [\n")])), @"
    status: 65
    ---- stderr
    Fehler: Der Katalog hat einen Fehler

    Fehler: measures/x.yaml:1:1: Den Schlüssel `a` gibt es hier nicht
      1 | a: [
    Hinweis: Hier möglich: `id`, `replaces`, `title`, `action`, `effort_minutes`, `cost`, `who`, `owner`, `team`, `provider`
    ");
    assert_snapshot!(validate(&layer(&[("measures/x.yaml", "\u{0}\u{1}\u{2}")])), @r"
    status: 65
    ---- stderr
    Fehler: Der Katalog hat einen Fehler

    Fehler: measures/x.yaml:1:1: Ein Text kann nicht mit `\u{0}` beginnen
      1 | \u{0}\u{1}\u{2}
    Hinweis: Ein Text, der mit diesem Zeichen beginnt, gehört in Anführungszeichen.
    ");
    let bombs = "a: &a [x,x,x,x,x,x,x,x]\n".to_owned()
        + &('b'..='k')
            .zip('a'..='j')
            .map(|(name, last)| {
                format!("{name}: &{name} [*{last},*{last},*{last},*{last},*{last},*{last},*{last},*{last}]\n")
            })
            .collect::<String>();
    assert_eq!(validate(&layer(&[("measures/x.yaml", &bombs)])).status, Some(65));
    assert_eq!(validate(&layer(&[("measures/x.yaml", &"[".repeat(100_000))])).status, Some(65));
}

#[test]
fn bytes_that_are_no_text() {
    let layer = layer(&[]);
    fs::write(layer.path().join("x.yaml"), [0xff, 0xfe]).expect("it is ours");
    assert_snapshot!(validate(&layer), @"
    status: 65
    ---- stderr
    Fehler: `[DIR]/x.yaml` lässt sich nicht lesen
      Ursache: stream did not contain valid UTF-8
    ");
}

#[test]
fn circles_of_links_are_not_walked() {
    let layer = layer(&[]);
    symlink(".", layer.path().join("again")).expect("it is ours");
    symlink("self.yaml", layer.path().join("self.yaml")).expect("it is ours");
    symlink("/etc", layer.path().join("etc")).expect("it is ours");
    assert_eq!(validate(&layer).status, Some(0));
}

#[test]
fn a_pipe_is_not_waited_for() {
    let layer = layer(&[]);
    crate::scratch::run(std::process::Command::new("mkfifo").arg(layer.path().join("pipe.yaml")));
    assert_eq!(validate(&layer).status, Some(0));
}

#[test]
fn a_file_too_large() {
    let layer = layer(&[]);
    fs::File::create(layer.path().join("x.yaml")).and_then(|file| file.set_len(5 << 20)).expect("it is ours");
    assert_snapshot!(validate(&layer), @"
    status: 65
    ---- stderr
    Fehler: `[DIR]/x.yaml` ist zu groß für einen Katalog
    ");
}

#[test]
fn a_layer_that_is_a_file_or_missing() {
    let layer = layer(&[("x.yaml", "")]);
    let call = |name: &str| {
        let path = layer.path().join(name).display().to_string();
        visite(["catalog", "list", "--catalog", &path]).hide(layer.path(), "[DIR]").run()
    };
    assert_snapshot!(call("x.yaml"), @"
    status: 65
    ---- stderr
    Fehler: `[DIR]/x.yaml` lässt sich nicht lesen
      Ursache: ein Teil des Pfads ist kein Ordner
    ");
    assert_snapshot!(call("nothing"), @"
    status: 66
    ---- stderr
    Fehler: `[DIR]/nothing` lässt sich nicht lesen
      Ursache: das gibt es nicht
    ");
}
