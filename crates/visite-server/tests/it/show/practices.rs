//! What a provider sees: all practices, a file of new ones, its own appearance.

use super::links::follow;
use super::{fill, filled, newest, rows};
use crate::server::{Answer, Browser, Server};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use visite_facts::Lang;
use visite_report::overview::{Urgency, open_count};
use visite_store::{AccountId, AgentId, NewAccount, NewAgent, Role};
use visite_target::{Practice, Size};

/// Sends a form with files: name, file name if it is one, content.
async fn upload(browser: &mut Browser<'_>, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        let head = format!("--grenze\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend([head.as_bytes(), content, b"\r\n"].concat());
    }
    body.extend(b"--grenze--\r\n");
    let request = browser
        .request(Method::POST, path)
        .header("origin", "https://visite.example.org")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=grenze")
        .body(Body::from(body))
        .unwrap();
    browser.send(request).await
}

/// The lead of a provider.
async fn provider(server: &Server) -> AccountId {
    let id = AccountId::new("pia").unwrap();
    let new = NewAccount {
        id: id.clone(),
        email: "pia@it.example".into(),
        name: "pia".into(),
        language: Lang::De,
        provider_role: Some(Role::ProviderAdmin),
    };
    server.store.create_account(&server.event(), &new).await.unwrap();
    server.set_password(&id).await;
    server.set_app(&id).await;
    id
}

#[tokio::test]
async fn a_provider_sees_the_practices_that_let_it_in_the_most_urgent_first() {
    let (server, linde, _) = filled().await;
    let pia = provider(&server).await;
    let ahorn = server.practice("ahorn").await;
    let ulme = server.practice("ulme").await;
    fill(&server, &ulme).await;
    for practice in [linde.id(), &ahorn] {
        server.grant(practice, &pia, Role::ProviderAdmin, None).await;
    }
    let agent = NewAgent {
        id: AgentId::new("still").unwrap(),
        name: "still".into(),
        serial: "01".into(),
        expires_at: server.now() + SignedDuration::from_hours(8760),
        version: "0.1.0".into(),
        medical_device: false,
    };
    linde.create_agent(&server.event(), &agent).await.unwrap();
    server.wait(SignedDuration::from_hours(73));
    let mut browser = server.signed_in(&pia).await;
    browser.get("/").await.leads_to("/practices");
    let list = rows(&browser.get("/practices.csv").await.is(StatusCode::OK).body);
    let names: Vec<&str> = list.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(names, ["Praxis linde", "Praxis ahorn"]);
    assert_eq!((list[0][2].clone(), list[0][5].as_str()), (open_count(newest(), Urgency::Urgent).to_string(), "1"));
    let page = browser.get("/practices?sort=name").await;
    assert!(!page.is(StatusCode::OK).body.contains("ulme"));
    assert!(page.body.find("Praxis ahorn").unwrap() < page.body.find("Praxis linde").unwrap());
    assert_eq!(rows(&browser.get("/practices.csv?q=AHORN").await.body).len(), 1);
    follow(&mut browser, "/practices", "provider").await;
}

#[tokio::test]
async fn practices_are_looked_at_before_they_are_made() {
    let (server, ..) = filled().await;
    let pia = provider(&server).await;
    let mut browser = server.signed_in(&pia).await;
    browser.get("/practices/import").await.is(StatusCode::OK);
    let file = "Name;Ort;Größe\nPraxis am Park;Hamburg;klein\nPraxis <am> Hafen;;riesig\n;;\nMVZ;Bremen;\n";
    let look = upload(&mut browser, "/practices/import", &[("file", Some("p.csv"), file.as_bytes())]).await;
    look.is(StatusCode::OK)
        .says("2 Praxen können angelegt werden.")
        .says("Praxis &lt;am&gt; Hafen")
        .says("1 Zeile bleibt");
    assert_eq!(server.store.practices().await.unwrap().len(), 1, "nothing was made yet");
    let token = look.between("name=\"token\" value=\"");
    for _ in 0..2 {
        browser.post("/practices/import/confirm", &[("token", &token)]).await.leads_to("/practices?done=imported");
        let made = server.store.practices().await.unwrap();
        let names: Vec<&str> = made.iter().map(|practice| practice.name.as_str()).collect();
        assert_eq!(names, ["MVZ", "Praxis am Park", "Praxis linde"], "confirming twice makes nothing twice");
    }
    let park = server.store.practices().await.unwrap().remove(1);
    let said = Practice::from_yaml(&park.file.unwrap().text, "practice.yaml").unwrap();
    assert_eq!((said.name.as_str(), said.practice_size()), ("Praxis am Park", Some(Size::Small)));
    let park = server.store.practice(park.id);
    assert_eq!(park.sites().await.unwrap()[0].name, "Hamburg");
    let access = park.member(&pia, server.now()).await.unwrap().unwrap();
    assert_eq!(access.until, Some(server.now() + SignedDuration::from_hours(24 * 365)));
    browser.get(&format!("/p/{}", park.id())).await.is(StatusCode::OK);

    let changed = format!("{}A", &token[..token.len() - 1]);
    for wrong in [changed.as_str(), "", "x"] {
        let answer = browser.post("/practices/import/confirm", &[("token", wrong)]).await;
        answer.is(StatusCode::UNPROCESSABLE_ENTITY).says("gilt nicht mehr");
    }
    for wrong in [&b"\xff\xfe"[..], b"", b"Ort\nHamburg\n"] {
        let answer = upload(&mut browser, "/practices/import", &[("file", Some("p.csv"), wrong)]).await;
        answer.is(StatusCode::UNPROCESSABLE_ENTITY).says("role=\"alert\"");
    }
    let large = vec![b'a'; 2 * 1024 * 1024];
    upload(&mut browser, "/practices/import", &[("file", Some("p.csv"), &large)])
        .await
        .is(StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_name_of_the_provider_stands_on_every_page() {
    let (server, _, owner) = filled().await;
    let pia = provider(&server).await;
    let mut browser = server.signed_in(&pia).await;
    browser.get("/logo").await.is(StatusCode::NOT_FOUND);
    let png = b"\x89PNG\r\n\x1a\nrest";
    let fields = |name: &'static str, phone: &'static str, mail: &'static str| {
        [("name", None, name.as_bytes()), ("phone", None, phone.as_bytes()), ("mail", None, mail.as_bytes())]
    };
    for wrong in [fields("", "", ""), fields("IT", "javascript:", ""), fields("IT", "", "x y")] {
        upload(&mut browser, "/branding", &wrong).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("role=\"alert\"");
    }
    let with_logo = |logo: &'static [u8]| {
        [&fields("IT-Service <Nord>", "040 000000", "hilfe@it.example")[..], &[("logo", Some("l.png"), logo)]].concat()
    };
    upload(&mut browser, "/branding", &with_logo(b"GIF89a")).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    upload(&mut browser, "/branding", &with_logo(png)).await.leads_to("/branding?done=saved");
    upload(&mut browser, "/branding", &with_logo(b"")).await.leads_to("/branding?done=saved");
    browser.get("/branding").await.is(StatusCode::OK).says("hilfe@it.example");
    let logo = browser.get("/logo").await;
    assert_eq!((logo.status, logo.headers["content-type"].to_str().unwrap()), (StatusCode::OK, "image/png"));
    let mut owner = server.signed_in(&owner).await;
    owner.get("/p/linde").await.says("IT-Service &lt;Nord&gt;").says("tel:040000000").says("src=\"/logo\"");
    follow(&mut browser, "/branding", "provider").await;
}

#[tokio::test]
async fn one_practice_is_made_and_its_owner_invited() {
    let (server, ..) = filled().await;
    let pia = provider(&server).await;
    let colleague = AccountId::new("tom").unwrap();
    let new = NewAccount {
        id: colleague.clone(),
        email: "tom@it.example".into(),
        name: "tom".into(),
        language: Lang::De,
        provider_role: Some(Role::Technician),
    };
    server.store.create_account(&server.event(), &new).await.unwrap();
    let mut browser = server.signed_in(&pia).await;
    let form = |name, size| [("name", name), ("place", "Bremen"), ("size", size)];
    for wrong in [form("", ""), form("Praxis", "riesig")] {
        browser.post("/practices/new", &wrong).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("role=\"alert\"");
    }
    let answer = browser.post("/practices/new", &form("Praxis am Wall", "medium")).await;
    let place = answer.location().to_owned();
    let page = browser.get(&place).await;
    page.is(StatusCode::OK).says("Praxis am Wall").says("Laden Sie jetzt ihre Leitung ein");
    let id = place.strip_prefix("/p/").unwrap().split('/').next().unwrap();
    let practice = server.store.practice(visite_store::PracticeId::new(id).unwrap());
    assert_eq!(practice.member(&pia, server.now()).await.unwrap().unwrap().role, Role::ProviderAdmin);
    assert_eq!(practice.member(&colleague, server.now()).await.unwrap().unwrap().role, Role::Technician);
    let invite = [("name", "Dr. Wall"), ("email", "wall@praxis.example"), ("role", "practice-owner"), ("until", "")];
    browser.post(&format!("/p/{id}/people"), &invite).await.is(StatusCode::OK).says("/invitation/");
}
