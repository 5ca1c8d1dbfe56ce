//! Tells people by mail what cannot wait: one mail a cause, and over when it was measured to be.
//!
//! [`decide`] says what is the matter, purely; [`administrators`] who has become one; [`mail`] says it to people; [`update`] keeps what is
//! open and who was told.

pub mod administrators;
pub mod decide;
pub mod mail;

use crate::hooks::HookEvent;
use crate::hooks::plan::tell;
use crate::web::app::App;
use administrators::new_administrators;
use decide::{Cause, Concern, decide};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use visite_facts::{Assessment, Text, Word};
use visite_store::{PracticeStore, StoreError};

/// Opens what is new, resolves what is over, and tells whom the practice named. What could not be told is told the next
/// time.
///
/// # Errors
///
/// If the store fails. A mail that fails is an entry in the log.
pub async fn update(app: &App, practice: &PracticeStore, assessment: &Assessment) -> Result<(), StoreError> {
    let now = app.now();
    let new = new_administrators(practice, now).await?;
    let concerns = decide(assessment, &practice.agents().await?, &new, now);
    let wanted: BTreeSet<(&str, &str)> =
        concerns.iter().map(|concern| (concern.cause.word(), concern.subject.as_str())).collect();
    for alert in practice.alerts(true).await? {
        if !wanted.contains(&(alert.cause.as_str(), alert.subject.as_str())) {
            practice.resolve_alert(&alert.cause, &alert.subject, now).await?;
        }
    }
    for concern in &concerns {
        let detail = json!({ "what": concern.what });
        let is_new = practice.open_alert(concern.cause.word(), &concern.subject, &detail, now).await?;
        if is_new && concern.cause == Cause::AgentSilent {
            let (agent, what) = (&concern.subject, format!("{} {now}", concern.subject));
            tell(practice, HookEvent::AgentSilent, &what, &json!({ "agent": agent }), now).await?;
        }
    }
    let untold: BTreeSet<(String, String)> = practice
        .alerts(true)
        .await?
        .into_iter()
        .filter(|alert| alert.told_at.is_none())
        .map(|alert| (alert.cause, alert.subject))
        .collect();
    let mut by_cause: BTreeMap<Cause, Vec<&Concern>> = BTreeMap::new();
    for concern in &concerns {
        if untold.contains(&(concern.cause.word().to_owned(), concern.subject.clone())) {
            by_cause.entry(concern.cause).or_default().push(concern);
        }
    }
    if by_cause.is_empty() {
        return Ok(());
    }
    let info = practice.info().await?;
    let Some(post) = mail::Post::of(app, &info).await? else { return Ok(()) };
    for (cause, concerns) in by_cause {
        let what: Vec<&Text> = concerns.iter().map(|concern| &concern.what).collect();
        if let Err(error) = post.send(cause, &what).await {
            tracing::warn!(practice.id = %practice.id(), %error, "an alert could not be sent by mail");
            continue;
        }
        for concern in concerns {
            practice.tell_alert(cause.word(), &concern.subject, now).await?;
        }
    }
    Ok(())
}
