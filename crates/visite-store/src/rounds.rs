//! Rounds: what was judged when. The newest ones are kept in full, older ones as their summary.

use crate::database::Write;
use crate::entity::{finding, round};
use crate::findings::{self, FindingChange};
use crate::{PracticeStore, StoreError, json, time, to_json};
use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::BTreeMap;
use visite_facts::{Assessment, FindingState, Severity, Summary};

/// A round as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundInfo {
    /// Its id.
    pub id: String,
    /// The clock it was judged by.
    pub at: Timestamp,
    /// Hash of the catalogue that judged.
    pub catalog_hash: String,
    /// How much was judged.
    pub summary: Summary,
    /// Findings that were open, by how bad they were on their subject.
    pub open: BTreeMap<Severity, u32>,
    /// Whether the whole assessment is still kept.
    pub is_full: bool,
}

/// The columns of an [`InfoRow`], in its order.
pub const INFO: [round::Column; 6] = [
    round::Column::Round,
    round::Column::At,
    round::Column::CatalogHash,
    round::Column::Summary,
    round::Column::IsFull,
    round::Column::Open,
];

impl PracticeStore {
    /// Keeps an assessment, and goes on with the life of its findings. Returns what changed among them.
    ///
    /// All or nothing. [`StoreError::AlreadyThere`] if this very round was kept before.
    pub async fn save_round(&self, assessment: &Assessment) -> Result<Vec<FindingChange>, StoreError> {
        let at = assessment.round.at;
        let row = round::ActiveModel {
            practice: Set(self.id.to_string()),
            round: Set(assessment.round.id.clone()),
            at: Set(at.as_microsecond()),
            catalog_hash: Set(assessment.catalog.hash.clone()),
            summary: Set(to_json("summary", &assessment.summary)?),
            is_full: Set(true),
            is_blanked: Set(false),
            assessment: Set(Some(to_json("assessment", assessment)?)),
            open: Set(to_json("open findings", &open_findings(assessment))?),
        };
        let tx = self.write().await?;
        let inserted = round::Entity::insert(row).exec_without_returning(&*tx).await;
        inserted.map_err(|error| StoreError::or_there(error, "round", &assessment.round.id))?;
        let before = self.finding_rows(&tx).await?;
        let changes = findings::go_on(&tx, &self.id, before, assessment).await?;
        tx.commit().await?;
        Ok(changes)
    }

    /// The rounds, newest first: at most `limit`, with times before `before` if given.
    pub async fn rounds(&self, before: Option<Timestamp>, limit: u64) -> Result<Vec<RoundInfo>, StoreError> {
        let query = round::Entity::find().filter(round::Column::Practice.eq(self.id.as_str()));
        let query =
            before.into_iter().fold(query, |query, before| query.filter(round::Column::At.lt(before.as_microsecond())));
        let rows: Vec<InfoRow> = query
            .select_only()
            .columns(INFO)
            .order_by_desc(round::Column::At)
            .order_by_desc(round::Column::Round)
            .limit(limit)
            .into_tuple()
            .all(self.db.read())
            .await?;
        rows.into_iter().map(info).collect()
    }

    /// The assessment of the newest round.
    pub async fn latest_assessment(&self) -> Result<Option<Assessment>, StoreError> {
        let row = round::Entity::find()
            .filter(round::Column::Practice.eq(self.id.as_str()))
            .order_by_desc(round::Column::At)
            .order_by_desc(round::Column::Round)
            .one(self.db.read())
            .await?;
        Ok(row.map(assessment).transpose()?.flatten())
    }

    /// The assessment of a round; `None` if only its summary is kept. [`StoreError::NotFound`] if there is no such round.
    pub async fn assessment(&self, round: &str) -> Result<Option<Assessment>, StoreError> {
        let row = round::Entity::find_by_id((self.id.to_string(), round.to_owned())).one(self.db.read()).await?;
        assessment(row.ok_or_else(|| StoreError::not_found("round", round))?)
    }

    /// Two rounds for comparison, the earlier one first.
    pub async fn compare(&self, a: &str, b: &str) -> Result<Option<(Assessment, Assessment)>, StoreError> {
        let (a, b) = (self.assessment(a).await?, self.assessment(b).await?);
        Ok(a.zip(b).map(|(a, b)| if a.round.at <= b.round.at { (a, b) } else { (b, a) }))
    }

    async fn finding_rows(&self, tx: &Write) -> Result<BTreeMap<String, finding::Model>, StoreError> {
        let rows = finding::Entity::find().filter(finding::Column::Practice.eq(self.id.as_str())).all(&**tx).await?;
        Ok(rows.into_iter().map(|row| (row.finding.clone(), row)).collect())
    }
}

/// What the list needs of a row: id, time, catalogue, summary, whether it is kept in full, open findings.
pub type InfoRow = (String, i64, String, String, bool, String);

/// A round as the list shows it, from its row.
pub fn info((id, at, catalog_hash, summary, is_full, open): InfoRow) -> Result<RoundInfo, StoreError> {
    let (summary, open) = (json("summary", &summary)?, json("open findings", &open)?);
    Ok(RoundInfo { id, at: time(at)?, catalog_hash, summary, open, is_full })
}

fn open_findings(assessment: &Assessment) -> BTreeMap<Severity, u32> {
    let mut open = BTreeMap::new();
    for finding in &assessment.findings {
        if matches!(finding.state, FindingState::Open | FindingState::Reopened) {
            *open.entry(finding.effective_severity).or_default() += 1;
        }
    }
    open
}

pub fn assessment(row: round::Model) -> Result<Option<Assessment>, StoreError> {
    row.assessment.as_deref().map(|text| json("assessment", text)).transpose()
}
