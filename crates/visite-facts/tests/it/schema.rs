//! The closed schema: every field is named, typed, documented and marked.

use std::collections::BTreeSet;
use visite_facts::facts::{Account, PasswordState};
use visite_facts::{FactType, FieldKind, Known, Shape, Unknown, UnknownReason, Value, facts};

#[test]
fn every_fact_and_field_is_named_once_and_documented() {
    let mut names = BTreeSet::new();
    for spec in facts::ALL {
        assert!(names.insert(spec.name), "`{}` is declared twice", spec.name);
        assert!(spec.doc.trim().ends_with('.'), "`{}` lacks a sentence", spec.name);
        let mut fields = BTreeSet::new();
        for field in spec.fields {
            assert!(fields.insert(field.name), "`{}.{}` is declared twice", spec.name, field.name);
            assert!(!field.doc.trim().is_empty(), "`{}.{}` lacks a sentence", spec.name, field.name);
            assert!(field.name != "unknown", "`unknown` holds the reasons");
            if let FieldKind::Word(words) = field.kind {
                assert_eq!(words.len(), field.word_docs.len(), "`{}.{}`", spec.name, field.name);
            }
        }
        if let Shape::Collection { key } = spec.shape {
            let key = spec.field(key).expect("the key is a field");
            assert_eq!(key.kind, FieldKind::Text, "`{}`: keys are texts", spec.name);
        }
    }
}

#[test]
fn no_field_can_hold_what_practice_safety_forbids() {
    let forbidden =
        ["argument", "command_line", "cmdline", "title", "hash", "gecos", "full_name", "file_name", "path", "document"];
    for spec in facts::ALL {
        for field in spec.fields {
            // The method of hashing is no hash.
            let name = field.name.trim_end_matches("_method");
            assert!(!forbidden.contains(&name) || field.name == "hash_method", "`{}.{}`", spec.name, field.name);
        }
    }
}

#[test]
fn a_typed_record_survives_its_general_form() {
    let account = Account {
        name: Known("anna".to_owned()),
        uid: Known(1000),
        password: Known(PasswordState::Set),
        groups: Known(vec!["sudo".to_owned()]),
        password_changed_at: Unknown(UnknownReason::NoPermission),
        ..Account::default()
    };
    let record = account.to_record();
    assert_eq!(Account::from_record(&record), account);
    assert_eq!(record.get("uid"), Ok(&Value::Integer(1000)));
    assert_eq!(record.get("password_changed_at"), Err(UnknownReason::NoPermission));
    assert_eq!(record.get("shell"), Err(UnknownReason::NotCollected));
    assert!(!record.values.contains_key("password_changed_at"), "an unknown value is an absent key");
}

#[test]
fn a_value_of_another_kind_is_malformed_not_wrong() {
    let mut record = Account::default().to_record();
    record.values.insert("uid", Value::Text("zero".to_owned()));
    assert_eq!(Account::from_record(&record).uid, Unknown(UnknownReason::Malformed));
}
