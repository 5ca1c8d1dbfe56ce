//! A provider: becoming one, its people, its policies; and what belongs to the server itself.

use super::links::follow;
use super::{filled, rows};
use crate::server::{Reach, Server};
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sha2::{Digest, Sha256};
use visite_facts::{FindingState, Lang};
use visite_server::alerts::mail;
use visite_server::login::first;
use visite_store::{AccountId, AgentId, FindingFilter, NewAccount, NewAgent, Role};

/// Somebody at the provider, who can sign in.
async fn colleague(server: &Server, name: &str, role: Role) -> AccountId {
    let id = AccountId::new(name).unwrap();
    let new = NewAccount {
        id: id.clone(),
        email: format!("{name}@it.example"),
        name: name.into(),
        language: Lang::De,
        provider_role: Some(role),
    };
    server.store.create_account(&server.event(), &new).await.unwrap();
    server.set_password(&id).await;
    server.set_app(&id).await;
    server.store.set_setting(&server.event(), first::INSTALLATION_KIND, Some(first::PROVIDER)).await.unwrap();
    id
}

#[tokio::test]
async fn the_first_person_says_that_a_provider_runs_the_server() {
    let server = Server::new(Reach::Loopback).await;
    let link = first::link(&server.store, server.now(), [9; 64]).await.unwrap().unwrap();
    let mut browser = server.local_browser();
    browser.get(&link).await.is(StatusCode::OK);
    browser.post(&link, &[]).await;
    let home = browser.get("/").await.location().to_owned();
    let setup = format!("{home}/setup");
    browser.get(&setup).await.is(StatusCode::OK).says("Als IT-Dienstleister einrichten");
    assert!(!browser.get(&format!("{setup}?step=size")).await.body.contains("Als IT-Dienstleister"));
    let provider = format!("{setup}/provider");
    browser.post(&provider, &[]).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("Bitte bestätigen Sie");
    assert_eq!(server.store.practices().await.unwrap().len(), 1, "nothing is deleted by a slip");
    browser.post(&provider, &[("confirmed", "on")]).await.leads_to("/practices");

    // From now on a second factor is demanded, and the practice of the first start is gone with a proof.
    browser.get("/practices").await.leads_to("/account/setup?next=%2Fpractices");
    assert!(first::is_of_provider(&server.store).await.unwrap());
    assert!(server.store.practices().await.unwrap().is_empty());
    let [lead] = &server.store.accounts().await.unwrap()[..] else { panic!("one account") };
    assert_eq!(lead.provider_role, Some(Role::ProviderAdmin));
    assert!(!server.store.practice(visite_store::PracticeId::new(&home[3..]).unwrap()).exists().await.unwrap());
    let audit = server.audit().await;
    for what in ["account.changed", "installation.changed", "practice.deleted"] {
        assert!(audit.iter().any(|row| row == what), "{what} in {audit:?}");
    }
}

#[tokio::test]
async fn a_server_with_more_in_it_does_not_change_hands() {
    let (server, practice, owner) = filled().await;
    let setup = format!("/p/{}/setup", practice.id());
    let mut browser = server.signed_in(&owner).await;
    browser.get(&setup).await.says("Als IT-Dienstleister einrichten");
    let agent = NewAgent {
        id: AgentId::new("pc1").unwrap(),
        name: "pc1".into(),
        serial: "01".into(),
        expires_at: server.now() + SignedDuration::from_hours(8760),
        version: "0.1.0".into(),
        medical_device: false,
    };
    practice.create_agent(&server.event(), &agent).await.unwrap();
    assert!(!browser.get(&setup).await.body.contains("Als IT-Dienstleister"));
    browser
        .post(&format!("{setup}/provider"), &[("confirmed", "on")])
        .await
        .is(StatusCode::UNPROCESSABLE_ENTITY)
        .says("nur am Anfang");
    assert_eq!(server.store.practices().await.unwrap().len(), 1);
    let colleague = [("name", "Tom"), ("email", "tom@it.example"), ("role", "provider-admin")];
    browser.post("/team", &colleague).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("IT-Dienstleister den Server");
    assert!(server.store.account_by_email("tom@it.example").await.unwrap().is_none());
}

#[tokio::test]
async fn colleagues_come_with_a_link_and_leave_for_good() {
    let (server, linde, _) = filled().await;
    let pia = colleague(&server, "pia", Role::ProviderAdmin).await;
    let until = server.now() + SignedDuration::from_hours(24 * 30);
    server.grant(linde.id(), &pia, Role::ProviderAdmin, Some(until)).await;
    let ahorn = server.practice("ahorn").await;
    let mut browser = server.signed_in(&pia).await;
    let form = |email, role| [("name", "Tom"), ("email", email), ("role", role)];
    browser.post("/team", &form("tom@it.example", "practice-owner")).await.is(StatusCode::FORBIDDEN);
    for wrong in ["", "pia@it.example"] {
        browser.post("/team", &form(wrong, "technician")).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let page = browser.post("/team", &form("tom@it.example", "technician")).await;
    let link = page.is(StatusCode::OK).between("https://visite.example.org/invitation/");
    let link = link.split('<').next().unwrap();
    let tom = server.store.account_by_email("tom@it.example").await.unwrap().unwrap();
    assert_eq!(tom.provider_role, Some(Role::Technician));
    let access = linde.member(&tom.id, server.now()).await.unwrap().unwrap();
    assert_eq!((access.role, access.until), (Role::Technician, Some(until)), "as long as whoever brought him in");
    assert!(server.store.practice(ahorn).member(&tom.id, server.now()).await.unwrap().is_none());
    let mut new = server.browser();
    new.post(&format!("/invitation/{link}"), &[]).await;
    new.get("/practices").await.leads_to("/account/setup?next=%2Fpractices");
    browser.get("/team").await.says("tom@it.example").says("noch nicht angemeldet");

    browser.post(&format!("/team/{pia}/end"), &[]).await.is(StatusCode::FORBIDDEN);
    browser.post("/team/nobody/end", &[]).await.is(StatusCode::NOT_FOUND);
    browser.post(&format!("/team/{}/end", tom.id), &[]).await.leads_to("/team?done=left");
    new.get("/account").await.leads_to("/login?next=%2Faccount");
    assert!(linde.member(&tom.id, server.now()).await.unwrap().is_none());
    assert!(!browser.get("/team?done=left").await.body.contains("tom@it.example"));
    follow(&mut browser, "/team", "provider").await;
}

#[tokio::test]
async fn a_policy_counts_until_a_practice_is_excepted() {
    let (server, linde, owner) = filled().await;
    let pia = colleague(&server, "pia", Role::ProviderAdmin).await;
    server.grant(linde.id(), &pia, Role::ProviderAdmin, None).await;
    let mut browser = server.signed_in(&pia).await;
    let open = linde.findings(&FindingFilter::default()).await.unwrap();
    let open = open.iter().find(|kept| kept.finding.state == FindingState::Open).unwrap();
    let accept = format!("/p/linde/findings/{}/accept", open.finding.id);
    let risk = |until| [("reason", "Das Gerät wird ersetzt."), ("until", until)];
    let choose = |policy, value| [("policy", policy), ("value", value)];
    browser.post("/policies", &choose("accepting", "practice")).await.leads_to("/policies?done=saved");
    browser.post("/policies", &choose("acceptance-days", "90")).await.leads_to("/policies?done=saved");
    browser.post("/policies", &choose("acceptance-days", "1000")).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    browser.post("/policies", &choose("else", "1")).await.is(StatusCode::NOT_FOUND);

    let (soon, late) = ("2026-12-10", "2027-06-01");
    browser.post(&accept, &risk(soon)).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("nur die Praxis selbst");
    let mut own = server.signed_in(&owner).await;
    own.post(&accept, &risk(late)).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("bis 23.02.2027");

    let except = |practice, until| [("practice", practice), ("reason", "Vertrag von 2025"), ("until", until)];
    for wrong in [except("ahorn", "2026-12-31"), except("linde", "2026-11-24"), except("linde", "2028-01-01")] {
        browser.post("/policies/accepting/exceptions", &wrong).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let good = except("linde", "2026-12-31");
    browser.post("/policies/accepting/exceptions", &good).await.leads_to("/policies?done=exception");
    browser.get("/policies").await.says("Vertrag von 2025").says("bis 31.12.2026");
    browser.post(&accept, &risk(soon)).await.leads_to(&format!("/p/linde/findings/{}?done=accepted", open.finding.id));
    browser.post("/policies/accepting/exceptions/end", &[("practice", "linde")]).await.leads_to("/policies?done=saved");
    browser.post(&accept, &risk(soon)).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    follow(&mut browser, "/policies", "provider").await;
}

#[tokio::test]
async fn the_provider_gets_alerts_if_it_wants_them_and_has_access() {
    let (server, linde, _) = filled().await;
    let pia = colleague(&server, "pia", Role::ProviderAdmin).await;
    let set = async |name: &str, value: &str| {
        server.store.set_setting(&server.event(), name, Some(value)).await.unwrap();
    };
    set(mail::HOST, "127.0.0.1").await;
    set("branding", &json!({ "name": "IT", "phone": "", "mail": "hilfe@it.example" }).to_string()).await;
    set("policies", &json!({ "alerts": { "value": "both" } }).to_string()).await;
    let to = async || {
        let post = mail::Post::of(&server.app, &linde.info().await.unwrap()).await.unwrap();
        post.map(|post| post.to().to_vec()).unwrap_or_default()
    };
    assert!(to().await.is_empty(), "the provider has no access");
    server.grant(linde.id(), &pia, Role::Technician, None).await;
    assert_eq!(to().await, ["hilfe@it.example"]);
    let alerts = json!({ "mail": "a@praxis.example, b@praxis.example" });
    linde.put_settings(&server.event(), &[("alerts", alerts)]).await.unwrap();
    assert_eq!(to().await, ["a@praxis.example", "b@praxis.example", "hilfe@it.example"]);
    set("policies", "{}").await;
    assert_eq!(to().await, ["a@praxis.example", "b@praxis.example"]);
}

#[tokio::test]
async fn the_mail_server_is_set_tried_and_forgotten() {
    let (server, _, owner) = filled().await;
    let mut browser = server.signed_in(&owner).await;
    let form = |host, security, port, from, password| {
        [
            ("host", host),
            ("security", security),
            ("port", port),
            ("from", from),
            ("user", "visite"),
            ("password", password),
        ]
    };
    for wrong in [
        form("", "tls", "", "a@b.example", ""),
        form("smtp host", "tls", "", "a@b.example", ""),
        form("smtp.example", "plain", "", "a@b.example", ""),
        form("smtp.example", "none", "", "a@b.example", ""),
        form("smtp.example", "tls", "0", "a@b.example", ""),
        form("smtp.example", "tls", "", "nobody", ""),
    ] {
        browser.post("/mail", &wrong).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("role=\"alert\"");
    }
    assert!(server.store.setting(mail::HOST).await.unwrap().is_none());
    browser.post("/mail/try", &[]).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("noch kein Mailserver");

    // Nothing answers there.
    let good = form("127.0.0.1", "none", "9", "Visite <visite@praxis.example>", "streng geheim");
    browser.post("/mail", &good).await.leads_to("/mail?done=saved");
    let page = browser.get("/mail").await;
    page.is(StatusCode::OK).says("Ein Passwort ist gespeichert");
    assert!(!page.body.contains("streng geheim"));
    let sealed = server.store.setting(mail::PASSWORD).await.unwrap().unwrap();
    assert!(!sealed.contains("geheim"));
    browser.post("/mail/try", &[]).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("so nicht zu erreichen");

    // An empty field keeps the password for the same server, and for no other.
    browser.post("/mail", &form("127.0.0.1", "none", "25", "a@b.example", "")).await.leads_to("/mail?done=saved");
    assert_eq!(server.store.setting(mail::PASSWORD).await.unwrap().as_ref(), Some(&sealed));
    browser.post("/mail", &form("smtp.example", "tls", "", "a@b.example", "")).await.leads_to("/mail?done=saved");
    assert!(server.store.setting(mail::PASSWORD).await.unwrap().is_none());
    browser.post("/mail/remove", &[]).await.leads_to("/mail?done=saved");
    assert!(server.store.settings().await.unwrap().keys().all(|name| !name.starts_with("smtp.")));
}

#[tokio::test]
async fn the_authority_is_there_for_everybody_with_its_fingerprint() {
    let (server, _, owner) = filled().await;
    let file = server.browser().get("/ca.crt").await;
    file.is(StatusCode::OK);
    assert_eq!(file.headers["content-type"], "application/x-x509-ca-cert");
    let pem: String = file.body.lines().filter(|line| !line.starts_with('-')).collect();
    let der = data_encoding::BASE64.decode(pem.as_bytes()).unwrap();
    let pairs: Vec<String> = Sha256::digest(der).iter().map(|byte| format!("{byte:02X}")).collect();
    let mut browser = server.signed_in(&owner).await;
    browser.get("/certificate").await.is(StatusCode::OK).says(&pairs.join(":")).says("https://visite.example.org");
    follow(&mut browser, "/certificate", "owner").await;
    assert!(!file.body.contains("PRIVATE"));
}

#[tokio::test]
async fn all_of_a_provider_see_new_practices_of_a_table() {
    let (server, ..) = filled().await;
    let pia = colleague(&server, "pia", Role::ProviderAdmin).await;
    let tom = colleague(&server, "tom", Role::Technician).await;
    let mut browser = server.signed_in(&pia).await;
    let answer = browser.post("/practices/new", &[("name", "Neu"), ("place", ""), ("size", "")]).await;
    assert!(answer.location().starts_with("/p/"));
    let mut other = server.signed_in(&tom).await;
    let list = rows(&other.get("/practices.csv").await.body);
    assert_eq!(list.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["Neu"]);
    let ended: Timestamp = server.now() + SignedDuration::from_hours(24 * 366);
    server.wait(ended.duration_since(server.now()));
    assert!(rows(&server.signed_in(&tom).await.get("/practices.csv").await.body).is_empty());
}
