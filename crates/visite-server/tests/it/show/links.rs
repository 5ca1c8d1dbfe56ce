//! Every link of every page, followed by everybody who sees it: none leads nowhere, and every page is reached.

use super::rounds::record_scan;
use super::{filled, newest, visitor};
use crate::server::{Browser, Server};
use axum::http::StatusCode;
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use visite_facts::{Snapshot, Subject, SubjectId, SubjectKind};
use visite_server::pages::links;
use visite_server::web::access::{Route, Who};
use visite_server::web::routes::table;
use visite_store::{AgentId, DeliveredSnapshot, Delivery, NewAgent, PracticeStore, Role};

/// Pages of one kind that are looked at.
const OF_ONE_KIND: usize = 3;

/// The values of an attribute.
fn values(page: &str, attribute: &str) -> Vec<String> {
    let begin = format!(" {attribute}=\"");
    let values = page.split(begin.as_str()).skip(1).filter_map(|rest| rest.split('"').next());
    values.map(|value| value.replace("&amp;", "&")).collect()
}

fn path(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

/// The path of the route that answers.
fn template(routes: &[Route], method: &str, address: &str) -> Option<&'static str> {
    let fits = |template: &str| {
        let (template, path): (Vec<&str>, Vec<&str>) =
            (template.split('/').collect(), path(address).split('/').collect());
        template.len() == path.len()
            && template.iter().zip(&path).all(|(wanted, seen)| wanted.starts_with('{') || wanted == seen)
    };
    let mut found: Vec<&'static str> =
        routes.iter().filter(|route| route.method == method && fits(route.path)).map(|route| route.path).collect();
    // What is named stands before what is not, as in the router.
    found.sort_by_key(|path| path.contains('{'));
    found.first().copied()
}

/// Follows everything from a page on; the kinds of pages that were seen.
pub async fn follow(browser: &mut Browser<'_>, from: &str, who: &str) -> BTreeSet<&'static str> {
    let routes = table();
    let mut seen: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut known = BTreeSet::from([from.to_owned()]);
    let mut waiting = VecDeque::from([from.to_owned()]);
    while let Some(address) = waiting.pop_front() {
        let kind = template(&routes, "GET", &address).unwrap_or_else(|| panic!("{who}: nothing answers {address}"));
        let count = seen.entry(kind).or_default();
        *count += 1;
        if *count > OF_ONE_KIND || kind.ends_with("/events") {
            continue;
        }
        let page = browser.get(&address).await;
        // These lead on: to the only practice, and to another server.
        if ["/", "/account/oidc/begin"].contains(&kind) {
            assert_eq!(page.status, StatusCode::SEE_OTHER);
            continue;
        }
        assert_eq!(page.status, StatusCode::OK, "{who}: {address}: {}", page.body);
        if !page.headers["content-type"].to_str().unwrap().starts_with("text/html") {
            continue;
        }
        let mut addresses = values(&page.body, "href");
        for attribute in ["hx-get", "sse-connect", "src"] {
            addresses.extend(values(&page.body, attribute));
        }
        for form in page.body.split("<form").skip(1).filter_map(|rest| rest.split('>').next()) {
            let (method, action) = (values(form, "method")[0].to_uppercase(), values(form, "action")[0].clone());
            assert!(template(&routes, &method, &action).is_some(), "{who}: {address}: {method} {action}");
            if method == "GET" {
                addresses.push(action);
            }
        }
        for next in addresses {
            let outside = ["#", "tel:", "mailto:", "data:"].iter().any(|begin| next.starts_with(begin));
            if !outside && known.insert(next.clone()) {
                waiting.push_back(next);
            }
        }
    }
    seen.into_keys().collect()
}

/// A practice with everything that pages link to.
async fn everything(server: &Server, practice: &PracticeStore, browser: &mut Browser<'_>) {
    record_scan(server, practice).await;
    let mut round = newest().clone();
    round.round.id = "round-later".into();
    round.round.at = server.now();
    practice.save_round(&round).await.unwrap();
    let agent = NewAgent {
        id: AgentId::new("empfang-1").unwrap(),
        name: "empfang-1".into(),
        serial: "01".into(),
        expires_at: server.now() + SignedDuration::from_hours(24),
        version: "0.1.0".into(),
        medical_device: true,
    };
    practice.create_agent(&server.event(), &agent).await.unwrap();
    browser.post("/p/linde/rounds", &[]).await.is(StatusCode::SEE_OTHER);
    let release = [("networks", "192.168.10.0/24"), ("owner", "Praxis"), ("confirmed", "on")];
    browser.post("/p/linde/settings/release", &release).await.is(StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn no_link_leads_nowhere_and_every_page_is_reached() {
    let (server, practice, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    everything(&server, &practice, &mut browser).await;
    let seen = follow(&mut browser, "/p/linde", "owner").await;
    // The wizard is offered before the first round only, and a list of sockets once there are any.
    let mut missed: Vec<&str> = table()
        .iter()
        .filter(|route| route.method == "GET" && matches!(route.who, Who::Practice(_)) && !seen.contains(route.path))
        .map(|route| route.path)
        .collect();
    missed.retain(|path| !["/p/{practice}/setup", "/p/{practice}/sockets.csv"].contains(path));
    assert_eq!(missed, [""; 0], "no page leads there");
    follow(&mut browser, "/p/linde/setup", "owner").await;
    for role in
        [Role::ProviderAdmin, Role::Technician, Role::PracticeManager, Role::Auditor, Role::DataProtectionOfficer]
    {
        let name = role.to_string();
        let mut browser = visitor(&server, &practice, &name, role).await;
        browser.from = [203, 0, 113, role as u8];
        follow(&mut browser, "/p/linde", &name).await;
    }
}

#[tokio::test]
async fn a_new_practice_has_no_dead_links_either() {
    let (server, _, owner) = filled().await;
    let new = server.practice("neu").await;
    server.grant(&new, &owner, Role::PracticeOwner, None).await;
    let mut browser = server.signed_in(&owner).await;
    follow(&mut browser, "/p/neu", "owner").await;
}

/// What pages promise is what the router keeps. No page links to policies yet.
#[test]
fn every_address_of_the_pages_is_a_route() {
    let routes = table();
    let missing: Vec<String> = links::ROUTES
        .iter()
        .filter(|(_, path, _)| !path.starts_with("/policies"))
        .filter(|(method, path, _)| !routes.iter().any(|route| route.method == *method && route.path == *path))
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    assert_eq!(missing, [""; 0]);
}

#[tokio::test]
async fn what_was_not_judged_yet_has_a_page_too() {
    let (server, practice, owner) = filled().await;
    let agent = AgentId::new("neu").unwrap();
    let new = NewAgent {
        id: agent.clone(),
        name: "neu".into(),
        serial: "01".into(),
        expires_at: server.now() + SignedDuration::from_hours(8760),
        version: "0.1.0".into(),
        medical_device: false,
    };
    practice.create_agent(&server.event(), &new).await.unwrap();
    let subject =
        Subject { id: SubjectId("host-0123456789ab".into()), kind: SubjectKind::Host, name: "anmeldung-9".into() };
    let seen = Snapshot {
        collector: "linux.os".into(),
        observed_at: server.now(),
        received_at: None,
        subject: subject.clone(),
        identifiers: Vec::new(),
        facts: Default::default(),
        problems: Vec::new(),
    };
    let delivery = Delivery {
        epoch: server.store.epoch().await.unwrap(),
        sequence: 1,
        received_at: server.now(),
        version: "0.1.0".into(),
        full: true,
        gap: false,
        snapshots: vec![DeliveredSnapshot {
            hash: "1".repeat(64),
            observed_at: seen.observed_at,
            subject: subject.id.clone(),
            collector: seen.collector.clone(),
            body: Some(seen),
        }],
    };
    assert!(practice.deliver(&agent, delivery).await.unwrap().counted);
    let mut browser = server.signed_in(&owner).await;
    let link = format!("/p/linde/devices/{}", subject.id.0);
    browser.get(&link).await.is(StatusCode::OK).says("anmeldung-9").says("nicht beurteilt");
    browser.get("/p/linde/devices/host-ffffffffffff").await.is(StatusCode::NOT_FOUND);
}
