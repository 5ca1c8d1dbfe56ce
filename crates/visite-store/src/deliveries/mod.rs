//! What agents deliver. A delivery counts once for each agent, epoch and sequence number.
//!
//! Deliveries that wait at the same time are written together and share one commit ([`Writer`]); each is answered only
//! after that commit is on the disk. Which rows change is decided in [`batch`], without the database.

mod batch;
mod numbers;
mod write;

use crate::database::Database;
use crate::{AgentId, PracticeId, PracticeStore, StoreError};
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use visite_facts::{Snapshot, SubjectId};

/// Deliveries that may wait for the writer; whoever comes then waits to be let in.
const QUEUE: usize = 1024;
/// Most deliveries that share one commit.
const BATCH: usize = 256;
/// Most snapshots of one delivery.
pub const MAX_SNAPSHOTS: usize = 20_000;

/// What an agent delivers at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The epoch of the server as the agent knows it.
    pub epoch: i64,
    /// Its number in this epoch, from 1.
    pub sequence: i64,
    /// When the server received it.
    pub received_at: Timestamp,
    /// Version of the agent's program.
    pub version: String,
    /// Whether it holds everything that the agent sees now.
    pub full: bool,
    /// Whether something that the agent saw was lost before it could deliver it.
    pub gap: bool,
    /// What it saw.
    pub snapshots: Vec<DeliveredSnapshot>,
}

/// One snapshot of a delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveredSnapshot {
    /// By what the sender names the content: its SHA-256, which the caller has compared with what came.
    pub hash: String,
    /// When it was observed, by the sender's clock.
    pub observed_at: Timestamp,
    /// What was looked at.
    pub subject: SubjectId,
    /// Which collector looked.
    pub collector: String,
    /// The snapshot with its content, of this subject and collector; `None` if the sender believes that the store has it.
    pub body: Option<Snapshot>,
}

/// The answer to a delivery, after which the sender need not keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its number.
    pub acknowledged: i64,
    /// Whether it counted; `false` if it had been counted before or a content is missing, and nothing changed.
    pub counted: bool,
    /// The epoch of the server.
    pub epoch: i64,
    /// Hashes of contents that the store does not have. Those that came are kept; the delivery counts when it comes again
    /// with the others.
    pub missing: Vec<String>,
    /// Whether a subject shows something else than before, so that judging again is worth it.
    pub changed: bool,
}

/// A delivery that waits, with whoever waits for its answer.
pub struct Waiting {
    practice: PracticeId,
    agent: AgentId,
    delivery: Delivery,
    answer: oneshot::Sender<Result<Receipt, StoreError>>,
}

/// The way to the task that writes deliveries. The task ends when the last way to it is gone.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Waiting>,
}

impl Writer {
    /// Starts the task.
    pub fn start(db: Database) -> Self {
        let (queue, mut waiting) = mpsc::channel(QUEUE);
        tokio::spawn(async move {
            let mut batch = Vec::new();
            // Ends with the last sender: then nobody can wait any more.
            while waiting.recv_many(&mut batch, BATCH).await > 0 {
                write::all(&db, std::mem::take(&mut batch)).await;
            }
        });
        Self { queue }
    }

    async fn deliver(&self, practice: PracticeId, agent: AgentId, delivery: Delivery) -> Result<Receipt, StoreError> {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { practice, agent, delivery, answer };
        self.queue.send(waiting).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }
}

impl PracticeStore {
    /// Keeps what an agent delivers. The answer comes after it is safe on the disk.
    ///
    /// The newest snapshot of a subject and collector is the one that was observed last; what arrives late becomes part
    /// of the history. Errors: [`StoreError::NotFound`] and [`StoreError::Revoked`] for the agent,
    /// [`StoreError::Invalid`] for what cannot be kept.
    pub async fn deliver(&self, agent: &AgentId, delivery: Delivery) -> Result<Receipt, StoreError> {
        check(&delivery)?;
        self.writer.deliver(self.id.clone(), agent.clone(), delivery).await
    }
}

fn check(delivery: &Delivery) -> Result<(), StoreError> {
    let invalid = |de: &str, en: &str| Err(StoreError::invalid("delivery", de, en));
    if delivery.sequence < 1 || delivery.epoch < 0 {
        return invalid("die Nummern beginnen bei 1", "the numbers begin at 1");
    }
    if delivery.snapshots.len() > MAX_SNAPSHOTS {
        return invalid("es sind zu viele Aufnahmen", "there are too many snapshots");
    }
    for snapshot in &delivery.snapshots {
        let is_line =
            |text: &str, most: usize| !text.is_empty() && text.len() <= most && !text.chars().any(char::is_control);
        let is_hash = snapshot.hash.len() == 64 && snapshot.hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hash || !is_line(&snapshot.collector, 100) || !is_line(&snapshot.subject.0, 100) {
            return invalid("eine Aufnahme ist nicht richtig benannt", "a snapshot is not named properly");
        }
        let Some(body) = &snapshot.body else { continue };
        if (&body.subject.id, &body.collector) != (&snapshot.subject, &snapshot.collector) {
            return invalid("eine Aufnahme ist von etwas anderem", "a snapshot is of something else");
        }
        if body.subject.name.len() > 1000 || body.subject.name.contains('\0') {
            return invalid("ein Gerät ist nicht richtig benannt", "a subject is not named properly");
        }
    }
    Ok(())
}
