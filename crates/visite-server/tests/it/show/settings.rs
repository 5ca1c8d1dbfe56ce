//! The wizard, the settings, releases, and the audit log.

use super::{filled, rows, visitor};
use axum::http::StatusCode;
use visite_server::login::first::{INSTALLATION_KIND, PROVIDER};
use visite_store::{AuditEvent, PracticeStore, Role};
use visite_target::{Practice, Size, TelematicsMode};

async fn file(practice: &PracticeStore) -> Practice {
    let text = practice.info().await.unwrap().file.unwrap().text;
    Practice::from_yaml(&text, "practice.yaml").unwrap()
}

#[tokio::test]
async fn the_wizard_writes_the_practice_file_step_by_step() {
    let (server, practice, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    let setup = "/p/linde/setup";
    browser.get(setup).await.is(StatusCode::OK).says("Schritt 1 von 5");
    for (step, field, value, next) in [
        ("name", "name", " Praxis Dr. Beispiel ", "size"),
        ("size", "size", "small", "telematics"),
        ("telematics", "telematics", "parallel", "care"),
        ("care", "care", "provider", "release"),
    ] {
        let unsaid = browser.post(setup, &[("step", step), (field, "")]).await;
        unsaid.is(StatusCode::UNPROCESSABLE_ENTITY).says("role=\"alert\"");
        browser.post(setup, &[("step", step), (field, value)]).await.leads_to(&format!("{setup}?step={next}"));
    }
    let refused = [
        [("networks", "192.168.10.5/24"), ("owner", "Praxis"), ("confirmed", "on")],
        [("networks", "10.0.0.0/8"), ("owner", "Praxis"), ("confirmed", "on")],
        [("networks", ""), ("owner", "Praxis"), ("confirmed", "on")],
        [("networks", "192.168.10.0/24"), ("owner", " "), ("confirmed", "on")],
        [("networks", "192.168.10.0/24"), ("owner", "Praxis"), ("else", "")],
    ];
    for form in refused {
        let form: Vec<_> = [("step", "release")].into_iter().chain(form).collect();
        browser.post(setup, &form).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("role=\"alert\"");
    }
    assert!(file(&practice).await.releases.is_none());
    let form = [
        ("step", "release"),
        ("networks", "192.168.10.0/24, 192.168.20.0/24"),
        ("owner", "Praxis; Drucker gemietet bei \"Kopie & Co\""),
        ("confirmed", "on"),
    ];
    browser.post(setup, &form).await.leads_to(&format!("{setup}?step=done&done=setup"));
    browser.get(&format!("{setup}?step=done&done=setup")).await.is(StatusCode::OK).says("abgeschlossen");

    let said = file(&practice).await;
    assert_eq!((said.name.as_str(), said.practice_size()), ("Praxis Dr. Beispiel", Some(Size::Small)));
    assert_eq!(said.telematics.as_ref().unwrap().mode, TelematicsMode::Parallel);
    let release = &said.releases.as_ref().unwrap()[0];
    assert_eq!(said.person(&release.allowed_by).unwrap().name.as_deref(), Some("anna"));
    assert_eq!((release.allowed_on.to_string(), release.until.to_string()), ("2026-11-25".into(), "2027-11-25".into()));
    let day = "2026-12-24".parse().unwrap();
    assert!(said.release_for("192.168.20.0/25".parse().unwrap(), day).is_some());
    let info = practice.info().await.unwrap();
    assert_eq!((info.name.as_str(), &info.settings["care"]), ("Praxis Dr. Beispiel", &"provider".into()));
    browser.get("/p/linde").await.says("Praxis Dr. Beispiel");
    assert_eq!(practice.jobs(9).await.unwrap().iter().filter(|job| job.kind == "judge").count(), 1);
}

#[tokio::test]
async fn settings_are_kept_and_others_stay() {
    let (server, practice, owner) = filled().await;
    practice.put_settings(&server.event(), &[("agents", serde_json::json!({ "every_minutes": 15 }))]).await.unwrap();
    let text = include_str!("../../../../../tests/browser/scans/practice.yaml");
    practice.set_file(&server.event(), None, text).await.unwrap();
    let before = file(&practice).await;
    let mut browser = server.signed_in(&owner).await;
    let settings = "/p/linde/settings";
    let said = [("section", "practice"), ("name", "Neu"), ("size", "large"), ("telematics", "none"), ("care", "both")];
    browser.post(settings, &said).await.leads_to("/p/linde/settings?done=saved");
    let times = [("section", "times"), ("lunch", "13:00"), ("night", "03:30")];
    browser.post(settings, &times).await.leads_to("/p/linde/settings?done=saved");
    browser.get("/p/linde").await.says("Beginnt heute, 13:00");
    let mail = [("section", "alerts"), ("mail", "a@praxis.example; b@praxis.example, ")];
    browser.post(settings, &mail).await.leads_to("/p/linde/settings?done=saved");
    let after = file(&practice).await;
    assert_eq!(
        (after.practice_size(), &after.zones, &after.devices),
        (Some(Size::Large), &before.zones, &before.devices)
    );
    let kept = practice.info().await.unwrap().settings;
    assert_eq!(kept["agents"]["every_minutes"], 15);
    assert_eq!(
        (&kept["rounds"]["lunch"], &kept["rounds"]["night"], &kept["alerts"]["mail"]),
        (&"13:00".into(), &"03:30".into(), &"a@praxis.example, b@praxis.example".into())
    );
    let page = browser.get(settings).await;
    page.is(StatusCode::OK).says("value=\"13:00\"").says("a@praxis.example, b@praxis.example").says("value=\"Neu\"");
    for wrong in [
        [("section", "times"), ("lunch", "25:00"), ("night", "03:30")],
        [("section", "times"), ("lunch", "mittags"), ("night", "03:30")],
        [("section", "alerts"), ("mail", "a@praxis.example, irgendwer"), ("x", "")],
        [("section", "practice"), ("name", "Neu"), ("size", "riesig")],
    ] {
        browser.post(settings, &wrong).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("role=\"alert\"");
    }
    assert_eq!(practice.info().await.unwrap().settings, kept);
    browser.post(settings, &[("section", "else")]).await.is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_release_is_given_shown_and_withdrawn() {
    let (server, practice, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    let allow = "/p/linde/settings/release";
    let form = |until| [("networks", "192.168.10.0/24"), ("owner", "Praxis"), ("until", until), ("confirmed", "on")];
    for until in ["2026-11-24", "2027-11-26", "x"] {
        browser.post(allow, &form(until)).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    }
    for until in ["2026-12-31", ""] {
        browser.post(allow, &form(until)).await.leads_to("/p/linde/settings?done=released");
    }
    let page = browser.get("/p/linde/settings").await;
    page.says("192.168.10.0/24").says("31.12.2026").says("25.11.2027").says("anna");
    let id = page.between("name=\"release\" value=\"");
    browser
        .post(&format!("{allow}/withdraw"), &[("release", &id)])
        .await
        .leads_to("/p/linde/settings?done=release-ended");
    browser.post(&format!("{allow}/withdraw"), &[("release", &id)]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(file(&practice).await.releases.unwrap().len(), 1);
    let mut reader = visitor(&server, &practice, "tina", Role::Technician).await;
    reader.get("/p/linde/settings").await.is(StatusCode::FORBIDDEN);
    reader.post(allow, &form("")).await.is(StatusCode::FORBIDDEN);
    assert_eq!(server.audit().await.iter().filter(|what| what.starts_with("release.")).count(), 3);
}

#[tokio::test]
async fn the_networks_of_a_providers_server_are_not_suggested() {
    let (server, _, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    let step = "/p/linde/setup?step=release";
    let attached = visite_scan::net::Connections::read().unwrap().attached();
    let suggested = browser.get(step).await.body.contains("Dieser Computer steht im Netz");
    assert_eq!(suggested, attached.iter().any(|network| network.addr().is_ipv4()));
    server.store.set_setting(&server.event(), INSTALLATION_KIND, Some(PROVIDER)).await.unwrap();
    assert!(!browser.get(step).await.body.contains("Dieser Computer steht im Netz"));
}

#[tokio::test]
async fn a_released_network_is_examined_once_at_a_time() {
    let (server, practice, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    let begin = "/p/linde/network/scan";
    browser
        .post(begin, &[("release", "freigabe-1")])
        .await
        .is(StatusCode::UNPROCESSABLE_ENTITY)
        .says("gilt nicht mehr");
    let form = [("networks", "192.168.10.0/24"), ("owner", "Praxis"), ("confirmed", "on")];
    browser.post("/p/linde/settings/release", &form).await.leads_to("/p/linde/settings?done=released");
    let page = browser.get("/p/linde/network").await;
    page.says("192.168.10.0/24").says("Jetzt untersuchen");
    let id = page.between("name=\"release\" value=\"");
    let begun = browser.post(begin, &[("release", &id)]).await;
    let job = begun.location().strip_suffix("?done=scan").unwrap_or_else(|| panic!("{}", begun.body)).to_owned();
    assert!(job.starts_with("/p/linde/jobs/scan-"), "{job}");
    browser.get(&job).await.is(StatusCode::OK).says("Netz untersuchen: 192.168.10.0/24");
    browser.get("/p/linde/network").await.says("Läuft gerade: ansehen").says(&job);
    browser.post(begin, &[("release", &id)]).await.leads_to(&job);
    let mut reader = visitor(&server, &practice, "dana", Role::DataProtectionOfficer).await;
    reader.post(begin, &[("release", &id)]).await.is(StatusCode::FORBIDDEN);
    assert_eq!(server.audit().await.iter().filter(|what| *what == "scan.started").count(), 1);
    server.store.set_setting(&server.event(), INSTALLATION_KIND, Some(PROVIDER)).await.unwrap();
    browser.post(begin, &[("release", &id)]).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("vor Ort");
    assert!(!browser.get("/p/linde/network").await.body.contains("Jetzt untersuchen"));
}

#[tokio::test]
async fn the_owner_ends_the_access_of_the_provider() {
    let (server, practice, owner) = filled().await;
    let until = Some("2027-03-31T22:00:00Z".parse().unwrap());
    let pia = server.person("pia", practice.id(), Role::Staff).await;
    server.grant(practice.id(), &pia, Role::ProviderAdmin, until).await;
    let mut browser = server.signed_in(&owner).await;
    browser.get("/p/linde/settings").await.says("pia").says("31.03.2027");
    browser.post("/p/linde/settings", &[("section", "access")]).await.leads_to("/p/linde/settings?done=saved");
    server.signed_in(&pia).await.get("/p/linde").await.is(StatusCode::NOT_FOUND);
    assert_eq!(practice.members().await.unwrap().len(), 1);
}

/// A file that a newer program wrote is not overwritten.
#[tokio::test]
async fn a_file_that_is_not_understood_stays() {
    let (server, practice, owner) = filled().await;
    practice.set_file(&server.event(), None, "schema: visite.practice/9\n").await.unwrap();
    let mut browser = server.signed_in(&owner).await;
    let answer = browser.post("/p/linde/setup", &[("step", "size"), ("size", "small")]).await;
    answer.is(StatusCode::UNPROCESSABLE_ENTITY).says("nicht versteht");
    browser.get("/p/linde/settings").await.is(StatusCode::OK);
    assert_eq!(practice.info().await.unwrap().file.unwrap().text, "schema: visite.practice/9\n");
}

#[tokio::test]
async fn the_audit_log_tells_in_sentences_what_happened_here() {
    let (server, practice, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    server.practice("ulme").await;
    browser.post("/p/linde/agents", &[("name", "Anmeldung 1")]).await.is(StatusCode::OK);
    let page = browser.get("/p/linde/audit").await;
    page.is(StatusCode::OK).says("Zeile zum Verbinden erzeugt: Anmeldung 1").says("anna");
    let file = rows(&browser.get("/p/linde/audit.csv?q=anmeldung").await.body);
    assert_eq!((file.len(), file[0][2].as_str()), (1, "anna"));
    let all = rows(&browser.get("/p/linde/audit.csv").await.body);
    let newest: u64 = all[0][0].parse().unwrap();
    let older = rows(&browser.get(&format!("/p/linde/audit.csv?before={newest}")).await.body);
    assert_eq!(older, all[1..]);
    assert!(!browser.get("/p/linde/audit").await.body.contains("ulme"));
    let event = AuditEvent::new(server.now(), "visite", Some(practice.id()), "settings.changed");
    for number in 0..120 {
        practice.put_settings(&event, &[("n", number.into())]).await.unwrap();
    }
    let page = browser.get("/p/linde/audit").await;
    assert_eq!(page.body.matches("<tr><th scope=\"row\"").count(), 100);
    let next = page.between("rel=\"next\" href=\"");
    browser.get(&next).await.is(StatusCode::OK).says("Anmeldung 1");
    let mut reader = visitor(&server, &practice, "tina", Role::Technician).await;
    reader.get("/p/linde/audit").await.is(StatusCode::FORBIDDEN);
}
