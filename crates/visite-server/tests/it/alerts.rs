//! Alerts on their whole way: from a round to a mail server that speaks SMTP, once, and over when it is measured.

use crate::jobs::Node;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use visite_facts::facts::{Account, Backup, MalwareProtection};
use visite_facts::{
    AssessedSubject, Assessment, Collection, Completeness, Known, Snapshot, Subject, SubjectId, SubjectKind,
    UnknownReason, Word,
};
use visite_server::alerts::decide::{Cause, decide};
use visite_server::alerts::mail;
use visite_server::jobs::judge::judge;
use visite_store::{AgentId, DeliveredSnapshot, Delivery, NewAgent};

/// A mail server for plain SMTP with AUTH PLAIN; keeps each dialogue as it was said.
fn mail_server() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = told.clone();
    // Ends with the tests.
    std::thread::spawn(move || {
        for stream in listener.incoming().take(20) {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let mut said = String::new();
            let mut in_data = false;
            let _ = stream.write_all(b"220 mail.example ESMTP\r\n");
            for line in lines {
                said.push_str(&line);
                said.push('\n');
                let answer = match line.as_str() {
                    "." if in_data => {
                        in_data = false;
                        kept.lock().unwrap().push(std::mem::take(&mut said));
                        "250 kept"
                    }
                    _ if in_data => continue,
                    "DATA" => {
                        in_data = true;
                        "354 go on"
                    }
                    "QUIT" => "221 bye",
                    line if line.starts_with("EHLO") => "250-mail.example\r\n250 AUTH PLAIN",
                    line if line.starts_with("AUTH PLAIN") => "235 welcome",
                    _ => "250 ok",
                };
                if stream.write_all(format!("{answer}\r\n").as_bytes()).is_err() {
                    break;
                }
            }
        }
    });
    (port, told)
}

async fn set(node: &Node, name: &str, value: &str) {
    node.app.store().set_setting(&node.event(), name, Some(value)).await.unwrap();
}

async fn computer(node: &Node, name: &str) {
    let new = NewAgent {
        id: AgentId::new(name).unwrap(),
        name: "Empfang".into(),
        serial: "00".into(),
        expires_at: node.app.now() + SignedDuration::from_hours(24 * 300),
        version: "0".into(),
        medical_device: false,
    };
    node.practice().create_agent(&node.event(), &new).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_mail_a_cause_and_over_when_it_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::with_practice(folder.path()).await;
    let (port, told) = mail_server();
    computer(&node, "pc1").await;
    computer(&node, "pc2").await;
    set(&node, mail::PORT, &port.to_string()).await;
    set(&node, mail::SECURITY, "none").await;
    set(&node, mail::FROM, "Visite <visite@praxis.example>").await;
    set(&node, mail::USER, "visite").await;
    let sealed = node.app.sealer().seal(mail::PASSWORD, b"geheim", [3; 12]).unwrap();
    set(&node, mail::PASSWORD, &sealed).await;
    let alerts = json!({ "mail": "leitung@praxis.example, it@praxis.example" });
    node.practice().put_settings(&node.event(), &[("alerts", alerts)]).await.unwrap();
    judge(&node.app, &node.practice()).await.unwrap();
    assert!(node.practice().alerts(false).await.unwrap().is_empty());

    node.pass(SignedDuration::from_hours(73));
    judge(&node.app, &node.practice()).await.unwrap();
    assert!(told.lock().unwrap().is_empty(), "there is no mail server yet");
    let open = node.practice().alerts(true).await.unwrap();
    assert_eq!(open.iter().filter(|alert| alert.told_at.is_none()).count(), 2);
    set(&node, mail::HOST, "127.0.0.1").await;
    for _ in 0..2 {
        node.pass(SignedDuration::from_mins(1));
        judge(&node.app, &node.practice()).await.unwrap();
    }
    let mails = told.lock().unwrap().clone();
    assert_eq!(mails.len(), 1, "{mails:?}");
    for text in ["AUTH PLAIN", "RCPT TO:<leitung@praxis.example>", "RCPT TO:<it@praxis.example>", "/p/linden"] {
        assert!(mails[0].contains(text), "no {text} in {}", mails[0]);
    }
    assert!(!mails[0].contains("geheim"));

    // One of them reports again.
    let delivery = Delivery {
        epoch: 1,
        sequence: 1,
        received_at: node.app.now(),
        version: "0".into(),
        full: true,
        gap: false,
        snapshots: Vec::new(),
    };
    node.practice().deliver(&AgentId::new("pc1").unwrap(), delivery).await.unwrap();
    node.pass(SignedDuration::from_mins(1));
    judge(&node.app, &node.practice()).await.unwrap();
    let open = node.practice().alerts(true).await.unwrap();
    assert_eq!(open.iter().map(|alert| alert.subject.as_str()).collect::<Vec<_>>(), ["pc2"]);
    assert_eq!(told.lock().unwrap().len(), 1);
}

/// What an agent saw of its computer.
fn seen(node: &Node, protected: bool, backed_up_days_ago: i64) -> DeliveredSnapshot {
    let subject =
        Subject { id: SubjectId("host-0123456789ab".into()), kind: SubjectKind::Host, name: "empfang".into() };
    let mut snapshot = Snapshot {
        collector: "linux.backup".into(),
        observed_at: node.app.now(),
        received_at: None,
        subject: subject.clone(),
        identifiers: Vec::new(),
        facts: Default::default(),
        problems: Vec::new(),
    };
    let last = node.app.now() - SignedDuration::from_hours(24 * backed_up_days_ago);
    snapshot.put(&Backup { programs: Known(vec!["Borg".into()]), last_success_at: Known(last) });
    snapshot.put(&MalwareProtection {
        programs: Known(vec!["ClamAV".into()]),
        running: Known(protected),
        real_time: Known(protected),
        signatures_at: Known(node.app.now()),
    });
    DeliveredSnapshot {
        hash: visite_store::content_hash(&snapshot),
        observed_at: snapshot.observed_at,
        subject: subject.id,
        collector: snapshot.collector.clone(),
        body: Some(snapshot),
    }
}

/// A backup that stopped and protection that is off: from what an agent delivers, through the catalogue, to the alert; and over
/// when it is measured.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_agent_saw_is_told_and_over_when_it_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::with_practice(folder.path()).await;
    computer(&node, "pc1").await;
    let alerts = json!({ "mail": "leitung@praxis.example" });
    node.practice().put_settings(&node.event(), &[("alerts", alerts)]).await.unwrap();
    for (sequence, protected, days, wanted) in [
        (1, true, 1, &[][..]),
        (2, false, 20, &["backup_overdue", "malware_protection_off"]),
        (3, true, 20, &["backup_overdue"]),
        (4, true, 0, &[]),
    ] {
        node.pass(SignedDuration::from_hours(1));
        let delivery = Delivery {
            epoch: 1,
            sequence,
            received_at: node.app.now(),
            version: "0".into(),
            full: true,
            gap: false,
            snapshots: vec![seen(&node, protected, days)],
        };
        node.practice().deliver(&AgentId::new("pc1").unwrap(), delivery).await.unwrap();
        judge(&node.app, &node.practice()).await.unwrap();
        let open = node.practice().alerts(true).await.unwrap();
        let mut causes: Vec<&str> = open.iter().map(|alert| alert.cause.as_str()).collect();
        causes.sort_unstable();
        assert_eq!(causes, wanted, "delivery {sequence}");
    }
}

/// The accounts of a computer, each with whether it is an administrator.
fn accounts(node: &Node, accounts: &[(&str, bool)]) -> DeliveredSnapshot {
    let entry = seen(node, true, 1);
    let mut snapshot = entry.body.unwrap();
    snapshot.collector = "linux.accounts".into();
    snapshot.facts.clear();
    let account = |(name, administrator): &(&str, bool)| Account {
        name: Known((*name).to_owned()),
        administrator: Known(*administrator),
        ..Account::unknown(UnknownReason::NotSupported)
    };
    let records = accounts.iter().map(account).collect();
    snapshot.put_all(&Collection { records, completeness: Completeness::Complete });
    let hash = visite_store::content_hash(&snapshot);
    DeliveredSnapshot { hash, collector: snapshot.collector.clone(), body: Some(snapshot), ..entry }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_administrator_is_told_once_and_for_two_weeks() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::with_practice(folder.path()).await;
    computer(&node, "pc1").await;
    let (anna_works, anna_may_all) = ([("anna", false), ("technik", true)], [("anna", true), ("technik", true)]);
    let none: &[&str] = &[];
    for (sequence, hours, accounts_now, wanted) in [
        (1, 1, anna_works, none),
        (2, 1, anna_works, none),
        (3, 1, anna_may_all, &["host-0123456789ab/anna"]),
        (4, 48, anna_may_all, &["host-0123456789ab/anna"]),
        (5, 1, anna_works, none),
        (6, 1, anna_may_all, &["host-0123456789ab/anna"]),
        (7, 24 * 15, anna_may_all, none),
    ] {
        node.pass(SignedDuration::from_hours(hours));
        let delivery = Delivery {
            epoch: 1,
            sequence,
            received_at: node.app.now(),
            version: "0".into(),
            full: true,
            gap: false,
            snapshots: vec![accounts(&node, &accounts_now)],
        };
        node.practice().deliver(&AgentId::new("pc1").unwrap(), delivery).await.unwrap();
        judge(&node.app, &node.practice()).await.unwrap();
        let open = node.practice().alerts(true).await.unwrap();
        let told: Vec<&str> = open.iter().map(|alert| alert.subject.as_str()).collect();
        assert_eq!(told, wanted, "delivery {sequence}");
        for alert in open {
            assert_eq!(alert.cause, "new_administrator");
            assert_eq!(alert.detail["what"]["de"], "empfang: Das Konto „anna“ darf jetzt alles");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn six_causes_follow_from_what_was_judged() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::with_practice(folder.path()).await;
    computer(&node, "pc1").await;
    let mut assessment: Assessment = judge(&node.app, &node.practice()).await.unwrap().as_ref().clone();
    let subject = json!({ "id": "host-1", "kind": "host", "name": "empfang" });
    let now = node.app.now();
    assessment.subjects.push(AssessedSubject {
        subject: serde_json::from_value(subject).unwrap(),
        description: String::new(),
        observed_at: now,
        possible_duplicate: Vec::new(),
    });
    let finding = |check: &str, area: &str, state: &str| {
        let text = json!({ "de": "Etwas", "en": "something" });
        let finding = json!({
            "id": format!("finding-{check}"), "check": check, "subject": "host-1", "state": state, "first_seen": now,
            "last_seen": now, "severity": "high", "effective_severity": "high", "confidence": "high", "area": area,
            "title": text, "why": text, "measure": "m", "sources": [], "evidence": [],
        });
        serde_json::from_value::<visite_facts::Finding>(finding).unwrap()
    };
    assessment.findings = vec![
        finding("backup-overdue", "backup", "open"),
        finding("malware-protection-off", "workplaces", "reopened"),
        finding("account-second-root", "accounts", "open"),
        finding("tls-certificate-expiring", "network", "open"),
        finding("unknown-device-in-server-zone", "network", "open"),
        finding("telnet-open", "network", "open"),
        finding("backup-missing", "backup", "accepted"),
        finding("malware-signatures-outdated", "workplaces", "fixed"),
    ];
    let agents = node.practice().agents().await.unwrap();
    let told = |at: Timestamp| {
        let causes = decide(&assessment, &agents, &[], at).into_iter().map(|concern| concern.cause.word());
        causes.collect::<Vec<_>>()
    };
    let findings = ["backup_overdue", "malware_protection_off", "new_administrator", "expiring", "unknown_device"];
    assert_eq!(told(now), findings);
    assert_eq!(told(now + SignedDuration::from_hours(73)), [&findings[..], &["agent_silent"]].concat());
    let late = told(now + SignedDuration::from_hours(24 * 271));
    assert_eq!(late, [&findings[..], &["agent_silent", "expiring"]].concat());
    assert_eq!(decide(&assessment, &agents, &[], now)[0].what.de, "empfang: Etwas");
    assert_eq!(Cause::ALL.len(), 6);
}
