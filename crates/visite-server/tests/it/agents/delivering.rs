//! Delivering: what arrives, in which order, how often, and after what.

use super::*;
use crate::agents::receiver::Fault;
use visite_agent::agent::End;
use visite_agent::protocol::{Request, Schedule};

fn contents(server: &Receiver) -> Vec<String> {
    let counted = server.only().counted;
    let kept = server.shared.kept();
    let last = |delivery: &visite_agent::protocol::Delivery| {
        let body = &kept.bodies[&delivery.snapshots.last().expect("two").hash];
        let (snapshot, _) = visite_agent::protocol::parse_body(body, START, None).expect("a snapshot");
        snapshot.problems[0].detail.clone()
    };
    counted.iter().map(last).collect()
}

fn came(server: &Receiver) -> Vec<usize> {
    server.shared.came.lock().expect("whole").iter().map(|(_, bodies)| *bodies).collect()
}

#[tokio::test]
async fn what_did_not_change_is_sent_without_its_content() {
    let stage = Stage::new();
    let mut agent = stage.agent().await;
    stage.computer.changes_to("a");
    assert_eq!(step(&mut agent).await, Duration::from_secs(3_600));
    stage.hands.pass(60);
    step(&mut agent).await;
    stage.computer.changes_to("b");
    stage.hands.pass(60);
    step(&mut agent).await;
    step(&mut agent).await;
    assert_eq!(came(&stage.server), [2, 0, 1]);
    assert_eq!(contents(&stage.server), ["a", "a", "b"]);
    let counted = stage.server.only().counted;
    assert_eq!(counted.iter().map(|delivery| delivery.full).collect::<Vec<_>>(), [true, false, false]);
    assert!(counted.iter().all(|delivery| !delivery.gap));
    assert_eq!(counted[1].snapshots[0].observed_at, stage.hands.now().wall - Duration::from_secs(3_600));
}

#[tokio::test]
async fn a_server_that_was_away_gets_everything_once_and_in_order() {
    let mut stage = Stage::new();
    let mut agent = stage.agent().await;
    stage.computer.changes_to("0");
    step(&mut agent).await;
    let (shared, address) = stage.server.stop().await;
    for look in 1..=5 {
        stage.computer.changes_to(&look.to_string());
        stage.hands.pass(60);
        assert!(step(&mut agent).await > Duration::ZERO);
    }
    // A program that was started anew knows what waits.
    drop(agent);
    let mut agent = stage.again();
    stage.computer.changes_to("6");
    step(&mut agent).await;
    assert_eq!(stage.computer.told(|event| matches!(event, Event::Waiting { .. })), 6);
    stage.server = Receiver::listen(shared, address, &["localhost"]);
    stage.hands.pass(5);
    step(&mut agent).await;
    assert_eq!(contents(&stage.server), ["0", "1", "2", "3", "4", "5", "6"]);
}

#[tokio::test]
async fn while_the_server_is_away_attempts_become_rare() {
    let stage = Stage::new();
    let mut agent = stage.agent().await;
    step(&mut agent).await;
    drop(stage.server.stop().await);
    // A day, minute by minute.
    for _ in 0..24 * 60 {
        stage.hands.pass(1);
        step(&mut agent).await;
    }
    let attempts = stage.computer.told(|event| matches!(event, Event::Waiting { .. }));
    assert!((24..40).contains(&attempts), "{attempts}");
    assert_eq!(stage.computer.looked(), 25);
}

#[tokio::test]
async fn an_answer_that_got_lost_counts_nothing_twice() {
    let stage = Stage::new();
    let mut agent = stage.agent().await;
    stage.server.fault(Fault::Afterwards(502, b"<html>".to_vec()));
    step(&mut agent).await;
    stage.hands.pass(5);
    step(&mut agent).await;
    assert_eq!(came(&stage.server), [2, 2]);
    assert_eq!(stage.server.only().counted.len(), 1);
    assert_eq!(visite_agent::status::Status::read(&stage.home()).expect("told").waiting, 0);
}

#[tokio::test]
async fn a_restored_server_gets_again_what_came_after_its_copy() {
    let stage = Stage::new();
    let mut agent = stage.agent().await;
    let mut copy = None;
    for look in 0..5 {
        stage.computer.changes_to(&look.to_string());
        step(&mut agent).await;
        stage.hands.pass(60);
        if look == 1 {
            copy = Some(stage.server.shared.kept().clone());
        }
    }
    let mut copy = copy.expect("made");
    copy.epoch = 2;
    *stage.server.shared.kept() = copy;
    stage.computer.changes_to("5");
    step(&mut agent).await;
    assert_eq!(contents(&stage.server), ["0", "1", "2", "3", "4", "5"]);
    assert_eq!(stage.computer.told(|event| *event == Event::Restored { again: 3 }), 1);
    drop(agent);
    assert_eq!(stage.home().read().expect("kept").epoch, 2);
    // A server set back without a new epoch is not believed.
    stage.server.shared.kept().epoch = 1;
    let mut agent = stage.again();
    step(&mut agent).await;
    assert_eq!(stage.home().read().expect("kept").epoch, 2);
    stage.server.shared.kept().epoch = 2;
    stage.hands.pass(5);
    step(&mut agent).await;
    assert_eq!(contents(&stage.server), ["0", "1", "2", "3", "4", "5", "5"]);
}

#[tokio::test]
async fn a_server_that_lost_contents_asks_for_them() {
    let stage = Stage::new();
    let mut agent = stage.agent().await;
    step(&mut agent).await;
    stage.server.shared.kept().bodies.clear();
    stage.hands.pass(60);
    step(&mut agent).await;
    assert_eq!(came(&stage.server), [2, 0, 2]);
    assert_eq!(stage.server.only().counted.len(), 2);
}

#[tokio::test]
async fn an_agent_that_lost_its_spool_is_not_taken_for_a_repetition() {
    let stage = Stage::new();
    let mut agent = stage.agent().await;
    stage.computer.changes_to("before");
    step(&mut agent).await;
    drop(agent);
    std::fs::remove_dir_all(stage.home().spool()).expect("lost");
    // The clock is behind as well, so that numbers begin below those that the server has.
    stage.server.shared.kept().agents.values_mut().for_each(|member| member.last += 10);
    let mut agent = stage.again();
    stage.computer.changes_to("after");
    step(&mut agent).await;
    assert_eq!(stage.computer.told(|event| *event == Event::Renumbered), 1);
    assert_eq!(contents(&stage.server), ["before", "after"]);
}

#[tokio::test]
async fn requests_of_the_closed_list_are_obeyed_within_bounds() {
    let stage = Stage::new();
    let mut agent = stage.agent().await;
    let ask =
        |request| stage.server.shared.kept().agents.values_mut().for_each(|member| member.requests = vec![request]);
    ask(Request::LookNow);
    assert_eq!(step(&mut agent).await, Duration::from_secs(300), "not at once: looks have a shortest distance");
    stage.hands.pass(5);
    ask(Request::RenewCertificate);
    step(&mut agent).await;
    assert_eq!(stage.computer.looked(), 2);
    assert_eq!(stage.computer.told(|event| matches!(event, Event::Renewed { .. })), 1);
    stage.server.shared.kept().schedule = Schedule::new(15, false);
    stage.hands.pass(60);
    assert_eq!(step(&mut agent).await, Duration::from_secs(900));
    assert_eq!(stage.home().read().expect("kept").schedule, Schedule::new(15, false));
    ask(Request::Leave);
    stage.hands.pass(15);
    assert_eq!(agent.step().await, Step::End(End::Left));
    drop(agent);
    assert!(stage.home().read().is_err());
    assert_eq!(files_below(stage.home().folder()), 1, "only the lock is left");
}

#[tokio::test]
async fn clocks_may_jump() {
    let stage = Stage::new();
    let mut agent = stage.agent().await;
    step(&mut agent).await;
    // Back by ten years: the steady clock goes on, and the server's certificate is not valid yet.
    stage.hands.set(-3_650);
    for _ in 0..4 {
        stage.hands.pass(20);
        step(&mut agent).await;
    }
    assert_eq!(stage.computer.looked(), 2);
    stage.hands.set(3_650);
    stage.hands.pass(60);
    step(&mut agent).await;
    assert_eq!(stage.server.only().counted.len(), 3, "nothing was lost");
    // Sleep: the wall clock went on, the steady one stood still.
    stage.hands.set(1);
    stage.hands.pass(5);
    step(&mut agent).await;
    assert_eq!(stage.computer.looked(), 4);
    // A clock that jumps to and fro costs a look in five minutes at most.
    for round in 0..120 {
        stage.hands.set(if round % 2 == 0 { 1 } else { -1 });
        stage.hands.pass(1);
        step(&mut agent).await;
    }
    assert!(stage.computer.looked() <= 4 + 24, "{}", stage.computer.looked());
}
