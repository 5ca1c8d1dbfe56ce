//! The golden file and the example files are read, and what is read means what is written.

use jiff::civil::date;
use visite_facts::facts::Room;
use visite_facts::{Identifier, IdentifierKind};
use visite_target::{ApprovedAction, DataClass, Equipment, Freeze, Mistake, Practice, Size};

pub const GOLDEN: &str = include_str!("../../../../tests/compat/practice-1.yaml");
pub const EXAMPLE: &str = include_str!("../../../../docs/examples/practice.yaml");
const MINIMAL: &str = include_str!("../../../../docs/examples/practice-minimal.yaml");

fn read(text: &str) -> Practice {
    Practice::from_yaml(text, "practice.yaml")
        .unwrap_or_else(|mistakes| panic!("{}", mistakes.iter().map(Mistake::to_string).collect::<Vec<_>>().join("\n")))
}

#[test]
fn the_golden_file_is_read_with_all_it_says() {
    let practice = read(GOLDEN);
    assert_eq!(practice.practice_size(), Some(Size::Medium));
    assert_eq!(practice.in_use(Equipment::MobilePhones), Some(false));
    assert_eq!(practice.people.as_ref().map(Vec::len), Some(3));
    assert_eq!(practice.conduits.as_ref().map(Vec::len), Some(2));
    assert_eq!(practice.devices.as_ref().map(Vec::len), Some(13));
    assert_eq!(practice.lock_within_seconds(Room::Mobile), Some(360));
}

#[test]
fn what_is_read_can_be_written_and_read_again() {
    for text in [GOLDEN, EXAMPLE, MINIMAL] {
        let practice = read(text);
        // JSON is YAML: what is written as JSON has to be the same practice.
        let json = serde_json::to_string_pretty(&practice).expect("a practice has no keys but texts");
        assert_eq!(read(&json), practice);
    }
}

#[test]
fn the_example_answers_what_others_ask() {
    let practice = read(EXAMPLE);
    assert_eq!(practice.practice_size(), Some(Size::Medium));
    assert_eq!(practice.in_use(Equipment::Connector), Some(true));
    assert_eq!(practice.lock_within_seconds(Room::Treatment), Some(180));

    let serial = Identifier::new(IdentifierKind::Serial, "BSP-4711-01").expect("a serial number");
    let device = practice.device_seen(&[serial], Some("renamed")).expect("known by its serial number");
    assert_eq!((device.id.as_str(), device.room), ("pc-behandlung-1", Some(Room::Treatment)));
    assert_eq!(practice.data_class_of(device), Some(DataClass::Health));

    let server = practice.device_seen(&[], Some("PVS")).expect("known by its name");
    assert!(server.allows(ApprovedAction::Update, date(2026, 11, 24)));
    assert!(!server.allows(ApprovedAction::Fix, date(2026, 11, 24)));
}

#[test]
fn the_narrowest_zone_around_a_network_counts() {
    let practice = read(
        "schema: visite.practice/1\nname: Praxis Beispiel\nzones:\n\
         \x20 - {id: a, name: A, networks: [10.0.0.0/16, 'fd00::/48']}\n\
         \x20 - {id: b, name: B, networks: [10.0.5.0/24]}\n  - {id: c, name: C}\n",
    );
    let zone = |network: &str| {
        practice.zone_of(network.parse().expect("a network")).map_or("", |zone| zone.id.as_str()).to_owned()
    };
    assert_eq!(
        ["10.0.4.7/32", "10.0.5.7/32", "10.0.5.0/24", "10.0.4.0/23", "fd00::/64"].map(zone),
        ["a", "b", "b", "a", "a"]
    );
    assert_eq!(["10.0.0.0/8", "192.168.0.1/32"].map(zone), ["", ""]);
}

#[test]
fn releases_cover_their_ranges_and_days_only() {
    let practice = read(EXAMPLE);
    let covered = |network: &str, day| practice.release_for(network.parse().expect("a network"), day).is_some();
    assert!(covered("192.168.10.0/24", date(2026, 11, 24)));
    assert!(covered("192.168.90.17/32", date(2027, 10, 31)));
    assert!(!covered("192.168.90.17/32", date(2027, 11, 1)));
    assert!(!covered("192.168.10.0/24", date(2026, 11, 1)));
    assert!(!covered("192.168.20.0/24", date(2026, 11, 24)));
    assert!(!covered("192.168.0.0/16", date(2026, 11, 24)));
}

#[test]
fn an_exemption_counts_until_the_end_of_its_last_day_in_the_practice() {
    let practice = read(EXAMPLE);
    let in_force = |now: &str| practice.exemptions_in_force(now.parse().expect("a timestamp")).count();
    // The last day is 2027-03-31; summer time has begun on the 28th, so it ends at 22:00 UTC.
    assert_eq!(in_force("2027-03-31T21:59:59Z"), 1);
    assert_eq!(in_force("2027-03-31T22:00:00Z"), 0);
}

#[test]
fn opening_hours_are_local_times() {
    let practice = read(EXAMPLE);
    let open = |now: &str| practice.is_open(now.parse().expect("a timestamp"));
    // Mondays from 08:00: in winter 07:00 UTC, in summer 06:00 UTC.
    assert_eq!([open("2026-11-23T06:59:59Z"), open("2026-11-23T07:00:00Z")], [Some(false), Some(true)]);
    assert_eq!([open("2026-07-06T05:59:59Z"), open("2026-07-06T06:00:00Z")], [Some(false), Some(true)]);
    assert_eq!(read(MINIMAL).is_open("2026-11-23T07:00:00Z".parse().expect("a timestamp")), None);
}

#[test]
fn freezes_hold_with_and_without_being_named() {
    assert_eq!(read(MINIMAL).change_freeze_on(date(2026, 9, 30)), Some(Freeze::QuarterEnd));
    assert_eq!(read(MINIMAL).change_freeze_on(date(2026, 12, 21)), None);
    assert!(matches!(read(EXAMPLE).change_freeze_on(date(2026, 12, 21)), Some(Freeze::Period(_))));
}

#[test]
fn what_is_absent_says_nothing_and_what_is_empty_says_none() {
    let practice = read("schema: visite.practice/1\nname: Praxis Beispiel\ndevices: []\npeople:\n");
    assert_eq!(practice.devices, Some(Vec::new()));
    assert_eq!(practice.people, None);
    assert_eq!(practice.time_zone().iana_name(), Some("Europe/Berlin"));
    assert_eq!(practice.lock_within_seconds(Room::Office), None);
}
