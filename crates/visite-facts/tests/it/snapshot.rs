//! Facts files: written and read, and read when they are broken.

use proptest::prelude::*;
use visite_facts::facts::{Account, OperatingSystem, OsFamily};
use visite_facts::snapshot::{FactsError, FactsProblemKind};
use visite_facts::{
    Collection, Fact, FactsFile, FactsProblem, Known, Snapshot, Subject, SubjectId, SubjectKind, Unknown, UnknownReason,
};

pub fn sample() -> FactsFile {
    let mut snapshot = Snapshot {
        collector: "linux.accounts".to_owned(),
        observed_at: "2026-11-24T12:00:00Z".parse().expect("a time"),
        received_at: None,
        subject: Subject { id: SubjectId("host-1".into()), kind: SubjectKind::Host, name: "empfang-1".to_owned() },
        identifiers: Vec::new(),
        facts: Default::default(),
        problems: Vec::new(),
    };
    snapshot.put(&OperatingSystem {
        family: Known(OsFamily::Linux),
        boot_time: Unknown(UnknownReason::NotSupported),
        ..OperatingSystem::default()
    });
    snapshot.put_all(&Collection::incomplete(
        vec![Account { name: Known("anna".to_owned()), uid: Known(1000), ..Account::default() }],
        UnknownReason::NoPermission,
    ));
    FactsFile { snapshots: vec![snapshot] }
}

fn read(text: &str) -> Result<(FactsFile, Vec<FactsProblem>), FactsError> {
    FactsFile::from_json(text.as_bytes())
}

#[test]
fn what_is_written_is_read_back() {
    let (again, problems) = read(&sample().to_json()).expect("our own file");
    assert_eq!(again, sample());
    assert_eq!(problems, []);
}

#[test]
fn an_unknown_value_is_an_absent_key() {
    let text = sample().to_json();
    assert!(!text.contains("null"));
    assert!(text.contains(r#""boot_time": "not_supported""#));
}

#[test]
fn what_the_schema_does_not_know_is_dropped_and_told() {
    let text = sample().to_json().replace(r#""uid": 1000"#, r#""uid": 1000, "full_name": "Erika Beispiel""#);
    let (file, problems) = read(&text).expect("readable");
    assert!(!file.to_json().contains("Erika"));
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].what, FactsProblemKind::NotInSchema);
    assert!(problems[0].path.ends_with("host.accounts[0].full_name"), "{}", problems[0].path);
}

#[test]
fn a_value_of_the_wrong_kind_becomes_unknown() {
    let (file, problems) = read(&sample().to_json().replace("1000", r#""root""#)).expect("readable");
    assert_eq!(problems[0].what, FactsProblemKind::WrongKind);
    let Fact::Collection { records, .. } = &file.snapshots[0].facts["host.accounts"] else { panic!("a collection") };
    assert_eq!(records[0].get("uid"), Err(UnknownReason::Malformed));
}

#[test]
fn a_value_that_is_known_and_unknown_counts_as_neither() {
    let text = sample().to_json().replace(r#""uid": 1000"#, r#""uid": 1000, "unknown": {"uid": "no_permission"}"#);
    let (file, problems) = read(&text).expect("readable");
    assert_eq!(problems[0].what, FactsProblemKind::Contradictory);
    let Fact::Collection { records, .. } = &file.snapshots[0].facts["host.accounts"] else { panic!("a collection") };
    assert_eq!(records[0].get("uid"), Err(UnknownReason::Malformed));
}

#[test]
fn of_two_equal_keys_neither_counts() {
    let text = sample().to_json().replace(r#""uid": 1000"#, r#""uid": 0, "uid": 1000"#);
    let (file, problems) = read(&text).expect("readable");
    assert!(problems[0].path.ends_with("host.accounts[0].uid"), "{problems:?}");
    let Fact::Collection { records, .. } = &file.snapshots[0].facts["host.accounts"] else { panic!("a collection") };
    assert_eq!(records[0].get("uid"), Err(UnknownReason::Malformed));
    let nothing = r#""host.accounts": {"complete": true, "records": []}, "host.accounts":"#;
    assert!(read(&sample().to_json().replace(r#""host.accounts":"#, nothing)).is_err(), "which list counts?");
    let twice =
        sample().to_json().replace(r#""observed_at""#, r#""observed_at": "2026-01-01T00:00:00Z", "observed_at""#);
    assert!(read(&twice).is_err(), "which time counts?");
}

#[test]
fn identifiers_that_say_nothing_are_dropped_and_told() {
    let with = |identifier: &str| {
        let identifiers = format!(r#""identifiers": [{identifier}]"#);
        read(&sample().to_json().replace(r#""identifiers": []"#, &identifiers)).expect("readable")
    };
    let filler = r#"{"kind": "smbios_uuid", "value": "00000000-0000-0000-0000-000000000000", "strength": "strong"}"#;
    let (file, problems) = with(filler);
    assert!(file.snapshots[0].identifiers.is_empty());
    assert_eq!(problems[0].path, "snapshots[0].identifiers[0]");
    // How much an identifier is worth follows from its kind, whatever a file says; letters are compared as small ones.
    let (file, problems) = with(r#"{"kind": "mac", "value": "00:1B:21:00:00:01", "strength": "strong"}"#);
    let card = visite_facts::Identifier::new(visite_facts::IdentifierKind::Mac, "00:1b:21:00:00:01");
    assert_eq!((file.snapshots[0].identifiers.first().cloned(), problems.len()), (card, 0));
}

#[test]
fn derived_facts_are_never_taken_from_a_file() {
    let text = sample().to_json().replace(r#""facts": {"#, r#""facts": {"host.support": {"ended": false},"#);
    let (file, problems) = read(&text).expect("readable");
    assert!(!file.snapshots[0].facts.contains_key("host.support"));
    assert_eq!(problems[0].what, FactsProblemKind::Derived);
}

#[test]
fn a_file_that_is_no_facts_file_is_an_error_not_an_empty_one() {
    let broken = [
        "",
        "nonsense",
        "[]",
        "{}",
        "null",
        r#"{"schema":"visite.facts/2","snapshots":[]}"#,
        r#"{"schema":"visite.facts/1"}"#,
        r#"{"schema":"visite.facts/1","snapshots":{}}"#,
        r#"{"schema":"visite.facts/1","snapshots":[{}]}"#,
    ];
    for text in broken {
        assert!(read(text).is_err(), "{text}");
    }
    let unclear = sample().to_json().replace(r#""incomplete": "no_permission","#, "");
    assert!(read(&unclear).is_err(), "neither complete nor incomplete");
    assert!(FactsFile::from_json(&[0xff, 0xfe, 0x00]).is_err());
    let deep = format!(r#"{{"schema":"visite.facts/1","snapshots":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert!(read(&deep).is_err(), "nested without end");
}

proptest! {
    #[test]
    fn any_bytes_give_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = FactsFile::from_json(&bytes);
    }

    #[test]
    fn a_damaged_file_never_invents_a_value(at in 0usize..900, byte in any::<u8>()) {
        let mut bytes = sample().to_json().into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok((file, _)) = FactsFile::from_json(&bytes) {
            // Whatever was read can be written and read again without loss.
            let (again, problems) = FactsFile::from_json(file.to_json().as_bytes()).expect("our own file");
            prop_assert_eq!(again, file);
            prop_assert!(problems.is_empty());
        }
    }
}

#[test]
fn why_a_file_is_no_facts_file_is_said_in_both_languages() {
    let why = |text: &str| {
        let text = read(text).expect_err("no facts file").text();
        [text.de, text.en]
    };
    assert_eq!(why("{"), ["kein gültiges JSON (Zeile 1, Spalte 1)", "not valid JSON (line 1, column 1)"]);
    assert_eq!(
        why(r#"{"schema": "visite.facts/9"}"#),
        [
            "das Schema heißt `visite.facts/9`, erwartet wird `visite.facts/1`",
            "the schema is `visite.facts/9`, expected `visite.facts/1`"
        ]
    );
    assert_eq!(
        why(r#"{"schema": "visite.facts/1"}"#),
        ["`snapshots` fehlt oder ist etwas anderes als eine Liste", "`snapshots` is missing or not a list"]
    );
}
