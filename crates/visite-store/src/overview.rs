//! All practices at a glance: a few queries however many there are.

use crate::agents::AgentState;
use crate::entity::{agent, alert, finding, round};
use crate::{Practice, RoundInfo, Store, StoreError, optional_time, rounds, word};
use jiff::Timestamp;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, JoinType, Query};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use std::collections::BTreeMap;
use visite_facts::{FindingState, Severity, Word};

/// A practice at a glance.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// The practice.
    pub practice: Practice,
    /// Its newest round.
    pub round: Option<RoundInfo>,
    /// Open findings by how bad they are.
    pub open: BTreeMap<Severity, u64>,
    /// Agents that may deliver.
    pub agents: u64,
    /// When the agent that has been silent for the longest time delivered last; agents that never did are left out.
    pub quietest_at: Option<Timestamp>,
    /// Alerts that are not over.
    pub alerts: u64,
}

impl Store {
    /// All practices that are not deleted, by name.
    pub async fn overview(&self) -> Result<Vec<Overview>, StoreError> {
        let practices = self.practices().await?;
        let tx = self.db.consistent().await?;
        let mut newest = newest_rounds(&tx).await?;
        let mut open = open_findings(&tx).await?;
        let agents: Vec<(String, i64, Option<i64>)> = agent::Entity::find()
            .select_only()
            .column(agent::Column::Practice)
            .expr_as(Expr::col(agent::Column::Agent).count(), "agents")
            .expr_as(Expr::col(agent::Column::LastSeenAt).min(), "quietest")
            .filter(agent::Column::State.eq(AgentState::Active.word()))
            .group_by(agent::Column::Practice)
            .into_tuple()
            .all(&tx)
            .await?;
        let agents: BTreeMap<String, (i64, Option<i64>)> =
            agents.into_iter().map(|(practice, count, quietest)| (practice, (count, quietest))).collect();
        let alerts: Vec<(String, i64)> = alert::Entity::find()
            .select_only()
            .column(alert::Column::Practice)
            .expr_as(Expr::col(alert::Column::Cause).count(), "alerts")
            .filter(alert::Column::ResolvedAt.is_null())
            .group_by(alert::Column::Practice)
            .into_tuple()
            .all(&tx)
            .await?;
        let alerts: BTreeMap<String, i64> = alerts.into_iter().collect();
        let mut overview = Vec::with_capacity(practices.len());
        for practice in practices {
            let id = practice.id.as_str();
            let (count, quietest) = agents.get(id).copied().unwrap_or_default();
            overview.push(Overview {
                round: newest.remove(id),
                open: open.remove(id).unwrap_or_default(),
                agents: count.unsigned_abs(),
                quietest_at: optional_time(quietest)?,
                alerts: alerts.get(id).copied().unwrap_or_default().unsigned_abs(),
                practice,
            });
        }
        Ok(overview)
    }
}

/// One question, for a list of pairs to look for would be weighed against each part of a divided table.
async fn newest_rounds(tx: &DatabaseTransaction) -> Result<BTreeMap<String, RoundInfo>, StoreError> {
    let (newest, last) = (Alias::new("newest"), Alias::new("last"));
    let newest_of_each = Query::select()
        .column(round::Column::Practice)
        .expr_as(Expr::col(round::Column::At).max(), last.clone())
        .from(round::Entity)
        .group_by_col(round::Column::Practice)
        .to_owned();
    let mut wanted = round::Entity::find().select_only().column(round::Column::Practice).columns(rounds::INFO);
    let of = |column: round::Column| Expr::col((round::Entity, column));
    let same = of(round::Column::Practice)
        .equals((newest.clone(), round::Column::Practice))
        .and(of(round::Column::At).equals((newest.clone(), last)));
    QueryTrait::query(&mut wanted).join_subquery(JoinType::InnerJoin, newest_of_each, newest, same);
    let rows: Vec<(String, String, i64, String, String, bool, String)> = wanted.into_tuple().all(tx).await?;
    let mut kept = BTreeMap::new();
    for (practice, id, at, catalog_hash, summary, is_full, open) in rows {
        let info = rounds::info((id, at, catalog_hash, summary, is_full, open))?;
        kept.insert(practice, info);
    }
    Ok(kept)
}

async fn open_findings(tx: &DatabaseTransaction) -> Result<BTreeMap<String, BTreeMap<Severity, u64>>, StoreError> {
    let rows: Vec<(String, String, i64)> = finding::Entity::find()
        .select_only()
        .columns([finding::Column::Practice, finding::Column::Severity])
        .expr_as(Expr::col(finding::Column::Finding).count(), "open")
        .filter(finding::Column::State.is_in([FindingState::Open.word(), FindingState::Reopened.word()]))
        .group_by(finding::Column::Practice)
        .group_by(finding::Column::Severity)
        .into_tuple()
        .all(tx)
        .await?;
    let mut open: BTreeMap<String, BTreeMap<Severity, u64>> = BTreeMap::new();
    for (practice, severity, count) in rows {
        open.entry(practice).or_default().insert(word("severity", &severity)?, count.unsigned_abs());
    }
    Ok(open)
}
