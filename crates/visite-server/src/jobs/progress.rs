//! How far a job is, for people who watch it.

use serde::Serialize;
use serde_json::Value as Json;
use std::sync::{Mutex, PoisonError};
use visite_facts::Text;

/// How far a job is, and what came of it once it is done. Pages read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Steps that are done.
    pub done: u32,
    /// Steps in all.
    pub all: u32,
    /// What it does just now, or what came of it, in a sentence.
    pub now: Text,
    /// Seconds that it probably still takes, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_left: Option<u64>,
}

impl Progress {
    /// So many steps of all are done.
    pub fn new(done: u32, all: u32, de: impl Into<String>, en: impl Into<String>) -> Self {
        Self { done, all, now: Text::new(de, en), seconds_left: None }
    }

    /// As a job keeps it.
    pub fn to_json(&self) -> Json {
        // Texts and numbers always are JSON.
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// What a job shows while it is done.
#[derive(Debug)]
pub struct Shown(Mutex<Json>);

impl Shown {
    /// What it showed when it was begun or continued.
    pub fn new(before: Json) -> Self {
        Self(Mutex::new(before))
    }

    /// Shows something else from now on.
    pub fn show(&self, progress: &Progress) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = progress.to_json();
    }

    /// What it shows.
    pub fn json(&self) -> Json {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
