//! Judges what is known of a practice, and keeps the round.

use super::progress::Progress;
use super::work::{End, Trouble, Work};
use crate::alerts;
use crate::hooks;
use crate::web::app::App;
use std::sync::Arc;
use visite_assess::{Input, assess};
use visite_facts::{Assessment, FindingState, Text};
use visite_store::{PracticeStore, StoreError};
use visite_target::Practice;

/// The job.
///
/// # Errors
///
/// If the practice file is not valid, or the store fails.
pub async fn go(work: &Work) -> Result<End, Trouble> {
    let practice = work.practice()?;
    work.shown.show(&Progress::new(0, 1, "Visite beurteilt, was bekannt ist.", "Visite is judging what is known."));
    judge(&work.app, &practice).await.map(|assessment| End::Done(told(&assessment, 1)))
}

/// What came of judging, in a sentence, after so many steps.
pub fn told(assessment: &Assessment, steps: u32) -> Progress {
    let open = assessment.findings.iter().filter(|finding| is_open(finding.state)).count();
    let (devices, subjects) = (assessment.subjects.len(), assessment.subjects.len() != 1);
    let de = format!("Beurteilt: {devices} {}, {open} offen.", if subjects { "Geräte" } else { "Gerät" });
    let en = format!("Judged: {devices} {}, {open} open.", if subjects { "devices" } else { "device" });
    Progress::new(steps, steps, de, en)
}

fn is_open(state: FindingState) -> bool {
    matches!(state, FindingState::Open | FindingState::Reopened)
}

/// Judges what is known now, keeps the round, and tells what cannot wait.
///
/// # Errors
///
/// If the practice file is not valid, or the store fails.
pub async fn judge(app: &App, practice: &PracticeStore) -> Result<Arc<Assessment>, Trouble> {
    // Before anything is read: the next job of this id reads what changes from here on.
    let now = app.now();
    let said = said(practice).await?;
    let snapshots = practice.snapshots().await?;
    let acceptances = practice.acceptances().await?;
    let previous = practice.previous_findings().await?;
    let catalog = app.catalog().clone();
    let judging = tokio::task::spawn_blocking(move || {
        assess(&Input {
            catalog: &catalog,
            practice: said.as_ref(),
            snapshots: &snapshots,
            acceptances: &acceptances,
            previous: &previous,
            now,
        })
    });
    let assessment = Arc::new(judging.await?);
    match practice.save_round(&assessment).await {
        // The same was judged at the same moment: by this job, before its node died.
        Ok(changes) => hooks::plan::round(practice, &assessment, &changes, now).await?,
        Err(StoreError::AlreadyThere { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    alerts::update(app, practice, &assessment).await?;
    Ok(assessment)
}

/// What the practice says about itself.
///
/// # Errors
///
/// If the practice file is not valid, or the store fails.
pub async fn said(practice: &PracticeStore) -> Result<Option<Practice>, Trouble> {
    let Some(file) = practice.info().await?.file else { return Ok(None) };
    let read = Practice::from_yaml(&file.text, "practice.yaml");
    read.map(Some).map_err(|mistakes| {
        let first = mistakes.first().map_or_else(|| Text::new("", ""), |mistake| mistake.message.clone());
        Trouble::refused(
            format!("Die Praxisdatei lässt sich nicht lesen: {}. Bitte in den Einstellungen berichtigen.", first.de),
            format!("The practice file cannot be read: {}. Please correct it in the settings.", first.en),
        )
    })
}
