//! The catalogue explains itself: Markdown pages for checks, measures, requirements and facts.
//!
//! Pages for the repository hold both languages, German first; `visite catalog show` prints one. Everything follows
//! from the catalogue and the fact schema, so nothing here can say something else than they do.

use crate::Catalog;
use crate::condition::FieldPath;
use crate::model::{Check, Encryption, Framework, PortGroup, Requirement};
use crate::template::Template;
use std::collections::BTreeMap;
use std::fmt::{self, Write};
use visite_facts::{
    Confidence, CostClass, Doer, FactSpec, FieldKind, Lang, Measure, Severity, Shape, Text, Word, facts,
};

/// Labels of pages.
struct Labels {
    lang: Lang,
}

impl Labels {
    fn pick(&self, de: &'static str, en: &'static str) -> &'static str {
        match self.lang {
            Lang::De => de,
            Lang::En => en,
        }
    }
}

/// Writing to a `String` cannot fail; this keeps the pages readable.
fn page(write: impl FnOnce(&mut String) -> fmt::Result) -> String {
    let mut text = String::new();
    write(&mut text).expect("a String takes everything");
    text
}

/// The page of a check in one language.
pub fn check_page(catalog: &Catalog, check: &Check, lang: Lang) -> String {
    let labels = Labels { lang };
    page(|out| {
        writeln!(out, "## {}\n", with_words(&check.title).get(lang))?;
        writeln!(out, "{}\n", check.why.get(lang))?;
        writeln!(out, "- {}: {}", labels.pick("Geprüft wird", "What is checked"), check.topic.get(lang))?;
        writeln!(out, "- {}: {}", labels.pick("Kennung", "Id"), check.id)?;
        writeln!(
            out,
            "- {}: {} / {}: {}",
            labels.pick("Schwere", "Severity"),
            severity(check.severity, lang),
            labels.pick("Sicherheit des Urteils", "Confidence"),
            confidence(check.confidence, lang)
        )?;
        if let Some(spec) = check.for_each {
            writeln!(out, "- {}: `{}`", labels.pick("Für jeden Eintrag von", "For each record of"), spec.name)?;
        }
        if let Some(applies) = &check.applies {
            writeln!(out, "- {}: `{}`", labels.pick("Gilt, wenn", "Applies when"), applies.text)?;
        }
        writeln!(out, "- {}: `{}`", labels.pick("Fällt auf, wenn", "Fails when"), check.fails_when.text)?;
        writeln!(
            out,
            "- {}: {} h",
            labels.pick("Beobachtungen zählen höchstens", "Facts count for at most"),
            check.max_age.as_hours()
        )?;
        if !check.sources.is_empty() {
            writeln!(out, "- {}: {}", labels.pick("Anforderungen", "Requirements"), check.sources.join(", "))?;
        }
        match catalog.measure_of(check) {
            Some(measure) => writeln!(
                out,
                "- {}: {} (`{}`)",
                labels.pick("Maßnahme", "Measure"),
                measure.title.get(lang),
                measure.id
            ),
            None => Ok(()),
        }
    })
}

/// The page of a check with that of its measure below: what is wrong, and step by step what to do.
pub fn check_with_measure(catalog: &Catalog, check: &Check, lang: Lang) -> String {
    let measure = catalog.measure_of(check).map(|measure| measure_page(catalog, measure, lang));
    let page = check_page(catalog, check, lang);
    measure.map_or(page.clone(), |measure| format!("{page}\n{measure}"))
}

/// The page of a measure in one language, in its three voices.
pub fn measure_page(catalog: &Catalog, measure: &Measure, lang: Lang) -> String {
    let labels = Labels { lang };
    let closes: Vec<&str> =
        catalog.checks.values().filter(|check| check.measure == measure.id).map(|check| check.id.as_str()).collect();
    page(|out| {
        writeln!(out, "## {}\n", measure.title.get(lang))?;
        writeln!(out, "{}\n", measure.action.get(lang))?;
        writeln!(out, "- {}: {}", labels.pick("Kennung", "Id"), measure.id)?;
        writeln!(
            out,
            "- {}: {} min · {} · {}",
            labels.pick("Aufwand", "Effort"),
            measure.effort_minutes,
            cost(measure, lang),
            doer(measure.who, lang)
        )?;
        writeln!(out, "- {}: {}\n", labels.pick("Schließt", "Closes"), closes.join(", "))?;
        writeln!(
            out,
            "### {}\n\n{}\n",
            labels.pick("Für die Praxisleitung", "For the owner"),
            measure.owner.get(lang)
        )?;
        writeln!(out, "### {}\n\n{}\n", labels.pick("Für das Team", "For the team"), measure.team.get(lang))?;
        writeln!(out, "### {}\n", labels.pick("Für den IT-Dienstleister", "For the IT provider"))?;
        for (number, step) in measure.provider.steps.iter().enumerate() {
            writeln!(out, "{}. {}", number + 1, step.get(lang))?;
        }
        if !measure.provider.script.is_empty() {
            writeln!(out, "\n```bash\n{}\n```", measure.provider.script.trim_end())?;
        }
        writeln!(out, "\n{}: {}\n", labels.pick("Prüfen", "Verify"), measure.provider.verify.get(lang))?;
        writeln!(out, "{}: {}", labels.pick("Zurück", "Roll back"), measure.provider.rollback.get(lang))
    })
}

/// The page of a requirement in one language.
pub fn requirement_page(catalog: &Catalog, requirement: &Requirement, lang: Lang) -> String {
    let labels = Labels { lang };
    page(|out| {
        writeln!(out, "## {} {}\n", requirement.id, requirement.title.get(lang))?;
        writeln!(out, "{}\n", requirement.text.get(lang))?;
        writeln!(out, "- {}: {}", labels.pick("Abschnitt", "Section"), requirement.section.get(lang))?;
        writeln!(out, "- {}: {}", labels.pick("Zielobjekt", "Target"), requirement.target.get(lang))?;
        let modality = match requirement.modality {
            crate::model::Modality::Must => labels.pick("MUSS", "must"),
            crate::model::Modality::Should => labels.pick("SOLL", "should"),
        };
        let note = requirement.modality_note.as_ref().map(|note| format!(" ({})", note.get(lang))).unwrap_or_default();
        writeln!(out, "- {}: {modality}{note}", labels.pick("Verbindlichkeit", "Binding"))?;
        writeln!(out, "- {}: {}", labels.pick("Gilt ab", "In force from"), requirement.valid_from)?;
        writeln!(out, "- {}: {}", labels.pick("Wortlaut", "Wording"), requirement.confidence.wording)?;
        let kinds = [
            (labels.pick("Prüfungen", "Checks"), &requirement.checks),
            (labels.pick("Fragen", "Questions"), &requirement.questions),
            (labels.pick("Dokumente", "Documents"), &requirement.documents),
            (labels.pick("Nachweise", "Records"), &requirement.records),
        ];
        for (kind, ids) in kinds.into_iter().filter(|(_, ids)| !ids.is_empty()) {
            let mark = |id: &String| match catalog.checks.contains_key(id) {
                true => id.clone(),
                false => format!("{id} ({})", labels.pick("noch offen", "not there yet")),
            };
            writeln!(out, "- {kind}: {}", ids.iter().map(mark).collect::<Vec<_>>().join(", "))?;
        }
        Ok(())
    })
}

/// A title with words for what reports fill in: `Das Konto „Name“ hat kein Passwort`.
fn with_words(title: &Template) -> Text {
    let filled = title.fill(|lang, field| {
        let (FieldPath::Single(_, spec) | FieldPath::Record(spec)) = field;
        let name = spec.name;
        let known = PLACES.iter().find(|(known, _, _)| *known == name);
        match lang {
            Lang::De => format!("„{}“", known.map_or(name, |(_, de, _)| de)),
            Lang::En => format!("“{}”", known.map_or(name, |(_, _, en)| en)),
        }
    });
    // Names of accounts and programs stand in quotes already.
    Text::new(filled.de.replace("„„", "„").replace("““", "“"), filled.en.replace("““", "“").replace("””", "”"))
}

/// What is filled in at the places of titles, by the name of the field; German, English.
const PLACES: &[(&str, &str, &str)] = &[
    ("broad_exclusions", "Pfade", "paths"),
    ("certificate_key_bits", "Länge in Bit", "length in bits"),
    ("certificate_not_after", "Datum", "date"),
    ("days_left", "Anzahl", "number"),
    ("deferred_days", "Anzahl", "number"),
    ("endpoint", "Adresse und Port", "address and port"),
    ("from_zone", "Bereich", "zone"),
    ("hash_method", "Verfahren", "method"),
    ("last_success_at", "Datum", "date"),
    ("locks_after_seconds", "Anzahl", "number"),
    ("max_kib", "Anzahl", "number"),
    ("min_length", "Anzahl", "number"),
    ("name", "Name", "name"),
    ("network", "Adresse", "address"),
    ("open_shares", "Namen", "names"),
    ("pending", "Anzahl", "number"),
    ("port", "Nummer", "number"),
    ("product", "Produkt", "product"),
    ("profile", "Netzart", "kind of network"),
    ("programs", "Namen", "names"),
    ("rule", "Wortlaut", "wording"),
    ("security_pending", "Anzahl", "number"),
    ("session", "Name", "name"),
    ("signatures_at", "Datum", "date"),
    ("socket", "Adresse und Port", "address and port"),
    ("subject", "Name", "name"),
    ("to_zone", "Bereich", "zone"),
    ("user", "Name", "name"),
    ("volume", "Laufwerk", "drive"),
    ("zone", "Bereich", "zone"),
];

fn severity(severity: Severity, lang: Lang) -> &'static str {
    match (severity, lang) {
        (Severity::Low, Lang::De) => "gering",
        (Severity::Low, Lang::En) => "low",
        (Severity::Medium, Lang::De) => "mittel",
        (Severity::Medium, Lang::En) => "medium",
        (Severity::High, Lang::De) => "hoch",
        (Severity::High, Lang::En) => "high",
        (Severity::Critical, Lang::De) => "sehr hoch",
        (Severity::Critical, Lang::En) => "critical",
    }
}

fn confidence(confidence: Confidence, lang: Lang) -> &'static str {
    match (confidence, lang) {
        (Confidence::Low, Lang::De) => "ein Hinweis, erst nachsehen",
        (Confidence::Low, Lang::En) => "a hint, look first",
        (Confidence::Medium, Lang::De) => "meist richtig",
        (Confidence::Medium, Lang::En) => "usually right",
        (Confidence::High, Lang::De) => "sicher abgelesen",
        (Confidence::High, Lang::En) => "read with certainty",
    }
}

/// Work of the provider is not free of charge, even if nothing has to be bought.
fn cost(measure: &Measure, lang: Lang) -> &'static str {
    match (measure.cost, lang) {
        (CostClass::Free, Lang::De) if measure.who == Doer::Provider => "ohne Anschaffung",
        (CostClass::Free, Lang::En) if measure.who == Doer::Provider => "nothing to buy",
        (CostClass::Free, Lang::De) => "kostenlos",
        (CostClass::Free, Lang::En) => "free",
        (CostClass::UpTo100, Lang::De) => "bis 100 €",
        (CostClass::UpTo100, Lang::En) => "up to €100",
        (CostClass::UpTo1000, Lang::De) => "bis 1.000 €",
        (CostClass::UpTo1000, Lang::En) => "up to €1,000",
        (CostClass::Above1000, Lang::De) => "über 1.000 €",
        (CostClass::Above1000, Lang::En) => "more than €1,000",
    }
}

fn doer(who: Doer, lang: Lang) -> &'static str {
    match (who, lang) {
        (Doer::Practice, Lang::De) => "Praxis",
        (Doer::Practice, Lang::En) => "practice",
        (Doer::Provider, Lang::De) => "IT-Dienstleister",
        (Doer::Provider, Lang::En) => "IT provider",
    }
}

/// Every page of the reference, by its path.
pub fn reference(catalog: &Catalog) -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    let both =
        |id: &str, write: &dyn Fn(Lang) -> String| format!("# {id}\n\n{}\n---\n\n{}", write(Lang::De), write(Lang::En));
    for check in catalog.checks.values() {
        let text = both(&check.id, &|lang| check_page(catalog, check, lang));
        pages.insert(format!("checks/{}.md", check.id), text);
    }
    for measure in catalog.measures.values() {
        let text = both(&measure.id, &|lang| measure_page(catalog, measure, lang));
        pages.insert(format!("measures/{}.md", measure.id), text);
    }
    for framework in catalog.frameworks.values() {
        pages.insert(format!("frameworks/{}.md", framework.id), framework_page(catalog, framework));
    }
    pages.insert("facts.md".to_owned(), facts_page());
    pages.insert("services.md".to_owned(), services_page(catalog));
    pages.insert("ports.md".to_owned(), ports_page(catalog));
    pages.insert("README.md".to_owned(), index_page(catalog));
    pages
}

fn framework_page(catalog: &Catalog, framework: &Framework) -> String {
    page(|out| {
        writeln!(out, "# {}\n", framework.id)?;
        for lang in [Lang::De, Lang::En] {
            writeln!(out, "**{}**: {}\n", framework.title.get(lang), framework.note.get(lang))?;
        }
        writeln!(out, "<{}>\n", framework.url)?;
        for lang in [Lang::De, Lang::En] {
            writeln!(out, "# {}\n", if lang == Lang::De { "Deutsch" } else { "English" })?;
            for requirement in &framework.requirements {
                writeln!(out, "{}", requirement_page(catalog, requirement, lang))?;
            }
        }
        Ok(())
    })
}

fn index_page(catalog: &Catalog) -> String {
    let row = |folder: &str, id: &str, text: &Text| format!("| [{id}]({folder}/{id}.md) | {} | {} |", text.de, text.en);
    page(|out| {
        writeln!(
            out,
            "# Reference\n\nGenerated from `catalog/` and the fact schema by `cargo xtask generate`. Do not edit.\n"
        )?;
        writeln!(
            out,
            "- [Facts](facts.md)\n- [Services](services.md) and [ports](ports.md) of networks\n- JSON Schemas: [schemas/](schemas/)\n"
        )?;
        writeln!(out, "## Checks\n\n| id | Deutsch | English |\n| --- | --- | --- |")?;
        for check in catalog.checks.values() {
            writeln!(out, "{}", row("checks", &check.id, &check.topic))?;
        }
        writeln!(out, "\n## Measures\n\n| id | Deutsch | English |\n| --- | --- | --- |")?;
        for measure in catalog.measures.values() {
            writeln!(out, "{}", row("measures", &measure.id, &measure.title))?;
        }
        writeln!(out, "\n## Frameworks\n\n| id | Deutsch | English |\n| --- | --- | --- |")?;
        for framework in catalog.frameworks.values() {
            writeln!(out, "{}", row("frameworks", &framework.id, &framework.title))?;
        }
        writeln!(out, "\n## Patterns\n\n| id | Deutsch | English |\n| --- | --- | --- |")?;
        for (id, doc) in &catalog.patterns {
            writeln!(out, "| {id} | {} | {} |", doc.de, doc.en)?;
        }
        Ok(())
    })
}

fn services_page(catalog: &Catalog) -> String {
    page(|out| {
        writeln!(out, "# Services\n\nGenerated from `catalog/services.yaml`. Do not edit.\n")?;
        writeln!(
            out,
            "What a service is, its dialogue tells; the usual ports only say where to look first. “Management” marks services for\n\
             managing the device itself.\n"
        )?;
        for lang in [Lang::De, Lang::En] {
            let labels = Labels { lang };
            writeln!(
                out,
                "## {}\n\n| id | {} | {} | TCP | UDP | {} | {} | {} |\n| --- | --- | --- | --- | --- | --- | --- | --- |",
                labels.pick("Deutsch", "English"),
                labels.pick("Dienst", "Service"),
                labels.pick("Wozu", "What for"),
                labels.pick("Verwaltung", "Management"),
                labels.pick("Verschlüsselt", "Encrypted"),
                labels.pick("Quelle", "Source"),
            )?;
            for (word, rule) in &catalog.services.services {
                writeln!(
                    out,
                    "| `{word}` | {} | {} | {} | {} | {} | {} | {} |",
                    rule.name.get(lang),
                    rule.about.get(lang),
                    numbers(&rule.tcp),
                    numbers(&rule.udp),
                    if rule.management { labels.pick("ja", "yes") } else { labels.pick("nein", "no") },
                    encryption(rule.encrypted, lang),
                    rule.source,
                )?;
            }
            writeln!(out)?;
        }
        Ok(())
    })
}

fn encryption(encryption: Encryption, lang: Lang) -> &'static str {
    match (encryption, lang) {
        (Encryption::Always, Lang::De) => "immer",
        (Encryption::Always, Lang::En) => "always",
        (Encryption::Usually, Lang::De) => "meist",
        (Encryption::Usually, Lang::En) => "usually",
        (Encryption::Sometimes, Lang::De) => "manchmal",
        (Encryption::Sometimes, Lang::En) => "sometimes",
        (Encryption::Never, Lang::De) => "nie",
        (Encryption::Never, Lang::En) => "never",
    }
}

fn ports_page(catalog: &Catalog) -> String {
    let sets = &catalog.ports;
    let section = |out: &mut String, groups: &[PortGroup]| -> fmt::Result {
        writeln!(out, "| Deutsch | English | TCP | UDP | source |\n| --- | --- | --- | --- | --- |")?;
        for group in groups {
            let (tcp, udp) = (numbers(&group.tcp), numbers(&group.udp));
            writeln!(out, "| {} | {} | {tcp} | {udp} | {} |", group.title.de, group.title.en, group.source)?;
        }
        Ok(())
    };
    page(|out| {
        writeln!(out, "# Ports\n\nGenerated from `catalog/ports.yaml`. Do not edit.\n")?;
        let silent: Vec<u16> = visite_facts::scan::SILENT_PORTS.into_iter().flatten().collect();
        writeln!(out, "These TCP ports never get a packet, for printers print what arrives: {}.\n", numbers(&silent))?;
        let (tcp, udp) = (sets.practice_tcp().len(), sets.practice_udp().len());
        writeln!(out, "## practice\n\nThe usual set: {tcp} TCP ports, {udp} UDP ports.\n")?;
        section(out, &sets.practice)?;
        writeln!(
            out,
            "\n## top1000\n\nThe TCP ports of `practice` and these, together {}.\n",
            sets.top1000_tcp().len()
        )?;
        section(out, &sets.top1000)
    })
}

/// Sorted numbers, neighbours as `first-last`.
fn numbers(ports: &[u16]) -> String {
    let neighbours = ports.chunk_by(|a, b| a.checked_add(1) == Some(*b));
    let written = neighbours.filter_map(|run| match (run.first()?, run.last()?) {
        (first, last) if first == last => Some(first.to_string()),
        (first, last) => Some(format!("{first}-{last}")),
    });
    written.collect::<Vec<_>>().join(", ")
}

/// The reference of every fact and field.
pub fn facts_page() -> String {
    page(|out| {
        writeln!(out, "# Facts\n\nGenerated from `crates/visite-facts/src/facts.rs`. Do not edit.\n")?;
        writeln!(
            out,
            "The schema is closed: what is not listed here cannot leave a computer. An unknown value is an absent key.\n"
        )?;
        facts::ALL.iter().try_for_each(|spec| fact_section(out, spec))
    })
}

fn fact_section(out: &mut String, spec: &FactSpec) -> fmt::Result {
    let shape = match spec.shape {
        Shape::Single => "one record".to_owned(),
        Shape::Collection { key } => format!("a collection, told apart by `{key}`"),
    };
    let derived = if spec.derived { "; derived, never read from a file" } else { "" };
    writeln!(out, "## {}\n\n{} ({shape}{derived})\n", spec.name, spec.doc.trim())?;
    writeln!(out, "| field | kind | privacy | meaning |\n| --- | --- | --- | --- |")?;
    for field in spec.fields {
        let kind = match field.kind {
            FieldKind::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" "),
            other => other.name().to_owned(),
        };
        writeln!(
            out,
            "| `{}` | {kind} | {} | {} |",
            field.name,
            field.privacy.word(),
            field.doc.trim().replace('|', "\\|")
        )?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn titles_have_words_for_what_is_filled_in() {
        let catalog = crate::load_parts(&[crate::Layer::embedded()], crate::Part::ALL).expect("the embedded catalogue");
        let mut needed = BTreeSet::new();
        for check in catalog.checks.values() {
            needed.extend(check.title.fields().map(|(FieldPath::Single(_, spec) | FieldPath::Record(spec))| spec.name));
            let title = with_words(&check.title);
            for text in [&title.de, &title.en] {
                assert!(!text.contains(['{', '}']) && !text.contains("„„") && !text.contains("””"), "{text}");
            }
        }
        let known: BTreeSet<&str> = PLACES.iter().map(|(name, _, _)| *name).collect();
        assert_eq!(known, needed);
        let password = with_words(&catalog.checks["account-empty-password"].title);
        assert_eq!(password, Text::new("Das Konto „Name“ hat kein Passwort", "The account “name” has no password"));
    }

    #[test]
    fn a_check_is_shown_with_the_steps_of_its_measure() {
        let catalog = crate::load_parts(&[crate::Layer::embedded()], crate::Part::ALL).expect("the embedded catalogue");
        let page = check_with_measure(&catalog, &catalog.checks["firewall-missing"], Lang::De);
        assert!(page.contains("- Schwere: mittel / Sicherheit des Urteils: sicher abgelesen\n"), "{page}");
        assert!(page.contains("### Für den IT-Dienstleister\n\n1. "), "{page}");
        assert!(page.contains(" min · ohne Anschaffung · IT-Dienstleister\n"), "{page}");
    }
}
