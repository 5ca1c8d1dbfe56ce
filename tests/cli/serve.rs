//! `visite serve`: what it prints, what answers, and what it refuses.

use super::server::Server;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

#[test]
fn the_first_start_shows_a_link_that_answers_and_the_next_one_finds_what_is_kept() {
    let folder = crate::program::shared_folder();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let (_, link) = server.address();
    assert!(link.starts_with("/invitation/"), "{}", server.greeting);
    let page = server.get(&link);
    assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
    assert!(page.to_lowercase().contains("content-security-policy: default-src 'none'"), "{page}");
    assert!(server.get("/p/somebody").starts_with("HTTP/1.1 303 "), "whoever is not signed in is asked to");
    let mode = |name: &str| std::fs::metadata(data.join(name)).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode("key"), mode("visite.db"), mode("")), (0o600, 0o600, 0o700));
    let key = std::fs::read(data.join("key")).expect("a key");
    assert_eq!(server.end(), Some(0));

    let again = Server::start(&data);
    let (_, new) = again.address();
    assert!(new.starts_with("/invitation/") && new != link, "nobody has a password yet, so a new link is made");
    assert!(!again.get(&link).starts_with("HTTP/1.1 200 "), "the old one no longer counts");
    assert_eq!(std::fs::read(data.join("key")).expect("a key"), key);
    assert_eq!(again.end(), Some(0));
}

/// Whoever starts the server and opens the link sees what Visite sees of this machine, without any setting.
#[test]
fn the_link_leads_to_a_verdict_about_this_machine() {
    let folder = crate::program::shared_folder();
    let server = Server::start(&folder.path().join("data"));
    let owner = server.owner();
    let mut page = String::new();
    for _ in 0..240 {
        page = owner.get("");
        if page.contains("Punkten geprüft") {
            break;
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    assert!(page.contains("1 von 1 Geräten erreicht") && page.contains("Punkten geprüft"), "{page}");
    assert!(page.contains("id=\"sentence\""), "{page}");
    assert_eq!(server.end(), Some(0));
}

#[test]
fn a_demo_shows_a_practice_that_is_marked_and_leaves_nothing_behind() {
    let folder = crate::program::shared_folder();
    let server = Server::demo(folder.path());
    assert!(server.greeting.starts_with("Demo: "), "{}", server.greeting);
    assert_eq!(std::fs::read_dir(folder.path()).expect("ours").count(), 1, "its folder");
    let owner = server.owner();
    let page = owner.get("");
    for text in
        ["Musterpraxis", "die Namen erfunden", "5 von 5 Geräten erreicht", "Vier Lücken sind dringend", "10 Visiten"]
    {
        assert!(page.contains(text), "no {text} in {page}");
    }
    assert!(owner.get("/network").contains("kartenterminal-empfang"));
    // It judges again when asked, and looks at nothing of this machine.
    let began = owner.post("/rounds", "");
    assert!(began.starts_with("HTTP/1.1 303 "), "{began}");
    for _ in 0..120 {
        if owner.get("/rounds").contains("11 Visiten") {
            break;
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    let page = owner.get("");
    assert!(page.contains("11 Visiten") && page.contains("5 von 5 Geräten erreicht"), "{page}");
    assert_eq!(server.end(), Some(0));
    assert_eq!(std::fs::read_dir(folder.path()).expect("ours").count(), 0, "nothing is left");
}

#[test]
fn nobody_else_reaches_a_server_that_nobody_protects() {
    let folder = crate::program::shared_folder();
    let data = folder.path().join("data");
    let call = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_visite"));
        command.args(["serve", "--data"]).arg(&data).args(arguments);
        let output = command.output().expect("the program starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (status, told) = call(&["--listen", "0.0.0.0:0", "--agent-listen", "127.0.0.1:0", "--no-plain"]);
    assert_eq!(status, Some(77), "{told}");
    assert!(told.contains("zweiten Faktor"), "{told}");
    let (status, told) = call(&["--plain-listen", "0.0.0.0:0", "--agent-listen", "127.0.0.1:0"]);
    assert_eq!(status, Some(77), "{told}");
    let (status, told) = call(&["--public-url", "http://praxis.example"]);
    assert_eq!(status, Some(65), "{told}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    let (status, told) = call(&["--listen", &taken, "--no-plain", "--agent-listen", "127.0.0.1:0"]);
    assert_eq!(status, Some(69), "{told}");
    std::fs::write(data.join("key"), "no key").expect("ours");
    let (status, told) = call(&["--no-plain"]);
    assert_eq!(status, Some(65), "{told}");
}

#[test]
fn systemd_accepts_the_units_of_the_guide() {
    let folder = crate::program::shared_folder();
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples");
    for name in ["visite.service", "visite-backup.service", "visite-backup.timer"] {
        let text = std::fs::read_to_string(examples.join(name)).expect("it is part of the repository");
        // There is no such program on the machine of a test.
        let text = text.replace("/usr/local/bin/visite", "/usr/bin/true");
        std::fs::write(folder.path().join(name), text).expect("ours");
    }
    let mut command = Command::new("systemd-analyze");
    command.args(["verify", "--man=no", "--recursive-errors=no"]);
    command
        .args(["visite.service", "visite-backup.service", "visite-backup.timer"].map(|name| folder.path().join(name)));
    let output = command.output().expect("systemd is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    // Other units of the computer may have mistakes; ours have none.
    let ours: Vec<_> = said.lines().filter(|line| line.contains("visite")).collect();
    assert!(ours.is_empty(), "{ours:?}");
}
