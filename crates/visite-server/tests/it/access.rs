//! Every route, every role, a foreign practice: generated from the list of routes, so that none is forgotten.

use crate::api::Program;
use crate::server::{Answer, Browser, PASSWORD, Reach, Server};
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use visite_facts::Word;
use visite_server::api::scope::Scope;
use visite_server::web::access::{Route, Who, faults};
use visite_server::web::routes::table;
use visite_store::Role;

fn roles() -> impl Iterator<Item = Role> {
    Role::ALL.iter().filter_map(|word| Role::from_word(word))
}

/// The path of a route in a practice; what else it names is somebody or something that is not there.
fn path(route: &Route, practice: &str) -> String {
    let parts = route.path.split('/').map(|part| match part {
        "{practice}" => practice,
        part if part.starts_with('{') => "nichts",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

async fn call(browser: &mut Browser<'_>, route: &Route, practice: &str) -> Answer {
    let path = path(route, practice);
    match route.method {
        Method::GET => browser.get(&path).await,
        Method::POST => browser.post(&path, &[]).await,
        ref other => panic!("the test does not know how to call {other}"),
    }
}

/// Whether the guard stopped the request. A handler may find its input wrong, but never asks to sign in.
fn was_stopped(answer: &Answer) -> bool {
    let to_sign_in = ["/login", "/account/setup"].iter().any(|step| answer.location().starts_with(step));
    [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&answer.status) || to_sign_in
}

/// Routes whose own answer looks like the guard's: they lead to the sign-in page.
fn leads_to_sign_in(route: &Route) -> bool {
    ["/anmelden", "/logout", "/login/again", "/account/setup"].contains(&route.path)
}

fn is_for_programs(route: &Route) -> bool {
    matches!(route.who, Who::Token(_) | Who::TokenHere(_) | Who::TokenOfAll(_))
}

#[test]
fn the_list_has_no_faults() {
    assert_eq!(faults(&table()), [""; 0]);
}

#[tokio::test]
async fn without_a_session_only_the_door_is_open() {
    let server = Server::new(Reach::Beyond).await;
    server.practice("p").await;
    for (i, route) in table().iter().enumerate() {
        let mut browser = server.browser();
        browser.from = [198, 51, 100, i as u8];
        let answer = call(&mut browser, route, "p").await;
        let name = format!("{} {}: {} {}", route.method, route.path, answer.status, answer.location());
        if is_for_programs(route) {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name}");
        } else if route.who == Who::Anyone {
            assert!(leads_to_sign_in(route) || !was_stopped(&answer), "{name}");
        } else {
            assert!(answer.location().starts_with("/login"), "{name}");
        }
    }
}

#[tokio::test]
async fn every_role_gets_what_the_list_says() {
    let server = Server::new(Reach::Beyond).await;
    let own = server.practice("own").await;
    // The installation began with the own one.
    server.wait(SignedDuration::from_secs(1));
    server.practice("foreign").await;
    // Somebody who stays, so that nobody is the last owner.
    server.person("stays", &own, Role::PracticeOwner).await;
    for role in roles() {
        let person = server.person(role.word(), &own, role).await;
        for (i, route) in table().iter().enumerate() {
            // A new session each, for some routes end it; another address each, for tries are counted.
            let mut browser = server.signed_in(&person).await;
            browser.from = [198, 51, 100, i as u8];
            let answer = call(&mut browser, route, "own").await;
            let name = format!("{role} {} {}: {} {}", route.method, route.path, answer.status, answer.location());
            match route.who {
                Who::Practice(allowed) if allowed.contains(&role) => {
                    // The role to grant is missing in the form, and the person named is not there.
                    assert!(!was_stopped(&answer), "{name}");
                    let foreign = call(&mut browser, route, "foreign").await;
                    assert_eq!(foreign.status, StatusCode::NOT_FOUND, "foreign: {name}");
                    let nowhere = call(&mut browser, route, "NOBODY").await;
                    assert_eq!(nowhere.body, foreign.body, "a foreign practice and none look the same");
                }
                Who::Practice(_) => {
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
                    assert_eq!(
                        call(&mut browser, route, "foreign").await.status,
                        StatusCode::NOT_FOUND,
                        "foreign: {name}"
                    );
                }
                Who::Installation => {
                    assert_eq!(answer.status == StatusCode::FORBIDDEN, role != Role::PracticeOwner, "{name}")
                }
                // Whoever is signed in at a page has no token, however much the role allows.
                Who::Token(_) | Who::TokenHere(_) | Who::TokenOfAll(_) => {
                    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name}");
                }
                Who::Anyone | Who::Begun | Who::OwnAccount | Who::Person => {
                    assert!(leads_to_sign_in(route) || !was_stopped(&answer), "{name}");
                }
            }
        }
    }
}

#[tokio::test]
async fn every_scope_opens_what_the_list_says_and_no_more_than_its_maker_may() {
    let server = Server::new(Reach::Beyond).await;
    let own = server.practice("own").await;
    server.wait(SignedDuration::from_secs(1));
    let foreign = server.practice("foreign").await;
    server.person("stays", &own, Role::PracticeOwner).await;
    let everything: Vec<&str> = Scope::ALL.to_vec();
    for role in roles() {
        let maker = server.person(role.word(), &own, role).await;
        let whole = Program::new(&server, Some(&own), &maker, &everything).await;
        let overall = Program::new(&server, None, &maker, &everything).await;
        for route in table().iter().filter(|route| is_for_programs(route)) {
            let (Who::Token(scope) | Who::TokenHere(scope) | Who::TokenOfAll(scope)) = route.who else { continue };
            let others: Vec<&str> = Scope::ALL.iter().copied().filter(|word| *word != scope.word()).collect();
            let lacking = Program::new(&server, Some(&own), &maker, &others).await;
            let only = Program::new(&server, Some(&own), &maker, &[scope.word()]).await;
            let ask = async |program: &Program<'_>, practice: &str| {
                program.send(&route.method, &path(route, practice), Some("{}")).await
            };
            let name = format!("{role} {} {}", route.method, route.path);
            let missing = ask(&lacking, "own").await;
            missing.is(StatusCode::FORBIDDEN).says("scope_missing");
            match route.who {
                Who::TokenHere(_) => {
                    for program in [&whole, &only, &overall] {
                        let answer = ask(program, "own").await;
                        let stopped = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&answer.status);
                        assert_eq!(
                            stopped,
                            !scope.roles().contains(&role),
                            "{name}: {} {}",
                            answer.status,
                            answer.body
                        );
                        for practice in [foreign.as_str(), "NOBODY"] {
                            let answer = ask(program, practice).await;
                            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{practice}: {name}");
                        }
                    }
                }
                Who::TokenOfAll(_) => {
                    assert_eq!(ask(&whole, "own").await.status, StatusCode::FORBIDDEN, "{name}");
                    let expected = if role == Role::PracticeOwner { StatusCode::OK } else { StatusCode::FORBIDDEN };
                    assert_eq!(ask(&overall, "own").await.status, expected, "{name}");
                }
                _ => assert_eq!(ask(&only, "own").await.status, StatusCode::OK, "{name}"),
            }
        }
    }
}

#[tokio::test]
async fn half_a_sign_in_opens_nothing() {
    let server = Server::new(Reach::Beyond).await;
    let practice = server.practice("p").await;
    server.person("anna", &practice, Role::PracticeOwner).await;
    for (i, route) in table().iter().enumerate() {
        if matches!(route.who, Who::Anyone | Who::Begun) || is_for_programs(route) {
            continue;
        }
        let mut browser = server.browser();
        browser.from = [198, 51, 100, i as u8];
        browser.sign_in("anna@praxis.example", PASSWORD).await.leads_to("/login/code?next=%2F");
        let answer = call(&mut browser, route, "p").await;
        assert!(answer.location().starts_with("/login/code"), "{} {}: {}", route.method, route.path, answer.status);
    }
}

#[tokio::test]
async fn what_matters_asks_once_more() {
    let server = Server::new(Reach::Beyond).await;
    let practice = server.practice("p").await;
    let anna = server.person("anna", &practice, Role::PracticeOwner).await;
    let mut browser = server.signed_in(&anna).await;
    server.wait(SignedDuration::from_mins(16));
    for route in table().iter().filter(|route| route.fresh) {
        let answer = call(&mut browser, route, "p").await;
        assert!(answer.location().starts_with("/login/again"), "{} {}: {}", route.method, route.path, answer.status);
    }
    let before = browser.session().unwrap().to_owned();
    browser.get("/account/password").await.leads_to("/login/again?next=%2Faccount%2Fpassword");
    browser.get("/login/again?next=%2Faccount%2Fpassword").await.is(StatusCode::OK).says("Bitte bestätigen Sie");
    browser.post("/login/again", &[("code", "000000")]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    let code = server.code();
    browser.post("/login/again", &[("code", &code), ("next", "/account/password")]).await.leads_to("/account/password");
    assert_ne!(browser.session().unwrap(), before, "the session's value changes");
    browser.get("/account/password").await.is(StatusCode::OK);
}

#[tokio::test]
async fn access_ends_with_its_date() {
    let server = Server::new(Reach::Beyond).await;
    let practice = server.practice("p").await;
    let tom = server.person("tom", &practice, Role::Staff).await;
    let until = server.now() + SignedDuration::from_hours(1);
    server.grant(&practice, &tom, Role::Technician, Some(until)).await;
    let mut browser = server.signed_in(&tom).await;
    browser.get("/p/p/people").await.is(StatusCode::OK);
    server.wait(SignedDuration::from_mins(60));
    browser.get("/p/p/people").await.is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn providers_need_a_second_factor_even_on_the_machine_itself() {
    let server = Server::new(Reach::Loopback).await;
    let practice = server.practice("p").await;
    for (name, role) in [("tom", Role::Technician), ("pia", Role::ProviderAdmin), ("anna", Role::PracticeOwner)] {
        let id = server.account(name).await;
        server.set_password(&id).await;
        server.grant(&practice, &id, role, None).await;
        let mut browser = server.signed_in(&id).await;
        let answer = browser.get("/p/p/people").await;
        if role == Role::PracticeOwner {
            answer.is(StatusCode::OK);
        } else {
            answer.leads_to("/account/setup?next=%2Fp%2Fp%2Fpeople");
            browser.get("/account/setup").await.leads_to("/account/app");
        }
    }
}

#[tokio::test]
async fn over_the_network_everybody_who_reads_needs_a_second_factor() {
    let server = Server::new(Reach::Beyond).await;
    let practice = server.practice("p").await;
    for role in roles() {
        let id = server.account(role.word()).await;
        server.set_password(&id).await;
        server.grant(&practice, &id, role, None).await;
        let answer = server.signed_in(&id).await.get("/account").await;
        match role {
            Role::Staff => answer.is(StatusCode::OK),
            _ => answer.is(StatusCode::SEE_OTHER),
        };
    }
}
