//! The right side of a match: single values, anonymous sets, and named sets of the same table.

use super::super::addresses::{AddressRange, parse_address};
use super::super::ports::PortSet;
use serde_json::Value as Json;
use std::cell::Cell;
use std::collections::HashMap;

/// Most elements of named sets that are read for all rules together; a large set named by many rules is read for each.
const MAX_ELEMENTS: usize = 2_000_000;

/// Named sets and maps of all tables.
pub struct Sets<'a> {
    by_name: HashMap<(&'a str, &'a str, &'a str), &'a Json>,
    left: Cell<usize>,
}

/// The sets that rules of one table can name.
pub struct Scope<'a, 's> {
    sets: &'s Sets<'a>,
    family: String,
    table: String,
}

/// The values that a match compares with.
#[derive(Debug)]
pub struct Elements<'a> {
    /// The values, without their timeouts and counters.
    pub items: Vec<&'a Json>,
    /// Whether rules or programs change them while the filter runs.
    pub dynamic: bool,
}

impl<'a> Sets<'a> {
    pub fn collect(entries: &'a [Json]) -> Self {
        let mut sets = HashMap::new();
        for entry in entries {
            let Some(set) = entry.get("set").or_else(|| entry.get("map")) else { continue };
            let field = |key: &str| set.get(key).and_then(Json::as_str);
            if let (Some(family), Some(table), Some(name)) = (field("family"), field("table"), field("name")) {
                sets.insert((family, table, name), set);
            }
        }
        Self { by_name: sets, left: Cell::new(MAX_ELEMENTS) }
    }

    pub fn scope(&self, family: &str, table: &str) -> Scope<'a, '_> {
        Scope { sets: self, family: family.to_owned(), table: table.to_owned() }
    }
}

impl<'a> Scope<'a, '_> {
    /// All values on the right side of a match or in the data of a map; `None` if a named set is not there, or if
    /// too much has been read already.
    pub fn elements<'b>(&self, right: &'b Json) -> Option<Elements<'b>>
    where
        'a: 'b,
    {
        if let Some(name) = right.as_str().and_then(|text| text.strip_prefix('@')) {
            let set: &'b Json = self.sets.by_name.get(&(self.family.as_str(), self.table.as_str(), name))?;
            let items = set.get("elem").map(items).unwrap_or_default();
            self.sets.left.set(self.sets.left.get().checked_sub(items.len())?);
            return Some(Elements { items, dynamic: is_dynamic(set) });
        }
        Some(Elements { items: items(right.get("set").unwrap_or(right)), dynamic: false })
    }
}

fn is_dynamic(set: &Json) -> bool {
    let flags = set.get("flags").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    set.get("timeout").is_some()
        || flags.iter().filter_map(Json::as_str).any(|flag| matches!(flag, "dynamic" | "timeout"))
}

fn items(list: &Json) -> Vec<&Json> {
    match list {
        Json::Array(items) => items.iter().map(bare).collect(),
        single => vec![bare(single)],
    }
}

/// A value without the timeout, counter or comment that a set keeps beside it.
pub fn bare(item: &Json) -> &Json {
    item.get("elem").and_then(|elem| elem.get("val")).unwrap_or(item)
}

/// The ports that the values name; `None` if one of them is none.
pub fn ports(items: &[&Json]) -> Option<PortSet> {
    let port = |value: &Json| value.as_u64().and_then(|number| u16::try_from(number).ok());
    let mut ranges = Vec::with_capacity(items.len());
    for item in items {
        ranges.push(match item.get("range").and_then(Json::as_array).map(Vec::as_slice) {
            Some([first, last]) => (port(first)?, port(last)?),
            Some(_) => return None,
            None if item.as_str() == Some("*") => (0, u16::MAX),
            None => (port(item)?, port(item)?),
        });
    }
    Some(PortSet::from_ranges(ranges))
}

/// The addresses that the values name; `None` if one of them is none.
pub fn addresses(items: &[&Json]) -> Option<Vec<AddressRange>> {
    items.iter().map(|item| address(item)).collect()
}

fn address(item: &Json) -> Option<AddressRange> {
    let single = |value: &Json| value.as_str().and_then(parse_address);
    if let Some(prefix) = item.get("prefix") {
        let bits = prefix.get("len")?.as_u64().and_then(|bits| u32::try_from(bits).ok())?;
        return AddressRange::network(single(prefix.get("addr")?)?, bits);
    }
    match item.get("range").and_then(Json::as_array).map(Vec::as_slice) {
        Some([first, last]) => AddressRange::between(single(first)?, single(last)?),
        Some(_) => None,
        None => AddressRange::between(single(item)?, single(item)?),
    }
}

/// The words that the values are; `None` if one of them is something else.
pub fn words<'a>(items: &[&'a Json]) -> Option<Vec<&'a str>> {
    items.iter().map(|item| item.as_str()).collect()
}
