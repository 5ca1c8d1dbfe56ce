//! Certificates over time: renewed, revoked, expired, missing, and of somebody else.

use super::*;
use crate::agents::receiver::Fault;
use visite_agent::agent::End;
use visite_agent::call::{CallError, Line};
use visite_agent::protocol::{DELIVER, Refusal, RefusalReason};
use visite_agent::tls;

const DAY: u64 = 24 * 60;

#[tokio::test]
async fn a_certificate_is_renewed_after_two_thirds_of_its_life() {
    let stage = Stage::new();
    let mut agent = stage.agent().await;
    step(&mut agent).await;
    let first = stage.server.only().serial;
    stage.hands.pass(242 * DAY);
    step(&mut agent).await;
    stage.hands.pass(60);
    step(&mut agent).await;
    assert_eq!(stage.server.only().serial, first, "not yet");
    stage.hands.pass(2 * DAY);
    // The first attempt fails; deliveries go on, and an hour later it works.
    let key = stage.home().read().expect("enrolled").credentials;
    for fault in [Fault::Afterwards(500, Vec::new()), Fault::Instead(500, Vec::new())] {
        stage.server.fault(fault);
    }
    step(&mut agent).await;
    stage.hands.pass(60);
    step(&mut agent).await;
    stage.hands.pass(60);
    step(&mut agent).await;
    stage.hands.pass(60);
    step(&mut agent).await;
    let second = stage.server.only().serial;
    assert_ne!(second, first);
    assert_ne!(stage.home().read().expect("kept").credentials, key, "with a key of its own");
    // The one before is of no use any more if the server says so; the new one is.
    stage.server.shared.kept().revoked.insert(first);
    stage.hands.pass(200 * DAY);
    step(&mut agent).await;
}

#[tokio::test]
async fn an_agent_whose_access_was_ended_stops_and_says_so() {
    let stage = Stage::new();
    let mut agent = stage.agent().await;
    step(&mut agent).await;
    let serial = stage.server.only().serial;
    stage.server.shared.kept().revoked.insert(serial);
    stage.hands.pass(60);
    assert_eq!(agent.step().await, Step::End(End::Revoked));
    let status = visite_agent::status::Status::read(&stage.home()).expect("told");
    assert_eq!(status.problem, Some(End::Revoked.text()));
    // A renewal is refused as well.
    drop(agent);
    let identity = stage.home().read().expect("enrolled");
    let config = Arc::new(tls::mutual(&identity.credentials, &stage.hands.clock()).expect("TLS"));
    let line = Line { server: identity.server.clone(), relay: None, tls: config };
    let renewed = visite_agent::enrolment::renew(&line, &identity).await;
    assert!(matches!(renewed, Err(EnrolError::Call(CallError::Refused(RefusalReason::Revoked)))));
}

#[tokio::test]
async fn an_expired_certificate_is_the_end_until_the_computer_is_enrolled_again() {
    let stage = Stage::new();
    let mut agent = stage.agent().await;
    step(&mut agent).await;
    drop(agent);
    stage.hands.set(366);
    let now = stage.hands.now().wall;
    assert!(stage.server.identity.renew_if_due(&stage.server.shared.authority, now).expect("renewed"));
    let mut agent = stage.again();
    assert_eq!(agent.step().await, Step::End(End::Expired));
    drop(agent);
    stage.enrol(Enrolment { replace: true, ..stage.enrolment() }).await.expect("enrolled");
    let mut agent = stage.again();
    step(&mut agent).await;
    assert_eq!(stage.server.shared.kept().agents.len(), 2);
}

#[tokio::test]
async fn an_agent_that_the_server_does_not_know_waits() {
    let stage = Stage::new();
    let mut agent = stage.agent().await;
    let agents = std::mem::take(&mut stage.server.shared.kept().agents);
    step(&mut agent).await;
    stage.server.shared.kept().agents = agents;
    stage.hands.pass(5);
    step(&mut agent).await;
    assert_eq!(stage.server.only().counted.len(), 1);
}

#[tokio::test]
async fn without_a_certificate_only_enrolling_is_open() {
    let stage = Stage::new();
    let token = stage.server.token();
    let config = Arc::new(tls::pinned(token.ca, &stage.hands.clock()).expect("TLS"));
    let line = Line { server: stage.server.url().parse().expect("an URL"), relay: None, tls: config };
    for path in [DELIVER, visite_agent::protocol::RENEW] {
        let refused = line.post(path, b"{}").await;
        assert!(matches!(refused, Err(CallError::Refused(RefusalReason::CertificateMissing))), "{refused:?}");
    }
    let refused = line.post(visite_agent::protocol::ENROL, b"{}").await;
    assert!(matches!(refused, Err(CallError::Refused(RefusalReason::Malformed))), "{refused:?}");
    let refused = line.post("/agent/v2/deliver", b"{}").await;
    assert!(matches!(refused, Err(CallError::Refused(RefusalReason::VersionUnsupported))), "{refused:?}");
}

#[tokio::test]
async fn certificates_of_another_authority_or_for_another_use_get_nowhere() {
    let stage = Stage::new();
    let elsewhere = Stage::new();
    let foreign = elsewhere.enrol(elsewhere.enrolment()).await.expect("enrolled there").credentials;
    let mixed = visite_agent::identity::Credentials {
        ca: stage.server.shared.authority.certificate_pem().to_owned(),
        ..foreign
    };
    let config = Arc::new(tls::mutual(&mixed, &stage.hands.clock()).expect("TLS"));
    let line = Line { server: stage.server.url().parse().expect("an URL"), relay: None, tls: config };
    let refused = line.post(DELIVER, b"{}").await;
    assert!(matches!(refused, Err(CallError::Tls(_) | CallError::Unreachable { .. })), "{refused:?}");
    assert!(stage.server.shared.came.lock().expect("whole").is_empty());
}

#[tokio::test]
async fn an_impostor_in_the_servers_place_gets_nothing() {
    let mut stage = Stage::new();
    let mut agent = stage.agent().await;
    step(&mut agent).await;
    let (shared, address) = stage.server.stop().await;
    let impostor = Receiver::prepare(&stage.folder.path().join("impostor"), &stage.hands);
    stage.server = Receiver::listen(impostor, address, &["localhost"]);
    stage.server.fault(Fault::Instead(403, Refusal { reason: RefusalReason::Revoked }.to_json()));
    stage.hands.pass(60);
    step(&mut agent).await;
    assert!(stage.server.shared.came.lock().expect("whole").is_empty());
    assert_eq!(stage.server.shared.faults.lock().expect("whole").len(), 1, "it was not even asked");
    drop(stage.server.stop().await);
    stage.server = Receiver::listen(shared, address, &["localhost"]);
    stage.hands.pass(5);
    step(&mut agent).await;
    assert_eq!(stage.server.only().counted.len(), 2);
}
