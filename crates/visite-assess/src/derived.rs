//! Derived facts: what follows from several facts, from the target, or from the catalogue's dates.
//!
//! They are declared in the fact schema like all others and judged by checks like all others. Their age is that of
//! the oldest fact they follow from.

use crate::target::Target;
use crate::world::{SeenFact, Source, SubjectFacts};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use visite_catalog::Catalog;
use visite_facts::facts::{
    Account, AccountKind, Clock, FirewallOpening, IpFamily, ListeningSocket, OperatingSystem, OsSupport, Place, Reach,
    ReachableService, Transport, Workplace,
};
use visite_facts::{
    Collection, Completeness, Fact, FactType, Known, Observed, Record, Shape, SubjectKind, Unknown, UnknownReason,
    Value,
};
use visite_target::time::{end_of_day, local_date};

/// What derived facts need beyond the facts themselves.
#[derive(Clone, Copy)]
pub struct Reference<'r> {
    /// The catalogue: lifecycles and rooms.
    pub catalog: &'r Catalog,
    /// The clock.
    pub now: Timestamp,
    /// What the practice file says.
    pub target: Target<'r>,
    /// The practice's time zone.
    pub time_zone: &'r TimeZone,
}

/// Adds every derived fact that makes sense for the subject.
pub fn add(facts: &mut SubjectFacts, reference: Reference<'_>) {
    if facts.subject.kind != SubjectKind::Host {
        return;
    }
    let support = support(facts, reference);
    put(facts, &["host.os"], reference.now, &support);
    let workplace = workplace(facts);
    put(facts, &["host.os", "host.accounts"], reference.now, &workplace);
    let clock = Clock { behind_seconds: facts.skew_seconds.map_or(Observed::default(), Known) };
    put(facts, &[], reference.now, &clock);
    let room = reference.target.room(facts);
    let place = Place {
        room: room.map_or(Observed::default(), Known),
        lock_within_seconds: Known(reference.target.lock_within_seconds(room)),
    };
    put(facts, &[], reference.now, &place);
    if let Some(services) = reachable_services(facts) {
        let from = ["host.listening_sockets", "host.firewall_openings"];
        put_all(facts, &from, reference.now, &services);
    }
}

fn put<T: FactType>(facts: &mut SubjectFacts, from: &[&str], now: Timestamp, record: &T) {
    let fact = Fact::Single(record.to_record());
    facts.facts.insert(T::SPEC.name, SeenFact::new(fact, oldest(facts, from, now)));
}

fn put_all<T: FactType>(facts: &mut SubjectFacts, from: &[&str], now: Timestamp, collection: &Collection<T>) {
    let mut records: Vec<Record> = collection.records.iter().map(T::to_record).collect();
    if let Shape::Collection { key } = T::SPEC.shape {
        records.sort_by_cached_key(|record| record.values.get(key).map(Value::display));
    }
    let fact = Fact::Collection { records, completeness: collection.completeness };
    facts.facts.insert(T::SPEC.name, SeenFact::new(fact, oldest(facts, from, now)));
}

fn oldest(facts: &SubjectFacts, from: &[&str], now: Timestamp) -> Source {
    let at = from.iter().filter_map(|name| facts.facts.get(name)).map(|seen| seen.source.at).min().unwrap_or(now);
    Source { at, collector: "assess".to_owned() }
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

/// The last moment of a day: one second before the next, so that it is still written as that day.
fn last_second(day: Date, time_zone: &TimeZone) -> Timestamp {
    let next = end_of_day(day, time_zone);
    next.checked_sub(SignedDuration::from_secs(1)).unwrap_or(next)
}

fn days_between(from: Date, to: Date) -> i64 {
    // Both dates are within years 1 to 9999, where the difference in days always exists.
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
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
fn reachable_services(facts: &SubjectFacts) -> Option<Collection<ReachableService>> {
    let (sockets, completeness) = facts.collection::<ListeningSocket>()?;
    let openings = facts.collection::<FirewallOpening>();
    let records = sockets
        .into_iter()
        .filter(|socket| socket.reach != Known(Reach::Loopback))
        .map(|socket| {
            let way = way_in(&socket, openings.as_ref());
            ReachableService {
                socket: socket.socket,
                transport: socket.transport,
                family: socket.family,
                port: socket.port,
                reach: socket.reach,
                process: socket.process,
                open: way.clone().map(|way| way != WayIn::Closed),
                source_restricted: way.map(|way| way == WayIn::Restricted),
            }
        })
        .collect();
    Some(Collection { records, completeness })
}

#[derive(Clone, Debug, PartialEq)]
enum WayIn {
    Open,
    Restricted,
    Closed,
}

type Openings = (Vec<FirewallOpening>, Completeness);

fn way_in(socket: &ListeningSocket, openings: Option<&Openings>) -> Observed<WayIn> {
    let (family, transport, port) = match (&socket.family, &socket.transport, &socket.port) {
        (Known(family), Known(transport), Known(port)) => (*family, *transport, *port),
        (Unknown(reason), _, _) | (_, Unknown(reason), _) | (_, _, Unknown(reason)) => return Unknown(*reason),
    };
    let Some((openings, completeness)) = openings else { return Observed::default() };
    let mut doubt = None;
    let mut way = WayIn::Closed;
    for opening in openings {
        match lets_in(opening, family, transport, port) {
            Known(false) => {}
            Unknown(reason) => doubt = doubt.or(Some(reason)),
            Known(true) => match opening.source_restricted {
                Known(false) => way = WayIn::Open,
                Known(true) if way == WayIn::Open => {}
                Known(true) => way = WayIn::Restricted,
                Unknown(reason) => doubt = doubt.or(Some(reason)),
            },
        }
    }
    if way == WayIn::Open {
        return Known(way);
    }
    if let Completeness::Incomplete(reason) = completeness {
        doubt = doubt.or(Some(*reason));
    }
    doubt.map_or(Known(way), Unknown)
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
