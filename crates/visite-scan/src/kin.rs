//! Which addresses belong together before anything is asked of them: those that one hardware address answers for on a link
//! of this computer. What holds for one of them, because the practice says so or because it was left out, holds for all,
//! over IPv4 and IPv6. Behind a router no hardware address is seen, so there each address stands alone.
//!
//! A hardware address may also be that of a router, a repeater or a host of virtual machines that answers for others. Then
//! nobody knows which of its IPv6 addresses belongs to which of its IPv4 addresses, and the strictest of them counts.

use crate::net::Connections;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// A hardware address on the link with this number.
pub type Card = (u32, [u8; 6]);

/// Most addresses of one family that one device has; what has more answers for others.
const MOST_OWN: usize = 8;
/// Most addresses of a card that are examined. One device may invent as many of IPv6 as it likes; those of IPv4 are a
/// network at most.
const MOST_V6: usize = MOST_OWN;
const MOST_V4: usize = 256;
/// Most addresses of a link that are examined, and most of those beyond routers.
const MOST_OF_LINK: usize = 4_096;
const MOST_FARTHER: usize = 8_192;

/// The link to which the device with an address is attached, as far as this computer knows: one of its own.
pub fn link_of(connections: &Connections, address: IpAddr) -> Option<u32> {
    if let Some((own, _)) = connections.beside(address) {
        return Some(own.link);
    }
    let route = connections.route(address).filter(|route| route.gateway.is_none() && route.to.prefix_len() > 0)?;
    connections.link(route.link).filter(|link| link.up && !link.loopback).map(|link| link.index)
}

/// Whether the device with an address shows a hardware address: it is attached to an Ethernet of ours.
pub fn shows_card(connections: &Connections, address: IpAddr) -> bool {
    link_of(connections, address).and_then(|link| connections.link(link)).is_some_and(|link| link.mac.is_some())
}

/// Addresses by card.
#[derive(Clone, Debug, Default)]
pub struct Kin {
    cards: BTreeMap<IpAddr, BTreeSet<Card>>,
    holders: BTreeMap<Card, BTreeSet<IpAddr>>,
    /// Addresses for which more than one card answers: somebody pretends.
    contested: BTreeSet<IpAddr>,
}

impl Kin {
    /// Notes that a card answered for an address just now.
    pub fn answered(&mut self, connections: &Connections, address: IpAddr, mac: [u8; 6]) {
        let Some(link) = link_of(connections, address) else { return };
        let cards = self.cards.entry(address).or_default();
        cards.insert((link, mac));
        if cards.len() > 1 {
            self.contested.insert(address);
        }
        self.holders.entry((link, mac)).or_default().insert(address);
    }

    /// Notes that the system knows a card for an address; what was answered counts more.
    pub fn known(&mut self, connections: &Connections, address: IpAddr, mac: [u8; 6]) {
        if !self.cards.contains_key(&address) {
            self.answered(connections, address, mac);
        }
    }

    /// Notes that several cards answered for an address.
    pub fn contest(&mut self, address: IpAddr) {
        self.contested.insert(address);
    }

    /// The card of an address, if that is beyond doubt.
    pub fn card(&self, address: IpAddr) -> Option<Card> {
        let card = self.cards.get(&address)?.first().copied();
        card.filter(|_| !self.contested.contains(&address))
    }

    fn of_card(&self, card: Card, v4: bool) -> impl Iterator<Item = IpAddr> + '_ {
        self.holders.get(&card).into_iter().flatten().copied().filter(move |address| address.is_ipv4() == v4)
    }

    /// Addresses that are, or may be, the same device; the address itself is among them.
    pub fn of(&self, address: IpAddr) -> Vec<IpAddr> {
        let v4 = address.is_ipv4();
        let mut all = BTreeSet::from([address]);
        for card in self.cards.get(&address).into_iter().flatten() {
            if self.of_card(*card, v4).count() <= MOST_OWN {
                all.extend(self.of_card(*card, v4));
            }
            all.extend(self.of_card(*card, !v4));
        }
        all.into_iter().collect()
    }

    /// Addresses that are the same device beyond doubt: all of a card that answers for one IPv4 address at most.
    pub fn same_device(&self, address: IpAddr) -> Vec<IpAddr> {
        let Some(card) = self.card(address) else { return vec![address] };
        if self.of_card(card, true).count() > 1 || self.of_card(card, false).count() > MOST_OWN {
            return vec![address];
        }
        let all = self.of_card(card, true).chain(self.of_card(card, false));
        all.filter(|other| !self.contested.contains(other)).collect()
    }

    /// Leaves of `addresses` as many as real devices have, those that are `named` first, and says how many are left over.
    pub fn limit(
        &self,
        connections: &Connections,
        addresses: BTreeSet<IpAddr>,
        named: &dyn Fn(IpAddr) -> bool,
    ) -> (BTreeSet<IpAddr>, usize) {
        let (first, last): (Vec<IpAddr>, Vec<IpAddr>) = addresses.iter().partition(|address| named(**address));
        let mut of_cards: BTreeMap<(Card, bool), usize> = BTreeMap::new();
        let mut of_links: BTreeMap<Option<u32>, usize> = BTreeMap::new();
        let mut kept = BTreeSet::new();
        for address in first.into_iter().chain(last) {
            let link = link_of(connections, address);
            let on_link = of_links.entry(link).or_default();
            let mut room = *on_link < if link.is_some() { MOST_OF_LINK } else { MOST_FARTHER };
            if let Some(card) = self.card(address) {
                let on_card = of_cards.entry((card, address.is_ipv4())).or_default();
                room &= *on_card < if address.is_ipv4() { MOST_V4 } else { MOST_V6 };
                *on_card += usize::from(room);
            }
            *on_link += usize::from(room);
            if room || named(address) {
                kept.insert(address);
            }
        }
        let over = addresses.len() - kept.len();
        (kept, over)
    }

    /// `addresses` by card, and within that by device. What shares a card is asked together, so that all is known of it
    /// before any of it is spoken with.
    pub fn units(&self, addresses: &BTreeSet<IpAddr>) -> Vec<Vec<Vec<IpAddr>>> {
        let mut units = Vec::new();
        let mut placed = BTreeSet::new();
        for address in addresses {
            let unit = match self.card(*address) {
                _ if placed.contains(address) => continue,
                None => vec![vec![*address]],
                Some(card) => {
                    let members = self.of_card(card, true).chain(self.of_card(card, false));
                    let uncontested = members.filter(|member| !self.contested.contains(member));
                    let members: Vec<IpAddr> = uncontested.filter(|member| addresses.contains(member)).collect();
                    if self.same_device(*address).len() > 1 {
                        vec![members]
                    } else {
                        members.into_iter().map(|member| vec![member]).collect()
                    }
                }
            };
            placed.extend(unit.iter().flatten().copied());
            units.push(unit);
        }
        units
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Link, LocalAddress};

    fn at(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn connections() -> Connections {
        let link = |index: u32| Link {
            index,
            name: format!("eth{index}"),
            mac: Some([0, 0x15, 0x5d, 0, 0, 9]),
            loopback: false,
            up: true,
        };
        let own = |link, network: &str| LocalAddress { link, network: network.parse().unwrap() };
        Connections {
            links: vec![link(1), link(2)],
            addresses: vec![own(1, "10.0.0.9/16"), own(1, "fd00::9/64"), own(2, "10.1.0.9/24")],
            ..Connections::default()
        }
    }

    fn kin(answers: &[(&str, u8)]) -> Kin {
        let mut kin = Kin::default();
        for (address, last) in answers {
            kin.answered(&connections(), at(address), [0, 0x15, 0x5d, 1, 2, *last]);
        }
        kin
    }

    #[test]
    fn one_card_with_addresses_of_both_families_is_one_device() {
        let kin = kin(&[("10.0.0.20", 1), ("fd00::20", 1), ("fd00::21", 1), ("10.0.0.30", 2)]);
        let all = vec![at("10.0.0.20"), at("fd00::20"), at("fd00::21")];
        for address in &all {
            assert_eq!(kin.same_device(*address), all);
            assert_eq!(kin.of(*address).into_iter().collect::<BTreeSet<_>>(), all.iter().copied().collect());
        }
        assert_eq!(kin.of(at("10.0.0.30")), [at("10.0.0.30")]);
        assert_eq!(kin.of(at("192.168.9.9")), [at("192.168.9.9")], "behind a router");
        let present = BTreeSet::from([at("10.0.0.20"), at("fd00::21"), at("10.0.0.30"), at("192.168.9.9")]);
        let units = kin.units(&present);
        assert_eq!(units.len(), 3);
        assert_eq!(units[0], [vec![at("10.0.0.20"), at("fd00::21")]]);
    }

    #[test]
    fn the_same_card_on_another_link_is_another() {
        let kin = kin(&[("10.0.0.20", 1), ("10.1.0.20", 1)]);
        assert_eq!(kin.of(at("10.0.0.20")), [at("10.0.0.20")]);
    }

    #[test]
    fn who_answers_for_others_is_not_one_device_but_the_strictest_counts() {
        let few = kin(&[("10.0.0.1", 1), ("10.0.0.2", 1), ("fd00::1", 1)]);
        assert_eq!(few.same_device(at("10.0.0.1")), [at("10.0.0.1")]);
        assert_eq!(few.of(at("10.0.0.1")).len(), 3);
        assert_eq!(few.units(&BTreeSet::from([at("10.0.0.1"), at("fd00::1")])), [[[at("10.0.0.1")], [at("fd00::1")]]]);
        let mut many = kin(&[("fd00::1", 1)]);
        for last in 1..=20 {
            many.answered(&connections(), IpAddr::from([10, 0, 0, last]), [0, 0x15, 0x5d, 1, 2, 1]);
        }
        assert_eq!(many.of(at("10.0.0.1")), [at("10.0.0.1"), at("fd00::1")], "who is left out is said by the address");
        assert_eq!(many.of(at("fd00::1")).len(), 21, "whose that is, nobody knows");
    }

    #[test]
    fn who_answers_for_another_gets_its_care_and_nothing_else() {
        let mut kin = kin(&[("10.0.0.20", 1), ("fd00::20", 1), ("10.0.0.66", 6), ("fd00::66", 6)]);
        kin.known(&connections(), at("10.0.0.20"), [0, 0x15, 0x5d, 1, 2, 6]);
        assert_eq!(kin.same_device(at("10.0.0.20")).len(), 2, "what the system remembers may be old");
        kin.answered(&connections(), at("10.0.0.20"), [0, 0x15, 0x5d, 1, 2, 6]);
        assert_eq!(kin.card(at("10.0.0.20")), None);
        assert_eq!(kin.same_device(at("10.0.0.20")), [at("10.0.0.20")]);
        for address in ["fd00::20", "10.0.0.66", "fd00::66"] {
            assert!(kin.of(at(address)).contains(&at("10.0.0.20")), "{address}");
            assert!(!kin.same_device(at(address)).contains(&at("10.0.0.20")), "{address}");
        }
        let present = ["10.0.0.20", "fd00::20", "10.0.0.66", "fd00::66"].map(at).into_iter().collect();
        assert_eq!(kin.units(&present).len(), 3);
    }

    #[test]
    fn no_device_has_thousands_of_addresses() {
        let mut kin = Kin::default();
        let mut addresses = BTreeSet::new();
        for number in 0..2_000u16 {
            let v6 = IpAddr::from([0xfd00, 0, 0, 0, 0, 0, 1, number]);
            kin.answered(&connections(), v6, [0, 0x15, 0x5d, 1, 2, 1]);
            addresses.insert(v6);
        }
        let named = at("fd00::1:700");
        let (kept, over) = kin.limit(&connections(), addresses, &|address| address == named);
        assert_eq!((kept.len(), over), (MOST_V6, 2_000 - MOST_V6));
        assert!(kept.contains(&named));
        let mut addresses = BTreeSet::new();
        for number in 0..10_000u16 {
            let [high, low] = number.to_be_bytes();
            let v4 = IpAddr::from([10, 0, high, low]);
            kin.answered(&connections(), v4, [0, 0x15, 0x5d, 2, high, low]);
            addresses.insert(v4);
        }
        let (kept, over) = kin.limit(&connections(), addresses, &|_| false);
        assert_eq!((kept.len(), over), (MOST_OF_LINK, 10_000 - MOST_OF_LINK));
    }
}
