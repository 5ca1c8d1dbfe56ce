//! Looks at the machine on which the server runs. It is the first agent of the practice, without certificate and network.

use super::plan;
use super::progress::Progress;
use super::work::{End, Trouble, Work};
use jiff::Timestamp;
use serde_json::json;
use visite_agent::protocol::{Hash, content_of};
use visite_facts::{Snapshot, SubjectKind};
use visite_store::{
    Agent, AgentId, AuditEvent, DeliveredSnapshot, Delivery, NewAgent, PracticeStore, Receipt, StoreError,
};

/// The id of the agent that is the server itself.
pub const THIS_MACHINE: &str = "this-machine";
/// Who stands in the audit log for what the server does by itself.
pub const SERVER: &str = "server";
/// It has no certificate, and so none that ends: the year 2200.
const NEVER: Timestamp = Timestamp::constant(7_258_118_400, 0);
/// Tries to find a free number, if two looks end at the same time.
const NUMBERS: usize = 5;

/// The job: looks, keeps, and plans judging if something changed.
///
/// # Errors
///
/// If nothing can be kept.
pub async fn go(work: &Work) -> Result<End, Trouble> {
    let practice = work.practice()?;
    work.shown.show(&Progress::new(0, 1, "Visite sieht diesen Computer an.", "Visite is looking at this computer."));
    let receipt = look(work, &practice).await?;
    if receipt.changed {
        plan::judge(&practice, work.app.now()).await?;
    }
    Ok(End::Done(Progress::new(1, 1, "Dieser Computer ist angesehen.", "This computer was looked at.")))
}

/// Looks at this machine and keeps what was seen.
///
/// # Errors
///
/// If nothing can be kept, or the access of this machine was ended.
pub async fn look(work: &Work, practice: &PracticeStore) -> Result<Receipt, Trouble> {
    let (look, now) = (work.look.clone(), work.app.now());
    let snapshots = tokio::task::spawn_blocking(move || look(now)).await?;
    keep(work, practice, &snapshots).await
}

/// Keeps what this machine saw, of itself or of the network, as its agent.
///
/// # Errors
///
/// If nothing can be kept, or the access of this machine was ended.
pub async fn keep(work: &Work, practice: &PracticeStore, snapshots: &[Snapshot]) -> Result<Receipt, Trouble> {
    let now = work.app.now();
    let epoch = work.app.store().epoch().await?;
    for _ in 0..NUMBERS {
        let agent = own_agent(practice, snapshots, now).await?;
        let delivery = delivery(snapshots, epoch, agent.last_sequence, now);
        let receipt = practice.deliver(&agent.id, delivery).await?;
        if receipt.counted {
            return Ok(receipt);
        }
    }
    Err(Trouble::refused(
        "Mehrere Server sehen denselben Computer zugleich an. Bitte nur einen davon ansehen lassen.",
        "Several servers look at the same computer at once. Please let only one of them look.",
    ))
}

/// The agent that is this machine; it is made when it is needed first.
async fn own_agent(practice: &PracticeStore, snapshots: &[Snapshot], now: Timestamp) -> Result<Agent, StoreError> {
    let id = AgentId::new(THIS_MACHINE)?;
    match practice.agent(&id).await {
        Err(StoreError::NotFound { .. }) => {}
        other => return other,
    }
    let name = snapshots.iter().map(|snapshot| &snapshot.subject).find(|subject| subject.kind == SubjectKind::Host);
    let new = NewAgent {
        id: id.clone(),
        name: name.map_or_else(|| "Visite".to_owned(), |subject| subject.name.clone()),
        serial: String::new(),
        expires_at: NEVER,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        medical_device: false,
    };
    let event = AuditEvent::new(now, SERVER, Some(practice.id()), "agent.enrolled");
    match practice.create_agent(&event.with(json!({ "name": new.name })), &new).await {
        // Another node was quicker.
        Ok(()) | Err(StoreError::AlreadyThere { .. }) => practice.agent(&id).await,
        Err(error) => Err(error),
    }
}

/// A delivery of everything that was seen, with the contents.
pub(crate) fn delivery(snapshots: &[Snapshot], epoch: i64, last: i64, now: Timestamp) -> Delivery {
    let entry = |snapshot: &Snapshot| DeliveredSnapshot {
        hash: Hash::of(content_of(snapshot).as_bytes()).to_string(),
        observed_at: snapshot.observed_at,
        subject: snapshot.subject.id.clone(),
        collector: snapshot.collector.clone(),
        body: Some(snapshot.clone()),
    };
    Delivery {
        epoch,
        sequence: last.saturating_add(1),
        received_at: now,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        full: true,
        gap: false,
        snapshots: snapshots.iter().map(entry).collect(),
    }
}
