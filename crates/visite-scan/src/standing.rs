//! How a scan stands to a device: whether it is to be examined, belongs to a guest or patient, or was left out. What holds
//! for one address of a device holds for all of them, as far as hardware addresses show which these are.

use crate::kin::{Kin, link_of};
use crate::net::Connections;
use crate::scan::Plan;
use ipnet::IpNet;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// How a scan stands to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It is examined.
    Examined,
    /// It is a guest's or a patient's: counted, nothing else.
    Guest,
    /// One of its addresses was to be left out.
    Excluded,
    /// An earlier, interrupted scan was through with it.
    Done,
}

/// Decides for one scan.
pub struct Standings<'p> {
    plan: &'p Plan,
    connections: &'p Connections,
    /// Networks on links of guests.
    beside_guests: Vec<IpNet>,
}

impl<'p> Standings<'p> {
    /// For a plan on this computer.
    pub fn new(plan: &'p Plan, connections: &'p Connections) -> Self {
        let links = guest_links(&plan.guests, connections);
        let attached = networks_on_links(connections).filter(|(link, _)| links.contains(link));
        Self { plan, connections, beside_guests: attached.map(|(_, network)| network).collect() }
    }

    /// How the scan stands to the device with an address.
    pub fn of(&self, kin: &Kin, address: IpAddr) -> Standing {
        let of_kin = kin.of(address);
        if of_kin.iter().any(|other| self.is_excluded(*other)) {
            return Standing::Excluded;
        }
        let same = kin.same_device(address);
        let mac = kin.card(address).map(|(_, mac)| mac);
        if self.plan.stated(&same, mac).is_none() && of_kin.iter().any(|other| self.is_of_guests(*other)) {
            return Standing::Guest;
        }
        if same.iter().any(|other| self.plan.done.contains(other)) { Standing::Done } else { Standing::Examined }
    }

    /// Whether an address that the practice does not name lies in a network of guests, or in one of unknown purpose on a
    /// link where guests are: there nobody can be told apart from them.
    fn is_of_guests(&self, address: IpAddr) -> bool {
        let within = |networks: &[IpNet]| networks.iter().any(|network| network.contains(&address));
        let guest = within(&self.plan.guests) || within(&self.beside_guests) && !within(&self.plan.own);
        guest && self.plan.stated(&[address], None).is_none()
    }

    /// Whether a device was to be left out. Who leaves out a whole network of this computer means the network, e.g. that of
    /// IPv6, not the devices in it.
    pub fn is_excluded(&self, address: IpAddr) -> bool {
        let whole = |network: IpNet| network.contains(&address) && self.plan.excluded.covers(network);
        self.plan.excluded.contains(address) && !networks_on_links(self.connections).any(|(_, network)| whole(network))
    }

    /// Addresses outside of the targets whose hardware address has to be known, because something holds for their device.
    /// Nobody but who answers for them is asked, and nothing more than for whom he answers.
    pub fn witnesses(&self) -> BTreeSet<IpAddr> {
        /// More than a practice names or leaves out.
        const MOST: usize = 2_048;
        let stated = self.plan.stated.iter().flat_map(|stated| stated.addresses.iter().copied());
        let excluded = self.plan.excluded.iter().filter(|address| self.is_excluded(*address));
        let all = stated.chain(self.plan.done.iter().copied()).chain(excluded);
        let attached = all.filter(|address| {
            !self.plan.targets.contains(*address)
                && !self.connections.is_own(*address)
                && link_of(self.connections, *address).is_some()
        });
        attached.take(MOST).collect()
    }
}

/// Networks to which links of this computer are attached, without link-local ones, and without "everywhere", which lies
/// behind a line to one other end.
fn networks_on_links(connections: &Connections) -> impl Iterator<Item = (u32, IpNet)> + '_ {
    let own = connections.addresses.iter().map(|own| (own.link, own.network.trunc()));
    let routes = connections.routes.iter().filter(|route| route.gateway.is_none()).map(|route| (route.link, route.to));
    own.chain(routes).filter(|(_, network)| {
        let local = match network.network() {
            IpAddr::V4(address) => address.is_link_local() || address.is_loopback(),
            IpAddr::V6(address) => address.is_unicast_link_local() || address.is_loopback() || address.is_multicast(),
        };
        network.prefix_len() > 0 && !local
    })
}

/// Links of this computer on which a network of guests lies, by number. Whoever is there may be a guest, over IPv4 and IPv6.
pub fn guest_links(guests: &[IpNet], connections: &Connections) -> BTreeSet<u32> {
    let overlaps = |network: &IpNet| guests.iter().any(|guest| guest.contains(network) || network.contains(guest));
    networks_on_links(connections).filter(|(_, network)| overlaps(network)).map(|(link, _)| link).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Link, LocalAddress};
    use crate::scan::{Stated, tests::plan};
    use crate::targets::Targets;
    use visite_facts::facts::DeviceClass;

    fn at(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn connections(own: &[&str]) -> Connections {
        let card = Some([0, 0x15, 0x5d, 0, 0, 9]);
        Connections {
            links: vec![Link { index: 1, name: "eth0".to_owned(), mac: card, loopback: false, up: true }],
            addresses: own.iter().map(|own| LocalAddress { link: 1, network: own.parse().unwrap() }).collect(),
            ..Connections::default()
        }
    }

    fn kin(connections: &Connections, answers: &[(&str, u8)]) -> Kin {
        let mut kin = Kin::default();
        for (address, last) in answers {
            kin.answered(connections, at(address), [0, 0x15, 0x5d, 1, 2, *last]);
        }
        kin
    }

    fn targets(written: &[&str]) -> Targets {
        Targets::parse(written, &|_| Vec::new()).unwrap()
    }

    #[test]
    fn who_is_left_out_over_ipv4_is_left_out_over_ipv6() {
        let connections = connections(&["10.0.0.9/24", "fd00::9/64"]);
        let kin = kin(&connections, &[("10.0.0.20", 1), ("fd00::20", 1), ("fd00::21", 2)]);
        let mut plan = plan();
        plan.excluded = targets(&["10.0.0.20"]);
        plan.targets = targets(&["10.0.0.0/24", "fd00::/64"]).without(&plan.excluded);
        let standings = Standings::new(&plan, &connections);
        assert_eq!(standings.of(&kin, at("fd00::20")), Standing::Excluded);
        assert_eq!(standings.of(&kin, at("fd00::21")), Standing::Examined);
        assert_eq!(standings.witnesses(), BTreeSet::from([at("10.0.0.20")]));
        plan.excluded = targets(&["10.0.0.0/24"]);
        let standings = Standings::new(&plan, &connections);
        assert_eq!(standings.of(&kin, at("fd00::20")), Standing::Examined, "the network is left out, not the devices");
        assert_eq!(standings.witnesses(), BTreeSet::new());
    }

    #[test]
    fn on_a_link_of_guests_everybody_is_a_guest_whom_the_practice_does_not_name() {
        let connections = connections(&["10.0.0.9/24", "fd00::9/64", "fe80::9/64"]);
        let kin =
            kin(&connections, &[("10.0.0.20", 1), ("fd00::20", 1), ("fd00::21", 2), ("10.0.0.30", 3), ("fd00::30", 3)]);
        let mut plan = plan();
        plan.guests = vec!["10.0.0.0/24".parse().unwrap()];
        plan.stated = vec![Stated {
            name: "WLAN".to_owned(),
            addresses: vec![at("10.0.0.30")],
            mac: None,
            class: DeviceClass::NetworkDevice,
            approved: false,
        }];
        assert_eq!(guest_links(&plan.guests, &connections), BTreeSet::from([1]));
        let standings = Standings::new(&plan, &connections);
        for guest in ["10.0.0.20", "fd00::20", "fd00::21", "fd00::99"] {
            assert_eq!(standings.of(&kin, at(guest)), Standing::Guest, "{guest}");
        }
        for named in ["10.0.0.30", "fd00::30", "192.168.7.7"] {
            assert_eq!(standings.of(&kin, at(named)), Standing::Examined, "{named}");
        }
    }

    #[test]
    fn beside_guests_a_network_of_the_practice_stays_its_own() {
        let connections = connections(&["10.0.0.9/24", "10.9.0.9/24", "fd00::9/64"]);
        let kin = kin(&connections, &[("10.0.0.20", 1), ("fd00::20", 1), ("10.9.0.21", 2), ("fd00::21", 2)]);
        let mut plan = plan();
        plan.guests = vec!["10.9.0.0/24".parse().unwrap()];
        plan.own = vec!["10.0.0.0/24".parse().unwrap(), "fd00::/64".parse().unwrap()];
        let standings = Standings::new(&plan, &connections);
        assert_eq!(standings.of(&kin, at("fd00::20")), Standing::Examined);
        assert_eq!(standings.of(&kin, at("fd00::21")), Standing::Guest, "its hardware address is that of a guest");
    }

    #[test]
    fn what_an_earlier_scan_was_through_with_is_not_asked_over_ipv6() {
        let connections = connections(&["10.0.0.9/24", "fd00::9/64"]);
        let kin = kin(&connections, &[("10.0.0.20", 1), ("fd00::20", 1)]);
        let mut plan = plan();
        plan.done = BTreeSet::from([at("10.0.0.20")]);
        assert_eq!(Standings::new(&plan, &connections).of(&kin, at("fd00::20")), Standing::Done);
    }
}
