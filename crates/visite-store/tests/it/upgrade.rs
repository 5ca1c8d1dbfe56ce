//! Databases of earlier schemas come to the newest one, or stay as they were.

use crate::support::*;
use visite_store::*;

on_both!(
    every_earlier_schema_is_upgraded_with_its_rows,
    a_failed_change_leaves_everything_and_names_the_way_back,
    a_newer_schema_is_not_touched,
    two_nodes_start_at_once,
);

/// Rows as a program of each schema left them, in the form of that schema: never edited, only added to.
const ROWS: &[&[&str]] = &[
    &[
        "INSERT INTO practice VALUES ('linden', 'Praxis', 'Europe/Berlin', 'name: x', 'aa', '{}', 1, NULL)",
        "INSERT INTO site VALUES ('linden', 'a', 'Haupthaus')",
        "INSERT INTO account VALUES ('ada', 'ada@a.example', 'Ada', NULL, '[]', 0, 'de', NULL, 1, NULL)",
        "INSERT INTO membership VALUES ('linden', 'ada', 'practice-owner', NULL, 'visite', 1)",
        "INSERT INTO session VALUES ('aa', 'ada', 1, 1, 9, NULL, '192.0.2.1', 'Firefox')",
        "INSERT INTO token VALUES ('linden', 'bb', 'name', '[]', 'ada', 1, 9, NULL)",
        "INSERT INTO webhook VALUES ('linden', 'w', 'https://a.example', 'sealed', '[]', 1)",
    ],
    &[
        "INSERT INTO agent VALUES ('linden', 'pc1', 'PC 1', NULL, NULL, FALSE, '0a', 9, 'active', '1', 1, 1, NULL, 1, 3, '1-3', 3)",
        "INSERT INTO enrolment VALUES ('linden', 'cc', 'PC 2', 'ada', 1, 9, NULL, NULL)",
        "INSERT INTO subject VALUES ('linden', 'host-1', 'host', 'pc1', '[]', 1, 2)",
        "INSERT INTO body VALUES ('linden', 'dd', '{\"identifiers\":[],\"facts\":{},\"problems\":[]}', 1, FALSE)",
        "INSERT INTO snapshot VALUES ('linden', 'host-1', 'linux.system', 'dd', 1, 2, 2, 'pc1')",
        "INSERT INTO observation VALUES ('linden', 'host-1', 'linux.system', 1, 'dd', 1, 'pc1')",
    ],
    &[
        "INSERT INTO round VALUES ('linden', 'r1', 1, 'cc', '{\"points\":0,\"checked\":0,\"passed\":0,\"failed\":0,\"unchecked\":{},\"not_applicable\":0}', FALSE, FALSE, NULL)",
        "INSERT INTO record VALUES ('linden', 'rec', 'restore', 1, '{}')",
    ],
    &["INSERT INTO job VALUES ('linden', 'noon', 'round', '{}', 1, 'waiting', NULL, NULL, 0, 'null', NULL, 1, NULL)"],
    &["INSERT INTO alert VALUES ('linden', 'backup_overdue', 'f1', '{}', 1, NULL, NULL)"],
    &["INSERT INTO installation_token VALUES ('ee', 'name', '[]', 'ada', 1, 9, NULL)"],
    &["INSERT INTO identity VALUES ('https://login.a.example', 's', 'ada', 'Ada', TRUE, 1)"],
];

async fn filled(place: &Place, schema: usize) {
    for (number, rows) in (1..).zip(&ROWS[..schema]) {
        Store::open_at(&place.location, number).await.expect("open").close().await.expect("close");
        for row in *rows {
            place.execute(row).await;
        }
    }
}

async fn every_earlier_schema_is_upgraded_with_its_rows(place: Place) {
    assert_eq!(
        ROWS.len() as i64 + 1,
        Store::newest_schema(),
        "a new change of the schema needs rows of the one before"
    );
    for schema in 1..=ROWS.len() {
        let place = place.other(place.location.engine());
        filled(&place, schema).await;
        let store = place.open().await;
        store.integrity_check().await.expect("whole");
        assert_eq!(place.number("SELECT max(number) FROM schema_change").await, Store::newest_schema());
        for row in ROWS[..schema].concat() {
            let table = row.split(' ').nth(2).expect("a table");
            assert_eq!(place.number(&format!("SELECT count(*) FROM {table}")).await, 1, "{schema}: {table}");
        }
        let linden = store.practice(practice_id("linden"));
        assert_eq!(linden.info().await.expect("info").name, "Praxis");
        assert_eq!(linden.members().await.expect("members")[0].role, Role::PracticeOwner);
        assert_eq!(linden.agents().await.expect("agents").len(), usize::from(schema >= 2));
        assert_eq!(linden.snapshots().await.expect("snapshots").len(), usize::from(schema >= 2));
        assert_eq!(linden.rounds(None, 9).await.expect("rounds").len(), usize::from(schema >= 3));
        assert_eq!(linden.jobs(9).await.expect("jobs").len(), usize::from(schema >= 4));
        // It works from there on.
        let agent = add_agent(&linden, "pc9").await;
        linden.deliver(&agent, delivery(1, at(0), vec![with_body(&snapshot("pc9", "12", at(0)))])).await.expect("new");
        assert!(store.verify_audit().await.expect("verified").is_ok());
    }
}

async fn a_failed_change_leaves_everything_and_names_the_way_back(place: Place) {
    filled(&place, 3).await;
    // The last change makes `job`, then fails at `alert`.
    place.execute("CREATE TABLE alert (foreign_thing BIGINT)").await;
    let Err(error) = Store::open(&place.location).await else { panic!("it cannot succeed") };
    assert!(matches!(&error, StoreError::Migration { name, .. } if name == "0004 jobs"), "{error:?}");
    assert!(error.text().de.contains("bisherige Version"), "{}", error.text().de);
    assert!(error.chain().contains("alert"), "{}", error.chain());
    assert_eq!(place.number("SELECT max(number) FROM schema_change").await, 3, "as it was");
    // The earlier program goes on with it.
    let earlier = Store::open_at(&place.location, 3).await.expect("the earlier program");
    assert_eq!(earlier.practices().await.expect("practices").len(), 1);
    earlier.close().await.expect("close");
    place.execute("DROP TABLE alert").await;
    assert_eq!(place.open().await.jobs(9).await.expect("jobs"), []);
}

async fn a_newer_schema_is_not_touched(place: Place) {
    filled(&place, 1).await;
    place.execute("INSERT INTO schema_change VALUES (99, '0099 future')").await;
    let Err(error) = Store::open(&place.location).await else { panic!("it cannot succeed") };
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error:?}");
    assert!(error.text().de.contains("neuere Version"), "{}", error.text().de);
    assert_eq!(place.number("SELECT count(*) FROM schema_change").await, 2, "no change was made");
}

async fn two_nodes_start_at_once(place: Place) {
    let mut nodes = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let location = place.location.clone();
        nodes.spawn(async move { Store::open(&location).await.expect("open") });
    }
    for store in nodes.join_all().await {
        assert_eq!(store.practices().await.expect("practices"), []);
    }
    assert_eq!(place.number("SELECT count(*) FROM schema_change").await, Store::newest_schema());
}
