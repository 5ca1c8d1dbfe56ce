//! Linking an account here with one elsewhere: by whoever is signed in, or by an invitation; and ending that.

use super::provider::{Fault, SUBJECT};
use super::{World, follow};
use crate::server::{Browser, PASSWORD};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::json;
use visite_store::{AccountId, Identity, Role};

async fn identities(world: &World, account: &AccountId) -> Vec<Identity> {
    world.server.store.identities(account).await.unwrap()
}

/// Invites somebody; the path of the link.
async fn invited(world: &World, browser: &mut Browser<'_>, name: &str, role: &str) -> String {
    let email = format!("{name}@praxis.example");
    let page = browser.post("/p/p/people", &[("name", name), ("email", &email), ("role", role), ("until", "")]).await;
    assert_eq!(world.server.now().as_second() % 60, 0);
    let link = page.is(StatusCode::OK).between("https://visite.example.org/invitation/");
    format!("/invitation/{}", link.split('<').next().unwrap())
}

#[tokio::test]
async fn whoever_is_signed_in_links_the_account() {
    let world = World::new().await;
    let mut other = world.server.signed_in(&world.anna).await;
    let mut browser = world.server.signed_in(&world.anna).await;
    browser.get("/account").await.says("nicht verbunden").says("href=\"/account/oidc\"");
    browser.get("/account/oidc").await.is(StatusCode::OK).says("127.0.0.1").says("href=\"/account/oidc/begin\"");
    world.there_and_back(&mut browser, "/account/oidc/begin").await.leads_to("/account?done=saved");
    let [identity] = &identities(&world, &world.anna).await[..] else { panic!("one identity") };
    assert_eq!((identity.subject.as_str(), identity.name.as_str()), (SUBJECT, "anna@firma.example"));
    browser.get("/account").await.is(StatusCode::OK).says("verbunden mit anna@firma.example");
    other.get("/account").await.leads_to("/login?next=%2Faccount");
    assert_eq!(world.server.audit().await[0], "identity.linked");

    // The second factor is still that of Visite.
    let mut new = world.server.browser();
    world.there_and_back(&mut new, "/login/oidc").await.leads_to("/login/code?next=%2F");
    new.get("/account").await.leads_to("/login/code?next=%2Faccount");
    let code = world.server.code();
    new.post("/login/code", &[("code", &code)]).await.leads_to("/");

    browser.post("/account/oidc/remove", &[]).await.leads_to("/account?done=saved");
    assert!(identities(&world, &world.anna).await.is_empty());
    assert_eq!(world.server.audit().await[0], "identity.unlinked");
    browser.post("/account/oidc/remove", &[]).await.leads_to("/account");
    let page = world.there_and_back(&mut world.server.browser(), "/login/oidc").await;
    page.is(StatusCode::UNPROCESSABLE_ENTITY).says("gehört hier noch kein Zugang");
    // The password was never touched.
    world.server.browser().sign_in("anna@praxis.example", PASSWORD).await.leads_to("/login/code?next=%2F");
}

#[tokio::test]
async fn linking_is_asked_for_on_a_page_of_ours_a_short_time_after_proving_who_it_is() {
    let world = World::new().await;
    let mut browser = world.server.signed_in(&world.anna).await;
    for site in ["cross-site", "same-site", "none"] {
        let request = browser.request(Method::GET, "/account/oidc/begin").header("sec-fetch-site", site);
        browser.send(request.body(Body::empty()).unwrap()).await.leads_to("/account/oidc");
    }
    browser.get("/account/oidc/begin").await.leads_to("/account/oidc");
    world.server.wait(SignedDuration::from_mins(16));
    let answer = follow(&mut browser, "/account/oidc/begin").await;
    answer.leads_to("/login/again?next=%2Faccount%2Foidc%2Fbegin");
    assert_eq!(world.provider.asked("authorize"), 0);
}

#[tokio::test]
async fn a_link_belongs_to_the_session_that_began_it() {
    let world = World::new().await;
    let tom = world.server.person("tom", &world.practice, Role::Staff).await;
    let mut browser = world.server.signed_in(&world.anna).await;
    let back = world.there(&mut browser, "/account/oidc/begin").await;
    // Somebody else signs in at the same browser meanwhile.
    let toms = world.server.signed_in(&tom).await;
    browser.cookies.extend(toms.cookies);
    browser.get(&back).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("inzwischen beendet");
    for account in [&tom, &world.anna] {
        assert!(identities(&world, account).await.is_empty());
    }
    // Nor is there a way in for whoever only has the way back.
    let mut browser = world.server.signed_in(&world.anna).await;
    let back = world.there(&mut browser, "/account/oidc/begin").await;
    browser.cookies.remove("__Host-visite");
    browser.get(&back).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("inzwischen beendet");
    assert_eq!(browser.session(), None);
}

#[tokio::test]
async fn an_account_elsewhere_belongs_to_one_account_here() {
    let world = World::new().await;
    let tom = world.linked("tom", Role::Staff).await;
    let mut browser = world.server.signed_in(&world.anna).await;
    let page = world.there_and_back(&mut browser, "/account/oidc/begin").await;
    page.is(StatusCode::UNPROCESSABLE_ENTITY).says("schon mit einem anderen Zugang").says("href=\"/account\"");
    assert_eq!((identities(&world, &tom).await.len(), identities(&world, &world.anna).await.len()), (1, 0));
    world.provider.goes_wrong(Fault::Error("access_denied"));
    let page = world.there_and_back(&mut browser, "/account/oidc/begin").await;
    page.is(StatusCode::UNPROCESSABLE_ENTITY).says("abgelehnt").says("href=\"/account\"");
}

#[tokio::test]
async fn an_invitation_is_accepted_without_a_password() {
    let world = World::new().await;
    let mut owner = world.server.signed_in(&world.anna).await;
    let link = invited(&world, &mut owner, "mia", "practice-manager").await;
    let mut browser = world.server.browser();
    let button = format!("href=\"{link}/oidc\"");
    browser.get(&link).await.is(StatusCode::OK).says("Mit Firmenkonto anmelden").says(&button);
    world.there_and_back(&mut browser, &format!("{link}/oidc")).await.leads_to("/");
    let mia = world.server.store.account_by_email("mia@praxis.example").await.unwrap().unwrap();
    assert_eq!(identities(&world, &mia.id).await.len(), 1);
    assert_eq!(mia.password_hash, None);
    // No password is asked for; the second factor is.
    browser.get("/p/p").await.leads_to("/account/setup?next=%2Fp%2Fp");
    browser.get("/account/setup").await.leads_to("/account/app");
    // The link counts once.
    let mut again = world.server.browser();
    again.get(&link).await.is(StatusCode::NOT_FOUND);
    follow(&mut again, &format!("{link}/oidc")).await.is(StatusCode::NOT_FOUND);
    let audit = world.server.audit().await;
    assert_eq!(audit[..3], ["login.succeeded", "identity.linked", "link.used"]);
    // Whoever has come is not waiting for a link any more.
    let page = owner
        .post("/p/p/people", &[("name", "mia"), ("email", "mia@praxis.example"), ("role", "staff"), ("until", "")])
        .await;
    assert!(!page.is(StatusCode::UNPROCESSABLE_ENTITY).body.contains("/invitation/"));
}

#[tokio::test]
async fn an_invitation_stays_open_when_the_account_elsewhere_is_taken_or_denied() {
    let world = World::new().await;
    world.linked("tom", Role::Staff).await;
    let mut owner = world.server.signed_in(&world.anna).await;
    let link = invited(&world, &mut owner, "mia", "staff").await;
    let page = world.there_and_back(&mut world.server.browser(), &format!("{link}/oidc")).await;
    page.is(StatusCode::UNPROCESSABLE_ENTITY).says("schon mit einem anderen Zugang").says(&format!("href=\"{link}\""));
    world.provider.goes_wrong(Fault::Error("access_denied"));
    let page = world.there_and_back(&mut world.server.browser(), &format!("{link}/oidc")).await;
    page.is(StatusCode::UNPROCESSABLE_ENTITY).says("abgelehnt");
    world.server.browser().get(&link).await.is(StatusCode::OK);
    // Used meanwhile: the way back opens nothing.
    world.provider.goes_wrong(Fault::None);
    world.provider.says(json!({ "sub": "mia" }));
    let mut browser = world.server.browser();
    let back = world.there(&mut browser, &format!("{link}/oidc")).await;
    world.server.browser().post(&link, &[]).await.leads_to("/");
    browser.get(&back).await.is(StatusCode::NOT_FOUND).says("gilt nicht mehr");
    assert!(world.server.store.identity(world.provider.issuer(), "mia").await.unwrap().is_none());
}

#[tokio::test]
async fn the_last_way_in_stays() {
    let world = World::new().await;
    let tom = world.linked("tom", Role::Staff).await;
    let mut browser = world.server.signed_in(&tom).await;
    browser.post("/account/oidc/remove", &[]).await.is(StatusCode::BAD_REQUEST).says("kämen Sie nicht mehr hinein");
    assert_eq!(identities(&world, &tom).await.len(), 1);
    world.server.set_password(&tom).await;
    browser.post("/account/oidc/remove", &[]).await.leads_to("/account?done=saved");
}

#[tokio::test]
async fn a_new_link_of_the_owner_ends_the_old_ways_in() {
    let world = World::new().await;
    let tom = world.linked("tom", Role::Staff).await;
    let mut browser = world.server.browser();
    world.there_and_back(&mut browser, "/login/oidc").await.leads_to("/");
    let mut owner = world.server.signed_in(&world.anna).await;
    owner.post(&format!("/p/p/people/{tom}/link"), &[]).await.is(StatusCode::OK);
    browser.get("/account").await.leads_to("/login?next=%2Faccount");
    assert!(identities(&world, &tom).await.is_empty());
    let page = world.there_and_back(&mut world.server.browser(), "/login/oidc").await;
    page.is(StatusCode::UNPROCESSABLE_ENTITY).says("gehört hier noch kein Zugang");
}
