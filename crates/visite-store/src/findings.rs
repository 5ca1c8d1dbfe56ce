//! Findings and their life: what rounds say about them, and what people decide.

use crate::audit::{self, AuditEvent};
use crate::database::Write;
use crate::entity::{acceptance, finding, finding_event};
use crate::privacy::{blank_finding, no_topic};
use crate::{AccountId, PracticeId, PracticeStore, StoreError, json, micros, time, to_json, upsert, word};
use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::BTreeMap;
use visite_facts::{Acceptance, Area, Assessment, Finding, FindingState, Severity, SubjectId, Text, Word, words};

words! {
    /// What happened to a finding.
    pub enum FindingEventKind {
        /// The gap was seen for the first time.
        Opened = "opened",
        /// Someone accepted the risk until a date.
        Accepted = "accepted",
        /// The acceptance was withdrawn, or its date is over.
        AcceptanceEnded = "acceptance_ended",
        /// Someone was asked to close it, or is no longer.
        Assigned = "assigned",
        /// The gap was seen closed.
        Fixed = "fixed",
        /// The gap was seen again.
        Reopened = "reopened",
    }
}

/// Who it is if a round brought the change about.
pub const BY_ROUND: &str = "visite";

/// A finding with what people decided about it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptFinding {
    /// The finding, as the last round left it.
    pub finding: Finding,
    /// Who was asked to close it.
    pub assigned_to: Option<AccountId>,
}

/// Something that happened to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingEvent {
    /// Its number, from 1.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: FindingEventKind,
    /// By whom: an account's id, or `visite` if a round saw it.
    pub who: String,
    /// The reason of an acceptance, or the account that was asked.
    pub detail: String,
}

/// What a round changed about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingChange {
    /// The finding.
    pub finding: String,
    /// What happened to it.
    pub kind: FindingEventKind,
}

/// Which findings are wanted. What is left empty does not restrict.
#[derive(Clone, Debug, Default)]
pub struct FindingFilter {
    /// In one of these states.
    pub states: Vec<FindingState>,
    /// At least so bad, on their subject.
    pub at_least: Option<Severity>,
    /// In this area.
    pub area: Option<Area>,
    /// About this subject.
    pub subject: Option<SubjectId>,
    /// Of this check.
    pub check: Option<String>,
    /// Assigned to this account.
    pub assigned_to: Option<AccountId>,
}

impl PracticeStore {
    /// Findings, worst first.
    pub async fn findings(&self, filter: &FindingFilter) -> Result<Vec<KeptFinding>, StoreError> {
        use finding::Column;
        let mut query = finding::Entity::find().filter(Column::Practice.eq(self.id.as_str()));
        if !filter.states.is_empty() {
            query = query.filter(Column::State.is_in(filter.states.iter().map(|state| state.word())));
        }
        if let Some(least) = filter.at_least {
            let bad_enough = Severity::ALL.iter().filter(|word| Severity::from_word(word) >= Some(least));
            query = query.filter(Column::Severity.is_in(bad_enough.copied()));
        }
        if let Some(area) = filter.area {
            query = query.filter(Column::Area.eq(area.word()));
        }
        if let Some(subject) = &filter.subject {
            query = query.filter(Column::Subject.eq(subject.0.as_str()));
        }
        if let Some(check) = &filter.check {
            query = query.filter(Column::CheckId.eq(check.as_str()));
        }
        if let Some(account) = &filter.assigned_to {
            query = query.filter(Column::AssignedTo.eq(account.as_str()));
        }
        let rows = query.all(self.db.read()).await?;
        let mut findings = rows.into_iter().map(kept).collect::<Result<Vec<_>, _>>()?;
        findings.sort_by(|a, b| {
            let (a, b) = (&a.finding, &b.finding);
            let worst_first = b.effective_severity.cmp(&a.effective_severity);
            worst_first.then_with(|| (&a.check, &a.subject, &a.record).cmp(&(&b.check, &b.subject, &b.record)))
        });
        Ok(findings)
    }

    /// One finding; [`StoreError::NotFound`] if this practice has none of this id.
    pub async fn finding(&self, id: &str) -> Result<KeptFinding, StoreError> {
        let row = finding::Entity::find_by_id((self.id.to_string(), id.to_owned())).one(self.db.read()).await?;
        kept(row.ok_or_else(|| StoreError::not_found("finding", id))?)
    }

    /// What happened to a finding, oldest first.
    pub async fn finding_events(&self, id: &str) -> Result<Vec<FindingEvent>, StoreError> {
        let rows = finding_event::Entity::find()
            .filter(finding_event::Column::Practice.eq(self.id.as_str()))
            .filter(finding_event::Column::Finding.eq(id))
            .order_by_asc(finding_event::Column::Number)
            .all(self.db.read())
            .await?;
        rows.into_iter().map(happened).collect()
    }

    /// All findings as they stood after the last round, as assessing wants them.
    pub async fn previous_findings(&self) -> Result<Vec<Finding>, StoreError> {
        let kept = self.findings(&FindingFilter::default()).await?;
        Ok(kept.into_iter().map(|kept| kept.finding).collect())
    }

    /// All acceptances, also those whose date is over, as assessing wants them.
    pub async fn acceptances(&self) -> Result<Vec<Acceptance>, StoreError> {
        let rows = acceptance::Entity::find()
            .filter(acceptance::Column::Practice.eq(self.id.as_str()))
            .order_by_asc(acceptance::Column::Finding)
            .all(self.db.read())
            .await?;
        rows.into_iter().map(accepted).collect()
    }

    /// Accepts the risk of a finding until a date, in place of an earlier acceptance.
    pub async fn accept(&self, event: &AuditEvent, accepted: &Acceptance) -> Result<(), StoreError> {
        if accepted.reason.trim().is_empty() {
            return Err(StoreError::invalid("acceptance", "die Begründung fehlt", "the reason is missing"));
        }
        let tx = self.write().await?;
        let mut row = self.locked(&tx, &accepted.finding).await?;
        let mut body: Finding = json("finding", &row.body)?;
        if body.state == FindingState::Fixed {
            return Err(StoreError::invalid(
                "acceptance",
                "die Feststellung ist schon behoben",
                "the finding is closed already",
            ));
        }
        body.state = FindingState::Accepted;
        body.acceptance = Some(accepted.clone());
        set_body(&mut row, &body)?;
        upsert::<finding::Entity, _>(&tx, vec![row]).await?;
        let row = acceptance::Model {
            practice: self.id.to_string(),
            finding: accepted.finding.clone(),
            reason: accepted.reason.clone(),
            who: accepted.by.clone(),
            until: accepted.until.to_string(),
            accepted_at: event.at.as_microsecond(),
        };
        upsert::<acceptance::Entity, _>(&tx, vec![row]).await?;
        let detail = &accepted.reason;
        self.note(&tx, &accepted.finding, FindingEventKind::Accepted, event, detail).await?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }

    /// Withdraws the acceptance of a finding. `false`: it has none that a person gave here.
    pub async fn withdraw_acceptance(&self, event: &AuditEvent, id: &str) -> Result<bool, StoreError> {
        let tx = self.write().await?;
        let mut row = self.locked(&tx, id).await?;
        let key = (self.id.to_string(), id.to_owned());
        if acceptance::Entity::delete_by_id(key).exec(&*tx).await?.rows_affected == 0 {
            return Ok(false);
        }
        let mut body: Finding = json("finding", &row.body)?;
        if body.state == FindingState::Accepted {
            body.state = FindingState::Open;
        }
        body.acceptance = None;
        set_body(&mut row, &body)?;
        upsert::<finding::Entity, _>(&tx, vec![row]).await?;
        self.note(&tx, id, FindingEventKind::AcceptanceEnded, event, "").await?;
        audit::append(&tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Asks someone to close a finding, or nobody any more.
    pub async fn assign(&self, event: &AuditEvent, id: &str, to: Option<&AccountId>) -> Result<(), StoreError> {
        let tx = self.write().await?;
        let mut row = self.locked(&tx, id).await?;
        row.assigned_to = to.map(ToString::to_string);
        upsert::<finding::Entity, _>(&tx, vec![row]).await?;
        let detail = to.map(ToString::to_string).unwrap_or_default();
        self.note(&tx, id, FindingEventKind::Assigned, event, &detail).await?;
        audit::append(&tx, event).await?;
        tx.commit().await
    }

    async fn locked(&self, tx: &Write, id: &str) -> Result<finding::Model, StoreError> {
        let row = finding::Entity::find_by_id((self.id.to_string(), id.to_owned())).lock_exclusive().one(&**tx).await?;
        row.ok_or_else(|| StoreError::not_found("finding", id))
    }

    async fn note(
        &self,
        tx: &Write,
        id: &str,
        kind: FindingEventKind,
        event: &AuditEvent,
        detail: &str,
    ) -> Result<(), StoreError> {
        let number = last_numbers(tx, &self.id, &[id]).await?.remove(id).unwrap_or(0) + 1;
        let row = finding_event::Model {
            practice: self.id.to_string(),
            finding: id.to_owned(),
            number,
            at: event.at.as_microsecond(),
            what: kind.word().to_owned(),
            who: event.who.clone(),
            detail: detail.to_owned(),
        };
        upsert::<finding_event::Entity, _>(tx, vec![row]).await
    }
}

/// Writes the findings of a round and tells what happened to each.
pub async fn go_on(
    tx: &Write,
    practice: &PracticeId,
    mut before: BTreeMap<String, finding::Model>,
    assessment: &Assessment,
) -> Result<Vec<FindingChange>, StoreError> {
    let at = assessment.round.at.as_microsecond();
    let topics: BTreeMap<&str, &Text> =
        assessment.results.iter().map(|result| (result.check.as_str(), &result.topic)).collect();
    let mut rows = Vec::new();
    let mut changes = Vec::new();
    for seen in &assessment.findings {
        let earlier = before.remove(&seen.id);
        let was = earlier.as_ref().map(|row| word("state", &row.state)).transpose()?;
        if let Some(kind) = what_happened(was, seen.state) {
            changes.push(FindingChange { finding: seen.id.clone(), kind });
        }
        let mut row = finding::Model {
            practice: practice.to_string(),
            finding: seen.id.clone(),
            check_id: seen.check.clone(),
            subject: seen.subject.0.clone(),
            record: seen.record.clone(),
            state: String::new(),
            severity: seen.effective_severity.word().to_owned(),
            area: seen.area.word().to_owned(),
            first_seen_at: seen.first_seen.as_microsecond(),
            last_seen_at: seen.last_seen.as_microsecond(),
            fixed_at: None,
            assigned_to: None,
            topic: to_json("topic", topics.get(seen.check.as_str()).unwrap_or(&&no_topic(&seen.check)))?,
            is_blanked: false,
            body: String::new(),
        };
        set_body(&mut row, seen)?;
        if let Some(earlier) = earlier {
            row.assigned_to = earlier.assigned_to;
            if !topics.contains_key(seen.check.as_str()) {
                row.topic = earlier.topic;
            }
            // The round may have begun before the names were taken out; they are not to come back with it.
            if earlier.is_blanked && earlier.last_seen_at == row.last_seen_at {
                blank(&mut row)?;
            }
        }
        rows.push(row);
    }
    upsert::<finding::Entity, _>(tx, rows).await?;
    let changed: Vec<&str> = changes.iter().map(|change| change.finding.as_str()).collect();
    let mut last = last_numbers(tx, practice, &changed).await?;
    let mut events = Vec::new();
    for change in &changes {
        let number = last.entry(change.finding.clone()).or_default();
        *number += 1;
        events.push(finding_event::Model {
            practice: practice.to_string(),
            finding: change.finding.clone(),
            number: *number,
            at,
            what: change.kind.word().to_owned(),
            who: BY_ROUND.to_owned(),
            detail: String::new(),
        });
    }
    upsert::<finding_event::Entity, _>(tx, events).await?;
    Ok(changes)
}

fn what_happened(was: Option<FindingState>, is: FindingState) -> Option<FindingEventKind> {
    use FindingState::{Accepted, Fixed, Open, Reopened};
    match (was, is) {
        (None, Open | Reopened) => Some(FindingEventKind::Opened),
        (None | Some(Open | Reopened | Fixed), Accepted) => Some(FindingEventKind::Accepted),
        (None | Some(Open | Reopened | Accepted), Fixed) => Some(FindingEventKind::Fixed),
        (Some(Accepted), Open | Reopened) => Some(FindingEventKind::AcceptanceEnded),
        (Some(Fixed), Open | Reopened) => Some(FindingEventKind::Reopened),
        (Some(Open | Reopened), Open | Reopened) | (Some(Accepted), Accepted) | (Some(Fixed), Fixed) => None,
    }
}

/// The number of the last event of each finding that has one.
async fn last_numbers(
    tx: &Write,
    practice: &PracticeId,
    findings: &[&str],
) -> Result<BTreeMap<String, i64>, StoreError> {
    let mut last = BTreeMap::new();
    for page in findings.chunks(500) {
        let rows: Vec<(String, i64)> = finding_event::Entity::find()
            .select_only()
            .column(finding_event::Column::Finding)
            .expr_as(Expr::col(finding_event::Column::Number).max(), "last")
            .filter(finding_event::Column::Practice.eq(practice.as_str()))
            .filter(finding_event::Column::Finding.is_in(page.iter().copied()))
            .group_by(finding_event::Column::Finding)
            .into_tuple()
            .all(&**tx)
            .await?;
        last.extend(rows);
    }
    Ok(last)
}

/// Puts a finding into its row, with the columns that follow from it.
pub fn set_body(row: &mut finding::Model, body: &Finding) -> Result<(), StoreError> {
    row.state = body.state.word().to_owned();
    row.fixed_at = micros(body.fixed_at);
    row.record.clone_from(&body.record);
    row.body = to_json("finding", body)?;
    Ok(())
}

/// Takes names out of the row of a finding.
pub fn blank(row: &mut finding::Model) -> Result<(), StoreError> {
    let mut body: Finding = json("finding", &row.body)?;
    blank_finding(&mut body, &json("topic", &row.topic)?);
    row.is_blanked = true;
    set_body(row, &body)
}

pub fn accepted(row: acceptance::Model) -> Result<Acceptance, StoreError> {
    let until = row.until.parse().map_err(|error| StoreError::stored("acceptance", error))?;
    Ok(Acceptance { finding: row.finding, reason: row.reason, by: row.who, until })
}

pub fn happened(row: finding_event::Model) -> Result<FindingEvent, StoreError> {
    let (at, kind) = (time(row.at)?, word("event", &row.what)?);
    Ok(FindingEvent { number: row.number, at, kind, who: row.who, detail: row.detail })
}

pub fn kept(row: finding::Model) -> Result<KeptFinding, StoreError> {
    Ok(KeptFinding { finding: json("finding", &row.body)?, assigned_to: row.assigned_to.map(AccountId::stored) })
}
