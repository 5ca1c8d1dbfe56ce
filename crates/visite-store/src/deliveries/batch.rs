//! Which rows a batch of deliveries changes. Pure: rows as they are go in, rows as they shall be come out.

use super::numbers::Numbers;
use super::{DeliveredSnapshot, Delivery, Receipt};
use crate::agents::AgentState;
use crate::entity::{agent, body, observation, snapshot, subject};
use crate::snapshots::{content, identifiers_json};
use crate::{StoreError, micros};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use visite_facts::{SubjectKind, Word};

/// Practice and hash.
pub type BodyKey = (String, String);
/// Practice and id.
pub type Key = (String, String);
/// Practice, subject, collector.
pub type SnapshotKey = (String, String, String);

/// The rows that a batch touches.
#[derive(Default)]
pub struct Rows {
    /// The epoch of the server.
    pub epoch: i64,
    /// Agents that deliver.
    pub agents: BTreeMap<Key, agent::Model>,
    /// Contents that are there; `true` if they still are whole.
    pub bodies: BTreeMap<BodyKey, bool>,
    /// Subjects that are there.
    pub subjects: BTreeMap<Key, subject::Model>,
    /// Newest snapshots that are there.
    pub snapshots: BTreeMap<SnapshotKey, snapshot::Model>,
}

/// The rows that have to be written.
#[derive(Default)]
pub struct Changes {
    /// Contents that are new, or whole again.
    pub bodies: BTreeMap<BodyKey, body::Model>,
    /// Keys of changed rows of [`Rows::subjects`].
    pub subjects: BTreeSet<Key>,
    /// Keys of changed rows of [`Rows::snapshots`].
    pub snapshots: BTreeSet<SnapshotKey>,
    /// What becomes history.
    pub observations: BTreeMap<(SnapshotKey, i64), observation::Model>,
    /// Keys of changed rows of [`Rows::agents`].
    pub agents: BTreeSet<Key>,
}

/// Applies one delivery of the agent `whose` (practice and agent).
pub fn apply(rows: &mut Rows, changes: &mut Changes, whose: &Key, delivery: &Delivery) -> Result<Receipt, StoreError> {
    let Some(agent) = rows.agents.get_mut(whose) else { return Err(StoreError::not_found("agent", &whose.1)) };
    if agent.state != AgentState::Active.word() {
        return Err(StoreError::Revoked { agent: agent.agent.clone() });
    }
    changes.agents.insert(whose.clone());
    let mut receipt = Receipt {
        acknowledged: delivery.sequence,
        counted: false,
        epoch: rows.epoch,
        missing: Vec::new(),
        changed: false,
    };
    let Some(seen) = number(agent, delivery)? else { return Ok(receipt) };
    receipt.missing = contents(rows, changes, whose, delivery);
    if !receipt.missing.is_empty() {
        return Ok(receipt);
    }
    receipt.counted = true;
    if let Some(agent) = rows.agents.get_mut(whose) {
        count(agent, delivery, &seen);
    }
    for one in &delivery.snapshots {
        see(rows, changes, whose, delivery, one)?;
        receipt.changed |= place(rows, changes, whose, delivery, one);
    }
    Ok(receipt)
}

/// Keeps the contents that came, and names those that are not there.
fn contents(rows: &mut Rows, changes: &mut Changes, whose: &Key, delivery: &Delivery) -> Vec<String> {
    let mut missing = Vec::new();
    for one in &delivery.snapshots {
        let key = (whose.0.clone(), one.hash.clone());
        let is_whole = rows.bodies.get(&key) == Some(&true);
        let is_known = || rows.subjects.contains_key(&(whose.0.clone(), one.subject.0.clone()));
        match &one.body {
            Some(_) if is_whole => {}
            Some(body) => {
                let row = body::Model {
                    practice: whose.0.clone(),
                    hash: one.hash.clone(),
                    content: content(body),
                    stored_at: delivery.received_at.as_microsecond(),
                    is_blanked: false,
                };
                changes.bodies.insert(key.clone(), row);
                rows.bodies.insert(key, true);
            }
            // Kind and name of what was looked at come with a content only.
            None if is_whole && is_known() => {}
            None if missing.contains(&one.hash) => {}
            None => missing.push(one.hash.clone()),
        }
    }
    missing
}

/// Notes that the agent was there. Gives all its numbers with that of this delivery; `None`: it was counted before.
fn number(agent: &mut agent::Model, delivery: &Delivery) -> Result<Option<Numbers>, StoreError> {
    let received_at = delivery.received_at.as_microsecond();
    agent.last_seen_at = agent.last_seen_at.max(Some(received_at));
    agent.version = delivery.version.chars().take(100).collect();
    if delivery.epoch < agent.epoch {
        // From before a restore. What is in it comes again in the new epoch and is counted there.
        return Ok(None);
    }
    let mut seen = if delivery.epoch > agent.epoch { Numbers::default() } else { Numbers::parse(&agent.seen)? };
    Ok(seen.add(delivery.sequence).then_some(seen))
}

/// Counts the delivery, with which the numbers of the agent are `seen`.
fn count(agent: &mut agent::Model, delivery: &Delivery, seen: &Numbers) {
    agent.epoch = delivery.epoch;
    (agent.last_sequence, agent.seen) = (seen.highest(), seen.text());
    agent.deliveries += 1;
    if delivery.gap {
        agent.gap_at = agent.gap_at.max(micros(Some(delivery.received_at)));
    }
    // An agent looks at its own computer; the first one that it tells of is where it runs.
    let computers = delivery.snapshots.iter().filter_map(|one| one.body.as_ref()).map(|body| &body.subject);
    if agent.subject.is_none() {
        agent.subject = computers.into_iter().find(|of| of.kind == SubjectKind::Host).map(|of| of.id.0.clone());
    }
}

/// Notes the subject of a snapshot.
fn see(
    rows: &mut Rows,
    changes: &mut Changes,
    whose: &Key,
    delivery: &Delivery,
    one: &DeliveredSnapshot,
) -> Result<(), StoreError> {
    let key = (whose.0.clone(), one.subject.0.clone());
    let at = one.observed_at.min(delivery.received_at).as_microsecond();
    let identifiers = one.body.as_ref().map(|body| identifiers_json(&body.identifiers)).transpose()?;
    let row = match (rows.subjects.entry(key.clone()), &one.body) {
        (Entry::Occupied(row), _) => row.into_mut(),
        (Entry::Vacant(row), Some(body)) => row.insert(subject::Model {
            practice: key.0.clone(),
            subject: key.1.clone(),
            kind: body.subject.kind.word().to_owned(),
            name: body.subject.name.clone(),
            identifiers: "[]".to_owned(),
            first_seen_at: at,
            last_seen_at: at,
        }),
        (Entry::Vacant(_), None) => return Err(StoreError::stored("subject", "a delivery without it was counted")),
    };
    if at >= row.last_seen_at {
        row.last_seen_at = at;
        if let (Some(body), Some(identifiers)) = (&one.body, identifiers) {
            row.name.clone_from(&body.subject.name);
            row.identifiers = identifiers;
        }
    }
    row.first_seen_at = row.first_seen_at.min(at);
    changes.subjects.insert(key);
    Ok(())
}

/// When a snapshot was made, as far as that can be relied on: a clock that runs ahead must not make it the newest for good.
fn evidence(observed_at: i64, received_at: i64) -> i64 {
    observed_at.min(received_at)
}

/// Puts a snapshot in its place: the newest, or history. `true`: the newest shows something else now.
fn place(rows: &mut Rows, changes: &mut Changes, whose: &Key, delivery: &Delivery, one: &DeliveredSnapshot) -> bool {
    let key = (whose.0.clone(), one.subject.0.clone(), one.collector.clone());
    let observed_at = one.observed_at.as_microsecond();
    let mut row = snapshot::Model {
        practice: whose.0.clone(),
        subject: one.subject.0.clone(),
        collector: one.collector.clone(),
        hash: one.hash.clone(),
        since_at: observed_at,
        observed_at,
        received_at: delivery.received_at.as_microsecond(),
        agent: whose.1.clone(),
    };
    let Some(newest) = rows.snapshots.get_mut(&key) else {
        changes.snapshots.insert(key.clone());
        rows.snapshots.insert(key, row);
        return true;
    };
    let is_newer = evidence(observed_at, row.received_at) >= evidence(newest.observed_at, newest.received_at);
    let is_same = newest.hash == row.hash;
    if is_newer && is_same {
        row.since_at = newest.since_at;
        *newest = row;
        changes.snapshots.insert(key);
        return false;
    }
    if is_newer {
        let old = std::mem::replace(newest, row);
        changes.snapshots.insert(key.clone());
        remember(changes, key, old);
        return true;
    }
    let is_between = (newest.since_at..newest.observed_at).contains(&observed_at);
    if is_same && is_between {
        // The same content between two times at which it was seen: nothing new.
        return false;
    }
    if is_between {
        // Something else lay between: what was one stretch of time are two.
        let first = snapshot::Model { observed_at: newest.since_at, ..newest.clone() };
        newest.since_at = newest.observed_at;
        changes.snapshots.insert(key.clone());
        remember(changes, key.clone(), first);
    }
    remember(changes, key, row);
    false
}

/// Keeps both ends of the stretch of time in which a content was seen: something else may still turn out to lie between.
/// That the same was seen again in the middle is not kept: with it a practice's history would grow with every delivery.
fn remember(changes: &mut Changes, key: SnapshotKey, old: snapshot::Model) {
    for observed_at in [old.since_at, old.observed_at] {
        let row = observation::Model {
            practice: old.practice.clone(),
            subject: old.subject.clone(),
            collector: old.collector.clone(),
            observed_at,
            hash: old.hash.clone(),
            received_at: old.received_at,
            agent: old.agent.clone(),
        };
        changes.observations.entry((key.clone(), observed_at)).or_insert(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use visite_facts::{Snapshot, Subject, SubjectId};

    const AGENT: &str = "pc1";

    fn key() -> Key {
        ("linden".to_owned(), AGENT.to_owned())
    }

    fn rows() -> Rows {
        let agent = agent::Model {
            practice: key().0,
            agent: key().1,
            name: AGENT.to_owned(),
            site: None,
            subject: None,
            medical_device: false,
            serial: String::new(),
            expires_at: 0,
            state: AgentState::Active.word().to_owned(),
            version: String::new(),
            created_at: 0,
            last_seen_at: None,
            gap_at: None,
            epoch: 1,
            last_sequence: 0,
            seen: String::new(),
            deliveries: 0,
        };
        Rows { epoch: 1, agents: [(key(), agent)].into(), ..Rows::default() }
    }

    /// Delivery number `sequence`, which saw `content` at second `sequence`.
    fn delivery(sequence: i64, content: u8) -> Delivery {
        let subject = Subject { id: SubjectId("host-1".into()), kind: SubjectKind::Host, name: "pc1".into() };
        let time = |second| jiff::Timestamp::from_second(second).expect("a time");
        let body = Snapshot {
            collector: "linux.system".into(),
            observed_at: time(sequence),
            received_at: None,
            subject: subject.clone(),
            identifiers: Vec::new(),
            facts: BTreeMap::new(),
            problems: Vec::new(),
        };
        let snapshot = DeliveredSnapshot {
            hash: format!("{content}"),
            observed_at: time(sequence),
            subject: subject.id,
            collector: body.collector.clone(),
            body: Some(body),
        };
        let (epoch, received_at) = (1, time(1000));
        let version = "1".to_owned();
        Delivery { epoch, sequence, received_at, version, full: false, gap: false, snapshots: vec![snapshot] }
    }

    /// Applies deliveries, named by their number, and tells when which content was seen, newest first.
    fn seen(contents: &[u8], order: &[usize]) -> (Rows, Vec<(i64, String)>) {
        let (mut rows, mut changes) = (rows(), Changes::default());
        for index in order {
            let delivery = delivery(*index as i64 + 1, contents[*index]);
            apply(&mut rows, &mut changes, &key(), &delivery).expect("applied");
        }
        let second = |micros: i64| micros / 1_000_000;
        let mut seen: Vec<(i64, String)> =
            changes.observations.values().map(|row| (second(row.observed_at), row.hash.clone())).collect();
        seen.extend(rows.snapshots.values().map(|row| (second(row.observed_at), row.hash.clone())));
        seen.sort_by(|a, b| b.cmp(a));
        (rows, seen)
    }

    #[test]
    fn something_else_between_splits_a_stretch_of_time() {
        let (_, told) = seen(&[0, 1, 0, 0], &[0, 3, 1, 2]);
        assert_eq!(told, [(4, "0".into()), (3, "0".into()), (2, "1".into()), (1, "0".into())]);
        let (_, told) = seen(&[0, 0, 0], &[0, 2, 1]);
        assert_eq!(told, [(3, "0".into())], "unchanged content is one stretch");
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_and_repeats_change_nothing_that_counts(
            contents in proptest::collection::vec(0_u8..3, 1..9),
            order in proptest::collection::vec(0_usize..1000, 0..20),
        ) {
            let count = contents.len();
            let mut order: Vec<usize> = order.into_iter().map(|index| index % count).collect();
            order.extend(0..count);
            let (rows, told) = seen(&contents, &order);
            let agent = &rows.agents[&key()];
            prop_assert_eq!((agent.deliveries, agent.last_sequence), (count as i64, count as i64));
            // The newest is the newest, and what is told was seen then.
            prop_assert_eq!(&told[0], &(count as i64, contents[count - 1].to_string()));
            for (second, hash) in &told {
                prop_assert_eq!(&contents[*second as usize - 1].to_string(), hash);
            }
            // No content is lost, whenever it arrives.
            let all: BTreeSet<String> = contents.iter().map(ToString::to_string).collect();
            prop_assert_eq!(told.into_iter().map(|(_, hash)| hash).collect::<BTreeSet<_>>(), all);
        }

        #[test]
        fn in_order_of_arrival_every_change_is_told(contents in proptest::collection::vec(0_u8..3, 1..12)) {
            let (_, told) = seen(&contents, &(0..contents.len()).collect::<Vec<_>>());
            let mut changes: Vec<String> = contents.iter().rev().map(ToString::to_string).collect();
            changes.dedup();
            let mut hashes: Vec<String> = told.into_iter().map(|(_, hash)| hash).collect();
            hashes.dedup();
            prop_assert_eq!(hashes, changes);
        }
    }
}
