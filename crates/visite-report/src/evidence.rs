//! Evidence in the reader's words: what was looked at, and what stood there.
//!
//! For people; JSON and SARIF carry the field paths as they are. A field that this version does not know is shown
//! by its path, never left out.

use crate::moment::{Calendar, span};
use crate::texts::{Place, Texts, group};
use serde_json::Value as Json;
use visite_facts::{Basis, Evidence, FactSpec, FieldKind, FieldSpec, facts};

/// How many pieces of evidence a short line shows.
const BRIEF_ITEMS: usize = 3;
/// Longest value that a short line shows, in characters.
const SHORT_VALUE: usize = 80;

/// A field path taken apart, e.g. `host.accounts[praxis].password`.
struct Path<'a> {
    fact: &'static FactSpec,
    record: Option<&'a str>,
    field: Option<&'static FieldSpec>,
}

/// `None` if the schema does not know the path.
fn parse_path(path: &str) -> Option<Path<'_>> {
    let continues = |rest: &str| rest.is_empty() || rest.starts_with(['.', '[']);
    let (fact, rest) = facts::ALL
        .iter()
        .filter_map(|spec| path.strip_prefix(spec.name).filter(|rest| continues(rest)).map(|rest| (*spec, rest)))
        .max_by_key(|(spec, _)| spec.name.len())?;
    // A record's key may itself hold brackets and dots (`tcp [::]:22`), so the last closing one counts.
    let (record, rest) = match rest.strip_prefix('[') {
        Some(inside) => inside.rsplit_once(']').map(|(record, rest)| (Some(record), rest))?,
        None => (None, rest),
    };
    match rest.strip_prefix('.') {
        None if rest.is_empty() => Some(Path { fact, record, field: None }),
        None => None,
        Some(name) => fact.field(name).map(|field| Path { fact, record, field: Some(field) }),
    }
}

/// What was looked at: the thing, e.g. `Konto „praxis“`, and which of its fields, e.g. `Passwort`.
pub fn what(texts: &Texts, evidence: &Evidence) -> (String, Option<String>) {
    let Some(path) = parse_path(&evidence.field) else { return (evidence.field.clone(), None) };
    let fact_key = path.fact.name.replace('.', "-");
    let mut thing = texts.say(&format!("fact-{fact_key}"));
    if let Some(record) = path.record {
        thing.push(' ');
        thing.push_str(&quoted(texts, record));
    }
    (thing, path.field.map(|field| texts.say(&format!("field-{fact_key}-{}", field.name))))
}

/// Evidence in one line: `Konto „praxis“ · Passwort: keines (gesehen heute, 12:40 Uhr)`. Of long lists only the
/// beginning; the time is the oldest, for a chain of evidence is as old as its oldest link.
pub fn brief(texts: &Texts, calendar: &Calendar<'_>, evidence: &[Evidence]) -> String {
    let origins = origins(texts, calendar, evidence);
    let line = observations(texts, calendar, evidence);
    if origins.is_empty() { line } else { format!("{line} ({origins})") }
}

/// What was seen, without when.
pub fn observations(texts: &Texts, calendar: &Calendar<'_>, evidence: &[Evidence]) -> String {
    let mut line = String::new();
    let mut last_thing = String::new();
    for item in evidence.iter().take(BRIEF_ITEMS) {
        let (thing, field) = what(texts, item);
        if thing != last_thing {
            line.push_str(if line.is_empty() { "" } else { "; " });
            line.push_str(&thing);
        }
        line.push_str(if field.is_some() { " · " } else { "" });
        line.push_str(&field.unwrap_or_default());
        line.push_str(": ");
        line.push_str(&short_value(texts, calendar, item));
        last_thing = thing;
    }
    if evidence.len() > BRIEF_ITEMS {
        line.push(' ');
        line.push_str(&texts.fill("and-more", [("n", (evidence.len() - BRIEF_ITEMS).into())]));
    }
    line
}

/// Where statements come from: when it was seen, and who said what was not measured.
pub fn origins(texts: &Texts, calendar: &Calendar<'_>, evidence: &[Evidence]) -> String {
    let measured = evidence.iter().filter(|item| item.basis == Basis::Measured);
    let seen = measured.filter_map(|item| item.observed_at).min();
    let mut origins: Vec<String> =
        seen.map(|seen| texts.fill("seen", [("when", calendar.when(seen).into())])).into_iter().collect();
    for item in evidence.iter().filter(|item| item.basis != Basis::Measured) {
        let basis = texts.word("basis", item.basis);
        if !origins.contains(&basis) {
            origins.push(basis);
        }
    }
    origins.join(", ")
}

/// `text` in the quotation marks of the language.
pub fn quoted(texts: &Texts, text: &str) -> String {
    match texts.lang {
        visite_facts::Lang::De => format!("„{text}“"),
        visite_facts::Lang::En => format!("“{text}”"),
    }
}

/// What stood there in the reader's words, or why it is not known.
pub fn value(texts: &Texts, calendar: &Calendar<'_>, evidence: &Evidence) -> String {
    match (&evidence.value, evidence.unknown) {
        (Some(value), _) => known(texts, calendar, evidence, value),
        (None, Some(reason)) => {
            texts.fill("unknown-because", [("reason", texts.reason(place(evidence), reason).into())])
        }
        (None, None) => texts.word("verdict", visite_facts::Verdict::Unknown),
    }
}

/// Facts of devices and zones were seen over the network.
fn place(evidence: &Evidence) -> Place {
    let remote = ["device.", "zone."].iter().any(|prefix| evidence.field.starts_with(prefix));
    if remote { Place::Network } else { Place::Inside }
}

/// As [`value`], cut so that it fits a line.
pub fn short_value(texts: &Texts, calendar: &Calendar<'_>, evidence: &Evidence) -> String {
    let full = value(texts, calendar, evidence);
    if full.chars().count() <= SHORT_VALUE {
        return full;
    }
    full.chars().take(SHORT_VALUE).chain(['…']).collect()
}

/// What stood there exactly as the facts file has it.
pub fn raw_value(evidence: &Evidence) -> Option<String> {
    evidence.value.as_ref().map(|value| match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    })
}

fn known(texts: &Texts, calendar: &Calendar<'_>, evidence: &Evidence, value: &Json) -> String {
    let path = parse_path(&evidence.field);
    let field = path.as_ref().and_then(|path| path.field);
    match value {
        Json::Bool(yes) => texts.say(if *yes { "yes" } else { "no" }),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => integer(texts, field, whole),
            None => number.to_string(),
        },
        Json::Array(items) if items.is_empty() => texts.say("empty"),
        Json::Array(items) => items
            .iter()
            .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(", "),
        Json::String(text) if text.is_empty() => texts.say("empty"),
        Json::String(text) => match field.map(|field| field.kind) {
            Some(FieldKind::Time) => text.parse().map_or_else(|_| text.clone(), |moment| calendar.when(moment)),
            Some(FieldKind::Word(_)) => path.and_then(|path| word(texts, &path, text)).unwrap_or_else(|| text.clone()),
            _ => text.clone(),
        },
        other => other.to_string(),
    }
}

fn integer(texts: &Texts, field: Option<&FieldSpec>, whole: i64) -> String {
    let name = field.map_or("", |field| field.name);
    if name.ends_with("_seconds") {
        return span(texts, whole);
    }
    if name.ends_with("_days") {
        return texts.fill("days", [("n", whole.into())]);
    }
    // Numbers that name something are not amounts: 49152 is a port, not 49 thousand of something.
    if name.ends_with("port") || matches!(name, "uid" | "gid") {
        return whole.to_string();
    }
    group(texts.lang, whole)
}

/// The name of a word, first the one of its very field, then the general one; `None` for proper names.
fn word(texts: &Texts, path: &Path<'_>, word: &str) -> Option<String> {
    let field = path.field?.name;
    let fact = path.fact.name.replace('.', "-");
    texts.find(&format!("value-{fact}-{field}-{word}")).or_else(|| texts.find(&format!("value-{word}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use visite_facts::{Lang, UnknownReason};

    fn shown(lang: Lang, field: &str, value: Option<Json>) -> String {
        let texts = Texts::new(lang);
        let calendar = Calendar::new(&texts, "Europe/Berlin", "2026-11-24T12:00:00Z".parse().expect("a time"));
        let unknown = value.is_none().then_some(UnknownReason::NoPermission);
        let evidence = Evidence {
            field: field.into(),
            value,
            unknown,
            source: "test".into(),
            observed_at: None,
            basis: Basis::Measured,
        };
        brief(&texts, &calendar, &[evidence])
    }

    #[test]
    fn evidence_reads_in_both_languages() {
        let cases = [
            ("host.accounts[praxis].password", Some(json!("none")), "Konto „praxis“ · Passwort: keines"),
            (
                "host.accounts[praxis].password",
                None,
                "Konto „praxis“ · Passwort: unbekannt (Administratorrechte nötig)",
            ),
            ("host.firewall.backend", Some(json!("none")), "Firewall · Paketfilter: keiner geladen"),
            ("host.firewall.backend", Some(json!("nftables")), "Firewall · Paketfilter: nftables"),
            ("host.listening_sockets[tcp [::]:22].port", Some(json!(49152)), "Dienst „tcp [::]:22“ · Port: 49152"),
            (
                "host.screen_locks[a (gnome)].locks_after_seconds",
                Some(json!(900)),
                "Bildschirmsperre „a (gnome)“ · sperrt nach: 15 Minuten",
            ),
            (
                "host.updates.index_refreshed_at",
                Some(json!("2026-11-24T05:00:00Z")),
                "Updates · zuletzt nach Updates gesucht: heute, 06:00\u{a0}Uhr",
            ),
            ("host.accounts[a].groups", Some(json!([])), "Konto „a“ · Gruppen: leer"),
            ("host.accounts", None, "Konto: unbekannt (Administratorrechte nötig)"),
            ("future.fact.field", Some(json!(true)), "future.fact.field: ja"),
            ("host.accounts[a", Some(json!(1234)), "host.accounts[a: 1.234"),
        ];
        for (field, value, expected) in cases {
            assert_eq!(shown(Lang::De, field, value), expected);
        }
        assert_eq!(
            shown(Lang::En, "host.accounts[praxis].login_allowed", Some(json!(true))),
            "Account “praxis” · login allowed: yes"
        );
    }
}
