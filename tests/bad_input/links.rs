//! Links that lead out of the root, and circles among its folders.

use crate::program::changes;
use crate::program::shared_folder;
use crate::scratch::Scratch;
use std::fs;

/// The files by which an intruder's account would show.
const OUTSIDE: &[(&str, &str)] = &[
    ("passwd", "root:x:0:0::/root:/bin/bash\nhinaus:x:0:0::/root:/bin/bash\n"),
    ("shadow", "root::20000::::::\nhinaus::20000::::::\n"),
    ("group", "root:x:0:\nhinaus:x:0:\n"),
    ("sudoers", "hinaus ALL=(ALL) NOPASSWD: ALL\n"),
    ("os-release", "ID=hinaus\nPRETTY_NAME=hinaus\nVERSION_ID=1\n"),
    ("hostname", "hinaus\n"),
];

#[test]
fn links_are_followed_inside_the_root_only() {
    let outside = shared_folder();
    for (name, text) in OUTSIDE {
        fs::write(outside.path().join(name), text).expect("it is ours");
    }
    let dots = "../".repeat(40);
    for prefix in [String::new(), dots] {
        let scratch = Scratch::workplace();
        for (name, _) in OUTSIDE {
            scratch.remove(&format!("/etc/{name}"));
            let target = format!("{prefix}{}", outside.path().join(name).display());
            scratch.link(&format!("/etc/{name}"), target);
        }
        let answer = scratch.check(["--format", "json", "--save-facts", "/dev/stderr"]).run();
        let text = format!("{}{}", answer.stdout, answer.stderr);
        assert!(!text.contains("hinaus"), "{text}");
        assert_eq!(scratch.check(["--quiet"]).run().status, Some(0));
    }
}

#[test]
fn folders_that_lead_out_are_not_listed() {
    let outside = shared_folder();
    fs::write(outside.path().join("hinaus"), "hinaus ALL=(ALL) NOPASSWD: ALL\n").expect("it is ours");
    let scratch = Scratch::workplace();
    let before = scratch.verdicts();
    scratch.remove("/etc/sudoers.d");
    scratch.link("/etc/sudoers.d", outside.path());
    assert_eq!(changes(&before, &scratch.verdicts()), "");
}

#[test]
fn links_inside_the_root_are_followed_from_its_own_top() {
    let scratch = Scratch::workplace();
    let before = scratch.verdicts();
    for path in ["/etc/shadow", "/etc/sudoers", "/etc/dconf/db/praxis", "/usr/share/wayland-sessions/gnome.desktop"] {
        let name = path.rsplit('/').next().expect("a name");
        let place = format!("/srv/moved/{name}");
        let bytes = fs::read(scratch.path(path)).expect("it is there");
        scratch.write(&place, bytes);
        scratch.remove(path);
        scratch.link(path, &place);
    }
    assert_eq!(changes(&before, &scratch.verdicts()), "");
}

#[test]
fn folders_that_hold_themselves_are_walked_once() {
    let scratch = Scratch::workplace();
    let before = scratch.verdicts();
    for folder in
        ["/etc/sudoers.d", "/etc/pam.d", "/etc/systemd/system", "/usr/share/wayland-sessions", "/home/anna/.config"]
    {
        scratch.link(&format!("{folder}/again"), ".");
        scratch.link(&format!("{folder}/top"), "/");
    }
    assert_eq!(changes(&before, &scratch.verdicts()), "");
}
