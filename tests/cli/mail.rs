//! Mails go to a real mail server, encrypted, and to no other than the one that was meant.

use super::server::{Owner, Server};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// A mail server that ends with the test.
struct MailServer {
    child: Child,
    port: String,
    lines: Receiver<String>,
    _input: ChildStdin,
}

impl MailServer {
    fn start(mode: &str, (certificate, key): &(PathBuf, PathBuf)) -> Self {
        // Debian's Python, which Debian's aiosmtpd belongs to.
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cli/mail_server.py");
        let mut child = Command::new("/usr/bin/python3")
            .args([program, mode])
            .args([certificate, key])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3-aiosmtpd is installed");
        let mut output = BufReader::new(child.stdout.take().expect("piped"));
        let mut port = String::new();
        output.read_line(&mut port).expect("a port");
        let (sender, lines) = channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { _input: child.stdin.take().expect("piped"), child, port: port.trim().to_owned(), lines }
    }

    /// What it says next.
    fn said(&self) -> serde_json::Value {
        let line = self.lines.recv_timeout(Duration::from_secs(30)).expect("it says something");
        serde_json::from_str(&line).expect("JSON")
    }

    /// Ends it; what it said and nobody asked for.
    fn end(mut self) -> Vec<String> {
        self.child.kill().expect("ours");
        self.child.wait().expect("it ends");
        self.lines.iter().collect()
    }
}

/// An authority and a certificate for `localhost`, as files: the authority's, and the pair of the server.
fn certificates(folder: &Path, name: &str) -> (PathBuf, (PathBuf, PathBuf)) {
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut parameters = rcgen::CertificateParams::default();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
    let authority = parameters.self_signed(&key).expect("an authority");
    let issuer = rcgen::Issuer::new(parameters, key);
    let own = rcgen::KeyPair::generate().expect("a key");
    let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let certificate = certificate.signed_by(&own, &issuer).expect("a certificate");
    let file = |kind: &str, text: &str| {
        let path = folder.join(format!("{name}-{kind}.pem"));
        std::fs::write(&path, text).expect("ours");
        path
    };
    let pair = (file("certificate", &certificate.pem()), file("key", &own.serialize_pem()));
    (file("authority", &authority.pem()), pair)
}

/// Sets the mail server and tries it; the answer of the server.
fn tried(owner: &Owner<'_>, security: &str, port: &str, password: &str) -> String {
    let form = format!(
        "host=localhost&security={security}&port={port}&from=visite%40praxis.example&user=visite&password={password}"
    );
    let set = owner.post("/mail", &form);
    assert!(set.contains("location: /mail?done=saved"), "{set}");
    owner.post("/mail/try", "")
}

#[test]
fn mails_are_handed_over_encrypted_to_the_server_that_was_meant() {
    let folder = crate::program::shared_folder();
    let (authority, pair) = certificates(folder.path(), "house");
    let (_, strange) = certificates(folder.path(), "other");
    let server = Server::start_trusting(&folder.path().join("data"), &authority);
    let mut owner = server.owner();
    owner.practice = String::new();
    let person = owner.post("/account/person", "name=Anna&email=anna%40praxis.example&language=de");
    assert!(person.starts_with("HTTP/1.1 303 "), "{person}");

    for mode in ["tls", "starttls"] {
        let mails = MailServer::start(mode, &pair);
        let answer = tried(&owner, mode, &mails.port, "lampe+regen");
        assert!(answer.contains("location: /mail?done=tried"), "{mode}: {answer}");
        assert_eq!(mails.said(), serde_json::json!({ "name": "visite", "password": "lampe regen" }), "{mode}");
        let taken = mails.said();
        assert_eq!(taken["to"], serde_json::json!(["anna@praxis.example"]), "{mode}");
        let message = taken["message"].as_str().unwrap_or_default().to_owned();
        assert!(
            message.contains("From: visite@praxis.example") && message.contains("Subject: Visite: Probe"),
            "{message}"
        );
        assert_eq!(mails.end(), Vec::<String>::new(), "{mode}: one mail");

        // A wrong password is told; the password itself is not.
        let mails = MailServer::start(mode, &pair);
        let answer = tried(&owner, mode, &mails.port, "anders");
        assert!(answer.contains("Der Mailserver hat die Nachricht nicht angenommen"), "{mode}: {answer}");
        assert!(answer.contains("535") && !answer.contains("anders"), "{mode}: {answer}");
        drop(mails.end());

        // Whoever only calls himself so gets neither password nor mail.
        let mails = MailServer::start(mode, &strange);
        let answer = tried(&owner, mode, &mails.port, "lampe+regen");
        assert!(answer.contains("Zertifikat"), "{mode}: {answer}");
        assert_eq!(mails.end(), Vec::<String>::new(), "{mode}");
    }

    // A server that offers no encryption gets nothing either.
    let mails = MailServer::start("plain", &pair);
    for mode in ["tls", "starttls"] {
        let answer = tried(&owner, mode, &mails.port, "lampe+regen");
        assert!(answer.contains("Der Mailserver ist so nicht zu erreichen"), "{mode}: {answer}");
    }
    assert_eq!(mails.end(), Vec::<String>::new());

    // One that takes the call and says nothing holds nobody up.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let answer = tried(&owner, "starttls", &silent.local_addr().expect("ours").port().to_string(), "lampe+regen");
    assert!(answer.contains("Der Mailserver antwortet nicht"), "{answer}");
    assert_eq!(server.end(), Some(0));
}
