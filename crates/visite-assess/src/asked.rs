//! What was asked of a device: a gap at a port that nobody asked this time is neither there nor gone.

use crate::world::SubjectFacts;
use core::net::{IpAddr, SocketAddr};
use std::collections::BTreeSet;
use visite_facts::facts::DeviceNetwork;

/// The ports of a device that were asked, and from where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    from: Option<String>,
    transport: String,
    address: IpAddr,
    ports: BTreeSet<(u16, u16)>,
}

impl Asked {
    /// Reads `device.network.asked`; `None` if it is not known.
    pub fn of(facts: &SubjectFacts) -> Option<Self> {
        let network: DeviceNetwork = facts.single();
        let lines = network.asked.known()?.iter().filter_map(|line| Line::read(line)).collect();
        Some(Self { lines })
    }

    /// Whether what a record is named after was asked: an endpoint (`tcp 10.0.0.5:22`), or a way to one
    /// (`10.0.0.0/24 > tcp 10.0.0.5:22`). Records of other names have nothing to do with ports.
    pub fn covers(&self, record: &str) -> bool {
        let (from, endpoint) = match record.split_once(" > ") {
            Some((from, endpoint)) => (Some(from), endpoint),
            None => (None, record),
        };
        let Some((transport, socket)) = endpoint.split_once(' ') else { return true };
        let Ok(socket) = socket.parse::<SocketAddr>() else { return true };
        self.lines.iter().any(|line| {
            let from_there = from.is_none_or(|from| line.from.as_deref() == Some(from));
            let in_a_run = |(first, last): &(u16, u16)| (*first..=*last).contains(&socket.port());
            from_there && line.transport == transport && line.address == socket.ip() && line.ports.iter().any(in_a_run)
        })
    }
}

impl Line {
    fn read(line: &str) -> Option<Self> {
        let (from, rest) = match line.split_once(" > ") {
            Some((from, rest)) => (Some(from.to_owned()), rest),
            None => (None, line),
        };
        let mut parts = rest.split(' ');
        let (transport, address, ports) = (parts.next()?.to_owned(), parts.next()?.parse().ok()?, parts.next()?);
        let run = |run: &str| {
            let (first, last) = run.split_once('-').unwrap_or((run, run));
            Some((first.parse().ok()?, last.parse().ok()?))
        };
        Some(Self { from, transport, address, ports: ports.split(',').filter_map(run).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_addresses_and_places_count() {
        let lines = ["10.0.0.0/24 > tcp 10.0.0.5 1-100,443", "fd00::/64 > tcp fd00::5 22", "udp 10.0.0.5 161"];
        let asked = Asked { lines: lines.iter().filter_map(|line| Line::read(line)).collect() };
        assert_eq!(asked.lines.len(), 3);
        for covered in
            ["tcp 10.0.0.5:22", "10.0.0.0/24 > tcp 10.0.0.5:443", "tcp [fd00::5]:22", "udp 10.0.0.5:161", "praxis"]
        {
            assert!(asked.covers(covered), "{covered}");
        }
        for other in [
            "tcp 10.0.0.5:101",
            "10.0.1.0/24 > tcp 10.0.0.5:443",
            "tcp [fd00::5]:23",
            "udp 10.0.0.5:22",
            "tcp 10.0.0.6:22",
        ] {
            assert!(!asked.covers(other), "{other}");
        }
        assert_eq!(Line::read("tcp nowhere 1"), None);
    }
}
