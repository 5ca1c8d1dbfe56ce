//! The reports' own words in German and English, from the Fluent files in `text/`.
//!
//! For every format. Texts about findings come from the assessment, not from here. A key that does not exist
//! would show as the key itself; the tests below keep that from happening.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::collections::{BTreeMap, BTreeSet};
use unic_langid::LanguageIdentifier;
use visite_facts::{Lang, SubjectKind, UnknownReason, Word};

/// The texts of one language.
pub struct Texts {
    /// The language.
    pub lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

fn sources(lang: Lang) -> [&'static str; 2] {
    match lang {
        Lang::De => [include_str!("text/de.ftl"), include_str!("text/facts.de.ftl")],
        Lang::En => [include_str!("text/en.ftl"), include_str!("text/facts.en.ftl")],
    }
}

impl Texts {
    /// Loads the texts in `lang`.
    pub fn new(lang: Lang) -> Self {
        Self::with(lang, &[])
    }

    /// The texts in `lang`, and those of `more` Fluent sources, which are embedded and name no key that exists already.
    pub fn with(lang: Lang, more: &[&'static str]) -> Self {
        let id: LanguageIdentifier = lang.word().parse().expect("every language is named by its BCP 47 tag");
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Isolation marks would end up in terminals, XML and clipboards; both languages run left to right.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(match lang {
            Lang::De => |value, _| format_number(Lang::De, value),
            Lang::En => |value, _| format_number(Lang::En, value),
        }));
        for source in sources(lang).iter().chain(more) {
            let resource = FluentResource::try_new((*source).to_owned());
            let resource = resource.expect("the embedded texts are well-formed; a test reads them");
            bundle.add_resource(resource).expect("no key stands twice in the embedded texts; a test reads them");
        }
        Self { lang, bundle }
    }

    /// The text called `key`, if there is one.
    pub fn find(&self, key: &str) -> Option<String> {
        self.format(key, None)
    }

    /// The text called `key`, which has no placeholders.
    pub fn say(&self, key: &str) -> String {
        self.find(key).unwrap_or_else(|| key.to_owned())
    }

    /// The text called `key` with its placeholders filled.
    pub fn fill<const N: usize>(&self, key: &str, values: [(&str, FluentValue<'_>); N]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(name.to_owned(), value);
        }
        self.format(key, Some(&args)).unwrap_or_else(|| key.to_owned())
    }

    /// What `word` is called; `list` is the name of its list in the Fluent files, e.g. `severity`.
    pub fn word(&self, list: &str, word: impl Word) -> String {
        self.say(&format!("{list}-{}", word.word()))
    }

    /// What a word of a fact is called; the word itself for proper names.
    pub fn value(&self, word: impl Word) -> String {
        self.find(&format!("value-{}", word.word())).unwrap_or_else(|| word.word().to_owned())
    }

    /// Why something is not known.
    pub fn reason(&self, place: Place, reason: UnknownReason) -> String {
        match (place, reason) {
            (Place::Network, UnknownReason::NoPermission) => self.say("reason-no_permission-remote"),
            (Place::Network, UnknownReason::NotSupported) => self.say("reason-not_supported-remote"),
            (Place::Network, UnknownReason::NotCollected) => self.say("reason-not_collected-remote"),
            _ => self.word("reason", reason),
        }
    }

    fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        Some(self.bundle.format_pattern(pattern, args, &mut errors).into_owned())
    }
}

/// From where something was looked at. What helps to see more is different.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// From inside the computer; an administrator may see more.
    Inside,
    /// Over the network.
    Network,
}

impl From<SubjectKind> for Place {
    fn from(kind: SubjectKind) -> Self {
        match kind {
            SubjectKind::Device | SubjectKind::Service | SubjectKind::Zone => Place::Network,
            _ => Place::Inside,
        }
    }
}

fn format_number(lang: Lang, value: &FluentValue<'_>) -> Option<String> {
    match value {
        FluentValue::Number(number) if number.value.fract() == 0.0 => Some(group(lang, number.value as i64)),
        _ => None,
    }
}

/// A whole number with its thousands set apart.
pub fn group(lang: Lang, number: i64) -> String {
    let separator = match lang {
        Lang::De => '.',
        Lang::En => ',',
    };
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

/// A number at the beginning of a sentence: in letters up to twelve.
pub fn number_word(lang: Lang, number: usize) -> String {
    const GERMAN: [&str; 13] =
        ["Null", "Eine", "Zwei", "Drei", "Vier", "Fünf", "Sechs", "Sieben", "Acht", "Neun", "Zehn", "Elf", "Zwölf"];
    const ENGLISH: [&str; 13] =
        ["Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"];
    let names = match lang {
        Lang::De => GERMAN,
        Lang::En => ENGLISH,
    };
    let grouped = || group(lang, i64::try_from(number).unwrap_or(i64::MAX));
    names.get(number).map_or_else(grouped, |name| (*name).to_owned())
}

/// Keys of a Fluent source with the placeholders they use, so that tests can hold languages together.
pub fn messages(source: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut current = "";
    for line in source.lines() {
        if let Some((key, _)) = line.split_once(" =").filter(|_| line.starts_with(char::is_alphabetic)) {
            current = key;
            found.insert(key, BTreeSet::new());
        }
        let names = line.split('$').skip(1).map(|rest| rest.split([' ', '}']).next().unwrap_or_default());
        found.entry(current).or_default().extend(names);
    }
    found.remove("");
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use visite_facts::{
        Area, Basis, Confidence, CostClass, Doer, FieldKind, RequirementStatus, Severity, SubjectKind, UnknownReason,
        Verdict, facts,
    };

    fn all(lang: Lang) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
        sources(lang).into_iter().flat_map(messages).collect()
    }

    /// Every Rust source of this crate.
    fn code(folder: &std::path::Path, into: &mut String) {
        for entry in std::fs::read_dir(folder).expect("the source folder can be read") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                code(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                into.push_str(&std::fs::read_to_string(&path).expect("a source file"));
            }
        }
    }

    /// Keys that are made from words: the name of the list, and its words.
    fn word_lists() -> Vec<(&'static str, &'static [&'static str])> {
        vec![
            ("verdict", Verdict::ALL),
            ("reason", UnknownReason::ALL),
            ("unchecked", UnknownReason::ALL),
            ("how", UnknownReason::ALL),
            ("severity", Severity::ALL),
            ("confidence", Confidence::ALL),
            ("area", Area::ALL),
            ("cost", CostClass::ALL),
            ("doer", Doer::ALL),
            ("basis", Basis::ALL),
            ("status", RequirementStatus::ALL),
            ("kind", SubjectKind::ALL),
            ("urgency", crate::overview::Urgency::ALL),
            ("group", crate::overview::Urgency::ALL),
            ("profile", visite_facts::scan::Profile::ALL),
            ("not-examined", visite_facts::scan::NotExamined::ALL),
            ("how-examined", visite_facts::scan::NotExamined::ALL),
        ]
    }

    #[test]
    fn both_languages_have_the_same_keys_and_placeholders() {
        assert_eq!(all(Lang::De), all(Lang::En));
        Texts::new(Lang::De);
        Texts::new(Lang::En);
    }

    #[test]
    fn every_word_and_every_field_has_its_text() {
        let mut wanted = BTreeSet::new();
        for (list, words) in word_lists() {
            wanted.extend(words.iter().map(|word| format!("{list}-{word}")));
        }
        for spec in facts::ALL {
            let fact = spec.name.replace('.', "-");
            wanted.insert(format!("fact-{fact}"));
            wanted.extend(spec.fields.iter().map(|field| format!("field-{fact}-{}", field.name)));
        }
        let there = all(Lang::De);
        let missing: Vec<_> = wanted.iter().filter(|key| !there.contains_key(key.as_str())).collect();
        assert!(missing.is_empty(), "add these to text/*.de.ftl and text/*.en.ftl: {missing:#?}");
    }

    /// Words of fact fields are translated, unless they are proper names or abbreviations that stay as they are.
    #[test]
    fn every_word_of_a_field_is_translated_or_a_name() {
        const NAMES: &[&str] = &[
            "linux", "windows", "macos", "apt", "dnf", "zypper", "gnome", "cinnamon", "mate", "kde", "xfce", "lxqt",
            "sway", "x11", "nftables", "iptables", "ipv4", "ipv6", "tcp", "udp",
        ];
        let there = all(Lang::De);
        let mut missing: BTreeSet<&str> = BTreeSet::new();
        for field in facts::ALL.iter().flat_map(|spec| spec.fields) {
            if let FieldKind::Word(words) = field.kind {
                let needs =
                    |word: &&str| !NAMES.contains(word) && !there.contains_key(format!("value-{word}").as_str());
                missing.extend(words.iter().copied().filter(needs));
            }
        }
        assert!(missing.is_empty(), "add `value-…` to text/facts.*.ftl, or a name to this list: {missing:?}");
    }

    #[test]
    fn every_key_is_used() {
        let mut source = String::new();
        code(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut source);
        let mut made: BTreeSet<String> = BTreeSet::new();
        for (list, words) in word_lists() {
            made.extend(words.iter().map(|word| format!("{list}-{word}")));
        }
        for spec in facts::ALL {
            let fact = spec.name.replace('.', "-");
            made.insert(format!("fact-{fact}"));
            for field in spec.fields {
                made.insert(format!("field-{fact}-{}", field.name));
                if let FieldKind::Word(words) = field.kind {
                    made.extend(words.iter().map(|word| format!("value-{word}")));
                    made.extend(words.iter().map(|word| format!("value-{fact}-{}-{word}", field.name)));
                }
            }
        }
        let unused: Vec<_> = all(Lang::De)
            .into_keys()
            .filter(|key| !made.contains(*key) && !source.contains(&format!("\"{key}\"")))
            .collect();
        assert!(unused.is_empty(), "nothing says these: {unused:#?}");
    }

    /// Words that promise more than was measured, or belong to patients, stand in no text.
    #[test]
    fn no_text_promises_more_than_was_measured() {
        const FORBIDDEN: &[&str] = &[
            "befund",
            "dsgvo-konform",
            "zertifiziert",
            "rechtssicher",
            "100 % sicher",
            "100% sicher",
            "certified",
            "gdpr-compliant",
            "gdpr compliant",
            "legally secure",
            "100% secure",
            "100 % secure",
        ];
        for source in [Lang::De, Lang::En].into_iter().flat_map(sources) {
            let source = source.to_lowercase();
            for word in FORBIDDEN {
                assert!(!source.contains(word), "„{word}“ must not appear");
            }
        }
    }

    #[test]
    fn numbers_and_plurals_follow_the_language() {
        let german = Texts::new(Lang::De);
        let english = Texts::new(Lang::En);
        assert_eq!(german.fill("minutes", [("n", 1.into())]), "1 Minute");
        assert_eq!(german.fill("minutes", [("n", 1500.into())]), "1.500 Minuten");
        assert_eq!(english.fill("minutes", [("n", 1500.into())]), "1,500 minutes");
        assert_eq!(group(Lang::De, -1_234_567), "-1.234.567");
        assert_eq!(group(Lang::De, i64::MIN), "-9.223.372.036.854.775.808");
        assert_eq!(number_word(Lang::De, 2), "Zwei");
        assert_eq!(number_word(Lang::En, 1200), "1,200");
        assert_eq!(german.say("no-such-key"), "no-such-key");
    }
}
