//! Ranges of addresses, as far as a packet filter's rules need them: who is meant by a source or destination.
//!
//! IPv4 and IPv6 share one form: a range of numbers beside the family. What is neither an address nor a network is
//! simply not read; the caller then treats the rule as one that it does not understand.

use super::ruleset::Condition;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses from the first to the last, both of one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRange {
    first: u128,
    last: u128,
    v4: bool,
}

const IPV4_MULTICAST: AddressRange = v4([224, 0, 0, 0], [239, 255, 255, 255]);
const IPV4_BROADCAST: AddressRange = v4([255, 255, 255, 255], [255, 255, 255, 255]);
const IPV4_LOOPBACK: AddressRange = v4([127, 0, 0, 0], [127, 255, 255, 255]);
const IPV6_LOOPBACK: AddressRange = AddressRange { first: 1, last: 1, v4: false };
const IPV6_MULTICAST: AddressRange = AddressRange { first: 0xff << 120, last: u128::MAX, v4: false };
/// `fe80::/10`.
const IPV6_LINK_LOCAL: AddressRange = AddressRange { first: 0xfe80 << 112, last: (0xfec0 << 112) - 1, v4: false };

const fn v4(first: [u8; 4], last: [u8; 4]) -> AddressRange {
    AddressRange { first: u32::from_be_bytes(first) as u128, last: u32::from_be_bytes(last) as u128, v4: true }
}

impl AddressRange {
    /// From one address to another of the same family.
    pub fn between(first: IpAddr, last: IpAddr) -> Option<Self> {
        let (low, high) = (number(first), number(last));
        (first.is_ipv4() == last.is_ipv4() && low <= high).then_some(Self {
            first: low,
            last: high,
            v4: first.is_ipv4(),
        })
    }

    /// A network.
    pub fn network(address: IpAddr, prefix_bits: u32) -> Option<Self> {
        let width = if address.is_ipv4() { 32 } else { 128 };
        let host_bits = width_minus(width, prefix_bits)?;
        let mask = if host_bits == 128 { u128::MAX } else { (1_u128 << host_bits) - 1 };
        let first = number(address) & !mask;
        Some(Self { first, last: first | mask, v4: address.is_ipv4() })
    }

    /// An address or a network, as iptables writes it: `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `fe80::/10`.
    pub fn parse(text: &str) -> Option<Self> {
        let Some((address, length)) = text.split_once('/') else {
            let address = text.parse().ok()?;
            return Self::between(address, address);
        };
        let bits = match length.parse::<Ipv4Addr>() {
            Ok(mask) if u32::from(mask).leading_ones() + u32::from(mask).trailing_zeros() == 32 => {
                u32::from(mask).leading_ones()
            }
            Ok(_) => return None,
            Err(_) => length.parse().ok()?,
        };
        Self::network(address.parse().ok()?, bits)
    }

    fn within(&self, outer: &Self) -> bool {
        self.v4 == outer.v4 && outer.first <= self.first && self.last <= outer.last
    }
}

fn width_minus(width: u32, bits: u32) -> Option<u32> {
    width.checked_sub(bits)
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// What a match on the source says about packets that come from other computers.
pub fn source(ranges: &[AddressRange]) -> Condition {
    let outside: Vec<AddressRange> =
        ranges.iter().copied().filter(|range| !range.within(&IPV4_LOOPBACK) && !range.within(&IPV6_LOOPBACK)).collect();
    match coverage(&outside) {
        Coverage::Everything => Condition::Always,
        Coverage::MostOfTheInternet => Condition::Sometimes,
        Coverage::Part if outside.is_empty() => Condition::Never,
        Coverage::Part => Condition::Restricted,
    }
}

/// What a match on the destination says about packets that arrive at this computer.
pub fn destination(ranges: &[AddressRange]) -> Condition {
    let all_in = |outer: &[AddressRange]| ranges.iter().all(|range| outer.iter().any(|outer| range.within(outer)));
    if all_in(&[IPV4_LOOPBACK, IPV6_LOOPBACK]) {
        Condition::Never
    } else if all_in(&[IPV4_MULTICAST, IPV4_BROADCAST, IPV6_MULTICAST]) {
        Condition::GroupAddress
    } else if all_in(&[IPV6_LINK_LOCAL, IPV6_MULTICAST]) {
        // Only neighbours on the same link can use such an address.
        Condition::Restricted
    } else if coverage(ranges) == Coverage::Everything {
        Condition::Always
    } else {
        Condition::Sometimes
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Coverage {
    Everything,
    MostOfTheInternet,
    Part,
}

/// A "restriction" to half of all addresses, or to half of `2000::/3`, restricts nobody.
fn coverage(ranges: &[AddressRange]) -> Coverage {
    let (ipv4, ipv6) = (covered(ranges, true), covered(ranges, false));
    if ipv4 == 1 << 32 || ipv6 == u128::MAX {
        Coverage::Everything
    } else if ipv4 >= 1 << 31 || ipv6 >= 1 << 124 {
        Coverage::MostOfTheInternet
    } else {
        Coverage::Part
    }
}

/// How many addresses of a family the ranges hold together; `u128::MAX` stands for all of IPv6.
fn covered(ranges: &[AddressRange], v4: bool) -> u128 {
    let mut sorted: Vec<(u128, u128)> =
        ranges.iter().filter(|range| range.v4 == v4).map(|range| (range.first, range.last)).collect();
    sorted.sort_unstable();
    let mut count = 0_u128;
    let mut next = 0_u128;
    for (first, last) in sorted {
        let from = first.max(next);
        if from <= last {
            count = count.saturating_add((last - from).saturating_add(1));
        }
        next = next.max(last.saturating_add(1));
    }
    count
}

/// Reads an address of either family.
pub(crate) fn parse_address(text: &str) -> Option<IpAddr> {
    text.parse::<Ipv4Addr>().map(IpAddr::V4).or_else(|_| text.parse::<Ipv6Addr>().map(IpAddr::V6)).ok()
}

#[cfg(test)]
mod tests {
    use super::{AddressRange, Condition, destination, source};

    fn ranges(texts: &[&str]) -> Vec<AddressRange> {
        texts.iter().map(|text| AddressRange::parse(text).expect("a valid network")).collect()
    }

    #[test]
    fn a_source_restricts_unless_it_means_everyone() {
        for (texts, expected) in [
            (&["192.168.10.0/24"] as &[&str], Condition::Restricted),
            (&["192.168.10.0/255.255.255.0"], Condition::Restricted),
            (&["fe80::/10"], Condition::Restricted),
            (&["0.0.0.0/0"], Condition::Always),
            (&["::/0"], Condition::Always),
            (&["::/1", "8000::/1"], Condition::Always),
            (&["0.0.0.0/1", "128.0.0.0/1"], Condition::Always),
            (&["0.0.0.0/1", "10.0.0.0/8"], Condition::Sometimes),
            (&["2000::/3"], Condition::Sometimes),
            (&["127.0.0.0/8", "::1"], Condition::Never),
            (&[], Condition::Never),
        ] {
            assert_eq!(source(&ranges(texts)), expected, "{texts:?}");
        }
    }

    #[test]
    fn a_destination_tells_groups_from_own_addresses() {
        for (texts, expected) in [
            (&["192.168.10.5"] as &[&str], Condition::Sometimes),
            (&["224.0.0.251"], Condition::GroupAddress),
            (&["224.0.0.0/4", "255.255.255.255"], Condition::GroupAddress),
            (&["ff02::fb"], Condition::GroupAddress),
            (&["fe80::/64"], Condition::Restricted),
            (&["127.0.0.1"], Condition::Never),
            (&["0.0.0.0/0"], Condition::Always),
        ] {
            assert_eq!(destination(&ranges(texts)), expected, "{texts:?}");
        }
    }

    #[test]
    fn nonsense_is_no_network() {
        for text in ["", "10.0.0.0/33", "10.0.0.0/255.0.255.0", "::/129", "host.example", "10.0.0.0/"] {
            assert_eq!(AddressRange::parse(text), None, "{text}");
        }
    }
}
