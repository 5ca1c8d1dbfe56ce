//! Plans what is due by itself: rounds of all practices, the examination of released networks, and cleaning up.
//!
//! Every node plans; the ids of jobs see to it that each is planned once.

use super::plan;
use super::schedule::{Calendar, Due};
use super::worker::stopping;
use crate::login::first::stands_in_practice;
use crate::web::app::App;
use jiff::Timestamp;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::watch;
use visite_store::{JobId, Practice as Kept, PracticeId, StoreError};
use visite_target::Practice;

/// How often it is looked whether something is due.
const EVERY: Duration = Duration::from_secs(20);

/// What a node remembers, so that it neither reads nor plans the same again and again.
#[derive(Default)]
pub struct Planner {
    practices: BTreeMap<PracticeId, Known>,
    cleaned_up: Option<JobId>,
}

struct Known {
    /// Of the practice file, if there is one.
    hash: Option<String>,
    settings: Json,
    calendar: Calendar,
    /// What was planned last.
    planned: Option<Due>,
}

/// Plans until the node stops. In a practice of its own, a round begins when the server starts.
pub(super) async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    // What a demo shows changes only when somebody asks.
    if app.demo() {
        return stopping(&mut stopped).await;
    }
    let mut planner = Planner::default();
    if let Err(error) = at_start(&app).await {
        tracing::warn!(error = error.chain(), "the round at the start could not be planned");
    }
    loop {
        if let Err(error) = planner.plan(&app).await {
            tracing::warn!(error = error.chain(), "what is due could not be planned");
        }
        tokio::select! {
            () = stopping(&mut stopped) => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn at_start(app: &App) -> Result<(), StoreError> {
    for practice in app.store().practices().await? {
        if stands_in_practice(app.store(), &practice.id).await? {
            plan::round(&app.store().practice(practice.id), None, app.now()).await?;
        }
    }
    Ok(())
}

impl Planner {
    /// Plans what is due now and was not planned before.
    ///
    /// # Errors
    ///
    /// If the store fails; what was not planned then is planned the next time.
    pub async fn plan(&mut self, app: &App) -> Result<(), StoreError> {
        let now = app.now();
        let today = plan::clean_up_id(now)?;
        if self.cleaned_up.as_ref() != Some(&today) {
            plan::clean_up(app.store(), now).await?;
            self.cleaned_up = Some(today);
        }
        let practices = app.store().practices().await?;
        self.practices.retain(|id, _| practices.iter().any(|practice| practice.id == *id));
        for practice in practices {
            let scans = cfg!(feature = "scan") && stands_in_practice(app.store(), &practice.id).await?;
            self.plan_for(app, practice, scans, now).await?;
        }
        Ok(())
    }

    async fn plan_for(&mut self, app: &App, practice: Kept, scans: bool, now: Timestamp) -> Result<(), StoreError> {
        let hash = practice.file.as_ref().map(|file| file.hash.clone());
        let known = self.practices.remove(&practice.id);
        let planned = known.as_ref().and_then(|known| known.planned);
        let known = known.filter(|known| known.hash == hash && known.settings == practice.settings);
        let mut known = known.unwrap_or_else(|| {
            // A file that cannot be read says nothing; judging tells what is wrong with it.
            let said = practice.file.and_then(|file| Practice::from_yaml(&file.text, "practice.yaml").ok());
            let calendar = Calendar::new(said, &practice.settings, &practice.time_zone);
            Known { hash, settings: practice.settings, calendar, planned }
        });
        let due = known.calendar.latest(now).filter(|due| due.at > practice.created_at);
        if let Some(due) = due.filter(|due| known.planned != Some(*due)) {
            let store = app.store().practice(practice.id.clone());
            plan::round_at(&store, due.at, now).await?;
            if scans {
                for scan in known.calendar.scans(due, now) {
                    plan::scan_at(&store, &scan, due.at, now).await?;
                }
            }
            known.planned = Some(due);
        }
        self.practices.insert(practice.id, known);
        Ok(())
    }
}
