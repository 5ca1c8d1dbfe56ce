//! What agents deliver: counted once, newest wins, contents kept once.

use crate::support::*;
use visite_facts::facts::OperatingSystem;
use visite_facts::{Fact, FactType, Snapshot};
use visite_store::*;

on_both!(
    a_delivery_comes_back_as_snapshots_for_judging,
    a_repeated_delivery_is_acknowledged_without_effect,
    a_late_delivery_becomes_history,
    contents_are_kept_once_and_missing_ones_are_named,
    a_clock_that_runs_ahead_does_not_stay_the_newest,
    a_new_epoch_counts_anew,
    unknown_revoked_and_foreign_agents_are_refused,
    many_at_once_are_each_counted_once,
    unusable_deliveries_are_refused_alone,
);

fn version(snapshot: &Snapshot) -> String {
    let Some(Fact::Single(record)) = snapshot.facts.get(OperatingSystem::SPEC.name) else { panic!("no system") };
    OperatingSystem::from_record(record).version.known().cloned().unwrap_or_default()
}

async fn a_delivery_comes_back_as_snapshots_for_judging(place: Place) {
    let (_store, linden) = practice(&place).await;
    let agent = add_agent(&linden, "pc1").await;
    let sent = snapshot("pc1", "12", at(10));
    let receipt = linden.deliver(&agent, delivery(1, at(11), vec![with_body(&sent)])).await.expect("delivered");
    let expected = Receipt { acknowledged: 1, counted: true, epoch: 1, missing: vec![], changed: true };
    assert_eq!(receipt, expected);

    let expected = Snapshot { received_at: Some(at(11)), ..sent.clone() };
    assert_eq!(linden.snapshots().await.expect("snapshots"), std::slice::from_ref(&expected));
    assert_eq!(linden.snapshots_of(&sent.subject.id).await.expect("snapshots"), [expected]);
    let subjects = linden.subjects().await.expect("subjects");
    assert_eq!((subjects[0].subject.clone(), subjects[0].identifiers.clone()), (sent.subject, sent.identifiers));
    let agent = linden.agent(&agent).await.expect("agent");
    assert_eq!((agent.deliveries, agent.last_sequence, agent.last_seen_at), (1, 1, Some(at(11))));
}

async fn a_repeated_delivery_is_acknowledged_without_effect(place: Place) {
    let (_store, linden) = practice(&place).await;
    let agent = add_agent(&linden, "pc1").await;
    let first = delivery(1, at(1), vec![with_body(&snapshot("pc1", "12", at(0)))]);
    linden.deliver(&agent, first.clone()).await.expect("delivered");
    linden.deliver(&agent, delivery(2, at(2), vec![with_body(&snapshot("pc1", "13", at(1)))])).await.expect("second");
    let again = linden.deliver(&agent, Delivery { received_at: at(9), ..first }).await.expect("again");
    assert_eq!((again.acknowledged, again.counted, again.changed), (1, false, false));
    assert_eq!(version(&linden.snapshots().await.expect("snapshots")[0]), "13");
    assert_eq!(linden.agent(&agent).await.expect("agent").deliveries, 2);
    assert_eq!(place.number("SELECT count(*) FROM observation").await, 1);
}

async fn a_late_delivery_becomes_history(place: Place) {
    let (_store, linden) = practice(&place).await;
    let agent = add_agent(&linden, "pc1").await;
    let send = async |sequence, version, observed| {
        let snapshots = vec![with_body(&snapshot("pc1", version, at(observed)))];
        linden.deliver(&agent, delivery(sequence, at(100), snapshots)).await.expect("delivered")
    };
    assert!(send(1, "1", 10).await.changed);
    assert!(send(3, "3", 30).await.changed);
    let late = send(2, "2", 20).await;
    assert_eq!((late.counted, late.changed), (true, false));
    let history = linden.history(&snapshot("pc1", "", at(0)).subject.id, "linux.system", 10).await.expect("history");
    assert_eq!(history.iter().map(version).collect::<Vec<_>>(), ["3", "2", "1"]);
    let agent = linden.agent(&agent).await.expect("agent");
    assert_eq!((agent.last_sequence, agent.deliveries), (3, 3));
    // Of two contents at the same time the first stays, in the history as well.
    assert!(send(4, "other", 20).await.counted);
    let history = linden.history(&snapshot("pc1", "", at(0)).subject.id, "linux.system", 10).await.expect("history");
    assert_eq!(history.iter().map(version).collect::<Vec<_>>(), ["3", "2", "1"]);
}

async fn contents_are_kept_once_and_missing_ones_are_named(place: Place) {
    let (_store, linden) = practice(&place).await;
    let agent = add_agent(&linden, "pc1").await;
    let sent = snapshot("pc1", "12", at(1));
    let unknown = linden.deliver(&agent, delivery(1, at(2), vec![without_body(&sent)])).await.expect("delivered");
    assert_eq!((unknown.counted, unknown.missing), (false, vec![content_hash(&sent)]));
    assert_eq!(linden.agent(&agent).await.expect("agent").deliveries, 0, "what is not whole does not count");
    assert!(linden.snapshots().await.expect("snapshots").is_empty());
    // Asked again, it is named again: the first answer may have been lost.
    let again = linden.deliver(&agent, delivery(1, at(2), vec![without_body(&sent)])).await.expect("again");
    assert_eq!((again.counted, again.missing.len()), (false, 1));

    // Those that came are kept, though nothing counts.
    let other = snapshot("pc2", "1", at(1));
    let half = vec![without_body(&sent), with_body(&other)];
    assert_eq!(linden.deliver(&agent, delivery(1, at(2), half)).await.expect("half").missing, [content_hash(&sent)]);
    let whole = vec![with_body(&sent), with_body(&other)];
    assert!(linden.deliver(&agent, delivery(1, at(3), whole)).await.expect("with body").counted);
    assert_eq!(linden.agent(&agent).await.expect("agent").subject, Some(sent.subject.id.clone()));
    let later = snapshot("pc1", "12", at(50));
    let known = linden.deliver(&agent, delivery(2, at(51), vec![without_body(&later)])).await.expect("known");
    assert_eq!((known.missing.len(), known.changed), (0, false));
    assert_eq!(linden.snapshots().await.expect("snapshots")[0].observed_at, at(50));
    assert_eq!(place.number("SELECT count(*) FROM body").await, 2);
    assert_eq!(place.number("SELECT count(*) FROM observation").await, 0, "unchanged content is no history");
}

async fn a_clock_that_runs_ahead_does_not_stay_the_newest(place: Place) {
    let (_store, linden) = practice(&place).await;
    let agent = add_agent(&linden, "pc1").await;
    let wrong = with_body(&snapshot("pc1", "old", day(400)));
    linden.deliver(&agent, delivery(1, at(10), vec![wrong])).await.expect("wrong clock");
    let right = with_body(&snapshot("pc1", "new", at(20)));
    linden.deliver(&agent, delivery(2, at(21), vec![right])).await.expect("right clock");
    assert_eq!(version(&linden.snapshots().await.expect("snapshots")[0]), "new");
}

async fn a_new_epoch_counts_anew(place: Place) {
    let (store, linden) = practice(&place).await;
    let agent = add_agent(&linden, "pc1").await;
    let first = delivery(1, at(1), vec![with_body(&snapshot("pc1", "12", at(0)))]);
    assert_eq!(linden.deliver(&agent, first.clone()).await.expect("first").epoch, 1);
    let epoch = store.raise_epoch(at(5)).await.expect("epoch");
    assert_eq!(epoch, at(5).as_second());
    assert!(store.raise_epoch(at(5)).await.expect("epoch") > epoch, "a clock that stands still gives new epochs, too");
    let again = linden.deliver(&agent, Delivery { epoch, ..first.clone() }).await.expect("again");
    assert!(again.counted);
    let old = linden.deliver(&agent, Delivery { sequence: 7, ..first }).await.expect("from the old epoch");
    assert!(!old.counted, "the old epoch is over for this agent");
    assert_eq!(place.number("SELECT count(*) FROM observation").await, 0);
}

async fn unknown_revoked_and_foreign_agents_are_refused(place: Place) {
    let (store, linden) = practice(&place).await;
    let agent = add_agent(&linden, "pc1").await;
    let other = add_practice(&store, "other").await;
    let error = other.deliver(&agent, delivery(1, at(1), vec![])).await.expect_err("a foreign practice");
    assert!(matches!(error, StoreError::NotFound { what: "agent", .. }), "{error}");
    linden.revoke_agent(&event("agent.revoked"), &agent).await.expect("revoked");
    let error = linden.deliver(&agent, delivery(1, at(1), vec![])).await.expect_err("revoked");
    assert!(matches!(error, StoreError::Revoked { .. }), "{error}");
    let nowhere = store.practice(practice_id("nowhere"));
    assert!(nowhere.deliver(&agent, delivery(1, at(1), vec![])).await.is_err());
}

async fn many_at_once_are_each_counted_once(place: Place) {
    let (_store, linden) = practice(&place).await;
    for index in 0..5 {
        add_agent(&linden, &format!("pc{index}")).await;
    }
    // A second node on the same database; SQLite has one.
    let second = place.open().await.practice(linden.id().clone());
    let mut tasks = tokio::task::JoinSet::new();
    for sequence in 1..=40 {
        for index in 0..5 {
            for node in [linden.clone(), second.clone()] {
                let host = format!("pc{index}");
                let body = with_body(&snapshot(&host, &format!("v{}", sequence % 7), at(sequence)));
                let delivery = delivery(sequence, at(1000), vec![body]);
                tasks.spawn(async move { node.deliver(&agent_id(&host), delivery).await });
            }
        }
    }
    let mut counted = 0;
    while let Some(receipt) = tasks.join_next().await {
        counted += i32::from(receipt.expect("a task").expect("a receipt").counted);
    }
    assert_eq!(counted, 200);
    for agent in linden.agents().await.expect("agents") {
        assert_eq!((agent.deliveries, agent.last_sequence), (40, 40), "{}", agent.id);
    }
    let snapshots = linden.snapshots().await.expect("snapshots");
    assert!(snapshots.iter().all(|snapshot| snapshot.observed_at == at(40)), "the newest won everywhere");
}

async fn unusable_deliveries_are_refused_alone(place: Place) {
    let (_store, linden) = practice(&place).await;
    let agent = add_agent(&linden, "pc1").await;
    let good = with_body(&snapshot("pc1", "12", at(0)));
    let with = |change: fn(&mut DeliveredSnapshot)| {
        let mut bad = good.clone();
        change(&mut bad);
        delivery(1, at(1), vec![bad])
    };
    let bad = [
        with(|bad| bad.hash = "short".into()),
        with(|bad| bad.collector = "line\nbreak".into()),
        with(|bad| bad.subject.0 = "x".repeat(101)),
        with(|bad| bad.subject.0 = "host-other".into()),
        with(|bad| bad.body.iter_mut().for_each(|body| body.subject.name = "nul\0".into())),
        Delivery { sequence: 0, ..delivery(1, at(1), vec![]) },
    ];
    for bad in bad {
        let error = linden.deliver(&agent, bad).await.expect_err("unusable");
        assert!(matches!(error, StoreError::Invalid { .. }), "{error}");
    }
    assert_eq!(linden.agent(&agent).await.expect("agent").deliveries, 0);
    assert!(linden.deliver(&agent, delivery(1, at(1), vec![good])).await.expect("good").counted);
}
