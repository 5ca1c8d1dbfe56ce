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
    sessions_are_listed_touched_and_ended,
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
    assert!(linden.end_membership(&event("access.ended"), &ada).await.expect("ended"));
    assert!(!linden.end_membership(&event("access.ended"), &ada).await.expect("ended"));
    assert_eq!(linden.member(&ada, at(0)).await.expect("member"), None);
}

async fn open_session(store: &Store, secret: &str, now: i64) {
    let new = NewSession {
        account: account_id("ada"),
        now: at(now),
        expires_at: at(now + 100),
        second_factor_at: None,
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
    let hash = linden.set_file(&event("practice.file"), Some("name: Linde\n")).await.expect("file").expect("a hash");
    linden.set_settings(&event("practice.settings"), &json!({"schedule": "noon"})).await.expect("settings");
    linden
        .put_site(&event("site"), &Site { id: SiteId::new("a").expect("id"), name: "Haupthaus".into() })
        .await
        .expect("site");
    let info = linden.info().await.expect("info");
    assert_eq!((info.name.as_str(), info.time_zone.as_str()), ("Praxis an der Linde", "Europe/Vienna"));
    assert_eq!(info.file.expect("a file"), PracticeFile { text: "name: Linde\n".into(), hash });
    assert_eq!(info.settings, json!({"schedule": "noon"}));
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
