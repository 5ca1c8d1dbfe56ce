//! What was seen: contents, each kept once, and which of them belongs to which subject and collector.
//!
//! A content is everything of a snapshot that does not say when and about what: identifiers, facts, problems.

use crate::entity::{body, observation, snapshot, subject};
use crate::privacy::blank_snapshot;
use crate::{PracticeStore, StoreError, hex, json, time, to_json, word};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use visite_facts::snapshot::{fact_from_json, fact_to_json};
use visite_facts::{Identifier, Snapshot, Subject, SubjectId, SubjectKind, fact_spec};

/// A subject as the store knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenSubject {
    /// Id, kind and name.
    pub subject: Subject,
    /// By what it was recognised last.
    pub identifiers: Vec<Identifier>,
    /// When it was seen first.
    pub first_seen_at: Timestamp,
    /// When it was seen last.
    pub last_seen_at: Timestamp,
}

/// The hash by which the content of a snapshot is known: SHA-256 in hexadecimal digits over identifiers, facts and
/// problems, not over subject, collector and times.
pub fn content_hash(snapshot: &Snapshot) -> String {
    hex(&Sha256::digest(content(snapshot).as_bytes()))
}

/// The content as it is stored.
pub fn content(snapshot: &Snapshot) -> String {
    let facts: Map<String, Json> =
        snapshot.facts.iter().map(|(name, fact)| ((*name).to_owned(), fact_to_json(fact))).collect();
    let content = json!({ "identifiers": snapshot.identifiers, "facts": facts, "problems": snapshot.problems });
    content.to_string()
}

/// The content of a snapshot, as read from a row. Facts that another version wrote and this one does not know are left
/// out, as in a file.
pub struct Content {
    identifiers: Vec<Identifier>,
    facts: BTreeMap<&'static str, visite_facts::Fact>,
    problems: Vec<visite_facts::Problem>,
}

impl Content {
    /// Reads a content.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        let mut object: Json = json("content", text)?;
        let mut part = |name: &str| object.get_mut(name).map(Json::take).unwrap_or_default();
        let list = |error| StoreError::stored("content", error);
        let identifiers = serde_json::from_value(part("identifiers")).map_err(list)?;
        let problems = serde_json::from_value(part("problems")).map_err(list)?;
        let mut facts = BTreeMap::new();
        let Json::Object(listed) = part("facts") else { return Err(StoreError::stored("content", "it has no facts")) };
        for (name, fact) in &listed {
            let Some(spec) = fact_spec(name).filter(|spec| !spec.derived) else { continue };
            let fact = fact_from_json(spec, name, fact, &mut Vec::new());
            facts.insert(spec.name, fact.map_err(|error| StoreError::stored("content", error))?);
        }
        Ok(Self { identifiers, facts, problems })
    }
}

impl PracticeStore {
    /// The newest snapshot of every subject and collector, as assessing wants them.
    pub async fn snapshots(&self) -> Result<Vec<Snapshot>, StoreError> {
        self.newest(None).await
    }

    /// The newest snapshot of every collector about one subject.
    pub async fn snapshots_of(&self, subject: &SubjectId) -> Result<Vec<Snapshot>, StoreError> {
        self.newest(Some(subject)).await
    }

    /// What one collector saw of a subject, newest first, at most `limit`; each with the time it was seen last so.
    pub async fn history(&self, subject: &SubjectId, collector: &str, limit: u64) -> Result<Vec<Snapshot>, StoreError> {
        let mut snapshots = self.newest(Some(subject)).await?;
        snapshots.retain(|snapshot| snapshot.collector == collector);
        let Some(whom) = self.subject_row(subject).await? else { return Ok(Vec::new()) };
        let rows = observation::Entity::find()
            .filter(observation::Column::Practice.eq(self.id.as_str()))
            .filter(observation::Column::Subject.eq(subject.0.as_str()))
            .filter(observation::Column::Collector.eq(collector))
            .order_by_desc(observation::Column::ObservedAt)
            .limit(limit)
            .all(self.db.read())
            .await?;
        let contents = self.contents(self.db.read(), rows.iter().map(|row| row.hash.as_str())).await?;
        for row in rows {
            // Cleaning up may have taken the row and its content since.
            let Some(content) = contents.get(&row.hash) else { continue };
            let times = (row.observed_at, row.received_at);
            snapshots.push(assemble(Content::parse(content)?, whom.clone(), row.collector, times)?);
        }
        snapshots.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(snapshots)
    }

    /// Subjects of which what one collector sees has changed since then, or was seen first.
    pub async fn changed_since(&self, collector: &str, since: Timestamp) -> Result<Vec<SubjectId>, StoreError> {
        let subjects: Vec<String> = snapshot::Entity::find()
            .select_only()
            .column(snapshot::Column::Subject)
            .filter(snapshot::Column::Practice.eq(self.id.as_str()))
            .filter(snapshot::Column::Collector.eq(collector))
            .filter(snapshot::Column::SinceAt.gte(since.as_microsecond()))
            .order_by_asc(snapshot::Column::Subject)
            .into_tuple()
            .all(self.db.read())
            .await?;
        Ok(subjects.into_iter().map(SubjectId).collect())
    }

    /// All subjects of the practice, by kind and name.
    pub async fn subjects(&self) -> Result<Vec<SeenSubject>, StoreError> {
        let rows =
            subject::Entity::find().filter(subject::Column::Practice.eq(self.id.as_str())).all(self.db.read()).await?;
        let mut subjects = rows.into_iter().map(seen_subject).collect::<Result<Vec<_>, _>>()?;
        subjects.sort_by(|a, b| {
            let key = |seen: &SeenSubject| (seen.subject.kind, seen.subject.name.clone(), seen.subject.id.clone());
            key(a).cmp(&key(b))
        });
        Ok(subjects)
    }

    async fn subject_row(&self, id: &SubjectId) -> Result<Option<Subject>, StoreError> {
        let row = subject::Entity::find_by_id((self.id.to_string(), id.0.clone())).one(self.db.read()).await?;
        row.map(|row| seen_subject(row).map(|seen| seen.subject)).transpose()
    }

    /// The contents with these hashes, by hash.
    async fn contents<'h>(
        &self,
        db: &impl ConnectionTrait,
        hashes: impl Iterator<Item = &'h str> + Send,
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let hashes: BTreeSet<&str> = hashes.collect();
        let hashes: Vec<&str> = hashes.into_iter().collect();
        let mut contents = BTreeMap::new();
        for page in hashes.chunks(500) {
            let bodies = body::Entity::find()
                .filter(body::Column::Practice.eq(self.id.as_str()))
                .filter(body::Column::Hash.is_in(page.iter().copied()))
                .all(db)
                .await?;
            contents.extend(bodies.into_iter().map(|row| (row.hash, row.content)));
        }
        Ok(contents)
    }

    async fn newest(&self, only: Option<&SubjectId>) -> Result<Vec<Snapshot>, StoreError> {
        let tx = self.db.consistent().await?;
        let practice = self.id.as_str();
        let query = subject::Entity::find().filter(subject::Column::Practice.eq(practice));
        let query = only.into_iter().fold(query, |query, id| query.filter(subject::Column::Subject.eq(id.0.as_str())));
        let mut subjects = BTreeMap::new();
        for row in query.all(&tx).await? {
            let seen = seen_subject(row)?;
            subjects.insert(seen.subject.id.0.clone(), seen.subject);
        }
        let query = snapshot::Entity::find().filter(snapshot::Column::Practice.eq(practice));
        let query = only.into_iter().fold(query, |query, id| query.filter(snapshot::Column::Subject.eq(id.0.as_str())));
        let rows = query.all(&tx).await?;
        let contents = self.contents(&tx, rows.iter().map(|row| row.hash.as_str())).await?;
        let mut snapshots = Vec::with_capacity(rows.len());
        for row in rows {
            let lost = |what: &str| StoreError::stored("snapshot", format!("its {what} is not there"));
            let whom = subjects.get(&row.subject).ok_or_else(|| lost("subject"))?;
            let content = Content::parse(contents.get(&row.hash).ok_or_else(|| lost("content"))?)?;
            snapshots.push(assemble(content, whom.clone(), row.collector, (row.observed_at, row.received_at))?);
        }
        snapshots.sort_by(|a, b| (&a.subject.id, &a.collector).cmp(&(&b.subject.id, &b.collector)));
        Ok(snapshots)
    }
}

/// A content without what names or points to a person.
pub fn without_people(text: &str) -> Result<String, StoreError> {
    let subject = Subject { id: SubjectId(String::new()), kind: SubjectKind::Host, name: String::new() };
    let mut snapshot = assemble(Content::parse(text)?, subject, String::new(), (0, 0))?;
    blank_snapshot(&mut snapshot);
    Ok(content(&snapshot))
}

/// A snapshot from its parts; `times` are when it was observed and when it was received.
fn assemble(content: Content, subject: Subject, collector: String, times: (i64, i64)) -> Result<Snapshot, StoreError> {
    let Content { identifiers, facts, problems } = content;
    let (observed_at, received_at) = (time(times.0)?, Some(time(times.1)?));
    Ok(Snapshot { collector, observed_at, received_at, subject, identifiers, facts, problems })
}

pub fn seen_subject(row: subject::Model) -> Result<SeenSubject, StoreError> {
    Ok(SeenSubject {
        subject: Subject { id: SubjectId(row.subject), kind: word("kind", &row.kind)?, name: row.name },
        identifiers: json("identifiers", &row.identifiers)?,
        first_seen_at: time(row.first_seen_at)?,
        last_seen_at: time(row.last_seen_at)?,
    })
}

/// Identifiers for a column.
pub fn identifiers_json(identifiers: &[Identifier]) -> Result<String, StoreError> {
    to_json("identifiers", &identifiers)
}
