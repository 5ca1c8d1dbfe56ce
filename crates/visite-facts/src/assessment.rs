//! What assessing yields: results, findings, measures, requirement status. The file `visite.assessment/1`.
//!
//! Everything a report needs stands in here, texts included, so that no report computes a verdict or asks the
//! catalogue. Written by `visite-assess` only.

use crate::identity::SubjectId;
use crate::snapshot::Subject;
use crate::words;
use crate::words::{Confidence, FindingState, RequirementStatus, Severity, UnknownReason, Verdict};
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The schema name that assessments carry.
pub const ASSESSMENT_SCHEMA: &str = "visite.assessment/1";

/// A text for people, in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// German, the default.
    pub de: String,
    /// English.
    pub en: String,
}

words! {
    /// Language of a report.
    pub enum Lang {
        /// German, the default.
        De = "de",
        /// English.
        En = "en",
    }
}

impl Text {
    /// A text, in German and in English.
    pub fn new(de: impl Into<String>, en: impl Into<String>) -> Self {
        Self { de: de.into(), en: en.into() }
    }

    /// The text in `lang`.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::De => &self.de,
            Lang::En => &self.en,
        }
    }

    /// Applies `f` to both languages.
    pub fn map(&self, f: impl Fn(Lang, &str) -> String) -> Text {
        Text { de: f(Lang::De, &self.de), en: f(Lang::En, &self.en) }
    }
}

words! {
    /// Where a statement comes from.
    pub enum Basis {
        /// Seen by a collector.
        Measured = "measured",
        /// Said by the practice.
        StatedByPractice = "stated_by_practice",
        /// Said by the provider.
        StatedByProvider = "stated_by_provider",
        /// Said by the catalogue, e.g. the end of support of a product.
        Reference = "reference",
    }
}

words! {
    /// Areas of a practice's IT, as the start page lists them.
    pub enum Area {
        /// Copies of data, and getting them back.
        Backup = "backup",
        /// Firewall, sockets, Wi-Fi, services that others can reach.
        Network = "network",
        /// Computers people sit at.
        Workplaces = "workplaces",
        /// Accounts, passwords, rights.
        Accounts = "accounts",
        /// Updates and supported versions.
        Updates = "updates",
        /// Connector, card terminals, cards.
        Telematics = "telematics",
        /// Training and rules for people.
        Team = "team",
        /// Emergencies, contracts, responsibilities.
        Emergency = "emergency",
    }
}

/// One value on which a verdict rests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Field path, e.g. `host.accounts[praxis].password`.
    pub field: String,
    /// Its value; absent if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Value>,
    /// Why there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<UnknownReason>,
    /// Which collector saw it; `assess` for derived facts.
    pub source: String,
    /// When it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub observed_at: Option<Timestamp>,
    /// Where the statement comes from.
    pub basis: Basis,
}

/// Verdict about one record of a collection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordResult {
    /// The record's key, e.g. an account's name.
    pub record: String,
    /// The verdict about it.
    pub verdict: Verdict,
    /// For `unknown`: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<UnknownReason>,
}

/// What one check says about one subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CheckResult {
    /// The check's id.
    pub check: String,
    /// The subject's id, one of [`Assessment::subjects`].
    pub subject: SubjectId,
    /// The verdict.
    pub verdict: Verdict,
    /// For `unknown`: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<UnknownReason>,
    /// For the reason `incomplete`: why not all records were seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<UnknownReason>,
    /// How bad the check says it would be.
    pub severity: Severity,
    /// How bad it would be on this subject.
    pub effective_severity: Severity,
    /// How sure the check is.
    pub confidence: Confidence,
    /// What is checked, named neutrally, e.g. "Accounts without a password".
    pub topic: Text,
    /// Area of the practice's IT it belongs to.
    pub area: Area,
    /// For collections: records that failed or could not be judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<RecordResult>,
    /// What the verdict rests on.
    pub evidence: Vec<Evidence>,
}

/// Someone answers for a remaining risk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Acceptance {
    /// The finding.
    pub finding: String,
    /// Why it is accepted.
    pub reason: String,
    /// Who answers for it.
    pub by: String,
    /// Last day of the acceptance, in the practice's time zone.
    #[schemars(with = "String")]
    pub until: Date,
}

/// A gap: a failed check on a subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Follows from check, subject and record: the same gap keeps its id.
    pub id: String,
    /// The check that failed.
    pub check: String,
    /// The subject it failed on.
    pub subject: SubjectId,
    /// For collections: the record it failed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// Where it is in its life.
    pub state: FindingState,
    /// When it was seen first.
    #[schemars(with = "String")]
    pub first_seen: Timestamp,
    /// When it was seen last.
    #[schemars(with = "String")]
    pub last_seen: Timestamp,
    /// When it was seen closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub fixed_at: Option<Timestamp>,
    /// The acceptance in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<Acceptance>,
    /// Last judgement could not be repeated, for this reason; the finding stands as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_seen_again: Option<UnknownReason>,
    /// How bad the check says it is.
    pub severity: Severity,
    /// How bad it is on this subject.
    pub effective_severity: Severity,
    /// How sure the check is.
    pub confidence: Confidence,
    /// Area of the practice's IT it belongs to.
    pub area: Area,
    /// What is wrong, with names and figures filled in.
    pub title: Text,
    /// Why it matters to a practice.
    pub why: Text,
    /// The measure that closes it.
    pub measure: String,
    /// Numbers of requirements that it touches.
    pub sources: Vec<String>,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

words! {
    /// What a measure costs, roughly, without the work of the practice itself.
    pub enum CostClass {
        /// Nothing.
        Free = "free",
        /// Up to 100 euros.
        UpTo100 = "up_to_100",
        /// Up to 1,000 euros.
        UpTo1000 = "up_to_1000",
        /// More.
        Above1000 = "above_1000",
    }
}

words! {
    /// Who carries a measure out.
    pub enum Doer {
        /// The owner or someone of the team.
        Practice = "practice",
        /// The IT provider.
        Provider = "provider",
    }
}

/// Exact instructions for whoever does the work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderSteps {
    /// What to do, in order.
    pub steps: Vec<Text>,
    /// Commands to copy, one a line; empty if there is nothing to type.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub script: String,
    /// How to see that it worked.
    pub verify: Text,
    /// How to go back.
    pub rollback: Text,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Measure {
    /// Its id.
    pub id: String,
    /// What is done, in the imperative.
    pub title: Text,
    /// One line: the next step.
    pub action: Text,
    /// Minutes it takes.
    pub effort_minutes: u32,
    /// What it costs.
    pub cost: CostClass,
    /// Who does it.
    pub who: Doer,
    /// For the owner: why, what it costs, who.
    pub owner: Text,
    /// For the team: what changes tomorrow.
    pub team: Text,
    /// For the provider: how exactly.
    pub provider: ProviderSteps,
}

/// A measure and the open findings it closes, in the order in which to act.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlannedMeasure {
    /// What to do.
    #[serde(flatten)]
    pub measure: Measure,
    /// The worst effective severity among the findings.
    pub effective_severity: Severity,
    /// Findings it closes.
    pub findings: Vec<String>,
}

/// Status of one requirement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequirementResult {
    /// Its id, e.g. `KBV-390-A1-14`.
    pub requirement: String,
    /// The status.
    pub status: RequirementStatus,
    /// How many of the things bound to it were judged.
    pub judged: u32,
    /// How many things are bound to it.
    pub bound: u32,
}

/// An id of the catalogue that another layer replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Replaced {
    /// The id.
    pub id: String,
    /// Hash of what was replaced.
    pub replaces: String,
    /// The layer that did it.
    pub layer: String,
}

/// An id of the catalogue that a layer switched off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Disabled {
    /// The id.
    pub id: String,
    /// Why.
    pub reason: String,
    /// The layer that did it.
    pub layer: String,
}

/// The catalogue that judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CatalogUsed {
    /// Hash over all of it.
    pub hash: String,
    /// What layers replaced.
    pub replaced: Vec<Replaced>,
    /// What layers switched off.
    pub disabled: Vec<Disabled>,
}

/// How much of what could be judged was judged. A point is one check on one subject to which it applies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Points in all.
    pub points: u32,
    /// Points with a verdict of pass or fail.
    pub checked: u32,
    /// Points that passed.
    pub passed: u32,
    /// Points that failed.
    pub failed: u32,
    /// Points not judged, by reason; incomplete ones by its cause.
    pub unchecked: BTreeMap<UnknownReason, u32>,
    /// Checks that do not apply; no points.
    pub not_applicable: u32,
}

/// One complete examination.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Round {
    /// Follows from the input, so that the same input gives the same round.
    pub id: String,
    /// The clock it was judged by.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// The practice's time zone, an IANA name.
    pub time_zone: String,
    /// The practice's name, if a practice file was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub practice: Option<String>,
}

/// A subject as it stands in an assessment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AssessedSubject {
    /// The subject.
    #[serde(flatten)]
    pub subject: Subject,
    /// What it is, in a few words, e.g. `Debian GNU/Linux 12 (bookworm)`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// When it was last looked at.
    #[schemars(with = "String")]
    pub observed_at: Timestamp,
    /// Subjects it may be the same as.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub possible_duplicate: Vec<SubjectId>,
}

/// Everything that assessing yields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assessment {
    /// `visite.assessment/1`; in the file of a scan `visite.scan/1`.
    pub schema: String,
    /// When and for whom.
    pub round: Round,
    /// The catalogue that judged.
    pub catalog: CatalogUsed,
    /// How much was judged.
    pub summary: Summary,
    /// What was looked at.
    pub subjects: Vec<AssessedSubject>,
    /// What each check says about each subject.
    pub results: Vec<CheckResult>,
    /// Gaps, worst first.
    pub findings: Vec<Finding>,
    /// What to do, in the order in which to do it.
    pub measures: Vec<PlannedMeasure>,
    /// Status of every requirement of every framework.
    pub requirements: Vec<RequirementResult>,
}
