//! What a scan is to look at: targets and ports, as written and as understood.

use crate::cli::ScanArgs;
use crate::failure::{Failure, Kind};
use crate::input;
use ipnet::IpNet;
use std::net::{IpAddr, ToSocketAddrs};
use std::ops::RangeInclusive;
use visite_catalog::model::PortSets;
use visite_facts::Lang;
use visite_facts::scan::{ScanRecord, is_silent};
use visite_scan::net::Connections;
use visite_scan::targets::{TargetError, Targets};

/// Targets and exceptions as people wrote them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// What is to be examined.
    pub targets: Vec<String>,
    /// What of it is left out.
    pub excluded: Vec<String>,
    /// The networks this computer is in.
    pub attached: Vec<IpNet>,
}

impl Written {
    /// Arguments and lines of files, or else those of the scan that is resumed, or else the networks this computer is in.
    pub fn of(arguments: &ScanArgs, begun: Option<&ScanRecord>, connections: &Connections) -> Result<Self, Failure> {
        let mut targets: Vec<String> = arguments.targets.iter().flat_map(|argument| listed(argument)).collect();
        let mut excluded = arguments.exclude.clone();
        for path in &arguments.targets_from {
            let text = String::from_utf8_lossy(&input::read(path)?).into_owned();
            let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
            let words = lines.flat_map(|line| line.split(|c: char| c.is_whitespace() || c == ','));
            targets.extend(words.filter(|word| !word.is_empty()).map(str::to_owned));
        }
        if arguments.targets.is_empty() && arguments.targets_from.is_empty() {
            match begun {
                Some(begun) => {
                    targets.clone_from(&begun.targets);
                    excluded.extend(begun.excluded.iter().cloned());
                }
                None => targets.extend(connections.attached().iter().map(IpNet::to_string)),
            }
        }
        if targets.is_empty() {
            let failure = match begun {
                Some(_) => Failure::new(
                    Kind::Data,
                    "Die unterbrochene Untersuchung hatte keine Ziele",
                    "the interrupted scan had no targets",
                ),
                None => Failure::new(
                    Kind::Missing,
                    "Dieser Computer steht in keinem Netz, und es ist kein Ziel genannt",
                    "this computer is in no network, and no target is named",
                ),
            };
            return Err(failure.hint(
                "Nennen Sie ein Netz: visite scan 192.168.10.0/24",
                "name a network: visite scan 192.168.10.0/24",
            ));
        }
        Ok(Self { targets, excluded, attached: connections.attached() })
    }

    /// Their addresses; at least one.
    pub fn read(&self) -> Result<Targets, Failure> {
        let targets = read(&self.targets)?.seen_from(&self.attached).without(&self.left_out()?);
        if targets.is_empty() {
            return Err(Failure::new(
                Kind::Data,
                "Nach den Ausnahmen bleibt kein Ziel übrig",
                "after the exclusions no target is left",
            ));
        }
        Ok(targets)
    }

    /// The addresses that are left out.
    pub fn left_out(&self) -> Result<Targets, Failure> {
        read(&self.excluded).map(Targets::whole)
    }

    /// The networks of each target by itself, as far as it is not left out.
    pub fn each(&self) -> Vec<(&str, Vec<IpNet>)> {
        let excluded = read(&self.excluded).unwrap_or_default();
        let one = |target: &String| {
            let read = read(std::slice::from_ref(target)).unwrap_or_default();
            read.seen_from(&self.attached).without(&excluded)
        };
        self.targets.iter().map(|target| (target.as_str(), one(target).networks())).collect()
    }
}

/// The targets of one argument, separated by commas; one that says nothing stays, for it is a mistake.
fn listed(argument: &str) -> Vec<String> {
    let parts: Vec<String> =
        argument.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    if parts.is_empty() { vec![argument.to_owned()] } else { parts }
}

fn read(written: &[String]) -> Result<Targets, Failure> {
    let resolve = |name: &str| -> Vec<IpAddr> {
        (name, 0).to_socket_addrs().map(|found| found.map(|address| address.ip()).collect()).unwrap_or_default()
    };
    Targets::parse(written, &resolve).map_err(|error: TargetError| {
        let shown = error.written.escape_debug();
        Failure::new(
            Kind::Data,
            format!("Das Ziel `{shown}` ist nicht zu verstehen"),
            format!("cannot read the target `{shown}`"),
        )
        .because_of(error.what)
    })
}

/// TCP and UDP ports, sorted, and the TCP ports that somebody named by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// TCP.
    pub tcp: Vec<u16>,
    /// UDP.
    pub udp: Vec<u16>,
    named: Vec<u16>,
}

impl Ports {
    /// Reads sets and lists, e.g. `practice` or `practice,8000-8100,udp:161`.
    pub fn of(written: &str, sets: &PortSets) -> Result<Self, Failure> {
        let mut ports = Self::default();
        for part in written.split(',').map(str::trim) {
            match part.to_lowercase().as_str() {
                "practice" => ports.tcp.extend(sets.practice_tcp()),
                "top1000" => ports.tcp.extend(sets.top1000_tcp()),
                "all" => ports.tcp.extend(1..=u16::MAX),
                other => {
                    let Some((is_udp, range)) = port_range(other) else { return Err(no_ports(written)) };
                    if is_udp {
                        ports.udp.extend(range);
                    } else {
                        ports.named.extend(range.clone());
                        ports.tcp.extend(range);
                    }
                    continue;
                }
            }
            ports.udp.extend(sets.practice_udp());
        }
        for list in [&mut ports.tcp, &mut ports.udp, &mut ports.named] {
            list.sort_unstable();
            list.dedup();
        }
        Ok(ports)
    }

    /// Says which of the ports that somebody named are left out, of those that are `knocked` at.
    pub fn left_out(&self, knocked: &[u16], lang: Lang) -> Vec<String> {
        let out = self.named.iter().copied().filter(|port| knocked.binary_search(port).is_err());
        let (never, today): (Vec<u16>, Vec<u16>) = out.partition(|port| is_silent(*port));
        let line = |ports: &[u16], de: (&str, &str), en: (&str, &str)| {
            let (singular, plural) = if lang == Lang::De { de } else { en };
            let named = runs(ports).join(", ");
            (!ports.is_empty()).then(|| format!("{named} {}", if ports.len() == 1 { singular } else { plural }))
        };
        let never = line(
            &never,
            (
                "wird nie gefragt: Viele Drucker drucken, was dort ankommt.",
                "werden nie gefragt: Viele Drucker drucken, was dort ankommt.",
            ),
            (
                "is never asked: many printers print what arrives there.",
                "are never asked: many printers print what arrives there.",
            ),
        );
        let today = line(
            &today,
            (
                "wird im Praxisbetrieb nicht gefragt: Schon eine Verbindung kann das Gerät dort blockieren.",
                "werden im Praxisbetrieb nicht gefragt: Schon eine Verbindung kann das Gerät dort blockieren.",
            ),
            (
                "is not asked in practice hours: a mere connection can block the device there.",
                "are not asked in practice hours: a mere connection can block the device there.",
            ),
        );
        never.into_iter().chain(today).collect()
    }
}

/// Sorted numbers, neighbours as `first-last`.
fn runs(ports: &[u16]) -> Vec<String> {
    let neighbours = ports.chunk_by(|a, b| a.checked_add(1) == Some(*b));
    let written = neighbours.filter_map(|run| match (run.first()?, run.last()?) {
        (first, last) if first == last => Some(first.to_string()),
        (first, last) => Some(format!("{first}-{last}")),
    });
    written.collect()
}

fn no_ports(written: &str) -> Failure {
    let shown = written.escape_debug();
    Failure::new(
        Kind::Data,
        format!("`{shown}` ist weder ein Satz von Ports noch eine Liste"),
        format!("`{shown}` is neither a set of ports nor a list"),
    )
    .hint(
        "Schreiben Sie practice, top1000, all oder eine Liste wie 22,80,8000-8100,udp:161.",
        "write practice, top1000, all or a list such as 22,80,8000-8100,udp:161",
    )
}

/// `80`, `8000-8100`, `tcp:80`, `udp:161`: whether it is about UDP, and the ports.
fn port_range(part: &str) -> Option<(bool, RangeInclusive<u16>)> {
    let (transport, range) = part.split_once(':').unwrap_or(("tcp", part));
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let (first, last): (u16, u16) = (first.parse().ok()?, last.parse().ok()?);
    let valid = first != 0 && first <= last && matches!(transport, "tcp" | "udp");
    valid.then_some((transport == "udp", first..=last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_may_be_separated_by_commas() {
        assert_eq!(listed("10.0.0.1, fd00::5,10.0.0.7-9"), ["10.0.0.1", "fd00::5", "10.0.0.7-9"]);
        assert_eq!(listed("10.0.0.1,"), ["10.0.0.1"]);
        // An argument that is empty is no wish to examine the own networks.
        assert_eq!((listed(""), listed(" , ")), (vec![String::new()], vec![" , ".to_owned()]));
    }

    #[test]
    fn sets_of_ports_are_known_in_any_case_and_named_ports_that_are_left_out_are_told() {
        let catalog =
            visite_catalog::load_parts(&[visite_catalog::Layer::embedded()], &[visite_catalog::Part::Network]);
        let sets = catalog.expect("the embedded catalogue").ports;
        let of = |written: &str| Ports::of(written, &sets).expect("ports");
        assert_eq!(of("PRACTICE"), of("practice"));
        assert_eq!(of("UDP:161").udp, [161]);
        let ports = of("all,80,515,9099-9101");
        assert_eq!(
            ports.left_out(&[80, 9099], Lang::De),
            ["515, 9100-9101 werden nie gefragt: Viele Drucker drucken, was dort ankommt."]
        );
        assert_eq!(
            of("22,4001").left_out(&[22], Lang::En),
            ["4001 is not asked in practice hours: a mere connection can block the device there."]
        );
        assert!(of("all").left_out(&[], Lang::De).is_empty(), "nobody named one");
        assert!(Ports::of("usual", &sets).is_err());
    }

    #[test]
    fn each_target_knows_its_networks() {
        let written = Written {
            targets: vec!["10.0.0.4/30".into(), "fd00::/64".into(), "10.0.0.6".into()],
            excluded: vec!["10.0.0.6".into()],
            attached: Vec::new(),
        };
        let each = written.each();
        assert_eq!(each[0], ("10.0.0.4/30", vec!["10.0.0.5/32".parse().expect("a network")]));
        assert_eq!(each[1], ("fd00::/64", vec!["fd00::/64".parse().expect("a network")]));
        assert_eq!(each[2], ("10.0.0.6", Vec::new()));
    }
}
