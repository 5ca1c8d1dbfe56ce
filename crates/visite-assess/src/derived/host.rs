//! What follows for computers that were examined from within: support, who works there, the clock, the room, and what
//! others can reach.

use super::{Reference, days_between, last_second, oldest, put, source};
use crate::world::{SeenFact, SubjectFacts};
use jiff::Timestamp;
use std::collections::BTreeMap;
use visite_facts::facts::{
    Account, AccountKind, Clock, FirewallOpening, IpFamily, ListeningSocket, OperatingSystem, OsSupport, Place, Reach,
    ReachableService, Transport, Workplace,
};
use visite_facts::{Basis, Completeness, Fact, FactType, Known, Observed, Record, Unknown, UnknownReason, Value};
use visite_target::time::local_date;

/// Adds every derived fact of a computer.
pub(super) fn add(facts: &mut SubjectFacts, reference: Reference<'_>) {
    let support = support(facts, reference);
    let age = oldest(facts, &[("host.os", &["family", "id", "version", "edition"])], reference.now);
    put(facts, &support, source(age, Basis::Reference));
    let workplace = workplace(facts);
    let counted: &[&str] = &["kind", "login_allowed", "administrator"];
    let age = oldest(facts, &[("host.os", &["desktop_installed"]), ("host.accounts", counted)], reference.now);
    put(facts, &workplace, source(age, Basis::Measured));
    let clock = Clock { behind_seconds: facts.skew_seconds.map_or(Observed::default(), Known) };
    put(facts, &clock, source(reference.now, Basis::Measured));
    let place = place(facts, reference);
    facts.facts.insert(Place::SPEC.name, place);
    if let Some(services) = reachable_services(facts) {
        facts.facts.insert(ReachableService::SPEC.name, services);
    }
}

/// Support of the operating system, by the catalogue's lifecycles. Dates are days in the practice's time zone.
fn support(facts: &SubjectFacts, reference: Reference<'_>) -> OsSupport {
    let os: OperatingSystem = facts.single();
    let (family, id, version) = match (&os.family, &os.id, &os.version) {
        (Known(family), Known(id), Known(version)) => (family, id, version),
        (Unknown(reason), _, _) | (_, Unknown(reason), _) | (_, _, Unknown(reason)) => {
            return OsSupport::unknown(*reason);
        }
    };
    let lifecycles = reference.catalog.lifecycles.values();
    let mut matching = lifecycles.filter(|cycle| cycle.matches.family == *family && cycle.matches.id == *id);
    let cycle = matching.find_map(|lifecycle| lifecycle.cycle(version, os.edition.known().map(String::as_str)));
    let Some(cycle) = cycle else { return OsSupport::unknown(UnknownReason::NotSupported) };
    let today = local_date(reference.now, reference.time_zone);
    OsSupport {
        product: Known(cycle.name.clone()),
        ends_at: Known(last_second(cycle.ends, reference.time_zone)),
        days_left: Known(days_between(today, cycle.ends)),
        ended: Known(today > cycle.ends),
    }
}

/// The room is what the practice says; the time to lock is too, or else the catalogue's.
fn place(facts: &SubjectFacts, reference: Reference<'_>) -> SeenFact {
    let room = reference.target.room(facts);
    let (seconds, basis) = reference.target.lock_within_seconds(room);
    let place = Place { room: room.map_or(Observed::default(), Known), lock_within_seconds: Known(seconds) };
    let stated = source(reference.now, Basis::StatedByPractice);
    let lock = BTreeMap::from([((0, "lock_within_seconds"), source(reference.now, basis))]);
    SeenFact::of_sources(Fact::Single(place.to_record()), stated, lock)
}

fn workplace(facts: &SubjectFacts) -> Workplace {
    let os: OperatingSystem = facts.single();
    let counted = count_people(facts);
    Workplace {
        desktop_installed: os.desktop_installed,
        people: counted.clone().map(|(people, _)| people),
        administrators: counted.map(|(_, administrators)| administrators),
    }
}

/// People who may log in, and how many of them are administrators.
fn count_people(facts: &SubjectFacts) -> Observed<(i64, i64)> {
    let Some((accounts, completeness)) = facts.collection::<Account>() else { return Observed::default() };
    if completeness != Completeness::Complete {
        return Unknown(UnknownReason::Incomplete);
    }
    let (mut people, mut administrators) = (0, 0);
    for account in accounts {
        match (account.kind, account.login_allowed, account.administrator) {
            (Known(AccountKind::Person), Known(true), Known(administrator)) => {
                people += 1;
                administrators += i64::from(administrator);
            }
            (Known(AccountKind::Root | AccountKind::System), _, _) | (_, Known(false), _) => {}
            (Unknown(reason), _, _) | (_, Unknown(reason), _) | (_, _, Unknown(reason)) => return Unknown(reason),
        }
    }
    Known((people, administrators))
}

/// Sockets that others can address, each with what the packet filter says about it.
///
/// Each value keeps its own age: a program seen today behind a packet filter seen last week is known since today.
fn reachable_services(facts: &SubjectFacts) -> Option<SeenFact> {
    let (sockets, completeness) = facts.collection::<ListeningSocket>()?;
    let seen = facts.facts.get(ListeningSocket::SPEC.name)?;
    let openings = openings(facts);
    let mut services: Vec<(Record, BTreeMap<&'static str, Timestamp>)> = sockets
        .into_iter()
        .enumerate()
        .filter(|(_, socket)| socket.reach != Known(Reach::Loopback))
        .map(|(index, socket)| {
            let mut ages: BTreeMap<&'static str, Timestamp> =
                SOCKET_FIELDS.iter().map(|field| (*field, seen.source_of(index, field).at)).collect();
            let (way, age) = way_in(&socket, openings.as_ref());
            if let Some(age) = age {
                let age = ["transport", "family", "port"].iter().map(|field| ages[field]).fold(age, Timestamp::min);
                ages.extend([("open", age), ("source_restricted", age)]);
            }
            let service = ReachableService {
                socket: socket.socket,
                transport: socket.transport,
                family: socket.family,
                port: socket.port,
                reach: socket.reach,
                process: socket.process,
                open: way.clone().map(|way| way != WayIn::Closed),
                source_restricted: way.map(|way| way == WayIn::Restricted),
            };
            (service.to_record(), ages)
        })
        .collect();
    services.sort_by_cached_key(|(record, _)| record.values.get("socket").map(Value::display));
    let mut ages = BTreeMap::new();
    for (index, (_, own)) in services.iter().enumerate() {
        ages.extend(own.iter().map(|(field, at)| ((index, *field), source(*at, Basis::Measured))));
    }
    let records = services.into_iter().map(|(record, _)| record).collect();
    let source = source(seen.source.at, Basis::Measured);
    Some(SeenFact::of_sources(Fact::Collection { records, completeness }, source, ages))
}

/// Fields of a reachable service that are those of its socket.
const SOCKET_FIELDS: [&str; 6] = ["socket", "transport", "family", "port", "reach", "process"];

#[derive(Clone, Copy, Debug, PartialEq)]
enum WayIn {
    Open,
    Restricted,
    Closed,
}

/// What the packet filter lets in.
struct Openings {
    /// Each opening, and when the oldest part of it was seen.
    list: Vec<(FirewallOpening, Timestamp)>,
    completeness: Completeness,
    /// When the oldest part of all of it was seen.
    at: Timestamp,
}

fn openings(facts: &SubjectFacts) -> Option<Openings> {
    const FIELDS: [&str; 5] = ["family", "transport", "first_port", "last_port", "source_restricted"];
    let (openings, completeness) = facts.collection::<FirewallOpening>()?;
    let seen = facts.facts.get(FirewallOpening::SPEC.name)?;
    let age = |index| FIELDS.iter().map(|field| seen.source_of(index, field).at).min().unwrap_or(seen.source.at);
    let list = openings.into_iter().enumerate().map(|(index, opening)| (opening, age(index))).collect();
    Some(Openings { list, completeness, at: seen.oldest(&FIELDS) })
}

/// The way in, and since when it is known. One opening for all is enough to be open, so the freshest such one counts;
/// everything else rests on all openings.
fn way_in(socket: &ListeningSocket, openings: Option<&Openings>) -> (Observed<WayIn>, Option<Timestamp>) {
    let (family, transport, port) = match (&socket.family, &socket.transport, &socket.port) {
        (Known(family), Known(transport), Known(port)) => (*family, *transport, *port),
        (Unknown(reason), _, _) | (_, Unknown(reason), _) | (_, _, Unknown(reason)) => return (Unknown(*reason), None),
    };
    let Some(openings) = openings else { return (Observed::default(), None) };
    let mut doubt = None;
    let mut way = WayIn::Closed;
    let mut open_since = None;
    for (opening, age) in &openings.list {
        match lets_in(opening, family, transport, port) {
            Known(false) => {}
            Unknown(reason) => doubt = doubt.or(Some(reason)),
            Known(true) => match opening.source_restricted {
                Known(false) => open_since = open_since.max(Some(*age)),
                Known(true) => way = WayIn::Restricted,
                Unknown(reason) => doubt = doubt.or(Some(reason)),
            },
        }
    }
    if open_since.is_some() {
        return (Known(WayIn::Open), open_since);
    }
    if let Completeness::Incomplete(reason) = openings.completeness {
        doubt = doubt.or(Some(reason));
    }
    (doubt.map_or(Known(way), Unknown), Some(openings.at))
}

fn lets_in(opening: &FirewallOpening, family: IpFamily, transport: Transport, port: i64) -> Observed<bool> {
    let fits_family =
        opening.family.clone().map(|open| open == IpFamily::Both || family == IpFamily::Both || open == family);
    let fits_transport = opening.transport.clone().map(|open| open == Transport::Any || open == transport);
    let fits_port = match (&opening.first_port, &opening.last_port) {
        (Known(first), Known(last)) => Known((*first..=*last).contains(&port)),
        (Unknown(reason), _) | (_, Unknown(reason)) => Unknown(*reason),
    };
    let parts = [fits_family, fits_transport, fits_port];
    if parts.contains(&Known(false)) {
        return Known(false);
    }
    parts.into_iter().find(|part| part.known().is_none()).unwrap_or(Known(true))
}
