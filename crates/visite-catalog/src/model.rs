//! What the catalogue consists of, once it is loaded and found right.

use crate::FieldPath;
use crate::condition::Condition;
use crate::template::Template;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use visite_facts::facts::{NetworkService, OsFamily, Room};
use visite_facts::{Area, Confidence, FactSpec, Severity, SubjectKind, Text, words};
use visite_target::{AppliesTo, DataClass, Equipment};

words! {
    /// How far a check has come.
    pub enum CheckStatus {
        /// New; it judges, and its verdicts are watched.
        Experimental = "experimental",
        /// Proven.
        Stable = "stable",
        /// No longer judged; kept so that its id keeps its meaning.
        Deprecated = "deprecated",
    }
}

/// Where a unit of the catalogue comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// Name of the layer.
    pub layer: String,
    /// File within the layer.
    pub file: String,
    /// First twelve characters of the SHA-256 of the file; what `replaces: id@hash` names.
    pub hash: String,
}

/// A rule over facts.
#[derive(Debug)]
pub struct Check {
    /// Its id, for good.
    pub id: String,
    /// Area of the practice's IT.
    pub area: Area,
    /// What is checked, named neutrally.
    pub topic: Text,
    /// What is wrong when it fails, with places for names and figures.
    pub title: Template,
    /// Why it matters to a practice.
    pub why: Text,
    /// How far it has come.
    pub status: CheckStatus,
    /// How bad a failure is.
    pub severity: Severity,
    /// How sure a failure is.
    pub confidence: Confidence,
    /// What kind of subject it judges.
    pub subject: SubjectKind,
    /// The collection whose records it judges one by one.
    pub for_each: Option<&'static FactSpec>,
    /// When the question arises at all.
    pub applies: Option<Condition>,
    /// When it fails.
    pub fails_when: Condition,
    /// Older facts do not count.
    pub max_age: SignedDuration,
    /// Id of the measure that closes it.
    pub measure: String,
    /// Requirements it bears on.
    pub sources: Vec<String>,
    /// Where it comes from.
    pub origin: Origin,
}

impl Check {
    /// Whether the question can arise on a computer with this operating system: it needs no fact that only others have.
    pub fn concerns(&self, system: OsFamily) -> bool {
        let conditions = self.applies.iter().chain([&self.fails_when]);
        let named = conditions.flat_map(|condition| &condition.fields).filter_map(|path| match path {
            FieldPath::Single(fact, _) => Some(*fact),
            FieldPath::Record(_) => None,
        });
        self.for_each.into_iter().chain(named).all(|fact| fact.system.is_none_or(|only| only == system))
    }
}

words! {
    /// How binding a requirement is.
    pub enum Modality {
        /// MUSS.
        Must = "must",
        /// SOLL.
        Should = "should",
    }
}

words! {
    /// How sure we are of a requirement's number.
    pub enum NumberingConfidence {
        /// Seen in copies of the text in force.
        Seen = "seen",
    }
}

words! {
    /// How sure we are of a requirement's wording.
    pub enum WordingConfidence {
        /// Seen in the nearly identical text for dentists of 2025.
        SeenKzbv2025 = "seen_kzbv_2025",
        /// Seen there in part.
        SeenKzbv2025Partly = "seen_kzbv_2025_partly",
        /// Seen in the text of 2021.
        Seen2021 = "seen_2021",
        /// Only the title was seen.
        Gap = "gap",
    }
}

words! {
    /// What is known about a requirement's first day.
    pub enum ValidFromNote {
        /// In force at the latest from then.
        LatestPossible = "latest_possible",
    }
}

/// How sure we are of what we say about a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequirementConfidence {
    /// Of its number.
    pub numbering: NumberingConfidence,
    /// Of its wording.
    pub wording: WordingConfidence,
}

/// One numbered demand of a framework, and what bears on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Its id, e.g. `KBV-390-A1-14`.
    pub id: String,
    /// Its number in the framework.
    pub number: String,
    /// The part of the framework it stands in.
    pub section: Text,
    /// What it is about.
    pub target: Text,
    /// Its title, in our words.
    pub title: Text,
    /// What it demands, in our words.
    pub text: Text,
    /// How binding it is.
    pub modality: Modality,
    /// What is uncertain about that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modality_note: Option<Text>,
    /// Which practices it is made for.
    pub applies_to: AppliesTo,
    /// What must be in use for it to apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Equipment>,
    /// First day it is in force.
    #[schemars(with = "String")]
    pub valid_from: Date,
    /// What is uncertain about that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from_note: Option<ValidFromNote>,
    /// New in the directive of 2025.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub new_2025: bool,
    /// Points it counts in a self-check (DIN SPEC 27076 only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<u8>,
    /// How sure we are.
    pub confidence: RequirementConfidence,
    /// Checks that bear on it.
    pub checks: Vec<String>,
    /// Questions that bear on it.
    pub questions: Vec<String>,
    /// Documents that bear on it.
    pub documents: Vec<String>,
    /// Recurring proofs that bear on it.
    pub records: Vec<String>,
}

/// A law, directive or standard, number by number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Its id, which is also the file's name.
    pub id: String,
    /// Replaces the framework of a lower layer, `id@hash`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// Its title.
    pub title: Text,
    /// When it was published.
    #[schemars(with = "String")]
    pub published: Date,
    /// When it came into force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub in_force: Option<Date>,
    /// Where the authoritative text stands.
    pub url: String,
    /// What readers must know about our version.
    pub note: Text,
    /// Its numbers.
    pub requirements: Vec<Requirement>,
}

/// Where dates of a lifecycle come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifecycleSource {
    /// The page.
    pub url: String,
    /// When it was read.
    pub date: Date,
}

/// Which systems a lifecycle is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifecycleMatch {
    /// `host.os.family`.
    pub family: OsFamily,
    /// `host.os.id`.
    pub id: String,
}

/// Support of one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cycle {
    /// `host.os.version`, whole or up to a dot.
    pub version: String,
    /// Name for people.
    pub name: String,
    /// Editions it is about (`host.os.edition`); none for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub editions: Vec<String>,
    /// Last day with free security updates.
    pub ends: Date,
    /// What else is to be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// When the support of a product's versions ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lifecycle {
    /// Its id, which is also the file's name.
    pub id: String,
    /// Replaces the lifecycle of a lower layer, `id@hash`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// The product.
    pub title: String,
    /// Where the dates come from.
    pub source: LifecycleSource,
    /// Which systems it is about.
    #[serde(rename = "match")]
    pub matches: LifecycleMatch,
    /// Its versions.
    pub cycles: Vec<Cycle>,
}

impl Lifecycle {
    /// The cycle of a version: the longest that is equal to it or a prefix of it that ends at a dot.
    ///
    /// Where cycles differ by edition, an edition that is not known gives none.
    pub fn cycle(&self, version: &str, edition: Option<&str>) -> Option<&Cycle> {
        let fits = |cycle: &&Cycle| {
            let same =
                version.strip_prefix(&cycle.version).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            let edition = cycle.editions.is_empty()
                || edition.is_some_and(|edition| cycle.editions.iter().any(|listed| listed == edition));
            same && edition
        };
        self.cycles.iter().filter(fits).max_by_key(|cycle| cycle.version.len())
    }
}

words! {
    /// Who can reach a subject.
    pub enum Exposure {
        /// The practice's own network.
        Practice = "practice",
        /// The internet.
        Internet = "internet",
    }
}

/// One column of the table: a severity for each severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeverityColumn {
    /// What low becomes.
    pub low: Severity,
    /// What medium becomes.
    pub medium: Severity,
    /// What high becomes.
    pub high: Severity,
    /// What critical becomes.
    pub critical: Severity,
}

impl SeverityColumn {
    fn get(&self, severity: Severity) -> Severity {
        match severity {
            Severity::Low => self.low,
            Severity::Medium => self.medium,
            Severity::High => self.high,
            Severity::Critical => self.critical,
        }
    }
}

/// The table from which the effective severity follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeverityTable {
    /// Replaces the table of a lower layer, `severity@hash`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// By the subject's data class.
    pub data_class: BTreeMap<DataClass, SeverityColumn>,
    /// By the subject's exposure.
    pub exposure: BTreeMap<Exposure, SeverityColumn>,
}

impl SeverityTable {
    /// The effective severity; what is not stated changes nothing.
    pub fn effective(&self, severity: Severity, class: Option<DataClass>, exposure: Option<Exposure>) -> Severity {
        let by_class =
            class.and_then(|class| self.data_class.get(&class)).map_or(severity, |column| column.get(severity));
        exposure.and_then(|exposure| self.exposure.get(&exposure)).map_or(by_class, |column| column.get(by_class))
    }
}

/// A kind of room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomRule {
    /// Seconds after which an unused screen should be locked there.
    pub lock_within_seconds: u32,
    /// Name for people.
    pub title: Text,
}

/// What counts where nobody said which room it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnstatedRoom {
    /// Seconds after which an unused screen should be locked.
    pub lock_within_seconds: u32,
}

/// Rules by room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rooms {
    /// Replaces the rules of a lower layer, `rooms@hash`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// Where nobody said which room it is.
    pub unstated: UnstatedRoom,
    /// By room.
    pub rooms: BTreeMap<Room, RoomRule>,
}

impl Rooms {
    /// Seconds after which an unused screen should be locked in `room`.
    pub fn lock_within_seconds(&self, room: Option<Room>) -> u32 {
        room.and_then(|room| self.rooms.get(&room))
            .map_or(self.unstated.lock_within_seconds, |rule| rule.lock_within_seconds)
    }
}

words! {
    /// Whether what travels to a service is encrypted, as the service is usually set up.
    pub enum Encryption {
        /// The protocol knows nothing else.
        Always = "always",
        /// It can be, and today usually is.
        Usually = "usually",
        /// It can be, and often is not.
        Sometimes = "sometimes",
        /// The protocol itself has no encryption.
        Never = "never",
    }
}

/// What is known about a service that listens in a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceRule {
    /// Name for people.
    pub name: Text,
    /// What it is for in a practice, in a sentence or two.
    pub about: Text,
    /// TCP ports on which it usually listens. They say where to look, never what was found.
    #[serde(default)]
    pub tcp: Vec<u16>,
    /// UDP ports on which it usually listens.
    #[serde(default)]
    pub udp: Vec<u16>,
    /// Whether it is for managing the device itself.
    pub management: bool,
    /// Whether it is encrypted.
    pub encrypted: Encryption,
    /// The document that defines it.
    pub source: String,
}

/// The closed list of services: every word of [`NetworkService`] exactly once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Services {
    /// Replaces the list of a lower layer, `services@hash`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// By service.
    pub services: BTreeMap<NetworkService, ServiceRule>,
}

/// A part of a set of ports, and why it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortGroup {
    /// What listens there.
    pub title: Text,
    /// TCP ports.
    #[serde(default)]
    pub tcp: Vec<u16>,
    /// UDP ports; each needs a payload of its protocol, for silence says nothing.
    #[serde(default)]
    pub udp: Vec<u16>,
    /// Where the numbers come from.
    pub source: String,
}

/// Which ports a scan asks. No port stands in a set twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortSets {
    /// Replaces the sets of a lower layer, `ports@hash`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// The usual set: what there is in medical practices.
    pub practice: Vec<PortGroup>,
    /// A thousand TCP ports, for a wider look.
    pub top1000: Vec<PortGroup>,
}

impl PortSets {
    /// TCP ports of the usual set, sorted.
    pub fn practice_tcp(&self) -> Vec<u16> {
        sorted(self.practice.iter().flat_map(|group| &group.tcp))
    }

    /// UDP ports of the usual set, sorted.
    pub fn practice_udp(&self) -> Vec<u16> {
        sorted(self.practice.iter().flat_map(|group| &group.udp))
    }

    /// The thousand TCP ports, sorted; those of the usual set are among them.
    pub fn top1000_tcp(&self) -> Vec<u16> {
        sorted(self.practice.iter().chain(&self.top1000).flat_map(|group| &group.tcp))
    }
}

fn sorted<'p>(ports: impl Iterator<Item = &'p u16>) -> Vec<u16> {
    let mut ports: Vec<u16> = ports.copied().collect();
    ports.sort_unstable();
    ports
}

/// A small world and the verdict it must give: the test of a check, beside the check.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The clock.
    pub now: Timestamp,
    /// The facts.
    pub facts: BTreeMap<&'static str, visite_facts::Fact>,
    /// The verdict, `pass`, `fail`, `not_applicable` or `unknown(<reason>)`.
    pub expect: String,
    /// Line of the file where it starts, for messages.
    pub line: u64,
}
