//! People of a practice: who has which role until when, inviting, ending access.
//!
//! The practice decides who sees it. Its provider may bring in its own technicians for as long as it has access
//! itself, and the first owner of a practice that has none.

use crate::login::factors::INVITATION_LASTS;
use crate::login::first;
use crate::login::join;
use crate::login::links;
use crate::login::secret::Secret;
use crate::login::session::is_placeholder;
use crate::login::sign_in::changed_meanwhile;
use crate::login::views::{self, Invitable, Offer, Person, t};
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
use visite_store::{
    Account, AccountId, AuditEvent, Invitation, Membership, NewAccount, PracticeStore, Role, StoreError,
};

/// Access that ends by itself is granted for this long at most, so that somebody thinks about it once a year.
const LONGEST_ACCESS: SignedDuration = SignedDuration::from_hours(24 * 400);

/// The form that gives access.
#[derive(Deserialize)]
pub struct InvitationForm {
    name: String,
    email: String,
    role: String,
    until: Option<String>,
}

/// Whether a role ends by itself.
fn ends(role: Role) -> bool {
    role.is_of_provider() || role == Role::Auditor
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

async fn members(app: &App, practice: &PracticeStore) -> Result<Members, Refusal> {
    let mut list = Vec::new();
    for membership in practice.members().await? {
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

/// Whether whoever offered a role could still do so. Their own may have ended since, and with it what they offered.
///
/// # Errors
///
/// If the store does not answer.
pub async fn still_offered(app: &App, practice: &PracticeStore, offer: &Invitation) -> Result<bool, Refusal> {
    let Ok(inviter) = AccountId::new(offer.invited_by.clone()) else { return Ok(false) };
    let Some(own) = practice.member(&inviter, app.now()).await? else { return Ok(false) };
    let disabled = app.store().account(&inviter).await?.disabled_at.is_some();
    let owned = members(app, practice).await?.owned;
    let longer = own.role.is_of_provider() && own.until.is_some_and(|own| offer.until.is_none_or(|until| own < until));
    Ok(!disabled && !longer && grantable(own.role, owned).contains(&offer.role))
}

/// Whether somebody with `own` in a practice may set up the account of `other` anew. Only where the account belongs to
/// this practice alone: else one practice would get into the others.
async fn may_renew(app: &App, own: Role, other: &Membership, account: &Account) -> Result<bool, Refusal> {
    if own != Role::PracticeOwner
        || other.role.is_of_provider()
        || account.provider_role.is_some()
        || account.disabled_at.is_some()
    {
        return Ok(false);
    }
    Ok(app.store().memberships(&account.id).await?.iter().all(|one| one.practice == other.practice))
}

/// `GET /p/{practice}/people`
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    visitor: Visitor,
    here: Here,
    address: Uri,
) -> Result<Markup, Refusal> {
    page(&app, &visit, &visitor, &here, &address, None).await
}

async fn page(
    app: &App,
    visit: &Visit,
    visitor: &Visitor,
    here: &Here,
    address: &Uri,
    wrong: Option<&str>,
) -> Result<Markup, Refusal> {
    let zone = zone(here).await?;
    let members = members(app, &here.practice).await?;
    let own = here.membership.role;
    let now = app.now();
    let mut people = Vec::new();
    for (membership, account) in &members.list {
        let self_too = account.id == visitor.account.id;
        people.push(Person {
            id: account.id.as_str(),
            name: &account.name,
            email: if is_placeholder(&account.email) { "" } else { &account.email },
            role: membership.role,
            until: membership.until,
            ended: !membership.is_in_force(now),
            may_end: members.may_end(own, membership),
            may_renew: !self_too && may_renew(app, own, membership, account).await?,
        });
    }
    let mut offered = Vec::new();
    for offer in here.practice.invitations(now).await? {
        offered.push((app.store().account(&offer.account).await?.email, offer));
    }
    let offers = offered.iter().map(|(email, offer)| Offer {
        id: offer.account.as_str(),
        name: &offer.name,
        email,
        role: offer.role,
        expires: offer.expires_at,
        may_withdraw: grantable(own, members.owned).contains(&offer.role),
    });
    let invitable = Invitable { roles: grantable(own, members.owned), wrong };
    let offers: Vec<Offer<'_>> = offers.collect();
    let body = views::people(visit.lang, &zone, &base(here), &people, &offers, &invitable);
    framed(app, visit, visitor, here, address, t(visit.lang, "Menschen und Rollen", "People and roles"), body).await
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
    address: &Uri,
    title: &str,
    body: Markup,
) -> Result<Markup, Refusal> {
    let reader = Reader::of(app, visit.lang, visitor, here, address).await?;
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
    Input(form): Input<InvitationForm>,
) -> Result<Response, Refusal> {
    let lang = visit.lang;
    let members = members(&app, &here.practice).await?;
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
    let limit = if own.is_of_provider() { here.membership.until } else { None };
    let until = match end_of_access(role, day, limit, &zone(&here).await?, app.now()) {
        Ok(until) => until,
        Err(text) => return refused(&app, &visit, &visitor, &here, text.get(lang)).await,
    };
    let known = app.store().account_by_email(&form.email).await?;
    if let Some(account) = &known {
        let here_already = members.find(account.id.as_str());
        if here_already.is_some_and(|(present, _)| present.is_in_force(app.now())) {
            let text = t(
                lang,
                "Mit dieser E-Mail-Adresse hat hier schon jemand Zugang. Soll sich die Rolle ändern, beenden Sie den Zugang in der Liste, und laden Sie dann neu ein.",
                "Somebody with this e-mail address has access here already. To change the role, end the access in the list, then invite anew.",
            );
            return refused(&app, &visit, &visitor, &here, text).await;
        }
        if own.is_of_provider() && role == Role::PracticeOwner && account.provider_role.is_some() {
            return Err(Refusal::Forbidden);
        }
        if !is_nobodys(&app, &here, account).await? {
            return offer(&app, &visit, &visitor, &here, account, (role, until), &form.name).await;
        }
    }
    let account = match known {
        Some(account) => account,
        None => match make_account(&app, &visitor, &here, &form, &visit).await {
            Ok(account) => account,
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
    // Whoever held an earlier link of the account, and has a session by it, is not whom this one is for.
    let (factors, link) = links::new(&app, &account.id)?;
    let issued = event(&app, &visitor, &here, "link.issued", json!({ "account": account.id }));
    let factors = serde_json::to_value(&factors)?;
    if !app.store().reset_account(&[issued], here.practice.id(), &account, &factors).await? {
        return Err(changed_meanwhile());
    }
    let detail = json!({ "account": account.id, "role": role.word(), "until": until });
    here.practice.grant(&event(&app, &visitor, &here, "membership.granted", detail), &account.id, role, until).await?;
    let body = views::invited(lang, &base(&here), &account.name, &link);
    let title = t(lang, "Der Zugang ist angelegt", "Access has been given");
    Ok(framed(&app, &visit, &visitor, &here, &Uri::default(), title, body).await?.into_response())
}

/// Whether nobody has ever set an account up, and no other practice has to do with it: then it is begun anew.
async fn is_nobodys(app: &App, here: &Here, account: &Account) -> Result<bool, Refusal> {
    if account.provider_role.is_some() || account.disabled_at.is_some() {
        return Ok(false);
    }
    let memberships = app.store().memberships(&account.id).await?;
    let elsewhere = memberships.iter().any(|one| one.practice != *here.practice.id());
    Ok(!elsewhere && first::is_waiting(app.store(), account).await?)
}

/// Offers a role to whoever has an account already, and shows the link that takes it.
async fn offer(
    app: &App,
    visit: &Visit,
    visitor: &Visitor,
    here: &Here,
    account: &Account,
    (role, until): (Role, Option<Timestamp>),
    name: &str,
) -> Result<Response, Refusal> {
    let secret = Secret::new(app.random()?);
    let now = app.now();
    let offer = Invitation {
        account: account.id.clone(),
        hash: secret.hash(),
        name: name.trim().to_owned(),
        role,
        until,
        invited_by: visitor.account.id.to_string(),
        invited_at: now,
        expires_at: now.saturating_add(INVITATION_LASTS).unwrap_or(now),
    };
    let detail = json!({ "account": account.id, "role": role.word(), "until": until, "name": offer.name });
    match here.practice.invite(&event(app, visitor, here, "membership.offered", detail), &offer).await {
        Ok(()) => {}
        Err(StoreError::Invalid { .. }) => {
            let text = t(visit.lang, "Der Name fehlt oder ist zu lang.", "The name is missing or too long.");
            return refused(app, visit, visitor, here, text).await;
        }
        Err(error) => return Err(error.into()),
    }
    let link = app.url().join(&join::path(here.practice.id(), &secret));
    let body = views::offered(visit.lang, &base(here), &offer.name, &account.email, &link);
    let title = t(visit.lang, "Die Einladung ist bereit", "The invitation is ready");
    Ok(framed(app, visit, visitor, here, &Uri::default(), title, body).await?.into_response())
}

/// `POST /p/{practice}/people/{account}/withdraw`: nobody takes the role any more.
pub async fn withdraw(
    State(app): State<App>,
    visitor: Visitor,
    here: Here,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let offers = here.practice.invitations(app.now()).await?;
    let offer = offers.into_iter().find(|offer| offer.account.as_str() == id).ok_or(Refusal::NotFound)?;
    let owned = members(&app, &here.practice).await?.owned;
    if !grantable(here.membership.role, owned).contains(&offer.role) {
        return Err(Refusal::Forbidden);
    }
    let detail = json!({ "account": offer.account, "role": offer.role.word(), "name": offer.name });
    let event = event(&app, &visitor, &here, "membership.withdrawn", detail);
    here.practice.withdraw_invitation(&event, &offer.account).await?;
    Ok(redirect(&format!("{}/people", base(&here))))
}

async fn refused(app: &App, visit: &Visit, visitor: &Visitor, here: &Here, text: &str) -> Result<Response, Refusal> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(app, visit, visitor, here, &Uri::default(), Some(text)).await?)
        .into_response())
}

async fn make_account(
    app: &App,
    visitor: &Visitor,
    here: &Here,
    form: &InvitationForm,
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

/// `POST /p/{practice}/people/{account}/end`
pub async fn end(
    State(app): State<App>,
    visitor: Visitor,
    here: Here,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let members = members(&app, &here.practice).await?;
    let (membership, account) = members.find(&id).ok_or(Refusal::NotFound)?;
    if !members.may_end(here.membership.role, membership) {
        return Err(Refusal::Forbidden);
    }
    let detail = json!({ "account": account.id, "role": membership.role.word() });
    let event = event(&app, &visitor, &here, "membership.ended", detail);
    if !here.practice.end_membership(&event, &account.id).await? && membership.role == Role::PracticeOwner {
        // Two owners ended each other at once; the last one stays.
        return Err(Refusal::Forbidden);
    }
    Ok(redirect(&format!("{}/people", base(&here))))
}

/// `POST /p/{practice}/people/{account}/link`: password, second factors and accounts elsewhere are forgotten, all
/// sessions end, and a new link sets up the access anew.
pub async fn renew(
    State(app): State<App>,
    visit: Visit,
    visitor: Visitor,
    here: Here,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let members = members(&app, &here.practice).await?;
    let (membership, account) = members.find(&id).ok_or(Refusal::NotFound)?;
    if account.id == visitor.account.id || !may_renew(&app, here.membership.role, membership, account).await? {
        return Err(Refusal::Forbidden);
    }
    let (factors, link) = links::new(&app, &account.id)?;
    let detail = json!({ "account": account.id });
    let events = ["password.removed", "identity.unlinked", "link.issued"]
        .map(|what| event(&app, &visitor, &here, what, detail.clone()));
    let factors = serde_json::to_value(&factors)?;
    if !app.store().reset_account(&events, here.practice.id(), account, &factors).await? {
        return Err(changed_meanwhile());
    }
    let body = views::invited(visit.lang, &base(&here), &account.name, &link);
    Ok(framed(&app, &visit, &visitor, &here, &Uri::default(), t(visit.lang, "Neuer Link", "New link"), body)
        .await?
        .into_response())
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
