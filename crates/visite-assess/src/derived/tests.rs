//! Devices and zones: what follows, and what does not.

use super::systems::{End, end};
use super::{Reference, add, is_reached_from_outside};
use crate::target::Target;
use crate::world::{self, SubjectFacts};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use visite_catalog::{Catalog, Layer, load};
use visite_facts::facts::{
    DeviceClass, DeviceCrossing, DeviceNetwork, DevicePlace, DeviceSupport, DeviceWay, NetworkService, Transport,
    ZoneKind, ZonePlace, ZoneSurvey,
};
use visite_facts::{
    Basis, Collection, Completeness, FactType, Identifier, IdentifierKind, Known, Observed, Snapshot, Subject,
    SubjectId, SubjectKind, Unknown, UnknownReason,
};
use visite_target::{DataClass, DeviceId, Practice};

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| load(&[Layer::embedded()]).expect("the catalogue"));

const ZONES: &str = "zones:
  - { id: server, name: Server, kind: server, networks: [10.0.10.0/24, 'fd00:0:0:10::/64'], data_class: health }
  - { id: office, name: Büro, kind: office, networks: [10.0.20.0/24, 'fd00:0:0:20::/64'], data_class: personal }
  - { id: nas, name: Sicherung, networks: [10.0.10.64/28] }
  - { id: guest, name: Gäste, kind: guest, networks: [10.0.70.0/24] }
";
const CONDUITS: &str = "conduits:
  - { id: a, from: office, to: server, services: [tcp/443, udp/53], reason: r }
  - { id: b, from: office, to: server, services: [tcp/22], reason: r, until: 2026-11-24 }
  - { id: c, from: office, to: server, services: [tcp/23], reason: r, until: 2026-11-23 }
  - { id: d, from: server, to: guest, services: [tcp/80], direction: both, reason: r }
  - { id: e, from: internet, to: server, services: [tcp/443], reason: r }
";
const DEVICES: &str = "devices:
  - { id: pvs, name: PVS, class: pvs_server, zone: server, host_name: pvs, addresses: [10.0.10.5] }
  - { id: ekg, name: EKG, class: medical_device, zone: office, identifiers: [{ kind: mac, value: '00:1b:21:00:00:02' }] }
  - { id: kamera, name: Kamera, class: camera, host_name: kamera, data_class: none }
";

fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().expect("a time")
}

fn practice(parts: &[&str]) -> Practice {
    let text = format!("schema: visite.practice/1\nname: Praxis Beispiel\n{}", parts.concat());
    Practice::from_yaml(&text, "practice.yaml").expect("a practice")
}

fn snapshot(kind: SubjectKind, name: &str) -> Snapshot {
    Snapshot {
        collector: "scan".to_owned(),
        observed_at: now(),
        received_at: None,
        subject: Subject { id: SubjectId("subject".to_owned()), kind, name: name.to_owned() },
        identifiers: Vec::new(),
        facts: Default::default(),
        problems: Vec::new(),
    }
}

fn device(address: &str) -> DeviceNetwork {
    DeviceNetwork {
        address: Known(address.to_owned()),
        addresses: Known(vec![address.to_owned()]),
        names: Known(Vec::new()),
        class: Known(DeviceClass::Server),
        ..DeviceNetwork::default()
    }
}

fn way(from: &str, transport: Transport, address: &str, port: i64) -> DeviceWay {
    let endpoint = format!("{transport} {address}:{port}");
    DeviceWay {
        way: Known(format!("{from} > {endpoint}")),
        from_network: Known(from.to_owned()),
        endpoint: Known(endpoint),
        address: Known(address.to_owned()),
        transport: Known(transport),
        port: Known(port),
        service: Known(NetworkService::Http),
        management: Known(false),
    }
}

/// The only subject of these snapshots, with everything that follows.
fn derived(snapshots: &[Snapshot], practice: Option<&Practice>) -> SubjectFacts {
    derived_beside(snapshots, practice, &BTreeSet::new())
}

fn derived_beside(snapshots: &[Snapshot], practice: Option<&Practice>, others: &BTreeSet<DeviceId>) -> SubjectFacts {
    let mut subjects = world::subjects(snapshots, now());
    assert_eq!(subjects.len(), 1, "one subject");
    let mut facts = subjects.remove(0);
    let time_zone = TimeZone::get("Europe/Berlin").expect("a time zone");
    let target = Target::new(practice, &CATALOG);
    add(&mut facts, Reference { catalog: &CATALOG, now: now(), target, time_zone: &time_zone, recognised: others });
    facts
}

fn seen(network: &DeviceNetwork) -> Snapshot {
    let mut snapshot = snapshot(SubjectKind::Device, "10.0.10.99");
    snapshot.put(network);
    snapshot
}

fn place(network: &DeviceNetwork, parts: &[&str]) -> DevicePlace {
    derived(&[seen(network)], Some(&practice(parts))).single()
}

const NOBODY_SAID: UnknownReason = UnknownReason::NotCollected;
const CANNOT_TELL: UnknownReason = UnknownReason::NotSupported;

#[test]
fn the_zone_of_a_device_is_that_of_its_address_else_the_stated_one() {
    let zone = |network: &DeviceNetwork| {
        let place = place(network, &[ZONES, DEVICES]);
        (place.zone, place.zone_kind)
    };
    let named = |name: &str| Known(name.to_owned());
    assert_eq!(zone(&device("10.0.10.5")), (named("Server"), Known(ZoneKind::Server)));
    assert_eq!(zone(&device("fd00:0:0:20::1")), (named("Büro"), Known(ZoneKind::Office)));
    // The narrowest network counts; its zone says nothing about its kind.
    assert_eq!(zone(&device("10.0.10.70")), (named("Sicherung"), Unknown(NOBODY_SAID)));
    assert_eq!(zone(&device("192.168.1.1")), (Unknown(NOBODY_SAID), Unknown(NOBODY_SAID)));
    let pvs = DeviceNetwork { names: Known(vec!["pvs.praxis.local".to_owned()]), ..device("192.168.1.1") };
    assert_eq!(zone(&pvs).0, named("Server"));
    // Two legs: the stated zone decides, else the address at which it was examined.
    let legs = |address: &str| DeviceNetwork {
        addresses: Known(vec!["10.0.10.5".to_owned(), "10.0.20.5".to_owned()]),
        ..device(address)
    };
    assert_eq!(zone(&legs("10.0.20.5")).0, named("Server"));
    assert_eq!(place(&legs("10.0.20.5"), &[ZONES]).zone, named("Büro"));
    let unknown = DeviceNetwork { addresses: Unknown(UnknownReason::TimedOut), ..DeviceNetwork::default() };
    assert_eq!(zone(&unknown).0, Unknown(UnknownReason::TimedOut));
}

#[test]
fn the_class_is_the_stated_one_else_the_measured_one_and_says_who_says_so() {
    let class = |network: &DeviceNetwork| {
        let facts = derived(&[seen(network)], Some(&practice(&[ZONES, DEVICES])));
        let place: DevicePlace = facts.single();
        (place.class, facts.facts[DevicePlace::SPEC.name].source_of(0, "class").basis)
    };
    assert_eq!(class(&device("10.0.10.5")), (Known(DeviceClass::PvsServer), Basis::StatedByPractice));
    assert_eq!(class(&device("10.0.10.6")), (Known(DeviceClass::Server), Basis::Measured));
    let unclear = DeviceNetwork { class: Unknown(UnknownReason::NoPermission), ..device("10.0.10.6") };
    assert_eq!(class(&unclear).0, Unknown(UnknownReason::NoPermission));
}

#[test]
fn that_a_device_is_not_listed_is_known_only_if_no_entry_can_be_it() {
    let listed = |network: &DeviceNetwork, parts: &[&str]| place(network, parts).listed;
    let named = |name: &str| DeviceNetwork { names: Known(vec![name.to_owned()]), ..device("10.0.10.9") };
    assert_eq!(listed(&device("10.0.10.5"), &[ZONES, DEVICES]), Known(true));
    assert_eq!(listed(&named("fremd"), &[]), Unknown(NOBODY_SAID));
    assert_eq!(listed(&named("fremd"), &["devices: []\n"]), Unknown(NOBODY_SAID));
    // Without a hardware address it may be the EKG.
    assert_eq!(listed(&named("fremd"), &[ZONES, DEVICES]), Unknown(CANNOT_TELL));
    let with_card = |network: &DeviceNetwork, others: &[&str]| {
        let mut snapshot = seen(network);
        snapshot.identifiers.extend(Identifier::new(IdentifierKind::Mac, "00:1b:21:00:00:99"));
        let others = others.iter().map(|id| id.parse().expect("an id")).collect();
        derived_beside(&[snapshot], Some(&practice(&[ZONES, DEVICES])), &others).single::<DevicePlace>().listed
    };
    assert_eq!(with_card(&named("fremd"), &[]), Known(false));
    // Without a name it may be the camera, unless that is another one.
    assert_eq!(with_card(&device("10.0.10.9"), &[]), Unknown(CANNOT_TELL));
    assert_eq!(with_card(&device("10.0.10.9"), &["kamera"]), Known(false));
}

#[test]
fn without_facts_and_without_a_practice_file_nothing_follows() {
    let bare = derived(&[snapshot(SubjectKind::Device, "x")], None);
    assert_eq!(bare.single::<DevicePlace>(), DevicePlace::default());
    assert_eq!(bare.single::<DeviceSupport>(), DeviceSupport::default());
    assert!(bare.collection::<DeviceCrossing>().is_none());
    let zone = derived(&[snapshot(SubjectKind::Zone, "x")], None);
    assert_eq!(zone.single::<ZonePlace>(), ZonePlace::default());
}

fn support(system: Observed<String>) -> DeviceSupport {
    derived(&[seen(&DeviceNetwork { system, ..device("10.0.10.5") })], None).single()
}

#[test]
fn support_follows_from_the_system_that_a_device_names() {
    let ended = |system: &str| {
        let support = support(Known(system.to_owned()));
        (support.product.known().cloned().unwrap_or_default(), support.ended)
    };
    let is = |product: &str, yes| (product.to_owned(), Known(yes));
    assert_eq!(ended("Windows Server 2008 R2"), is("Windows Server 2008 R2", true));
    assert_eq!(ended("Debian 13"), is("Debian 13 (trixie)", false));
    // One number for a client and a server: the days differ, that both are over does not.
    assert_eq!(ended("Windows 6.3 build 9600"), is("Windows 8.1 / Windows Server 2012 R2", true));
    let both = support(Known("Windows 6.3 build 9600".to_owned()));
    assert_eq!((both.ends_at, both.days_left), (Unknown(CANNOT_TELL), Unknown(CANNOT_TELL)));
    let one = support(Known("Windows 7".to_owned()));
    assert_eq!(one.ends_at.known().map(ToString::to_string).as_deref(), Some("2020-01-14T22:59:59Z"));
    assert_eq!(support(Known("FRITZ!OS 7.57".to_owned())), DeviceSupport::unknown(CANNOT_TELL));
    assert_eq!(support(Unknown(UnknownReason::NoPermission)), DeviceSupport::unknown(UnknownReason::NoPermission));
}

fn product(text: &str) -> Option<String> {
    end(CATALOG.lifecycles.values(), text).map(|End { product, .. }| product)
}

#[test]
fn systems_are_named_in_many_ways() {
    for (text, name) in [
        ("Windows Server 2008 R2 Standard 7601 Service Pack 1", "Windows Server 2008 R2"),
        ("Microsoft Windows Server 2008", "Windows Server 2008"),
        ("windows 7 professional", "Windows 7"),
        ("Windows 8.1 Pro 9600", "Windows 8.1"),
        ("Windows XP", "Windows XP"),
        ("Windows 10 Pro 19045", "Windows 10 22H2"),
        ("Windows 10 22H2", "Windows 10 22H2"),
        ("Windows Server 2016 Standard 14393", "Windows Server 2016"),
        ("Windows 6.1 build 7601", "Windows 7 / Windows Server 2008 R2"),
        ("Windows 10.0 build 22631", "Windows 11 23H2"),
        ("Windows (build 7601)", "Windows 7 / Windows Server 2008 R2"),
        ("Windows (build 19045)", "Windows 10 22H2"),
        ("Debian 10", "Debian 10 (buster)"),
        ("Debian Linux 10.0", "Debian 10 (buster)"),
        ("Debian GNU/Linux 12 (bookworm)", "Debian 12 (bookworm)"),
        ("Ubuntu 18.04", "Ubuntu 18.04 LTS"),
        ("Ubuntu Linux 20.04.6 LTS", "Ubuntu 20.04 LTS"),
        ("CentOS 7", "CentOS Linux 7"),
        ("CentOS Stream 9", "CentOS Stream 9"),
        ("Red Hat Enterprise Linux 7.9", "Red Hat Enterprise Linux 7"),
        ("openSUSE Leap 15.6", "openSUSE Leap 15.6"),
        ("Fedora 40", "Fedora Linux 40"),
    ] {
        assert_eq!(product(text).as_deref(), Some(name), "{text}");
    }
}

#[test]
fn what_could_be_another_system_is_none() {
    for text in [
        "",
        "Windows",
        "Windows 10",
        "Windows 10 Pro",
        "Windows 10 Enterprise LTSC 19045",
        "Windows 7 Embedded",
        "Windows Embedded Standard 7",
        "Windows 6.1",
        "Windows 5.1",
        "Windows 10 Pro 7601",
        "Windows 11 Pro 19045",
        "Windows Server 2016 Standard 17763",
        "Windows Server 2016 R2",
        // The list of servers has these builds, that of clients leaves them out.
        "Windows 10.0 build 17763",
        "Windows 10.0 build 26100",
        "Windows 10.0 build 99999",
        "Windows (build 17763)",
        "Windows (build 7.01)",
        "Debian",
        "Debian 10 Musterbox",
        "Debian 99",
        "Debian 10/sid",
        "Debian 10 11",
        "Ubuntu 18",
        "Ubuntu Core 18",
        "Univention 5.0",
        "Linux 4.14.34",
        "Server with Debian 10",
        "Windows Server 2008 R2 Windows 7",
    ] {
        assert_eq!(product(text), None, "{text}");
    }
}

fn crossings(ways: Collection<DeviceWay>, parts: &[&str]) -> (Vec<DeviceCrossing>, Completeness) {
    let mut snapshot = seen(&device("10.0.10.5"));
    snapshot.put_all(&ways);
    derived(&[snapshot], Some(&practice(parts))).collection().expect("crossings")
}

fn crossing(way: DeviceWay, parts: &[&str]) -> DeviceCrossing {
    crossings(Collection::complete(vec![way]), parts).0.remove(0)
}

const OFFICE: &str = "10.0.20.0/24";
const SERVER: &str = "10.0.10.5";

#[test]
fn conduits_decide_which_ways_are_allowed() {
    use Transport::{Tcp, Udp};
    let allowed =
        |from: &str, transport, port| crossing(way(from, transport, SERVER, port), &[ZONES, CONDUITS, DEVICES]).allowed;
    assert_eq!(allowed(OFFICE, Tcp, 443), Known(true));
    assert_eq!(allowed(OFFICE, Udp, 443), Known(false));
    assert_eq!(allowed(OFFICE, Udp, 53), Known(true));
    assert_eq!(allowed(OFFICE, Tcp, 445), Known(false));
    // Until the end of the last day.
    assert_eq!(allowed(OFFICE, Tcp, 22), Known(true));
    assert_eq!(allowed(OFFICE, Tcp, 23), Known(false));
    // Against the direction only where it says both.
    assert_eq!(allowed("10.0.70.0/24", Tcp, 80), Known(true));
    assert_eq!(allowed("10.0.70.0/24", Tcp, 443), Known(false));
    assert_eq!(allowed("10.0.10.0/24", Tcp, 445), Known(true));
    // From a public network in no zone, and from a private one that nobody named.
    assert_eq!(allowed("198.51.100.0/24", Tcp, 443), Known(true));
    assert_eq!(allowed("198.51.100.0/24", Tcp, 445), Known(false));
    assert_eq!(allowed("192.168.5.0/24", Tcp, 443), Unknown(NOBODY_SAID));
    assert_eq!(allowed("2001:db8::/64", Tcp, 443), Unknown(NOBODY_SAID));
}

#[test]
fn a_crossing_names_both_zones_and_what_the_device_is() {
    let seen = crossing(way(OFFICE, Transport::Tcp, SERVER, 443), &[ZONES, CONDUITS, DEVICES]);
    assert_eq!(seen.from_zone, Known("Büro".to_owned()));
    assert_eq!(seen.from_kind, Known(ZoneKind::Office));
    assert_eq!(seen.to_zone, Known("Server".to_owned()));
    assert_eq!((seen.same_zone, seen.class), (Known(false), Known(DeviceClass::PvsServer)));
    let own = crossing(way("10.0.10.0/24", Transport::Tcp, SERVER, 443), &[ZONES]);
    assert_eq!((own.same_zone, own.allowed), (Known(true), Unknown(NOBODY_SAID)));
    // Beside the device in a network that the file does not name: its zone is that of the device.
    let local = crossing(way("fe80::/64", Transport::Tcp, "fe80::5", 443), &[ZONES, CONDUITS]);
    assert_eq!((local.from_zone, local.same_zone), (Known("Server".to_owned()), Known(true)));
    let outside = crossing(way("198.51.100.0/24", Transport::Tcp, SERVER, 443), &[ZONES]);
    assert_eq!((outside.from_zone, outside.from_kind), (Known("198.51.100.0/24".to_owned()), Unknown(NOBODY_SAID)));
    assert_eq!(outside.same_zone, Known(false));
}

#[test]
fn where_the_practice_file_is_silent_a_crossing_is_neither_allowed_nor_forbidden() {
    let https = || way(OFFICE, Transport::Tcp, SERVER, 443);
    let silent = crossing(https(), &[]);
    assert_eq!(silent.from_zone, Known(OFFICE.to_owned()));
    assert_eq!((silent.to_zone, silent.same_zone, silent.allowed), Default::default());
    assert_eq!(crossing(https(), &[ZONES]).allowed, Unknown(NOBODY_SAID));
    // An empty list says that there is no way.
    assert_eq!(crossing(https(), &[ZONES, "conduits: []\n"]).allowed, Known(false));
    let odd = DeviceWay { port: Unknown(UnknownReason::Malformed), ..https() };
    assert_eq!(crossing(odd, &[ZONES, CONDUITS]).allowed, Unknown(UnknownReason::Malformed));
    let nowhere = DeviceWay { from_network: Unknown(UnknownReason::TimedOut), ..https() };
    assert_eq!(crossing(nowhere, &[ZONES, CONDUITS]).same_zone, Unknown(UnknownReason::TimedOut));
    let wrong = DeviceWay { address: Known("pvs".to_owned()), ..https() };
    assert_eq!(crossing(wrong, &[ZONES, CONDUITS]).to_zone, Unknown(UnknownReason::Malformed));
}

#[test]
fn crossings_are_as_complete_as_the_ways() {
    let part = Collection::incomplete(vec![way(OFFICE, Transport::Tcp, SERVER, 443)], UnknownReason::TimedOut);
    assert_eq!(crossings(part, &[ZONES]).1, Completeness::Incomplete(UnknownReason::TimedOut));
    let none = crossings(Collection::complete(Vec::new()), &[ZONES]);
    assert_eq!((none.0.len(), none.1), (0, Completeness::Complete));
}

#[test]
fn strangers_reach_a_device_from_guest_networks_and_public_ones() {
    let reached = |from: &str, address: &str, parts: &[&str]| {
        let mut snapshot = seen(&device("10.0.10.5"));
        snapshot.put_all(&Collection::complete(vec![way(from, Transport::Tcp, address, 443)]));
        let practice = practice(parts);
        is_reached_from_outside(&derived(&[snapshot], Some(&practice)), Target::new(Some(&practice), &CATALOG))
    };
    assert!(reached("10.0.70.0/24", SERVER, &[ZONES]));
    assert!(reached("198.51.100.0/24", SERVER, &[ZONES]));
    assert!(!reached(OFFICE, SERVER, &[ZONES]));
    assert!(!reached("192.168.5.0/24", SERVER, &[ZONES]));
    // Who says nothing about zones may use public addresses inside; so may every IPv6 network.
    assert!(!reached("198.51.100.0/24", SERVER, &[]));
    assert!(!reached("198.51.100.0/24", "198.51.100.5", &[ZONES]));
    assert!(!reached("2001:db8::/64", "2001:db8:0:1::5", &[ZONES]));
}

#[test]
fn data_are_as_sensitive_as_stated_for_the_device_else_for_the_zone_of_its_address() {
    let practice = practice(&[ZONES, DEVICES]);
    let class = |network: &DeviceNetwork| {
        Target::new(Some(&practice), &CATALOG).data_class(&derived(&[seen(network)], Some(&practice)))
    };
    assert_eq!(class(&device("10.0.10.5")), Some(DataClass::Health));
    assert_eq!(class(&device("10.0.20.77")), Some(DataClass::Personal));
    let camera = DeviceNetwork { names: Known(vec!["kamera".to_owned()]), ..device("10.0.20.78") };
    assert_eq!(class(&camera), Some(DataClass::None));
    assert_eq!(class(&device("192.168.1.1")), None);
}

fn survey(network: &str, counts: [Observed<i64>; 4]) -> ZonePlace {
    let [workplaces, servers, medical_devices, telematics] = counts;
    let survey = ZoneSurvey {
        network: Known(network.to_owned()),
        workplaces,
        servers,
        medical_devices,
        telematics,
        ..ZoneSurvey::default()
    };
    let mut snapshot = snapshot(SubjectKind::Zone, network);
    snapshot.put(&survey);
    derived(&[snapshot], Some(&practice(&[ZONES]))).single()
}

#[test]
fn a_segment_has_the_zone_around_it_and_as_many_kinds_as_meet_there() {
    let mixed = survey("10.0.20.0/24", [Known(5), Known(0), Known(1), Known(2)]);
    assert_eq!(mixed.zone, Known("Büro".to_owned()));
    assert_eq!((mixed.kind, mixed.mixed_kinds), (Known(ZoneKind::Office), Known(3)));
    let unknown = survey("10.0.0.0/16", [Known(5), Unknown(UnknownReason::TimedOut), Known(1), Known(2)]);
    assert_eq!((unknown.zone, unknown.kind), (Unknown(NOBODY_SAID), Unknown(NOBODY_SAID)));
    assert_eq!(unknown.mixed_kinds, Unknown(UnknownReason::TimedOut));
    assert_eq!(survey("Netz", [Known(0), Known(0), Known(0), Known(0)]).zone, Unknown(UnknownReason::Malformed));
}

#[test]
fn what_follows_is_as_old_as_what_it_follows_from() {
    let ago = |mut snapshot: Snapshot, days: i64| {
        snapshot.observed_at = now() - SignedDuration::from_hours(24 * days);
        snapshot
    };
    let system = |system| DeviceNetwork { system, ..device("10.0.10.5") };
    let old = ago(seen(&system(Known("Windows 7".to_owned()))), 40);
    let facts = derived(&[old, seen(&system(Unknown(UnknownReason::NoPermission)))], Some(&practice(&[ZONES])));
    let age = |fact: &str, field| now().duration_since(facts.facts[fact].source_of(0, field).at).as_hours() / 24;
    assert_eq!(age("device.support", "ended"), 40);
    assert_eq!((age("device.place", "zone"), age("device.place", "class")), (0, 0));
}
