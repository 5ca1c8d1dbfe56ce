//! The resolver: clones, merges, splits, ties.

use proptest::prelude::*;
use visite_facts::identity::{Decision, KnownSubject, Resolution, derived_id, resolve};
use visite_facts::{Identifier, IdentifierKind, SubjectId, SubjectKind};

const UUID_A: &str = "4c4c4544-0042-3510-8052-b4c04f564433";
const UUID_B: &str = "4c4c4544-0042-3510-8052-b4c04f564444";
const MACHINE: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";

fn id(kind: IdentifierKind, value: &str) -> Identifier {
    Identifier::new(kind, value).expect("a usable identifier")
}

fn machine() -> Identifier {
    Identifier::machine_id(MACHINE).expect("a usable machine id")
}

fn known(id: &str, identifiers: &[Identifier]) -> KnownSubject {
    KnownSubject { id: SubjectId(id.to_owned()), identifiers: identifiers.to_vec() }
}

fn settle(seen: &[Identifier], known: &[KnownSubject], decisions: &[Decision]) -> Resolution {
    resolve(SubjectKind::Host, seen, "pc", known, decisions)
}

#[test]
fn a_computer_is_recognised_by_any_identifier_worth_something() {
    let before = [known("host-1", &[machine(), id(IdentifierKind::SmbiosUuid, UUID_A)])];
    assert_eq!(settle(&[machine()], &before, &[]), Resolution::Known(SubjectId("host-1".into())));
    let reinstalled = [id(IdentifierKind::SmbiosUuid, UUID_A)];
    assert_eq!(settle(&reinstalled, &before, &[]), Resolution::Known(SubjectId("host-1".into())));
}

#[test]
fn a_network_card_alone_never_decides() {
    let card = id(IdentifierKind::Mac, "52:54:00:12:34:56");
    let before = [known("host-1", std::slice::from_ref(&card))];
    assert!(matches!(settle(&[card], &before, &[]), Resolution::New(_)));
}

#[test]
fn a_cloned_disk_is_a_possible_duplicate_not_the_same_computer() {
    let original = [machine(), id(IdentifierKind::SmbiosUuid, UUID_A)];
    let clone = [machine(), id(IdentifierKind::SmbiosUuid, UUID_B)];
    let first = derived_id(SubjectKind::Host, &original, "pc");
    let before = [KnownSubject { id: first.clone(), identifiers: original.to_vec() }];
    let Resolution::PossibleDuplicate { id, of } = settle(&clone, &before, &[]) else { panic!("merged a clone") };
    assert_ne!(id, first);
    assert_eq!(of, [first]);
}

#[test]
fn a_clone_is_a_possible_duplicate_too_where_the_firmware_cannot_be_read() {
    let card = |address| id(IdentifierKind::Mac, address);
    let original = [machine(), card("00:1b:21:00:00:01")];
    let first = derived_id(SubjectKind::Host, &original, "pc");
    let before = [KnownSubject { id: first.clone(), identifiers: original.to_vec() }];
    let of = |seen: &[Identifier]| match settle(seen, &before, &[]) {
        Resolution::PossibleDuplicate { of, .. } => of,
        Resolution::Known(_) | Resolution::New(_) => Vec::new(),
    };
    assert_eq!(of(&[machine(), card("00:1b:21:00:00:02")]), [first]);
    // A dock adds a card, no card says nothing, and an address made up by software changes with the network.
    assert_eq!(of(&[machine(), card("00:1b:21:00:00:01"), card("00:1b:21:00:00:09")]), []);
    assert_eq!(of(&[machine()]), []);
    assert_eq!(of(&[machine(), card("02:5e:10:00:00:01")]), []);
    // The same firmware with another card is the same computer, repaired.
    let whole = [id(IdentifierKind::SmbiosUuid, UUID_A), machine(), card("00:1b:21:00:00:01")];
    let repaired = [id(IdentifierKind::SmbiosUuid, UUID_A), machine(), card("00:1b:21:00:00:02")];
    let settled = settle(&repaired, &[known("host-1", &whole)], &[]);
    assert_eq!(settled, Resolution::Known(SubjectId("host-1".into())));
}

#[test]
fn two_equally_good_matches_are_a_tie() {
    let key = id(IdentifierKind::SshHostKey, "sha256:abcdef");
    let before = [known("host-1", &[machine()]), known("host-2", std::slice::from_ref(&key))];
    let Resolution::PossibleDuplicate { of, .. } = settle(&[machine(), key], &before, &[]) else { panic!("no tie") };
    assert_eq!(of, [SubjectId("host-1".into()), SubjectId("host-2".into())]);
}

#[test]
fn a_merge_is_followed_and_a_split_is_kept() {
    let (a, b) = (SubjectId("host-1".into()), SubjectId("host-2".into()));
    let key = id(IdentifierKind::SshHostKey, "sha256:abcdef");
    let before = [known("host-1", &[machine()]), known("host-2", std::slice::from_ref(&key))];
    let same = [Decision::Same { kept: a.clone(), merged: b.clone() }];
    assert_eq!(settle(&[key, machine()], &before, &same), Resolution::Known(a.clone()));

    let original = [machine(), id(IdentifierKind::SmbiosUuid, UUID_A)];
    let clone = [machine(), id(IdentifierKind::SmbiosUuid, UUID_B)];
    let before = [KnownSubject { id: a.clone(), identifiers: original.to_vec() }];
    let Resolution::PossibleDuplicate { id, .. } = settle(&clone, &before, &[]) else { panic!("merged a clone") };
    let different = [Decision::Different(a, id.clone())];
    assert_eq!(settle(&clone, &before, &different), Resolution::New(id));
}

#[test]
fn merges_in_a_circle_end() {
    let (a, b) = (SubjectId("host-1".into()), SubjectId("host-2".into()));
    let circle = [Decision::Same { kept: a.clone(), merged: b.clone() }, Decision::Same { kept: b, merged: a }];
    assert!(matches!(settle(&[machine()], &[known("host-1", &[machine()])], &circle), Resolution::Known(_)));
}

#[test]
fn values_that_nobody_filled_in_say_nothing() {
    for filler in [
        "",
        "00000000-0000-0000-0000-000000000000",
        "03000200-0400-0500-0006-000700080009",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "kurz",
    ] {
        assert_eq!(Identifier::new(IdentifierKind::SmbiosUuid, filler), None, "{filler}");
    }
    for filler in ["To Be Filled By O.E.M.", "Default string", "System Serial Number", "0", "None", "123456789"] {
        assert_eq!(Identifier::new(IdentifierKind::Serial, filler), None, "{filler}");
    }
    assert_eq!(Identifier::new(IdentifierKind::Mac, "00:00:00:00:00:00"), None);
    assert_eq!(Identifier::machine_id("uninitialized"), None);
    assert_eq!(Identifier::machine_id(&"0".repeat(32)), None);
}

#[test]
fn the_machine_id_itself_is_never_shown() {
    assert!(!machine().value.contains(MACHINE));
}

#[test]
fn root_and_an_ordinary_user_arrive_at_the_same_id() {
    let as_user = [machine(), id(IdentifierKind::Mac, "52:54:00:12:34:56")];
    let as_root = [id(IdentifierKind::SmbiosUuid, UUID_A), machine(), id(IdentifierKind::Mac, "52:54:00:12:34:56")];
    let kind = SubjectKind::Host;
    assert_eq!(derived_id(kind, &as_user, "pc"), derived_id(kind, &as_root, "pc"));
}

proptest! {
    #[test]
    fn the_order_of_identifiers_and_subjects_does_not_matter(swap in any::<bool>(), values in prop::collection::vec(0u8..4, 1..6)) {
        let mut seen: Vec<Identifier> = values
            .iter()
            .map(|value| id(IdentifierKind::SshHostKey, &format!("sha256:key{value}")))
            .collect();
        let mut before: Vec<KnownSubject> = (0..3u8)
            .map(|n| known(&format!("host-{n}"), &[id(IdentifierKind::SshHostKey, &format!("sha256:key{n}"))]))
            .collect();
        let first = settle(&seen, &before, &[]);
        if swap {
            seen.reverse();
            before.reverse();
        }
        prop_assert_eq!(settle(&seen, &before, &[]), first);
    }
}
