//! Devices seen by several scans, and how urgent their gaps are.

use crate::world::{WITH_DEVICE_CHECKS, World, now};
use jiff::SignedDuration;
use visite_facts::facts::{DeviceNetwork, DeviceService, DeviceSmb, DeviceWay, NetworkService, Transport};
use visite_facts::{
    Assessment, CheckResult, Collection, Identifier, IdentifierKind, Known, Severity, Snapshot, Subject, SubjectId,
    SubjectKind, Unknown, UnknownReason, Verdict,
};
use visite_target::Practice;

const OFFICE: &str = "10.0.20.0/24";
const GUEST: &str = "10.0.70.0/24";
const SERVER: &str = "10.0.10.5";

/// A scan of the server from a network, some days ago, that found these services.
fn scan(from: &str, days: i64, services: &[(i64, NetworkService)]) -> Snapshot {
    let subject = Subject { id: SubjectId("device-1".to_owned()), kind: SubjectKind::Device, name: SERVER.to_owned() };
    let mut snapshot = Snapshot {
        collector: "scan".to_owned(),
        observed_at: now() - SignedDuration::from_hours(24 * days),
        received_at: None,
        subject,
        identifiers: Vec::new(),
        facts: Default::default(),
        problems: Vec::new(),
    };
    snapshot.put(&DeviceNetwork {
        address: Known(SERVER.to_owned()),
        addresses: Known(vec![SERVER.to_owned()]),
        names: Known(vec!["pvs".to_owned()]),
        seen_from: Known(from.to_owned()),
        ..DeviceNetwork::default()
    });
    let endpoint = |port: &i64| format!("tcp {SERVER}:{port}");
    let ways = services.iter().map(|(port, service)| DeviceWay {
        way: Known(format!("{from} > {}", endpoint(port))),
        from_network: Known(from.to_owned()),
        endpoint: Known(endpoint(port)),
        address: Known(SERVER.to_owned()),
        transport: Known(Transport::Tcp),
        port: Known(*port),
        service: Known(*service),
        management: Known(false),
    });
    snapshot.put_all(&Collection::complete(ways.collect()));
    let services = services.iter().map(|(port, service)| DeviceService {
        endpoint: Known(endpoint(port)),
        transport: Known(Transport::Tcp),
        port: Known(*port),
        service: Known(*service),
        ..DeviceService::default()
    });
    snapshot.put_all(&Collection::complete(services.collect()));
    snapshot
}

const TELNET: (i64, NetworkService) = (23, NetworkService::Telnet);
const HTTP: (i64, NetworkService) = (80, NetworkService::Http);

fn judged(snapshots: Vec<Snapshot>) -> Assessment {
    World::of(snapshots).assess_with(&WITH_DEVICE_CHECKS)
}

fn result<'a>(assessment: &'a Assessment, check: &str) -> &'a CheckResult {
    crate::world::result(assessment, check)
}

fn verdict(snapshots: Vec<Snapshot>, check: &str) -> (Verdict, Option<UnknownReason>) {
    let assessment = judged(snapshots);
    assert_eq!(assessment.subjects.len(), 1);
    (result(&assessment, check).verdict, result(&assessment, check).reason)
}

const PASS: (Verdict, Option<UnknownReason>) = (Verdict::Pass, None);
const FAIL: (Verdict, Option<UnknownReason>) = (Verdict::Fail, None);

#[test]
fn a_way_seen_from_one_network_is_not_hidden_by_a_newer_scan_from_another() {
    for check in ["test-way", "test-service"] {
        // From the office the port is filtered; that does not close it for guests.
        assert_eq!(verdict(vec![scan(GUEST, 2, &[TELNET]), scan(OFFICE, 1, &[HTTP])], check), FAIL, "{check}");
        assert_eq!(verdict(vec![scan(GUEST, 2, &[TELNET]), scan(OFFICE, 1, &[])], check), FAIL, "{check}");
        // Looked at again from the same network, it is gone.
        let again = vec![scan(GUEST, 2, &[TELNET]), scan(OFFICE, 1, &[HTTP]), scan(GUEST, 0, &[HTTP])];
        assert_eq!(verdict(again, check), PASS, "{check}");
        let again = vec![scan(GUEST, 2, &[TELNET]), scan(OFFICE, 1, &[HTTP]), scan(GUEST, 0, &[])];
        assert_eq!(verdict(again, check), PASS, "{check}");
    }
}

#[test]
fn each_way_keeps_its_own_age() {
    let stale = (Verdict::Unknown, Some(UnknownReason::Stale));
    assert_eq!(verdict(vec![scan(GUEST, 40, &[TELNET]), scan(OFFICE, 0, &[HTTP])], "test-way"), stale);
    assert_eq!(verdict(vec![scan(GUEST, 40, &[]), scan(OFFICE, 0, &[HTTP])], "test-way"), PASS);
    assert_eq!(verdict(vec![scan(GUEST, 40, &[HTTP]), scan(OFFICE, 0, &[TELNET])], "test-way"), FAIL);
}

#[test]
fn ways_are_complete_only_if_they_are_from_each_network() {
    let part = |from, days| {
        let mut part = scan(from, days, &[]);
        part.put_all(&Collection::<DeviceWay>::incomplete(Vec::new(), UnknownReason::TimedOut));
        part
    };
    let incomplete = (Verdict::Unknown, Some(UnknownReason::Incomplete));
    assert_eq!(verdict(vec![part(GUEST, 2), scan(OFFICE, 1, &[HTTP])], "test-way"), incomplete);
    assert_eq!(verdict(vec![scan(GUEST, 2, &[HTTP]), part(OFFICE, 1)], "test-way"), incomplete);
    assert_eq!(verdict(vec![part(GUEST, 2), scan(OFFICE, 1, &[HTTP]), scan(GUEST, 0, &[])], "test-way"), PASS);
}

#[test]
fn without_a_stated_place_the_ways_themselves_tell_it() {
    let nameless = |from, days, services: &[_]| {
        let mut scan = scan(from, days, services);
        scan.facts.remove("device.network");
        scan
    };
    let ways = || vec![nameless(GUEST, 2, &[TELNET]), nameless(OFFICE, 1, &[HTTP])];
    assert_eq!(verdict(ways(), "test-way"), FAIL);
    let again = ways().into_iter().chain([nameless(GUEST, 0, &[HTTP])]).collect();
    assert_eq!(verdict(again, "test-way"), PASS);
}

#[test]
fn the_newest_word_about_the_same_service_counts_wherever_it_was_seen_from() {
    let smb = |from, days, smb1| {
        let mut scan = scan(from, days, &[(445, NetworkService::Smb)]);
        let seen = DeviceSmb { endpoint: Known(format!("tcp {SERVER}:445")), smb1, ..DeviceSmb::default() };
        scan.put_all(&Collection::complete(vec![seen]));
        scan
    };
    assert_eq!(verdict(vec![smb(GUEST, 2, Known(true)), smb(OFFICE, 1, Known(false))], "test-smb"), PASS);
    assert_eq!(verdict(vec![smb(GUEST, 2, Known(false)), smb(OFFICE, 1, Known(true))], "test-smb"), FAIL);
    let denied = smb(OFFICE, 1, Unknown(UnknownReason::NoPermission));
    assert_eq!(verdict(vec![smb(GUEST, 2, Known(true)), denied], "test-smb"), FAIL);
}

#[test]
fn a_device_seen_with_and_without_hardware_address_may_be_one() {
    let mut beside = scan(OFFICE, 1, &[HTTP]);
    beside.identifiers.extend(Identifier::new(IdentifierKind::Mac, "00:1b:21:00:00:01"));
    beside.subject.id = SubjectId("device-2".to_owned());
    let assessment = judged(vec![beside.clone(), scan(GUEST, 0, &[HTTP])]);
    let doubts: Vec<usize> = assessment.subjects.iter().map(|subject| subject.possible_duplicate.len()).collect();
    assert_eq!(doubts.iter().sum::<usize>(), 1, "one of the two: {doubts:?}");
    beside.put(&DeviceNetwork { addresses: Known(vec!["10.0.10.6".to_owned()]), ..DeviceNetwork::default() });
    let assessment = judged(vec![beside, scan(GUEST, 0, &[HTTP])]);
    assert!(assessment.subjects.iter().all(|subject| subject.possible_duplicate.is_empty()));
}

const PRACTICE: &str = "schema: visite.practice/1
name: Praxis Beispiel
zones:
  - { id: server, name: Server, kind: server, networks: [10.0.10.0/24], data_class: DATA }
  - { id: office, name: Anmeldung, kind: office, networks: [10.0.20.0/24] }
  - { id: guest, name: Wartezimmer, kind: guest, networks: [10.0.70.0/24] }
conduits:
  - { id: c, from: office, to: server, services: [tcp/80], reason: Praxissoftware }
devices:
  - { id: pvs, name: Server der Praxissoftware, class: pvs_server, zone: server, addresses: [10.0.10.5] }
";

fn practice(data: &str) -> Option<Practice> {
    Some(Practice::from_yaml(&PRACTICE.replace("DATA", data), "practice.yaml").expect("a practice"))
}

#[test]
fn a_gap_is_more_urgent_where_strangers_reach_the_device() {
    let effective = |practice, snapshots| {
        let assessment = World { practice, ..World::of(snapshots) }.assess_with(&WITH_DEVICE_CHECKS);
        result(&assessment, "test-service").effective_severity
    };
    let office = || vec![scan(OFFICE, 0, &[TELNET])];
    // Telnet from the office, a page from the Wi-Fi of patients: the device is within reach of strangers.
    let guest = || vec![scan(OFFICE, 0, &[TELNET]), scan(GUEST, 1, &[HTTP])];
    assert_eq!(effective(None, guest()), Severity::Medium);
    assert_eq!(effective(practice("personal"), office()), Severity::Medium);
    assert_eq!(effective(practice("personal"), guest()), Severity::High);
    assert_eq!(effective(practice("health"), office()), Severity::High);
    assert_eq!(effective(practice("health"), guest()), Severity::Critical);
    assert_eq!(effective(practice("none"), office()), Severity::Low);
}

#[test]
fn exemptions_find_devices_by_their_address() {
    let text = PRACTICE.replace("DATA", "health")
        + "people: [{ id: chefin, roles: [owner] }]\n\
           exemptions: [{ id: e, check: test-way, device: pvs, reason: Umbau, by: chefin, until: 2027-01-31 }]\n";
    let practice = Practice::from_yaml(&text, "practice.yaml").expect("a practice");
    let world = World { practice: Some(practice), ..World::of(vec![scan(OFFICE, 0, &[TELNET])]) };
    let accepted: Vec<String> = world
        .assess_with(&WITH_DEVICE_CHECKS)
        .findings
        .into_iter()
        .filter(|finding| finding.acceptance.is_some())
        .map(|finding| finding.check)
        .collect();
    assert_eq!(accepted, ["test-way"]);
}

#[test]
fn an_assessment_of_devices_is_written_the_same_way_for_good() {
    let mut segment = scan(OFFICE, 0, &[]);
    segment.subject = Subject { id: SubjectId("zone-1".to_owned()), kind: SubjectKind::Zone, name: OFFICE.to_owned() };
    segment.facts.clear();
    segment.put(&visite_facts::facts::ZoneSurvey {
        network: Known(OFFICE.to_owned()),
        workplaces: Known(4),
        servers: Known(1),
        medical_devices: Known(1),
        telematics: Known(0),
        ..Default::default()
    });
    let mut office = scan(OFFICE, 0, &[HTTP, TELNET]);
    office.put(&DeviceNetwork {
        address: Known(SERVER.to_owned()),
        addresses: Known(vec![SERVER.to_owned()]),
        names: Known(vec!["pvs".to_owned()]),
        system: Known("Windows Server 2008 R2".to_owned()),
        seen_from: Known(OFFICE.to_owned()),
        ..DeviceNetwork::default()
    });
    let world = World { practice: practice("health"), ..World::of(vec![office, scan(GUEST, 3, &[HTTP]), segment]) };
    let mut assessment = world.assess_with(&WITH_DEVICE_CHECKS);
    let of_test = |check: &str| check.starts_with("test-");
    assessment.results.retain(|result| of_test(&result.check));
    assessment.findings.retain(|finding| of_test(&finding.check));
    assessment.measures.clear();
    assessment.requirements.clear();
    assessment.summary = Default::default();
    assessment.catalog = Default::default();
    assessment.round.id = "(round)".to_owned();
    insta::assert_snapshot!(serde_json::to_string_pretty(&assessment).expect("json"));
}
