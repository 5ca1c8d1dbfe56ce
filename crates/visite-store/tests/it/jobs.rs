//! Jobs are claimed once, leases run out, and alerts are told once.

use crate::support::*;
use serde_json::json;
use visite_store::*;

on_both!(
    a_job_is_planned_once_claimed_and_finished,
    a_job_that_is_not_due_waits_and_one_can_be_cancelled,
    a_lost_lease_is_claimed_again,
    a_job_that_is_given_back_comes_again,
    two_nodes_share_the_jobs,
    an_alert_is_told_once_until_it_is_over,
    tokens_and_webhooks_are_kept_and_withdrawn,
    records_are_kept_once,
);

fn new_job(id: &str, due: i64) -> NewJob {
    let id = JobId::new(id).expect("an id");
    NewJob { id, kind: "round".into(), input: json!({"why": "noon"}), due_at: at(due) }
}

async fn claim(store: &Store, node: &str, now: i64) -> Option<Job> {
    store.claim_job(node, &["round", "clean"], at(now), at(now + 60)).await.expect("claimed")
}

async fn a_job_is_planned_once_claimed_and_finished(place: Place) {
    let (store, linden) = practice(&place).await;
    assert!(linden.plan_job(&new_job("noon", 10), at(0)).await.expect("planned"));
    assert!(!linden.plan_job(&new_job("noon", 99), at(0)).await.expect("planned"));
    assert_eq!(store.claim_job("n1", &["scan"], at(10), at(70)).await.expect("claimed"), None, "of another kind");
    let job = claim(&store, "n1", 10).await.expect("due");
    assert_eq!((job.practice.as_ref(), job.attempts, job.state), (Some(linden.id()), 1, JobState::Running));
    assert_eq!(claim(&store, "n2", 11).await, None);
    assert!(store.extend_job(&job, at(100), &json!({"done": 3, "of": 20})).await.expect("extended"));
    assert_eq!(claim(&store, "n2", 90).await, None, "the lease was extended");
    assert_eq!(linden.job(&job.id).await.expect("job").progress, json!({"done": 3, "of": 20}));
    assert!(store.finish_job(&job, at(95), Ok(&json!({"round": "r1"}))).await.expect("finished"));
    let job = linden.job(&job.id).await.expect("job");
    assert_eq!((job.state, job.result, job.finished_at), (JobState::Done, Some(json!({"round": "r1"})), Some(at(95))));
    assert_eq!(claim(&store, "n2", 9999).await, None);

    assert!(store.plan_job(&NewJob { kind: "clean".into(), ..new_job("clean", 0) }, at(0)).await.expect("planned"));
    let job = claim(&store, "n1", 1).await.expect("of the installation");
    assert_eq!(job.practice, None);
    assert!(store.finish_job(&job, at(2), Err("no room")).await.expect("finished"));
    assert_eq!(store.jobs(9).await.expect("jobs")[0].state, JobState::Failed);
}

async fn a_job_that_is_not_due_waits_and_one_can_be_cancelled(place: Place) {
    let (store, linden) = practice(&place).await;
    linden.plan_job(&new_job("late", 100), at(0)).await.expect("planned");
    linden.plan_job(&new_job("early", 50), at(0)).await.expect("planned");
    assert_eq!(claim(&store, "n1", 49).await, None);
    assert_eq!(claim(&store, "n1", 200).await.expect("due").id.as_str(), "early", "the older one first");
    assert!(!linden.cancel_job(&JobId::new("early").expect("id")).await.expect("running"));
    assert!(linden.cancel_job(&JobId::new("late").expect("id")).await.expect("cancelled"));
    assert_eq!(linden.jobs(9).await.expect("jobs").len(), 1);
    let early = linden.job(&JobId::new("early").expect("id")).await.expect("job");
    assert!(linden.stop_job(&early.id, at(201)).await.expect("stopped"));
    assert!(!linden.stop_job(&early.id, at(202)).await.expect("stopped already"));
    assert!(!store.extend_job(&early, at(300), &json!(null)).await.expect("lost"), "the node learns it");
    let stopped = linden.job(&early.id).await.expect("job");
    assert_eq!((stopped.state, stopped.finished_at), (JobState::Cancelled, Some(at(201))));
    assert_eq!(claim(&store, "n2", 9999).await, None);
}

async fn a_lost_lease_is_claimed_again(place: Place) {
    let (store, linden) = practice(&place).await;
    linden.plan_job(&new_job("noon", 0), at(0)).await.expect("planned");
    let lost = claim(&store, "n1", 0).await.expect("due");
    let again = claim(&store, "n2", 60).await.expect("the lease is over");
    assert_eq!((again.attempts, again.node.as_deref()), (2, Some("n2")));
    assert!(!store.extend_job(&lost, at(500), &json!(null)).await.expect("lost"));
    assert!(!store.finish_job(&lost, at(61), Ok(&json!(1))).await.expect("lost"));
    assert!(!store.give_back_job(&lost, at(61)).await.expect("lost"));
    // The same node that claims again has another lease, too.
    let third = claim(&store, "n2", 200).await.expect("over again");
    assert!(!store.finish_job(&again, at(201), Ok(&json!(2))).await.expect("lost"));
    assert!(store.finish_job(&third, at(201), Ok(&json!(3))).await.expect("held"));
}

async fn a_job_that_is_given_back_comes_again(place: Place) {
    let (store, linden) = practice(&place).await;
    linden.plan_job(&new_job("noon", 0), at(0)).await.expect("planned");
    let job = claim(&store, "n1", 0).await.expect("due");
    assert!(store.give_back_job(&job, at(300)).await.expect("given back"));
    assert_eq!(claim(&store, "n2", 299).await, None);
    assert_eq!(claim(&store, "n2", 300).await.expect("due").attempts, 2);
}

async fn two_nodes_share_the_jobs(place: Place) {
    let (store, linden) = practice(&place).await;
    for index in 0..40 {
        linden.plan_job(&new_job(&format!("j{index}"), index), at(0)).await.expect("planned");
    }
    let nodes = [store, place.open().await];
    let mut tasks = tokio::task::JoinSet::new();
    for worker in 0..6 {
        let store = nodes[worker % 2].clone();
        tasks.spawn(async move {
            let mut done = Vec::new();
            while let Some(job) = claim(&store, &format!("n{worker}"), 1000).await {
                assert!(store.finish_job(&job, at(1001), Ok(&json!(worker))).await.expect("finished"));
                done.push(job.id.to_string());
            }
            done
        });
    }
    let mut done = tasks.join_all().await.concat();
    // While others hold the last ones, a worker finds nothing and goes; whoever is left takes what remains.
    while let Some(job) = claim(&nodes[0], "last", 1000).await {
        done.push(job.id.to_string());
    }
    done.sort();
    let mut all: Vec<String> = (0..40).map(|index| format!("j{index}")).collect();
    all.sort();
    assert_eq!(done, all, "each once");
}

async fn an_alert_is_told_once_until_it_is_over(place: Place) {
    let (_store, linden) = practice(&place).await;
    let open =
        async |now| linden.open_alert("backup_overdue", "host-1", &json!({"days": 9}), at(now)).await.expect("open");
    assert!(open(0).await);
    assert!(!open(1).await);
    assert!(linden.tell_alert("backup_overdue", "host-1", at(2)).await.expect("told"));
    assert!(!linden.tell_alert("backup_overdue", "host-1", at(3)).await.expect("told already"));
    assert!(linden.resolve_alert("backup_overdue", "host-1", at(4)).await.expect("over"));
    assert!(!linden.resolve_alert("backup_overdue", "host-1", at(5)).await.expect("over already"));
    assert_eq!(linden.alerts(true).await.expect("alerts"), []);
    assert!(open(6).await, "again");
    let alert = &linden.alerts(false).await.expect("alerts")[0];
    assert_eq!((alert.opened_at, alert.told_at, alert.resolved_at), (at(6), None, None));
}

async fn tokens_and_webhooks_are_kept_and_withdrawn(place: Place) {
    let (store, linden) = practice(&place).await;
    let new = NewToken { name: "Praxisverwaltung".into(), scopes: vec!["findings:read".into()], expires_at: day(1) };
    linden.create_token(&event("token.created"), "secret", &new).await.expect("token");
    let token = store.token("secret", at(0)).await.expect("token").expect("known");
    assert_eq!((token.practice.as_ref(), &token.scopes), (Some(linden.id()), &new.scopes));
    assert_eq!(store.token("secret", day(1)).await.expect("over"), None);
    linden.touch_token(&token.id, at(9)).await.expect("used");
    assert_eq!(linden.tokens().await.expect("tokens")[0].last_used_at, Some(at(9)));
    let of_all = |what: &str| AuditEvent::new(at(0), "ada", None, what);
    store.create_token(&of_all("token.created"), "secret of all", &new).await.expect("token");
    let overall = store.token("secret of all", at(0)).await.expect("token").expect("known");
    assert_eq!((&overall.practice, overall.created_by.as_str()), (&None, "ada"));
    assert_eq!(store.token("secret of all", day(1)).await.expect("over"), None);
    store.touch_token(&overall.id, at(9)).await.expect("used");
    assert_eq!(store.tokens().await.expect("tokens")[0].last_used_at, Some(at(9)));
    assert_eq!(linden.tokens().await.expect("tokens").len(), 1, "the practice has its own only");
    assert!(!linden.withdraw_token(&event("token.withdrawn"), &overall.id).await.expect("foreign"));
    assert!(store.withdraw_token(&of_all("token.withdrawn"), &overall.id).await.expect("withdrawn"));
    assert!(!store.withdraw_token(&of_all("token.withdrawn"), &overall.id).await.expect("gone"));
    assert_eq!(store.token("secret of all", at(0)).await.expect("gone"), None);
    let other = add_practice(&store, "other").await;
    assert!(!other.withdraw_token(&event("token.withdrawn"), &token.id).await.expect("foreign"));
    assert!(linden.withdraw_token(&event("token.withdrawn"), &token.id).await.expect("withdrawn"));
    assert_eq!(store.token("secret", at(0)).await.expect("gone"), None);

    let hook = Webhook {
        id: WebhookId::new("w1").expect("id"),
        address: "https://hook.example".into(),
        secret: "sealed".into(),
        events: vec!["finding.opened".into()],
        created_at: at(0),
    };
    linden.put_webhook(&event("webhook.put"), &hook).await.expect("kept");
    assert_eq!(linden.webhooks().await.expect("webhooks"), std::slice::from_ref(&hook));
    assert!(linden.remove_webhook(&event("webhook.removed"), &hook.id).await.expect("removed"));
    assert!(!linden.remove_webhook(&event("webhook.removed"), &hook.id).await.expect("removed"));
}

async fn records_are_kept_once(place: Place) {
    let (_store, linden) = practice(&place).await;
    let id = RecordId::from_random([7; 16]);
    let record = Record { id, kind: "restore".into(), at: at(3), body: json!({"files": 12}) };
    linden.add_record(&event("record.added"), &record).await.expect("kept");
    assert!(matches!(linden.add_record(&event("record.added"), &record).await, Err(StoreError::AlreadyThere { .. })));
    assert_eq!(linden.records_of(&record.kind, 9).await.expect("records"), std::slice::from_ref(&record));
    assert_eq!(linden.records_of("else", 9).await.expect("records"), []);
    assert_eq!(linden.records(9).await.expect("records"), [record]);
}
