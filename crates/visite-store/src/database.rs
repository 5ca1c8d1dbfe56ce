//! The connection: one pool for reading, one way of writing.
//!
//! SQLite has one writer at a time. Writers of this program queue here, fairly and without polling; only other
//! programs, e.g. a backup from the command line, meet the busy timeout.

use crate::location::{Engine, Location};
use crate::{StoreError, migration};
use sea_orm::sea_query::OnConflict;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    AccessMode, ActiveModelTrait, ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend,
    EntityTrait, IdenStatic, IntoActiveModel, IsolationLevel, Iterable, PrimaryKeyToColumn, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait,
};
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// How long a program waits for another one that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long until a file is opened again that somebody else was just beginning with.
const OPEN_AGAIN: Duration = Duration::from_millis(20);
/// How long a request waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(15);
/// Connections to SQLite: one writes, the others read.
const SQLITE_CONNECTIONS: u32 = 5;
/// Connections of one node to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 10;

/// The open database.
#[derive(Clone)]
pub struct Database {
    pool: DatabaseConnection,
    engine: Engine,
    writer: Arc<Mutex<()>>,
}

/// A transaction that writes. Without [`Write::commit`] nothing of it happens.
pub struct Write {
    // Rolls back before the next writer is let in: fields are dropped in this order.
    tx: DatabaseTransaction,
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Deref for Write {
    type Target = DatabaseTransaction;
    fn deref(&self) -> &DatabaseTransaction {
        &self.tx
    }
}

impl Write {
    /// Makes everything lasting, or nothing.
    pub async fn commit(self) -> Result<(), StoreError> {
        let Self { tx, _turn } = self;
        Ok(tx.commit().await?)
    }
}

impl Database {
    /// Opens the database and brings it to schema `schema`.
    pub async fn open(location: &Location, schema: i64) -> Result<Self, StoreError> {
        let began = Instant::now();
        loop {
            match Self::open_once(location, schema).await {
                // Of those that begin at once only one can set the file's journal to WAL, and SQLite does not wait there.
                Err(StoreError::Busy(_)) if location.engine() == Engine::Sqlite && began.elapsed() < BUSY_TIMEOUT => {
                    tokio::time::sleep(OPEN_AGAIN).await;
                }
                other => return other,
            }
        }
    }

    async fn open_once(location: &Location, schema: i64) -> Result<Self, StoreError> {
        let engine = location.engine();
        let options = match location {
            Location::Sqlite(path) => {
                make_private(path);
                sqlite(path)
            }
            Location::Postgres(url) => postgres(url),
        };
        let pool = sea_orm::Database::connect(options).await?;
        let db = Self { pool, engine, writer: Arc::default() };
        // Before anything is written: a damaged file is not to be damaged further.
        db.quick_check().await?;
        migration::migrate(&db, schema).await?;
        Ok(db)
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// For reading single things.
    pub fn read(&self) -> &DatabaseConnection {
        &self.pool
    }

    /// For reading several things that have to fit together.
    pub async fn consistent(&self) -> Result<DatabaseTransaction, StoreError> {
        let options = match self.engine {
            // A reading transaction of a database with a write-ahead log sees one state throughout.
            Engine::Sqlite => TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
                ..TransactionOptions::default()
            },
            Engine::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
        };
        Ok(self.pool.begin_with_options(options).await?)
    }

    /// The only way to write.
    pub async fn write(&self) -> Result<Write, StoreError> {
        let (turn, options) = match self.engine {
            Engine::Sqlite => {
                let mode = Some(SqliteTransactionMode::Immediate);
                let turn = Some(self.writer.clone().lock_owned().await);
                (turn, TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() })
            }
            Engine::Postgres => (None, TransactionOptions::default()),
        };
        Ok(Write { tx: self.pool.begin_with_options(options).await?, _turn: turn })
    }

    /// Whether the database answers and, for SQLite, its pages hang together.
    pub async fn quick_check(&self) -> Result<(), StoreError> {
        match self.engine {
            Engine::Sqlite => self.sqlite_check("PRAGMA quick_check(1)", "quick_check").await,
            Engine::Postgres => self.answers().await,
        }
    }

    /// As [`Database::quick_check`], and for SQLite every index and every reference between rows.
    pub async fn integrity_check(&self) -> Result<(), StoreError> {
        if self.engine == Engine::Postgres {
            return self.answers().await;
        }
        self.sqlite_check("PRAGMA integrity_check(1)", "integrity_check").await?;
        let statement = Statement::from_string(DbBackend::Sqlite, "PRAGMA foreign_key_check");
        match self.pool.query_one_raw(statement).await? {
            None => Ok(()),
            Some(row) => {
                let table: String = row.try_get("", "table")?;
                Err(StoreError::Damaged { detail: format!("a row of `{table}` refers to one that is not there") })
            }
        }
    }

    /// Whether the database answers at all.
    pub async fn answers(&self) -> Result<(), StoreError> {
        Ok(self.pool.ping().await?)
    }

    /// Ends all connections after what they are doing.
    pub async fn close(&self) -> Result<(), StoreError> {
        Ok(self.pool.close_by_ref().await?)
    }

    async fn sqlite_check(&self, pragma: &str, column: &str) -> Result<(), StoreError> {
        let row = self.pool.query_one_raw(Statement::from_string(DbBackend::Sqlite, pragma)).await?;
        let answer: Option<String> = row.map(|row| row.try_get("", column)).transpose()?;
        match answer.as_deref() {
            Some("ok") => Ok(()),
            answer => Err(StoreError::Damaged { detail: answer.unwrap_or("no answer").to_owned() }),
        }
    }
}

/// Makes the file so that only its owner may read it; the files beside it follow. If that fails, opening it tells why.
fn make_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    if let Err(error) = options.open(path)
        && error.kind() != std::io::ErrorKind::AlreadyExists
    {
        tracing::debug!(%error, "the file of the database cannot be made");
    }
}

fn sqlite(path: &Path) -> ConnectOptions {
    let path = path.to_owned();
    // The path is set as such below; in a URL some characters would mean something else.
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(SQLITE_CONNECTIONS).map_sqlx_sqlite_opts(move |options| {
        options
            .filename(&path)
            .in_memory(false)
            .shared_cache(false)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
    });
    quiet(options)
}

fn postgres(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.max_connections(POSTGRES_CONNECTIONS);
    quiet(options)
}

/// Statements and their values stay out of logs and traces: they hold what a practice tells.
fn quiet(mut options: ConnectOptions) -> ConnectOptions {
    options.acquire_timeout(ACQUIRE_TIMEOUT).sqlx_logging(false).record_stmt_in_spans(false);
    options
}

/// Rows that are written with one statement; each column is a parameter, of which SQLite takes 32,766.
const PAGE: usize = 500;

/// Writes rows, in place of those with the same key.
pub async fn upsert<E, A>(tx: &Write, rows: Vec<E::Model>) -> Result<(), StoreError>
where
    E: EntityTrait<ActiveModel = A>,
    E::Model: IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E> + Send,
{
    let key: Vec<E::Column> = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
    let is_key = |column: &E::Column| key.iter().any(|part| part.as_str() == column.as_str());
    let others: Vec<E::Column> = E::Column::iter().filter(|column| !is_key(column)).collect();
    let mut conflict = OnConflict::columns(key.clone());
    if others.is_empty() {
        conflict.do_nothing()
    } else {
        conflict.update_columns(others)
    };
    let rows: Vec<A> = rows.into_iter().map(IntoActiveModel::into_active_model).collect();
    for page in rows.chunks(PAGE) {
        let page = page.iter().cloned();
        E::insert_many(page).on_conflict(conflict.clone()).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

/// Writes those of the rows whose key is not taken yet.
pub async fn insert_new<E, A>(tx: &Write, rows: Vec<E::Model>) -> Result<(), StoreError>
where
    E: EntityTrait<ActiveModel = A>,
    E::Model: IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E> + Send,
{
    let rows: Vec<A> = rows.into_iter().map(IntoActiveModel::into_active_model).collect();
    for page in rows.chunks(PAGE) {
        let new = E::insert_many(page.iter().cloned());
        let key = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column);
        new.on_conflict_do_nothing_on(key).exec_without_returning(&**tx).await?;
    }
    Ok(())
}
