//! The audit log is one chain, and every change to it shows.

use crate::support::*;
use serde_json::json;
use visite_store::*;

on_both!(
    events_form_a_chain,
    a_changed_row_is_found,
    a_missing_row_is_found,
    a_cut_off_end_is_found,
    an_appended_row_is_found,
    the_rest_of_a_known_chain_is_followed,
    appends_at_once_keep_one_chain,
    what_fails_leaves_no_event,
);

async fn chain(place: &Place, length: i64) -> Store {
    let store = place.open().await;
    for index in 0..length {
        let event = event("login").with(json!({ "index": index }));
        store.append_audit(&event).await.expect("appended");
    }
    store
}

async fn events_form_a_chain(place: Place) {
    let store = place.open().await;
    assert_eq!(store.verify_audit().await.expect("verified"), Ok(0));
    let linden = add_practice(&store, "linden").await;
    let event = AuditEvent::new(at(7), "ada", Some(linden.id()), "login").with(json!({"address": "192.0.2.1"}));
    assert_eq!(store.append_audit(&event).await.expect("appended"), 2);
    assert_eq!(store.verify_audit().await.expect("verified"), Ok(2));
    let log = store.audit_log(None, 10).await.expect("log");
    assert_eq!((log[0].number, &log[0].event), (2, &event));
    assert_eq!(linden.audit_log(None, 10).await.expect("log").len(), 1);
    assert_eq!(store.audit_log(Some(2), 10).await.expect("log").len(), 1);
}

async fn a_changed_row_is_found(place: Place) {
    let store = chain(&place, 5).await;
    for (change, back) in [
        ("who = 'someone'", "who = 'tester'"),
        ("at = at + 1", "at = at - 1"),
        ("detail = '{\"index\":9}'", "detail = '{\"index\":2}'"),
        ("practice = 'linden'", "practice = NULL"),
        ("what = 'logi'", "what = 'login'"),
    ] {
        place.execute(&format!("UPDATE audit SET {change} WHERE number = 3")).await;
        assert_eq!(store.verify_audit().await.expect("verified"), Err(AuditFault::Changed { number: 3 }), "{change}");
        place.execute(&format!("UPDATE audit SET {back} WHERE number = 3")).await;
        assert_eq!(store.verify_audit().await.expect("verified"), Ok(5), "{back}");
    }
}

async fn a_missing_row_is_found(place: Place) {
    let store = chain(&place, 5).await;
    place.execute("DELETE FROM audit WHERE number = 3").await;
    assert_eq!(store.verify_audit().await.expect("verified"), Err(AuditFault::Missing { number: 3 }));
}

async fn a_cut_off_end_is_found(place: Place) {
    let store = chain(&place, 5).await;
    place.execute("DELETE FROM audit WHERE number > 3").await;
    assert_eq!(store.verify_audit().await.expect("verified"), Err(AuditFault::Missing { number: 4 }));
}

async fn the_rest_of_a_known_chain_is_followed(place: Place) {
    let store = chain(&place, 3).await;
    let known = store.verify_audit_after(Verified::default()).await.expect("verified").expect("whole");
    assert_eq!(known.number, 3);
    assert_eq!(store.verify_audit_after(known.clone()).await.expect("verified"), Ok(known.clone()), "nothing came");
    store.append_audit(&event("login")).await.expect("appended");
    let next = store.verify_audit_after(known.clone()).await.expect("verified").expect("whole");
    assert_eq!(next.number, 4);
    let after = async |known: &Verified| store.verify_audit_after(known.clone()).await.expect("verified");
    place.execute("UPDATE audit SET who = 'someone' WHERE number = 4").await;
    assert_eq!(after(&known).await, Err(AuditFault::Changed { number: 4 }));
    assert_eq!(after(&next).await, Err(AuditFault::Changed { number: 4 }), "the known row itself, too");
    place.execute("DELETE FROM audit WHERE number = 4").await;
    assert_eq!(after(&known).await, Err(AuditFault::Missing { number: 4 }));
    assert_eq!(after(&next).await, Err(AuditFault::Missing { number: 4 }));
}

async fn an_appended_row_is_found(place: Place) {
    let store = chain(&place, 2).await;
    place
        .execute("INSERT INTO audit SELECT 3, at, who, practice, what, detail, hash, hash FROM audit WHERE number = 2")
        .await;
    assert_eq!(store.verify_audit().await.expect("verified"), Err(AuditFault::Surplus { number: 3 }));
}

async fn appends_at_once_keep_one_chain(place: Place) {
    let (first, second) = (place.open().await, place.open().await);
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..60 {
        let store = if index % 2 == 0 { first.clone() } else { second.clone() };
        tasks.spawn(async move { store.append_audit(&event("login")).await.expect("appended") });
    }
    let mut numbers = tasks.join_all().await;
    numbers.sort();
    assert_eq!(numbers, (1..=60).collect::<Vec<_>>());
    assert_eq!(first.verify_audit().await.expect("verified"), Ok(60));
}

async fn what_fails_leaves_no_event(place: Place) {
    let (store, linden) = practice(&place).await;
    assert!(
        linden
            .create_agent(&event("agent.created"), &NewAgent { name: String::new(), ..new_agent("x") })
            .await
            .is_err()
    );
    let taken = NewPractice { id: linden.id().clone(), name: "X".into(), time_zone: "UTC".into() };
    assert!(store.create_practice(&event("practice.created"), &taken).await.is_err());
    let empty = AuditEvent { what: String::new(), ..event("x") };
    assert!(linden.rename(&empty, "Anders", "UTC").await.is_err(), "nothing happens without its event");
    assert_eq!(linden.info().await.expect("info").name, "Praxis linden");
    assert_eq!(store.verify_audit().await.expect("verified"), Ok(1));
}
