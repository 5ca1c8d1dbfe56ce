//! An invented patient's name in every place where real ones stand: it reaches no report, no facts, no message.
//!
//! Arguments of programs, open files, print jobs, folders, documents, histories, logs, environments, full names of
//! accounts, values and comments of settings, and lines that cannot be read. The name is also looked for as hex and
//! base64, so that no encoding hides it.

mod planted;

use crate::inside::System;
use crate::program::{Answer, Call, NOBODY, is_root, shared_folder, visite, visite_as_nobody};
use crate::scratch::Scratch;
use planted::{Waiting, plant};
use std::fs;
use std::path::Path;

/// Nobody is called that.
const PATIENT: &str = "Xaver Quastenflosser";

/// How the name could show, in lower case.
fn forms() -> Vec<String> {
    let mut forms = Vec::new();
    for word in ["Quastenflosser", "quastenflosser", "QUASTENFLOSSER"] {
        forms.push(word.to_lowercase());
        forms.push(word.bytes().map(|byte| format!("{byte:02x}")).collect());
        // Where the word starts inside a group of three bytes decides how it looks.
        forms.extend((0..3).map(|before| base64_inside(word, before).to_lowercase()));
    }
    forms
}

/// The part of the base64 form (RFC 4648) that does not depend on what stands around `word`.
fn base64_inside(word: &str, before: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let skipped = (3 - before) % 3;
    let groups = word.as_bytes()[skipped..].chunks_exact(3);
    let letters = groups.flat_map(|group| {
        let bits = group.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        [18, 12, 6, 0].map(|shift| char::from(LETTERS[bits >> shift & 63]))
    });
    letters.collect()
}

fn assert_silent(what: &str, text: &str) {
    let lower = text.to_lowercase();
    for form in forms() {
        if let Some(at) = lower.find(&form) {
            let around: String =
                lower.chars().skip(lower[..at].chars().count().saturating_sub(200)).take(400).collect();
            panic!("the patient's name stands in {what}: {around}");
        }
    }
}

fn assert_silent_answer(what: &str, answer: &Answer) {
    assert!(matches!(answer.status, Some(0 | 2)), "{answer}");
    assert_silent(&format!("standard output of {what}"), &answer.stdout);
    assert_silent(&format!("standard error of {what}"), &answer.stderr);
}

/// Looks in every form, saves facts and reports, judges the facts again, and searches all of it.
fn assert_nothing_told(look: impl Fn(&[&str]) -> Call, folder: &Path, seen_at: &Path) {
    for (number, arguments) in [
        &["-v"][..],
        &["--quiet", "--lang", "en"],
        &["--format", "json"],
        &["--format", "html", "-v"],
        &["--format", "sarif"],
        &["--format", "junit"],
    ]
    .iter()
    .enumerate()
    {
        let (facts, report) = (format!("facts-{number}.json"), format!("report-{number}"));
        let at = |name: &str| seen_at.join(name).display().to_string();
        let (facts_at, report_at) = (at(&facts), at(&report));
        let saving = [*arguments, &["--save-facts", &facts_at, "--output", &report_at][..]].concat();
        assert_silent_answer(&format!("{saving:?}"), &look(&saving).run());
        assert_silent_answer(&format!("{arguments:?}"), &look(arguments).run());
        let again = visite(["check", "--facts", &folder.join(&facts).display().to_string(), "-v"]).run();
        assert_silent_answer("the facts judged again", &again);
        for name in [facts, report] {
            if let Ok(bytes) = fs::read(folder.join(&name)) {
                assert_silent(&name, &String::from_utf8_lossy(&bytes));
            }
        }
    }
    let saved = fs::read_to_string(folder.join("facts-0.json")).expect("facts were saved");
    assert!(saved.contains("\"host.accounts\""), "there was something to look at");
}

/// A folder into which everyone may write, as `/tmp` is.
fn open_folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = shared_folder();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o1777)).expect("it is ours");
    folder
}

#[test]
fn the_search_finds_the_name_in_every_form() {
    let caught = |text: &str| std::panic::catch_unwind(|| assert_silent("a test", text)).is_err();
    assert!(caught("Befund QUASTENFLOSSER.pdf"));
    assert!(caught("51756173 74656e66 6c6f73736572".replace(' ', "").as_str()));
    // `Xaver Quastenflosser`, and the same behind one and two more letters.
    for text in ["WGF2ZXIgUXVhc3RlbmZsb3NzZXI=", "eFhhdmVyIFF1YXN0ZW5mbG9zc2Vy", "eHhYYXZlciBRdWFzdGVuZmxvc3Nlcg=="] {
        assert!(caught(text), "{text}");
    }
    assert!(!caught("Das Konto „anna“ hat kein Passwort"));
}

#[test]
fn another_root_full_of_the_name() {
    let scratch = Scratch::workplace();
    plant(&scratch);
    let root = scratch.root().display().to_string();
    let arguments =
        |more: &[&str]| [&["check", "--root", &root], more].concat().into_iter().map(str::to_owned).collect::<Vec<_>>();
    let folder = open_folder();
    assert_nothing_told(|more| visite(arguments(more)).env("PATIENT", PATIENT), folder.path(), folder.path());
    let folder = open_folder();
    assert_nothing_told(|more| visite_as_nobody(arguments(more)).env("PATIENT", PATIENT), folder.path(), folder.path());
}

/// Also what cannot be read at all is told without its text.
#[test]
fn damaged_settings_full_of_the_name() {
    let scratch = Scratch::workplace();
    plant(&scratch);
    for path in planted::SETTINGS {
        scratch.append(path, &format!("\n{PATIENT} = {{ [ \" {PATIENT}:{PATIENT}:{PATIENT}\n"));
    }
    let folder = open_folder();
    let root = scratch.root().display().to_string();
    let look = |more: &[&str]| visite([&["check", "--root", &root], more].concat());
    assert_nothing_told(look, folder.path(), folder.path());
}

#[test]
fn this_computer_while_someone_works_on_the_patient() {
    let _waiting = Waiting::new();
    let folder = open_folder();
    let facts = folder.path().join("facts.json").display().to_string();
    for call in [visite, visite_as_nobody] {
        let arguments = ["check", "-v", "--save-facts", &facts];
        assert_silent_answer("this computer", &call(arguments).env("PATIENT", PATIENT).run());
        let saved = fs::read_to_string(&facts).expect("facts were saved");
        assert_silent("its facts", &saved);
        assert!(saved.contains("\"host.listening_sockets\""), "{saved}");
        fs::remove_file(&facts).expect("the folder is ours");
    }
}

#[test]
fn root_a_running_system_full_of_the_name() {
    let system = System::new();
    assert!(is_root());
    plant(&system.scratch);
    let folder = system.scratch.path("/var/tmp");
    system.scratch.write("/var/tmp/.keep", "");
    system.scratch.mode("/var/tmp", 0o1777);
    let _waiting = system.network.inside(Waiting::new);
    let look = |more: &[&str]| system.check(more.iter().copied()).env("PATIENT", PATIENT);
    assert_nothing_told(look, &folder, Path::new("/var/tmp"));
    for entry in fs::read_dir(&folder).expect("it is ours").flatten() {
        // What root wrote nobody else may replace.
        fs::remove_file(entry.path()).expect("it is ours");
    }
    let nobody = format!("--userspec={NOBODY}:{NOBODY}");
    assert_nothing_told(|more| look(more).env("CHROOT", &nobody), &folder, Path::new("/var/tmp"));
}
