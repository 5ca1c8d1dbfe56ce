//! The life of findings, and what a practice file changes.

use crate::world::{World, account, accounts, now, result, time};
use visite_facts::facts::{Account, PasswordState};
use visite_facts::{Acceptance, Assessment, Collection, Finding, FindingState, Unknown, UnknownReason, Verdict};
use visite_target::Practice;

const CHECK: &str = "account-empty-password";

fn open_account() -> World {
    World::of(vec![accounts(&Collection::complete(vec![account("praxis", PasswordState::None)]))])
}

fn closed_account() -> World {
    World::of(vec![accounts(&Collection::complete(vec![account("praxis", PasswordState::Set)]))])
}

fn unreadable_account() -> World {
    let unreadable =
        Account { password: Unknown(UnknownReason::NoPermission), ..account("praxis", PasswordState::Set) };
    World::of(vec![accounts(&Collection::complete(vec![unreadable]))])
}

fn the_finding(assessment: &Assessment) -> &Finding {
    assessment.findings.iter().find(|finding| finding.check == CHECK).expect("the finding")
}

fn next(mut world: World, before: &Assessment) -> Assessment {
    world.previous = before.findings.clone();
    world.now = Some(time("2026-11-25T12:00:00Z"));
    world.assess()
}

#[test]
fn a_gap_opens_is_fixed_and_reopens() {
    let first = open_account().assess();
    let opened = the_finding(&first).clone();
    assert_eq!((opened.state, opened.first_seen), (FindingState::Open, now()));
    assert_eq!(opened.title.de, "Das Konto „praxis“ hat kein Passwort");
    assert_eq!(opened.record.as_deref(), Some("praxis"));

    let fixed = next(closed_account(), &first);
    assert_eq!(the_finding(&fixed).state, FindingState::Fixed);
    assert_eq!(the_finding(&fixed).fixed_at, Some(time("2026-11-25T12:00:00Z")));
    assert!(fixed.measures.iter().all(|measure| !measure.findings.contains(&opened.id)), "nothing is left to do");

    let again = next(open_account(), &fixed);
    assert_eq!(the_finding(&again).state, FindingState::Reopened);
    assert_eq!(the_finding(&again).first_seen, now(), "it is the same gap as before");
    assert_eq!(the_finding(&again).id, opened.id);
}

#[test]
fn what_could_not_be_looked_at_is_not_fixed() {
    let first = open_account().assess();
    let second = next(unreadable_account(), &first);
    let finding = the_finding(&second);
    assert_eq!((finding.state, finding.not_seen_again), (FindingState::Open, Some(UnknownReason::NoPermission)));

    let nothing = next(World::default(), &first);
    assert_eq!(the_finding(&nothing).state, FindingState::Open);
    assert_eq!(the_finding(&nothing).not_seen_again, Some(UnknownReason::NotCollected));
}

#[test]
fn an_account_that_is_gone_is_fixed_only_if_all_accounts_were_seen() {
    let first = open_account().assess();
    let others = vec![account("anna", PasswordState::Set)];
    let all = next(World::of(vec![accounts(&Collection::complete(others.clone()))]), &first);
    assert_eq!(the_finding(&all).state, FindingState::Fixed);
    let some = next(World::of(vec![accounts(&Collection::incomplete(others, UnknownReason::Malformed))]), &first);
    assert_eq!(the_finding(&some).state, FindingState::Open);
    assert_eq!(result(&some, CHECK).verdict, Verdict::Unknown);
    assert_eq!(result(&some, CHECK).reason, Some(UnknownReason::Incomplete));
    assert_eq!(result(&some, CHECK).cause, Some(UnknownReason::Malformed));
}

#[test]
fn an_accepted_risk_counts_until_the_end_of_its_day_in_the_practice() {
    let finding = the_finding(&open_account().assess()).id.clone();
    let until = "2026-11-24".parse().expect("a day");
    let acceptance = Acceptance { finding, reason: "Ersatzgerät".to_owned(), by: "Praxisleitung".to_owned(), until };
    // Midnight in Berlin is 23:00 UTC in November.
    for (moment, state) in
        [("2026-11-24T22:59:59Z", FindingState::Accepted), ("2026-11-24T23:00:00Z", FindingState::Open)]
    {
        let world = World { acceptances: vec![acceptance.clone()], now: Some(time(moment)), ..open_account() };
        assert_eq!(the_finding(&world.assess()).state, state, "{moment}");
    }
}

#[test]
fn an_exemption_of_the_practice_file_accepts_and_a_room_decides_the_lock_time() {
    let text = "schema: visite.practice/1
name: Praxis Beispiel
people: [{ id: leitung, roles: [owner] }]
devices: [{ id: pc, name: Empfang, class: workplace, room: treatment, host_name: pc-1, data_class: health }]
exemptions: [{ id: ausnahme, check: account-empty-password, device: pc, reason: Testkonto, by: leitung, until: 2026-12-31 }]
";
    let practice = Practice::from_yaml(text, "practice.yaml").unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let world = World { practice: Some(practice), ..open_account() };
    let assessment = world.assess();
    assert_eq!(the_finding(&assessment).state, FindingState::Accepted);
    assert_eq!(the_finding(&assessment).acceptance.as_ref().map(|a| a.by.as_str()), Some("leitung"));
    assert!(assessment.measures.is_empty());
    assert_eq!(assessment.round.practice.as_deref(), Some("Praxis Beispiel"));
    let late = result(&assessment, "screen-lock-late");
    assert_eq!(
        (late.severity, late.effective_severity),
        (visite_facts::Severity::Medium, visite_facts::Severity::High)
    );
}

#[test]
fn of_two_earlier_findings_with_the_same_id_the_later_counts_in_any_order() {
    let opened = open_account().assess();
    let fixed = next(closed_account(), &opened);
    let mut both = fixed.findings.clone();
    both.extend(opened.findings.clone());
    let judged = |previous: Vec<Finding>| {
        let world = World { previous, now: Some(time("2026-11-26T12:00:00Z")), ..unreadable_account() };
        the_finding(&world.assess()).clone()
    };
    let one_way = judged(both.clone());
    both.reverse();
    assert_eq!(judged(both), one_way);
}

#[test]
fn an_exemption_for_a_device_holds_while_the_device_is_off() {
    let text = |until: &str| {
        let text = format!(
            "schema: visite.practice/1
name: Praxis Beispiel
people: [{{ id: leitung, roles: [owner] }}]
devices: [{{ id: pc, name: Empfang, class: workplace, host_name: pc-1 }}]
exemptions: [{{ id: ausnahme, check: account-empty-password, device: pc, reason: Testkonto, by: leitung, until: {until} }}]
"
        );
        Practice::from_yaml(&text, "practice.yaml").unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
    };
    let first = World { practice: Some(text("2026-12-31")), ..open_account() }.assess();
    assert_eq!(the_finding(&first).state, FindingState::Accepted);
    let off = |practice| next(World { practice: Some(practice), ..World::default() }, &first);
    let still = off(text("2026-12-31"));
    assert_eq!(the_finding(&still).state, FindingState::Accepted);
    assert_eq!(the_finding(&still).not_seen_again, Some(UnknownReason::NotCollected));
    // Over, or taken out of the practice file: the gap stands open again.
    assert_eq!(the_finding(&off(text("2026-11-24"))).state, FindingState::Open);
    let without =
        Practice::from_yaml("schema: visite.practice/1\nname: Praxis Beispiel\n", "p.yaml").expect("a practice");
    assert_eq!(the_finding(&off(without)).state, FindingState::Open);
}
