//! Keeps everything a practice measured and decided, in SQLite or PostgreSQL.
//!
//! For the server. [`Store`] holds what belongs to the installation; everything of a practice goes through
//! [`Store::practice`], so that a query without its practice cannot be written. Nothing here reads a clock or draws a
//! random number: both come in as arguments. Deliberately absent: HTTP, judging and collecting; and no type of the
//! database library is visible outside.

mod accounts;
mod agents;
mod alerts;
mod audit;
mod database;
mod deliveries;
mod dump;
mod entity;
mod error;
mod findings;
mod identities;
mod ids;
mod invitations;
mod jobs;
mod location;
mod migration;
mod overview;
mod practices;
mod privacy;
mod retention;
mod rounds;
mod sessions;
mod settings;
mod snapshots;
mod tokens;

pub use accounts::{Account, Membership, NewAccount, Role};
pub use agents::{Agent, AgentState, Enrolled, Enrolment, NewAgent, NewEnrolment};
pub use alerts::{Alert, Record};
pub use audit::{AuditEntry, AuditEvent, AuditFault, Verified};
pub use deliveries::{DeliveredSnapshot, Delivery, Receipt};
pub use dump::{BACKUP_SCHEMA, DeletionProof, Header as BackupHeader};
pub use error::StoreError;
pub use findings::{BY_ROUND, FindingChange, FindingEvent, FindingEventKind, FindingFilter, KeptFinding};
pub use identities::Identity;
pub use ids::{AccountId, AgentId, JobId, PracticeId, RecordId, SiteId, WebhookId};
pub use invitations::Invitation;
pub use jobs::{Job, JobState, NewJob};
pub use location::{Engine, Location};
pub use overview::Overview;
pub use practices::{NewPractice, Practice, PracticeFile, Site};
pub use retention::CleanedUp;
pub use rounds::RoundInfo;
pub use sessions::{NewSession, Session};
pub use snapshots::{SeenSubject, content_hash};
pub use tokens::{NewToken, Token, Webhook};

use database::{Database, Write, upsert};
use deliveries::Writer;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use visite_facts::Word;

/// Everything that is kept. A clone is the same store.
#[derive(Clone)]
pub struct Store {
    db: Database,
    writer: Writer,
}

/// What is kept of one practice. A clone is the same practice.
#[derive(Clone)]
pub struct PracticeStore {
    db: Database,
    writer: Writer,
    id: PracticeId,
}

impl Store {
    /// Opens the store: checks it, brings it to the newest schema, and starts the task that writes deliveries.
    ///
    /// Must be called inside a runtime of tokio. Errors name the way back: see [`StoreError::text`].
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        Self::open_at(location, migration::newest()).await
    }

    /// As [`Store::open`], but stops at an earlier schema. For tests of upgrades; other functions may fail then.
    #[doc(hidden)]
    pub async fn open_at(location: &Location, schema: i64) -> Result<Self, StoreError> {
        let db = Database::open(location, schema).await?;
        Ok(Self { writer: Writer::start(db.clone()), db })
    }

    /// The newest schema that this program knows.
    pub fn newest_schema() -> i64 {
        migration::newest()
    }

    /// Which database keeps the rows.
    pub fn engine(&self) -> Engine {
        self.db.engine()
    }

    /// Everything of one practice. Whether it exists shows when it is used.
    pub fn practice(&self, id: PracticeId) -> PracticeStore {
        PracticeStore { db: self.db.clone(), writer: self.writer.clone(), id }
    }

    /// Whether the database answers and has the schema of this program: for the readiness of the server.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.db.answers().await?;
        let found = migration::applied(self.db.read()).await?;
        if found == migration::newest() { Ok(()) } else { Err(StoreError::Newer { found, known: migration::newest() }) }
    }

    /// Whether the database is whole: every page, every index, every reference. Takes seconds with a large SQLite file.
    pub async fn integrity_check(&self) -> Result<(), StoreError> {
        self.db.integrity_check().await
    }

    /// Closes the store after what it is doing. Whoever uses it afterwards gets [`StoreError::Closed`].
    pub async fn close(&self) -> Result<(), StoreError> {
        self.db.close().await
    }
}

impl PracticeStore {
    /// The practice.
    pub fn id(&self) -> &PracticeId {
        &self.id
    }

    /// A writing transaction of this practice, which has to exist. Writers of one practice go one after the other.
    async fn write(&self) -> Result<Write, StoreError> {
        let tx = self.db.write().await?;
        practices::lock(&tx, &self.id).await?;
        Ok(tx)
    }
}

/// Bytes as small hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is kept of a secret that someone brings: enough to recognise it, too little to use it.
///
/// The secrets are random and long, so that a plain hash is enough; passwords are not among them.
pub(crate) fn secret_hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// A moment from a column.
pub(crate) fn time(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|error| StoreError::stored("time", error))
}

/// A moment from a column that may be empty.
pub(crate) fn optional_time(micros: Option<i64>) -> Result<Option<Timestamp>, StoreError> {
    micros.map(time).transpose()
}

/// A moment for a column that may be empty.
pub(crate) fn micros(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_microsecond)
}

/// A word from a column.
pub(crate) fn word<W: Word>(what: &'static str, text: &str) -> Result<W, StoreError> {
    W::from_word(text).ok_or_else(|| StoreError::stored(what, format!("`{text}` is no word of this program")))
}

/// JSON from a column.
pub(crate) fn json<T: serde::de::DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::stored(what, error))
}

/// JSON for a column.
pub(crate) fn to_json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::invalid(what, error.to_string(), error.to_string()))
}

/// Longest name that people may give to something, in characters.
const MAX_NAME: usize = 200;

/// A name as it can be kept and shown: one line, not empty, not too long.
pub(crate) fn check_name(what: &'static str, name: &str) -> Result<(), StoreError> {
    let count = name.chars().count();
    if name.trim().is_empty() || count > MAX_NAME || name.chars().any(char::is_control) {
        return Err(StoreError::invalid(
            what,
            format!("ein Name hat 1 bis {MAX_NAME} Zeichen in einer Zeile"),
            format!("a name has 1 to {MAX_NAME} characters in one line"),
        ));
    }
    Ok(())
}
