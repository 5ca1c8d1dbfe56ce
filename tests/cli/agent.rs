//! `visite agent` before there is a server: what it refuses, and what it writes.

use super::Desk;
use crate::program::visite;
use insta::assert_snapshot;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

/// A token as servers make it.
const TOKEN: &str =
    "visite1070707070707070707070707070707076e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01dfa3c95ac";

fn agent(desk: &Desk, arguments: &[&str]) -> crate::program::Answer {
    let data = desk.arg("agent");
    desk.call(&[&["agent", "--data", &data], arguments].concat()).run()
}

#[test]
fn a_computer_that_is_not_enrolled_is_told_how() {
    let desk = Desk::new();
    let run = agent(&desk, &["run"]);
    assert_snapshot!(run, @r"
    status: 66
    ---- stderr
    Fehler: Dieser Computer ist nicht angemeldet
    Hinweis: Erzeugen Sie auf der Seite „Verbundene Computer“ ein Token, dann: visite agent enroll URL TOKEN
    ");
    assert_eq!(agent(&desk, &["status"]).to_string(), run.to_string());
    assert!(!desk.path("agent").exists(), "whoever only asks leaves nothing behind");
}

#[test]
fn nothing_is_installed_on_a_medical_device_without_its_manufacturer() {
    let desk = Desk::new();
    let enroll = ["enroll", "https://127.0.0.1:1", TOKEN];
    assert_snapshot!(agent(&desk, &enroll), @r"
    status: 66
    ---- stderr
    Fehler: Es fehlt, ob dieser Computer zu einem Medizinprodukt gehört
    Hinweis: Ergänzen Sie: --medical-device no (oder yes)
    ");
    assert_snapshot!(agent(&desk, &[&enroll[..], &["--medical-device", "yes", "--lang", "en"]].concat()), @r#"
    status: 77
    ---- stderr
    error: nothing is installed on a medical device without its manufacturer's approval
    hint: ask the manufacturer for a written approval, then: --manufacturer-approval "who, what, when"
    "#);
    let install = ["install", "--root", "@root", "--medical-device", "yes", "--manufacturer-approval", " "];
    assert_eq!(agent(&desk, &install).status, Some(77));
    assert!(!desk.path("root").exists());
}

#[test]
fn a_token_with_a_slip_is_refused_and_never_repeated() {
    let desk = Desk::new();
    let damaged = &TOKEN[..TOKEN.len() - 1];
    for (token, status) in [(damaged, 65), ("secret", 65)] {
        let answer = agent(&desk, &["enroll", "https://127.0.0.1:1", token, "--medical-device", "no"]);
        assert_eq!(answer.status, Some(status), "{answer}");
        assert!(!answer.stderr.contains(token), "{answer}");
    }
    let answer = agent(&desk, &["enroll", "praxis-server", TOKEN, "--medical-device", "no"]);
    assert_eq!(answer.status, Some(65), "{answer}");
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let desk = Desk::new();
    let port = TcpListener::bind("127.0.0.1:0").and_then(|nobody| nobody.local_addr()).expect("a port").port();
    let url = format!("https://127.0.0.1:{port}");
    let answer = agent(&desk, &["enroll", &url, TOKEN, "--medical-device", "no"]);
    assert_eq!(answer.status, Some(69), "{answer}");
    assert!(answer.stderr.contains("antwortet nicht"), "{answer}");
    assert!(!answer.stderr.contains(TOKEN), "{answer}");
}

#[test]
fn the_service_is_written_for_a_package_and_removed() {
    let desk = Desk::new();
    let install = ["install", "--root", "@root", "--program", "/usr/bin/visite", "--medical-device", "no"];
    assert_snapshot!(agent(&desk, &install), @r"
    status: 0
    ---- stdout
    Geschrieben: [DIR]/root/etc/systemd/system/visite-agent.service
    ");
    let path = desk.path("root/etc/systemd/system/visite-agent.service");
    let unit = fs::read_to_string(&path).expect("written");
    assert!(unit.contains("ExecStart=/usr/bin/visite agent run --data "), "{unit}");
    assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o644);
    assert_snapshot!(agent(&desk, &["uninstall", "--root", "@root"]), @r"
    status: 0
    ---- stdout
    Entfernt: [DIR]/root/etc/systemd/system/visite-agent.service. Schlüssel und Ablage sind noch da.
    ");
    assert!(!path.exists());
    assert_eq!(agent(&desk, &["uninstall", "--root", "@root"]).status, Some(66));
}

#[test]
fn a_relay_says_what_it_does_not_and_ends_when_asked() {
    let mut call = visite(["agent", "relay", "--listen", "127.0.0.1:0", "--server", "https://praxis-server"]);
    let mut child = call.spawn();
    let mut line = String::new();
    let stderr = child.stderr.take().expect("piped");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stderr), &mut line).expect("it says something");
    assert!(line.contains("https://praxis-server:8444") && line.contains("verschlüsselt"), "{line}");
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it is ours");
    assert_eq!(child.wait().expect("it ended").code(), Some(0));
}
