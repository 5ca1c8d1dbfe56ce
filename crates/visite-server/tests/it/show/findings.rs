//! Findings: lists, the page of one, and what people decide.

use super::{fill, filled, newest, open_finding, plain, rows, visitor};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use visite_facts::FindingState;
use visite_report::overview;
use visite_store::Role;

#[tokio::test]
async fn the_start_page_says_what_the_newest_round_says() {
    let (server, practice, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    browser.get("/").await.leads_to("/p/linde");
    let page = browser.get("/p/linde").await;
    page.is(StatusCode::OK).says("Praxis linde").says("heute, 08:00").says("Verlauf (2 Visiten)");
    let summary = &newest().summary;
    let extent = format!("{} von {} Punkten geprüft", summary.checked, summary.points);
    assert!(plain(&page.body).contains(&extent), "{extent}");
    page.says("weitere Maßnahmen ansehen");
    // Whoever opened the link late still finds the way to set the practice up, until that is done.
    let asks = "Sagen Sie Visite in fünf kurzen Schritten";
    page.says(asks).says("href=\"/p/linde/setup\"");
    practice.set_file(&server.event(), None, "schema: visite.practice/1\n").await.unwrap();
    assert!(!browser.get("/p/linde").await.body.contains(asks));
}

#[tokio::test]
async fn before_the_first_round_pages_say_so() {
    let (server, _, owner) = filled().await;
    let new = server.practice("neu").await;
    server.grant(&new, &owner, Role::PracticeOwner, None).await;
    let mut browser = server.signed_in(&owner).await;
    browser.get("/").await.leads_to("/practices");
    for page in ["", "/findings", "/devices"] {
        browser.get(&format!("/p/neu{page}")).await.is(StatusCode::OK).says("Noch nichts geprüft");
    }
    // The start page asks for the first verdict by itself.
    browser.get("/p/neu").await.says("hx-trigger=\"every 4s\"");
    let again = browser.request(Method::GET, "/p/neu").header("hx-request", "true").body(Body::empty()).unwrap();
    browser.send(again).await.is(StatusCode::NO_CONTENT);
    let judged = browser.request(Method::GET, "/p/linde").header("hx-request", "true").body(Body::empty()).unwrap();
    browser.send(judged).await.is(StatusCode::OK).says("id=\"sentence\"");
    assert!(!browser.get("/p/linde").await.body.contains("every 4s"));
    browser.get("/p/neu/findings.csv").await.is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn lists_and_their_files_say_the_same() {
    let (server, _, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    let open = newest().findings.iter().filter(|finding| overview::is_open(finding)).count();
    for (list, count) in [
        ("findings", open),
        ("findings?urgency=urgent&sort=oldest&page=eins", overview::open_count(newest(), overview::Urgency::Urgent)),
        ("devices", 2),
        ("devices?q=EMPFANG", 1),
    ] {
        let page = browser.get(&format!("/p/linde/{list}")).await;
        let file = browser.get(&format!("/p/linde/{}", list.replacen(['?'], ".csv?", 1))).await;
        let file = if list.contains('?') { file } else { browser.get(&format!("/p/linde/{list}.csv")).await };
        file.is(StatusCode::OK);
        assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
        assert!(file.headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename="));
        let (rows, page) = (rows(&file.body), plain(&page.is(StatusCode::OK).body));
        assert_eq!(rows.len(), count, "{list}");
        let mut rest = page.as_str();
        for row in &rows {
            // In the order of the file each row's name stands on the page.
            let name = row[0].split(" (").next().unwrap().trim_start_matches('\'');
            rest = rest.split_once(name).unwrap_or_else(|| panic!("{list}: no {name}")).1;
        }
    }
}

#[tokio::test]
async fn a_risk_is_accepted_until_a_day_and_that_is_withdrawn() {
    let (server, practice, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    let id = &open_finding().id;
    let page = format!("/p/linde/findings/{id}");
    browser.get(&page).await.is(StatusCode::OK).says("Risiko akzeptieren").says("Erstmals gesehen");
    let accept = format!("{page}/accept");
    for (reason, until) in [("", "2027-01-31"), ("Ersatz", "2026-11-24"), ("Ersatz", "2027-11-26"), ("Ersatz", "bald")]
    {
        let again = browser.post(&accept, &[("reason", reason), ("until", until)]).await;
        again.is(StatusCode::UNPROCESSABLE_ENTITY).says("role=\"alert\"");
    }
    assert_eq!(practice.finding(id).await.unwrap().finding.state, open_finding().state);
    let form = [("reason", "Das Gerät wird im Januar ersetzt."), ("until", "2027-01-31"), ("csrf", "")];
    browser.post(&accept, &form).await.leads_to(&format!("{page}?done=accepted"));
    let accepted = browser.get(&format!("{page}?done=accepted")).await;
    accepted.is(StatusCode::OK).says("bewusst akzeptiert").says("Das Gerät wird im Januar ersetzt.").says("31.01.2027");
    let kept = practice.finding(id).await.unwrap().finding;
    assert_eq!((kept.state, kept.acceptance.unwrap().by), (FindingState::Accepted, "anna".to_owned()));
    let list = browser.get("/p/linde/findings?state=accepted").await;
    assert_eq!(list.body.matches(&format!("/findings/{id}\"")).count(), 1);
    assert!(!browser.get("/p/linde/findings").await.body.contains(&format!("/findings/{id}\"")));

    browser.post(&format!("{page}/withdraw"), &[]).await.leads_to(&format!("{page}?done=withdrawn"));
    browser.post(&format!("{page}/withdraw"), &[]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(overview::is_open(&practice.finding(id).await.unwrap().finding));
    assert_eq!(server.audit().await[..2], ["finding.withdrawn", "finding.accepted"]);
}

/// The last day of an acceptance is a day of the practice, not of Greenwich.
#[tokio::test]
async fn days_are_those_of_the_practice() {
    let (server, practice, owner) = filled().await;
    practice.rename(&server.event(), "Praxis linde", "Pacific/Kiritimati").await.unwrap();
    server.wait("2026-11-25T11:00:00Z".parse::<jiff::Timestamp>().unwrap().duration_since(server.now()));
    let mut browser = server.signed_in(&owner).await;
    let accept = format!("/p/linde/findings/{}/accept", open_finding().id);
    let form = |until| [("reason", "Ersatz"), ("until", until)];
    browser.post(&accept, &form("2026-11-25")).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    browser.post(&accept, &form("2026-11-26")).await.is(StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_finding_is_given_to_somebody_who_can_close_it() {
    let (server, practice, owner) = filled().await;
    let id = &open_finding().id;
    let page = format!("/p/linde/findings/{id}");
    let kim = server.person("kim", practice.id(), Role::PracticeManager).await;
    server.person("azubi", practice.id(), Role::Staff).await;
    server.account("fremd").await;
    let mut browser = server.signed_in(&owner).await;
    for nobody in ["azubi", "fremd", "NIEMAND"] {
        let again = browser.post(&format!("{page}/assign"), &[("to", nobody)]).await;
        again.is(StatusCode::UNPROCESSABLE_ENTITY).says("keine passende Rolle");
    }
    browser.post(&format!("{page}/assign"), &[("to", "kim")]).await.leads_to(&format!("{page}?done=assigned"));
    browser.get(&page).await.says("Zuständigkeit geändert").says("kim");
    let mine = server.signed_in(&kim).await.get("/p/linde/findings.csv?assigned=mine").await;
    let given = rows(&mine.body);
    assert_eq!((given.len(), given[0].last().unwrap().as_str()), (1, "kim"));
    browser.post(&format!("{page}/assign"), &[("to", "")]).await.is(StatusCode::SEE_OTHER);
    assert_eq!(practice.finding(id).await.unwrap().assigned_to, None);
}

#[tokio::test]
async fn readers_look_and_do_not_decide() {
    let (server, practice, _) = filled().await;
    let id = &open_finding().id;
    for role in [Role::Auditor, Role::DataProtectionOfficer] {
        let mut browser = visitor(&server, &practice, role.to_string().as_str(), role).await;
        let page = browser.get(&format!("/p/linde/findings/{id}")).await;
        page.is(StatusCode::OK);
        assert!(!page.body.contains("/accept\"") && !page.body.contains("/assign\""));
        for action in ["accept", "withdraw", "assign"] {
            let form = [("reason", "x"), ("until", "2026-12-24"), ("to", "")];
            browser.post(&format!("/p/linde/findings/{id}/{action}"), &form).await.is(StatusCode::FORBIDDEN);
        }
    }
}

#[tokio::test]
async fn nothing_of_one_practice_stands_on_anothers_pages() {
    let (server, linde, owner) = filled().await;
    let other = server.practice("ulme").await;
    let ulme = fill(&server, &other).await;
    server.grant(&other, &owner, Role::PracticeOwner, None).await;
    let id = &open_finding().id;
    let mut browser = server.signed_in(&owner).await;
    let form = [("reason", "Nur in der Linde"), ("until", "2027-01-31")];
    browser.post(&format!("/p/linde/findings/{id}/accept"), &form).await.is(StatusCode::SEE_OTHER);
    assert!(overview::is_open(&ulme.finding(id).await.unwrap().finding));
    for page in ["", "/findings?state=all", "/devices", &format!("/findings/{id}")] {
        let page = browser.get(&format!("/p/ulme{page}")).await;
        page.is(StatusCode::OK);
        assert!(!page.body.contains("Nur in der Linde") && !page.body.contains("/p/linde"), "{}", page.body);
    }
    let stranger = server.person("eva", &other, Role::PracticeOwner).await;
    let mut stranger = server.signed_in(&stranger).await;
    stranger.get(&format!("/p/linde/findings/{id}")).await.is(StatusCode::NOT_FOUND);
    stranger.post(&format!("/p/linde/findings/{id}/withdraw"), &[]).await.is(StatusCode::NOT_FOUND);
    assert_eq!(linde.finding(id).await.unwrap().finding.state, FindingState::Accepted);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let (server, _, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    for path in ["findings/nichts", "devices/nichts", "findings/%00", "nichts"] {
        browser.get(&format!("/p/linde/{path}")).await.is(StatusCode::NOT_FOUND);
    }
    let form = [("reason", "x"), ("until", "2026-12-24")];
    browser.post("/p/linde/findings/nichts/accept", &form).await.is(StatusCode::NOT_FOUND);
    browser.get("/p/linde/search?q=%00").await.is(StatusCode::NOT_FOUND);
    let path = format!("/p/linde/findings/{}/accept", open_finding().id);
    browser.post(&path, &[("reason", "weil\0"), ("until", "2026-12-24")]).await.is(StatusCode::BAD_REQUEST);
}
