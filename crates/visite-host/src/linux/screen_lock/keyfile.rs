//! Key files: `[group]`, `key=value` and comments, as desktop entries, schema overrides and logind.conf have them.
//!
//! For the other modules of this collector. Line continuation and localised keys are deliberately absent: no key
//! that is read here uses them.

/// Longest name of a group that is kept, in characters; it is repeated with each of its entries.
const MAX_GROUP: usize = 256;

/// One assignment of a key file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The group it stands in; empty before the first group.
    pub group: String,
    /// Its key, without blanks around it.
    pub key: String,
    /// Its value, without blanks around it.
    pub value: String,
}

/// All assignments in their order. Lines that are none are skipped.
pub fn parse_key_file(text: &str) -> Vec<Entry> {
    let mut group = String::new();
    let mut entries = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            group = name.chars().take(MAX_GROUP).collect();
        } else if let Some((key, value)) = line.split_once('=') {
            let (key, value) = (key.trim().to_owned(), value.trim().to_owned());
            entries.push(Entry { group: group.clone(), key, value });
        }
    }
    entries
}

/// The last value of `key` in `group`.
pub fn last_value<'a>(entries: &'a [Entry], group: &str, key: &str) -> Option<&'a str> {
    entries.iter().rev().find(|entry| entry.group == group && entry.key == key).map(|entry| entry.value.as_str())
}

/// The value of a desktop entry (`[Desktop Entry]`, Desktop Entry Specification 1.5).
pub fn desktop_value<'a>(entries: &'a [Entry], key: &str) -> Option<&'a str> {
    last_value(entries, "Desktop Entry", key)
}

/// Whether a key of a desktop entry is `true`.
pub fn desktop_flag(entries: &[Entry], key: &str) -> bool {
    desktop_value(entries, key) == Some("true")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn groups_and_comments_are_told_apart() {
        let entries =
            parse_key_file("a=0\n[Desktop Entry]\n# Exec=no\n Exec = light-locker --x=1 \n[Other]\nExec=no\n");
        assert_eq!(desktop_value(&entries, "Exec"), Some("light-locker --x=1"));
        assert_eq!(last_value(&entries, "", "a"), Some("0"));
        assert!(!desktop_flag(&entries, "Hidden"));
    }

    #[test]
    fn a_long_group_is_not_repeated_whole() {
        let text = format!("[{}]\n{}", "x".repeat(100_000), "a=b\n".repeat(1000));
        let kept: usize = parse_key_file(&text).iter().map(|entry| entry.group.len()).sum();
        assert!(kept <= 1000 * MAX_GROUP, "{kept}");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text: String) {
            parse_key_file(&text);
        }
    }
}
