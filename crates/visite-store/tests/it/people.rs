//! Accounts, memberships, sessions, settings, practices.

use crate::support::*;
use serde_json::json;
use visite_facts::Lang;
use visite_store::*;

on_both!(
    an_account_is_made_found_changed_and_disabled,
    a_one_time_password_is_used_once,
    second_factors_change_only_from_what_they_were,
    roles_are_granted_until_a_date_and_ended,
    a_role_is_offered_and_taken_once,
    an_account_is_set_up_anew_where_it_belongs_to_one_practice,
    sessions_are_listed_touched_and_ended,
    an_account_elsewhere_belongs_to_one_account_here,
    settings_are_kept_and_the_stores_own_are_its_own,
    practices_have_names_files_sites_and_settings,
);

fn new_account(id: &str, email: &str) -> NewAccount {
    let (id, email) = (account_id(id), email.to_owned());
    NewAccount { id, email, name: "Dr. Ada Linde".into(), language: Lang::De, provider_role: None }
}

async fn an_account_is_made_found_changed_and_disabled(place: Place) {
    let store = place.open().await;
    let new = new_account("ada", " Ada@Praxis.example ");
    store.create_account(&event("account.created"), &new).await.expect("account");
    let ada = store.account_by_email("ADA@praxis.EXAMPLE").await.expect("found").expect("an account");
    assert_eq!((ada.email.as_str(), ada.password_hash.as_deref()), ("ada@praxis.example", None));
    for taken in [new_account("ada", "b@praxis.example"), new_account("b", "ada@praxis.example")] {
        let error = store.create_account(&event("account.created"), &taken).await.expect_err("taken");
        assert!(matches!(error, StoreError::AlreadyThere { .. }), "{error}");
    }
    for unusable in ["", "ada", "@x", "a b@c", "a@\nb"] {
        let error = store.create_account(&event("account.created"), &new_account("c", unusable)).await;
        assert!(matches!(error, Err(StoreError::Invalid { .. })), "{unusable:?}");
    }
    store.set_password_hash(&event("account.password"), &ada.id, Some("$argon2id$...")).await.expect("password");
    let changed = NewAccount { name: "Ada".into(), provider_role: Some(Role::Technician), ..new };
    store.change_account(&event("account.changed"), &changed).await.expect("changed");
    let ada = store.account(&ada.id).await.expect("account");
    assert_eq!(ada.password_hash.as_deref(), Some("$argon2id$..."));
    assert_eq!((ada.name.as_str(), ada.provider_role), ("Ada", Some(Role::Technician)));

    open_session(&store, "secret", 0).await;
    store.disable_account(&event("account.disabled"), &ada.id, true).await.expect("disabled");
    assert_eq!(store.account(&ada.id).await.expect("account").disabled_at, Some(at(0)));
    assert_eq!(store.session("secret", at(1)).await.expect("session"), None);
    let nobody = store.account(&account_id("nobody")).await.expect_err("nobody");
    assert!(matches!(nobody, StoreError::NotFound { .. }));
    assert_eq!(store.verify_audit().await.expect("verified"), Ok(4));
}

async fn a_one_time_password_is_used_once(place: Place) {
    let store = place.open().await;
    store.create_account(&event("account.created"), &new_account("ada", "a@b.example")).await.expect("account");
    let used = async |step| store.use_totp_step(&account_id("ada"), step).await.expect("a step");
    assert!(used(100).await);
    assert!(!used(100).await);
    assert!(!used(99).await);
    assert!(used(101).await);
    assert!(!store.use_totp_step(&account_id("nobody"), 1).await.expect("a step"));
}

async fn second_factors_change_only_from_what_they_were(place: Place) {
    let store = place.open().await;
    let id = account_id("ada");
    store.create_account(&event("account.created"), &new_account("ada", "a@b.example")).await.expect("account");
    let (none, one, two) = (json!([]), json!([{"codes": ["a", "b"]}]), json!([{"codes": ["b"]}]));
    let set = async |from, to| store.set_second_factors(&event("account.factors"), &id, from, to).await.expect("set");
    assert!(set(&none, &one).await);
    assert!(set(&one, &two).await);
    assert!(!set(&one, &two).await, "the recovery code was used already");
    assert_eq!(store.account(&id).await.expect("account").second_factors, two);
}

async fn roles_are_granted_until_a_date_and_ended(place: Place) {
    let (store, linden) = practice(&place).await;
    store.create_account(&event("account.created"), &new_account("ada", "a@b.example")).await.expect("account");
    let ada = account_id("ada");
    linden.grant(&event("access.granted"), &ada, Role::Auditor, Some(day(1))).await.expect("granted");
    assert_eq!(linden.member(&ada, at(0)).await.expect("member").expect("in force").role, Role::Auditor);
    assert_eq!(linden.member(&ada, day(1)).await.expect("member"), None, "over");
    linden.grant(&event("access.granted"), &ada, Role::PracticeOwner, None).await.expect("granted");
    assert_eq!(linden.members().await.expect("members").len(), 1);
    assert_eq!(store.memberships(&ada).await.expect("memberships")[0].role, Role::PracticeOwner);
    let nobody = linden.grant(&event("access.granted"), &account_id("nobody"), Role::Staff, None).await;
    assert!(matches!(nobody, Err(StoreError::NotFound { .. })));
    assert!(!linden.end_membership(&event("access.ended"), &ada).await.expect("asked"), "the last owner");
    store.create_account(&event("account.created"), &new_account("ben", "b@b.example")).await.expect("account");
    let ben = account_id("ben");
    linden.grant(&event("access.granted"), &ben, Role::PracticeOwner, Some(at(0))).await.expect("granted");
    assert!(
        !linden.end_membership(&event("access.ended"), &ada).await.expect("asked"),
        "the other one's access is over"
    );
    assert!(linden.end_membership(&event("access.ended"), &ben).await.expect("ended"), "that is tidying up");
    linden.grant(&event("access.granted"), &ben, Role::PracticeOwner, Some(day(1))).await.expect("granted");
    assert!(linden.end_membership(&event("access.ended"), &ada).await.expect("ended"));
    assert!(!linden.end_membership(&event("access.ended"), &ada).await.expect("ended"));
    assert_eq!(linden.member(&ada, at(0)).await.expect("member"), None);
}

async fn a_role_is_offered_and_taken_once(place: Place) {
    let (store, linden) = practice(&place).await;
    store.create_account(&event("account.created"), &new_account("ada", "a@b.example")).await.expect("account");
    let ada = account_id("ada");
    let offer = Invitation {
        account: ada.clone(),
        hash: "h1".into(),
        name: "Dr. Ada".into(),
        role: Role::Auditor,
        until: Some(day(9)),
        invited_by: "ben".into(),
        invited_at: at(0),
        expires_at: day(3),
    };
    let nobody = Invitation { account: account_id("nobody"), ..offer.clone() };
    assert!(matches!(linden.invite(&event("offered"), &nobody).await, Err(StoreError::NotFound { .. })));
    linden.invite(&event("offered"), &offer).await.expect("offered");
    let newer = Invitation { hash: "h2".into(), role: Role::Staff, until: None, ..offer.clone() };
    linden.invite(&event("offered"), &newer).await.expect("offered");
    assert_eq!(linden.invitations(at(1)).await.expect("asked"), std::slice::from_ref(&newer), "the newer one counts");
    assert_eq!(linden.invitations(day(3)).await.expect("asked"), [], "over");
    assert_eq!(linden.member(&ada, at(1)).await.expect("member"), None, "not taken yet");
    let take = async |offer: &Invitation, now| {
        let event = AuditEvent { at: now, ..event("taken") };
        linden.accept_invitation(&event, offer).await.expect("asked")
    };
    assert!(!take(&offer, at(1)).await, "it was replaced");
    assert!(!take(&newer, day(3)).await, "it is over");
    assert!(take(&newer, at(1)).await);
    assert!(!take(&newer, at(2)).await, "once");
    let taken = linden.member(&ada, at(2)).await.expect("member").expect("in force");
    assert_eq!((taken.role, taken.granted_by.as_str(), taken.granted_at), (Role::Staff, "ben", at(1)));
    linden.invite(&event("offered"), &offer).await.expect("offered");
    assert!(!take(&offer, at(3)).await, "there is a role in force");
    assert!(linden.withdraw_invitation(&event("withdrawn"), &ada).await.expect("withdrawn"));
    assert!(!linden.withdraw_invitation(&event("withdrawn"), &ada).await.expect("withdrawn"));
}

async fn an_account_is_set_up_anew_where_it_belongs_to_one_practice(place: Place) {
    let (store, linden) = practice(&place).await;
    let other = add_practice(&store, "ahorn").await;
    store.create_account(&event("account.created"), &new_account("ada", "a@b.example")).await.expect("account");
    let ada = account_id("ada");
    store.set_password_hash(&event("password.set"), &ada, Some("hash")).await.expect("password");
    open_session(&store, "one", 0).await;
    linden.grant(&event("access.granted"), &ada, Role::Staff, None).await.expect("granted");
    other.grant(&event("access.granted"), &ada, Role::Staff, None).await.expect("granted");
    let account = store.account(&ada).await.expect("account");
    let reset = async |factors| {
        let events = [event("password.removed"), event("link.issued")];
        store.reset_account(&events, linden.id(), &account, &factors).await.expect("asked")
    };
    assert!(!reset(json!({"link": 1})).await, "it belongs to another practice, too");
    assert_eq!(store.account(&ada).await.expect("account"), account);
    other.end_membership(&event("access.ended"), &ada).await.expect("ended");
    assert!(reset(json!({"link": 1})).await);
    let now = store.account(&ada).await.expect("account");
    assert_eq!((now.password_hash, &now.second_factors), (None, &json!({"link": 1})));
    assert_eq!(store.session("one", at(1)).await.expect("asked"), None);
    assert!(!reset(json!({"link": 2})).await, "what was read is not there any more");
}

async fn open_session(store: &Store, secret: &str, now: i64) {
    let new = NewSession {
        account: account_id("ada"),
        now: at(now),
        expires_at: at(now + 100),
        second_factor_at: None,
        proved_at: None,
        address: "192.0.2.7".into(),
        program: "Firefox".into(),
    };
    store.open_session(secret, &new).await.expect("a session");
}

async fn sessions_are_listed_touched_and_ended(place: Place) {
    let store = place.open().await;
    store.create_account(&event("account.created"), &new_account("ada", "a@b.example")).await.expect("account");
    open_session(&store, "one", 0).await;
    open_session(&store, "two", 10).await;
    assert_eq!(place.number("SELECT count(*) FROM session WHERE hash LIKE '%one%'").await, 0, "no secret is kept");
    let one = store.session("one", at(50)).await.expect("session").expect("open");
    assert_eq!(store.session("one", at(100)).await.expect("session"), None, "its time is over");
    assert_eq!(store.session("forged", at(50)).await.expect("session"), None);
    store.touch_session(&one.id, at(60), at(160)).await.expect("touched");
    store.confirm_session(&one.id, at(61)).await.expect("confirmed");
    let one = store.session("one", at(100)).await.expect("session").expect("its end moved");
    assert_eq!((one.last_used_at, one.second_factor_at), (at(60), Some(at(61))));
    let listed = store.sessions(&one.account, at(61)).await.expect("sessions");
    assert_eq!(listed.iter().map(|session| session.last_used_at).collect::<Vec<_>>(), [at(60), at(10)]);
    assert!(!store.close_session(&account_id("other"), &one.id).await.expect("not the own one"));
    assert_eq!(store.close_sessions(&one.account, Some(&one.id)).await.expect("the others"), 1);
    assert!(store.close_session(&one.account, &one.id).await.expect("closed"));
    assert_eq!(store.sessions(&one.account, at(61)).await.expect("sessions"), []);
}

async fn settings_are_kept_and_the_stores_own_are_its_own(place: Place) {
    let store = place.open().await;
    store.set_setting(&event("setting.changed"), "public_url", Some("https://a.example")).await.expect("set");
    store.set_setting(&event("setting.changed"), "public_url", Some("https://b.example")).await.expect("set");
    assert_eq!(store.setting("public_url").await.expect("setting").as_deref(), Some("https://b.example"));
    assert_eq!(store.settings().await.expect("settings").len(), 1);
    store.set_setting(&event("setting.changed"), "public_url", None).await.expect("removed");
    assert_eq!(store.setting("public_url").await.expect("setting"), None);
    let replace = async |before, value| store.replace_setting(&event("s"), "rules", before, value).await.expect("set");
    assert!(replace(None, "1").await && replace(Some("1"), "2").await);
    assert!(!replace(Some("1"), "3").await && !replace(None, "3").await, "it was changed meanwhile");
    assert_eq!(store.setting("rules").await.expect("setting").as_deref(), Some("2"));
    for own in ["epoch", "audit.head"] {
        assert!(store.set_setting(&event("setting.changed"), own, Some("7")).await.is_err(), "{own}");
    }
}

async fn practices_have_names_files_sites_and_settings(place: Place) {
    let (store, linden) = practice(&place).await;
    let taken = NewPractice { id: linden.id().clone(), name: "X".into(), time_zone: "UTC".into() };
    let error = store.create_practice(&event("practice.created"), &taken).await.expect_err("taken");
    assert!(matches!(error, StoreError::AlreadyThere { .. }));
    assert!(linden.rename(&event("practice.changed"), "Praxis", "Mars/Olympus").await.is_err());
    linden.rename(&event("practice.changed"), "Praxis an der Linde", "Europe/Vienna").await.expect("renamed");
    let set = async |before, text| linden.set_file(&event("practice.file"), before, text).await.expect("file");
    assert!(set(None, "name: X\n").await);
    assert!(!set(None, "name: Y\n").await, "there is one already");
    let first = linden.info().await.expect("info").file.expect("a file").hash;
    assert!(set(Some(&first), "name: Linde\n").await);
    assert!(!set(Some(&first), "name: Y\n").await, "it was changed meanwhile");
    linden.put_settings(&event("settings"), &[("lunch", json!("12:00")), ("mail", json!({}))]).await.expect("settings");
    linden.put_settings(&event("settings"), &[("lunch", json!("noon"))]).await.expect("settings");
    linden
        .put_site(&event("site"), &Site { id: SiteId::new("a").expect("id"), name: "Haupthaus".into() })
        .await
        .expect("site");
    let info = linden.info().await.expect("info");
    assert_eq!((info.name.as_str(), info.time_zone.as_str()), ("Praxis an der Linde", "Europe/Vienna"));
    assert_eq!(info.file.expect("a file").text, "name: Linde\n");
    assert_eq!(info.settings, json!({"lunch": "noon", "mail": {}}));
    assert_eq!(linden.sites().await.expect("sites")[0].name, "Haupthaus");
    let site = SiteId::new("a").expect("id");
    let agent = add_agent(&linden, "pc1").await;
    linden.change_agent_details(&event("agent"), &agent, "PC", Some(&site), false).await.expect("changed");
    assert!(linden.remove_site(&event("site"), &site).await.expect("removed"));
    assert!(!linden.remove_site(&event("site"), &site).await.expect("removed"));
    assert_eq!(linden.agent(&agent).await.expect("agent").site, None);
    assert_eq!(store.practices().await.expect("practices").len(), 1);
    let nowhere = store.practice(practice_id("nowhere"));
    assert!(!nowhere.exists().await.expect("exists"));
    assert!(nowhere.rename(&event("practice.changed"), "X", "UTC").await.is_err());
    assert_eq!(linden.audit_log(None, 10).await.expect("log").len(), 0, "these events named no practice");
}

async fn an_account_elsewhere_belongs_to_one_account_here(place: Place) {
    let store = place.open().await;
    for (id, mail) in [("ada", "a@b.example"), ("ben", "b@b.example")] {
        store.create_account(&event("account.created"), &new_account(id, mail)).await.expect("account");
    }
    let there = |account: &str, issuer: &str, subject: &str| Identity {
        issuer: issuer.into(),
        subject: subject.into(),
        account: account_id(account),
        name: "ada@firma.example".into(),
        second_factor: false,
        linked_at: at(1),
    };
    let link = async |new: &Identity| store.link_identity(&event("identity.linked"), new).await;
    let (here, other) = ("https://id.example", "https://id.example/");
    let first = there("ada", here, "1");
    link(&first).await.expect("linked");
    link(&there("ada", other, "1")).await.expect("another issuer, however alike, is another one");
    assert_eq!(store.identity(here, "1").await.expect("asked"), Some(first));
    let taken = link(&there("ben", here, "1")).await.expect_err("taken");
    assert!(matches!(taken, StoreError::AlreadyThere { .. }), "{taken}");
    let nobody = link(&there("cy", here, "3")).await.expect_err("nobody");
    assert!(matches!(nobody, StoreError::NotFound { .. }), "{nobody}");
    for unusable in [
        there("ada", "", "1"),
        there("ada", here, ""),
        there("ada", here, "a\nb"),
        there("ada", here, &"a".repeat(501)),
    ] {
        assert!(matches!(link(&unusable).await, Err(StoreError::Invalid { .. })), "{unusable:?}");
    }

    // Another one at the same issuer takes its place.
    link(&there("ada", here, "2")).await.expect("linked");
    assert_eq!(store.identity(here, "1").await.expect("asked"), None);
    assert_eq!(store.count_identities(here).await.expect("counted"), 1);
    store.note_second_factor(&event("identity.second-factor"), here, "2").await.expect("noted");
    let all = store.identities(&account_id("ada")).await.expect("asked");
    let told: Vec<_> = all.iter().map(|one| (&*one.issuer, &*one.subject, one.second_factor)).collect();
    assert_eq!(told, [(here, "2", true), (other, "1", false)]);
    let unlinked =
        async || store.unlink_identities(&event("identity.unlinked"), &account_id("ada")).await.expect("ended");
    assert_eq!((unlinked().await, unlinked().await), (2, 0));
    assert!(store.identities(&account_id("ada")).await.expect("asked").is_empty());
    let rows = store.audit_log(None, 100).await.expect("audit");
    let rows: Vec<_> = rows.iter().map(|entry| entry.event.what.as_str()).collect();
    assert_eq!(
        rows[..5],
        ["identity.unlinked", "identity.second-factor", "identity.linked", "identity.linked", "identity.linked"]
    );
}
