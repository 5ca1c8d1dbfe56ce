//! Enrolling: the first connection, when nobody knows anybody.

use super::receiver::{Fault, Receiver};
use super::*;
use visite_agent::call::CallError;
use visite_agent::identity::IdentityError;
use visite_agent::protocol::{RefusalReason, Token};

fn refused(result: Result<Identity, EnrolError>) -> RefusalReason {
    match result {
        Err(EnrolError::Call(CallError::Refused(reason))) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_token_counts_once_and_for_a_day() {
    let stage = Stage::new();
    let first = stage.enrolment();
    let identity = stage.enrol(first.clone()).await.expect("enrolled");
    assert_eq!(identity.name.to_string(), "agent:praxis/a1");
    assert!(matches!(stage.enrol(stage.enrolment()).await, Err(EnrolError::Already(_))));
    let again = Enrolment { replace: true, ..first.clone() };
    assert_eq!(refused(stage.enrol(again).await), RefusalReason::TokenUsed);
    assert_eq!(stage.home().read().expect("as before"), identity, "a refusal changes nothing");
    let unknown = Enrolment { token: Token::new([99; 16], first.token.ca), replace: true, ..first.clone() };
    assert_eq!(refused(stage.enrol(unknown).await), RefusalReason::TokenUnknown);
    let late = Enrolment { replace: true, ..stage.enrolment() };
    stage.hands.pass(24 * 60 + 1);
    assert_eq!(refused(stage.enrol(late).await), RefusalReason::TokenExpired);
    let fresh = Enrolment { replace: true, ..stage.enrolment() };
    assert_eq!(stage.enrol(fresh).await.expect("enrolled").name.to_string(), "agent:praxis/a2");
}

#[tokio::test]
async fn a_server_that_is_not_the_tokens_gets_nothing() {
    let stage = Stage::new();
    let impostor = Receiver::start(&stage.folder.path().join("impostor"), &stage.hands);
    let enrolment = Enrolment { server: impostor.url().parse().expect("an URL"), ..stage.enrolment() };
    let refused = stage.enrol(enrolment).await;
    let Err(EnrolError::Call(CallError::Tls(error))) = refused else { panic!("{refused:?}") };
    assert_eq!(error, rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer));
    assert!(matches!(stage.home().read(), Err(IdentityError::NotEnrolled(_))));
    assert!(impostor.shared.kept().agents.is_empty());
}

#[tokio::test]
async fn a_server_under_another_name_or_with_a_stale_certificate_is_not_believed() {
    let stage = Stage::new();
    let shared = Receiver::prepare(&stage.folder.path().join("server"), &stage.hands);
    let other = Receiver::listen(shared, "127.0.0.1:0".parse().expect("an address"), &["praxis.example"]);
    let enrolment = Enrolment { server: other.url().parse().expect("an URL"), ..stage.enrolment() };
    assert!(matches!(stage.enrol(enrolment).await, Err(EnrolError::Call(CallError::Tls(_)))));
    // The agent's clock runs ten years ahead, the server's does not.
    let ahead = Hands::default();
    ahead.set(3_650);
    let result = enrol(&stage.home(), stage.enrolment(), &ahead.clock()).await;
    let Err(EnrolError::Call(error)) = result else { panic!("{result:?}") };
    assert!(error.text().de.contains("Datum und Uhrzeit"), "{error:?}");
    // The server replaces its certificate in time, and is believed again.
    let (authority, now) = (&stage.server.shared.authority, stage.hands.now().wall);
    assert!(!stage.server.identity.renew_if_due(authority, now).expect("no need"));
    stage.hands.set(300);
    assert!(stage.server.identity.renew_if_due(authority, stage.hands.now().wall).expect("renewed"));
    stage.hands.set(200);
    stage.enrol(stage.enrolment()).await.expect("500 days after the start");
}

#[tokio::test]
async fn an_approval_for_a_medical_device_is_recorded() {
    let stage = Stage::new();
    let medical_device = MedicalDevice::Approved { approval: "Hersteller, Schreiben vom 1.11.2026".to_owned() };
    let enrolment = Enrolment { medical_device: medical_device.clone(), ..stage.enrolment() };
    let identity = stage.enrol(enrolment).await.expect("enrolled");
    assert_eq!(identity.medical_device, medical_device);
    assert_eq!(stage.server.only().medical_device, Some(medical_device));
}

#[tokio::test]
async fn an_answer_that_does_not_fit_together_enrols_nobody() {
    let stage = Stage::new();
    let good = {
        let scratch = Stage::new();
        let identity = scratch.enrol(scratch.enrolment()).await.expect("enrolled");
        serde_json::json!({
            "practice": "praxis", "agent": "a1", "certificate": identity.credentials.certificate,
            "ca": stage.server.shared.authority.certificate_pem(), "epoch": 1,
            "schedule": { "every_minutes": 60, "at_start": true },
        })
    };
    let mut foreign = good.clone();
    foreign["ca"] = serde_json::json!(good["certificate"]);
    let mut nobody = good.clone();
    nobody["certificate"] = serde_json::json!("");
    for answer in [good, foreign, nobody] {
        stage.server.fault(Fault::Instead(200, answer.to_string().into_bytes()));
        let result = stage.enrol(stage.enrolment()).await;
        assert!(matches!(result, Err(EnrolError::Answer(_))), "{result:?}");
        assert!(matches!(stage.home().read(), Err(IdentityError::NotEnrolled(_))));
    }
}

#[tokio::test]
async fn enrolling_anew_takes_nothing_along() {
    let stage = Stage::new();
    let mut agent = stage.agent().await;
    step(&mut agent).await;
    let busy = stage.enrol(Enrolment { replace: true, ..stage.enrolment() }).await;
    assert!(matches!(busy, Err(EnrolError::Identity(IdentityError::Busy(_)))), "{busy:?}");
    drop(agent);
    assert!(files_below(&stage.home().spool()) > 0);
    stage.enrol(Enrolment { replace: true, ..stage.enrolment() }).await.expect("enrolled");
    assert_eq!(files_below(&stage.home().spool()), 0);
}
