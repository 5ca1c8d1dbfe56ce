//! What Visite knows, loaded and checked: checks, measures, frameworks, lifecycles, fingerprints, tables.
//!
//! For assess, which judges with it, and for `visite catalog`, which explains it. CEL appears in this crate only.
//! It reads no disk and no clock, and it judges nothing: [`Condition::holds`] answers for one record at a time.

mod cases;
mod checks;
mod condition;
pub mod docs;
mod expression;
mod files;
pub mod fingerprints;
mod load;
pub mod model;
mod network;
mod sources;
mod template;

pub use condition::{Condition, ConditionMistake, FieldPath, Scope};
pub use load::{Part, load, load_parts, short_hash};
pub use model::{Case, Check, Framework, Lifecycle, Origin, Requirement};
pub use sources::Layer;
pub use template::Template;

use std::collections::BTreeMap;
use visite_facts::{CatalogUsed, Measure, Text};

/// A message for those who write checks, in both places of a [`Text`]: it exists in English only, as the catalogue's
/// keys and its reference do. What practices read never comes from here.
fn untranslated(message: impl Into<String>) -> Text {
    let message = message.into();
    Text::new(message.clone(), message)
}

/// The whole catalogue. Everything in it has been checked.
#[derive(Debug)]
pub struct Catalog {
    /// Checks by id.
    pub checks: BTreeMap<String, Check>,
    /// Measures by id.
    pub measures: BTreeMap<String, Measure>,
    /// Frameworks by id.
    pub frameworks: BTreeMap<String, Framework>,
    /// Lifecycles by id.
    pub lifecycles: BTreeMap<String, Lifecycle>,
    /// Files of fingerprints by id.
    pub fingerprints: BTreeMap<String, fingerprints::FingerprintFile>,
    /// The table from which the effective severity follows.
    pub severity: model::SeverityTable,
    /// Rules by room.
    pub rooms: model::Rooms,
    /// What is known about each service of a network.
    pub services: model::Services,
    /// Which ports a scan asks.
    pub ports: model::PortSets,
    /// Cases by the id of their check.
    pub cases: BTreeMap<String, Vec<Case>>,
    /// What each pattern is for, by id.
    pub patterns: BTreeMap<String, Text>,
    /// Where each unit comes from, by folder and id, e.g. `measures/account-set-password`.
    pub origins: BTreeMap<String, Origin>,
    /// Hash of everything, and what layers replaced or switched off.
    pub used: CatalogUsed,
}

/// Something a requirement names that does not exist yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenBinding {
    /// `check`, `question`, `document` or `record`.
    pub kind: &'static str,
    /// The id it will have.
    pub id: String,
    /// Requirements that name it.
    pub requirements: Vec<String>,
}

impl Catalog {
    /// Every requirement of every framework.
    pub fn requirements(&self) -> impl Iterator<Item = &Requirement> {
        self.frameworks.values().flat_map(|framework| &framework.requirements)
    }

    /// What requirements name ahead of its time.
    pub fn open_bindings(&self) -> Vec<OpenBinding> {
        let mut open: BTreeMap<(&'static str, &str), Vec<String>> = BTreeMap::new();
        for requirement in self.requirements() {
            let checks = requirement.checks.iter().filter(|id| !self.checks.contains_key(*id)).map(|id| ("check", id));
            let others = [
                ("question", &requirement.questions),
                ("document", &requirement.documents),
                ("record", &requirement.records),
            ];
            let others = others.into_iter().flat_map(|(kind, ids)| ids.iter().map(move |id| (kind, id)));
            for (kind, id) in checks.chain(others) {
                open.entry((kind, id)).or_default().push(requirement.id.clone());
            }
        }
        open.into_iter()
            .map(|((kind, id), requirements)| OpenBinding { kind, id: id.to_owned(), requirements })
            .collect()
    }
}
