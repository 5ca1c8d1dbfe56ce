//! What a match asks of a new packet from another computer.

use super::super::addresses;
use super::super::ruleset::Condition;
use super::super::tcp_flags;
use super::elements::{self, Elements, Scope};
use serde_json::Value as Json;
use visite_facts::facts::IpFamily;

/// The conditions of a `match` statement.
pub fn conditions(statement: &Json, scope: &Scope<'_, '_>) -> Vec<Condition> {
    let read = || {
        let (left, right) = (statement.get("left")?, statement.get("right")?);
        let negated = match statement.get("op").and_then(Json::as_str)? {
            "==" | "in" => false,
            "!=" => true,
            _ => return None,
        };
        if let Some(flags) = tcp_flag_match(statement, left, right) {
            return Some(vec![TCP, if negated { flags.negated() } else { flags }]);
        }
        Some(compare(left, &scope.elements(right)?, negated))
    };
    read().unwrap_or_else(|| vec![Condition::Doubtful])
}

/// The conditions under which `left` has one of the values; with `negated`, none of them.
pub fn compare(left: &Json, right: &Elements<'_>, negated: bool) -> Vec<Condition> {
    let (mut conditions, wanted) = asked(left, right);
    conditions.push(if negated { wanted.negated() } else { wanted });
    conditions
}

const TCP: Condition = Condition::Transport { tcp: true, udp: false };
const UDP: Condition = Condition::Transport { tcp: false, udp: true };
const NEITHER: Condition = Condition::Transport { tcp: false, udp: false };

/// What the left side presupposes (`tcp dport` means TCP), and the comparison itself.
fn asked(left: &Json, right: &Elements<'_>) -> (Vec<Condition>, Condition) {
    let Some((kind, details)) = left.as_object().and_then(|object| object.iter().next()) else {
        return (Vec::new(), Condition::Doubtful);
    };
    let word = |key: &str| details.get(key).and_then(Json::as_str).unwrap_or_default();
    match kind.as_str() {
        "payload" if details.get("base").is_some() => (Vec::new(), raw_payload(details, right)),
        "payload" => payload(word("protocol"), word("field"), right),
        "meta" => (Vec::new(), meta(word("key"), right)),
        "ct" => (Vec::new(), connection(word("key"), right)),
        "fib" => (Vec::new(), route(details, right)),
        "concat" => (Vec::new(), concatenation(details, right)),
        "ipsec" => (Vec::new(), Condition::Restricted),
        "rt" if word("key") == "ipsec" => (Vec::new(), Condition::Restricted),
        // Whoever sends the packet chooses these.
        "exthdr" | "tcp option" | "ip option" | "sctp chunk" | "numgen" | "jhash" | "symhash" | "osf" | "rt" => {
            (Vec::new(), Condition::Sometimes)
        }
        _ => (Vec::new(), Condition::Doubtful),
    }
}

fn payload(protocol: &str, field: &str, right: &Elements<'_>) -> (Vec<Condition>, Condition) {
    let presupposed = match protocol {
        "tcp" => vec![TCP],
        "udp" => vec![UDP],
        "th" => Vec::new(),
        "ip" => vec![Condition::Family(IpFamily::Ipv4)],
        "ip6" => vec![Condition::Family(IpFamily::Ipv6)],
        "ether" => Vec::new(),
        "icmp" | "icmpv6" | "igmp" | "sctp" | "dccp" | "udplite" | "esp" | "ah" | "comp" | "gre" => vec![NEITHER],
        "arp" => return (Vec::new(), Condition::Never),
        _ => return (Vec::new(), Condition::Doubtful),
    };
    let wanted = match (protocol, field) {
        ("tcp" | "udp" | "th", "dport") => ports(right),
        ("ip" | "ip6", "saddr") if right.dynamic => Condition::Restricted,
        ("ip" | "ip6", "saddr") => {
            elements::addresses(&right.items).map_or(Condition::Doubtful, |ranges| addresses::source(&ranges))
        }
        ("ip" | "ip6", "daddr") if right.dynamic => Condition::Sometimes,
        ("ip" | "ip6", "daddr") => {
            elements::addresses(&right.items).map_or(Condition::Doubtful, |ranges| addresses::destination(&ranges))
        }
        ("ip", "protocol") | ("ip6", "nexthdr") => transports(right),
        ("ip" | "ip6", "version") => Condition::Always,
        ("ether", "saddr") => Condition::Restricted,
        ("ether", "type") => network_protocols(right),
        _ => Condition::Sometimes,
    };
    (presupposed, wanted)
}

/// `@th,16,16` is how older versions write the destination port of any transport.
fn raw_payload(details: &Json, right: &Elements<'_>) -> Condition {
    let number = |key: &str| details.get(key).and_then(Json::as_u64);
    match (details.get("base").and_then(Json::as_str), number("offset"), number("len")) {
        (Some("th"), Some(16), Some(16)) => ports(right),
        _ => Condition::Doubtful,
    }
}

fn ports(right: &Elements<'_>) -> Condition {
    match elements::ports(&right.items) {
        _ if right.dynamic => Condition::Doubtful,
        Some(ports) => Condition::Ports(ports),
        None => Condition::Doubtful,
    }
}

/// Each word becomes a condition, and one of them has to hold.
fn any_word(right: &Elements<'_>, condition: impl Fn(&str) -> Condition) -> Condition {
    match elements::words(&right.items) {
        _ if right.dynamic => Condition::Doubtful,
        Some(words) => Condition::any_of(words.into_iter().map(condition).collect()),
        None => Condition::Doubtful,
    }
}

fn transports(right: &Elements<'_>) -> Condition {
    let is = |item: &Json, name: &str, number: u64| item.as_str() == Some(name) || item.as_u64() == Some(number);
    let single = |item: &&Json| item.is_string() || item.is_u64();
    if right.dynamic || !right.items.iter().all(single) {
        return Condition::Doubtful;
    }
    Condition::Transport {
        tcp: right.items.iter().any(|item| is(item, "tcp", 6)),
        udp: right.items.iter().any(|item| is(item, "udp", 17)),
    }
}

fn network_protocols(right: &Elements<'_>) -> Condition {
    any_word(right, |word| match word {
        "ip" | "ipv4" => Condition::Family(IpFamily::Ipv4),
        "ip6" | "ipv6" => Condition::Family(IpFamily::Ipv6),
        "arp" => Condition::Never,
        _ => Condition::Doubtful,
    })
}

fn meta(key: &str, right: &Elements<'_>) -> Condition {
    match key {
        "l4proto" => transports(right),
        "nfproto" | "protocol" => network_protocols(right),
        "iif" | "iifname" => any_word(right, incoming),
        "oif" | "oifname" | "oifgroup" | "oiftype" | "oifkind" | "bri_oifname" | "sdif" => Condition::Outgoing,
        "pkttype" => any_word(right, |word| match word {
            "broadcast" | "multicast" => Condition::GroupAddress,
            "unicast" | "host" => Condition::GroupAddress.negated(),
            _ => Condition::Doubtful,
        }),
        "ipsec" | "secpath" => Condition::Restricted,
        "length" | "priority" | "random" | "cpu" | "time" | "day" | "hour" => Condition::Sometimes,
        _ => Condition::Doubtful,
    }
}

/// Packets from other computers never arrive by the loopback interface.
pub fn incoming(name: &str) -> Condition {
    match name {
        "lo" => Condition::Never,
        "*" => Condition::Always,
        name => Condition::Interface(name.to_owned()),
    }
}

fn connection(key: &str, right: &Elements<'_>) -> Condition {
    let Some(words) = elements::words(&right.items).filter(|_| !right.dynamic) else { return Condition::Doubtful };
    let names = |wanted: &str| words.contains(&wanted);
    match key {
        "state" => Condition::State { new: names("new"), untracked: names("untracked") },
        "status" if names("dnat") => Condition::Redirected,
        "status" => Condition::Never,
        "direction" => {
            if names("original") {
                Condition::Always
            } else {
                Condition::Never
            }
        }
        "protocol" => transports(right),
        "l3proto" => network_protocols(right),
        _ => Condition::Doubtful,
    }
}

/// `fib daddr type local` and its kind. Checks of the way back (`fib saddr oif`) hold for any honest sender.
fn route(details: &Json, right: &Elements<'_>) -> Condition {
    let is = |item: &Json, word: &str| item.as_str() == Some(word);
    let flags = details.get("flags").map(|flags| elements_of(flags)).unwrap_or_default();
    let about = |word: &str| flags.iter().any(|flag| is(flag, word));
    if details.get("result").and_then(Json::as_str) != Some("type") {
        return Condition::Sometimes;
    }
    any_word(right, |word| match word {
        "local" if about("saddr") => Condition::Never,
        "local" if about("daddr") => Condition::GroupAddress.negated(),
        "broadcast" | "multicast" if about("daddr") => Condition::GroupAddress,
        _ => Condition::Sometimes,
    })
}

fn elements_of(list: &Json) -> Vec<&Json> {
    match list {
        Json::Array(items) => items.iter().collect(),
        single => vec![single],
    }
}

/// Several fields compared at once with tuples of values.
fn concatenation(fields: &Json, right: &Elements<'_>) -> Condition {
    let fields = elements_of(fields);
    if right.dynamic {
        return Condition::Doubtful;
    }
    let mut alternatives = Vec::with_capacity(right.items.len());
    for item in &right.items {
        let Some(values) = item.get("concat").and_then(Json::as_array).filter(|values| values.len() == fields.len())
        else {
            return Condition::Doubtful;
        };
        let conditions = fields.iter().zip(values).flat_map(|(field, value)| {
            compare(field, &Elements { items: vec![elements::bare(value)], dynamic: false }, false)
        });
        alternatives.push(conditions.collect());
    }
    Condition::AnyOf(alternatives)
}

/// `tcp flags syn` (any of them) and `tcp flags & (fin | syn | rst | ack) == syn` (exactly these under the mask).
fn tcp_flag_match(statement: &Json, left: &Json, right: &Json) -> Option<Condition> {
    let is_flags = |value: &Json| {
        value.get("payload").is_some_and(|payload| {
            payload.get("protocol").and_then(Json::as_str) == Some("tcp")
                && payload.get("field").and_then(Json::as_str) == Some("flags")
        })
    };
    let named = |value: &Json| flag_bits(value);
    if is_flags(left) {
        let bits = named(right)?;
        return Some(match statement.get("op").and_then(Json::as_str)? {
            "in" => tcp_flags::any_set(bits),
            _ => tcp_flags::equal(0xff, bits),
        });
    }
    let masked = left.get("&")?.as_array()?;
    let (field, mask) = (masked.first()?, masked.get(1)?);
    is_flags(field).then_some(())?;
    Some(tcp_flags::equal(named(mask)?, named(right)?))
}

/// Flags as a name, a number, a list, or nested `|`.
fn flag_bits(value: &Json) -> Option<u8> {
    match value {
        Json::String(name) => tcp_flags::bit(name),
        Json::Number(number) => number.as_u64().and_then(|bits| u8::try_from(bits).ok()),
        Json::Array(names) => names.iter().try_fold(0, |bits, name| Some(bits | flag_bits(name)?)),
        other => flag_bits(other.get("|")?),
    }
}
