//! On which engine the tests keep their stores: SQLite, or PostgreSQL where `VISITE_TEST_ENGINE` says so.

#[path = "../../../visite-store/tests/it/support/postgres.rs"]
pub mod postgres;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};
use visite_store::Location;

/// What the server of PostgreSQL gives to a test.
pub struct Place {
    pub location: Location,
    pub folder: tempfile::TempDir,
}

/// The store that belongs to `path`, always the same.
pub fn at(path: impl AsRef<Path>) -> Location {
    static DATABASES: LazyLock<Mutex<HashMap<PathBuf, Location>>> = LazyLock::new(Mutex::default);
    match std::env::var("VISITE_TEST_ENGINE").as_deref() {
        Err(_) | Ok("sqlite") => Location::file(path),
        Ok("postgres") => {
            let mut databases = DATABASES.lock().unwrap();
            databases.entry(path.as_ref().to_owned()).or_insert_with(|| postgres::place().location).clone()
        }
        Ok(other) => panic!("VISITE_TEST_ENGINE is {other}: sqlite or postgres"),
    }
}
