//! Two nodes on one PostgreSQL: they share the jobs, and none is done twice.

use crate::engine::postgres;
use crate::jobs::{Node, practice_id};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};
use visite_server::jobs::plan;
use visite_store::{JobState, NewPractice, PracticeId};

/// Practices, each with a round to go on.
const PRACTICES: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn root_two_nodes_share_the_jobs_and_do_none_twice() {
    let place = postgres::place();
    let (one, two) = (Node::new(&place.location).await, Node::new(&place.location).await);
    one.make_practice().await;
    let mut practices = vec![practice_id()];
    for index in 1..PRACTICES {
        let id = PracticeId::new(format!("praxis-{index}")).unwrap();
        let new = NewPractice { id: id.clone(), name: format!("Praxis {index}"), time_zone: "Europe/Berlin".into() };
        one.app.store().create_practice(&one.event(), &new).await.unwrap();
        practices.push(id);
    }
    // Both plan the same, at the start and by hand.
    let (first, second) = (one.start_slow("one"), two.start_slow("two"));
    for practice in &practices {
        for node in [&one, &two] {
            let store = node.app.store().practice(practice.clone());
            plan::look(&store, None, node.app.now() - SignedDuration::from_mins(1)).await.unwrap();
            // The servers stand in the first one, which has its round at the start.
            if *practice != practices[0] {
                plan::round(&store, None, node.app.now()).await.unwrap();
            }
        }
    }
    let mut done_by: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for practice in &practices {
        let store = one.app.store().practice(practice.clone());
        for _ in 0..1_500 {
            let jobs = store.jobs(100).await.unwrap();
            if jobs.len() >= 2 && jobs.iter().filter(|job| job.kind != "judge").all(|job| job.finished_at.is_some()) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        for job in store.jobs(100).await.unwrap().into_iter().filter(|job| job.kind != "judge") {
            assert_eq!((job.state, job.attempts), (JobState::Done, 1), "{job:?}");
            done_by.entry(job.node.unwrap()).or_default().insert(format!("{practice}/{}", job.id));
        }
        assert_eq!(store.rounds(None, 10).await.unwrap().len(), 1, "one round, kept once");
    }
    first.stop().await;
    second.stop().await;
    let shares: Vec<usize> = done_by.values().map(BTreeSet::len).collect();
    assert_eq!((shares.len(), shares.iter().sum::<usize>()), (2, 2 * PRACTICES), "{shares:?}");
    // A round does without a look of its own if there was one since it was planned.
    let mut deliveries = 0;
    for practice in practices {
        let agents = one.app.store().practice(practice).agents().await.unwrap();
        assert_eq!(agents.len(), 1, "both nodes look as the same agent");
        deliveries += usize::try_from(agents[0].deliveries).unwrap();
    }
    assert_eq!(one.looks() + two.looks(), deliveries, "each look counts once");
    assert!((PRACTICES..=2 * PRACTICES).contains(&deliveries), "{deliveries}");
    assert!(place.folder.path().exists());
}
