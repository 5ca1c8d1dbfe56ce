//! Several snapshots of one computer laid over each other: nothing that was seen gets lost or grows young.

use crate::world::{World, account, accounts, now, result};
use jiff::SignedDuration;
use visite_facts::facts::PasswordState;
use visite_facts::{Collection, Snapshot, UnknownReason, Verdict};

const CHECK: &str = "account-empty-password";

fn ago(mut snapshot: Snapshot, days: i64) -> Snapshot {
    snapshot.observed_at = now() - SignedDuration::from_hours(24 * days);
    snapshot
}

#[test]
fn two_records_of_one_listing_with_the_same_name_both_count() {
    let twins = || {
        let both = vec![account("praxis", PasswordState::Set), account("praxis", PasswordState::None)];
        accounts(&Collection::complete(both))
    };
    let alone = World::of(vec![twins()]).assess();
    assert_eq!(result(&alone, CHECK).verdict, Verdict::Fail);
    let older = ago(accounts(&Collection::incomplete(Vec::new(), UnknownReason::NoPermission)), 1);
    assert_eq!(result(&World::of(vec![older, twins()]).assess(), CHECK).verdict, Verdict::Fail);
}

#[test]
fn a_gap_seen_today_counts_although_the_last_whole_listing_is_too_old() {
    let whole = || ago(accounts(&Collection::complete(vec![account("anna", PasswordState::Set)])), 8);
    let part = |state| accounts(&Collection::incomplete(vec![account("praxis", state)], UnknownReason::NoPermission));
    let open = World::of(vec![whole(), part(PasswordState::None)]).assess();
    assert_eq!(result(&open, CHECK).verdict, Verdict::Fail);
    assert_eq!(open.findings.iter().filter(|finding| finding.check == CHECK).count(), 1);
    let closed = World::of(vec![whole(), part(PasswordState::Set)]).assess();
    let judged = result(&closed, CHECK);
    assert_eq!((judged.verdict, judged.reason), (Verdict::Unknown, Some(UnknownReason::Stale)));
}

#[test]
fn records_with_the_same_name_give_one_finding() {
    let both = vec![account("praxis", PasswordState::None), account("praxis", PasswordState::None)];
    let assessment = World::of(vec![accounts(&Collection::complete(both))]).assess();
    assert_eq!(assessment.findings.iter().filter(|finding| finding.check == CHECK).count(), 1);
}

#[test]
fn a_clock_that_ran_ahead_does_not_win_over_what_was_seen_since() {
    let ahead = ago(accounts(&Collection::complete(vec![account("praxis", PasswordState::Set)])), -365);
    let since = ago(accounts(&Collection::complete(vec![account("praxis", PasswordState::None)])), 1);
    assert_eq!(result(&World::of(vec![ahead.clone(), since]).assess(), CHECK).verdict, Verdict::Fail);
    assert_eq!(result(&World::of(vec![ahead]).assess(), CHECK).verdict, Verdict::Pass);
    // Clocks that differ by seconds are normal: what is newest by them is newest.
    let mut seconds_ahead = accounts(&Collection::complete(vec![account("praxis", PasswordState::Set)]));
    seconds_ahead.observed_at = now() + SignedDuration::from_secs(30);
    let before = accounts(&Collection::complete(vec![account("praxis", PasswordState::None)]));
    assert_eq!(result(&World::of(vec![before, seconds_ahead]).assess(), CHECK).verdict, Verdict::Pass);
}

#[test]
fn cloned_computers_stay_two_even_for_an_ordinary_user() {
    use visite_facts::{Identifier, IdentifierKind};
    let card = |address| Identifier::new(IdentifierKind::Mac, address).expect("an address");
    let mut first = accounts(&Collection::complete(vec![account("praxis", PasswordState::None)]));
    first.identifiers.push(card("00:1b:21:00:00:01"));
    let mut clone = accounts(&Collection::complete(vec![account("praxis", PasswordState::Set)]));
    clone.identifiers.push(card("00:1b:21:00:00:02"));
    clone.observed_at = now() + SignedDuration::from_secs(1);
    clone.subject.name = "pc-2".to_owned();
    let assessment = World::of(vec![first, clone]).assess();
    assert_eq!(assessment.subjects.len(), 2);
    assert!(assessment.subjects.iter().any(|subject| !subject.possible_duplicate.is_empty()));
    assert_eq!(assessment.findings.iter().filter(|finding| finding.check == CHECK).count(), 1);
}

#[test]
fn a_network_card_alone_makes_no_two_computers_one() {
    use visite_facts::{Identifier, IdentifierKind};
    let dock = Identifier::new(IdentifierKind::Mac, "00:1b:21:00:00:01").expect("an address");
    let seen = |machine| {
        let mut seen = crate::world::snapshot("linux.accounts", machine);
        seen.identifiers = vec![dock.clone()];
        seen
    };
    assert_eq!(World::of(vec![seen(1), seen(2)]).assess().subjects.len(), 2);
    assert_eq!(World::of(vec![seen(1), seen(1)]).assess().subjects.len(), 1);
}

#[test]
fn a_derived_fact_is_as_old_as_the_oldest_value_it_rests_on() {
    use visite_facts::facts::{OperatingSystem, OsFamily};
    use visite_facts::{Known, Unknown};
    let os = |version, desktop| {
        let mut seen = crate::world::snapshot("linux.os", 1);
        seen.put(&OperatingSystem {
            family: Known(OsFamily::Linux),
            id: Known("debian".to_owned()),
            version,
            desktop_installed: desktop,
            ..OperatingSystem::default()
        });
        seen
    };
    let malformed = || Unknown(UnknownReason::Malformed);
    let lent = World::of(vec![ago(os(Known("12".to_owned()), Known(true)), 40), os(malformed(), Known(true))]).assess();
    let judged = result(&lent, "os-out-of-support");
    assert_eq!((judged.verdict, judged.reason), (Verdict::Unknown, Some(UnknownReason::Stale)));
    // A value that does not matter may be old.
    let other = [ago(os(malformed(), Known(true)), 40), os(Known("12".to_owned()), Unknown(UnknownReason::TimedOut))];
    assert_eq!(result(&World::of(other.to_vec()).assess(), "os-out-of-support").verdict, Verdict::Pass);
}

/// Telnet as a user sees it today, and what root saw `days` ago of the program behind it and of the packet filter.
fn telnet(days: i64, program: &str, port: i64) -> World {
    use visite_facts::facts::{FirewallOpening, IpFamily, ListeningSocket, Reach, Transport};
    use visite_facts::{Known, Unknown};
    let socket = |process| ListeningSocket {
        socket: Known(format!("tcp 0.0.0.0:{port}")),
        transport: Known(Transport::Tcp),
        family: Known(IpFamily::Ipv4),
        port: Known(port),
        reach: Known(Reach::Lan),
        process,
        ..ListeningSocket::default()
    };
    let opening = FirewallOpening {
        rule: Known("no rule".to_owned()),
        family: Known(IpFamily::Both),
        transport: Known(Transport::Any),
        first_port: Known(0),
        last_port: Known(65535),
        source_restricted: Known(false),
        ..FirewallOpening::default()
    };
    let mut root = crate::world::snapshot("linux.sockets", 1);
    root.put_all(&Collection::complete(vec![socket(Known(program.to_owned()))]));
    root.put_all(&Collection::complete(vec![opening]));
    let mut user = crate::world::snapshot("linux.sockets", 1);
    user.put_all(&Collection::complete(vec![socket(Unknown(UnknownReason::NoPermission))]));
    user.put_all(&Collection::<FirewallOpening>::incomplete(Vec::new(), UnknownReason::NoPermission));
    World::of(vec![ago(root, days), user])
}

#[test]
fn a_service_is_judged_by_the_age_of_each_value() {
    let judged = |world: World| {
        let assessment = world.assess();
        let judged = result(&assessment, "service-telnet-reachable");
        (judged.verdict, judged.reason)
    };
    let stale = (Verdict::Unknown, Some(UnknownReason::Stale));
    assert_eq!(judged(telnet(1, "telnetd", 23)).0, Verdict::Fail);
    assert_eq!(judged(telnet(1, "sshd", 23)).0, Verdict::Pass);
    // Which program answered on this port eight days ago says nothing about today.
    assert_eq!(judged(telnet(8, "sshd", 23)), stale);
    assert_eq!(judged(telnet(8, "telnetd", 23)), stale);
    // Where the port alone decides, nobody needs the packet filter.
    assert_eq!(judged(telnet(8, "telnetd", 22)).0, Verdict::Pass);
}
