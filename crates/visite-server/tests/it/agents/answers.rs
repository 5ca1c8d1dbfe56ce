//! Answers that no server of ours gives: whatever comes, nothing that was seen is lost, and the agent goes on.

use super::*;
use crate::agents::receiver::Fault;
use serde_json::json;
use visite_agent::protocol::{Refusal, RefusalReason};

fn answer(change: impl FnOnce(&mut serde_json::Value)) -> Vec<u8> {
    let mut answer = json!({
        "acknowledged": 1, "epoch": 1, "schedule": { "every_minutes": 60, "at_start": true }, "requests": [], "missing": [],
    });
    change(&mut answer);
    answer.to_string().into_bytes()
}

#[tokio::test]
async fn odd_answers_acknowledge_nothing() {
    let stage = Stage::new();
    let mut agent = stage.agent().await;
    let hash = "a".repeat(64);
    let faults = [
        (200, Vec::new()),
        (200, b"<html>Willkommen im WLAN</html>".to_vec()),
        (200, vec![b' '; 3_000_000]),
        (200, b"[".repeat(100_000)),
        (200, answer(|_| {})),
        (200, answer(|answer| answer["acknowledged"] = json!(u64::MAX))),
        (200, answer(|answer| answer["acknowledged"] = json!(-1))),
        (200, answer(|answer| answer["epoch"] = json!(0))),
        (200, answer(|answer| answer["schedule"] = json!("hourly"))),
        (200, answer(|answer| answer["missing"] = json!(vec![hash.clone(); 300]))),
        (200, answer(|answer| answer["missing"] = json!([hash]))),
        (302, b"".to_vec()),
        (404, b"nothing here".to_vec()),
        (500, b"{\"reason\":\"who knows\"}".to_vec()),
        (503, Refusal { reason: RefusalReason::Busy }.to_json()),
    ];
    let count = faults.len();
    for (status, bytes) in faults {
        stage.server.fault(Fault::Instead(status, bytes));
        step(&mut agent).await;
        let told = stage.computer.told(|event| matches!(event, Event::Waiting { waiting, .. } if *waiting > 0));
        assert!(told > 0);
        stage.hands.pass(61);
    }
    assert_eq!(stage.computer.told(|event| matches!(event, Event::Waiting { .. })), count);
    assert!(stage.server.only().counted.is_empty());
    step(&mut agent).await;
    assert_eq!(stage.server.only().counted.len(), count + 1, "each look, once");
}

#[tokio::test]
async fn what_this_version_does_not_know_is_dropped_and_counted() {
    let stage = Stage::new();
    let mut agent = stage.agent().await;
    let fault = answer(|answer| {
        answer["acknowledged"] = json!(START.as_second());
        answer["requests"] = json!(["run", { "command": "sh" }]);
        answer["update"] = json!("https://example.org/evil");
    });
    stage.server.fault(Fault::Instead(200, fault));
    step(&mut agent).await;
    assert_eq!(stage.computer.told(|event| *event == Event::Dropped { count: 3 }), 1);
    let status = visite_agent::status::Status::read(&stage.home()).expect("told");
    assert_eq!((status.dropped, status.waiting), (3, 0));
}

#[tokio::test]
async fn a_delivery_that_the_server_does_not_understand_holds_up_nothing() {
    let stage = Stage::new();
    let mut agent = stage.agent().await;
    for reason in [RefusalReason::Malformed, RefusalReason::TooLarge] {
        stage.server.fault(Fault::Instead(400, Refusal { reason }.to_json()));
        step(&mut agent).await;
        stage.hands.pass(60);
    }
    step(&mut agent).await;
    assert_eq!(stage.computer.told(|event| matches!(event, Event::GivenUp { .. })), 2);
    let counted = stage.server.only().counted;
    assert_eq!((counted.len(), counted[0].gap), (1, true), "the loss is told");
}

#[tokio::test]
async fn nobody_can_deliver_for_another() {
    let stage = Stage::new();
    let mut first = stage.agent().await;
    step(&mut first).await;
    let home = Home::new(stage.folder.path().join("second"));
    let second = enrol(&home, stage.enrolment(), &stage.hands.clock()).await.expect("enrolled");
    drop(first);
    // The second computer claims to be the first; its certificate says otherwise.
    let claimed = Identity { name: stage.home().read().expect("enrolled").name, ..second };
    home.write(&claimed).expect("written");
    let mut liar = Agent::open(home, stage.computer.world(&stage.hands)).expect("enrolled");
    step(&mut liar).await;
    let kept = stage.server.shared.kept();
    let counts: Vec<_> = kept.agents.iter().map(|(name, member)| (name.to_string(), member.counted.len())).collect();
    assert_eq!(counts, [("agent:praxis/a1".to_owned(), 1), ("agent:praxis/a2".to_owned(), 1)]);
}
