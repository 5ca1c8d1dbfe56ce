//! Settings in sections (`[section]`, `key = value`) and shell assignments (`KEY="value"`).
//!
//! For the settings of display managers and of pam modules. Values are kept as they stand; lists, booleans and
//! variables are the business of the caller.

/// Longest name of a section that is kept, in characters; it is repeated with each of its settings.
const MAX_SECTION: usize = 128;

/// One `key = value` and its section; the section is empty before the first one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Name of the section, without brackets.
    pub section: String,
    /// Name of the setting.
    pub key: String,
    /// Its value, blanks around it removed.
    pub value: String,
}

/// Reads sections and settings; the second part holds the numbers of lines that are neither.
pub fn parse_ini(text: &str) -> (Vec<Setting>, Vec<usize>) {
    let mut settings = Vec::new();
    let mut malformed = Vec::new();
    let mut section = String::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.trim().chars().take(MAX_SECTION).collect();
        } else if let Some((key, value)) = line.split_once('=').filter(|(key, _)| !key.trim().is_empty()) {
            let [key, value] = [key, value].map(|text| text.trim().to_owned());
            settings.push(Setting { section: section.clone(), key, value });
        } else {
            malformed.push(index + 1);
        }
    }
    (settings, malformed)
}

/// The last value of `key` in `section`.
pub fn last<'a>(settings: &'a [Setting], section: &str, key: &str) -> Option<&'a str> {
    let mut found = settings.iter().rev().filter(|setting| setting.section == section && setting.key == key);
    found.next().map(|setting| setting.value.as_str())
}

/// The last value that a file of shell assignments gives `name`, quotes removed.
pub fn parse_assignment(text: &str, name: &str) -> Option<String> {
    let mut value = None;
    for line in text.lines() {
        let line = line.trim().strip_prefix("export ").unwrap_or(line.trim());
        let Some(rest) = line.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) else { continue };
        value = Some(match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => rest[1..].split(quote).next().unwrap_or_default().to_owned(),
            _ => rest.split([' ', '\t', '#', ';']).next().unwrap_or_default().to_owned(),
        });
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sections_and_settings() {
        let (settings, malformed) = parse_ini("a=1\n[ Seat:* ]\n# b=2\nb = x = y \n;c=1\nnonsense\n=x\n");
        assert_eq!(last(&settings, "", "a"), Some("1"));
        assert_eq!(last(&settings, "Seat:*", "b"), Some("x = y"));
        assert_eq!(last(&settings, "Seat:*", "a"), None);
        assert_eq!(malformed, [6, 7]);
    }

    #[test]
    fn assignments() {
        let text = "# U=no\nU=\"anna b\" # note\nexport V='x'\nW=z # note\nWW=1\n";
        assert_eq!(parse_assignment(text, "U").as_deref(), Some("anna b"));
        assert_eq!(parse_assignment(text, "V").as_deref(), Some("x"));
        assert_eq!(parse_assignment(text, "W").as_deref(), Some("z"));
        assert_eq!(parse_assignment(text, "X"), None);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s).{0,300}", near in "(\\[a\\]|U|[=\"'# \n]){0,40}") {
            parse_ini(&text);
            parse_assignment(&near, "U");
            parse_assignment(&text, "");
        }
    }
}
