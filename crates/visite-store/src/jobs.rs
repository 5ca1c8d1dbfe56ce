//! Jobs that nodes share: whoever is free claims the next one for a while.
//!
//! A node that dies lets its lease run out, and the job is claimed again. Whoever lost a lease that way can no longer
//! report: a lease is recognised by node and attempt.

use crate::entity::job;
use crate::{JobId, PracticeId, PracticeStore, Store, StoreError, json, micros, optional_time, time, to_json, word};
use jiff::Timestamp;
use sea_orm::sea_query::{ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::Value as Json;
use visite_facts::{Word, words};

words! {
    /// Where a job is.
    pub enum JobState {
        /// It waits for its time or for a node.
        Waiting = "waiting",
        /// A node works at it.
        Running = "running",
        /// It is done.
        Done = "done",
        /// It was given up.
        Failed = "failed",
        /// Someone stopped it.
        Cancelled = "cancelled",
    }
}

/// Stands in the key in place of a practice for what the whole installation has to do.
const INSTALLATION: &str = "";

/// A job that is to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    /// Its id: what is to be done and for when, so that planning it twice is planning it once.
    pub id: JobId,
    /// What is to be done.
    pub kind: String,
    /// What it needs to know.
    pub input: Json,
    /// When it may begin.
    pub due_at: Timestamp,
}

/// A job.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// The practice for which it is done; none for the whole installation.
    pub practice: Option<PracticeId>,
    /// Its id.
    pub id: JobId,
    /// What is to be done.
    pub kind: String,
    /// What it needs to know.
    pub input: Json,
    /// When it may begin.
    pub due_at: Timestamp,
    /// Where it is.
    pub state: JobState,
    /// How often it was begun.
    pub attempts: i64,
    /// The node that works at it, or did last.
    pub node: Option<String>,
    /// Until when that node may work at it without a sign of life.
    pub lease_until: Option<Timestamp>,
    /// How far it is; its meaning is the business of whoever does it.
    pub progress: Json,
    /// What came of it: of a failed one, why.
    pub result: Option<Json>,
    /// When it was planned.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

impl Store {
    /// Plans a job for the whole installation. `false`: it was planned before.
    pub async fn plan_job(&self, new: &NewJob, now: Timestamp) -> Result<bool, StoreError> {
        let tx = self.db.write().await?;
        let planned = insert(&tx, INSTALLATION, new, now).await?;
        tx.commit().await?;
        Ok(planned)
    }

    /// The jobs of the whole installation, newest first, at most `limit`.
    pub async fn jobs(&self, limit: u64) -> Result<Vec<Job>, StoreError> {
        list(self.db.read(), INSTALLATION, limit).await
    }

    /// How many jobs of `kinds`, of any practice, could begin, and how many are under way.
    pub async fn open_jobs(&self, kinds: &[&str], now: Timestamp) -> Result<(u64, u64), StoreError> {
        use job::Column;
        let of_kinds = || job::Entity::find().filter(Column::Kind.is_in(kinds.iter().copied()));
        let due = of_kinds()
            .filter(Column::State.eq(JobState::Waiting.word()))
            .filter(Column::DueAt.lte(now.as_microsecond()));
        let running = of_kinds().filter(Column::State.eq(JobState::Running.word()));
        Ok((due.count(self.db.read()).await?, running.count(self.db.read()).await?))
    }

    /// Claims the job that is due for the longest time, of any practice, among `kinds`. It is the node's until
    /// `lease_until`, which [`Store::extend_job`] moves.
    pub async fn claim_job(
        &self,
        node: &str,
        kinds: &[&str],
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Option<Job>, StoreError> {
        use job::Column;
        let now = now.as_microsecond();
        let waits = Column::State.eq(JobState::Waiting.word()).and(Column::DueAt.lte(now));
        let is_lost = Column::State.eq(JobState::Running.word()).and(Column::LeaseUntilAt.lte(now));
        let tx = self.db.write().await?;
        let row = job::Entity::find()
            .filter(Column::Kind.is_in(kinds.iter().copied()))
            .filter(Condition::any().add(waits).add(is_lost))
            .order_by_asc(Column::DueAt)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .one(&*tx)
            .await?;
        let Some(mut row) = row else { return Ok(None) };
        row.state = JobState::Running.word().to_owned();
        row.node = Some(node.to_owned());
        row.lease_until_at = micros(Some(lease_until));
        row.attempts += 1;
        crate::upsert::<job::Entity, _>(&tx, vec![row.clone()]).await?;
        tx.commit().await?;
        from_row(row).map(Some)
    }

    /// A sign of life: the lease ends later, and `progress` is shown. `false`: the lease is lost, stop.
    pub async fn extend_job(&self, job: &Job, lease_until: Timestamp, progress: &Json) -> Result<bool, StoreError> {
        let change = job::ActiveModel {
            lease_until_at: Set(micros(Some(lease_until))),
            progress: Set(to_json("progress", progress)?),
            ..job::ActiveModel::default()
        };
        self.change_job(job, change).await
    }

    /// The job has ended, well or not. `false`: the lease is lost, and nothing changed.
    pub async fn finish_job(&self, job: &Job, now: Timestamp, result: Result<&Json, &str>) -> Result<bool, StoreError> {
        let (state, result) = match result {
            Ok(result) => (JobState::Done, to_json("result", result)?),
            Err(why) => (JobState::Failed, to_json("result", &why)?),
        };
        let change = job::ActiveModel {
            state: Set(state.word().to_owned()),
            lease_until_at: Set(None),
            result: Set(Some(result)),
            finished_at: Set(micros(Some(now))),
            ..job::ActiveModel::default()
        };
        self.change_job(job, change).await
    }

    /// The job is to be done later, by any node. `false`: the lease is lost, and nothing changed.
    pub async fn give_back_job(&self, job: &Job, due_at: Timestamp) -> Result<bool, StoreError> {
        let change = job::ActiveModel {
            state: Set(JobState::Waiting.word().to_owned()),
            lease_until_at: Set(None),
            due_at: Set(due_at.as_microsecond()),
            ..job::ActiveModel::default()
        };
        self.change_job(job, change).await
    }

    async fn change_job(&self, held: &Job, change: job::ActiveModel) -> Result<bool, StoreError> {
        let practice = held.practice.as_ref().map_or(INSTALLATION, PracticeId::as_str);
        let tx = self.db.write().await?;
        let changed = job::Entity::update_many()
            .set(change)
            .filter(job::Column::Practice.eq(practice))
            .filter(job::Column::Job.eq(held.id.as_str()))
            .filter(job::Column::State.eq(JobState::Running.word()))
            .filter(job::Column::Node.eq(held.node.as_deref().unwrap_or_default()))
            .filter(job::Column::Attempts.eq(held.attempts))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        Ok(changed.rows_affected == 1)
    }
}

impl PracticeStore {
    /// Plans a job. `false`: it was planned before.
    pub async fn plan_job(&self, new: &NewJob, now: Timestamp) -> Result<bool, StoreError> {
        // Every delivery plans the same job of its quarter of an hour: most need no writer.
        let key = (self.id.to_string(), new.id.to_string());
        if job::Entity::find_by_id(key).one(self.db.read()).await?.is_some() {
            return Ok(false);
        }
        let tx = self.write().await?;
        let planned = insert(&tx, self.id.as_str(), new, now).await?;
        tx.commit().await?;
        Ok(planned)
    }

    /// The jobs of this practice, newest first, at most `limit`.
    pub async fn jobs(&self, limit: u64) -> Result<Vec<Job>, StoreError> {
        list(self.db.read(), self.id.as_str(), limit).await
    }

    /// One job, e.g. to show its progress; [`StoreError::NotFound`] if this practice has none of this id.
    pub async fn job(&self, id: &JobId) -> Result<Job, StoreError> {
        let row = job::Entity::find_by_id((self.id.to_string(), id.to_string())).one(self.db.read()).await?;
        from_row(row.ok_or_else(|| StoreError::not_found("job", id))?)
    }

    /// The jobs of one kind that have not ended, those that are due first first.
    pub async fn open_jobs(&self, kind: &str) -> Result<Vec<Job>, StoreError> {
        let rows = job::Entity::find()
            .filter(job::Column::Practice.eq(self.id.as_str()))
            .filter(job::Column::Kind.eq(kind))
            .filter(job::Column::FinishedAt.is_null())
            .order_by_asc(job::Column::DueAt)
            .all(self.db.read())
            .await?;
        rows.into_iter().map(from_row).collect()
    }

    /// Takes back a job that has not begun. `false`: it has, or there is no such one.
    pub async fn cancel_job(&self, id: &JobId) -> Result<bool, StoreError> {
        let tx = self.write().await?;
        let cancelled = job::Entity::delete_many()
            .filter(job::Column::Practice.eq(self.id.as_str()))
            .filter(job::Column::Job.eq(id.as_str()))
            .filter(job::Column::State.eq(JobState::Waiting.word()))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        Ok(cancelled.rows_affected == 1)
    }

    /// Stops a job that runs: its node has lost the lease, and learns it with its next sign of life. `false`: it does not
    /// run.
    pub async fn stop_job(&self, id: &JobId, now: Timestamp) -> Result<bool, StoreError> {
        let change = job::ActiveModel {
            state: Set(JobState::Cancelled.word().to_owned()),
            lease_until_at: Set(None),
            finished_at: Set(micros(Some(now))),
            ..job::ActiveModel::default()
        };
        let tx = self.write().await?;
        let stopped = job::Entity::update_many()
            .set(change)
            .filter(job::Column::Practice.eq(self.id.as_str()))
            .filter(job::Column::Job.eq(id.as_str()))
            .filter(job::Column::State.eq(JobState::Running.word()))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        Ok(stopped.rows_affected == 1)
    }
}

async fn insert(tx: &crate::Write, practice: &str, new: &NewJob, now: Timestamp) -> Result<bool, StoreError> {
    let row = job::ActiveModel {
        practice: Set(practice.to_owned()),
        job: Set(new.id.to_string()),
        kind: Set(new.kind.clone()),
        input: Set(to_json("input", &new.input)?),
        due_at: Set(new.due_at.as_microsecond()),
        state: Set(JobState::Waiting.word().to_owned()),
        lease_until_at: Set(None),
        node: Set(None),
        attempts: Set(0),
        progress: Set("null".to_owned()),
        result: Set(None),
        created_at: Set(now.as_microsecond()),
        finished_at: Set(None),
    };
    let key = [job::Column::Practice, job::Column::Job];
    let inserted = job::Entity::insert(row).on_conflict_do_nothing_on(key).exec_without_returning(&**tx).await?;
    Ok(matches!(inserted, sea_orm::TryInsertResult::Inserted(1..)))
}

async fn list(db: &impl sea_orm::ConnectionTrait, practice: &str, limit: u64) -> Result<Vec<Job>, StoreError> {
    let rows = job::Entity::find()
        .filter(job::Column::Practice.eq(practice))
        .order_by_desc(job::Column::DueAt)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(from_row).collect()
}

fn from_row(row: job::Model) -> Result<Job, StoreError> {
    Ok(Job {
        practice: (row.practice != INSTALLATION).then_some(row.practice).map(PracticeId::stored),
        id: JobId::stored(row.job),
        kind: row.kind,
        input: json("input", &row.input)?,
        due_at: time(row.due_at)?,
        state: word("state", &row.state)?,
        attempts: row.attempts,
        node: row.node,
        lease_until: optional_time(row.lease_until_at)?,
        progress: json("progress", &row.progress)?,
        result: row.result.as_deref().map(|text| json("result", text)).transpose()?,
        created_at: time(row.created_at)?,
        finished_at: optional_time(row.finished_at)?,
    })
}
