//! Backup and restore of everything.

use super::rows::{self, Reading, Whose, count, write};
use super::{BACKUP_SCHEMA, Header, Sink, Source};
use crate::audit::{self, AuditEvent};
use crate::entity::{account, audit as audit_table, each_table_of_all, invitation, practice, session, setting};
use crate::{Store, StoreError, migration, settings};
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

impl Store {
    /// Writes everything that is kept, as it is at one moment, while the store goes on being used. Returns its header.
    pub async fn backup<W: Write + Send>(&self, writer: W, now: Timestamp) -> Result<Header, StoreError> {
        let tx = self.db.consistent().await?;
        let mut tables = BTreeMap::new();
        each_table_of_all!(count(&tx, Whose::Everyones, &mut tables));
        let header = header(None, tables, now);
        let mut sink = Sink::new(GzEncoder::new(writer, Compression::fast()));
        sink.line(&header)?;
        each_table_of_all!(write(&tx, Whose::Everyones, &mut sink));
        finish(sink, &header)?;
        Ok(header)
    }

    /// As [`Store::backup`], into a file that only its owner may read. It appears when it is complete and on the disk.
    pub async fn backup_to(&self, path: &Path, now: Timestamp) -> Result<Header, StoreError> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = Path::new(&part);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(part)?;
        let written = match self.backup(&file, now).await {
            Ok(header) => {
                file.sync_all().and_then(|()| std::fs::rename(part, path)).map(|()| header).map_err(Into::into)
            }
            Err(error) => Err(error),
        };
        if written.is_err() {
            // What is incomplete is of no use; that it could not be removed either says less than the error itself.
            let _ = std::fs::remove_file(part);
        }
        written
    }

    /// Puts a backup into this store, which has to be empty: everything or nothing. A new epoch begins, so that agents
    /// send again what they still keep; nobody is signed in, and offered roles are gone. Returns the header.
    ///
    /// [`StoreError::NotEmpty`] if there are data; [`StoreError::File`] if the file is none, was changed or cut off.
    pub async fn restore<R: BufRead + Send>(&self, reader: R, event: &AuditEvent) -> Result<Header, StoreError> {
        let mut source = Source::open(BufReader::new(GzDecoder::new(reader)), false)?;
        let tx = self.db.write().await?;
        let kept = practice::Entity::find().count(&*tx).await?
            + account::Entity::find().count(&*tx).await?
            + audit_table::Entity::find().count(&*tx).await?;
        if kept > 0 {
            return Err(StoreError::NotEmpty);
        }
        // What the first change of the schema puts there comes with the backup.
        setting::Entity::delete_many().exec(&*tx).await?;
        let reading = Reading::all(&tx, &mut source, |_, _| Ok(())).await?;
        check_counts(&source.header, &reading.counts)?;
        let mut stored = BTreeMap::new();
        each_table_of_all!(count(&*tx, Whose::Everyones, &mut stored));
        check_counts(&source.header, &stored)?;
        // What was ended since the backup must not begin again by itself: whoever was signed in, or was offered a role.
        session::Entity::delete_many().exec(&*tx).await?;
        invitation::Entity::delete_many().exec(&*tx).await?;
        settings::raise_epoch(&*tx, event.at).await?;
        audit::append(&tx, event).await?;
        tx.commit().await?;
        Ok(source.header)
    }
}

pub(super) fn header(practice: Option<&str>, tables: BTreeMap<String, u64>, created: Timestamp) -> Header {
    Header {
        schema: BACKUP_SCHEMA.to_owned(),
        practice: practice.map(str::to_owned),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        changes: migration::newest(),
        created,
        tables,
    }
}

/// Ends the file, if it holds what its header says.
pub(super) fn finish<W: Write>(sink: Sink<GzEncoder<W>>, header: &Header) -> Result<(), StoreError> {
    let (compressor, _, counts) = sink.end()?;
    check_counts(header, &counts)?;
    compressor.finish()?.flush()?;
    Ok(())
}

/// Whether as many rows are there as the header says; tables without rows need not be named.
pub(super) fn check_counts(header: &Header, counts: &BTreeMap<String, u64>) -> Result<(), StoreError> {
    let filled = |counts: &BTreeMap<String, u64>| -> Vec<(String, u64)> {
        counts.iter().filter(|(_, count)| **count > 0).map(|(table, count)| (table.clone(), *count)).collect()
    };
    if filled(&header.tables) == filled(counts) {
        return Ok(());
    }
    Err(StoreError::file("die Anzahl der Zeilen stimmt nicht", "the number of rows is not right"))
}

/// Counts and writes the rows of a practice that `each_table_to_take_along` names.
pub(super) async fn take_along<C: ConnectionTrait>(
    tx: &C,
    practice: &str,
    sink: &mut Sink<impl Write>,
    now: Timestamp,
) -> Result<Header, StoreError> {
    let whose = Whose::Practice(practice);
    let mut tables = BTreeMap::new();
    crate::entity::each_table_to_take_along!(count(tx, whose, &mut tables));
    let header = header(Some(practice), tables, now);
    sink.line(&header)?;
    crate::entity::each_table_to_take_along!(write(tx, whose, sink));
    Ok(header)
}

/// The table's name; for whoever reads rows.
pub(super) fn table<E: EntityTrait>() -> &'static str {
    rows::name::<E>()
}
