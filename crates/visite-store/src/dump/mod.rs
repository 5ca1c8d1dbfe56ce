//! The file of a backup or of a practice: one format for both engines, so that each can read what the other wrote.
//!
//! Lines of JSON, compressed with gzip. First a [`Header`] with the number of rows of each table; then the rows, each as
//! `["table", {column: value}]`; at the end the SHA-256 of all lines before. Encryption is the business of whoever gives
//! the writer or the reader.

mod backup;
mod delete;
mod rows;
mod transfer;

pub use delete::DeletionProof;

use crate::StoreError;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{BufRead, Read, Write};

/// The schema name that these files carry.
pub const BACKUP_SCHEMA: &str = "visite.backup/1";
/// Longest line that is read; a row holds at most one assessment.
const MAX_LINE_BYTES: u64 = 256 * 1024 * 1024;

/// What a file of a backup says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// `visite.backup/1`.
    pub schema: String,
    /// The practice, if it holds one; none for the whole installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub practice: Option<String>,
    /// Version of the program that wrote it.
    pub version: String,
    /// Schema of the database from which it was written.
    pub changes: i64,
    /// When it was written.
    pub created: Timestamp,
    /// Rows of each table.
    pub tables: BTreeMap<String, u64>,
}

/// The last line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    sha256: String,
}

/// Writes lines and counts what it wrote.
struct Sink<W: Write> {
    writer: W,
    hash: Sha256,
    rows: BTreeMap<String, u64>,
}

impl<W: Write> Sink<W> {
    fn new(writer: W) -> Self {
        Self { writer, hash: Sha256::new(), rows: BTreeMap::new() }
    }

    fn row(&mut self, table: &'static str, row: &impl Serialize) -> Result<(), StoreError> {
        self.line(&(table, row))?;
        *self.rows.entry(table.to_owned()).or_default() += 1;
        Ok(())
    }

    fn line(&mut self, line: &impl Serialize) -> Result<(), StoreError> {
        let mut line = crate::to_json("row", line)?;
        line.push('\n');
        self.hash.update(&line);
        Ok(self.writer.write_all(line.as_bytes())?)
    }

    /// Writes the last line; gives back the writer, the hash and what was counted.
    fn end(mut self) -> Result<(W, String, BTreeMap<String, u64>), StoreError> {
        let sha256 = crate::hex(&self.hash.clone().finalize());
        self.line(&End { sha256: sha256.clone() })?;
        Ok((self.writer, sha256, self.rows))
    }
}

/// Reads lines and checks at the end that nothing was changed or cut off.
struct Source<R: BufRead> {
    reader: R,
    hash: Sha256,
    header: Header,
}

impl<R: BufRead> Source<R> {
    /// Reads the header. `practice`: whether the file of a practice is expected.
    fn open(mut reader: R, practice: bool) -> Result<Self, StoreError> {
        let not_ours = || StoreError::file("es ist keine Sicherung von Visite", "it is no backup of Visite");
        let line = read_line(&mut reader)?.ok_or_else(not_ours)?;
        let header: Header = serde_json::from_slice(&line).map_err(|_| not_ours())?;
        if header.schema != BACKUP_SCHEMA {
            return Err(not_ours());
        }
        if header.practice.is_some() != practice {
            return Err(if practice {
                StoreError::file(
                    "es ist eine ganze Sicherung, keine einzelne Praxis",
                    "it is a whole backup, not one practice",
                )
            } else {
                StoreError::file(
                    "es ist eine einzelne Praxis, keine ganze Sicherung",
                    "it is one practice, not a whole backup",
                )
            });
        }
        if header.changes != crate::migration::newest() {
            let version = &header.version;
            return Err(StoreError::file(
                format!(
                    "Visite {version} hat sie geschrieben; bitte mit dieser Version einspielen und dann aktualisieren"
                ),
                format!("Visite {version} wrote it; please restore it with that version and then update"),
            ));
        }
        let mut hash = Sha256::new();
        hash.update(&line);
        Ok(Self { reader, hash, header })
    }

    /// The next row, or `None` behind the last one, after which the file is proven to be whole.
    fn row(&mut self) -> Result<Option<(String, Json)>, StoreError> {
        let cut_off = || StoreError::file("sie ist abgeschnitten", "it is cut off");
        let line = read_line(&mut self.reader)?.ok_or_else(cut_off)?;
        if let Ok(row) = serde_json::from_slice(&line) {
            self.hash.update(&line);
            return Ok(Some(row));
        }
        let end: End = serde_json::from_slice(&line).map_err(|_| cut_off())?;
        let whole = crate::hex(&self.hash.clone().finalize()) == end.sha256;
        if !whole || read_line(&mut self.reader)?.is_some() {
            return Err(StoreError::file("sie wurde verändert", "it was changed"));
        }
        Ok(None)
    }
}

/// A line with its end; `None` at the end of the file.
fn read_line(reader: &mut impl BufRead) -> Result<Option<Vec<u8>>, StoreError> {
    let mut line = Vec::new();
    let damaged = |error: std::io::Error| match error.kind() {
        // What the decompressor says about bytes that are none of its own.
        std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof => {
            StoreError::file("sie ist beschädigt oder keine Sicherung", "it is damaged or no backup")
        }
        _ => StoreError::Io(error),
    };
    reader.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line).map_err(damaged)?;
    match line.last() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(line)),
        Some(_) => Err(StoreError::file("sie ist abgeschnitten", "it is cut off")),
    }
}
