//! Rounds, and the life of findings.

use crate::support::*;
use FindingEventKind::{
    AcceptanceEnded, Accepted as WasAccepted, Assigned, Fixed as WasFixed, Opened, Reopened as WasReopened,
};
use visite_facts::FindingState::{Accepted, Fixed, Open, Reopened};
use visite_facts::{Acceptance, Severity};
use visite_store::*;

on_both!(
    a_finding_lives_from_round_to_round,
    people_accept_withdraw_and_assign,
    a_round_is_kept_once_and_as_a_whole,
    rounds_are_listed_and_compared,
    findings_are_filtered,
    all_practices_are_seen_at_a_glance,
);

async fn save(linden: &PracticeStore, round: i64, findings: Vec<visite_facts::Finding>) -> Vec<FindingEventKind> {
    let assessment = assessment(&format!("round-{round}"), day(round), findings);
    linden.save_round(&assessment).await.expect("saved").into_iter().map(|change| change.kind).collect()
}

async fn kinds(linden: &PracticeStore, finding: &str) -> Vec<FindingEventKind> {
    let events = linden.finding_events(finding).await.expect("events");
    assert!(events.iter().zip(1..).all(|(event, number)| event.number == number));
    events.into_iter().map(|event| event.kind).collect()
}

async fn a_finding_lives_from_round_to_round(place: Place) {
    let (_store, linden) = practice(&place).await;
    let one = |state, round| vec![finding("a", None, state, day(round))];
    assert_eq!(save(&linden, 1, one(Open, 1)).await, [Opened]);
    assert_eq!(save(&linden, 2, one(Open, 2)).await, []);
    assert_eq!(save(&linden, 3, one(Fixed, 3)).await, [WasFixed]);
    assert_eq!(save(&linden, 4, one(Reopened, 4)).await, [WasReopened]);
    assert_eq!(save(&linden, 5, one(Accepted, 5)).await, [WasAccepted]);
    assert_eq!(save(&linden, 6, one(Open, 6)).await, [AcceptanceEnded]);
    assert_eq!(kinds(&linden, "finding-a").await, [Opened, WasFixed, WasReopened, WasAccepted, AcceptanceEnded]);
    assert_eq!(linden.previous_findings().await.expect("findings"), one(Open, 6));
}

async fn people_accept_withdraw_and_assign(place: Place) {
    let (store, linden) = practice(&place).await;
    save(&linden, 1, vec![finding("a", None, Open, day(1)), finding("b", None, Fixed, day(1))]).await;
    let acceptance = Acceptance {
        finding: "finding-a".into(),
        reason: "Gerät wird im Juli ersetzt".into(),
        by: "ada".into(),
        until: "2026-07-31".parse().expect("a date"),
    };
    linden.accept(&event("finding.accepted"), &acceptance).await.expect("accepted");
    let kept = linden.finding("finding-a").await.expect("finding").finding;
    assert_eq!((kept.state, kept.acceptance.as_ref()), (Accepted, Some(&acceptance)));
    assert_eq!(linden.acceptances().await.expect("acceptances"), std::slice::from_ref(&acceptance));
    assert_eq!(save(&linden, 2, vec![kept]).await, [], "the round agrees");

    let closed = Acceptance { finding: "finding-b".into(), ..acceptance.clone() };
    assert!(linden.accept(&event("finding.accepted"), &closed).await.is_err(), "a closed gap is not accepted");
    let without_reason = Acceptance { reason: "  ".into(), ..acceptance.clone() };
    assert!(linden.accept(&event("finding.accepted"), &without_reason).await.is_err());
    let foreign = add_practice(&store, "other").await;
    let refused = foreign.accept(&event("finding.accepted"), &acceptance).await.expect_err("foreign");
    assert!(matches!(refused, StoreError::NotFound { .. }));

    assert!(linden.withdraw_acceptance(&event("finding.acceptance_ended"), "finding-a").await.expect("withdrawn"));
    assert!(!linden.withdraw_acceptance(&event("finding.acceptance_ended"), "finding-a").await.expect("withdrawn"));
    assert_eq!(linden.acceptances().await.expect("acceptances"), []);
    linden.assign(&event("finding.assigned"), "finding-a", Some(&account_id("ada"))).await.expect("assigned");
    save(&linden, 3, vec![finding("a", None, Open, day(3))]).await;
    let kept = linden.finding("finding-a").await.expect("finding");
    assert_eq!((kept.finding.state, kept.assigned_to), (Open, Some(account_id("ada"))), "a round leaves it assigned");
    assert_eq!(kinds(&linden, "finding-a").await, [Opened, WasAccepted, AcceptanceEnded, Assigned]);
    assert_eq!(linden.finding_events("finding-a").await.expect("events")[1].detail, acceptance.reason);
}

async fn a_round_is_kept_once_and_as_a_whole(place: Place) {
    let (_store, linden) = practice(&place).await;
    let kept = assessment("round-1", day(1), vec![finding("a", None, Open, day(1))]);
    linden.save_round(&kept).await.expect("saved");
    let again = linden.save_round(&kept).await.expect_err("again");
    assert!(matches!(again, StoreError::AlreadyThere { .. }));
    assert_eq!(kinds(&linden, "finding-a").await, [Opened], "nothing of the second attempt stayed");
    assert_eq!(linden.latest_assessment().await.expect("latest"), Some(kept.clone()));
    assert_eq!(linden.assessment("round-1").await.expect("kept"), Some(kept));
    assert!(linden.assessment("round-9").await.is_err());
}

async fn rounds_are_listed_and_compared(place: Place) {
    let (_store, linden) = practice(&place).await;
    for round in [2, 1, 3] {
        save(&linden, round, vec![]).await;
    }
    let ids = async |before, limit| {
        let rounds = linden.rounds(before, limit).await.expect("rounds");
        rounds.into_iter().map(|round| round.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(None, 10).await, ["round-3", "round-2", "round-1"]);
    assert_eq!(ids(Some(day(3)), 1).await, ["round-2"]);
    let (earlier, later) = linden.compare("round-3", "round-1").await.expect("compared").expect("both in full");
    assert_eq!((earlier.round.id.as_str(), later.round.id.as_str()), ("round-1", "round-3"));
    assert_eq!(linden.rounds(None, 1).await.expect("rounds")[0].summary.failed, 1);
}

async fn findings_are_filtered(place: Place) {
    let (_store, linden) = practice(&place).await;
    let mut low = finding("low", None, Open, day(1));
    low.effective_severity = Severity::Low;
    let mut fixed = finding("fixed", None, Fixed, day(1));
    fixed.effective_severity = Severity::Critical;
    save(&linden, 1, vec![low, fixed, finding("high", Some("praxis"), Open, day(1))]).await;
    let open = &linden.rounds(None, 1).await.expect("rounds")[0].open;
    assert_eq!(open.iter().collect::<Vec<_>>(), [(&Severity::Low, &1), (&Severity::High, &1)]);
    linden.assign(&event("finding.assigned"), "finding-low", Some(&account_id("ada"))).await.expect("assigned");
    let found = async |filter: FindingFilter| {
        let found = linden.findings(&filter).await.expect("findings");
        found.into_iter().map(|kept| kept.finding.check).collect::<Vec<_>>()
    };
    let all = FindingFilter::default;
    assert_eq!(found(all()).await, ["fixed", "high", "low"], "worst first");
    assert_eq!(found(FindingFilter { states: vec![Open, Reopened], ..all() }).await, ["high", "low"]);
    assert_eq!(found(FindingFilter { at_least: Some(Severity::High), ..all() }).await, ["fixed", "high"]);
    assert_eq!(found(FindingFilter { assigned_to: Some(account_id("ada")), ..all() }).await, ["low"]);
    assert_eq!(found(FindingFilter { check: Some("high".into()), ..all() }).await, ["high"]);
    assert_eq!(found(FindingFilter { area: Some(visite_facts::Area::Backup), ..all() }).await, [""; 0]);
    assert_eq!(found(FindingFilter { subject: Some(visite_facts::SubjectId("x".into())), ..all() }).await, [""; 0]);
}

async fn all_practices_are_seen_at_a_glance(place: Place) {
    let (store, linden) = practice(&place).await;
    add_practice(&store, "eiche").await;
    let gone = add_practice(&store, "gone").await;
    gone.delete(&event("practice.deleted"), &RecordId::from_random([1; 16])).await.expect("deleted");
    let mut low = finding("low", None, Open, day(2));
    low.effective_severity = Severity::Low;
    let fixed = finding("fixed", None, Fixed, day(2));
    save(&linden, 1, vec![]).await;
    save(&linden, 2, vec![low, fixed, finding("a", None, Open, day(2)), finding("b", None, Reopened, day(2))]).await;
    for (agent, seen) in [("pc1", Some(5)), ("pc2", Some(9)), ("pc3", None), ("old", Some(1))] {
        let id = add_agent(&linden, agent).await;
        if let Some(seen) = seen {
            linden.deliver(&id, delivery(1, at(seen), vec![])).await.expect("delivered");
        }
    }
    linden.revoke_agent(&event("agent.revoked"), &agent_id("old")).await.expect("revoked");
    linden.open_alert("agent_silent", "pc3", &serde_json::json!({}), at(0)).await.expect("alert");
    let seen = store.overview().await.expect("overview");
    assert_eq!(seen.iter().map(|one| one.practice.id.as_str()).collect::<Vec<_>>(), ["eiche", "linden"]);
    let none = Default::default();
    assert_eq!((&seen[0].round, &seen[0].open, seen[0].agents, seen[0].quietest_at), (&None, &none, 0, None));
    assert_eq!(seen[1].round.as_ref().expect("a round").id, "round-2");
    assert_eq!(seen[1].open, [(Severity::Low, 1), (Severity::High, 2)].into());
    assert_eq!((seen[1].agents, seen[1].quietest_at, seen[1].alerts), (3, Some(at(5)), 1));
}
