//! What the pages of a practice share besides who reads: what is kept about findings, people, scans and agents.

use super::desk::{Desk, csv};
use crate::act::Actor;
use crate::pages::frame::{self, Here as Place};
use crate::pages::{self, Frame, Table};
use crate::web::app::App;
use crate::web::refusal::{Refusal, redirect};
use crate::web::visit::{Here, Visit, Visitor};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, PreEscaped};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Deref, DerefMut};
use visite_facts::scan::ScanSection;
use visite_facts::{Assessment, Lang};
use visite_report::overview;
use visite_store::{
    AccountId, Agent, AgentState, AuditEvent, BY_ROUND, FindingFilter, KeptFinding, Membership, Practice,
    PracticeStore, StoreError,
};

/// An agent that was not heard for so long is called silent: longer than a weekend, in which computers are off.
const SILENT_AFTER: SignedDuration = SignedDuration::from_hours(72);

/// Somebody at a page of a practice, with what stands on each of its pages.
#[derive(Clone)]
pub struct Reader {
    desk: Desk,
    /// What is kept of the practice.
    pub practice: PracticeStore,
    /// Name, time zone, practice file and settings.
    pub info: Practice,
    /// The role in it.
    pub membership: Membership,
    /// All findings as the last round and people left them.
    pub kept: Vec<KeptFinding>,
}

impl Deref for Reader {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.desk
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Desk {
        &mut self.desk
    }
}

impl FromRequestParts<App> for Reader {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let visit = Visit::from_request_parts(parts, app).await?;
        let visitor = Visitor::from_request_parts(parts, app).await?;
        let here = Here::from_request_parts(parts, app).await?;
        Self::of(app, visit.lang, &visitor, &here, &parts.uri).await
    }
}

impl Reader {
    /// Of somebody in a practice, at a page with this address.
    ///
    /// # Errors
    ///
    /// If the store does not answer.
    pub async fn of(app: &App, lang: Lang, visitor: &Visitor, here: &Here, address: &Uri) -> Result<Self, Refusal> {
        let Here { practice, membership } = here.clone();
        Ok(Self {
            desk: Desk::of(app, lang, visitor, Some(membership.role), address).await?,
            info: practice.info().await?,
            kept: practice.findings(&FindingFilter::default()).await?,
            practice,
            membership,
        })
    }

    /// Does something within the frame of the reader.
    pub fn framed<T>(&self, make: impl FnOnce(&Frame<'_>) -> T) -> T {
        let open = self.kept.iter().filter(|kept| overview::is_open(&kept.finding)).count();
        let here = Place { id: self.info.id.as_str(), name: &self.info.name, open: Some(open) };
        self.desk.framed(&self.info.time_zone, Some(here), make)
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

    /// The reader as somebody who does something.
    pub fn actor(&self) -> Actor {
        Actor {
            app: self.app.clone(),
            practice: self.practice.clone(),
            info: self.info.clone(),
            account: self.visitor.account.clone(),
            token: None,
            now: self.now,
        }
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
        newest(&self.practice, &self.kept).await
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
        self.desk = self.desk.telling(what);
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

/// The newest judgement, with what people decided since about its findings, `kept`; none before the first round.
///
/// # Errors
///
/// If the store does not answer.
pub async fn newest(practice: &PracticeStore, kept: &[KeptFinding]) -> Result<Option<Assessment>, Refusal> {
    let mut assessment = practice.latest_assessment().await?;
    let kept: BTreeMap<&str, &KeptFinding> = kept.iter().map(|kept| (kept.finding.id.as_str(), kept)).collect();
    for finding in assessment.iter_mut().flat_map(|assessment| &mut assessment.findings) {
        if let Some(kept) = kept.get(finding.id.as_str()) {
            finding.state = kept.finding.state;
            finding.acceptance.clone_from(&kept.finding.acceptance);
        }
    }
    Ok(assessment)
}

/// The kind of the records that hold what scans saw.
pub const SCAN_RECORD: &str = "scan";

/// Whether an agent that may deliver was not heard for longer than computers are off over a weekend.
pub fn is_silent(last_seen: Option<Timestamp>, created: Timestamp, now: Timestamp) -> bool {
    now.duration_since(last_seen.unwrap_or(created)) > SILENT_AFTER
}

/// Agents that may deliver.
pub fn active(agents: &[Agent]) -> impl Iterator<Item = &Agent> {
    agents.iter().filter(|agent| agent.state == AgentState::Active)
}
