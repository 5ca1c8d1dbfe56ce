//! People of a practice: who has which role until when, inviting, ending access.
//!
//! The practice decides who sees it. Its provider may bring in its own technicians for as long as it has access
//! itself, and the first owner of a practice that has none.

use crate::login::factors::{Factors, INVITATION_LASTS, OpenLink};
use crate::login::links;
use crate::login::secret::Secret;
use crate::login::sign_in::changed_meanwhile;
use crate::login::views::{self, Invitable, Person, t};
use crate::pages::frame::{Page, Section};
use crate::show::load::Reader;
use crate::web::app::App;
use crate::web::input::Input;
use crate::web::refusal::{Refusal, redirect};
use crate::web::visit::{Here, Visit, Visitor};
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use maud::Markup;
use serde::Deserialize;
use serde_json::json;
use visite_facts::{Text, Word};
use visite_store::{Account, AccountId, AuditEvent, Membership, NewAccount, Role, StoreError};

/// Access that ends by itself is granted for this long at most, so that somebody thinks about it once a year.
const LONGEST_ACCESS: SignedDuration = SignedDuration::from_hours(24 * 400);

/// The form that gives access.
#[derive(Deserialize)]
pub struct Invitation {
    name: String,
    email: String,
    role: String,
    until: Option<String>,
}

/// Whether a role is one of the provider.
fn is_provider(role: Role) -> bool {
    matches!(role, Role::ProviderAdmin | Role::Technician)
}

/// Whether a role ends by itself.
fn ends(role: Role) -> bool {
    is_provider(role) || role == Role::Auditor
}

/// The roles that somebody with role `own` may grant and end. `owned`: the practice has an owner.
pub fn grantable(own: Role, owned: bool) -> &'static [Role] {
    match (own, owned) {
        (Role::PracticeOwner, _) => &[
            Role::PracticeManager,
            Role::Staff,
            Role::DataProtectionOfficer,
            Role::Auditor,
            Role::PracticeOwner,
            Role::ProviderAdmin,
            Role::Technician,
        ],
        (Role::ProviderAdmin, true) => &[Role::Technician],
        (Role::ProviderAdmin, false) => &[Role::Technician, Role::PracticeOwner],
        _ => &[],
    }
}

/// The end of access that is granted up to and including `day`, if that is a possible one.
fn end_of_access(
    role: Role,
    day: Option<Date>,
    own: Option<Timestamp>,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Option<Timestamp>, Text> {
    let Some(day) = day else {
        return if ends(role) {
            Err(Text::new(
                "Dieser Zugang braucht ein Ende. Geben Sie unter „Bis“ ein Datum an.",
                "This access needs an end. Enter a date under “Up to”.",
            ))
        } else {
            Ok(None)
        };
    };
    let next =
        day.checked_add(1.day()).and_then(|next| next.to_zoned_datetime(zone.clone())).map(|next| next.timestamp());
    let end = next.ok().filter(|end| *end > now && end.duration_since(now) <= LONGEST_ACCESS).ok_or_else(|| {
        Text::new(
            "Das Datum liegt in der Vergangenheit oder mehr als ein Jahr voraus. Wählen Sie ein anderes.",
            "The date is in the past or more than a year ahead. Choose another one.",
        )
    })?;
    // Nobody passes on more than they have.
    Ok(Some(own.map_or(end, |own| own.min(end))))
}

struct Members {
    list: Vec<(Membership, Account)>,
    owned: bool,
    owners: usize,
}

async fn members(app: &App, here: &Here) -> Result<Members, Refusal> {
    let mut list = Vec::new();
    for membership in here.practice.members().await? {
        let account = app.store().account(&membership.account).await?;
        list.push((membership, account));
    }
    list.sort_by(|(_, a), (_, b)| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    let now = app.now();
    let owners = list.iter().filter(|(one, _)| one.role == Role::PracticeOwner && one.is_in_force(now)).count();
    Ok(Members { list, owned: owners > 0, owners })
}

impl Members {
    fn find(&self, id: &str) -> Option<&(Membership, Account)> {
        self.list.iter().find(|(_, account)| account.id.as_str() == id)
    }

    /// Whether the person with `own` may end the access of `other`. The last owner stays.
    fn may_end(&self, own: Role, other: &Membership) -> bool {
        let last_owner = other.role == Role::PracticeOwner && self.owners <= 1;
        grantable(own, self.owned).contains(&other.role) && !last_owner
    }
}

/// Whether somebody with `own` in a practice may set up the account of `other` anew. Only where the account belongs to
/// this practice alone: else one practice would get into the others.
async fn may_renew(app: &App, own: Role, other: &Membership, account: &Account) -> Result<bool, Refusal> {
    if own != Role::PracticeOwner
        || is_provider(other.role)
        || account.provider_role.is_some()
        || account.disabled_at.is_some()
    {
        return Ok(false);
    }
    Ok(app.store().memberships(&account.id).await?.iter().all(|one| one.practice == other.practice))
}

/// `GET /p/{practice}/people`
pub async fn show(State(app): State<App>, visit: Visit, visitor: Visitor, here: Here) -> Result<Markup, Refusal> {
    page(&app, &visit, &visitor, &here, None).await
}

async fn page(
    app: &App,
    visit: &Visit,
    visitor: &Visitor,
    here: &Here,
    wrong: Option<&str>,
) -> Result<Markup, Refusal> {
    let zone = zone(here).await?;
    let members = members(app, here).await?;
    let own = here.membership.role;
    let now = app.now();
    let mut people = Vec::new();
    for (membership, account) in &members.list {
        let self_too = account.id == visitor.account.id;
        people.push(Person {
            id: account.id.as_str(),
            name: &account.name,
            email: &account.email,
            role: membership.role,
            until: membership.until,
            ended: !membership.is_in_force(now),
            may_end: members.may_end(own, membership),
            may_renew: !self_too && may_renew(app, own, membership, account).await?,
        });
    }
    let invitable = Invitable { roles: grantable(own, members.owned), wrong };
    let body = views::people(visit.lang, &zone, &base(here), &people, &invitable);
    framed(app, visit, visitor, here, t(visit.lang, "Menschen und Rollen", "People and roles"), body).await
}

async fn zone(here: &Here) -> Result<TimeZone, Refusal> {
    let practice = here.practice.info().await?;
    Ok(TimeZone::get(&practice.time_zone).unwrap_or(TimeZone::UTC))
}

/// A page of the practice in its frame.
async fn framed(
    app: &App,
    visit: &Visit,
    visitor: &Visitor,
    here: &Here,
    title: &str,
    body: Markup,
) -> Result<Markup, Refusal> {
    let reader = Reader::of(app, visit.lang, visitor, here, &Uri::default()).await?;
    Ok(reader.show(|_| Page::new(Section::People, title, body)))
}

fn base(here: &Here) -> String {
    format!("/p/{}", here.practice.id())
}

fn event(app: &App, visitor: &Visitor, here: &Here, what: &str, detail: serde_json::Value) -> AuditEvent {
    AuditEvent::new(app.now(), visitor.account.id.as_str(), Some(here.practice.id()), what).with(detail)
}

/// `POST /p/{practice}/people`
pub async fn invite(
    State(app): State<App>,
    visit: Visit,
    visitor: Visitor,
    here: Here,
    Input(form): Input<Invitation>,
) -> Result<Response, Refusal> {
    let lang = visit.lang;
    let members = members(&app, &here).await?;
    let own = here.membership.role;
    let role = Role::from_word(&form.role)
        .filter(|role| grantable(own, members.owned).contains(role))
        .ok_or(Refusal::Forbidden)?;
    let day = match form.until.as_deref().filter(|text| !text.is_empty()).map(str::parse::<Date>) {
        None => None,
        Some(Ok(day)) => Some(day),
        Some(Err(_)) => {
            let text = t(
                lang,
                "Das Datum ist keines. Schreiben Sie es so: 2026-12-31.",
                "This is no date. Write it like this: 2026-12-31.",
            );
            return refused(&app, &visit, &visitor, &here, text).await;
        }
    };
    // An owner's own role may end, too; what is passed on is limited for providers only.
    let limit = if is_provider(own) { here.membership.until } else { None };
    let until = match end_of_access(role, day, limit, &zone(&here).await?, app.now()) {
        Ok(until) => until,
        Err(text) => return refused(&app, &visit, &visitor, &here, text.get(lang)).await,
    };
    let (account, is_new) = match app.store().account_by_email(&form.email).await? {
        Some(account) => (account, false),
        None => match make_account(&app, &visitor, &here, &form, &visit).await {
            Ok(account) => (account, true),
            Err(StoreError::Invalid { .. }) => {
                let text = t(
                    lang,
                    "Name oder E-Mail-Adresse fehlen oder haben eine unerwartete Form.",
                    "Name or e-mail address are missing or have an unexpected form.",
                );
                return refused(&app, &visit, &visitor, &here, text).await;
            }
            Err(error) => return Err(error.into()),
        },
    };
    if let Some((present, _)) = members.find(account.id.as_str())
        && present.is_in_force(app.now())
        && !members.may_end(own, present)
    {
        let text = t(
            lang,
            "Diese Person hat schon eine Rolle, die Sie nicht ändern können.",
            "This person already has a role that you cannot change.",
        );
        return refused(&app, &visit, &visitor, &here, text).await;
    }
    let detail = json!({ "account": account.id, "role": role.word(), "until": until });
    here.practice.grant(&event(&app, &visitor, &here, "membership.granted", detail), &account.id, role, until).await?;
    // Whoever was invited before and has not come yet gets a new link: the old one may be lost.
    let waiting = account.password_hash.is_none() && !Factors::of(&account)?.any();
    let waiting = waiting && (is_new || may_renew(&app, own, &granted(&here, &account, role), &account).await?);
    let link =
        if waiting { Some(issue_link(&app, &visitor, &here, &account, Factors::default()).await?) } else { None };
    let body = views::invited(lang, &base(&here), &account.name, link.as_deref());
    let title = t(lang, "Der Zugang ist angelegt", "Access has been given");
    Ok(framed(&app, &visit, &visitor, &here, title, body).await?.into_response())
}

fn granted(here: &Here, account: &Account, role: Role) -> Membership {
    Membership { account: account.id.clone(), role, ..here.membership.clone() }
}

async fn refused(app: &App, visit: &Visit, visitor: &Visitor, here: &Here, text: &str) -> Result<Response, Refusal> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(app, visit, visitor, here, Some(text)).await?).into_response())
}

async fn make_account(
    app: &App,
    visitor: &Visitor,
    here: &Here,
    form: &Invitation,
    visit: &Visit,
) -> Result<Account, StoreError> {
    let random = app.random().map_err(|_| StoreError::Closed)?;
    let new = NewAccount {
        id: AccountId::from_random(random),
        email: form.email.trim().to_owned(),
        name: form.name.trim().to_owned(),
        language: visit.lang,
        provider_role: None,
    };
    let detail = json!({ "account": new.id });
    app.store().create_account(&event(app, visitor, here, "account.created", detail), &new).await?;
    app.store().account(&new.id).await
}

/// A new one-time link for `account`, whose factors become `factors`; the whole address.
async fn issue_link(
    app: &App,
    visitor: &Visitor,
    here: &Here,
    account: &Account,
    factors: Factors,
) -> Result<String, Refusal> {
    let secret = Secret::new(app.random()?);
    let now = app.now();
    let until = now.checked_add(INVITATION_LASTS).unwrap_or(now);
    let factors = Factors { link: Some(OpenLink::new(&secret, until)), ..factors };
    let event = event(app, visitor, here, "link.issued", json!({ "account": account.id }));
    if !factors.keep(app.store(), &event, account).await? {
        return Err(changed_meanwhile());
    }
    Ok(app.url().join(&links::path(&account.id, &secret)))
}

/// `POST /p/{practice}/people/{account}/end`
pub async fn end(
    State(app): State<App>,
    visitor: Visitor,
    here: Here,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let members = members(&app, &here).await?;
    let (membership, account) = members.find(&id).ok_or(Refusal::NotFound)?;
    if !members.may_end(here.membership.role, membership) {
        return Err(Refusal::Forbidden);
    }
    let detail = json!({ "account": account.id, "role": membership.role.word() });
    here.practice.end_membership(&event(&app, &visitor, &here, "membership.ended", detail), &account.id).await?;
    Ok(redirect(&format!("{}/people", base(&here))))
}

/// `POST /p/{practice}/people/{account}/link`: password and second factors are forgotten, all sessions end, and a
/// new link sets up the access anew.
pub async fn renew(
    State(app): State<App>,
    visit: Visit,
    visitor: Visitor,
    here: Here,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let members = members(&app, &here).await?;
    let (membership, account) = members.find(&id).ok_or(Refusal::NotFound)?;
    if account.id == visitor.account.id || !may_renew(&app, here.membership.role, membership, account).await? {
        return Err(Refusal::Forbidden);
    }
    // In this order: whatever breaks off in between leaves nobody in who was not.
    let forgotten = event(&app, &visitor, &here, "password.removed", json!({ "account": account.id }));
    app.store().set_password_hash(&forgotten, &account.id, None).await?;
    app.store().close_sessions(&account.id, None).await?;
    let link = issue_link(&app, &visitor, &here, account, Factors::default()).await?;
    let body = views::invited(visit.lang, &base(&here), &account.name, Some(&link));
    Ok(framed(&app, &visit, &visitor, &here, t(visit.lang, "Neuer Link", "New link"), body).await?.into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_grants_more_than_they_may() {
        for role in Role::ALL.iter().filter_map(|word| Role::from_word(word)) {
            let may = grantable(role, true);
            match role {
                Role::PracticeOwner => assert_eq!(may.len(), Role::ALL.len()),
                Role::ProviderAdmin => assert_eq!(may, [Role::Technician]),
                _ => assert!(may.is_empty()),
            }
        }
        assert!(grantable(Role::ProviderAdmin, false).contains(&Role::PracticeOwner));
    }

    #[test]
    fn access_of_others_ends() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let now: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let day = |text: &str| Some(text.parse::<Date>().unwrap());
        let end = |role, day, own| end_of_access(role, day, own, &zone, now);
        assert!(end(Role::Technician, None, None).is_err());
        assert!(end(Role::Auditor, None, None).is_err());
        assert_eq!(end(Role::Staff, None, None), Ok(None));
        let until: Timestamp = "2026-06-30T22:00:00Z".parse().unwrap();
        assert_eq!(
            end(Role::Technician, day("2026-06-30"), None),
            Ok(Some(until)),
            "the day counts as a whole, in summer time"
        );
        let own: Timestamp = "2026-04-01T00:00:00Z".parse().unwrap();
        assert_eq!(end(Role::Technician, day("2026-06-30"), Some(own)), Ok(Some(own)));
        assert!(end(Role::Technician, day("2026-02-28"), None).is_err());
        assert_eq!(
            end(Role::Technician, day("2026-03-01"), None).map(|end| end.is_some()),
            Ok(true),
            "today still counts"
        );
        assert!(end(Role::Technician, day("2027-06-30"), None).is_err());
        assert!(end(Role::Technician, day("9999-12-31"), None).is_err());
    }
}
