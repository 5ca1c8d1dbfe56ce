//! Writing a batch of deliveries: reads the rows that it touches, applies one after the other, writes what changed.

use super::batch::{self, Changes, Rows};
use super::{Receipt, Waiting};
use crate::database::{Database, Write, insert_new, upsert};
use crate::entity::{agent, body, observation, practice, snapshot, subject};
use crate::{StoreError, settings};
use sea_orm::sea_query::{Expr, ExprTrait, LockType};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::BTreeSet;

/// Rows that are written or read with one statement; each column is a parameter, of which SQLite takes 32,766.
const PAGE: usize = 500;

/// Writes all of them and answers each.
///
/// If they cannot be written together, each is tried alone, so that one that the database refuses does not take the
/// others with it. Not so if the database itself is full or gone: then all would fail again.
pub async fn all(db: &Database, mut waiting: Vec<Waiting>) {
    waiting.sort_by(|a, b| {
        let key = |one: &Waiting| (one.practice.clone(), one.agent.clone(), one.delivery.epoch, one.delivery.sequence);
        key(a).cmp(&key(b))
    });
    match together(db, &waiting).await {
        Ok(receipts) => {
            for (one, receipt) in waiting.into_iter().zip(receipts) {
                answer(one, receipt);
            }
        }
        Err(error) if waiting.len() == 1 || error.is_passing() => {
            let mut error = Some(error);
            for one in waiting {
                // The first gets the error itself; errors of the database cannot be copied.
                let error = error.take().unwrap_or(StoreError::Unreachable("the batch before it failed".into()));
                answer(one, Err(error));
            }
        }
        Err(_) => {
            for one in waiting {
                let receipt = match together(db, std::slice::from_ref(&one)).await {
                    Ok(mut receipts) => receipts.pop().unwrap_or(Err(StoreError::Closed)),
                    Err(error) => Err(error),
                };
                answer(one, receipt);
            }
        }
    }
}

/// Whoever waited may be gone, e.g. because a connection broke; the agent delivers again and is answered then.
fn answer(one: Waiting, receipt: Result<Receipt, StoreError>) {
    if one.answer.send(receipt).is_err() {
        tracing::debug!(practice.id = %one.practice, agent.id = %one.agent, "nobody waits for the receipt any more");
    }
}

/// Writes all of them in one transaction, or none. Inside, each may be refused for its own reason.
async fn together(db: &Database, waiting: &[Waiting]) -> Result<Vec<Result<Receipt, StoreError>>, StoreError> {
    let tx = db.write().await?;
    let mut rows = read(&tx, waiting).await?;
    let mut changes = Changes::default();
    let receipts = waiting
        .iter()
        .map(|one| {
            let whose = (one.practice.to_string(), one.agent.to_string());
            batch::apply(&mut rows, &mut changes, &whose, &one.delivery)
        })
        .collect();
    write(&tx, rows, changes).await?;
    tx.commit().await?;
    Ok(receipts)
}

async fn read(tx: &Write, waiting: &[Waiting]) -> Result<Rows, StoreError> {
    let practices: BTreeSet<&str> = waiting.iter().map(|one| one.practice.as_str()).collect();
    // Two nodes that deliver for the same practices lock them in the same order.
    let locked = practice::Entity::find()
        .filter(practice::Column::Practice.is_in(practices))
        .filter(practice::Column::DeletedAt.is_null())
        .order_by_asc(practice::Column::Practice)
        .lock(LockType::NoKeyUpdate)
        .all(&**tx)
        .await?;
    let live: BTreeSet<String> = locked.into_iter().map(|row| row.practice).collect();
    let mut rows = Rows { epoch: settings::epoch(&**tx).await?, ..Rows::default() };
    let mut agents = BTreeSet::new();
    let mut bodies = BTreeSet::new();
    let mut subjects = BTreeSet::new();
    for one in waiting.iter().filter(|one| live.contains(one.practice.as_str())) {
        let practice = one.practice.to_string();
        agents.insert((practice.clone(), one.agent.to_string()));
        for delivered in &one.delivery.snapshots {
            bodies.insert((practice.clone(), delivered.hash.clone()));
            subjects.insert((practice.clone(), delivered.subject.0.clone()));
        }
    }
    for page in pages(&agents) {
        let columns = pair(agent::Column::Practice, agent::Column::Agent);
        let found = agent::Entity::find().filter(columns.in_tuples(page)).all(&**tx).await?;
        rows.agents.extend(found.into_iter().map(|row| ((row.practice.clone(), row.agent.clone()), row)));
    }
    for page in pages(&bodies) {
        let columns = pair(body::Column::Practice, body::Column::Hash);
        let found: Vec<(String, String, bool)> = body::Entity::find()
            .select_only()
            .columns([body::Column::Practice, body::Column::Hash, body::Column::IsBlanked])
            .filter(columns.in_tuples(page))
            .into_tuple()
            .all(&**tx)
            .await?;
        rows.bodies.extend(found.into_iter().map(|(practice, hash, is_blanked)| ((practice, hash), !is_blanked)));
    }
    for page in pages(&subjects) {
        let columns = pair(subject::Column::Practice, subject::Column::Subject);
        let found = subject::Entity::find().filter(columns.in_tuples(page.clone())).all(&**tx).await?;
        rows.subjects.extend(found.into_iter().map(|row| ((row.practice.clone(), row.subject.clone()), row)));
        let columns = pair(snapshot::Column::Practice, snapshot::Column::Subject);
        let found = snapshot::Entity::find().filter(columns.in_tuples(page)).all(&**tx).await?;
        rows.snapshots.extend(
            found.into_iter().map(|row| ((row.practice.clone(), row.subject.clone(), row.collector.clone()), row)),
        );
    }
    Ok(rows)
}

async fn write(tx: &Write, mut rows: Rows, changes: Changes) -> Result<(), StoreError> {
    upsert::<body::Entity, _>(tx, changes.bodies.into_values().collect()).await?;
    let subjects = changes.subjects.into_iter().filter_map(|key| rows.subjects.remove(&key));
    upsert::<subject::Entity, _>(tx, subjects.collect()).await?;
    let snapshots = changes.snapshots.into_iter().filter_map(|key| rows.snapshots.remove(&key));
    upsert::<snapshot::Entity, _>(tx, snapshots.collect()).await?;
    // Of two at the same time the first stays: repeating changes nothing.
    insert_new::<observation::Entity, _>(tx, changes.observations.into_values().collect()).await?;
    let agents = changes.agents.into_iter().filter_map(|key| rows.agents.remove(&key));
    upsert::<agent::Entity, _>(tx, agents.collect()).await
}

fn pair(a: impl ColumnTrait, b: impl ColumnTrait) -> Expr {
    Expr::tuple([Expr::col(a), Expr::col(b)])
}

fn pages(keys: &BTreeSet<(String, String)>) -> Vec<Vec<(String, String)>> {
    let keys: Vec<_> = keys.iter().cloned().collect();
    keys.chunks(PAGE).map(<[_]>::to_vec).collect()
}
