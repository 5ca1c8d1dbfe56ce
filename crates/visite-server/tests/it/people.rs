//! People and roles: inviting, ending, setting up anew.

use crate::server::{Answer, Browser, PASSWORD, Reach, Server};
use axum::http::StatusCode;
use jiff::SignedDuration;
use visite_store::{Account, AccountId, NewAccount, PracticeId, Role};

async fn invite(browser: &mut Browser<'_>, practice: &str, name: &str, role: Role, until: &str) -> Answer {
    let email = format!("{name}@neu.example");
    let role = role.to_string();
    let fields = [("name", name), ("email", &*email), ("role", &*role), ("until", until)];
    browser.post(&format!("/p/{practice}/people"), &fields).await
}

/// The path of the link on the page.
fn link(answer: &Answer) -> String {
    let rest =
        answer.body.split("https://visite.example.org").nth(1).unwrap_or_else(|| panic!("no link: {}", answer.body));
    rest.split('<').next().unwrap().to_owned()
}

async fn practice_with_owner(server: &Server) -> (PracticeId, AccountId) {
    let practice = server.practice("p").await;
    let anna = server.person("anna", &practice, Role::PracticeOwner).await;
    (practice, anna)
}

async fn role_of(server: &Server, practice: &PracticeId, email: &str) -> Option<Role> {
    let account = server.store.account_by_email(email).await.unwrap()?;
    let practice = server.store.practice(practice.clone());
    practice.member(&account.id, server.now()).await.unwrap().map(|membership| membership.role)
}

#[tokio::test]
async fn an_owner_invites_somebody_who_then_signs_in() {
    let server = Server::new(Reach::Beyond).await;
    let (practice, anna) = practice_with_owner(&server).await;
    let mut owner = server.signed_in(&anna).await;
    let answer = invite(&mut owner, "p", "lea", Role::Staff, "").await;
    answer.is(StatusCode::OK).says("Geben Sie diesen Link an");
    assert_eq!(role_of(&server, &practice, "lea@neu.example").await, Some(Role::Staff));
    let mut lea = server.browser();
    lea.post(&link(&answer), &[]).await.leads_to("/");
    lea.get("/account/setup").await.leads_to("/account/password");
    lea.post("/account/password", &[("new", PASSWORD), ("again", PASSWORD)]).await.leads_to("/account/app");
    lea.get("/account").await.is(StatusCode::OK);
    lea.get("/p/p/people").await.is(StatusCode::FORBIDDEN);
    server.browser().sign_in("lea@neu.example", PASSWORD).await.leads_to("/");
    let audit = server.audit().await;
    for what in ["account.created", "membership.granted", "link.issued", "link.used"] {
        assert!(audit.contains(&what.to_owned()), "{what}: {audit:?}");
    }
}

#[tokio::test]
async fn an_invitation_ends_after_three_days() {
    let server = Server::new(Reach::Beyond).await;
    let (_, anna) = practice_with_owner(&server).await;
    let answer = invite(&mut server.signed_in(&anna).await, "p", "lea", Role::Staff, "").await;
    server.wait(SignedDuration::from_hours(72));
    server.browser().post(&link(&answer), &[]).await.is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_providers_access_has_an_end_and_can_be_ended() {
    let server = Server::new(Reach::Beyond).await;
    let (practice, anna) = practice_with_owner(&server).await;
    let mut owner = server.signed_in(&anna).await;
    for (until, text) in [
        ("", "braucht ein Ende"),
        ("2026-03-01", "Vergangenheit"),
        ("2030-01-01", "mehr als ein Jahr"),
        ("morgen", "keines"),
    ] {
        let answer = invite(&mut owner, "p", "tom", Role::Technician, until).await;
        answer.is(StatusCode::UNPROCESSABLE_ENTITY).says(text);
        assert_eq!(role_of(&server, &practice, "tom@neu.example").await, None);
    }
    let answer = invite(&mut owner, "p", "tom", Role::Technician, "2026-12-31").await;
    answer.is(StatusCode::OK);
    let tom = server.store.account_by_email("tom@neu.example").await.unwrap().unwrap().id;
    server.set_password(&tom).await;
    server.set_app(&tom).await;
    let mut provider = server.signed_in(&tom).await;
    provider.get("/p/p/people").await.is(StatusCode::OK);
    owner.get("/p/p/people").await.says("01.01.2027, 00:00 Uhr");
    owner.post(&format!("/p/p/people/{tom}/end"), &[]).await.leads_to("/p/p/people");
    provider.get("/p/p/people").await.is(StatusCode::NOT_FOUND);
    assert_eq!(server.audit().await[0], "membership.ended");
}

#[tokio::test]
async fn nobody_but_owners_lets_people_in() {
    let server = Server::new(Reach::Beyond).await;
    let (practice, _) = practice_with_owner(&server).await;
    for (name, role) in
        [("mia", Role::PracticeManager), ("tom", Role::Technician), ("dora", Role::DataProtectionOfficer)]
    {
        let id = server.person(name, &practice, role).await;
        let mut browser = server.signed_in(&id).await;
        invite(&mut browser, "p", "neu", Role::PracticeOwner, "").await.is(StatusCode::FORBIDDEN);
        browser.post("/p/p/people/anna/end", &[]).await.is(StatusCode::FORBIDDEN);
        browser.post("/p/p/people/anna/link", &[]).await.is(StatusCode::FORBIDDEN);
    }
    assert_eq!(role_of(&server, &practice, "neu@neu.example").await, None);
}

#[tokio::test]
async fn a_provider_brings_technicians_for_as_long_as_it_has_access() {
    let server = Server::new(Reach::Beyond).await;
    let (practice, _) = practice_with_owner(&server).await;
    let pia = server.person("pia", &practice, Role::ProviderAdmin).await;
    let until = server.now() + SignedDuration::from_hours(24 * 30);
    server.grant(&practice, &pia, Role::ProviderAdmin, Some(until)).await;
    let mut lead = server.signed_in(&pia).await;
    invite(&mut lead, "p", "tom", Role::Technician, "2026-12-31").await.is(StatusCode::OK);
    let tom = server.store.account_by_email("tom@neu.example").await.unwrap().unwrap().id;
    let membership = server.store.practice(practice.clone()).member(&tom, server.now()).await.unwrap().unwrap();
    assert_eq!(membership.until, Some(until));
    for role in [Role::PracticeOwner, Role::ProviderAdmin, Role::Staff] {
        invite(&mut lead, "p", "otto", role, "2026-12-31").await.is(StatusCode::FORBIDDEN);
    }
    // Neither the owner's role nor its own can be changed by granting a technician's to the same address.
    let fields = [("name", "x"), ("email", "anna@praxis.example"), ("role", "technician"), ("until", "2026-12-31")];
    lead.post("/p/p/people", &fields).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(role_of(&server, &practice, "anna@praxis.example").await, Some(Role::PracticeOwner));
    lead.post("/p/p/people/anna/end", &[]).await.is(StatusCode::FORBIDDEN);
    lead.post("/p/p/people/anna/link", &[]).await.is(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_last_owner_stays() {
    let server = Server::new(Reach::Beyond).await;
    let (practice, anna) = practice_with_owner(&server).await;
    let mut owner = server.signed_in(&anna).await;
    owner.post("/p/p/people/anna/end", &[]).await.is(StatusCode::FORBIDDEN);
    let fields = [("name", "x"), ("email", "anna@praxis.example"), ("role", "staff"), ("until", "")];
    owner.post("/p/p/people", &fields).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    let otto = server.person("otto", &practice, Role::PracticeOwner).await;
    owner.post("/p/p/people/anna/end", &[]).await.leads_to("/p/p/people");
    owner.get("/p/p/people").await.is(StatusCode::NOT_FOUND);
    server.signed_in(&otto).await.get("/p/p/people").await.is(StatusCode::OK);
}

#[tokio::test]
async fn setting_up_anew_forgets_the_old_ways_in() {
    let server = Server::new(Reach::Beyond).await;
    let (practice, anna) = practice_with_owner(&server).await;
    let mia = server.person("mia", &practice, Role::PracticeManager).await;
    let mut lost = server.signed_in(&mia).await;
    let answer = server.signed_in(&anna).await.post("/p/p/people/mia/link", &[]).await;
    answer.is(StatusCode::OK);
    lost.get("/account").await.leads_to("/login?next=%2Faccount");
    server.browser().sign_in("mia@praxis.example", PASSWORD).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    let mut browser = server.browser();
    browser.post(&link(&answer), &[]).await.leads_to("/");
    browser.get("/account/setup").await.leads_to("/account/password");
}

#[tokio::test]
async fn nobody_gets_into_other_practices_by_setting_up_anew() {
    let server = Server::new(Reach::Beyond).await;
    let (practice, anna) = practice_with_owner(&server).await;
    let other = server.practice("other").await;
    let mia = server.person("mia", &practice, Role::PracticeManager).await;
    server.grant(&other, &mia, Role::PracticeOwner, None).await;
    let tom = server.person("tom", &practice, Role::Technician).await;
    let mut owner = server.signed_in(&anna).await;
    for id in [&mia, &tom, &anna] {
        owner.post(&format!("/p/p/people/{id}/link"), &[]).await.is(StatusCode::FORBIDDEN);
    }
    owner.post("/p/other/people/mia/link", &[]).await.is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_invitation_does_not_open_an_account_that_others_use() {
    let server = Server::new(Reach::Beyond).await;
    let (practice, anna) = practice_with_owner(&server).await;
    let other = server.practice("other").await;
    let mut owner = server.signed_in(&anna).await;
    // Somebody with a password is told of by name only.
    let otto = server.person("otto", &other, Role::PracticeOwner).await;
    let fields = [("name", "x"), ("email", "otto@praxis.example"), ("role", "staff"), ("until", "")];
    let answer = owner.post("/p/p/people", &fields).await;
    answer.is(StatusCode::OK).says("gibt es auf diesem Server schon ein Konto");
    assert!(!answer.body.contains("/invitation/"));
    assert!(!answer.body.contains("otto@praxis.example</strong> hat"), "the own name of the account is not told");
    // So is somebody who was invited elsewhere and has not come yet.
    let waiting = server.account("waiting").await;
    server.grant(&other, &waiting, Role::PracticeOwner, None).await;
    let fields = [("name", "x"), ("email", "waiting@praxis.example"), ("role", "staff"), ("until", "")];
    let answer = owner.post("/p/p/people", &fields).await;
    assert!(!answer.body.contains("/invitation/"), "{}", answer.body);
    assert_eq!(role_of(&server, &practice, "otto@praxis.example").await, None, "it is only offered");
    assert!(server.factors(&otto).await.any());
}

async fn offer(owner: &mut Browser<'_>, email: &str, role: Role, until: &str) -> String {
    let role = role.to_string();
    let answer =
        owner.post("/p/p/people", &[("name", "Dr. X"), ("email", email), ("role", &role), ("until", until)]).await;
    answer.is(StatusCode::OK);
    let link = link(&answer);
    assert!(link.starts_with("/join/"), "{link}");
    link
}

#[tokio::test]
async fn a_role_is_taken_by_whom_the_link_was_made_for() {
    let server = Server::new(Reach::Beyond).await;
    let (practice, anna) = practice_with_owner(&server).await;
    let other = server.practice("other").await;
    let otto = server.person("otto", &other, Role::PracticeOwner).await;
    let mallory = server.person("mallory", &other, Role::Staff).await;
    let mut owner = server.signed_in(&anna).await;
    let link = offer(&mut owner, "otto@praxis.example", Role::PracticeManager, "").await;
    owner.get("/p/p/people").await.says("Eingeladen, noch nicht angenommen").says("Dr. X");
    let stranger = server.browser().get(&link).await;
    assert!(stranger.location().starts_with("/login?next=%2Fjoin%2Fp."), "{}", stranger.location());
    let mut thief = server.signed_in(&mallory).await;
    thief.get(&link).await.is(StatusCode::NOT_FOUND).says("für ein anderes Konto");
    thief.post(&link, &[]).await.is(StatusCode::NOT_FOUND);
    let mut browser = server.signed_in(&otto).await;
    browser.get("/p/p").await.is(StatusCode::NOT_FOUND);
    for wrong in ["/join/p", "/join/p.x", "/join/.", "/join/nowhere.AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"] {
        browser.get(wrong).await.is(StatusCode::NOT_FOUND);
        browser.post(wrong, &[]).await.is(StatusCode::NOT_FOUND);
    }
    browser.get(&link).await.is(StatusCode::OK).says("Praxismanagement");
    assert_eq!(role_of(&server, &practice, "otto@praxis.example").await, None, "looking takes nothing");
    browser.post(&link, &[]).await.leads_to("/p/p");
    assert_eq!(role_of(&server, &practice, "otto@praxis.example").await, Some(Role::PracticeManager));
    browser.post(&link, &[]).await.is(StatusCode::NOT_FOUND);
    let audit = server.audit().await;
    assert!(audit.contains(&"membership.offered".to_owned()) && audit.contains(&"membership.granted".to_owned()));
}

#[tokio::test]
async fn an_address_that_somebody_took_gets_no_access() {
    let server = Server::new(Reach::Beyond).await;
    let (practice, anna) = practice_with_owner(&server).await;
    let mia = server.person("mia", &practice, Role::Staff).await;
    let mut thief = server.signed_in(&mia).await;
    let taken = [("name", "Dr. Lang"), ("email", "dr.lang@praxis.example"), ("language", "de")];
    thief.post("/account/person", &taken).await.leads_to("/account?done=saved");
    let mut owner = server.signed_in(&anna).await;
    let fields = [("name", "Dr. Lang"), ("email", "dr.lang@praxis.example"), ("role", "practice-owner"), ("until", "")];
    owner.post("/p/p/people", &fields).await.is(StatusCode::UNPROCESSABLE_ENTITY).says("hat hier schon jemand Zugang");
    assert_eq!(role_of(&server, &practice, "dr.lang@praxis.example").await, Some(Role::Staff));
}

#[tokio::test]
async fn an_offer_ends_with_its_time_its_maker_and_when_it_is_taken_back() {
    let server = Server::new(Reach::Beyond).await;
    let (practice, anna) = practice_with_owner(&server).await;
    let other = server.practice("other").await;
    let otto = server.person("otto", &other, Role::Staff).await;
    let mut owner = server.signed_in(&anna).await;
    let mut browser = server.signed_in(&otto).await;

    let link = offer(&mut owner, "otto@praxis.example", Role::Staff, "").await;
    let newer = offer(&mut owner, "otto@praxis.example", Role::Staff, "").await;
    browser.post(&link, &[]).await.is(StatusCode::NOT_FOUND);
    owner.post("/p/p/people/otto/withdraw", &[]).await.leads_to("/p/p/people");
    owner.post("/p/p/people/otto/withdraw", &[]).await.is(StatusCode::NOT_FOUND);
    browser.post(&newer, &[]).await.is(StatusCode::NOT_FOUND);

    // A lead whose access has ended since.
    let pia = server.person("pia", &practice, Role::ProviderAdmin).await;
    let link = offer(&mut server.signed_in(&pia).await, "otto@praxis.example", Role::Technician, "2026-12-31").await;
    owner.post("/p/p/people/pia/end", &[]).await.leads_to("/p/p/people");
    browser.post(&link, &[]).await.is(StatusCode::NOT_FOUND);

    let link = offer(&mut owner, "otto@praxis.example", Role::Staff, "").await;
    server.wait(SignedDuration::from_hours(72));
    let mut browser = server.signed_in(&otto).await;
    browser.post(&link, &[]).await.is(StatusCode::NOT_FOUND);
    assert_eq!(role_of(&server, &practice, "otto@praxis.example").await, None);
}

#[tokio::test]
async fn whoever_was_invited_and_never_came_is_invited_anew() {
    let server = Server::new(Reach::Beyond).await;
    let (practice, anna) = practice_with_owner(&server).await;
    let mut owner = server.signed_in(&anna).await;
    let lost = link(&invite(&mut owner, "p", "lea", Role::Staff, "").await);
    let lea = server.store.account_by_email("lea@neu.example").await.unwrap().unwrap().id;
    owner.post(&format!("/p/p/people/{lea}/end"), &[]).await.leads_to("/p/p/people");
    let answer = invite(&mut owner, "p", "lea", Role::PracticeManager, "").await;
    answer.is(StatusCode::OK).says("Geben Sie diesen Link an");
    server.browser().post(&lost, &[]).await.is(StatusCode::NOT_FOUND);
    server.browser().post(&link(&answer), &[]).await.leads_to("/");
    assert_eq!(role_of(&server, &practice, "lea@neu.example").await, Some(Role::PracticeManager));
}

/// Somebody who works at a provider and leads in a practice.
async fn colleague(server: &Server, name: &str, practice: &PracticeId) -> AccountId {
    let id = server.person(name, practice, Role::ProviderAdmin).await;
    let Account { email, name, language, .. } = server.store.account(&id).await.unwrap();
    let changed = NewAccount { id: id.clone(), email, name, language, provider_role: Some(Role::ProviderAdmin) };
    server.store.change_account(&server.event(), &changed).await.unwrap();
    id
}

#[tokio::test]
async fn a_lead_does_not_make_itself_the_owner() {
    let server = Server::new(Reach::Beyond).await;
    let practice = server.practice("p").await;
    let pia = colleague(&server, "pia", &practice).await;
    let until = server.now() + SignedDuration::from_hours(24 * 30);
    server.grant(&practice, &pia, Role::ProviderAdmin, Some(until)).await;
    colleague(&server, "tom", &server.practice("other").await).await;
    let mut lead = server.signed_in(&pia).await;
    for email in ["pia@praxis.example", "tom@praxis.example"] {
        let fields = [("name", "x"), ("email", email), ("role", "practice-owner"), ("until", "")];
        let status = lead.post("/p/p/people", &fields).await.status;
        assert!([StatusCode::FORBIDDEN, StatusCode::UNPROCESSABLE_ENTITY].contains(&status), "{email}: {status}");
    }
    assert!(server.store.practice(practice).invitations(server.now()).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_owner_of_a_later_practice_does_not_look_after_the_server() {
    let server = Server::new(Reach::Beyond).await;
    let (_, anna) = practice_with_owner(&server).await;
    server.wait(SignedDuration::from_hours(1));
    let later = server.practice("later").await;
    let otto = server.person("otto", &later, Role::PracticeOwner).await;
    for path in ["/mail", "/sign-in-service", "/programs", "/policies"] {
        server.signed_in(&anna).await.get(path).await.is(StatusCode::OK);
        server.signed_in(&otto).await.get(path).await.is(StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn a_session_from_an_earlier_invitation_opens_nothing_that_came_later() {
    let server = Server::new(Reach::Beyond).await;
    let (_, anna) = practice_with_owner(&server).await;
    server.practice("other").await;
    let other = PracticeId::new("other").unwrap();
    let otto = server.person("otto", &other, Role::PracticeOwner).await;
    // Anna invites somebody, follows the link herself, and ends the access.
    let mut owner = server.signed_in(&anna).await;
    let first = link(&invite(&mut owner, "p", "lea", Role::Staff, "").await);
    let mut held = server.browser();
    held.post(&first, &[]).await.leads_to("/");
    let lea = server.store.account_by_email("lea@neu.example").await.unwrap().unwrap().id;
    owner.post(&format!("/p/p/people/{lea}/end"), &[]).await.leads_to("/p/p/people");
    held.get("/account/setup").await.is(StatusCode::SEE_OTHER);
    // Another practice invites that person.
    let later = invite(&mut server.signed_in(&otto).await, "other", "lea", Role::PracticeOwner, "").await;
    later.is(StatusCode::OK);
    held.get("/account/setup").await.leads_to("/login?next=%2Faccount%2Fsetup");
    held.post(&first, &[]).await.is(StatusCode::NOT_FOUND);
    server.browser().post(&link(&later), &[]).await.leads_to("/");
}
