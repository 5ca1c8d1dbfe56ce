//! Enrolling, renewing and revoking agents.

use crate::support::*;
use visite_store::*;

on_both!(
    a_token_enrols_one_agent,
    of_two_at_once_one_is_enrolled,
    a_token_ends_and_can_be_withdrawn,
    an_agent_is_renewed_changed_and_revoked,
);

async fn token(linden: &PracticeStore, token: &str) {
    let new = NewEnrolment { name: "Empfang".into(), expires_at: day(1) };
    linden.create_enrolment(&event("enrolment.created"), token, &new).await.expect("a token");
}

async fn a_token_enrols_one_agent(place: Place) {
    let (store, linden) = practice(&place).await;
    token(&linden, "t1").await;
    assert_eq!(store.enrolment("t1", at(1)).await.expect("known").as_ref(), Some(linden.id()));
    assert_eq!(store.enrolment("forged", at(1)).await.expect("unknown"), None);
    let enrolled = store.enrol(&event("agent.enrolled"), "t1", &new_agent("pc1")).await.expect("enrolled");
    assert_eq!(enrolled, Some(Enrolled { practice: linden.id().clone(), epoch: 1 }));
    assert_eq!(store.enrol(&event("agent.enrolled"), "t1", &new_agent("pc2")).await.expect("used"), None);
    let listed = &linden.enrolments().await.expect("enrolments")[0];
    assert_eq!((listed.used_by.clone(), listed.used_at), (Some(agent_id("pc1")), Some(at(0))));
    assert_eq!(linden.agents().await.expect("agents").len(), 1);
    assert_eq!(linden.audit_log(None, 1).await.expect("log")[0].event.what, "agent.enrolled");
}

async fn of_two_at_once_one_is_enrolled(place: Place) {
    let (store, linden) = practice(&place).await;
    token(&linden, "t1").await;
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..8 {
        let store = store.clone();
        let new = new_agent(&format!("pc{index}"));
        tasks.spawn(async move { store.enrol(&event("agent.enrolled"), "t1", &new).await });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Ok(Some(_)))).count(), 1, "{answers:?}");
    assert_eq!(linden.agents().await.expect("agents").len(), 1);
}

async fn a_token_ends_and_can_be_withdrawn(place: Place) {
    let (store, linden) = practice(&place).await;
    token(&linden, "t1").await;
    assert_eq!(store.enrolment("t1", day(1)).await.expect("over"), None);
    let id = linden.enrolments().await.expect("enrolments")[0].id.clone();
    let other = add_practice(&store, "other").await;
    assert!(!other.withdraw_enrolment(&event("enrolment.withdrawn"), &id).await.expect("a foreign one"));
    assert!(linden.withdraw_enrolment(&event("enrolment.withdrawn"), &id).await.expect("withdrawn"));
    assert_eq!(store.enrol(&event("agent.enrolled"), "t1", &new_agent("pc1")).await.expect("gone"), None);
}

async fn an_agent_is_renewed_changed_and_revoked(place: Place) {
    let (_store, linden) = practice(&place).await;
    let id = add_agent(&linden, "pc1").await;
    let taken = linden.create_agent(&event("agent.created"), &new_agent("pc1")).await.expect_err("taken");
    assert!(matches!(taken, StoreError::AlreadyThere { .. }));
    linden.renew_agent(&event("agent.renewed"), &id, "0b", day(180)).await.expect("renewed");
    let site = SiteId::new("haus-2").expect("id");
    let changed = linden.change_agent_details(&event("agent.changed"), &id, "Röntgen", Some(&site), true).await;
    changed.expect("changed");
    let agent = linden.agent(&id).await.expect("agent");
    assert_eq!((agent.serial.as_str(), agent.expires_at), ("0b", day(180)));
    assert_eq!((agent.name.as_str(), agent.site, agent.medical_device), ("Röntgen", Some(site), true));
    linden.revoke_agent(&event("agent.revoked"), &id).await.expect("revoked");
    assert_eq!(linden.agent(&id).await.expect("agent").state, AgentState::Revoked);
    let refused = linden.renew_agent(&event("agent.renewed"), &id, "0c", day(200)).await.expect_err("revoked");
    assert!(matches!(refused, StoreError::Revoked { .. }));
}
