//! The options of `iptables` rules: what each asks of a new packet from another computer.
//!
//! After iptables(8) and iptables-extensions(8), version 1.8.9. One match at a time; an option that is not listed
//! swallows the words up to the next option and makes the rule doubtful.

use super::super::addresses::{self, AddressRange, parse_address};
use super::super::ports::PortSet;
use super::super::ruleset::Condition;
use super::super::tcp_flags;

/// Reads one option with its values from the front of `words`, adds what it asks, and returns the rest.
pub fn take<'a>(words: &'a [String], conditions: &mut Vec<Condition>) -> &'a [String] {
    let negated = words.first().is_some_and(|word| word == "!");
    let words = if negated { &words[1..] } else { words };
    let Some((option, values)) = words.split_first() else { return words };
    let (count, condition) = match known(option, values) {
        Some(read) => read,
        None => (values.iter().take_while(|word| !starts_option(word)).count(), Some(Condition::Doubtful)),
    };
    // `! option value` in newer versions, `option ! value` in very old ones.
    let old_negation = values.first().is_some_and(|word| word == "!");
    let condition = if old_negation { Some(Condition::Doubtful) } else { condition };
    conditions.extend(condition.map(|condition| if negated { condition.negated() } else { condition }));
    values.get(count..).unwrap_or_default()
}

fn starts_option(word: &str) -> bool {
    word == "!" || word.starts_with('-')
}

/// How many values an option takes, and what it asks (`None`: nothing by itself).
fn known(option: &str, values: &[String]) -> Option<(usize, Option<Condition>)> {
    let value = values.first().map_or("", String::as_str);
    let asks = |condition: Condition| Some((1, Some(condition)));
    let nothing = |count: usize| Some((count, None));
    match option {
        "-m" | "--match" => nothing(1),
        "-4" | "-6" | "--ipv4" | "--ipv6" => nothing(0),
        "-p" | "--protocol" => asks(transport(value)),
        "-s" | "--source" => asks(addresses_or_doubt(networks(value), addresses::source)),
        "-d" | "--destination" => asks(addresses_or_doubt(networks(value), addresses::destination)),
        "--src-range" => asks(addresses_or_doubt(range(value), addresses::source)),
        "--dst-range" => asks(addresses_or_doubt(range(value), addresses::destination)),
        "-i" | "--in-interface" => asks(interface(value)),
        "-o" | "--out-interface" => asks(Condition::Outgoing),
        "-f" | "--fragment" => Some((0, Some(Condition::Never))),
        "--dport" | "--dports" | "--destination-port" | "--destination-ports" => asks(ports(value)),
        "--syn" => Some((0, Some(Condition::Always))),
        "--tcp-flags" => Some((2, Some(flags(value, values.get(1).map_or("", String::as_str))))),
        "--ctstate" | "--state" => asks(state(value)),
        "--ctstatus" => asks(status(value)),
        "--ctdir" => asks(if value == "ORIGINAL" { Condition::Always } else { Condition::Never }),
        "--dst-type" => asks(destination_type(value)),
        "--src-type" => asks(if value == "LOCAL" { Condition::Never } else { Condition::Sometimes }),
        "--pkt-type" => asks(match value {
            "multicast" | "broadcast" => Condition::GroupAddress,
            "unicast" => Condition::GroupAddress.negated(),
            _ => Condition::Doubtful,
        }),
        "--icmp-type" | "--icmpv6-type" => asks(Condition::Transport { tcp: false, udp: false }),
        "--mac-source" => asks(Condition::Restricted),
        "--match-set" => Some((2, Some(address_set(values.get(1).map_or("", String::as_str))))),
        // Lists of senders that rules fill: knocking, or too many attempts.
        "--rcheck" | "--update" => Some((0, Some(Condition::Restricted))),
        "--pol" => asks(if value == "ipsec" { Condition::Restricted } else { Condition::Always }),
        "--comment"
        | "--name"
        | "--seconds"
        | "--hitcount"
        | "--mask"
        | "--dir"
        | "--limit-burst"
        | "--connlimit-mask"
        | "--hashlimit-burst"
        | "--hashlimit-mode"
        | "--hashlimit-name"
        | "--hashlimit-srcmask"
        | "--hashlimit-dstmask"
        | "--hashlimit-htable-size"
        | "--hashlimit-htable-max"
        | "--hashlimit-htable-expire"
        | "--hashlimit-htable-gcinterval"
        | "--hashlimit-rate-interval"
        | "--every"
        | "--packet"
        | "--datestart"
        | "--datestop"
        | "--timestop" => nothing(1),
        "--set"
        | "--rsource"
        | "--rdest"
        | "--rttl"
        | "--reap"
        | "--remove"
        | "--connlimit-saddr"
        | "--connlimit-daddr"
        | "--hashlimit-rate-match"
        | "--limit-iface-in"
        | "--kerneltz"
        | "--contiguous"
        | "--loose"
        | "--accept-local"
        | "--validmark"
        | "--return-nomatch" => nothing(0),
        // The sender chooses, waits, or tries again.
        "--sport" | "--sports" | "--source-port" | "--source-ports" | "--port" | "--ports" | "--limit"
        | "--connlimit-above" | "--connlimit-upto" | "--hashlimit-above" | "--hashlimit-upto" | "--hashlimit"
        | "--mode" | "--probability" | "--timestart" | "--weekdays" | "--monthdays" | "--length" | "--ttl-eq"
        | "--ttl-lt" | "--ttl-gt" | "--hl-eq" | "--hl-lt" | "--hl-gt" | "--dscp" | "--dscp-class" | "--tos"
        | "--tcp-option" | "--mss" => asks(Condition::Sometimes),
        "--invert" => Some((0, Some(Condition::Sometimes))),
        _ => None,
    }
}

fn transport(name: &str) -> Condition {
    match name {
        "all" | "0" => Condition::Always,
        "tcp" | "6" => Condition::Transport { tcp: true, udp: false },
        "udp" | "17" => Condition::Transport { tcp: false, udp: true },
        "" => Condition::Doubtful,
        _ => Condition::Transport { tcp: false, udp: false },
    }
}

fn addresses_or_doubt(ranges: Option<Vec<AddressRange>>, meaning: impl Fn(&[AddressRange]) -> Condition) -> Condition {
    ranges.map_or(Condition::Doubtful, |ranges| meaning(&ranges))
}

fn networks(list: &str) -> Option<Vec<AddressRange>> {
    list.split(',').map(AddressRange::parse).collect()
}

fn range(text: &str) -> Option<Vec<AddressRange>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some(vec![AddressRange::between(parse_address(first)?, parse_address(last)?)?])
}

/// `eth0`, or `ppp+` for every interface whose name begins so.
fn interface(name: &str) -> Condition {
    match name.strip_suffix('+') {
        Some("") => Condition::Always,
        Some(start) => Condition::Interface(format!("{start}*")),
        None if name == "lo" => Condition::Never,
        None => Condition::Interface(name.to_owned()),
    }
}

/// `22`, `1:1023`, `:1023`, `1024:` and lists of these.
fn ports(list: &str) -> Condition {
    let number = |text: &str, otherwise: u16| if text.is_empty() { Some(otherwise) } else { text.parse().ok() };
    let range = |text: &str| match text.split_once(':') {
        Some((first, last)) => Some((number(first, 0)?, number(last, u16::MAX)?)),
        None => text.parse().ok().map(|port| (port, port)),
    };
    let ranges: Option<Vec<(u16, u16)>> = list.split(',').map(range).collect();
    ranges.map_or(Condition::Doubtful, |ranges| Condition::Ports(PortSet::from_ranges(ranges)))
}

fn flags(mask: &str, wanted: &str) -> Condition {
    let bits = |names: &str| names.split(',').try_fold(0, |bits, name| Some(bits | tcp_flags::bit(name)?));
    bits(mask).zip(bits(wanted)).map_or(Condition::Doubtful, |(mask, wanted)| tcp_flags::equal(mask, wanted))
}

fn state(list: &str) -> Condition {
    let names = |wanted: &str| list.split(',').any(|name| name == wanted);
    if names("DNAT") {
        return Condition::AnyOf(vec![
            vec![Condition::Redirected],
            vec![Condition::State { new: names("NEW"), untracked: names("UNTRACKED") }],
        ]);
    }
    Condition::State { new: names("NEW"), untracked: names("UNTRACKED") }
}

/// A connection that is just being made has none of the states, apart from a rewritten destination.
fn status(list: &str) -> Condition {
    if list == "NONE" {
        Condition::Always
    } else if list.split(',').any(|name| name == "DNAT") {
        Condition::Redirected
    } else {
        Condition::Never
    }
}

fn destination_type(list: &str) -> Condition {
    let one = |name: &str| match name {
        "LOCAL" => Condition::GroupAddress.negated(),
        "MULTICAST" | "BROADCAST" => Condition::GroupAddress,
        _ => Condition::Sometimes,
    };
    Condition::any_of(list.split(',').map(one).collect())
}

/// A set of ipset(8) compared with the sender's address only. Sets that also hold ports stay doubtful.
fn address_set(directions: &str) -> Condition {
    match directions {
        "src" => Condition::Restricted,
        "dst" => Condition::Sometimes,
        _ => Condition::Doubtful,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &str) -> Vec<Condition> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let mut conditions = Vec::new();
        let mut rest = words.as_slice();
        while !rest.is_empty() {
            rest = take(rest, &mut conditions);
        }
        conditions
    }

    #[test]
    fn options_say_what_they_ask() {
        let tcp = Condition::Transport { tcp: true, udp: false };
        let ports = |ranges: &[(u16, u16)]| Condition::Ports(PortSet::from_ranges(ranges.iter().copied()));
        assert_eq!(asked("-p tcp -m tcp --dport 22"), [tcp.clone(), ports(&[(22, 22)])]);
        assert_eq!(asked("-p tcp -m multiport ! --dports 1,5:9"), [tcp, ports(&[(0, 0), (2, 4), (10, 65_535)])]);
        assert_eq!(asked("! -i lo"), [Condition::Always]);
        assert_eq!(asked("-i ppp+"), [Condition::Interface("ppp*".to_owned())]);
        assert_eq!(asked("-m frobnicate --wibble a b ! --wobble"), [Condition::Doubtful, Condition::Doubtful]);
        assert_eq!(asked("-m mark --mark 0x1"), [Condition::Doubtful]);
        assert_eq!(asked("-s 10.0.0.0/8"), [Condition::Restricted]);
        assert_eq!(asked("-m set --match-set praxis src"), [Condition::Restricted]);
        assert_eq!(asked("-m conntrack --ctstate INVALID"), [Condition::State { new: false, untracked: false }]);
    }

    #[test]
    fn an_option_without_value_ends_the_line() {
        for line in ["--dport", "!", "-p", "--tcp-flags SYN", "--match-set x"] {
            asked(line);
        }
    }
}
