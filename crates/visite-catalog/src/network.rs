//! What must hold of the list of services and of the sets of ports.
//!
//! For the loader. It knows no protocol and asks nobody; that a service speaks what its word says is the business of
//! the dialogues.

use crate::model::{PortGroup, PortSets, Services};
use std::collections::BTreeSet;
use visite_facts::facts::NetworkService;
use visite_facts::scan::is_silent;
use visite_facts::{Text, Word};

/// How many TCP ports the wider set has.
const WIDER: usize = 1000;

/// Everything that is wrong with the list of services.
pub fn wrong_services(services: &Services) -> Vec<String> {
    let words = NetworkService::ALL.iter().filter_map(|word| NetworkService::from_word(word));
    let missing = words.filter(|word| !services.services.contains_key(word));
    let mut wrong: Vec<String> = missing.map(|word| format!("the service `{word}` is missing")).collect();
    for (word, rule) in &services.services {
        if [&rule.name, &rule.about].into_iter().any(is_empty) {
            wrong.push(format!("`{word}` has an empty text in one language"));
        }
        if rule.source.trim().is_empty() {
            wrong.push(format!("`{word}` has no source"));
        }
        wrong.extend(wrong_numbers(word.word(), &rule.tcp, "TCP"));
        wrong.extend(wrong_numbers(word.word(), &rule.udp, "UDP"));
        wrong.extend(silent(word.word(), &rule.tcp));
    }
    wrong
}

/// Everything that is wrong with the sets of ports.
pub fn wrong_ports(sets: &PortSets) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for group in sets.practice.iter().chain(&sets.top1000) {
        let name = group.title.en.as_str();
        if is_empty(&group.title) || group.source.trim().is_empty() {
            wrong.push(format!("the group “{name}” lacks a title in one language or its source"));
        }
        wrong.extend(wrong_numbers(name, &group.tcp, "TCP"));
        wrong.extend(wrong_numbers(name, &group.udp, "UDP"));
        wrong.extend(silent(name, &group.tcp));
        wrong.extend(twice(name, group, &mut seen));
    }
    if sets.top1000.iter().any(|group| !group.udp.is_empty()) {
        wrong.push("`top1000` adds TCP ports only".to_owned());
    }
    let wider = sets.top1000_tcp().len();
    if wider != WIDER {
        wrong.push(format!("`practice` and `top1000` have {wider} TCP ports together, not {WIDER}"));
    }
    wrong
}

fn is_empty(text: &Text) -> bool {
    text.de.trim().is_empty() || text.en.trim().is_empty()
}

fn wrong_numbers(name: &str, ports: &[u16], transport: &str) -> Vec<String> {
    let rising = ports.is_sorted_by(|a, b| a < b);
    let mut wrong = Vec::new();
    if ports.contains(&0) {
        wrong.push(format!("“{name}”: 0 is no {transport} port"));
    }
    if !rising {
        wrong.push(format!("“{name}”: {transport} ports stand in rising order, each once"));
    }
    wrong
}

fn silent(name: &str, ports: &[u16]) -> Vec<String> {
    let silent = ports.iter().filter(|port| is_silent(**port));
    silent.map(|port| format!("“{name}”: TCP port {port} never gets a packet, printers print what arrives")).collect()
}

fn twice(name: &str, group: &PortGroup, seen: &mut BTreeSet<(bool, u16)>) -> Vec<String> {
    let tcp = group.tcp.iter().map(|port| (true, *port));
    let udp = group.udp.iter().map(|port| (false, *port));
    let again: Vec<(bool, u16)> = tcp.chain(udp).filter(|port| !seen.insert(*port)).collect();
    again.into_iter().map(|(_, port)| format!("“{name}”: port {port} stands in another group too")).collect()
}
