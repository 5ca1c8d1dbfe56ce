//! Where the store is: a file of SQLite, or a database of PostgreSQL by its URL.

use crate::StoreError;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where the store is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A file of SQLite; made if it is not there.
    Sqlite(PathBuf),
    /// A database of PostgreSQL by URL, which may hold a password.
    Postgres(String),
}

/// Which database keeps the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Inside this program, in one file.
    Sqlite,
    /// A server of its own, which several nodes may share.
    Postgres,
}

impl Location {
    /// A file of SQLite.
    pub fn file(path: impl AsRef<Path>) -> Self {
        Self::Sqlite(path.as_ref().to_owned())
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}

impl FromStr for Location {
    type Err = StoreError;

    /// `postgres://...` and `postgresql://...` are URLs, `sqlite:PATH` and every other text without `://` is a file.
    fn from_str(text: &str) -> Result<Self, StoreError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")).unwrap_or(text);
        if path.is_empty() || path.contains("://") || path.contains('\0') {
            let scheme: String = text.chars().take_while(|c| *c != ':').take(20).collect();
            return Err(StoreError::Location { scheme });
        }
        Ok(Self::Sqlite(path.into()))
    }
}

/// Without password: for people and logs.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "{}", path.display()),
            Self::Postgres(url) => f.write_str(&without_secrets(url)),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

/// The URL without user, password and parameters: each of them may hold a secret.
fn without_secrets(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}://{rest}")
}
