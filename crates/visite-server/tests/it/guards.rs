//! What every request passes, and what every answer carries.

use crate::server::{PASSWORD, Pieces, Reach, Server};
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request, StatusCode};
use std::time::Duration;
use tower::ServiceExt;
use visite_agent::protocol::ENROL;
use visite_server::agents::endpoint;
use visite_server::web::guard::CONTENT_SECURITY_POLICY;
use visite_store::Role;

#[tokio::test]
async fn other_names_are_not_answered() {
    let server = Server::new(Reach::Beyond).await;
    for host in ["evil.example", "visite.example.org.evil.example", "visite.example.org:8080", "192.0.2.10"] {
        let mut browser = server.browser();
        browser.host = host.into();
        browser.get("/login").await.is(StatusCode::MISDIRECTED_REQUEST);
    }
    server.local_browser().get("/login").await.is(StatusCode::OK);
}

#[tokio::test]
async fn forms_of_other_pages_are_refused() {
    let server = Server::new(Reach::Beyond).await;
    let practice = server.practice("p").await;
    let anna = server.person("anna", &practice, Role::PracticeOwner).await;
    let mut browser = server.signed_in(&anna).await;
    let origins: [&[(&str, &str)]; 5] = [
        &[],
        &[("origin", "null")],
        &[("origin", "https://evil.example")],
        &[("origin", "https://visite.example.org"), ("sec-fetch-site", "cross-site")],
        &[("origin", "http://visite.example.org")],
    ];
    for headers in origins {
        let mut request = browser.request(Method::POST, "/logout");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        browser.send(request.body(Body::empty()).unwrap()).await.is(StatusCode::FORBIDDEN).says("nicht von Visite");
    }
    browser.get("/account").await.is(StatusCode::OK);
}

#[tokio::test]
async fn answers_carry_the_guards_of_browsers() {
    let server = Server::new(Reach::Beyond).await;
    let mut browser = server.browser();
    for path in ["/login", "/gibt-es-nicht", "/account", "/assets/passkey.js"] {
        let answer = browser.get(path).await;
        let header = |name: &str| answer.headers.get(name).map_or("", |value| value.to_str().unwrap());
        assert_eq!(header("content-security-policy"), CONTENT_SECURITY_POLICY, "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "same-origin");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin");
        assert!(header("permissions-policy").contains("camera=()"));
        assert_eq!(header("strict-transport-security"), "max-age=31536000");
        assert_eq!(header("x-request-id").len(), 16);
        assert_eq!(header("cache-control"), if path.starts_with("/assets/") { "max-age=3600" } else { "no-store" });
    }
    let local = server.local_browser().get("/login").await;
    assert!(local.headers.get("strict-transport-security").is_none(), "other programs answer under localhost, too");
}

#[tokio::test]
async fn no_page_holds_script_or_style() {
    let server = Server::new(Reach::Beyond).await;
    let practice = server.practice("p").await;
    let anna = server.person("anna", &practice, Role::PracticeOwner).await;
    let mut browser = server.signed_in(&anna).await;
    for path in ["/account", "/account/app", "/account/password", "/account/recovery", "/account/person", "/p/p/people"]
    {
        let page = browser.get(path).await;
        page.is(StatusCode::OK);
        for forbidden in [" style=", "<style", " onclick=", " onload=", "javascript:", "<script>"] {
            assert!(!page.body.contains(forbidden), "{path}: {forbidden}");
        }
    }
}

#[tokio::test]
async fn large_requests_are_refused() {
    let server = Server::new(Reach::Beyond).await;
    let mut browser = server.browser();
    let large = "x".repeat(70_000);
    let answer = browser.post("/login", &[("email", "a@b.example"), ("password", &large)]).await;
    answer.is(StatusCode::PAYLOAD_TOO_LARGE);
    // Without saying beforehand how much it is.
    let (rest, body) = Pieces::beginning(&"x".repeat(1000));
    for _ in 1..70 {
        rest.send("x".repeat(1000).into()).unwrap();
    }
    drop(rest);
    let request = browser
        .request(Method::POST, "/login")
        .header("origin", "https://visite.example.org")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body)
        .unwrap();
    browser.send(request).await.is(StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn malformed_requests_are_refused() {
    let server = Server::new(Reach::Beyond).await;
    let mut browser = server.browser();
    browser.post("/login", &[]).await.is(StatusCode::BAD_REQUEST).says("Ein Feld fehlt");
    browser.post("/login", &[("email", "a"), ("email", "b"), ("password", "c")]).await.is(StatusCode::BAD_REQUEST);
    browser.post_json("/login", "{}").await.is(StatusCode::BAD_REQUEST).says(r#""error":"bad_request""#);
    browser.post_json("/login/passkey/answer", "{}").await.is(StatusCode::BAD_REQUEST);
    browser.post_json("/login/passkey/answer", &"[".repeat(60_000)).await.is(StatusCode::BAD_REQUEST);
    let request = browser.request(Method::POST, "/login").header("origin", "https://visite.example.org");
    let request =
        request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::from(vec![0xff; 100])).unwrap();
    browser.send(request).await.is(StatusCode::BAD_REQUEST);
    browser.get("/invitation/%ff").await.is(StatusCode::BAD_REQUEST);
    browser.get("/invitation/%00").await.is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_not_found() {
    let server = Server::new(Reach::Beyond).await;
    let mut browser = server.browser();
    browser.get("/gibt-es-nicht").await.is(StatusCode::NOT_FOUND).says("Diese Seite gibt es nicht");
    browser.get("/logout").await.is(StatusCode::NOT_FOUND);
    browser.get("/api/v1/nichts").await.is(StatusCode::NOT_FOUND).says(r#""code":"not_found""#);
    let request =
        browser.request(Method::GET, "/account").header("accept", "application/json").body(Body::empty()).unwrap();
    browser.send(request).await.is(StatusCode::UNAUTHORIZED).says(r#""error":"sign_in""#);
}

#[tokio::test]
async fn a_flood_of_requests_is_slowed_down() {
    let server = Server::new(Reach::Beyond).await;
    let mut browser = server.browser();
    for _ in 0..300 {
        browser.get("/gibt-es-nicht").await.is(StatusCode::NOT_FOUND);
    }
    browser.get("/gibt-es-nicht").await.is(StatusCode::TOO_MANY_REQUESTS);
    let mut elsewhere = server.browser();
    elsewhere.from = [203, 0, 113, 5];
    elsewhere.get("/gibt-es-nicht").await.is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn on_the_machine_itself_it_works_without_encryption() {
    let server = Server::new(Reach::Loopback).await;
    let practice = server.practice("p").await;
    let anna = server.account("anna").await;
    server.set_password(&anna).await;
    server.grant(&practice, &anna, Role::PracticeOwner, None).await;
    let mut browser = server.local_browser();
    browser.sign_in("anna@praxis.example", PASSWORD).await.leads_to("/");
    assert!(browser.cookies.contains_key("visite") && !browser.cookies.contains_key("__Host-visite"));
    browser.get("/account").await.is(StatusCode::OK);
}

#[tokio::test]
async fn who_may_not_any_more_when_the_form_has_arrived_changes_nothing() {
    let server = Server::new(Reach::Beyond).await;
    let practice = server.practice("p").await;
    let anna = server.person("anna", &practice, Role::PracticeOwner).await;
    let before = server.store.account(&anna).await.unwrap().password_hash;
    let mut thief = server.signed_in(&anna).await;
    let (rest, body) = Pieces::beginning("new=eine+ganz+neue+Lampe&again=eine+ganz+neue");
    let request = thief
        .request(Method::POST, "/account/password")
        .header("origin", "https://visite.example.org")
        .header("sec-fetch-site", "same-origin")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body)
        .unwrap();
    // The form is held open until the owner has ended all sessions.
    let ended = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.store.close_sessions(&anna, None).await.unwrap();
        rest.send("+Lampe".into()).unwrap();
        drop(rest);
    };
    let (answer, ()) = tokio::join!(thief.send(request), ended);
    answer.leads_to("/login");
    assert_eq!(server.store.account(&anna).await.unwrap().password_hash, before);
}

#[tokio::test]
async fn strangers_at_the_agents_door_are_let_go() {
    let server = Server::new(Reach::Beyond).await;
    let ask = |body| endpoint::router(server.app.clone()).oneshot(Request::post(ENROL).body(body).unwrap());
    // Somebody who stops, and somebody who goes on for ever, a sign every five seconds.
    let (silent, body) = Pieces::beginning("{");
    let (slow, endless) = Pieces::beginning("{");
    tokio::time::pause();
    let dripping = tokio::spawn(async move {
        for _ in 0..1_000 {
            tokio::time::sleep(Duration::from_secs(5)).await;
            if slow.send(" ".into()).is_err() {
                return true;
            }
        }
        false
    });
    assert!(ask(body).await.unwrap().status().is_client_error());
    assert_eq!(ask(endless).await.unwrap().status(), StatusCode::REQUEST_TIMEOUT);
    assert!(dripping.await.unwrap(), "nobody listens any more");
    drop(silent);
}
