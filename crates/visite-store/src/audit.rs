//! The audit log: who did what, as a chain in which every row carries the hash of the row before.
//!
//! A row is appended in the transaction of what it tells about: neither happens without the other. The head of the chain
//! is kept apart, so that rows cut off at the end are noticed, too; its lock makes appends go one after the other.

use crate::database::Write;
use crate::entity::audit;
use crate::{PracticeId, PracticeStore, Store, StoreError, hex, settings, time, to_json};
use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// Name of the setting that holds number and hash of the last row.
pub const HEAD: &str = "audit.head";
/// Rows that are read at once when the chain is verified.
const PAGE: u64 = 1000;

/// Something that someone did, as the audit log tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEvent {
    /// When.
    pub at: Timestamp,
    /// Who: an account's id, `agent:<practice>/<agent>`, or `visite`.
    pub who: String,
    /// In which practice; none for what belongs to the installation.
    pub practice: Option<PracticeId>,
    /// What, as a dotted word, e.g. `finding.accepted`.
    pub what: String,
    /// Details, never secrets.
    pub detail: Json,
}

impl AuditEvent {
    /// An event without details.
    pub fn new(at: Timestamp, who: impl Into<String>, practice: Option<&PracticeId>, what: impl Into<String>) -> Self {
        let (who, what) = (who.into(), what.into());
        Self { at, who, practice: practice.cloned(), what, detail: Json::Object(serde_json::Map::new()) }
    }

    /// The event with details.
    pub fn with(mut self, detail: Json) -> Self {
        self.detail = detail;
        self
    }
}

/// A row of the audit log.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// Its number, from 1 without a gap.
    pub number: i64,
    /// What it tells.
    pub event: AuditEvent,
    /// Its hash, in hexadecimal digits.
    pub hash: String,
}

/// Where the chain is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditFault {
    /// This row was changed, or put in from elsewhere.
    Changed {
        /// Its number.
        number: i64,
    },
    /// This row is not there.
    Missing {
        /// Its number.
        number: i64,
    },
    /// There are rows behind the end.
    Surplus {
        /// The first of them.
        number: i64,
    },
}

/// How far the chain was followed. The default is its beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Number of the last row.
    pub number: i64,
    /// Its hash.
    pub hash: String,
}

impl Store {
    /// Appends an event that tells about nothing else in the store, e.g. a login. Returns its number.
    pub async fn append_audit(&self, event: &AuditEvent) -> Result<i64, StoreError> {
        let tx = self.db.write().await?;
        let number = append(&tx, event).await?;
        tx.commit().await?;
        Ok(number)
    }

    /// Rows of the log, newest first: at most `limit`, with numbers below `before` if given.
    pub async fn audit_log(&self, before: Option<i64>, limit: u64) -> Result<Vec<AuditEntry>, StoreError> {
        let query = audit::Entity::find();
        let query = before.into_iter().fold(query, |query, before| query.filter(audit::Column::Number.lt(before)));
        let rows = query.order_by_desc(audit::Column::Number).limit(limit).all(self.db.read()).await?;
        rows.into_iter().map(entry).collect()
    }

    /// Follows the chain from the first row to the last. `Ok(Ok(n))`: all `n` rows are as they were written.
    pub async fn verify_audit(&self) -> Result<Result<i64, AuditFault>, StoreError> {
        Ok(self.verify_audit_after(Verified::default()).await?.map(|verified| verified.number))
    }

    /// Follows the chain from the row `known` to the last. What was changed before that is not found.
    pub async fn verify_audit_after(&self, known: Verified) -> Result<Result<Verified, AuditFault>, StoreError> {
        let tx = self.db.consistent().await?;
        let (last, head) = parse_head(settings::get(&tx, HEAD).await?)?;
        let Verified { mut number, hash: mut previous } = known;
        if number > 0 {
            match audit::Entity::find_by_id(number).one(&tx).await? {
                None => return Ok(Err(AuditFault::Missing { number })),
                Some(row) if row.hash != previous || row_hash(&row) != previous => {
                    return Ok(Err(AuditFault::Changed { number }));
                }
                Some(_) => {}
            }
        }
        loop {
            let page = audit::Entity::find()
                .filter(audit::Column::Number.gt(number))
                .order_by_asc(audit::Column::Number)
                .limit(PAGE)
                .all(&tx)
                .await?;
            if page.is_empty() {
                break;
            }
            for row in page {
                if number == last {
                    return Ok(Err(AuditFault::Surplus { number: row.number }));
                }
                number += 1;
                if row.number != number {
                    return Ok(Err(AuditFault::Missing { number }));
                }
                if row.previous != previous || row.hash != row_hash(&row) {
                    return Ok(Err(AuditFault::Changed { number }));
                }
                previous = row.hash;
            }
        }
        if number != last {
            return Ok(Err(AuditFault::Missing { number: number + 1 }));
        }
        Ok(if previous == head { Ok(Verified { number, hash: previous }) } else { Err(AuditFault::Changed { number }) })
    }
}

impl PracticeStore {
    /// Rows of the log about this practice, newest first: at most `limit`, with numbers below `before` if given.
    pub async fn audit_log(&self, before: Option<i64>, limit: u64) -> Result<Vec<AuditEntry>, StoreError> {
        let query = audit::Entity::find().filter(audit::Column::Practice.eq(self.id.as_str()));
        let query = before.into_iter().fold(query, |query, before| query.filter(audit::Column::Number.lt(before)));
        let rows = query.order_by_desc(audit::Column::Number).limit(limit).all(self.db.read()).await?;
        rows.into_iter().map(entry).collect()
    }
}

/// Appends an event in the transaction of what it tells about. Returns its number.
pub async fn append(tx: &Write, event: &AuditEvent) -> Result<i64, StoreError> {
    if event.what.is_empty() || event.who.is_empty() {
        return Err(StoreError::invalid("event", "es fehlt, wer was getan hat", "it has to say who did what"));
    }
    let (last, previous) = parse_head(settings::get_locked(&**tx, HEAD).await?)?;
    let mut row = audit::Model {
        number: last + 1,
        at: event.at.as_microsecond(),
        who: event.who.clone(),
        practice: event.practice.as_ref().map(ToString::to_string),
        what: event.what.clone(),
        detail: to_json("event", &event.detail)?,
        previous,
        hash: String::new(),
    };
    row.hash = row_hash(&row);
    settings::put(&**tx, HEAD, &format!("{} {}", row.number, row.hash)).await?;
    let number = row.number;
    let row = audit::ActiveModel {
        number: Set(row.number),
        at: Set(row.at),
        who: Set(row.who),
        practice: Set(row.practice),
        what: Set(row.what),
        detail: Set(row.detail),
        previous: Set(row.previous),
        hash: Set(row.hash),
    };
    audit::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(number)
}

/// Number and hash of the last row.
fn parse_head(head: Option<String>) -> Result<(i64, String), StoreError> {
    let head = head.unwrap_or_else(|| "0 ".to_owned());
    let (number, hash) = head.split_once(' ').unwrap_or((&head, ""));
    let number = number.parse().map_err(|error| StoreError::stored("head of the audit log", error))?;
    Ok((number, hash.to_owned()))
}

/// Hash over everything in the row, each part with its length, so that no text can pass over into the next.
fn row_hash(row: &audit::Model) -> String {
    let (number, at) = (row.number.to_string(), row.at.to_string());
    let practice = row.practice.as_deref().map_or("-".to_owned(), |practice| format!("+{practice}"));
    let parts = ["visite audit 1", &row.previous, &number, &at, &row.who, &practice, &row.what, &row.detail];
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize())
}

fn entry(row: audit::Model) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        number: row.number,
        event: AuditEvent {
            at: time(row.at)?,
            who: row.who,
            practice: row.practice.map(PracticeId::stored),
            what: row.what,
            detail: crate::json("event", &row.detail)?,
        },
        hash: row.hash,
    })
}
