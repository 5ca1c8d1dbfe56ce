//! The own account: password, second factors, recovery codes, sessions.

use crate::server::{PASSWORD, Reach, Server};
use axum::http::StatusCode;
use jiff::SignedDuration;
use visite_store::Role;

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let server = Server::new(Reach::Beyond).await;
    let practice = server.practice("p").await;
    let anna = server.person("anna", &practice, Role::PracticeOwner).await;
    let mut here = server.signed_in(&anna).await;
    let mut there = server.signed_in(&anna).await;
    let before = here.clone();
    let new = "vier andere lange woerter";
    for (neues, nochmal, text) in [
        ("kurz", "kurz", "zu kurz"),
        (new, "etwas anderes als das", "verschieden"),
        ("passwort123456", "passwort123456", "Angreifer"),
        ("anna@praxis.example", "anna@praxis.example", "Ihre E-Mail-Adresse"),
    ] {
        let answer = here.post("/account/password", &[("new", neues), ("again", nochmal)]).await;
        answer.is(StatusCode::UNPROCESSABLE_ENTITY).says(text);
    }
    here.post("/account/password", &[("new", new), ("again", new)]).await.leads_to("/account?done=saved");
    here.get("/account?done=saved").await.is(StatusCode::OK).says("Gespeichert");
    there.get("/account").await.is(StatusCode::SEE_OTHER);
    before.clone().get("/account").await.is(StatusCode::SEE_OTHER);
    server.browser().sign_in("anna@praxis.example", PASSWORD).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    server.browser().sign_in("anna@praxis.example", new).await.is(StatusCode::SEE_OTHER);
    assert!(server.audit().await.contains(&"password.changed".to_owned()));
}

#[tokio::test]
async fn an_app_is_set_up_with_its_first_code() {
    let server = Server::new(Reach::Beyond).await;
    let practice = server.practice("p").await;
    let anna = server.account("anna").await;
    server.set_password(&anna).await;
    server.grant(&practice, &anna, Role::PracticeOwner, None).await;
    let mut browser = server.browser();
    browser.sign_in("anna@praxis.example", PASSWORD).await.leads_to("/");
    browser.get("/account").await.leads_to("/account/setup?next=%2Faccount");
    browser.get("/account/setup").await.leads_to("/account/app");
    let page = browser.get("/account/app").await;
    page.is(StatusCode::OK).says("<svg class=\"qr\"");
    assert!(!page.body.contains("Später"), "it cannot be put off");
    let sealed = page.between(r#"name="key" value=""#);
    let typed = page.body.split("<code>").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    let key = data_encoding::BASE32_NOPAD.decode(typed.as_bytes()).unwrap();
    assert!(!page.body.contains(&data_encoding::BASE64URL_NOPAD.encode(&key)));

    let wrong = browser.post("/account/app", &[("code", "000000"), ("key", &sealed)]).await;
    wrong.is(StatusCode::UNPROCESSABLE_ENTITY).says("Dieser Code gilt nicht").says(&typed[..4]);
    browser.post("/account/app", &[("code", "000000"), ("key", "x")]).await.leads_to("/account/app");
    let half = browser.clone();
    let code = server.code_of(&key);
    browser.post("/account/app", &[("code", &code), ("key", &sealed)]).await.leads_to("/account/recovery");
    half.clone().get("/account").await.leads_to("/login?next=%2Faccount");

    browser.get("/account/recovery").await.is(StatusCode::OK).says("fehlen nur noch die Notfallcodes");
    let shown = browser.post("/account/recovery", &[]).await;
    let codes: Vec<&str> = shown.body.split("<code>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(codes.len(), 10);
    let stored = serde_json::to_string(&server.factors(&anna).await).unwrap();
    assert!(codes.iter().all(|code| !stored.contains(code)) && !stored.contains(&typed), "{stored}");
    browser.get("/account").await.is(StatusCode::OK).says("10 übrig");

    let mut again = server.browser();
    server.wait(SignedDuration::from_secs(30));
    again.sign_in("anna@praxis.example", PASSWORD).await.leads_to("/login/code?next=%2F");
    again.post("/login/code", &[("code", codes[3])]).await.leads_to("/");
}

#[tokio::test]
async fn a_key_of_somebody_else_is_not_taken() {
    let server = Server::new(Reach::Beyond).await;
    let practice = server.practice("p").await;
    let anna = server.person("anna", &practice, Role::PracticeOwner).await;
    let otto = server.person("otto", &practice, Role::PracticeOwner).await;
    let sealed = server.signed_in(&anna).await.get("/account/app").await.between(r#"name="key" value=""#);
    let before = server.factors(&otto).await;
    let answer = server.signed_in(&otto).await.post("/account/app", &[("code", "123456"), ("key", &sealed)]).await;
    answer.leads_to("/account/app");
    assert_eq!(server.factors(&otto).await, before);
}

#[tokio::test]
async fn the_last_second_factor_stays_where_it_is_demanded() {
    let server = Server::new(Reach::Beyond).await;
    let practice = server.practice("p").await;
    let anna = server.person("anna", &practice, Role::PracticeOwner).await;
    server.signed_in(&anna).await.post("/account/app/remove", &[]).await.is(StatusCode::BAD_REQUEST);
    let stefan = server.person("stefan", &practice, Role::Staff).await;
    server.signed_in(&stefan).await.post("/account/app/remove", &[]).await.leads_to("/account?done=saved");
    assert!(!server.factors(&stefan).await.any());
    assert!(server.factors(&anna).await.any());
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let server = Server::new(Reach::Beyond).await;
    let practice = server.practice("p").await;
    let anna = server.person("anna", &practice, Role::PracticeOwner).await;
    let otto = server.person("otto", &practice, Role::Staff).await;
    let mut here = server.signed_in(&anna).await;
    let mut there = server.signed_in(&anna).await;
    let page = here.get("/account").await;
    page.is(StatusCode::OK).says("Firefox (hier)");
    let ids: Vec<String> =
        server.store.sessions(&anna, server.now()).await.unwrap().into_iter().map(|one| one.id).collect();
    assert_eq!(ids.len(), 2);
    let this = here.clone();
    let other = page.body.split(r#"name="id" value=""#).skip(1).map(|rest| rest.split('"').next().unwrap());
    assert_eq!(other.count(), 2);

    // Nobody ends the sessions of somebody else.
    let mut stranger = server.signed_in(&otto).await;
    for id in &ids {
        stranger.post("/account/session/end", &[("id", id)]).await.leads_to("/account");
    }
    there.get("/account").await.is(StatusCode::OK);
    here.post("/account/sessions/end", &[]).await.leads_to("/account?done=saved");
    there.get("/account").await.leads_to("/login?next=%2Faccount");
    let id = this.clone().get("/account").await.between(r#"name="id" value=""#);
    here.post("/account/session/end", &[("id", &id)]).await.leads_to("/account");
    here.get("/account").await.leads_to("/login?next=%2Faccount");
}

#[tokio::test]
async fn name_address_and_language_can_be_changed() {
    let server = Server::new(Reach::Beyond).await;
    let practice = server.practice("p").await;
    let anna = server.person("anna", &practice, Role::PracticeOwner).await;
    server.person("otto", &practice, Role::Staff).await;
    let mut browser = server.signed_in(&anna).await;
    let person = |name, email, sprache| [("name", name), ("email", email), ("language", sprache)];
    for (name, email, text) in [
        ("Anna", "otto@praxis.example", "gibt es schon ein Konto"),
        ("", "anna@praxis.example", "unerwartete Form"),
        ("Anna", "keine Adresse", "unerwartete Form"),
        ("Anna", "anna@visite.invalid", "Ihre eigene E-Mail-Adresse"),
    ] {
        browser
            .post("/account/person", &person(name, email, "de"))
            .await
            .is(StatusCode::UNPROCESSABLE_ENTITY)
            .says(text);
    }
    browser
        .post("/account/person", &person("Dr. Anna", "dr.anna@praxis.example", "en"))
        .await
        .leads_to("/account?done=saved");
    browser.get("/account").await.says("Your account").says("dr.anna@praxis.example").says("Dr. Anna");
}

#[tokio::test]
async fn what_people_type_stays_text() {
    let server = Server::new(Reach::Beyond).await;
    let practice = server.practice("p").await;
    let anna = server.person("anna", &practice, Role::PracticeOwner).await;
    let mut browser = server.signed_in(&anna).await;
    let name = r#"<script>alert("1")</script>"#;
    browser
        .post("/account/person", &[("name", name), ("email", "a@praxis.example"), ("language", "de")])
        .await
        .leads_to("/account?done=saved");
    for path in ["/account", "/p/p/people"] {
        let page = browser.get(path).await;
        assert!(!page.body.contains("<script>alert") && page.body.contains("&lt;script&gt;"), "{path}");
    }
    let typed = browser.clone().server.browser().sign_in(r#""><img src=x>"#, "x").await;
    assert!(!typed.body.contains("<img"));
}
