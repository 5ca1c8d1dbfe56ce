//! How long things are kept, as `docs/concepts/platform.md` says. One transaction a practice, so that nobody waits long.

use crate::entity::{
    body, enrolment, finding, installation_token, invitation, job, observation, practice, round, session, snapshot,
    subject, token,
};
use crate::privacy::{GONE, blank_assessment};
use crate::{PracticeId, PracticeStore, Store, StoreError, findings, json, snapshots, time, to_json, upsert};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use std::collections::BTreeSet;
use visite_facts::{SubjectKind, Word};

/// Days for which personal fields are kept; also sessions, tokens and jobs after their end.
const PERSONAL_DAYS: i64 = 90;
/// Days for which it is kept what was seen before.
const OBSERVATION_DAYS: i64 = 400;
/// How many rounds are kept in full; of earlier ones the last of each month.
const FULL_ROUNDS: usize = 24;
/// Rows that are blanked at once; each may be large.
const PAGE: u64 = 100;

/// What cleaning up did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CleanedUp {
    /// Entries of the history that were deleted.
    pub observations: u64,
    /// Contents that nothing refers to any more and that were deleted.
    pub bodies: u64,
    /// Contents, rounds, findings and subjects out of which names were taken.
    pub blanked: u64,
    /// Rounds of which only the summary is left.
    pub shortened_rounds: u64,
    /// Sessions that had ended.
    pub sessions: u64,
    /// Tokens, enrolments and invitations that had ended.
    pub tokens: u64,
    /// Jobs that had ended.
    pub jobs: u64,
}

/// From when on things are kept.
#[derive(Clone, Copy)]
struct Limits {
    personal: i64,
    observation: i64,
}

impl Store {
    /// Deletes what is over, in all practices, and takes names out of old evidence.
    pub async fn clean_up(&self, now: Timestamp) -> Result<CleanedUp, StoreError> {
        let days_ago = |days: i64| -> Result<i64, StoreError> {
            let hours = (days * 24).hours();
            let at = now.checked_sub(hours).map_err(|_| StoreError::out_of_range("time"))?;
            Ok(at.as_microsecond())
        };
        let limits = Limits { personal: days_ago(PERSONAL_DAYS)?, observation: days_ago(OBSERVATION_DAYS)? };
        let mut done = CleanedUp::default();
        let practices: Vec<String> = practice::Entity::find()
            .select_only()
            .column(practice::Column::Practice)
            .filter(practice::Column::DeletedAt.is_null())
            .order_by_asc(practice::Column::Practice)
            .into_tuple()
            .all(self.db.read())
            .await?;
        for id in practices {
            match self.practice(PracticeId::stored(id)).clean_up(limits, &mut done).await {
                // It was deleted meanwhile.
                Err(StoreError::NotFound { .. }) => {}
                other => other?,
            }
        }
        let tx = self.db.write().await?;
        let over = session::Column::ExpiresAt.lt(limits.personal);
        done.sessions += session::Entity::delete_many().filter(over).exec(&*tx).await?.rows_affected;
        let over = installation_token::Column::ExpiresAt.lt(limits.personal);
        done.tokens += installation_token::Entity::delete_many().filter(over).exec(&*tx).await?.rows_affected;
        let over = job::Column::FinishedAt.lt(limits.personal);
        done.jobs += job::Entity::delete_many().filter(over).exec(&*tx).await?.rows_affected;
        tx.commit().await?;
        Ok(done)
    }
}

impl PracticeStore {
    async fn clean_up(&self, limits: Limits, done: &mut CleanedUp) -> Result<(), StoreError> {
        self.drop_history(limits, done).await?;
        self.drop_tokens(limits, done).await?;
        self.shorten_rounds(done).await?;
        self.blank_bodies(limits, done).await?;
        self.blank_rounds(limits, done).await?;
        self.blank_findings(limits, done).await
    }

    async fn drop_history(&self, limits: Limits, done: &mut CleanedUp) -> Result<(), StoreError> {
        let tx = self.write().await?;
        let old = observation::Entity::delete_many()
            .filter(observation::Column::Practice.eq(self.id.as_str()))
            .filter(observation::Column::ObservedAt.lt(limits.observation));
        done.observations += old.exec(&*tx).await?.rows_affected;
        let unused = body::Entity::delete_many()
            .filter(body::Column::Practice.eq(self.id.as_str()))
            .filter(self.is_unused_since(i64::MIN));
        done.bodies += unused.exec(&*tx).await?.rows_affected;
        tx.commit().await
    }

    async fn drop_tokens(&self, limits: Limits, done: &mut CleanedUp) -> Result<(), StoreError> {
        let tx = self.write().await?;
        let ended = token::Entity::delete_many()
            .filter(token::Column::Practice.eq(self.id.as_str()))
            .filter(token::Column::ExpiresAt.lt(limits.personal));
        done.tokens += ended.exec(&*tx).await?.rows_affected;
        let ended = enrolment::Column::ExpiresAt.lt(limits.personal);
        let ended = enrolment::Entity::delete_many()
            .filter(enrolment::Column::Practice.eq(self.id.as_str()))
            .filter(ended.or(enrolment::Column::UsedAt.lt(limits.personal)));
        done.tokens += ended.exec(&*tx).await?.rows_affected;
        let ended = invitation::Entity::delete_many()
            .filter(invitation::Column::Practice.eq(self.id.as_str()))
            .filter(invitation::Column::ExpiresAt.lt(limits.personal));
        done.tokens += ended.exec(&*tx).await?.rows_affected;
        tx.commit().await
    }

    /// Whether neither a snapshot nor the history, received at or after `since`, refers to a content.
    fn is_unused_since(&self, since: i64) -> Expr {
        let newest = Query::select()
            .column(snapshot::Column::Hash)
            .from(snapshot::Entity)
            .and_where(snapshot::Column::Practice.eq(self.id.as_str()))
            .and_where(snapshot::Column::ReceivedAt.gte(since))
            .to_owned();
        let history = Query::select()
            .column(observation::Column::Hash)
            .from(observation::Entity)
            .and_where(observation::Column::Practice.eq(self.id.as_str()))
            .and_where(observation::Column::ReceivedAt.gte(since))
            .to_owned();
        body::Column::Hash.not_in_subquery(newest).and(body::Column::Hash.not_in_subquery(history))
    }

    async fn shorten_rounds(&self, done: &mut CleanedUp) -> Result<(), StoreError> {
        let tx = self.write().await?;
        let rows: Vec<(String, i64, bool)> = round::Entity::find()
            .select_only()
            .columns([round::Column::Round, round::Column::At, round::Column::IsFull])
            .filter(round::Column::Practice.eq(self.id.as_str()))
            .order_by_desc(round::Column::At)
            .order_by_desc(round::Column::Round)
            .into_tuple()
            .all(&*tx)
            .await?;
        let mut months = BTreeSet::new();
        let mut shortened = Vec::new();
        for (id, at, is_full) in rows.into_iter().skip(FULL_ROUNDS) {
            let date = time(at)?.to_zoned_datetime(TimeZone::UTC).date();
            let is_last_of_month = months.insert((date.year(), date.month()));
            if is_full && !is_last_of_month {
                shortened.push(id);
            }
        }
        for page in shortened.chunks(500) {
            let change = round::Entity::update_many()
                .col_expr(round::Column::IsFull, Expr::value(false))
                .col_expr(round::Column::Assessment, Expr::value(None::<String>))
                .filter(round::Column::Practice.eq(self.id.as_str()))
                .filter(round::Column::Round.is_in(page));
            done.shortened_rounds += change.exec(&*tx).await?.rows_affected;
        }
        tx.commit().await
    }

    /// Contents that were not seen any more since the limit. Those that still are true stay: they are not old.
    async fn blank_bodies(&self, limits: Limits, done: &mut CleanedUp) -> Result<(), StoreError> {
        let tx = self.write().await?;
        loop {
            // Ends: what was blanked is not found again.
            let rows = body::Entity::find()
                .filter(body::Column::Practice.eq(self.id.as_str()))
                .filter(body::Column::IsBlanked.eq(false))
                .filter(self.is_unused_since(limits.personal))
                .limit(PAGE)
                .all(&*tx)
                .await?;
            if rows.is_empty() {
                break;
            }
            done.blanked += rows.len() as u64;
            let blank = |mut row: body::Model| {
                (row.content, row.is_blanked) = (snapshots::without_people(&row.content)?, true);
                Ok(row)
            };
            upsert::<body::Entity, _>(&tx, rows.into_iter().map(blank).collect::<Result<_, StoreError>>()?).await?;
        }
        let people = [SubjectKind::Person.word(), SubjectKind::Account.word()];
        let named = subject::Entity::update_many()
            .col_expr(subject::Column::Name, Expr::value(GONE))
            .filter(subject::Column::Practice.eq(self.id.as_str()))
            .filter(subject::Column::Kind.is_in(people))
            .filter(subject::Column::LastSeenAt.lt(limits.personal))
            .filter(subject::Column::Name.ne(GONE));
        done.blanked += named.exec(&*tx).await?.rows_affected;
        tx.commit().await
    }

    async fn blank_rounds(&self, limits: Limits, done: &mut CleanedUp) -> Result<(), StoreError> {
        let tx = self.write().await?;
        loop {
            let rows = round::Entity::find()
                .filter(round::Column::Practice.eq(self.id.as_str()))
                .filter(round::Column::IsBlanked.eq(false))
                .filter(round::Column::At.lt(limits.personal))
                .limit(PAGE)
                .all(&*tx)
                .await?;
            if rows.is_empty() {
                break;
            }
            done.blanked += rows.len() as u64;
            let blank = |mut row: round::Model| {
                row.is_blanked = true;
                if let Some(text) = &row.assessment {
                    let mut assessment = json("assessment", text)?;
                    blank_assessment(&mut assessment);
                    row.assessment = Some(to_json("assessment", &assessment)?);
                }
                Ok(row)
            };
            upsert::<round::Entity, _>(&tx, rows.into_iter().map(blank).collect::<Result<_, StoreError>>()?).await?;
        }
        tx.commit().await
    }

    async fn blank_findings(&self, limits: Limits, done: &mut CleanedUp) -> Result<(), StoreError> {
        let tx = self.write().await?;
        loop {
            let mut rows = finding::Entity::find()
                .filter(finding::Column::Practice.eq(self.id.as_str()))
                .filter(finding::Column::IsBlanked.eq(false))
                .filter(finding::Column::LastSeenAt.lt(limits.personal))
                .limit(PAGE)
                .all(&*tx)
                .await?;
            if rows.is_empty() {
                break;
            }
            done.blanked += rows.len() as u64;
            rows.iter_mut().try_for_each(findings::blank)?;
            upsert::<finding::Entity, _>(&tx, rows).await?;
        }
        tx.commit().await
    }
}
