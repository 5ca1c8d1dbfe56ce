//! Loading: layers of files become one catalogue, or a list of mistakes with file, line and column.
//!
//! The unit is a whole id. An upper layer adds a unit, replaces one (`replaces: id@hash`) or switches one off
//! (`disabled: reason`); nothing is ever merged field by field across layers. What is loaded has been checked: every
//! field path, type, word, text and id.

use crate::checks::build_check;
use crate::files::{CasesFile, CheckFile, MeasureFile, PatternFile, SwitchOff};
use crate::fingerprints::{FingerprintFile, wrong_fingerprints};
use crate::model::{Case, Check, Framework, Lifecycle, Origin, PortSets, Rooms, Services, SeverityTable, UnstatedRoom};
use crate::network;
use crate::sources::Layer;
use crate::{Catalog, cases, untranslated};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use visite_facts::{Area, CatalogUsed, Disabled, Measure, Replaced, Word};
use visite_target::yaml::{MAX_MISTAKES, Mistake, from_yaml, nearest};

/// The kinds of units, each with its own ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Check,
    Pattern,
    Measure,
    Framework,
    Lifecycle,
    Fingerprints,
    Severity,
    Rooms,
    Services,
    Ports,
}

impl Kind {
    fn is_wanted(self, parts: &[Part]) -> bool {
        match self {
            Self::Check | Self::Pattern => {
                [Part::Checks, Part::CheckTexts, Part::Cases].iter().any(|part| parts.contains(part))
            }
            Self::Measure => parts.contains(&Part::Measures),
            Self::Framework => parts.contains(&Part::Frameworks),
            Self::Lifecycle => parts.contains(&Part::Lifecycles),
            Self::Severity | Self::Rooms => true,
            Self::Fingerprints | Self::Services | Self::Ports => parts.contains(&Part::Network),
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Check => "checks",
            Self::Pattern => "patterns",
            Self::Measure => "measures",
            Self::Framework => "frameworks",
            Self::Lifecycle => "lifecycles",
            Self::Fingerprints => "fingerprints",
            Self::Severity | Self::Rooms | Self::Services | Self::Ports => "tables",
        }
    }
}

/// One file that defines one unit.
struct Unit<'l> {
    origin: Origin,
    text: &'l str,
    area: Option<Area>,
    cases: Option<(String, &'l str)>,
}

/// A part of the catalogue. A command that needs one only need not wait for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Checks, with the patterns they fill; their conditions are compiled.
    Checks,
    /// Checks without compiling their conditions: enough to list them, never to judge.
    CheckTexts,
    /// Cases of checks.
    Cases,
    /// Measures.
    Measures,
    /// Frameworks and their requirements.
    Frameworks,
    /// Lifecycles.
    Lifecycles,
    /// Services of networks, sets of ports, and fingerprints.
    Network,
}

impl Part {
    /// Everything.
    pub const ALL: &'static [Part] =
        &[Self::Checks, Self::Cases, Self::Measures, Self::Frameworks, Self::Lifecycles, Self::Network];
    /// Everything that judging needs.
    pub const JUDGING: &'static [Part] = &[Self::Checks, Self::Measures, Self::Frameworks, Self::Lifecycles];
    /// Everything that examining a network and judging it needs.
    pub const SCANNING: &'static [Part] =
        &[Self::Checks, Self::Measures, Self::Frameworks, Self::Lifecycles, Self::Network];
}

/// Loads the whole catalogue from its layers, lowest first.
pub fn load(layers: &[Layer]) -> Result<Catalog, Vec<Mistake>> {
    load_parts(layers, Part::ALL)
}

/// Loads parts of the catalogue. Ids are resolved as far as what they name is loaded; the hash covers everything.
pub fn load_parts(layers: &[Layer], parts: &[Part]) -> Result<Catalog, Vec<Mistake>> {
    let mut loading = Loading { parts: parts.to_vec(), ..Loading::default() };
    let units = loading.merge(layers);
    let hash = hash_of_all(&units);
    let mut patterns = BTreeMap::new();
    let mut check_files = Vec::new();
    let mut catalog = Catalog {
        checks: BTreeMap::new(),
        measures: BTreeMap::new(),
        frameworks: BTreeMap::new(),
        lifecycles: BTreeMap::new(),
        fingerprints: BTreeMap::new(),
        severity: SeverityTable { replaces: None, data_class: BTreeMap::new(), exposure: BTreeMap::new() },
        rooms: Rooms { replaces: None, unstated: UnstatedRoom { lock_within_seconds: 600 }, rooms: BTreeMap::new() },
        services: Services { replaces: None, services: BTreeMap::new() },
        ports: PortSets { replaces: None, practice: Vec::new(), top1000: Vec::new() },
        patterns: BTreeMap::new(),
        cases: BTreeMap::new(),
        origins: BTreeMap::new(),
        used: CatalogUsed { hash, replaced: loading.replaced.clone(), disabled: loading.disabled.clone() },
    };
    for ((kind, id), unit) in units.iter().filter(|((kind, _), _)| kind.is_wanted(parts)) {
        match kind {
            Kind::Check => check_files.push((id, unit)),
            Kind::Pattern => {
                if let Some(pattern) = loading.parse::<PatternFile>(unit) {
                    loading.same_id(unit, id, &pattern.id.value);
                    catalog.patterns.insert(id.clone(), pattern.doc.clone());
                    patterns.insert(id.clone(), (pattern, unit.origin.clone(), unit.text));
                }
            }
            Kind::Measure => {
                if let Some(measure) = loading.parse::<MeasureFile>(unit) {
                    loading.same_id(unit, id, &measure.id);
                    catalog.measures.insert(id.clone(), measure.into_measure());
                }
            }
            Kind::Framework => {
                if let Some(framework) = loading.parse::<Framework>(unit) {
                    loading.same_id(unit, id, &framework.id);
                    catalog.frameworks.insert(id.clone(), framework);
                }
            }
            Kind::Lifecycle => {
                if let Some(lifecycle) = loading.parse::<Lifecycle>(unit) {
                    loading.same_id(unit, id, &lifecycle.id);
                    catalog.lifecycles.insert(id.clone(), lifecycle);
                }
            }
            Kind::Fingerprints => {
                if let Some(file) = loading.parse::<FingerprintFile>(unit) {
                    loading.same_id(unit, id, &file.id);
                    loading.all_wrong(unit, wrong_fingerprints(&file));
                    catalog.fingerprints.insert(id.clone(), file);
                }
            }
            Kind::Severity => catalog.severity = loading.parse(unit).unwrap_or(catalog.severity),
            Kind::Rooms => catalog.rooms = loading.parse(unit).unwrap_or(catalog.rooms),
            Kind::Services => {
                if let Some(services) = loading.parse::<Services>(unit) {
                    loading.all_wrong(unit, network::wrong_services(&services));
                    catalog.services = services;
                }
            }
            Kind::Ports => {
                if let Some(ports) = loading.parse::<PortSets>(unit) {
                    loading.all_wrong(unit, network::wrong_ports(&ports));
                    catalog.ports = ports;
                }
            }
        }
        catalog.origins.insert(format!("{}/{id}", kind.folder()), unit.origin.clone());
    }
    let compiles = parts.contains(&Part::Checks) || parts.contains(&Part::Cases);
    for (id, unit) in check_files {
        if let Some(file) = loading.parse::<CheckFile>(unit) {
            match build_check(id, unit.area, &file, &unit.origin, unit.text, &patterns, compiles) {
                Ok(check) => {
                    catalog.checks.insert(id.clone(), check);
                }
                Err(mistakes) => loading.mistakes.extend(mistakes),
            }
        }
        if let Some((file, text)) = unit.cases.as_ref().filter(|_| parts.contains(&Part::Cases)) {
            match from_yaml::<CasesFile>(text, file)
                .map_err(|mistake| vec![*mistake])
                .and_then(|f| cases::cases(f, file))
            {
                Ok(cases) => {
                    catalog.cases.insert(id.clone(), cases);
                }
                Err(mistakes) => loading.mistakes.extend(mistakes),
            }
        }
    }
    loading.resolve_ids(&catalog);
    loading
        .mistakes
        .sort_by(|a, b| (&a.file, a.line, a.column, &a.message).cmp(&(&b.file, b.line, b.column, &b.message)));
    if loading.mistakes.is_empty() { Ok(catalog) } else { Err(loading.mistakes) }
}

#[derive(Default)]
struct Loading {
    parts: Vec<Part>,
    mistakes: Vec<Mistake>,
    replaced: Vec<Replaced>,
    disabled: Vec<Disabled>,
}

type Units<'l> = BTreeMap<(Kind, String), Unit<'l>>;

impl Loading {
    fn merge<'l>(&mut self, layers: &'l [Layer]) -> Units<'l> {
        let mut units = Units::new();
        for (depth, layer) in layers.iter().enumerate() {
            for (path, text) in &layer.files {
                let (path, text) = (path.as_ref(), text.as_ref());
                let Some((kind, id, area)) = place(path) else {
                    match path.strip_suffix("/cases.yaml").map(|folder| format!("{folder}/check.yaml")) {
                        Some(check) if layer.files.contains_key(check.as_str()) && place(&check).is_some() => {}
                        Some(check) => {
                            self.mistake(path, format!("cases without a check: there is no `{check}`"), None)
                        }
                        None => self.mistake(path, "the catalogue has no place for this file", Some(PLACES.to_owned())),
                    }
                    continue;
                };
                if !is_id(&id) {
                    self.mistake(path, format!("`{id}` is no id: use a-z, 0-9 and `-`"), None);
                    continue;
                }
                let cases_path = path.strip_suffix("/check.yaml").map(|folder| format!("{folder}/cases.yaml"));
                let cases = cases_path.and_then(|path| {
                    let text = layer.files.get(path.as_str())?.as_ref();
                    Some((path, text))
                });
                let origin = Origin { layer: layer.name.clone(), file: path.to_owned(), hash: short_hash(text) };
                let unit = Unit { origin, text, area, cases };
                self.place_unit(&mut units, (kind, id), unit, depth);
            }
        }
        units
    }

    /// Puts a unit over what lower layers have, if the layer says so.
    fn place_unit<'l>(&mut self, units: &mut Units<'l>, key: (Kind, String), unit: Unit<'l>, depth: usize) {
        let below = units.get(&key).map(|below| below.origin.clone());
        let same_layer = below.as_ref().is_some_and(|below| below.layer == unit.origin.layer);
        if same_layer {
            let other = below.map(|below| below.file).unwrap_or_default();
            self.mistake(&unit.origin.file, format!("`{}` is defined twice; also in `{other}`", key.1), None);
            return;
        }
        if depth == 0 {
            units.insert(key, unit);
            return;
        }
        let file = unit.origin.file.clone();
        if let Ok(off) = from_yaml::<SwitchOff>(unit.text, &file) {
            match below {
                Some(_) if off.id == key.1 && !off.disabled.trim().is_empty() => {
                    units.remove(&key);
                    self.disabled.push(Disabled { id: key.1, reason: off.disabled, layer: unit.origin.layer });
                }
                _ => self.mistake(
                    &file,
                    format!("`{}` is not in a lower layer, so it cannot be switched off", off.id),
                    None,
                ),
            }
            return;
        }
        let replaces = replaces_line(unit.text);
        match (below, replaces) {
            (None, None) => {
                units.insert(key, unit);
            }
            (Some(below), Some(named)) if named == format!("{}@{}", key.1, below.hash) => {
                self.replaced.push(Replaced {
                    id: key.1.clone(),
                    replaces: below.hash,
                    layer: unit.origin.layer.clone(),
                });
                units.insert(key, unit);
            }
            (Some(below), _) => {
                let wanted = format!("replaces: {}@{}", key.1, below.hash);
                self.mistake(
                    &file,
                    format!("`{}` exists in the layer `{}`", key.1, below.layer),
                    Some(format!("to replace it after comparing both, write `{wanted}`")),
                );
            }
            (None, Some(named)) => self.mistake(&file, format!("`{named}` is not in a lower layer"), None),
        }
    }

    fn parse<T: DeserializeOwned>(&mut self, unit: &Unit<'_>) -> Option<T> {
        from_yaml(unit.text, &unit.origin.file).map_err(|mistake| self.mistakes.push(*mistake)).ok()
    }

    fn same_id(&mut self, unit: &Unit<'_>, expected: &str, found: &str) {
        if expected != found {
            self.mistake(&unit.origin.file, format!("the id is `{found}`, the file says `{expected}`"), None);
        }
    }

    fn all_wrong(&mut self, unit: &Unit<'_>, messages: Vec<String>) {
        for message in messages.into_iter().take(MAX_MISTAKES) {
            self.mistake(&unit.origin.file, message, None);
        }
    }

    /// Every id that is named must exist, except those that frameworks name ahead of their time.
    fn resolve_ids(&mut self, catalog: &Catalog) {
        let measures: Vec<&str> = catalog.measures.keys().map(String::as_str).collect();
        let requirements: BTreeSet<&str> = catalog.requirements().map(|requirement| requirement.id.as_str()).collect();
        for check in catalog.checks.values() {
            if self.parts.contains(&Part::Measures) && !measures.contains(&check.measure.as_str()) {
                let hint =
                    nearest(&check.measure, measures.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                self.mistake(&check.origin.file, format!("there is no measure `{}`", check.measure), hint);
            }
            let sources = check.sources.iter().filter(|_| self.parts.contains(&Part::Frameworks));
            let missing: Vec<&String> = sources.filter(|source| !requirements.contains(source.as_str())).collect();
            for source in missing.into_iter().take(MAX_MISTAKES) {
                let hint = nearest(source, requirements.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                self.mistake(&check.origin.file, format!("there is no requirement `{source}`"), hint);
            }
        }
        let mut systems = BTreeMap::new();
        for lifecycle in catalog.lifecycles.values() {
            let system = (lifecycle.matches.family, lifecycle.matches.id.as_str());
            if let Some(other) = systems.insert(system, &lifecycle.id) {
                let file =
                    catalog.origins.get(&format!("lifecycles/{}", lifecycle.id)).map(|origin| origin.file.clone());
                let message = format!("the system `{}` has a lifecycle already: `{other}`", system.1);
                self.mistake(&file.unwrap_or_default(), message, Some("replace that one as a whole".to_owned()));
            }
        }
        let mut seen = BTreeSet::new();
        for framework in catalog.frameworks.values() {
            let file = catalog
                .origins
                .get(&format!("frameworks/{}", framework.id))
                .map(|origin| origin.file.clone())
                .unwrap_or_default();
            for requirement in &framework.requirements {
                if !seen.insert(requirement.id.as_str()) {
                    self.mistake(&file, format!("`{}` is there twice", requirement.id), None);
                }
            }
        }
    }

    fn mistake(&mut self, file: &str, message: impl Into<String>, hint: Option<String>) {
        self.mistakes.push(Mistake {
            file: file.to_owned(),
            line: 0,
            column: 0,
            message: untranslated(message),
            hint: hint.map(untranslated),
            snippet: String::new(),
        });
    }
}

const PLACES: &str = "checks/<area>/<id>/check.yaml and cases.yaml, patterns/<id>.yaml, measures/<id>.yaml, \
                      frameworks/<id>.yaml, lifecycles/<id>.yaml, fingerprints/<id>.yaml, severity.yaml, rooms.yaml, services.yaml, ports.yaml";

/// Which unit a path defines.
fn place(path: &str) -> Option<(Kind, String, Option<Area>)> {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["checks", area, id, "check.yaml"] => Some((Kind::Check, (*id).to_owned(), Area::from_word(area))),
        [folder, file] => {
            let kinds = [Kind::Pattern, Kind::Measure, Kind::Framework, Kind::Lifecycle, Kind::Fingerprints];
            let kind = kinds.into_iter().find(|kind| kind.folder() == *folder)?;
            Some((kind, file.strip_suffix(".yaml")?.to_owned(), None))
        }
        ["severity.yaml"] => Some((Kind::Severity, "severity".to_owned(), None)),
        ["rooms.yaml"] => Some((Kind::Rooms, "rooms".to_owned(), None)),
        ["services.yaml"] => Some((Kind::Services, "services".to_owned(), None)),
        ["ports.yaml"] => Some((Kind::Ports, "ports".to_owned(), None)),
        _ => None,
    }
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 80 && id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// The value of a top-level `replaces:` line. The typed parse checks the rest; here it must only be found.
fn replaces_line(text: &str) -> Option<&str> {
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let line = lines.find_map(|line| line.strip_prefix("replaces:"))?;
    let value = line.split(" #").next().unwrap_or(line).trim().trim_matches(['"', '\'']);
    (!value.is_empty()).then_some(value)
}

/// First twelve characters of the SHA-256 of a file's text.
pub fn short_hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

fn hash_of_all(units: &Units<'_>) -> String {
    let mut all = Sha256::new();
    for unit in units.values() {
        // The path says kind, area and id.
        all.update(unit.origin.file.as_bytes());
        all.update([0]);
        all.update(unit.text.as_bytes());
        all.update([0]);
    }
    all.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Catalog {
    /// A check of the catalogue, with its cases if it has any.
    pub fn cases_of(&self, check: &Check) -> &[Case] {
        self.cases.get(&check.id).map_or(&[], Vec::as_slice)
    }

    /// The measure that closes `check`.
    pub fn measure_of(&self, check: &Check) -> Option<&Measure> {
        self.measures.get(&check.measure)
    }
}
