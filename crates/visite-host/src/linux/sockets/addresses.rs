//! The computer's own addresses, and from how far away a socket can be addressed.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use visite_facts::facts::{IpFamily, Reach};
use visite_facts::{Known, Observed, Unknown, UnknownReason};

/// Routes of IPv4, among them one to each own address.
pub const FIB_TRIE: &str = "/proc/net/fib_trie";
/// Addresses of IPv6.
pub const IF_INET6: &str = "/proc/net/if_inet6";

/// The computer's own addresses, or why they are not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// Of IPv4.
    pub ipv4: Result<Vec<IpAddr>, UnknownReason>,
    /// Of IPv6.
    pub ipv6: Result<Vec<IpAddr>, UnknownReason>,
}

/// From how far away a socket on `address` can be addressed. One on all addresses reaches as far as the widest.
pub fn reach(address: IpAddr, family: IpFamily, own: &Addresses) -> Observed<Reach> {
    let address = plain(address);
    if !address.is_unspecified() {
        return Known(reach_of(address));
    }
    let listed: &[&Result<Vec<IpAddr>, UnknownReason>] = match family {
        IpFamily::Ipv4 => &[&own.ipv4],
        IpFamily::Ipv6 => &[&own.ipv6],
        IpFamily::Both => &[&own.ipv4, &own.ipv6],
    };
    let is_public = |address: &IpAddr| reach_of(plain(*address)) == Reach::World;
    if listed.iter().any(|addresses| addresses.as_ref().is_ok_and(|addresses| addresses.iter().any(is_public))) {
        return Known(Reach::World);
    }
    match listed.iter().find_map(|addresses| addresses.as_ref().err()) {
        Some(reason) => Unknown(*reason),
        None => Known(Reach::Lan),
    }
}

/// An IPv4 address in its own form, also where it is written as one of IPv6 (RFC 4291, 2.5.5.2).
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(inner) => inner.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

fn reach_of(address: IpAddr) -> Reach {
    match address {
        address if address.is_loopback() => Reach::Loopback,
        IpAddr::V4(address) if is_public_ipv4(address) => Reach::World,
        IpAddr::V6(address) if is_public_ipv6(address) => Reach::World,
        _ => Reach::Lan,
    }
}

/// Not one of the special blocks of RFC 6890: private, shared by a provider (RFC 6598), link-local, documentation,
/// benchmarking, groups, reserved.
fn is_public_ipv4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b));
    !special
}

/// Global unicast is `2000::/3` (RFC 4291, 2.4); of it `2001:db8::/32` is for documentation.
fn is_public_ipv6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    first & 0xe000 == 0x2000 && (first, second) != (0x2001, 0x0db8)
}

/// Own addresses in `/proc/net/fib_trie`: a line `|-- 192.168.10.5` followed by `/32 host LOCAL`.
pub fn parse_fib_trie(text: &str) -> Vec<IpAddr> {
    let mut found: BTreeSet<IpAddr> = BTreeSet::new();
    let mut last: Option<Ipv4Addr> = None;
    for line in text.lines() {
        if let Some((_, address)) = line.split_once("|-- ") {
            last = address.trim().parse().ok();
        } else if line.trim() == "/32 host LOCAL" {
            found.extend(last.map(IpAddr::V4));
        }
    }
    found.into_iter().collect()
}

/// The addresses in `/proc/net/if_inet6`: 32 hexadecimal digits at the start of each line.
pub fn parse_if_inet6(text: &str) -> Vec<IpAddr> {
    let address = |line: &str| {
        let word = line.split_whitespace().next().filter(|word| word.len() == 32)?;
        u128::from_str_radix(word, 16).ok().map(|number| IpAddr::V6(Ipv6Addr::from(number)))
    };
    let found: BTreeSet<IpAddr> = text.lines().filter_map(address).collect();
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn own(ipv4: &str, ipv6: &str) -> Addresses {
        let list = |text: &str| Ok(text.split_whitespace().map(|word| word.parse().expect("an address")).collect());
        Addresses { ipv4: list(ipv4), ipv6: list(ipv6) }
    }

    #[test]
    fn a_single_address_reaches_as_far_as_it_is_known() {
        let nothing = own("", "");
        for (address, expected) in [
            ("127.0.0.1", Reach::Loopback),
            ("127.8.9.1", Reach::Loopback),
            ("::1", Reach::Loopback),
            ("::ffff:127.0.0.1", Reach::Loopback),
            ("192.168.10.5", Reach::Lan),
            ("172.31.0.1", Reach::Lan),
            ("172.32.0.1", Reach::World),
            ("169.254.1.1", Reach::Lan),
            ("100.64.0.1", Reach::Lan),
            ("100.128.0.1", Reach::World),
            ("224.0.0.251", Reach::Lan),
            ("91.198.174.192", Reach::World),
            ("::ffff:91.198.174.192", Reach::World),
            ("fe80::1", Reach::Lan),
            ("fd12:3456::1", Reach::Lan),
            ("ff02::fb", Reach::Lan),
            ("2001:db8::1", Reach::Lan),
            ("2003:e8:1::1", Reach::World),
        ] {
            let address: IpAddr = address.parse().expect("an address");
            assert_eq!(reach(address, IpFamily::Ipv4, &nothing), Known(expected), "{address}");
        }
    }

    #[test]
    fn a_socket_on_all_addresses_reaches_as_far_as_the_widest() {
        let (v4, v6): (IpAddr, IpAddr) = (Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into());
        let home = own("127.0.0.1 192.168.10.5", "::1 fe80::1 2003:e8:1::5");
        assert_eq!(reach(v4, IpFamily::Ipv4, &home), Known(Reach::Lan));
        assert_eq!(reach(v6, IpFamily::Ipv6, &home), Known(Reach::World));
        assert_eq!(reach(v6, IpFamily::Both, &own("91.198.174.192", "::1")), Known(Reach::World));
        assert_eq!(reach(v6, IpFamily::Ipv6, &own("91.198.174.192", "::1")), Known(Reach::Lan));
    }

    #[test]
    fn without_own_addresses_the_reach_is_unknown() {
        let blind = Addresses { ipv4: Err(UnknownReason::NoPermission), ipv6: Ok(Vec::new()) };
        assert_eq!(reach(Ipv4Addr::UNSPECIFIED.into(), IpFamily::Ipv4, &blind), Unknown(UnknownReason::NoPermission));
        assert_eq!(reach(Ipv4Addr::LOCALHOST.into(), IpFamily::Ipv4, &blind), Known(Reach::Loopback));
    }

    #[test]
    fn own_addresses_are_read() {
        let trie = include_str!("../../../tests/data/sockets/debian-12.fib_trie");
        assert_eq!(
            parse_fib_trie(trie),
            ["127.0.0.1", "192.168.10.5"].map(|text| text.parse::<IpAddr>().expect("an address"))
        );
        let inet6 = include_str!("../../../tests/data/sockets/debian-12.if_inet6");
        assert!(parse_if_inet6(inet6).contains(&"2003:e8:1::5".parse().expect("an address")));
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC*", lines in "([0-9a-f]{30,34}|\\|-- [0-9.]{0,15}|/32 host LOCAL|\n| ){0,40}") {
            for text in [text, lines] {
                parse_fib_trie(&text);
                parse_if_inet6(&text);
            }
        }
    }
}
