//! Where results go: files, pipes that close early, full disks.

use super::Desk;
use crate::program::visite_as_nobody;
use insta::assert_snapshot;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;

#[test]
fn files_are_for_their_owner_only() {
    let desk = Desk::new();
    desk.check(&["--output", "@report.txt", "--save-facts", "@saved.json"]).succeeded();
    assert!(desk.read("report.txt").contains("praxis"));
    for name in ["report.txt", "saved.json"] {
        assert_eq!(
            fs::metadata(desk.path(name)).expect("it was written").permissions().mode() & 0o777,
            0o600,
            "{name}"
        );
    }
}

#[test]
fn a_report_in_a_file_leaves_standard_output_empty_and_replaces_the_old_one() {
    let desk = Desk::new();
    desk.write("report.json", "old");
    assert_snapshot!(desk.check(&["--format", "json", "--output", "@report.json"]), @"status: 0");
    assert!(desk.read("report.json").starts_with("{\n"));
    let left: Vec<_> =
        fs::read_dir(desk.folder.path()).expect("ours").map(|entry| entry.expect("ours").file_name()).collect();
    assert_eq!(left.len(), 2, "nothing half-written is left: {left:?}");
}

#[test]
fn a_pipe_stays_a_pipe_and_a_link_is_not_followed() {
    let desk = Desk::new();
    let pipe = desk.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("coreutils");
    assert!(made.success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).expect("the pipe is read")
    });
    desk.check(&["--output", "@pipe"]).succeeded();
    assert!(reader.join().expect("it ends").contains("praxis"));
    assert!(std::os::unix::fs::FileTypeExt::is_fifo(&fs::metadata(&pipe).expect("it is there").file_type()));

    desk.write("target.txt", "untouched");
    std::os::unix::fs::symlink(desk.path("target.txt"), desk.path("link.txt")).expect("ours");
    assert_eq!(desk.check(&["--output", "@link.txt"]).status, Some(73));
    assert_eq!(desk.read("target.txt"), "untouched");
}

#[test]
fn results_never_overwrite_each_other_nor_what_is_read() {
    let desk = Desk::new();
    let twice = desk.check(&["--output", "@one.json", "--save-facts", "@./one.json"]);
    assert_eq!(twice.status, Some(64), "{}", twice.stderr);
    let before = desk.read("facts.json");
    assert_eq!(desk.check(&["--output", "@facts.json"]).status, Some(64));
    assert_eq!(desk.read("facts.json"), before);
}

#[test]
fn a_file_that_cannot_be_made_is_73() {
    let desk = Desk::new();
    assert_snapshot!(desk.check(&["--output", "@no/folder/report.txt"]), @"
    status: 73
    ---- stderr
    Fehler: `[DIR]/no/folder/report.txt` lässt sich nicht schreiben
      Ursache: das gibt es nicht
    Hinweis: Wählen Sie einen Ordner, in den Sie schreiben dürfen.
    ");
    assert_snapshot!(desk.check(&["--save-facts", "@facts.json/saved.json", "--lang", "en"]), @"
    status: 73
    ---- stderr
    error: cannot write `[DIR]/facts.json/saved.json`
      cause: a part of the path is not a directory
    hint: choose a directory that you may write to
    ");
    let closed = visite_as_nobody(["check", "--facts", &desk.arg("facts.json"), "--output", &desk.arg("report.txt")]);
    fs::set_permissions(desk.folder.path(), fs::Permissions::from_mode(0o555)).expect("ours");
    assert_snapshot!(closed.hide(desk.folder.path(), "[DIR]").run(), @"
    status: 73
    ---- stderr
    Fehler: `[DIR]/report.txt` lässt sich nicht schreiben
      Ursache: dafür fehlt die Berechtigung
    Hinweis: Wählen Sie einen Ordner, in den Sie schreiben dürfen.
    ");
    fs::set_permissions(desk.folder.path(), fs::Permissions::from_mode(0o755)).expect("ours");
}

#[test]
fn a_folder_is_no_file_to_write_to() {
    let desk = Desk::new();
    fs::create_dir(desk.path("folder")).expect("ours");
    assert_eq!(desk.check(&["--output", "@folder"]).status, Some(73));
    assert_eq!(desk.check(&["--output", "/"]).status, Some(73));
    assert_eq!(desk.check(&["--output", ".."]).status, Some(73));
    assert_eq!(fs::read_dir(desk.path("folder")).expect("ours").count(), 0);
}

#[test]
fn a_reader_that_stops_early_is_no_failure() {
    let desk = Desk::new();
    for arguments in [
        &["check", "--facts", "@facts.json", "--format", "html"][..],
        &["check", "--facts", "@facts.json", "--fail-on", "critical", "-v"],
        &["catalog", "list"],
        &["catalog", "validate", "--open"],
        &["--help"],
    ] {
        let (reader, writer) = std::io::pipe().expect("the system gives pipes");
        drop(reader);
        let answer = desk.call(arguments).stdout(writer).run();
        let expected = if arguments.contains(&"--fail-on") { 2 } else { 0 };
        assert_eq!((answer.status, answer.stderr.as_str()), (Some(expected), ""), "{arguments:?}");
    }
}

#[test]
fn the_first_lines_can_be_taken_alone() {
    let desk = Desk::new();
    let (mut reader, writer) = std::io::pipe().expect("the system gives pipes");
    let mut call = desk.call(&["check", "--facts", "@facts.json", "--format", "html"]).stdout(writer);
    let child = call.spawn();
    // The other end of the pipe is the program's alone, so that it breaks when we stop reading.
    drop(call);
    let mut start = [0; 15];
    reader.read_exact(&mut start).expect("the page starts");
    drop(reader);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    assert_eq!(&start, b"<!DOCTYPE html>");
}

#[test]
fn a_full_disk_is_74() {
    let desk = Desk::new();
    let full = || File::options().write(true).open("/dev/full").expect("every Linux has it");
    assert_snapshot!(desk.call(&["check", "--facts", "@facts.json"]).stdout(full()).run(), @"
    status: 74
    ---- stderr
    Fehler: Die Ausgabe lässt sich nicht schreiben
      Ursache: der Datenträger ist voll
    ");
    assert_snapshot!(desk.call(&["catalog", "list", "--lang", "en"]).stdout(full()).run(), @"
    status: 74
    ---- stderr
    error: cannot write to standard output
      cause: the disk is full
    ");
}
