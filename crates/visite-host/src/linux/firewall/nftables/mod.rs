//! Reads `nft -j list ruleset` (libnftables-json(5)) into the common form.
//!
//! JSON is read as it comes, not into fixed types: what a newer nft prints and we do not know makes one rule
//! doubtful, never the whole ruleset unreadable. Tables of the families `bridge`, `arp` and `netdev` are kept only
//! by name: they can drop, which we may leave out, but never let in what another table drops.

mod elements;
mod matches;
mod statements;

use super::ruleset::{Base, Chain, Hook, Ruleset, Table};
use elements::Sets;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use visite_facts::facts::IpFamily;

/// Reads what `nft -j list ruleset` printed; `None` if it is not that.
pub fn parse_nft_ruleset(text: &str) -> Option<Ruleset> {
    let root: Json = serde_json::from_str(text).ok()?;
    let entries = root.get("nftables")?.as_array()?;
    let sets = Sets::collect(entries);
    let mut ruleset = Ruleset::default();
    let mut numbers: BTreeMap<TableKey, usize> = BTreeMap::new();
    for entry in entries {
        if let Some(table) = entry.get("table") {
            add_table(table, &mut ruleset, &mut numbers)?;
        } else if let Some(chain) = entry.get("chain") {
            add_chain(chain, &mut ruleset, &numbers)?;
        } else if let Some(rule) = entry.get("rule") {
            add_rule(rule, &mut ruleset, &numbers, &sets)?;
        }
    }
    Some(ruleset)
}

/// Family and name.
type TableKey = (String, String);

fn text(object: &Json, key: &str) -> Option<String> {
    object.get(key)?.as_str().map(str::to_owned)
}

fn add_table(table: &Json, ruleset: &mut Ruleset, numbers: &mut BTreeMap<TableKey, usize>) -> Option<()> {
    let (family, name) = (text(table, "family")?, text(table, "name")?);
    let ip_family = match family.as_str() {
        _ if is_dormant(table, &name) => None,
        "ip" => Some(IpFamily::Ipv4),
        "ip6" => Some(IpFamily::Ipv6),
        "inet" => Some(IpFamily::Both),
        _ => None,
    };
    let label = format!("{family} {name}");
    numbers.insert((family, name.clone()), ruleset.tables.len());
    ruleset.tables.push(Table { label, name, family: ip_family, chains: BTreeMap::new() });
    Some(())
}

/// A dormant table is loaded but switched off. nft 1.0.6 prints the table's name in place of the flag's, so that
/// `owner` looks the same there; leaving out a table leaves out only what it drops.
fn is_dormant(table: &Json, name: &str) -> bool {
    let means_dormant = |flag: &Json| flag.as_str().is_some_and(|flag| flag == "dormant" || flag == name);
    match table.get("flags") {
        Some(Json::Array(flags)) => flags.iter().any(means_dormant),
        Some(flag) => means_dormant(flag),
        None => false,
    }
}

fn table_of<'a>(object: &Json, ruleset: &'a mut Ruleset, numbers: &BTreeMap<TableKey, usize>) -> Option<&'a mut Table> {
    let key = (text(object, "family")?, text(object, "table")?);
    ruleset.tables.get_mut(*numbers.get(&key)?)
}

fn add_chain(chain: &Json, ruleset: &mut Ruleset, numbers: &BTreeMap<TableKey, usize>) -> Option<()> {
    let table = table_of(chain, ruleset, numbers)?;
    let base = chain.get("hook").map(|hook| Base {
        hook: match hook.as_str() {
            Some("prerouting") => Hook::Prerouting,
            Some("input") => Hook::Input,
            Some("forward") => Hook::Forward,
            _ => Hook::Elsewhere,
        },
        priority: chain.get("prio").and_then(Json::as_i64).unwrap_or(0),
        drops: chain.get("policy").and_then(Json::as_str) == Some("drop"),
    });
    table.chains.insert(text(chain, "name")?, Chain { base, rules: Vec::new() });
    Some(())
}

fn add_rule(rule: &Json, ruleset: &mut Ruleset, numbers: &BTreeMap<TableKey, usize>, sets: &Sets<'_>) -> Option<()> {
    let statements = rule.get("expr")?.as_array()?;
    let table = table_of(rule, ruleset, numbers)?;
    let scope = sets.scope(&text(rule, "family")?, &table.name);
    let read = statements::rule(statements, &scope);
    table.chains.get_mut(&text(rule, "chain")?)?.rules.push(read.rule);
    ruleset.notrack |= read.notrack;
    Some(())
}
