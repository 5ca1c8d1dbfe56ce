//! Conditions: what is a mistake at load, and what a missing field does.

use jiff::Timestamp;
use proptest::prelude::*;
use visite_catalog::{Condition, Scope};
use visite_facts::{FactSpec, Value, fact_spec};

fn accounts() -> Option<&'static FactSpec> {
    fact_spec("host.accounts")
}

fn mistake(text: &str) -> String {
    match Condition::compile(text, accounts()) {
        Ok(_) => panic!("`{text}` was accepted"),
        Err(mistake) => format!(
            "{}: {}{}",
            mistake.offset,
            mistake.message,
            mistake.hint.map(|h| format!(" | {h}")).unwrap_or_default()
        ),
    }
}

fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().expect("a time")
}

#[test]
fn mistakes_are_found_when_the_catalogue_is_loaded() {
    let told = [
        "record.pasword == \"none\"",
        "record.password == \"nnone\"",
        "record.password == 5",
        "record.uid == \"0\"",
        "record.uid == null",
        "has(record.uid)",
        "record.uid",
        "record",
        "recrod.uid == 1",
        "host.os.famly == \"linux\"",
        "host.oss.family == \"linux\"",
        "host.accounts.uid == 1",
        "record.groups.exists(g, g == \"sudo\")",
        "record.uid == 1 &&",
        "record.uid == 1.5",
        "record.password_changed_at > 5",
        "age_day(record.password_changed_at) > 5",
        "record.name.matches(\"(\")",
        "record.name.lower() == \"a\"",
        "record.password in [\"set\", \"locket\"]",
        "record.uid in []",
        "record.uid in [1, \"2\"]",
        "record.login_allowed == record.uid",
        "record.uid && true",
        "record.uid / 2 == 1",
        "true ? true : false",
    ]
    .map(|text| format!("{text}\n    {}", mistake(text)))
    .join("\n");
    insta::assert_snapshot!(told);
}

#[test]
fn there_is_no_record_without_for_each() {
    let mistake = Condition::compile("record.uid == 0", None).expect_err("no record");
    assert_eq!(mistake.message, "there is no `record` without `for_each`");
}

/// The verdict of `text` where `login_allowed` is not known, and `uid` is 0.
fn with_gap(text: &str) -> Option<bool> {
    let condition = Condition::compile(text, accounts()).expect("a good condition");
    let uid = Value::Integer(0);
    condition.holds(&Scope::new([], now()).with_record([("uid", &uid)]))
}

#[test]
fn a_missing_field_is_neither_yes_nor_no() {
    assert_eq!(with_gap("record.login_allowed"), None);
    assert_eq!(with_gap("!record.login_allowed"), None);
    assert_eq!(with_gap("record.password == \"none\""), None);
    assert_eq!(with_gap("record.password != \"none\""), None);
    assert_eq!(with_gap("record.password in [\"none\"]"), None);
    assert_eq!(with_gap("age_days(record.password_changed_at) > 1"), None);
    assert_eq!(with_gap("record.login_allowed && record.uid == 0"), None);
    assert_eq!(with_gap("record.login_allowed || record.uid == 1"), None);
}

#[test]
fn a_missing_field_does_not_matter_where_the_rest_decides() {
    assert_eq!(with_gap("record.login_allowed && record.uid == 1"), Some(false));
    assert_eq!(with_gap("record.uid == 1 && record.login_allowed"), Some(false));
    assert_eq!(with_gap("record.login_allowed || record.uid == 0"), Some(true));
    assert_eq!(with_gap("record.uid == 0 || record.login_allowed"), Some(true));
}

#[test]
fn an_overflow_is_no_answer() {
    assert_eq!(with_gap("record.uid + 9223372036854775807 + 1 > 0"), None);
    assert_eq!(with_gap("record.uid - 9223372036854775807 - 2 < 0"), None);
}

#[test]
fn days_are_whole_and_counted_back_from_now() {
    let condition = Condition::compile("age_days(host.os.boot_time) == 3", None).expect("a good condition");
    let boot: Value = Value::Time("2026-11-21T11:00:00Z".parse().expect("a time"));
    assert_eq!(condition.holds(&Scope::new([("host.os", "boot_time", &boot)], now())), Some(true));
    let future: Value = Value::Time("2026-11-25T11:00:00Z".parse().expect("a time"));
    let ahead = Condition::compile("age_days(host.os.boot_time) < 0", None).expect("a good condition");
    assert_eq!(ahead.holds(&Scope::new([("host.os", "boot_time", &future)], now())), Some(true));
}

#[test]
fn days_left_are_whole_and_counted_forward_from_now() {
    let ends = |text: &str| Value::Time(text.parse().expect("a time"));
    let left = |condition: &str, end: &Value| {
        let condition = Condition::compile(condition, None).expect("a good condition");
        condition.holds(&Scope::new([("host.support", "ends_at", end)], now()))
    };
    assert_eq!(left("days_left(host.support.ends_at) == 20", &ends("2026-12-15T11:00:00Z")), Some(true));
    assert_eq!(left("days_left(host.support.ends_at) == 0", &ends("2026-11-24T13:00:00Z")), Some(true));
    assert_eq!(left("days_left(host.support.ends_at) == -1", &ends("2026-11-24T11:00:00Z")), Some(true));
    assert_eq!(left("days_left(host.support.ends_at) < 0", &ends("2019-01-01T00:00:00Z")), Some(true));
}

proptest! {
    #[test]
    fn no_text_makes_the_compiler_panic(text in "\\PC{0,80}") {
        let _ = Condition::compile(&text, accounts());
    }

    #[test]
    fn nor_do_the_pieces_of_real_conditions(parts in prop::collection::vec(prop::sample::select(vec![
        "record.uid", "record.password", "==", "!=", "\"none\"", "0", "&&", "||", "!", "(", ")", "in", "[", "]", ",", ".", "has", "age_days", "days_left", "-", "null", "?", ":", "{", "}",
    ]), 0..24)) {
        let _ = Condition::compile(&parts.join(" "), accounts());
    }
}

#[test]
fn deep_and_long_conditions_are_refused() {
    let not = format!("({})", "!(".repeat(900));
    for text in [
        format!("{}true{}", "(".repeat(3000), ")".repeat(3000)),
        "x".repeat(100_000),
        format!("{}1 == 1{}", "!(".repeat(200), ")".repeat(200)),
        not,
    ] {
        assert!(Condition::compile(&text, None).is_err(), "{} bytes", text.len());
    }
    // Long chains are no conditions either, but the parser must survive them.
    for (piece, count) in [
        ("1+", 500),
        ("true&&", 170),
        ("!", 1000),
        ("-", 1000),
        ("a.", 500),
        ("1==", 300),
        ("[1][0]", 150),
        ("x ? y : ", 120),
    ] {
        let _ = Condition::compile(&format!("{}1", piece.repeat(count)), None);
    }
}

#[test]
fn operators_bind_as_in_every_language_of_the_family() {
    let holds = |text: &str| {
        let condition = Condition::compile(text, accounts()).unwrap_or_else(|mistake| panic!("{text}: {mistake:?}"));
        let (uid, name) = (Value::Integer(-5), Value::Text("sudo".to_owned()));
        let groups = Value::Texts(vec!["adm".to_owned(), "sudo".to_owned()]);
        let allowed = Value::Boolean(true);
        let record = [("uid", &uid), ("name", &name), ("groups", &groups), ("login_allowed", &allowed)];
        condition.holds(&Scope::new([], now()).with_record(record))
    };
    for yes in [
        "true || true && false",
        "!(true && false)",
        "!false && true",
        "record.uid == -5",
        "record.uid < -4 && record.uid > -6",
        "record.uid in [-5, 3]",
        "-record.uid == 5",
        "1 - record.uid == 6",
        "2 + 3 * 2 == 8",
        "2 * 3 + 2 == 8",
        "10 - 3 - 2 == 5",
        "record.uid - 2 < 0 || record.uid > 100",
        "\"sudo\" in record.groups",
        "record.name in record.groups",
        "!(\"wheel\" in record.groups)",
        "size(record.groups) == 2",
        "record.login_allowed == true",
        "record.name.startsWith(\"su\") && record.name.matches(\"^s.d.$\")",
    ] {
        assert_eq!(holds(yes), Some(true), "{yes}");
    }
}

#[test]
fn a_time_that_is_still_to_come_has_no_age() {
    let then: Value = Value::Time("2099-01-01T00:00:00Z".parse().expect("a time"));
    for text in ["age_days(host.updates.index_refreshed_at) > 7", "age_days(host.updates.index_refreshed_at) <= 7"] {
        let condition = Condition::compile(text, None).expect("a good condition");
        assert_eq!(
            condition.holds(&Scope::new([("host.updates", "index_refreshed_at", &then)], now())),
            None,
            "{text}"
        );
    }
}
