//! What the pages of a practice share: who reads, what they may do, and what is kept about findings and people.

use super::brand;
use crate::pages::frame::{Account, Here as Place, May, Message};
use crate::pages::{self, Brand, Frame, Table, frame};
use crate::web::access::{DECIDES, DECIDES_FINDINGS, OPERATES};
use crate::web::app::App;
use crate::web::refusal::{Refusal, redirect};
use crate::web::visit::{Here, Visit, Visitor};
use axum::extract::{FromRequestParts, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, PreEscaped};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use visite_facts::scan::ScanSection;
use visite_facts::{Assessment, Lang, Text};
use visite_report::moment::Calendar;
use visite_report::overview;
use visite_store::{
    AccountId, Agent, AgentState, AuditEvent, BY_ROUND, FindingFilter, KeptFinding, Membership, Practice,
    PracticeStore, Role, StoreError,
};

/// An agent that was not heard for so long is called silent: longer than a weekend, in which computers are off.
const SILENT_AFTER: SignedDuration = SignedDuration::from_hours(72);

/// Who reads which practice, with what stands on each of its pages.
#[derive(Clone)]
pub struct Reader {
    /// The server.
    pub app: App,
    /// What is kept of the practice.
    pub practice: PracticeStore,
    /// Name, time zone, practice file and settings.
    pub info: Practice,
    /// The role in it.
    pub membership: Membership,
    /// Who reads.
    pub visitor: Visitor,
    /// Language of the page.
    pub lang: Lang,
    /// The time now; the same for the whole page.
    pub now: Timestamp,
    /// All findings as the last round and people left them.
    pub kept: Vec<KeptFinding>,
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

impl FromRequestParts<App> for Reader {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let visit = Visit::from_request_parts(parts, app).await?;
        let visitor = Visitor::from_request_parts(parts, app).await?;
        let Here { practice, membership } = Here::from_request_parts(parts, app).await?;
        let common: Common = asked(&parts.uri);
        Ok(Self {
            info: practice.info().await?,
            kept: practice.findings(&FindingFilter::default()).await?,
            may: may(app, &visitor, Some(membership.role)).await?,
            brand: brand::load(app).await?,
            message: Message::done(pages::texts(visit.lang), &common.done),
            search: common.q.chars().take(100).collect(),
            now: app.now(),
            app: app.clone(),
            lang: visit.lang,
            practice,
            membership,
            visitor,
        })
    }
}

/// What somebody may do, in a practice if they are in one.
pub async fn may(app: &App, visitor: &Visitor, role: Option<Role>) -> Result<May, Refusal> {
    let is = |roles: &[Role]| role.is_some_and(|role| roles.contains(&role));
    Ok(May {
        decide: is(DECIDES_FINDINGS),
        connect: is(OPERATES),
        govern: is(DECIDES),
        provide: visitor.account.provider_role.is_some() || own_practices(app, visitor).await?.len() > 1,
        administer: visitor.account.provider_role == Some(Role::ProviderAdmin),
    })
}

/// The roles that somebody has now.
pub async fn own_practices(app: &App, visitor: &Visitor) -> Result<Vec<Membership>, Refusal> {
    let now = app.now();
    let all = app.store().memberships(&visitor.account.id).await?;
    Ok(all.into_iter().filter(|membership| membership.is_in_force(now)).collect())
}

impl Reader {
    /// Does something within the frame of the reader.
    pub fn framed<T>(&self, make: impl FnOnce(&Frame<'_>) -> T) -> T {
        let texts = pages::texts(self.lang);
        let calendar = Calendar::new(texts, &self.info.time_zone, self.now);
        let open = self.kept.iter().filter(|kept| overview::is_open(&kept.finding)).count();
        make(&Frame {
            texts,
            calendar: &calendar,
            practice: Some(Place { id: self.info.id.as_str(), name: &self.info.name, open: Some(open) }),
            account: Some(Account { name: &self.visitor.account.name }),
            may: self.may,
            // Where a post comes from is told by browsers themselves; see the guard.
            csrf: "",
            message: self.message.clone(),
            search: &self.search,
            brand: self.brand.as_ref(),
            demo: false,
            version: env!("CARGO_PKG_VERSION"),
        })
    }

    /// A page.
    pub fn show(&self, page: impl FnOnce(&Frame<'_>) -> frame::Page) -> Markup {
        self.framed(|frame| PreEscaped(frame.render(page(frame))))
    }

    /// A page again, with what was not right in the form that was sent from it.
    pub fn show_problem(self, problem: &str, page: impl FnOnce(&Frame<'_>) -> frame::Page) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, self.telling(problem).show(page)).into_response()
    }

    /// A table as a file of that name.
    pub fn csv(&self, name: &str, table: impl FnOnce(&Frame<'_>) -> Table) -> Response {
        csv(self.lang, name, &self.framed(table))
    }

    /// Leads on to a page of the practice, which says what was done: a word of [`frame::DONE`].
    pub fn done(&self, segments: &[&str], word: &str) -> Response {
        redirect(&format!("{}?done={word}", self.to(segments)))
    }

    /// What the reader does, for the audit log.
    pub fn event(&self, what: &str, detail: Json) -> AuditEvent {
        AuditEvent::new(self.now, self.visitor.account.id.as_str(), Some(self.practice.id()), what).with(detail)
    }

    /// The time zone of the practice.
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.info.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// The day in the practice.
    pub fn today(&self) -> Date {
        self.now.to_zoned_datetime(self.zone()).date()
    }

    /// The newest judgement, with what people decided since; none before the first round.
    pub async fn assessment(&self) -> Result<Option<Assessment>, Refusal> {
        let mut assessment = self.practice.latest_assessment().await?;
        let kept: BTreeMap<&str, &KeptFinding> =
            self.kept.iter().map(|kept| (kept.finding.id.as_str(), kept)).collect();
        for finding in assessment.iter_mut().flat_map(|assessment| &mut assessment.findings) {
            if let Some(kept) = kept.get(finding.id.as_str()) {
                finding.state = kept.finding.state;
                finding.acceptance.clone_from(&kept.finding.acceptance);
            }
        }
        Ok(assessment)
    }

    /// The page in place of one that shows a judgement, while there is none.
    pub fn nothing_yet(&self, section: frame::Section, title: &str) -> Markup {
        self.show(|frame| pages::start::nothing_yet(frame, section, &frame.say(title)))
    }

    /// What the scans on record saw, the newest first, at most `most`.
    pub async fn scans(&self, most: u64) -> Result<Vec<ScanSection>, Refusal> {
        let records = self.practice.records_of(SCAN_RECORD, most).await?;
        Ok(records.into_iter().map(|record| serde_json::from_value(record.body)).collect::<Result<_, _>>()?)
    }

    /// What the practice says about itself, if it said so.
    pub fn practice_file(&self) -> Option<visite_target::Practice> {
        let file = self.info.file.as_ref()?;
        match visite_target::Practice::from_yaml(&file.text, "practice.yaml") {
            Ok(practice) => Some(practice),
            Err(mistakes) => {
                let first = mistakes.first().map(ToString::to_string).unwrap_or_default();
                tracing::error!(practice = %self.info.id, first, "a practice file that was kept cannot be read");
                None
            }
        }
    }

    /// The address of a page of the practice.
    pub fn to(&self, segments: &[&str]) -> String {
        self.framed(|frame| frame.to(segments))
    }

    /// The same reader, who is told something on the next page.
    pub fn telling(mut self, what: &str) -> Self {
        self.message = Some(Message::problem(what));
        self
    }

    /// The name of whoever did something: of a person, of an agent's computer; none for Visite itself.
    pub async fn name_of(&self, who: &str) -> Result<Option<String>, Refusal> {
        if who == BY_ROUND {
            return Ok(None);
        }
        let Ok(id) = AccountId::new(who) else { return Ok(Some(who.to_owned())) };
        match self.app.store().account(&id).await {
            Ok(account) => Ok(Some(account.name)),
            Err(StoreError::NotFound { .. }) => Ok(Some(who.to_owned())),
            Err(error) => Err(error.into()),
        }
    }

    /// The names of several, by who they are; of Visite itself there is none.
    pub async fn names_of(&self, whom: BTreeSet<String>) -> Result<BTreeMap<String, String>, Refusal> {
        let mut names = BTreeMap::new();
        for who in whom {
            if let Some(name) = self.name_of(&who).await? {
                names.insert(who, name);
            }
        }
        Ok(names)
    }
}

/// The kind of the records that hold what scans saw.
pub const SCAN_RECORD: &str = "scan";

/// Whether an agent that may deliver was not heard for longer than computers are off over a weekend.
pub fn is_silent(last_seen: Option<Timestamp>, created: Timestamp, now: Timestamp) -> bool {
    now.duration_since(last_seen.unwrap_or(created)) > SILENT_AFTER
}

/// What people wrote and the store cannot keep, in words for them; every other error is a refusal.
pub fn invalid(error: StoreError) -> Result<Text, Refusal> {
    match error {
        StoreError::Invalid { why, .. } => Ok(why.map(|lang, why| match lang {
            Lang::De => format!("Das geht so nicht: {why}."),
            Lang::En => format!("This does not work: {why}."),
        })),
        error => Err(error.into()),
    }
}

/// Agents that may deliver.
pub fn active(agents: &[Agent]) -> impl Iterator<Item = &Agent> {
    agents.iter().filter(|agent| agent.state == AgentState::Active)
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
