//! From snapshots to subjects: what is known about each, from which collector, and since when.
//!
//! Several snapshots of the same fact are laid over each other so that knowing more never means knowing less: a newer
//! value counts before an older one, an unknown one never covers a known one, and records seen after the last complete
//! listing are added to it. A listing that was seen from one place of the network says nothing about what can be seen from
//! another: listings of different places are united. The order of the snapshots does not matter.

use jiff::{SignedDuration, Timestamp};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use visite_facts::facts::{DeviceNetwork, DeviceWay};
use visite_facts::identity::{KnownSubject, Resolution, resolve};
use visite_facts::snapshot::{Snapshot, Subject, fact_to_json};
use visite_facts::{
    Basis, Completeness, Fact, FactType, Identifier, Record, Shape, Strength, SubjectId, SubjectKind, UnknownReason,
    Value, fact_spec,
};

/// Clocks may differ by this much without anything being wrong.
const MAX_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Who saw something, and when.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// When it was seen.
    pub at: Timestamp,
    /// The collector, or `assess` for derived facts.
    pub collector: String,
    /// Whether it was measured, or who says so.
    pub basis: Basis,
}

/// A fact as it results from all snapshots.
#[derive(Clone, Debug)]
pub struct SeenFact {
    /// The fact.
    pub fact: Fact,
    /// Who saw it, if nothing else is said for a field.
    pub source: Source,
    /// Fields that come from another snapshot, by index of the record and name.
    borrowed: BTreeMap<(usize, &'static str), Source>,
}

impl SeenFact {
    /// A fact from one source.
    pub fn new(fact: Fact, source: Source) -> Self {
        Self { fact, source, borrowed: BTreeMap::new() }
    }

    /// A fact of which some fields come from elsewhere, by index of the record and name.
    pub fn of_sources(fact: Fact, source: Source, borrowed: BTreeMap<(usize, &'static str), Source>) -> Self {
        Self { fact, source, borrowed }
    }

    /// Since when all of this is known: the listing, and these fields of each record.
    pub fn oldest(&self, fields: &[&str]) -> Timestamp {
        let borrowed = self.borrowed.iter().filter(|((_, field), _)| fields.contains(field));
        borrowed.map(|(_, source)| source.at).fold(self.source.at, Timestamp::min)
    }

    /// Its records; one for a single fact.
    pub fn records(&self) -> &[Record] {
        match &self.fact {
            Fact::Single(record) => std::slice::from_ref(record),
            Fact::Collection { records, .. } => records,
        }
    }

    /// Whether these are all records.
    pub fn completeness(&self) -> Completeness {
        match &self.fact {
            Fact::Single(_) => Completeness::Complete,
            Fact::Collection { completeness, .. } => *completeness,
        }
    }

    /// Who saw a field of a record.
    pub fn source_of(&self, index: usize, field: &'static str) -> &Source {
        self.borrowed.get(&(index, field)).unwrap_or(&self.source)
    }

    /// The value of a field, unless it is unknown or older than `max_age`.
    pub fn fresh(&self, index: usize, field: &'static str, age: MaxAge) -> Result<&Value, UnknownReason> {
        let value = self.records().get(index).ok_or(UnknownReason::NotCollected)?.get(field)?;
        if age.is_stale(self.source_of(index, field)) { Err(UnknownReason::Stale) } else { Ok(value) }
    }
}

/// How old evidence may be, at a certain moment.
#[derive(Clone, Copy, Debug)]
pub struct MaxAge {
    /// The clock.
    pub now: Timestamp,
    /// The limit.
    pub limit: SignedDuration,
}

impl MaxAge {
    /// Whether something seen by `source` is too old.
    pub fn is_stale(&self, source: &Source) -> bool {
        self.now.duration_since(source.at) > self.limit
    }
}

/// Everything known about one subject.
#[derive(Clone, Debug)]
pub struct SubjectFacts {
    /// The subject.
    pub subject: Subject,
    /// By what it was recognised.
    pub identifiers: Vec<Identifier>,
    /// When it was last looked at.
    pub observed_at: Timestamp,
    /// Largest difference between its clock and the server's, in seconds; only where a server received something.
    pub skew_seconds: Option<i64>,
    /// Subjects it may be the same as.
    pub possible_duplicate: Vec<SubjectId>,
    /// Facts by name.
    pub facts: BTreeMap<&'static str, SeenFact>,
}

impl SubjectFacts {
    /// The typed form of a single fact; every field unknown if it was not collected.
    pub fn single<T: FactType>(&self) -> T {
        match self.facts.get(T::SPEC.name).map(|seen| &seen.fact) {
            Some(Fact::Single(record)) => T::from_record(record),
            _ => T::default(),
        }
    }

    /// The typed form of a collection; `None` if it was not collected.
    pub fn collection<T: FactType>(&self) -> Option<(Vec<T>, Completeness)> {
        match self.facts.get(T::SPEC.name).map(|seen| &seen.fact) {
            Some(Fact::Collection { records, completeness }) => {
                Some((records.iter().map(T::from_record).collect(), *completeness))
            }
            _ => None,
        }
    }
}

/// Sorts snapshots by subject. Which subject is which follows from identifiers, see [`visite_facts::identity`].
pub fn subjects(snapshots: &[Snapshot], now: Timestamp) -> Vec<SubjectFacts> {
    let mut ordered: Vec<&Snapshot> = snapshots.iter().collect();
    ordered.sort_by(|a, b| order(a, b));
    let groups = group(&ordered);
    let mut subjects: Vec<SubjectFacts> = groups.into_iter().map(|group| lay_over(group, now)).collect();
    doubt_shared_addresses(&mut subjects);
    subjects
}

/// A device that was seen through a router has no hardware address and is called by its IP address. One that was seen
/// at the same address from its own segment may be the same; but addresses move on, so a person decides.
fn doubt_shared_addresses(subjects: &mut [SubjectFacts]) {
    let mut holders: BTreeMap<String, Vec<SubjectId>> = BTreeMap::new();
    let is_device = |facts: &SubjectFacts| facts.subject.kind == SubjectKind::Device;
    for facts in subjects.iter().filter(|facts| is_device(facts) && !facts.identifiers.is_empty()) {
        for address in facts.single::<DeviceNetwork>().addresses.known().into_iter().flatten() {
            holders.entry(address.clone()).or_default().push(facts.subject.id.clone());
        }
    }
    for facts in subjects.iter_mut().filter(|facts| is_device(facts) && facts.identifiers.is_empty()) {
        let network: DeviceNetwork = facts.single();
        // A link-local address is of use in one segment only.
        let address = network.address.known().filter(|address| !address.starts_with("fe80:"));
        let holders = address.and_then(|address| holders.get(address));
        facts.possible_duplicate.extend(holders.into_iter().flatten().cloned());
        facts.possible_duplicate.sort();
        facts.possible_duplicate.dedup();
    }
}

/// A total order that depends on content only, so that equal input in any order gives equal output.
fn order(a: &Snapshot, b: &Snapshot) -> Ordering {
    let identity = |snapshot: &Snapshot| (snapshot.subject.clone(), snapshot.identifiers.clone());
    // Facts are large and are written out only where nothing else tells two snapshots apart.
    let facts = |snapshot: &Snapshot| -> Vec<String> {
        snapshot.facts.iter().map(|(name, fact)| format!("{name}{}", fact_to_json(fact))).collect()
    };
    (a.evidence_time(), &a.collector)
        .cmp(&(b.evidence_time(), &b.collector))
        .then_with(|| identity(a).cmp(&identity(b)))
        .then_with(|| facts(a).cmp(&facts(b)))
}

/// Snapshots that carry exactly these identifiers; where these are worth nothing, id and name that the file states.
type IdentitySet = (Vec<Identifier>, SubjectKind, Option<(SubjectId, String)>);

struct Group<'s> {
    subject: Subject,
    identifiers: BTreeSet<Identifier>,
    duplicates: Vec<SubjectId>,
    snapshots: Vec<&'s Snapshot>,
}

fn group<'s>(snapshots: &[&'s Snapshot]) -> Vec<Group<'s>> {
    // What a collector says the subject's id is comes from the same identifiers; snapshots with equal identifiers
    // belong together, then the resolver decides between the different sets, richest first, in an order of content.
    let mut sets: BTreeMap<IdentitySet, Vec<&'s Snapshot>> = BTreeMap::new();
    for snapshot in snapshots {
        let mut identifiers = snapshot.identifiers.clone();
        identifiers.sort();
        identifiers.dedup();
        // Without identifiers that are worth something only id and name that the file states can tell subjects apart.
        let recognisable = identifiers.iter().any(|identifier| identifier.kind.strength() >= Strength::Medium);
        let stated = (!recognisable).then(|| (snapshot.subject.id.clone(), snapshot.subject.name.clone()));
        sets.entry((identifiers, snapshot.subject.kind, stated)).or_default().push(snapshot);
    }
    let mut sets: Vec<_> = sets.into_iter().collect();
    sets.sort_by(|((a, _, _), _), ((b, _, _), _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    let mut groups: Vec<Group<'s>> = Vec::new();
    let mut index_of: BTreeMap<SubjectId, usize> = BTreeMap::new();
    let mut known: BTreeMap<SubjectKind, Vec<KnownSubject>> = BTreeMap::new();
    for ((identifiers, kind, _), members) in sets {
        let Some(latest) = members.iter().max_by_key(|snapshot| snapshot.evidence_time()) else { continue };
        let known = known.entry(kind).or_default();
        let resolution = if identifiers.is_empty() {
            Resolution::New(latest.subject.id.clone())
        } else {
            resolve(kind, &identifiers, &latest.subject.name, known, &[])
        };
        if let Some(index) = index_of.get(resolution.id()) {
            let group: &mut Group<'s> = &mut groups[*index];
            group.snapshots.extend(members);
            group.identifiers.extend(identifiers.iter().cloned());
            let own = known.iter_mut().find(|subject| subject.id == group.subject.id);
            own.into_iter().for_each(|subject| subject.identifiers.extend_from_slice(&identifiers));
            continue;
        }
        let duplicates = match &resolution {
            Resolution::PossibleDuplicate { of, .. } => of.clone(),
            Resolution::Known(_) | Resolution::New(_) => Vec::new(),
        };
        let subject = Subject { id: resolution.id().clone(), kind, name: latest.subject.name.clone() };
        known.push(KnownSubject { id: subject.id.clone(), identifiers: identifiers.clone() });
        index_of.insert(subject.id.clone(), groups.len());
        let identifiers = identifiers.into_iter().collect();
        groups.push(Group { subject, identifiers, duplicates, snapshots: members });
    }
    groups.sort_by(|a, b| a.subject.id.cmp(&b.subject.id));
    groups
}

fn lay_over(mut group: Group<'_>, now: Timestamp) -> SubjectFacts {
    // A snapshot from the future has an unknown place in time: it tells only what no other one tells.
    let is_dated = |snapshot: &Snapshot| snapshot.evidence_time().duration_since(now) <= MAX_SKEW;
    group.snapshots.sort_by(|a, b| is_dated(a).cmp(&is_dated(b)).then_with(|| order(a, b)));
    let mut by_fact: BTreeMap<&'static str, Vec<Sighting<'_>>> = BTreeMap::new();
    for snapshot in &group.snapshots {
        // A clock that runs ahead must not make evidence young forever.
        let at = snapshot.evidence_time().min(now);
        let place = place_of(snapshot);
        for (name, fact) in &snapshot.facts {
            let source = Source { at, collector: snapshot.collector.clone(), basis: Basis::Measured };
            by_fact.entry(name).or_default().push(Sighting { source, place, fact });
        }
    }
    let facts = by_fact.into_iter().filter_map(|(name, seen)| Some((name, merge(name, &seen)?))).collect();
    let skew = |snapshot: &&Snapshot| Some(snapshot.received_at?.duration_since(snapshot.observed_at).as_secs());
    let identifiers: Vec<Identifier> = group.identifiers.into_iter().collect();
    SubjectFacts {
        observed_at: group.snapshots.iter().map(|snapshot| snapshot.observed_at.min(now)).max().unwrap_or(now),
        skew_seconds: group.snapshots.iter().filter_map(skew).max_by_key(|skew| skew.unsigned_abs()),
        subject: group.subject,
        identifiers,
        possible_duplicate: group.duplicates,
        facts,
    }
}

/// A fact as one snapshot holds it.
struct Sighting<'s> {
    source: Source,
    /// The network from which it was seen.
    place: Place<'s>,
    fact: &'s Fact,
}

/// The network in which the examining computer stood; none for what was seen on the computer itself.
type Place<'s> = Option<&'s str>;

fn place_of(snapshot: &Snapshot) -> Place<'_> {
    if let Some(Fact::Single(record)) = snapshot.facts.get(DeviceNetwork::SPEC.name)
        && let Some(Value::Text(network)) = record.values.get("seen_from")
    {
        return Some(network);
    }
    // Without it, the ways tell, if all of them begin in the same network.
    let ways = match snapshot.facts.get(DeviceWay::SPEC.name) {
        Some(Fact::Collection { records, .. }) => records.as_slice(),
        _ => return None,
    };
    let mut networks = ways.iter().map(|way| match way.values.get("from_network") {
        Some(Value::Text(network)) => Some(network.as_str()),
        _ => None,
    });
    let first = networks.next()??;
    networks.all(|other| other == Some(first)).then_some(first)
}

/// Lays the same fact from several snapshots over each other; `seen` is ordered from oldest to newest.
fn merge(name: &str, seen: &[Sighting<'_>]) -> Option<SeenFact> {
    let newest = seen.last()?;
    if seen.len() == 1 {
        return Some(SeenFact::new(newest.fact.clone(), newest.source.clone()));
    }
    let Shape::Collection { key } = fact_spec(name)?.shape else {
        let mut merged = SeenFact::new(newest.fact.clone(), newest.source.clone());
        for sighting in seen.iter().rev().skip(1) {
            if let (Fact::Single(into), Fact::Single(from)) = (&mut merged.fact, sighting.fact) {
                fill(into, from, 0, &sighting.source, &mut merged.borrowed);
            }
        }
        return Some(merged);
    };
    Some(merge_collection(key, seen))
}

/// What counts of the listings of one place, by position among all.
struct Counted {
    /// From here on, records are added.
    from: usize,
    /// The listing that says how complete it is.
    listing: usize,
}

/// For each place: the last complete listing says what there is. Newer, partial ones add to it; older ones only lend
/// values. Without a complete listing, everything that was ever seen counts, each value with its own age.
fn counted<'s>(seen: &[Sighting<'s>]) -> BTreeMap<Place<'s>, Counted> {
    let is_complete = |fact: &Fact| matches!(fact, Fact::Collection { completeness: Completeness::Complete, .. });
    let mut counted: BTreeMap<Place<'s>, (Option<usize>, usize)> = BTreeMap::new();
    for (position, sighting) in seen.iter().enumerate() {
        let (base, last) = counted.entry(sighting.place).or_default();
        *last = position;
        if is_complete(sighting.fact) {
            *base = Some(position);
        }
    }
    let counted = counted.into_iter();
    counted
        .map(|(place, (base, last))| (place, Counted { from: base.unwrap_or(0), listing: base.unwrap_or(last) }))
        .collect()
}

/// A listing covers older ones of its own place only; those of different places are united. All of it is complete only if
/// each place's is.
fn merge_collection(key: &str, seen: &[Sighting<'_>]) -> SeenFact {
    let counted = counted(seen);
    let mut listings: Vec<usize> = counted.values().map(|place| place.listing).collect();
    listings.sort_unstable_by(|a, b| b.cmp(a));
    let source = seen[listings[0]].source.clone();
    let completeness = listings.iter().map(|listing| match seen[*listing].fact {
        Fact::Collection { completeness, .. } => *completeness,
        Fact::Single(_) => Completeness::Incomplete(UnknownReason::Malformed),
    });
    let completeness = completeness.fold(Completeness::Complete, Completeness::and);
    let mut records: Vec<Record> = Vec::new();
    let mut index_of: BTreeMap<(String, usize), usize> = BTreeMap::new();
    let mut borrowed = BTreeMap::new();
    for (position, Sighting { source: from, place, fact }) in seen.iter().enumerate().rev() {
        let Fact::Collection { records: theirs, .. } = fact else { continue };
        let first_counted = counted.get(place).map_or(0, |place| place.from);
        // Two records of one listing are two things, even if they carry the same name.
        let mut namesakes: BTreeMap<String, usize> = BTreeMap::new();
        for record in theirs {
            let name = record.values.get(key).map(Value::display).map(|name| {
                let place = namesakes.entry(name.clone()).or_default();
                *place += 1;
                (name, *place)
            });
            if let Some(index) = name.as_ref().and_then(|name| index_of.get(name)) {
                fill(&mut records[*index], record, *index, from, &mut borrowed);
            } else if position >= first_counted {
                let index = records.len();
                index_of.extend(name.map(|name| (name, index)));
                if *from != source {
                    borrowed.extend(record.values.keys().map(|field| ((index, *field), from.clone())));
                }
                records.push(record.clone());
            }
        }
    }
    SeenFact { fact: Fact::Collection { records, completeness }, source, borrowed }
}

/// Takes over what `into` does not know.
fn fill(
    into: &mut Record,
    from: &Record,
    index: usize,
    source: &Source,
    borrowed: &mut BTreeMap<(usize, &'static str), Source>,
) {
    for (field, value) in &from.values {
        if !into.values.contains_key(field) {
            into.values.insert(field, value.clone());
            into.unknown.remove(field);
            borrowed.insert((index, field), source.clone());
        }
    }
}
