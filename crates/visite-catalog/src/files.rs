//! The shape of the catalogue's files, as they are written; [`crate::load`] turns them into [`crate::model`].

use crate::model::CheckStatus;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_saphyr::Spanned;
use std::collections::BTreeMap;
use visite_facts::{Confidence, CostClass, Doer, Measure, ProviderSteps, Severity, SubjectKind, Text};

/// `replaces: id@hash` may stand in every file; it is read before parsing, when layers are put over each other.
type Replaces = Option<IgnoredAny>;

/// `checks/<area>/<id>/check.yaml`, and the `check` part of a pattern. Everything may come from a pattern.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CheckFile {
    pub id: Option<Spanned<String>>,
    #[serde(rename = "replaces")]
    _replaces: Replaces,
    pub pattern: Option<Spanned<String>>,
    pub with: BTreeMap<String, Parameter>,
    pub topic: Option<Text>,
    pub title: Option<Spanned<Text>>,
    pub status: Option<CheckStatus>,
    pub severity: Option<Severity>,
    pub confidence: Option<Confidence>,
    pub subject: Option<SubjectKind>,
    pub for_each: Option<Spanned<String>>,
    pub applies: Option<Spanned<String>>,
    pub fails_when: Option<Spanned<String>>,
    pub max_age: Option<Spanned<String>>,
    pub why: Option<Text>,
    pub measure: Option<Spanned<String>>,
    pub sources: Option<Vec<Spanned<String>>>,
}

/// `patterns/<id>.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternFile {
    pub id: Spanned<String>,
    #[serde(default, rename = "replaces")]
    _replaces: Replaces,
    pub doc: Text,
    pub parameters: BTreeMap<String, ParameterKind>,
    pub check: CheckFile,
}

/// What a parameter of a pattern may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterKind {
    Text,
    Integer,
    Boolean,
    Texts,
    Integers,
}

/// A value given to a parameter.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Parameter {
    Boolean(bool),
    Integer(i64),
    Text(String),
    Integers(Vec<i64>),
    Texts(Vec<String>),
}

impl Parameter {
    pub fn kind(&self) -> ParameterKind {
        match self {
            Self::Boolean(_) => ParameterKind::Boolean,
            Self::Integer(_) => ParameterKind::Integer,
            Self::Text(_) => ParameterKind::Text,
            Self::Integers(_) => ParameterKind::Integers,
            Self::Texts(_) => ParameterKind::Texts,
        }
    }

    /// The value as CEL writes it.
    pub fn literal(&self) -> String {
        let quote = |text: &str| serde_json::Value::from(text).to_string();
        match self {
            Self::Boolean(yes) => yes.to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Text(text) => quote(text),
            Self::Integers(numbers) => {
                format!("[{}]", numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", "))
            }
            Self::Texts(texts) => format!("[{}]", texts.iter().map(|text| quote(text)).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// `measures/<id>.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureFile {
    pub id: String,
    #[serde(default, rename = "replaces")]
    _replaces: Replaces,
    pub title: Text,
    pub action: Text,
    pub effort_minutes: u32,
    pub cost: CostClass,
    pub who: Doer,
    pub owner: Text,
    pub team: Text,
    pub provider: ProviderSteps,
}

impl MeasureFile {
    pub fn into_measure(self) -> Measure {
        Measure {
            id: self.id,
            title: self.title,
            action: self.action,
            effort_minutes: self.effort_minutes,
            cost: self.cost,
            who: self.who,
            owner: self.owner,
            team: self.team,
            provider: self.provider,
        }
    }
}

/// A file of an upper layer that switches a unit off.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwitchOff {
    pub id: String,
    pub disabled: String,
}

/// `cases.yaml` beside a check.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CasesFile {
    pub cases: Vec<Spanned<CaseFile>>,
}

/// One case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    pub name: String,
    #[serde(default)]
    pub now: Option<jiff::Timestamp>,
    #[serde(default)]
    pub facts: BTreeMap<String, serde_json::Value>,
    pub expect: String,
}
