//! How the agent is, in a file beside its keys: for `visite agent status`, which asks nobody.

use crate::files;
use crate::identity::Home;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::io;
use visite_facts::Text;

const MAX_BYTES: u64 = 64 * 1024;

/// How the agent is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Version of the program that ran last.
    pub version: String,
    /// When it started.
    pub started_at: Option<Timestamp>,
    /// When it last looked.
    pub looked_at: Option<Timestamp>,
    /// When the server last took something.
    pub delivered_at: Option<Timestamp>,
    /// How many deliveries wait.
    pub waiting: usize,
    /// What is wrong at the moment.
    pub problem: Option<Text>,
    /// How much of what the server sent this version did not know, since its start.
    pub dropped: usize,
}

impl Status {
    /// Reads it; an absent file is a status of which nothing is known.
    pub fn read(home: &Home) -> io::Result<Self> {
        match files::read_bounded(&home.status(), MAX_BYTES) {
            // What is damaged is written anew with the next look.
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    /// Writes it.
    pub fn write(&self, home: &Home) -> io::Result<()> {
        let json = serde_json::to_vec_pretty(self)?;
        files::write_whole(&home.status(), &json)
    }
}
