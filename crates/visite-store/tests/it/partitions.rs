//! On PostgreSQL the large tables may be divided by practice, as the capacity plan says; the store does not notice.

use crate::backup::{filled, told};
use crate::support::*;
use visite_facts::FindingState;
use visite_store::*;

const DIVIDE: &str = include_str!("../../../../docs/examples/postgresql-partitions.sql");

#[test]
fn root_postgres_divided_by_practice_is_the_same_store() {
    run(async {
        let place = postgres::place();
        let store = place.open().await;
        let linden = filled(&store, "linden").await;
        let ahorn = filled(&store, "ahorn").await;
        let before = (told(&linden).await, told(&ahorn).await);
        store.close().await.expect("closed");
        place.execute(DIVIDE).await;
        let count = "SELECT count(*) FROM pg_class WHERE relispartition AND relkind = 'r'";
        assert_eq!(place.number(count).await, 7 * 8);
        let references = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conparentid = 0";
        let whole = postgres::place();
        whole.open().await.close().await.expect("closed");
        assert_eq!(place.number(references).await, whole.number(references).await, "what refers still does");

        let store = place.open().await;
        store.integrity_check().await.expect("whole");
        let (linden, ahorn) = (store.practice(linden.id().clone()), store.practice(ahorn.id().clone()));
        assert_eq!((told(&linden).await, told(&ahorn).await), before);
        let agent = agent_id("pc1");
        let next = delivery(4, at(60), vec![with_body(&snapshot("pc1", "14", at(60)))]);
        assert!(linden.deliver(&agent, next.clone()).await.expect("delivered").counted);
        assert!(!linden.deliver(&agent, next).await.expect("delivered").counted, "once");
        let judged = assessment("round-2", at(70), vec![finding("pw", Some("anna"), FindingState::Fixed, at(70))]);
        linden.save_round(&judged).await.expect("saved");
        assert_eq!(store.overview().await.expect("overview").len(), 2);
        // What refers to something holds it, here as before.
        let refused = "INSERT INTO snapshot VALUES ('linden', 'nobody', 'linux.system', 'no hash', 1, 2, 2, 'pc1')";
        assert!(place.refuses(refused).await);
        let record = RecordId::new("deletion").expect("id");
        ahorn.delete(&event("practice.deleted"), &record).await.expect("deleted");
        assert_eq!(place.number("SELECT count(*) FROM body WHERE practice = 'ahorn'").await, 0);
        assert!(told(&linden).await.contains("14"));
    });
}
