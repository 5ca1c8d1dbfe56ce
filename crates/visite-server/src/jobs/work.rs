//! One job in the hands of this node: what it needs, and how it may end.

use super::plan::Kind;
use super::progress::{Progress, Shown};
use super::{clean_up, judge, look, round};
use crate::web::app::App;
use jiff::SignedDuration;
use serde_json::Value as Json;
use std::sync::Arc;
use visite_facts::{Text, Word};
use visite_store::{Job, PracticeStore, StoreError};

/// Looks at the machine on which this runs.
pub type Look = Arc<visite_agent::Look>;

/// A job that this node does.
#[derive(Clone)]
pub struct Work {
    /// The server.
    pub app: App,
    /// How to look at this machine.
    pub look: Look,
    /// What is to be done.
    pub job: Job,
    /// What it shows meanwhile.
    pub shown: Arc<Shown>,
}

/// How work ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// It is done; what came of it.
    Done(Progress),
    /// It goes on after this time, on any node.
    Later(SignedDuration),
}

/// Why work did not end well.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The store did not do its part.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// It cannot be done; why, and what to do next.
    #[error("{}", .0.en)]
    Refused(Text),
    /// A part of it broke off.
    #[error("a part of it broke off")]
    Broken(#[from] tokio::task::JoinError),
}

impl Trouble {
    /// Why it cannot be done, and what to do next.
    pub fn refused(de: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Refused(Text::new(de, en))
    }

    /// Whether the same may succeed later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_passing())
    }

    /// For people.
    pub fn text(&self) -> Text {
        match self {
            Self::Store(error) => error.text(),
            Self::Refused(text) => text.clone(),
            Self::Broken(_) => Text::new(
                "Ein Teil der Arbeit ist abgebrochen. Bitte noch einmal versuchen; bleibt es dabei, bitte das Protokoll melden.",
                "A part of the work broke off. Please try again; if it stays like this, please report the log.",
            ),
        }
    }
}

impl Work {
    /// The practice for which it is done.
    ///
    /// # Errors
    ///
    /// If it is for the whole installation.
    pub fn practice(&self) -> Result<PracticeStore, Trouble> {
        let practice = self.job.practice.clone().ok_or_else(|| {
            Trouble::refused("Diese Arbeit gehört zu keiner Praxis.", "This work belongs to no practice.")
        })?;
        Ok(self.app.store().practice(practice))
    }

    /// A field of its input.
    pub fn input(&self, field: &str) -> Option<&str> {
        self.job.input.get(field).and_then(Json::as_str)
    }

    /// Does it.
    ///
    /// # Errors
    ///
    /// If it cannot be done.
    pub async fn go(self) -> Result<End, Trouble> {
        match Kind::from_word(&self.job.kind) {
            Some(Kind::Look) => look::go(&self).await,
            Some(Kind::Judge) => judge::go(&self).await,
            Some(Kind::Round) => round::go(&self).await,
            Some(Kind::CleanUp) => clean_up::go(&self).await,
            Some(Kind::Notify) => crate::hooks::deliver::go(&self).await,
            #[cfg(feature = "scan")]
            Some(Kind::Scan) => super::scan::go(&self).await,
            #[cfg(not(feature = "scan"))]
            Some(Kind::Scan) => Err(Trouble::refused(
                "Dieses Visite kann keine Netze untersuchen. Bitte die vollständige Fassung einsetzen.",
                "This Visite cannot examine networks. Please use the complete edition.",
            )),
            None => Err(Trouble::refused(
                "Diese Arbeit kennt dieses Programm nicht. Bitte alle Server auf denselben Stand bringen.",
                "This program does not know this work. Please bring all servers to the same version.",
            )),
        }
    }
}
