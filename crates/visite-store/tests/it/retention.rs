//! What is deleted when, and out of what names are taken.

use crate::support::*;
use visite_facts::facts::Account;
use visite_facts::{Collection, Fact, FactType, FindingState, Known, Snapshot, Text, UnknownReason};
use visite_store::*;

on_both!(
    personal_fields_go_after_90_days_and_technical_ones_stay,
    what_still_is_true_is_not_old,
    history_goes_after_400_days,
    a_blanked_content_is_asked_for_again,
    old_findings_and_rounds_name_nobody,
    rounds_are_kept_in_full_24_times_and_once_a_month,
    sessions_tokens_and_jobs_go_90_days_after_their_end,
);

fn names(snapshot: &Snapshot) -> Vec<String> {
    let Some(Fact::Collection { records, .. }) = snapshot.facts.get(Account::SPEC.name) else { panic!("no accounts") };
    records.iter().map(|record| format!("{:?}", record.get("name"))).collect()
}

fn people(observed: i64, names: &[&str]) -> Snapshot {
    let mut snapshot = accounts("pc1", &[], day(observed));
    let account = |name: &&str| Account { name: Known((*name).to_owned()), uid: Known(1000), ..Account::default() };
    snapshot.put_all(&Collection::complete(names.iter().map(account).collect()));
    snapshot
}

async fn send(linden: &PracticeStore, sequence: i64, days: i64, names: &[&str]) {
    let delivery = delivery(sequence, day(days), vec![with_body(&people(days, names))]);
    let receipt = linden.deliver(&agent_id("pc1"), delivery).await.expect("delivered");
    assert!(receipt.counted);
}

async fn history(linden: &PracticeStore) -> Vec<Snapshot> {
    linden.history(&people(0, &[]).subject.id, "linux.accounts", 99).await.expect("history")
}

async fn personal_fields_go_after_90_days_and_technical_ones_stay(place: Place) {
    let (store, linden) = practice(&place).await;
    add_agent(&linden, "pc1").await;
    send(&linden, 1, 0, &["anna"]).await;
    send(&linden, 2, 10, &["bert"]).await;
    assert_eq!(store.clean_up(day(90)).await.expect("cleaned").blanked, 0, "day 90 is not over");
    assert_eq!(store.clean_up(day(91)).await.expect("cleaned").blanked, 1);
    assert_eq!(store.clean_up(day(91)).await.expect("cleaned"), CleanedUp::default(), "again there is nothing to do");
    let history = history(&linden).await;
    let known = |name: &str| format!("{:?}", Ok::<_, ()>(visite_facts::Value::Text(name.into())));
    assert_eq!(names(&history[0]), [known("bert")]);
    assert_eq!(names(&history[1]), [format!("{:?}", Err::<(), _>(UnknownReason::Stale))]);
    let Some(Fact::Collection { records, .. }) = history[1].facts.get(Account::SPEC.name) else {
        panic!("no accounts")
    };
    assert_eq!(records[0].get("uid"), Ok(&visite_facts::Value::Integer(1000)), "technical");
    assert_eq!(place.number("SELECT count(*) FROM body WHERE content LIKE '%anna%'").await, 0);
    assert_eq!(place.number("SELECT count(*) FROM body WHERE content LIKE '%bert%'").await, 1);
    // A computer that is not seen any more names nobody either.
    store.clean_up(day(101)).await.expect("cleaned");
    assert_eq!(place.number("SELECT count(*) FROM body WHERE content LIKE '%bert%'").await, 0);
}

async fn what_still_is_true_is_not_old(place: Place) {
    let (store, linden) = practice(&place).await;
    add_agent(&linden, "pc1").await;
    send(&linden, 1, 0, &["anna"]).await;
    let delivery = delivery(2, day(200), vec![without_body(&people(200, &["anna"]))]);
    linden.deliver(&agent_id("pc1"), delivery).await.expect("delivered");
    assert_eq!(store.clean_up(day(201)).await.expect("cleaned"), CleanedUp::default());
}

async fn history_goes_after_400_days(place: Place) {
    let (store, linden) = practice(&place).await;
    add_agent(&linden, "pc1").await;
    for (sequence, (days, name)) in (1..).zip([(0, "anna"), (100, "bert"), (450, "carl")]) {
        send(&linden, sequence, days, &[name]).await;
    }
    let cleaned = store.clean_up(day(401)).await.expect("cleaned");
    assert_eq!((cleaned.observations, cleaned.bodies), (1, 1));
    assert_eq!(history(&linden).await.len(), 2);
    store.clean_up(day(2000)).await.expect("cleaned");
    assert_eq!(history(&linden).await.len(), 1, "the newest stays");
    store.integrity_check().await.expect("whole");
}

async fn a_blanked_content_is_asked_for_again(place: Place) {
    let (store, linden) = practice(&place).await;
    add_agent(&linden, "pc1").await;
    send(&linden, 1, 0, &["anna"]).await;
    send(&linden, 2, 10, &["bert"]).await;
    store.clean_up(day(95)).await.expect("cleaned");
    let old = people(96, &["anna"]);
    let asked = linden.deliver(&agent_id("pc1"), delivery(3, day(96), vec![without_body(&old)])).await.expect("asked");
    assert_eq!(asked.missing, [content_hash(&old)]);
    linden.deliver(&agent_id("pc1"), delivery(4, day(96), vec![with_body(&old)])).await.expect("sent");
    let snapshots = linden.snapshots().await.expect("snapshots");
    assert_eq!((snapshots[0].observed_at, &snapshots[0].facts), (day(96), &old.facts));
}

async fn old_findings_and_rounds_name_nobody(place: Place) {
    let (store, linden) = practice(&place).await;
    let mut judged = assessment("round-1", day(0), vec![finding("pw", Some("anna"), FindingState::Open, day(0))]);
    let mut second = finding("os", None, FindingState::Open, day(0));
    second.title = Text::new("Kurze Passwörter sind erlaubt", "Short passwords are allowed");
    second.evidence[0].field = "host.password_policy.min_length".into();
    judged.findings.push(second.clone());
    let of_check = |check: &str, topic: &str| visite_facts::CheckResult {
        check: check.into(),
        subject: visite_facts::SubjectId("host-pc1".into()),
        verdict: visite_facts::Verdict::Fail,
        reason: None,
        cause: None,
        severity: visite_facts::Severity::High,
        effective_severity: visite_facts::Severity::High,
        confidence: visite_facts::Confidence::High,
        topic: Text::new(topic, topic),
        area: visite_facts::Area::Accounts,
        records: vec![visite_facts::RecordResult {
            record: "anna".into(),
            verdict: visite_facts::Verdict::Fail,
            reason: None,
        }],
        evidence: judged.findings[0].evidence.clone(),
    };
    judged.results = vec![of_check("pw", "Konten ohne Passwort")];
    linden.save_round(&judged).await.expect("saved");
    store.clean_up(day(89)).await.expect("cleaned");
    assert_eq!(linden.previous_findings().await.expect("findings")[1].record.as_deref(), Some("anna"));

    assert_eq!(store.clean_up(day(91)).await.expect("cleaned").blanked, 3);
    for table in ["finding WHERE body", "round WHERE assessment"] {
        assert_eq!(place.number(&format!("SELECT count(*) FROM {table} LIKE '%anna%'")).await, 0, "{table}");
    }
    let findings = linden.previous_findings().await.expect("findings");
    assert_eq!(findings[0], second, "about the machine only");
    assert_eq!(findings[1].title.de, "Konten ohne Passwort");
    assert_eq!(findings[1].evidence[0].field, "host.accounts[…].password");
    assert_eq!(findings[1].id, judged.findings[0].id);
    // A round that began before brings nothing back.
    judged.round.id = "round-2".into();
    judged.round.at = day(92);
    linden.save_round(&judged).await.expect("saved");
    assert_eq!(place.number("SELECT count(*) FROM finding WHERE body LIKE '%anna%'").await, 0);
    // Seen again it is named again.
    judged.round.id = "round-3".into();
    judged.findings[0].last_seen = day(93);
    linden.save_round(&judged).await.expect("saved");
    assert_eq!(place.number("SELECT count(*) FROM finding WHERE body LIKE '%anna%'").await, 1);
}

async fn rounds_are_kept_in_full_24_times_and_once_a_month(place: Place) {
    let (store, linden) = practice(&place).await;
    // 60 rounds from the first of June on: 30 in June, 30 in July.
    for index in 0..60 {
        linden.save_round(&assessment(&format!("round-{index:02}"), day(index), vec![])).await.expect("saved");
    }
    assert_eq!(store.clean_up(day(60)).await.expect("cleaned").shortened_rounds, 34);
    let rounds = linden.rounds(None, 99).await.expect("rounds");
    let full: Vec<&str> = rounds.iter().filter(|round| round.is_full).map(|round| round.id.as_str()).collect();
    assert_eq!((full.len(), full[23], full[24], full[25]), (26, "round-36", "round-35", "round-29"));
    assert_eq!(linden.assessment("round-28").await.expect("a round"), None);
    assert!(linden.compare("round-28", "round-29").await.expect("compared").is_none());
    assert_eq!(rounds.len(), 60, "summaries stay");
}

async fn sessions_tokens_and_jobs_go_90_days_after_their_end(place: Place) {
    let (store, linden) = practice(&place).await;
    let ada = NewAccount {
        id: account_id("ada"),
        email: "a@b.example".into(),
        name: "Ada".into(),
        language: visite_facts::Lang::De,
        provider_role: None,
    };
    store.create_account(&event("account.created"), &ada).await.expect("account");
    let session = NewSession {
        account: ada.id,
        now: day(0),
        expires_at: day(1),
        second_factor_at: None,
        proved_at: None,
        address: String::new(),
        program: String::new(),
    };
    store.open_session("s", &session).await.expect("session");
    let new = NewToken { name: "t".into(), scopes: vec![], expires_at: day(1) };
    linden.create_token(&event("token.created"), "t", &new).await.expect("token");
    store.create_token(&AuditEvent::new(at(0), "ada", None, "token.created"), "i", &new).await.expect("token");
    let new = NewEnrolment { name: "e".into(), expires_at: day(1) };
    linden.create_enrolment(&event("enrolment.created"), "e", &new).await.expect("enrolment");
    let job = NewJob { id: JobId::new("j").expect("id"), kind: "k".into(), input: ().into(), due_at: day(0) };
    linden.plan_job(&job, day(0)).await.expect("planned");
    let job = store.claim_job("n", &["k"], day(0), day(2)).await.expect("claimed").expect("due");
    store.finish_job(&job, day(1), Ok(&().into())).await.expect("finished");
    assert_eq!(store.clean_up(day(91)).await.expect("cleaned"), CleanedUp::default());
    let gone = store.clean_up(day(92)).await.expect("cleaned");
    assert_eq!((gone.sessions, gone.tokens, gone.jobs), (1, 3, 1));
}
