//! Plans messages: one job for each address that wants to know.

use super::HookEvent;
use crate::jobs::plan::Kind;
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use visite_facts::{Assessment, Finding, Word};
use visite_store::{FindingChange, FindingEventKind, JobId, NewJob, PracticeStore, StoreError, Webhook};

/// Most findings that one message names; how many there are stands beside them.
const MOST: usize = 500;

/// Field of a job's input: the webhook.
pub const HOOK: &str = "hook";
/// Field of a job's input: the id of the message, the same however often it is sent.
pub const MESSAGE: &str = "message";
/// Field of a job's input: the body of the message.
pub const BODY: &str = "body";

/// Tells all that want to know; `what` names the very thing that happened, so that telling it twice is telling it once.
///
/// # Errors
///
/// If the store fails.
pub async fn tell(
    practice: &PracticeStore,
    event: HookEvent,
    what: &str,
    data: &Json,
    now: Timestamp,
) -> Result<(), StoreError> {
    for hook in practice.webhooks().await? {
        if hook.events.iter().any(|word| word == event.word()) {
            message(practice, &hook, event.word(), what, data, now).await?;
        }
    }
    Ok(())
}

/// Plans a message to one address.
///
/// # Errors
///
/// If the store fails.
pub async fn message(
    practice: &PracticeStore,
    hook: &Webhook,
    kind: &str,
    what: &str,
    data: &Json,
    now: Timestamp,
) -> Result<JobId, StoreError> {
    let digest = Sha256::digest(format!("{} {} {kind} {what}", practice.id(), hook.id));
    let name = HEXLOWER.encode(digest.get(..16).unwrap_or_default());
    let mut data = data.clone();
    data["practice"] = practice.id().as_str().into();
    let body = json!({ "type": kind, "timestamp": now, "data": data }).to_string();
    let job = NewJob {
        id: JobId::new(format!("notify-{name}"))?,
        kind: Kind::Notify.word().to_owned(),
        input: json!({ HOOK: hook.id, MESSAGE: format!("msg_{name}"), BODY: body }),
        due_at: now,
    };
    practice.plan_job(&job, now).await?;
    Ok(job.id)
}

/// A finding, as a message names it. Titles may hold names: whoever gets the id may ask for more.
pub fn named(finding: &Finding) -> Json {
    json!({
        "id": finding.id,
        "check": finding.check,
        "device": finding.subject,
        "severity": finding.effective_severity,
        "state": finding.state,
    })
}

/// Tells what a round changed.
///
/// # Errors
///
/// If the store fails.
pub async fn round(
    practice: &PracticeStore,
    assessment: &Assessment,
    changes: &[FindingChange],
    now: Timestamp,
) -> Result<(), StoreError> {
    let round = &assessment.round.id;
    for (event, kinds) in [
        (HookEvent::FindingOpened, &[FindingEventKind::Opened, FindingEventKind::Reopened][..]),
        (HookEvent::FindingFixed, &[FindingEventKind::Fixed]),
        (HookEvent::FindingAccepted, &[FindingEventKind::Accepted]),
    ] {
        let is_among = |id: &str| changes.iter().any(|change| change.finding == id && kinds.contains(&change.kind));
        let changed: Vec<Json> = assessment.findings.iter().filter(|one| is_among(&one.id)).map(named).collect();
        if !changed.is_empty() {
            let named = &changed[..changed.len().min(MOST)];
            let data = json!({ "round": round, "count": changed.len(), "findings": named });
            tell(practice, event, round, &data, now).await?;
        }
    }
    let data = json!({ "round": round, "at": assessment.round.at, "summary": assessment.summary });
    tell(practice, HookEvent::RoundFinished, round, &data, now).await
}
