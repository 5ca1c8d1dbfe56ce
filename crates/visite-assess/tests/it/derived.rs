//! Derived facts: support ends and reachable services.

use crate::world::{World, now, result, snapshot, time};
use visite_facts::facts::{FirewallOpening, IpFamily, ListeningSocket, OperatingSystem, OsFamily, Reach, Transport};
use visite_facts::{Collection, Known, Snapshot, Unknown, UnknownReason, Verdict};

fn debian(version: &str) -> Snapshot {
    let mut snapshot = snapshot("linux.os", 1);
    snapshot.put(&OperatingSystem {
        family: Known(OsFamily::Linux),
        id: Known("debian".to_owned()),
        version: Known(version.to_owned()),
        ..OperatingSystem::default()
    });
    snapshot
}

fn supported(version: &str, moment: &str) -> Verdict {
    let world = World { now: Some(time(moment)), ..World::of(vec![debian(version)]) };
    result(&world.assess(), "os-out-of-support").verdict
}

#[test]
fn support_is_judged_at_the_clock_and_ends_with_its_last_day_in_the_practice() {
    let ends = crate::world::CATALOG.lifecycles["debian"].cycle("12", None).expect("Debian 12").ends;
    let snapshot_time = |days: i32| {
        let day = ends.checked_add(jiff::Span::new().days(days)).expect("a day");
        // Noon in Berlin is on the same day in UTC in summer and winter.
        format!("{day}T11:00:00Z")
    };
    for (days, verdict) in [(-400, Verdict::Pass), (0, Verdict::Pass), (1, Verdict::Fail)] {
        let moment = snapshot_time(days);
        let mut seen = debian("12");
        seen.observed_at = time(&moment);
        let world = World { now: Some(time(&moment)), ..World::of(vec![seen]) };
        assert_eq!(result(&world.assess(), "os-out-of-support").verdict, verdict, "{days} days after the end");
    }
}

#[test]
fn a_version_nobody_knows_is_unknown_not_supported_or_not() {
    assert_eq!(supported("99", "2026-11-24T12:00:00Z"), Verdict::Unknown);
}

fn telnet(openings: Collection<FirewallOpening>) -> (Verdict, Option<UnknownReason>) {
    let mut sockets = snapshot("linux.sockets", 1);
    sockets.put_all(&Collection::complete(vec![ListeningSocket {
        socket: Known("tcp 0.0.0.0:23".to_owned()),
        transport: Known(Transport::Tcp),
        family: Known(IpFamily::Ipv4),
        address: Known("0.0.0.0".to_owned()),
        port: Known(23),
        reach: Known(Reach::Lan),
        process: Known("telnetd".to_owned()),
        ..ListeningSocket::default()
    }]));
    let mut filter = snapshot("linux.firewall", 1);
    filter.put_all(&openings);
    let assessment = World::of(vec![sockets, filter]).assess();
    let result = result(&assessment, "service-telnet-reachable");
    (result.verdict, result.reason)
}

fn opening(first: i64, last: i64, restricted: bool) -> FirewallOpening {
    FirewallOpening {
        rule: Known(format!("inet filter input #{first}")),
        family: Known(IpFamily::Both),
        transport: Known(Transport::Tcp),
        first_port: Known(first),
        last_port: Known(last),
        source_restricted: Known(restricted),
        ..FirewallOpening::default()
    }
}

#[test]
fn what_listens_is_judged_together_with_the_packet_filter() {
    let with = |openings| telnet(Collection::complete(openings)).0;
    assert_eq!(with(vec![]), Verdict::Pass);
    assert_eq!(with(vec![opening(0, 65535, false)]), Verdict::Fail);
    assert_eq!(with(vec![opening(22, 22, false)]), Verdict::Pass);
    assert_eq!(with(vec![opening(20, 25, false)]), Verdict::Fail);
    assert_eq!(with(vec![opening(20, 25, false), opening(23, 23, true)]), Verdict::Fail);
}

#[test]
fn doubt_about_the_packet_filter_is_neither_open_nor_closed() {
    for reason in [UnknownReason::NotSupported, UnknownReason::NoPermission] {
        assert_eq!(telnet(Collection::incomplete(Vec::new(), reason)), (Verdict::Unknown, Some(reason)));
    }
    let odd = FirewallOpening { first_port: Unknown(UnknownReason::Malformed), ..opening(1, 1, false) };
    assert_eq!(telnet(Collection::complete(vec![odd])), (Verdict::Unknown, Some(UnknownReason::Malformed)));
}

#[test]
fn evidence_grows_old_by_the_earlier_of_two_clocks() {
    let mut seen = debian("12");
    seen.observed_at = time("2026-10-01T12:00:00Z");
    seen.received_at = Some(now());
    let old = World::of(vec![seen.clone()]).assess();
    let judged = result(&old, "os-out-of-support");
    assert_eq!((judged.verdict, judged.reason), (Verdict::Unknown, Some(UnknownReason::Stale)));
    // A clock that runs ahead does not keep evidence young for ever.
    seen.observed_at = time("2030-01-01T00:00:00Z");
    seen.received_at = None;
    assert_eq!(result(&World::of(vec![seen]).assess(), "os-out-of-support").verdict, Verdict::Pass);
}

#[test]
fn a_port_in_a_title_is_a_name_not_an_amount() {
    let mut sockets = snapshot("linux.sockets", 1);
    sockets.put_all(&Collection::complete(vec![ListeningSocket {
        socket: Known("tcp 0.0.0.0:5432".to_owned()),
        transport: Known(Transport::Tcp),
        family: Known(IpFamily::Ipv4),
        port: Known(5432),
        reach: Known(Reach::Lan),
        process: Known("postgres".to_owned()),
        ..ListeningSocket::default()
    }]));
    let mut filter = snapshot("linux.firewall", 1);
    filter.put_all(&Collection::complete(vec![opening(0, 65535, false)]));
    let assessment = World::of(vec![sockets, filter]).assess();
    let finding = assessment.findings.iter().find(|finding| finding.check == "service-database-reachable");
    let title = &finding.expect("the finding").title;
    assert_eq!(title.de, "Andere Computer erreichen hier eine Datenbank (Port 5432)");
    assert_eq!(title.en, "Other computers can reach a database here (port 5432)");
}

#[test]
fn evidence_says_who_says_so() {
    use visite_facts::facts::ScreenLock;
    use visite_facts::{Basis, Evidence};
    let mut seen = debian("11");
    seen.put_all(&Collection::complete(vec![ScreenLock {
        session: Known("anna (gnome)".to_owned()),
        lock_enabled: Known(true),
        locks_after_seconds: Known(1800),
        ..ScreenLock::default()
    }]));
    let text = |minutes| {
        format!(
            "schema: visite.practice/1\nname: Praxis Beispiel\n{minutes}\
             devices: [{{ id: pc, name: PC, class: workplace, room: office, host_name: pc-1 }}]\n"
        )
    };
    let basis = |practice: Option<String>, check: &str, field: &str| {
        let practice = practice.map(|text| visite_target::Practice::from_yaml(&text, "p.yaml").expect("a practice"));
        let assessment = World { practice, ..World::of(vec![seen.clone()]) }.assess();
        let found = |evidence: &&Evidence| evidence.field == field;
        result(&assessment, check).evidence.iter().find(found).map(|evidence| evidence.basis)
    };
    let lock = "host.place.lock_within_seconds";
    assert_eq!(basis(None, "os-out-of-support", "host.support.ended"), Some(Basis::Reference));
    assert_eq!(basis(None, "screen-lock-late", lock), Some(Basis::Reference));
    assert_eq!(basis(Some(text("")), "screen-lock-late", lock), Some(Basis::Reference));
    let stated = text("lock_after_minutes: { office: 10 }\n");
    assert_eq!(basis(Some(stated), "screen-lock-late", lock), Some(Basis::StatedByPractice));
    let measured = "host.screen_locks[anna (gnome)].locks_after_seconds";
    assert_eq!(basis(None, "screen-lock-late", measured), Some(Basis::Measured));
}
