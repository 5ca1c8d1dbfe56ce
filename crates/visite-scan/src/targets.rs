//! Which addresses a scan is about: reads what people write, and counts through it without keeping it in memory.
//!
//! Accepted: an address, a network (`192.168.10.0/24`), a range (`10.0.0.10-12`, `10.0.0.10-10.0.1.20`), the same with
//! IPv6, and names, which the caller resolves. A wide IPv6 network stands for the devices that make themselves known in it.

use ipnet::{IpNet, Ipv4Subnets, Ipv6Net, Ipv6Subnets};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use visite_facts::Text;

/// Longest IPv6 network (in bits of the host part) whose addresses are tried one by one.
const COUNTABLE_HOST_BITS: u8 = 16;
/// Widest network that may be asked for: one practice has no more.
const WIDEST_V4: u8 = 16;

/// Addresses to examine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    v4: Ranges,
    v6: Ranges,
    /// IPv6 networks too wide to be counted through.
    wide: Vec<Ipv6Net>,
    /// What does not belong to them.
    left_out: Ranges,
    /// First and last addresses of the IPv4 networks, which are everybody's there.
    ends: Vec<Ipv4Addr>,
}

/// What is wrong with a target as it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", what.en)]
pub struct TargetError {
    /// What was written.
    pub written: String,
    /// What is the matter, and what to write instead.
    pub what: Text,
}

/// Looks up the addresses of a name.
pub type Resolve<'r> = &'r dyn Fn(&str) -> Vec<IpAddr>;

impl Targets {
    /// Reads targets. Names go to `resolve`; one without an address is an error.
    pub fn parse<S: AsRef<str>>(written: &[S], resolve: Resolve<'_>) -> Result<Self, TargetError> {
        let mut targets = Self::default();
        for one in written {
            targets.add(one.as_ref().trim(), resolve)?;
        }
        targets.v4.normalise();
        targets.v6.normalise();
        targets.wide.sort_unstable();
        targets.wide.dedup();
        Ok(targets)
    }

    /// These networks, whole.
    pub fn of_networks(networks: impl IntoIterator<Item = IpNet>) -> Self {
        let mut targets = Self::default();
        networks.into_iter().for_each(|network| targets.add_network(network));
        targets.v4.normalise();
        targets.v6.normalise();
        targets
    }

    fn add(&mut self, written: &str, resolve: Resolve<'_>) -> Result<(), TargetError> {
        let error = |de: &str, en: &str| TargetError { written: written.to_owned(), what: Text::new(de, en) };
        let of_one_device = |first, last| {
            if is_nobodys(first, last) {
                return Err(error(
                    "Darin liegen Adressen, auf die viele Geräte zugleich hören. Nennen Sie die Adressen der Geräte.",
                    "many devices at once listen to addresses in it; name the addresses of the devices",
                ));
            }
            if is_disguised(first, last) {
                return Err(error(
                    "Darin liegen IPv6-Adressen, die für IPv4-Adressen stehen. Nennen Sie die IPv4-Adressen selbst.",
                    "there are IPv6 addresses in it that stand for IPv4 addresses; name the IPv4 addresses themselves",
                ));
            }
            Ok(())
        };
        if let Ok(address) = written.parse::<IpAddr>() {
            of_one_device(address, address)?;
            self.add_range(address, address);
            return Ok(());
        }
        if written.contains('/') {
            let network: IpNet = written.parse().map_err(|_| {
                error(
                    "Das ist kein Netz. Schreiben Sie Adresse/Länge, zum Beispiel 192.168.10.0/24.",
                    "this is no network; write address/length, e.g. 192.168.10.0/24",
                )
            })?;
            if matches!(network, IpNet::V4(network) if network.prefix_len() < WIDEST_V4) {
                return Err(error(
                    "Das Netz ist größer als das einer Praxis (weiter als /16). Nennen Sie die Netze der Praxis einzeln.",
                    "this network is wider than any practice's (/16); name the practice's networks one by one",
                ));
            }
            of_one_device(network.network(), network.network())?;
            if matches!(network, IpNet::V6(_)) {
                of_one_device(network.network(), network.broadcast())?;
            }
            self.add_network(network.trunc());
            return Ok(());
        }
        if let Some((first, last)) = range(written) {
            let wide = match (first, last) {
                (IpAddr::V4(first), IpAddr::V4(last)) => u128::from(u32::from(last).saturating_sub(u32::from(first))),
                (IpAddr::V6(first), IpAddr::V6(last)) => u128::from(last).saturating_sub(u128::from(first)),
                _ => u128::MAX,
            } > 0xffff;
            if last < first || wide {
                return Err(error(
                    "Dieser Bereich läuft rückwärts oder ist größer als 65.536 Adressen.",
                    "this range runs backwards or has more than 65,536 addresses",
                ));
            }
            of_one_device(first, last)?;
            self.add_range(first, last);
            return Ok(());
        }
        let plausible = !written.is_empty()
            && written.len() <= 253
            // A mistyped address must not become a question to the name servers of others.
            && written.chars().any(|c| !c.is_ascii_digit() && c != '.')
            && written.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_'));
        let found = if plausible { resolve(written) } else { Vec::new() };
        if found.is_empty() {
            return Err(error(
                "Das ist weder eine Adresse noch ein Name, der sich auflösen lässt. \
                 Schreiben Sie zum Beispiel 192.168.10.0/24, 10.0.0.10-12 oder fd00::5.",
                "this is neither an address nor a name that can be resolved; write e.g. 192.168.10.0/24, 10.0.0.10-12 or fd00::5",
            ));
        }
        for address in found.iter().map(IpAddr::to_canonical) {
            of_one_device(address, address)?;
            if is_public(address) {
                return Err(error(
                    &format!(
                        "Dieser Name führt zu {address}, einer öffentlichen Adresse. Wenn sie gemeint ist, nennen Sie die Adresse selbst."
                    ),
                    &format!("this name leads to {address}, a public address; if it is meant, name the address itself"),
                ));
            }
            self.add_range(address, address);
        }
        Ok(())
    }

    fn add_range(&mut self, first: IpAddr, last: IpAddr) {
        match (first, last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => self.v4.add(number_v4(first), number_v4(last)),
            (IpAddr::V6(first), IpAddr::V6(last)) => self.v6.add(u128::from(first), u128::from(last)),
            _ => {}
        }
    }

    fn add_network(&mut self, network: IpNet) {
        match network {
            // The first and the last address of a network are everybody's: a packet to them would touch all devices.
            IpNet::V4(network) if network.prefix_len() < 31 => {
                self.ends.extend([network.network(), network.broadcast()]);
                self.v4.add(number_v4(network.network()) + 1, number_v4(network.broadcast()) - 1);
            }
            IpNet::V4(network) => self.v4.add(number_v4(network.network()), number_v4(network.broadcast())),
            IpNet::V6(network) if 128 - network.prefix_len() > COUNTABLE_HOST_BITS => self.wide.push(network),
            IpNet::V6(network) => self.v6.add(u128::from(network.network()), u128::from(network.broadcast())),
        }
    }

    /// The same for whoever stands in the networks `attached`: a part of one of them has ordinary devices at its ends, too.
    /// From elsewhere nobody can tell, so that they stay left out.
    #[must_use]
    pub fn seen_from(mut self, attached: &[IpNet]) -> Self {
        let is_end = |network: &IpNet, end: IpAddr| end == network.network() || end == network.broadcast();
        for end in std::mem::take(&mut self.ends) {
            let address = IpAddr::V4(end);
            let mut around = attached.iter().filter(|network| network.contains(&address)).peekable();
            if around.peek().is_some() && around.all(|network| !is_end(network, address)) {
                self.v4.add(number_v4(end), number_v4(end));
            } else {
                self.ends.push(end);
            }
        }
        self.v4.normalise();
        self
    }

    /// The same with the first and last addresses of its networks, as what is to be left alone.
    #[must_use]
    pub fn whole(mut self) -> Self {
        for end in std::mem::take(&mut self.ends) {
            self.v4.add(number_v4(end), number_v4(end));
        }
        self.v4.normalise();
        self
    }

    /// These without `excluded`, of which nothing is asked, the ends of its networks included.
    #[must_use]
    pub fn without(mut self, excluded: &Self) -> Self {
        self.v4.subtract(&excluded.clone().whole().v4);
        let number = |address| u128::from(address);
        let wide = excluded.wide.iter().map(|network| (number(network.network()), number(network.broadcast())));
        self.left_out.0.extend(excluded.v6.0.iter().copied().chain(wide));
        self.left_out.normalise();
        self.v6.subtract(&self.left_out);
        self.wide.retain(|network| !self.left_out.covers(number(network.network()), number(network.broadcast())));
        if self.wide.is_empty() {
            self.left_out = Ranges::default();
        }
        self
    }

    /// How many addresses are tried one by one.
    pub fn count(&self) -> u64 {
        self.v4.count().saturating_add(self.v6.count())
    }

    /// Whether there is nothing to examine.
    pub fn is_empty(&self) -> bool {
        self.v4.0.is_empty() && self.v6.0.is_empty() && self.wide.is_empty()
    }

    /// Whether `address` is one of them, or lies in a wide network of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.v4.contains(number_v4(address)),
            IpAddr::V6(address) => {
                let number = u128::from(address);
                let in_wide = self.wide.iter().any(|network| network.contains(&address));
                self.v6.contains(number) || (in_wide && !self.left_out.contains(number))
            }
        }
    }

    /// Whether every device of a network would be found: each address is one of these, or those that make themselves known
    /// are.
    pub fn covers(&self, network: IpNet) -> bool {
        let whole = Self::of_networks([network]);
        let number = |address| u128::from(address);
        let wide = |wide: &Ipv6Net| {
            self.wide.iter().any(|network| network.contains(wide))
                && !self
                    .left_out
                    .0
                    .iter()
                    .any(|(first, last)| *first <= number(wide.broadcast()) && number(wide.network()) <= *last)
        };
        whole.v4.0.iter().all(|(first, last)| self.v4.covers(*first, *last))
            && whole.v6.0.iter().all(|(first, last)| self.v6.covers(*first, *last))
            && whole.wide.iter().all(wide)
    }

    /// The addresses that are tried one by one, in order.
    pub fn iter(&self) -> impl Iterator<Item = IpAddr> + '_ {
        let v4 = self.v4.iter().map(|number| IpAddr::V4(address_v4(number)));
        v4.chain(self.v6.iter().map(|number| IpAddr::V6(Ipv6Addr::from(number))))
    }

    /// First and last address of each run of addresses.
    pub fn ranges(&self) -> Vec<(IpAddr, IpAddr)> {
        let v4 = self.v4.0.iter().map(|(first, last)| (address_v4(*first).into(), address_v4(*last).into()));
        let v6 = self.v6.0.iter().map(|(first, last)| (Ipv6Addr::from(*first).into(), Ipv6Addr::from(*last).into()));
        v4.chain(v6).collect()
    }

    /// The same as networks, for comparison with releases.
    pub fn networks(&self) -> Vec<IpNet> {
        let ranges = self.ranges().into_iter().flat_map(|ends| -> Vec<IpNet> {
            match ends {
                (IpAddr::V4(first), IpAddr::V4(last)) => Ipv4Subnets::new(first, last, 0).map(IpNet::V4).collect(),
                (IpAddr::V6(first), IpAddr::V6(last)) => Ipv6Subnets::new(first, last, 0).map(IpNet::V6).collect(),
                _ => Vec::new(),
            }
        });
        ranges.chain(self.wide().iter().copied().map(IpNet::V6)).collect()
    }

    /// IPv6 networks in which only devices are examined that make themselves known.
    pub fn wide(&self) -> &[Ipv6Net] {
        &self.wide
    }
}

/// `10.0.0.10-12`, `10.0.0.10-10.0.1.3`, `fd00::1-fd00::9`.
fn range(written: &str) -> Option<(IpAddr, IpAddr)> {
    let (first, last) = written.split_once('-')?;
    let first: IpAddr = first.trim().parse().ok()?;
    let last = last.trim();
    let last = match (first, last.parse::<IpAddr>()) {
        (_, Ok(last)) => last,
        (IpAddr::V4(first), Err(_)) => {
            let [a, b, c, _] = first.octets();
            IpAddr::V4(Ipv4Addr::new(a, b, c, last.parse().ok()?))
        }
        (IpAddr::V6(_), Err(_)) => return None,
    };
    (first.is_ipv4() == last.is_ipv4()).then_some((first, last))
}

/// Whether addresses of a run, which is no longer than 65,536, stand for groups of devices or for none: RFC 1122, 3.2.1.3;
/// RFC 5771; RFC 4291, 2.5.2 and 2.7.
fn is_nobodys(first: IpAddr, last: IpAddr) -> bool {
    match (first, last) {
        // Groups and what is reserved begin at 224.0.0.0 and end with the broadcast to everybody.
        (IpAddr::V4(first), IpAddr::V4(last)) => first.octets()[0] == 0 || last.octets()[0] >= 224,
        (IpAddr::V6(first), IpAddr::V6(last)) => first == Ipv6Addr::UNSPECIFIED && last == first || last.is_multicast(),
        _ => false,
    }
}

/// Whether addresses of a run are IPv4 addresses in the form of IPv6: mapped or compatible (RFC 4291, 2.5.5), translated
/// (RFC 6052, RFC 8215) or 6to4 (RFC 3056). What holds for the IPv4 address could be passed over with them.
fn is_disguised(first: IpAddr, last: IpAddr) -> bool {
    // The unspecified and the loopback address are of the compatible form and mean nothing else.
    const FORMS: [(u128, u8); 5] =
        [(0xffff << 32, 96), (2, 96), (0x0064_ff9b << 96, 96), (0x0064_ff9b_0001 << 80, 48), (0x2002 << 112, 16)];
    let (IpAddr::V6(first), IpAddr::V6(last)) = (first, last) else { return false };
    let (first, last) = (u128::from(first), u128::from(last));
    FORMS.iter().any(|(begin, length)| first <= begin | (u128::MAX >> length) && *begin <= last)
}

/// Whether an address belongs to no private network: RFC 1918, RFC 6598, RFC 3927; RFC 4193, RFC 4291.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let shared = v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64;
            !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || shared)
        }
        IpAddr::V6(v6) => !(v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_loopback()),
    }
}

fn number_v4(address: Ipv4Addr) -> u128 {
    u128::from(u32::from(address))
}

fn address_v4(number: u128) -> Ipv4Addr {
    // Only numbers that came from an IPv4 address stand in the ranges.
    Ipv4Addr::from(u32::try_from(number).unwrap_or_default())
}

/// Runs of numbers, sorted, disjoint; first and last inclusive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Ranges(Vec<(u128, u128)>);

impl Ranges {
    fn add(&mut self, first: u128, last: u128) {
        self.0.push((first, last));
    }

    fn normalise(&mut self) {
        self.0.sort_unstable();
        let mut merged: Vec<(u128, u128)> = Vec::with_capacity(self.0.len());
        for (first, last) in self.0.drain(..) {
            match merged.last_mut() {
                Some(previous) if first <= previous.1.saturating_add(1) => previous.1 = previous.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        self.0 = merged;
    }

    /// Takes out what is in `other`; both are normalised, so that one walk along both does it.
    fn subtract(&mut self, other: &Self) {
        let mut left = Vec::with_capacity(self.0.len());
        let mut taken = other.0.iter().peekable();
        for (mut first, last) in self.0.drain(..) {
            while taken.next_if(|(_, to)| *to < first).is_some() {}
            let mut whole = true;
            while let Some((from, to)) = taken.peek().filter(|(from, _)| *from <= last) {
                if first < *from {
                    left.push((first, from - 1));
                }
                if *to >= last {
                    // It may reach into the next run, too.
                    whole = false;
                    break;
                }
                first = to + 1;
                taken.next();
            }
            if whole {
                left.push((first, last));
            }
        }
        self.0 = left;
    }

    fn contains(&self, number: u128) -> bool {
        self.covers(number, number)
    }

    /// Whether all numbers of a run are among these, which are normalised.
    fn covers(&self, first: u128, last: u128) -> bool {
        let at = self.0.partition_point(|(_, end)| *end < last);
        self.0.get(at).is_some_and(|(begin, _)| *begin <= first)
    }

    fn count(&self) -> u64 {
        let counts =
            self.0.iter().map(|(first, last)| u64::try_from(last - first).unwrap_or(u64::MAX).saturating_add(1));
        counts.fold(0, u64::saturating_add)
    }

    fn iter(&self) -> impl Iterator<Item = u128> + '_ {
        self.0.iter().flat_map(|(first, last)| *first..=*last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(written: &[&str]) -> Result<Targets, TargetError> {
        Targets::parse(written, &|name| if name == "pacs" { vec!["10.0.0.9".parse().unwrap()] } else { Vec::new() })
    }

    fn all(targets: &Targets) -> Vec<String> {
        targets.iter().map(|address| address.to_string()).collect()
    }

    #[test]
    fn an_address_in_disguise_and_a_name_of_the_public_are_refused() {
        for written in [
            "::ffff:100.102.0.1",
            "::ffff:0:0/96",
            "::100.102.0.1",
            "64:ff9b::6466:1",
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "2002:6466:1::1",
            "::/0",
            "2000::/3",
            "10.77.0.300",
            "10.0.0",
        ] {
            assert!(parse(&[written]).is_err(), "{written}");
        }
        for written in ["2003:e5::/32", "fd00::/8", "fe80::1", "::1", "9.9.9.9"] {
            assert!(parse(&[written]).is_ok(), "{written}");
        }
        let resolve = |name: &str| match name {
            "away" => vec!["198.51.100.80".parse().unwrap()],
            "mapped" => vec!["::ffff:10.0.0.7".parse().unwrap()],
            _ => vec!["2001:db8::7".parse().unwrap()],
        };
        let error = Targets::parse(&["away"], &resolve).unwrap_err();
        assert!(error.what.de.contains("198.51.100.80"), "{error:?}");
        assert!(Targets::parse(&["6"], &resolve).is_err() && Targets::parse(&["six"], &resolve).is_err());
        assert_eq!(all(&Targets::parse(&["mapped"], &resolve).unwrap()), ["10.0.0.7"]);
    }

    #[test]
    fn a_network_is_covered_by_all_of_its_addresses() {
        let covers = |written: &[&str], without: &[&str], network: &str| {
            parse(written).unwrap().without(&parse(without).unwrap()).covers(network.parse().unwrap())
        };
        assert!(covers(&["10.0.0.0/24"], &[], "10.0.0.0/24"));
        assert!(covers(&["10.0.0.1-10.0.0.254", "10.0.1.0/24"], &[], "10.0.0.0/24"));
        assert!(!covers(&["10.0.0.1-253"], &[], "10.0.0.0/24"));
        assert!(!covers(&["10.0.0.0/24"], &["10.0.0.9"], "10.0.0.0/24"));
        assert!(covers(&["fd00::/48"], &[], "fd00::/64"));
        assert!(!covers(&["fd00::/64"], &["fd00::9"], "fd00::/64"));
        assert!(!covers(&["10.0.0.0/24"], &[], "fd00::/64"));
    }

    #[test]
    fn every_way_to_write_a_target() {
        let targets =
            parse(&["10.0.0.10-12", "10.0.0.12-10.0.0.13", "pacs", "192.168.1.7/30", "fd00::1-fd00::2", "fd00::9"]);
        assert_eq!(
            all(&targets.unwrap()),
            [
                "10.0.0.9",
                "10.0.0.10",
                "10.0.0.11",
                "10.0.0.12",
                "10.0.0.13",
                "192.168.1.5",
                "192.168.1.6",
                "fd00::1",
                "fd00::2",
                "fd00::9"
            ]
        );
    }

    #[test]
    fn a_network_leaves_out_its_first_and_last_address() {
        let targets = parse(&["192.168.1.0/24"]).unwrap();
        assert_eq!(targets.count(), 254);
        assert!(!targets.contains("192.168.1.255".parse().unwrap()));
        assert_eq!(parse(&["192.168.1.4/31"]).unwrap().count(), 2);
        assert_eq!(parse(&["192.168.1.4/32"]).unwrap().count(), 1);
    }

    #[test]
    fn a_part_of_a_network_has_devices_at_its_ends_for_whoever_stands_in_it() {
        let seen = |written: &[&str], attached: &[&str]| -> Vec<u8> {
            let attached: Vec<IpNet> = attached.iter().map(|network| network.parse().unwrap()).collect();
            let targets = parse(written).unwrap().seen_from(&attached);
            let last = |last: &u8| targets.contains(IpAddr::V4(Ipv4Addr::new(10, 77, 0, *last)));
            [0, 15, 16, 31, 255].into_iter().filter(last).collect()
        };
        assert_eq!(seen(&["10.77.0.0/28", "10.77.0.16/28"], &["10.77.0.0/24"]), [15, 16, 31]);
        assert_eq!(
            seen(&["10.77.0.0/28"], &["10.77.0.0/24", "10.77.0.0/28"]),
            [0; 0],
            "it is a network of its own, too"
        );
        assert_eq!(seen(&["10.77.0.0/28"], &["192.168.1.0/24"]), [0; 0]);
        assert_eq!(seen(&["10.77.0.0/24"], &["10.77.0.0/24"]), [15, 16, 31]);
    }

    #[test]
    fn what_is_left_out_is_left_out_with_its_ends() {
        let targets = parse(&["10.77.0.0/24"]).unwrap().without(&parse(&["10.77.0.16/28"]).unwrap());
        let in_it = |last| targets.contains(IpAddr::V4(Ipv4Addr::new(10, 77, 0, last)));
        assert!(in_it(15) && in_it(32));
        assert!((16..32).all(|last| !in_it(last)));
    }

    #[test]
    fn a_wide_ipv6_network_is_not_counted_through() {
        let targets = parse(&["fd00:77::/64"]).unwrap();
        assert_eq!((targets.count(), targets.is_empty()), (0, false));
        assert!(targets.contains("fd00:77::5".parse().unwrap()));
        assert_eq!(parse(&["fd00::/120"]).unwrap().count(), 256);
    }

    #[test]
    fn what_is_left_out_of_ipv6_is_left_out() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        // One address, or few, of a wide network that is left out.
        let few = parse(&["fd00::5", "fd00::10-fd00::12", "fd01::1"]).unwrap();
        let left = few.without(&parse(&["fd00::/64"]).unwrap());
        assert_eq!(left.iter().collect::<Vec<_>>(), [address("fd01::1")]);
        // A wide network of which one address, or a network in it, is left out.
        let wide = parse(&["fd00::/48", "fd00::5"]).unwrap();
        let left = wide.without(&parse(&["fd00::5", "fd00:0:0:1::/64"]).unwrap());
        assert!(!left.is_empty() && left.contains(address("fd00::6")));
        assert!(!left.contains(address("fd00::5")) && !left.contains(address("fd00:0:0:1::9")));
        assert_eq!(left.wide().len(), 1);
        let halves = parse(&["fd00::/65", "fd00::8000:0:0:0/65"]).unwrap();
        assert!(parse(&["fd00::/64"]).unwrap().without(&halves).is_empty());
    }

    #[test]
    fn what_is_left_out_is_left_out() {
        let targets = parse(&["10.0.0.0/28", "fd00:77::/64"]).unwrap();
        let targets = targets.without(&parse(&["10.0.0.3-5", "10.0.0.14"]).unwrap());
        assert_eq!(targets.count(), 10);
        assert!(!targets.contains("10.0.0.4".parse().unwrap()));
        assert!(targets.clone().without(&parse(&["10.0.0.0/16", "fd00::/16"]).unwrap()).is_empty());
    }

    #[test]
    fn a_wrong_target_says_what_to_write() {
        for written in [
            "",
            "10.0.0.0/33",
            "10.0.0.9-3",
            "10.0.0.0/8",
            "fd00::1-5",
            "kein name",
            "nowhere",
            "10.0.0.1-300",
            "0.0.0.0/0",
        ] {
            let error = parse(&[written]).unwrap_err();
            assert_eq!(error.written, written);
            assert!(!error.what.de.is_empty());
        }
    }

    #[test]
    fn groups_of_devices_are_no_target() {
        for written in [
            "224.0.0.251",
            "239.255.0.0/16",
            "255.255.255.255",
            "0.0.0.0",
            "223.255.255.250-224.0.0.5",
            "ff02::1",
            "::",
            "ff02::/120",
        ] {
            let error = parse(&[written]).unwrap_err();
            assert!(error.what.en.contains("many devices"), "{written}: {error}");
        }
        let everybody = |_: &str| vec!["224.0.0.1".parse().unwrap()];
        assert!(Targets::parse(&["alle"], &everybody).is_err());
        assert_eq!(parse(&["223.255.255.0/24", "1.0.0.0/24", "fe80::5"]).unwrap().count(), 509);
    }

    #[test]
    fn leaving_out_many_of_many_is_quick() {
        let every = |step: usize, offset: u32| -> Vec<String> {
            (0..60_000u32).step_by(step).map(|n| Ipv4Addr::from(0x0a00_0000 + 3 * n + offset).to_string()).collect()
        };
        let targets = Targets::parse(&every(1, 0), &|_| Vec::new()).unwrap();
        let left = targets.without(&Targets::parse(&every(2, 0), &|_| Vec::new()).unwrap());
        assert_eq!(left.count(), 30_000);
    }

    proptest! {
        #[test]
        fn ranges_behave_like_sets(
            added in proptest::collection::vec((0u128..60, 0u128..9), 0..8),
            taken in proptest::collection::vec((0u128..60, 0u128..9), 0..8),
        ) {
            let ranges = |list: &[(u128, u128)]| {
                let mut ranges = Ranges(list.iter().map(|(first, more)| (*first, first + more)).collect());
                ranges.normalise();
                ranges
            };
            let (mut left, out) = (ranges(&added), ranges(&taken));
            let inside = |list: &[(u128, u128)], n: u128| list.iter().any(|(first, more)| (*first..=first + more).contains(&n));
            left.subtract(&out);
            let expected: Vec<u128> = (0..80).filter(|n| inside(&added, *n) && !inside(&taken, *n)).collect();
            prop_assert_eq!(left.iter().collect::<Vec<_>>(), expected.clone());
            prop_assert_eq!(left.count(), expected.len() as u64);
            for n in 0..80 {
                prop_assert_eq!(left.contains(n), expected.contains(&n));
            }
        }

        #[test]
        fn any_text_is_a_target_or_an_error(text in "\\PC{0,40}") {
            let _ = parse(&[text.as_str()]);
        }
    }
}
