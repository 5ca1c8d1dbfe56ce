//! Rounds, checks, requirements, measures, the network and the search.

use super::{filled, new_computer, newest, plain, repository, rows};
use axum::http::StatusCode;
use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use visite_facts::scan::ScanFile;
use visite_report::overview;
use visite_store::{PracticeStore, Record, RecordId};

#[tokio::test]
async fn a_round_is_shown_as_the_report_that_brings_its_own_policy() {
    let (server, _, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    let page = browser.get(&format!("/p/linde/rounds/{}", newest().round.id)).await;
    page.is(StatusCode::OK).says("Praxis").says("25.11.2026, 08:00");
    let style = page.body.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let hash = BASE64.encode(&Sha256::digest(style));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains(&format!("style-src 'sha256-{hash}';")), "{policy}");
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
    assert_eq!((page.body.matches("<style>").count(), page.body.matches(" style=\"").count()), (1, 0));
    assert!(!page.body.contains("<script"));
    let list = browser.get("/p/linde/rounds").await;
    assert!(list.headers["content-security-policy"].to_str().unwrap().contains("style-src 'self'"));
    browser.get("/p/linde/rounds/round-nichts").await.is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn rounds_are_listed_and_compared() {
    let (server, practice, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    let file = rows(&browser.get("/p/linde/rounds.csv").await.body);
    let urgent = overview::open_count(newest(), overview::Urgency::Urgent).to_string();
    assert_eq!((file.len(), file[0][2].as_str()), (2, urgent.as_str()));
    let ids: Vec<String> = practice.rounds(None, 9).await.unwrap().into_iter().map(|round| round.id).collect();
    let page = browser.get("/p/linde/compare").await;
    page.is(StatusCode::OK).says(new_computer());
    let either_way = browser.get(&format!("/p/linde/compare?from={}&to={}", ids[0], ids[1])).await;
    assert_eq!(either_way.body, page.body, "the earlier round stands first");
    browser.get("/p/linde/compare?from=x&to=y").await.is(StatusCode::NOT_FOUND);
}

/// Of rounds long ago only the numbers are kept.
#[tokio::test]
async fn a_round_that_is_kept_in_numbers_only_says_so() {
    let (server, practice, owner) = filled().await;
    let mut round = newest().clone();
    for index in 0..26 {
        round.round.id = format!("round-{index}");
        round.round.at += SignedDuration::from_mins(1);
        practice.save_round(&round).await.unwrap();
    }
    let oldest = practice.rounds(None, 99).await.unwrap().pop().unwrap();
    server.store.clean_up(server.now()).await.unwrap();
    let rounds = practice.rounds(None, 99).await.unwrap();
    let shortened = rounds.iter().find(|round| !round.is_full).unwrap();
    let mut browser = server.signed_in(&owner).await;
    for path in [format!("rounds/{}", shortened.id), format!("compare?from={}&to=round-25", shortened.id)] {
        browser.get(&format!("/p/linde/{path}")).await.is(StatusCode::OK).says("nur die Zahlen");
    }
    assert_eq!(rows(&browser.get("/p/linde/rounds.csv").await.body).len(), 28);
    assert_eq!(rounds.last().unwrap().open, oldest.open);
}

#[tokio::test]
async fn a_round_begins_when_somebody_asks_and_once_a_minute() {
    let (server, practice, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    let begun = browser.post("/p/linde/rounds", &[]).await;
    let jobs = practice.jobs(9).await.unwrap();
    begun.leads_to(&format!("/p/linde/jobs/{}?done=round", jobs[0].id));
    assert_eq!((jobs.len(), jobs[0].kind.as_str(), &jobs[0].input["by"]), (1, "round", &"anna".into()));
    browser.post("/p/linde/rounds", &[]).await.leads_to(&format!("/p/linde/jobs/{}?done=round", jobs[0].id));
    for page in ["", "/rounds"] {
        browser.get(&format!("/p/linde{page}")).await.says(&format!("/p/linde/jobs/{}", jobs[0].id));
    }
    let measure = &newest().measures[0].measure.id;
    let finding = &newest().findings[0].id;
    for path in [format!("measures/{measure}"), format!("findings/{finding}")] {
        let asked = browser.post(&format!("/p/linde/{path}/recheck"), &[]).await;
        asked.leads_to(&format!("/p/linde/{path}?done=recheck"));
    }
    assert_eq!(practice.jobs(9).await.unwrap().len(), 1, "within a minute it is one round");
    assert!(server.audit().await.contains(&"round.started".to_owned()));
    browser.post("/p/linde/measures/nichts/recheck", &[]).await.is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn checks_requirements_and_measures_say_what_was_judged() {
    let (server, _, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    let checks: BTreeSet<&str> = newest().results.iter().map(|result| result.check.as_str()).collect();
    assert_eq!(rows(&browser.get("/p/linde/checks.csv").await.body).len(), checks.len());
    let check = &newest().findings[0].check;
    browser.get(&format!("/p/linde/checks/{check}")).await.is(StatusCode::OK).says(check);
    browser.get("/p/linde/checks/nichts").await.is(StatusCode::NOT_FOUND);
    let all = rows(&browser.get("/p/linde/requirements.csv?status=all").await.body);
    assert_eq!(all.len(), newest().requirements.len());
    for (file, page) in [("measures.csv", "measures"), ("checks.csv?verdict=fail", "checks?verdict=fail")] {
        let rows = rows(&browser.get(&format!("/p/linde/{file}")).await.body);
        let page = plain(&browser.get(&format!("/p/linde/{page}")).await.is(StatusCode::OK).body);
        assert!(!rows.is_empty() && rows.iter().all(|row| page.contains(row[0].as_str())), "{file}");
    }
    let measure = &newest().measures[0].measure;
    let order = browser.get(&format!("/p/linde/measures/{}/order", measure.id)).await;
    assert!(plain(&order.is(StatusCode::OK).body).contains(&measure.title.de));
    browser.get(&format!("/p/linde/measures/{}", measure.id)).await.is(StatusCode::OK);
}

#[tokio::test]
async fn the_search_finds_what_is_called_so() {
    let (server, _, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    let name = new_computer().to_uppercase();
    let found = browser.get(&format!("/p/linde/search?q={name}")).await;
    found.is(StatusCode::OK).says("/p/linde/devices/").says(&format!("value=\"{name}\""));
    browser.get("/p/linde/search?q=%3Cb%3E").await.is(StatusCode::OK).says("value=\"&lt;b&gt;\"");
}

/// Puts a scan on record, as the job of a scan does.
pub async fn record_scan(server: &crate::server::Server, practice: &PracticeStore) -> ScanFile {
    let bytes = std::fs::read(repository("../crates/visite-report/tests/data/scan.json")).unwrap();
    let mut scan: ScanFile = serde_json::from_slice(&bytes).unwrap();
    scan.assessment.round.at = "2026-11-25T07:30:00Z".parse().unwrap();
    let at: Timestamp = scan.section.record.finished_at;
    let body = serde_json::to_value(&scan.section).unwrap();
    let record = Record { id: RecordId::new("scan-1").unwrap(), kind: "scan".into(), at, body };
    practice.add_record(&server.event(), &record).await.unwrap();
    practice.save_round(&scan.assessment).await.unwrap();
    scan
}

#[tokio::test]
async fn the_network_is_drawn_from_the_newest_scan() {
    let (server, practice, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    browser.get("/p/linde/network").await.is(StatusCode::OK).says("/p/linde/settings#release");
    let scan = record_scan(&server, &practice).await;
    let page = browser.get("/p/linde/network").await;
    page.is(StatusCode::OK).says("<svg").says(&scan.section.record.authorised_by);
    let device = &scan.section.hosts[0];
    browser
        .get(&format!("/p/linde/devices/{}", device.subject.0))
        .await
        .is(StatusCode::OK)
        .says(&device.address.to_string());
    browser.get("/p/linde/sockets").await.is(StatusCode::OK).says("visite scan");
    browser.get("/p/linde/sockets.csv").await.is(StatusCode::OK);
}
