//! Who reads, in which language and what they may do: what every page needs, also one without a practice.

use super::brand;
use crate::login::views::ZONE;
use crate::pages::frame::{Account, Here as Place, May, Message, Page};
use crate::pages::{self, Brand, Frame, Table};
use crate::web::access::{DECIDES, DECIDES_FINDINGS, OPERATES, OVERSEES};
use crate::web::app::App;
use crate::web::refusal::Refusal;
use crate::web::visit::{Visit, Visitor};
use axum::extract::{FromRequestParts, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use maud::{Markup, PreEscaped};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use visite_facts::Lang;
use visite_report::moment::Calendar;
use visite_store::{AuditEvent, Membership, Role};

/// Somebody at a page.
#[derive(Clone)]
pub struct Desk {
    /// The server.
    pub app: App,
    /// Who reads.
    pub visitor: Visitor,
    /// Language of the page.
    pub lang: Lang,
    /// The time now; the same for the whole page.
    pub now: Timestamp,
    may: May,
    brand: Option<Brand>,
    message: Option<Message>,
    search: String,
}

/// What every page may find in its address.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Common {
    done: String,
    q: String,
}

impl Desk {
    /// Of somebody with that role in the practice that the page is about, if it is about one.
    ///
    /// # Errors
    ///
    /// If the store does not answer.
    pub async fn of(
        app: &App,
        lang: Lang,
        visitor: &Visitor,
        role: Option<Role>,
        address: &Uri,
    ) -> Result<Self, Refusal> {
        let common: Common = asked(address);
        Ok(Self {
            may: may(app, visitor, role).await?,
            brand: brand::load(app).await?,
            message: Message::done(pages::texts(lang), &common.done),
            search: common.q.chars().take(100).collect(),
            now: app.now(),
            app: app.clone(),
            visitor: visitor.clone(),
            lang,
        })
    }

    /// Does something within the frame; `zone` is the name of the reader's time zone.
    pub fn framed<T>(&self, zone: &str, practice: Option<Place<'_>>, make: impl FnOnce(&Frame<'_>) -> T) -> T {
        let texts = pages::texts(self.lang);
        let calendar = Calendar::new(texts, zone, self.now);
        make(&Frame {
            texts,
            calendar: &calendar,
            practice,
            account: Some(Account { name: &self.visitor.account.name }),
            may: self.may,
            // Where a post comes from is told by browsers themselves; see the guard.
            csrf: "",
            message: self.message.clone(),
            search: &self.search,
            brand: self.brand.as_ref(),
            demo: self.app.demo(),
            version: env!("CARGO_PKG_VERSION"),
        })
    }

    /// A page without a practice.
    pub fn show(&self, page: impl FnOnce(&Frame<'_>) -> Page) -> Markup {
        self.framed(ZONE, None, |frame| PreEscaped(frame.render(page(frame))))
    }

    /// A page without a practice again, with what was not right in the form that was sent from it.
    pub fn show_problem(self, problem: &str, page: impl FnOnce(&Frame<'_>) -> Page) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, self.telling(problem).show(page)).into_response()
    }

    /// The same desk, which tells something on the next page.
    pub fn telling(mut self, what: &str) -> Self {
        self.message = Some(Message::problem(what));
        self
    }

    /// What the reader does to the installation, for the audit log.
    pub fn event(&self, what: &str, detail: Json) -> AuditEvent {
        AuditEvent::new(self.now, self.visitor.account.id.as_str(), None, what).with(detail)
    }
}

impl FromRequestParts<App> for Desk {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let visit = Visit::from_request_parts(parts, app).await?;
        let visitor = Visitor::from_request_parts(parts, app).await?;
        Self::of(app, visit.lang, &visitor, None, &parts.uri).await
    }
}

/// What somebody may do, in a practice if they are in one.
async fn may(app: &App, visitor: &Visitor, role: Option<Role>) -> Result<May, Refusal> {
    let is = |roles: &[Role]| role.is_some_and(|role| roles.contains(&role));
    Ok(May {
        decide: is(DECIDES_FINDINGS),
        connect: is(OPERATES),
        govern: is(DECIDES),
        oversee: is(OVERSEES),
        provide: visitor.account.provider_role.is_some() || own_practices(app, visitor).await?.len() > 1,
        administer: visitor.account.provider_role == Some(Role::ProviderAdmin),
        install: visitor.administers(app).await?,
    })
}

/// The roles that somebody has now.
///
/// # Errors
///
/// If the store does not answer.
pub async fn own_practices(app: &App, visitor: &Visitor) -> Result<Vec<Membership>, Refusal> {
    let now = app.now();
    let all = app.store().memberships(&visitor.account.id).await?;
    Ok(all.into_iter().filter(|membership| membership.is_in_force(now)).collect())
}

/// A table as a file of that name.
pub fn csv(lang: Lang, name: &str, table: &Table) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
    ];
    (headers, table.csv(lang)).into_response()
}

/// What stands in an address after the question mark; what is not understood counts as not said.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned + Default, S: Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Ok(Self(asked(&parts.uri)))
    }
}

/// More fields than any page has.
const MOST_FIELDS: usize = 40;

fn asked<T: DeserializeOwned + Default>(uri: &Uri) -> T {
    let mut understood: BTreeMap<String, String> = BTreeMap::new();
    let mut value = T::default();
    for (name, text) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).take(MOST_FIELDS) {
        let mut tried = understood.clone();
        tried.insert(name.into_owned(), text.into_owned());
        let query = form_urlencoded::Serializer::new(String::from("/?")).extend_pairs(&tried).finish();
        let read = query.parse().ok().and_then(|uri: Uri| Query::try_from_uri(&uri).ok());
        if let Some(Query(read)) = read {
            (value, understood) = (read, tried);
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::findings::Filter;

    #[test]
    fn what_is_not_understood_counts_as_not_said() {
        let of = |text: &str| asked::<Filter>(&format!("/?{text}").parse().unwrap());
        let wanted = Filter { q: "ssh & ü".into(), page: 2, ..Filter::default() };
        assert_eq!(of("q=ssh+%26+%C3%BC&page=2"), wanted);
        assert_eq!(of("page=x&q=ssh+%26+%C3%BC&page=2&page=-1&else=1&%ff"), wanted);
        assert_eq!(of("q=a&q=b").q, "b");
        assert_eq!(of(""), Filter::default());
    }
}
