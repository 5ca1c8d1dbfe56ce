//! Files that nobody wrote by hand: they are refused with a message, quickly, and never with a panic.

use crate::files::{EXAMPLE, GOLDEN};
use proptest::prelude::*;
use visite_target::{Mistake, Practice, yaml};

fn refused(text: &str) -> Mistake {
    Practice::from_yaml(text, "practice.yaml").expect_err("a hostile file").remove(0)
}

#[test]
fn huge_files_are_refused_before_they_are_parsed() {
    let text = format!("name: {}", "x".repeat(yaml::MAX_FILE_BYTES));
    assert_eq!(refused(&text).message.en, "the file is larger than 1024 KiB");
}

#[test]
fn deep_nesting_is_refused() {
    let block: String = (0..500).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let lists = "- ".repeat(100_000);
    for text in ["[".repeat(100_000), "{a: ".repeat(100_000), block, lists, "? ".repeat(100_000)] {
        assert!(!refused(&text).message.en.is_empty());
    }
}

#[test]
fn bombs_of_aliases_are_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let inner = vec![format!("*a{}", level - 1); 9].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
    }
    assert_eq!(refused(&text).message.en, "the file is nested too deeply or has too many values");
    assert!(!refused("a: &a [*a]").message.en.is_empty());
}

#[test]
fn many_mistakes_are_cut_off() {
    let keys: String = (0..40_000).map(|number| format!("k{number}: 1\n")).collect();
    let found = Practice::from_yaml(&keys, "practice.yaml").expect_err("unknown keys");
    assert_eq!(found.len(), yaml::MAX_MISTAKES);
    let devices: String = (0..8_000).map(|_| "- {id: d, name: D, class: nas, zone: weg}\n").collect();
    let text = format!("schema: visite.practice/1\nname: x\ndevices:\n{devices}");
    let found = Practice::from_yaml(&text, "practice.yaml").expect_err("dangling references");
    assert_eq!(found.len(), yaml::MAX_MISTAKES);
}

#[test]
fn long_lines_are_shortened() {
    let mistake = refused(&format!("name: {}\n{}: 1\n", "x".repeat(5_000), "ü".repeat(900)));
    assert!(mistake.snippet.chars().count() <= 102, "{}", mistake.snippet);
}

/// A text of the kind that parsers trip over.
fn yaml_like() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("schema: visite.practice/1\n"),
        Just("name: x\n"),
        Just("people:\n"),
        Just("  - "),
        Just("devices: "),
        Just("id: a"),
        Just("["),
        Just("]"),
        Just("{"),
        Just("}"),
        Just(": "),
        Just(", "),
        Just("&a "),
        Just("*a "),
        Just("!!binary "),
        Just("!!int "),
        Just("? "),
        Just("|\n"),
        Just(">-\n"),
        Just("\""),
        Just("'"),
        Just("\\x"),
        Just("\n"),
        Just("\r\n"),
        Just("\t"),
        Just("---\n"),
        Just("...\n"),
        Just("%YAML 1.2\n"),
        Just("# c\n"),
        Just("<<: "),
        Just("~"),
        Just("0x10"),
        Just("1e999"),
        Just("-.inf"),
        Just("\u{feff}"),
        Just("ü"),
        Just("\u{85}"),
        Just("\0"),
    ];
    proptest::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        let _ = Practice::from_yaml(&text, "practice.yaml");
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(text) = yaml::decode(&bytes, "practice.yaml") {
            let _ = Practice::from_yaml(text, "practice.yaml");
        }
    }

    #[test]
    fn no_yaml_makes_the_reader_panic(text in yaml_like()) {
        if let Err(mistakes) = Practice::from_yaml(&text, "practice.yaml") {
            prop_assert!(!mistakes.is_empty());
            for mistake in mistakes {
                prop_assert!(!mistake.to_string().is_empty());
            }
        }
    }

    #[test]
    fn no_change_of_a_good_file_makes_the_reader_panic(
        golden in any::<bool>(),
        at in any::<prop::sample::Index>(),
        length in 0..20usize,
        text in yaml_like(),
    ) {
        let good = if golden { GOLDEN } else { EXAMPLE };
        let start = good.floor_char_boundary(at.index(good.len()));
        let end = good.ceil_char_boundary((start + length).min(good.len()));
        let changed = [&good[..start], &text, &good[end..]].concat();
        // What the reader accepts, it also accepts in its own words.
        if let Ok(practice) = Practice::from_yaml(&changed, "practice.yaml") {
            let json = serde_json::to_string(&practice).expect("a practice has no keys but texts");
            prop_assert_eq!(Practice::from_yaml(&json, "practice.json"), Ok(practice));
        }
    }
}
