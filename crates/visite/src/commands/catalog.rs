//! `visite catalog`: list, show, validate, docs.

use crate::cli::{CatalogArgs, CatalogCommand, Listing};
use crate::failure::{Failure, Kind};
use crate::{layers, output};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use visite_assess::cases;
use visite_catalog::{Catalog, Part, docs};
use visite_facts::{Lang, Text, Word};
use visite_target::yaml::nearest;

/// Runs the command.
pub fn run(arguments: &CatalogArgs, lang: Lang) -> Result<ExitCode, Failure> {
    let parts = match &arguments.command {
        // The embedded conditions are known to be right; those of other layers are not.
        CatalogCommand::List { what: Listing::Checks } if arguments.catalog.is_empty() => &[Part::CheckTexts][..],
        CatalogCommand::List { what: Listing::Checks } => &[Part::Checks],
        CatalogCommand::List { what: Listing::Measures } => &[Part::Measures],
        CatalogCommand::List { what: Listing::Requirements } => &[Part::Frameworks],
        CatalogCommand::List { what: Listing::Lifecycles } => &[Part::Lifecycles],
        CatalogCommand::List { what: Listing::Services } => &[Part::Network],
        CatalogCommand::Show { .. } => Part::JUDGING,
        CatalogCommand::Docs { .. } => Part::SCANNING,
        CatalogCommand::Validate { .. } => Part::ALL,
    };
    let catalog = layers::load(&arguments.catalog, parts)?;
    match &arguments.command {
        CatalogCommand::List { what } => output::to_stdout(list(&catalog, *what, lang).as_bytes())?,
        CatalogCommand::Show { id } => output::to_stdout(show(&catalog, id, lang)?.as_bytes())?,
        CatalogCommand::Validate { open } => validate(&catalog, *open, lang)?,
        CatalogCommand::Docs { output } => write_docs(&catalog, output)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// One line each: id, then what it is.
fn list(catalog: &Catalog, what: Listing, lang: Lang) -> String {
    let rows: Vec<(&str, String)> = match what {
        Listing::Checks => {
            let row =
                |check: &visite_catalog::Check| format!("{:9} {}", check.severity.to_string(), check.topic.get(lang));
            catalog.checks.values().map(|check| (check.id.as_str(), row(check))).collect()
        }
        Listing::Measures => {
            catalog.measures.values().map(|measure| (measure.id.as_str(), measure.title.get(lang).to_owned())).collect()
        }
        Listing::Requirements => {
            catalog.requirements().map(|number| (number.id.as_str(), number.title.get(lang).to_owned())).collect()
        }
        Listing::Lifecycles => {
            let row = |cycle: &visite_catalog::model::Cycle| format!("{} {}", cycle.ends, cycle.name);
            let cycles = catalog.lifecycles.values();
            cycles.flat_map(|life| life.cycles.iter().map(move |cycle| (life.id.as_str(), row(cycle)))).collect()
        }
        Listing::Services => {
            let services = catalog.services.services.iter();
            services.map(|(word, rule)| (word.word(), rule.name.get(lang).to_owned())).collect()
        }
    };
    let width = rows.iter().map(|(id, _)| id.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (id, rest) in rows {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{id:width$}  {rest}");
    }
    text
}

/// The reference page of one id.
fn show(catalog: &Catalog, id: &str, lang: Lang) -> Result<String, Failure> {
    if let Some(check) = catalog.checks.get(id) {
        return Ok(docs::check_with_measure(catalog, check, lang));
    }
    if let Some(measure) = catalog.measures.get(id) {
        return Ok(docs::measure_page(catalog, measure, lang));
    }
    if let Some(requirement) = catalog.requirements().find(|requirement| requirement.id == id) {
        return Ok(docs::requirement_page(catalog, requirement, lang));
    }
    let known = catalog.checks.keys().chain(catalog.measures.keys()).map(String::as_str);
    let known = known.chain(catalog.requirements().map(|requirement| requirement.id.as_str()));
    let failure = Failure::new(
        Kind::Missing,
        format!("Im Katalog gibt es `{id}` nicht"),
        format!("there is no `{id}` in the catalogue"),
    );
    Err(match nearest(id, known) {
        Some(near) => failure.hint(format!("Meinten Sie `{near}`?"), format!("did you mean `{near}`?")),
        None => failure.hint("Alle Kennungen zeigt: visite catalog list", "to see all ids: visite catalog list"),
    })
}

/// Loading has checked everything but the cases.
fn validate(catalog: &Catalog, open: bool, lang: Lang) -> Result<(), Failure> {
    let wrong = cases::run_all(catalog);
    if !wrong.is_empty() {
        let failure = Failure::new(
            Kind::Data,
            format!("Beispiele mit einem anderen Urteil: {}", wrong.len()),
            format!("cases with another verdict: {}", wrong.len()),
        );
        return Err(wrong.iter().fold(failure, |failure, case| {
            let file = catalog.checks.get(&case.check).map_or("", |check| check.origin.file.as_str());
            let file = file.replace("check.yaml", "cases.yaml");
            failure.because_of(Text::new(
                format!("{file}:{}: „{}“ soll {} ergeben, ergibt {}", case.line, case.case, case.expected, case.got),
                format!("{file}:{}: “{}” should be {}, is {}", case.line, case.case, case.expected, case.got),
            ))
        }));
    }
    let counts = [
        (catalog.checks.len(), "Prüfungen", "checks"),
        (catalog.cases.values().map(Vec::len).sum(), "Beispiele", "cases"),
        (catalog.measures.len(), "Maßnahmen", "measures"),
        (catalog.requirements().count(), "Anforderungen", "requirements"),
        (
            catalog.lifecycles.values().map(|life| life.cycles.len()).sum(),
            "Versionen mit Supportende",
            "versions with an end of support",
        ),
        (catalog.services.services.len(), "Dienste", "services"),
        (catalog.ports.top1000_tcp().len(), "TCP-Ports", "TCP ports"),
    ];
    let mut text = String::new();
    for (count, de, en) in counts {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{count:>5} {}", if lang == Lang::De { de } else { en });
    }
    if open {
        let bindings = catalog.open_bindings();
        let _ = writeln!(
            text,
            "{:>5} {}",
            bindings.len(),
            match lang {
                Lang::De => "genannt, aber noch nicht vorhanden:",
                Lang::En => "named, but not there yet:",
            }
        );
        for binding in bindings {
            let _ = writeln!(text, "      {:8} {}  ({})", binding.kind, binding.id, binding.requirements.join(", "));
        }
    }
    output::to_stdout(text.as_bytes())
}

/// Writes the reference pages below `directory`.
fn write_docs(catalog: &Catalog, directory: &Path) -> Result<(), Failure> {
    for (name, text) in docs::reference(catalog) {
        let path = directory.join(name);
        let folder = path.parent().unwrap_or(directory);
        fs::create_dir_all(folder).map_err(|error| Failure::writing(folder, &error))?;
        fs::write(&path, text).map_err(|error| Failure::writing(&path, &error))?;
    }
    Ok(())
}
