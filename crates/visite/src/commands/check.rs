//! `visite check`: looks at this computer, another root or recorded facts, judges, and reports.

use crate::cli::CheckArgs;
use crate::failure::{Failure, Kind};
use crate::{layers, output};
use jiff::Timestamp;
use std::fs::{self, File};
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use visite_assess::{Input, assess};
use visite_catalog::Part;
use visite_facts::snapshot::FactsError;
use visite_facts::{ASSESSMENT_SCHEMA, Assessment, FactsFile, Finding, FindingState, Lang, Severity, Snapshot, Text};
use visite_host::Machine;
use visite_report::{Detail, Format, Options};
use visite_target::Practice;

/// Largest facts, assessment or practice file, in bytes.
const MAX_INPUT_BYTES: u64 = 256 * 1024 * 1024;
/// Exit code for findings at or above `--fail-on`.
const FINDINGS: u8 = 2;

/// Runs the command.
pub fn run(arguments: &CheckArgs, lang: Lang) -> Result<ExitCode, Failure> {
    let catalog = layers::load(&arguments.catalog, Part::JUDGING)?;
    let practice = arguments.practice.as_deref().map(practice).transpose()?;
    let previous = arguments.previous.as_deref().map(previous_findings).transpose()?.unwrap_or_default();
    let now = Timestamp::now();
    let snapshots = match arguments.facts.as_slice() {
        [] => observe(arguments, now, lang)?,
        paths => recorded(paths, lang)?,
    };
    if let Some(path) = &arguments.save_facts {
        output::to_file(path, FactsFile { snapshots: snapshots.clone() }.to_json().as_bytes())?;
    }
    let assessment = assess(&Input {
        catalog: &catalog,
        practice: practice.as_ref(),
        snapshots: &snapshots,
        acceptances: &[],
        previous: &previous,
        now,
    });
    report(arguments, &assessment, lang)?;
    Ok(exit_code(&assessment, arguments.fail_on))
}

fn observe(arguments: &CheckArgs, now: Timestamp, lang: Lang) -> Result<Vec<Snapshot>, Failure> {
    let machine = match &arguments.root {
        None => Machine::live(),
        Some(root) => {
            let found = root.canonicalize().map_err(|error| Failure::reading(root, &error))?;
            if !found.is_dir() {
                let path = root.display();
                return Err(Failure::new(
                    Kind::Missing,
                    format!("`{path}` ist kein Ordner"),
                    format!("`{path}` is not a directory"),
                ));
            }
            Machine::at(found)
        }
    };
    if std::io::stderr().is_terminal() && !arguments.quiet {
        eprintln!(
            "{}",
            match lang {
                Lang::De => "Visite sieht sich diesen Computer an. Das dauert wenige Sekunden, geändert wird nichts.",
                Lang::En => "Visite is looking at this computer. It takes a few seconds and changes nothing.",
            }
        );
    }
    Ok(visite_host::observe(&machine, now))
}

fn recorded(paths: &[PathBuf], lang: Lang) -> Result<Vec<Snapshot>, Failure> {
    let mut snapshots = Vec::new();
    for path in paths {
        for file in facts_files(path)? {
            let (facts, problems) = FactsFile::from_json(&read(&file)?).map_err(|error| not_facts(&file, &error))?;
            if !problems.is_empty() {
                let (count, shown) = (problems.len(), problems.iter().take(3).map(|problem| problem.path.as_str()));
                let shown = shown.collect::<Vec<_>>().join(", ");
                eprintln!(
                    "{}",
                    match lang {
                        Lang::De => format!(
                            "`{}`: {count} Angaben wurden nicht verstanden und zählen nicht ({shown})",
                            file.display()
                        ),
                        Lang::En => format!(
                            "`{}`: {count} entries were not understood and do not count ({shown})",
                            file.display()
                        ),
                    }
                );
            }
            snapshots.extend(facts.snapshots);
        }
    }
    Ok(snapshots)
}

/// A file, or every `*.json` of a directory in the order of their names.
fn facts_files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| Failure::reading(path, &error))? {
        let file = entry.map_err(|error| Failure::reading(path, &error))?.path();
        if file.extension().is_some_and(|extension| extension == "json") {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Failure::new(
            Kind::Missing,
            format!("In `{}` liegt keine Datei mit Beobachtungen (*.json)", path.display()),
            format!("there is no facts file (*.json) in `{}`", path.display()),
        ));
    }
    Ok(files)
}

fn not_facts(path: &Path, error: &FactsError) -> Failure {
    let name = path.display();
    let failure = Failure::new(
        Kind::Data,
        format!("`{name}` ist keine Datei mit Beobachtungen"),
        format!("`{name}` is not a facts file"),
    );
    failure
        .because_of(error.text())
        .hint("So entsteht eine: visite check --save-facts DATEI", "to make one: visite check --save-facts FILE")
}

fn practice(path: &Path) -> Result<Practice, Failure> {
    let bytes = read(path)?;
    let name = path.display().to_string();
    let text = visite_target::yaml::decode(&bytes, &name).map_err(|mistake| vec![*mistake]);
    text.and_then(|text| Practice::from_yaml(text, &name)).map_err(|mistakes| {
        Failure::mistakes(&format!("Die Praxisdatei `{name}`"), &format!("the practice file `{name}`"), mistakes)
    })
}

/// What counts of an earlier assessment, written with `--format json`.
#[derive(serde::Deserialize)]
struct Earlier {
    schema: String,
    findings: Vec<Finding>,
}

fn previous_findings(path: &Path) -> Result<Vec<Finding>, Failure> {
    let name = path.display();
    let failure = || {
        Failure::new(
            Kind::Data,
            format!("`{name}` ist kein Ergebnis einer früheren Visite"),
            format!("`{name}` is not the result of an earlier round"),
        )
        .hint(
            "So entsteht eines: visite check --format json --output DATEI",
            "to make one: visite check --format json --output FILE",
        )
    };
    let earlier: Earlier = serde_json::from_slice(&read(path)?).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        failure().because_of(Text::new(
            format!("Zeile {line}, Spalte {column} passt nicht dazu"),
            format!("line {line}, column {column} does not fit"),
        ))
    })?;
    if earlier.schema != ASSESSMENT_SCHEMA {
        return Err(failure().because_of(Text::new(
            format!("das Schema heißt `{}`, erwartet wird `{ASSESSMENT_SCHEMA}`", earlier.schema),
            format!("the schema is `{}`, expected `{ASSESSMENT_SCHEMA}`", earlier.schema),
        )));
    }
    Ok(earlier.findings)
}

/// Reads a file up to a size that no real one has.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_INPUT_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| Failure::reading(path, &error))?;
    if bytes.len() as u64 > MAX_INPUT_BYTES {
        let name = path.display();
        return Err(Failure::new(
            Kind::Data,
            format!("`{name}` ist größer als 256 MiB"),
            format!("`{name}` is larger than 256 MiB"),
        ));
    }
    Ok(bytes)
}

fn report(arguments: &CheckArgs, assessment: &Assessment, lang: Lang) -> Result<(), Failure> {
    let stdout = std::io::stdout();
    let on_terminal = arguments.output.is_none() && stdout.is_terminal();
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let options = Options {
        lang,
        now: assessment.round.at,
        width: terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0)),
        color: on_terminal && !no_color,
        detail: match (arguments.quiet, arguments.verbose) {
            (true, _) => Detail::Quiet,
            (false, true) => Detail::Verbose,
            (false, false) => Detail::Normal,
        },
        // Who recorded the facts is not known; "even an administrator could not" would be a guess.
        privileged: arguments.facts.is_empty() && Machine::live().is_administrator(),
        this_computer: arguments.facts.is_empty() && arguments.root.is_none(),
        command: "visite check",
        version: env!("CARGO_PKG_VERSION"),
    };
    if arguments.quiet && arguments.format == Format::Text && !has_gaps(assessment, Severity::Low) {
        return Ok(());
    }
    let mut bytes = Vec::new();
    visite_report::render(arguments.format, assessment, &options, &mut bytes).map_err(|error| {
        Failure::new(Kind::Write, "Der Bericht lässt sich nicht schreiben", "cannot write the report").because(error)
    })?;
    match &arguments.output {
        Some(path) => output::to_file(path, &bytes),
        None => output::to_stdout(&bytes),
    }
}

fn has_gaps(assessment: &Assessment, from: Severity) -> bool {
    assessment.findings.iter().any(|finding| {
        matches!(finding.state, FindingState::Open | FindingState::Reopened) && finding.effective_severity >= from
    })
}

fn exit_code(assessment: &Assessment, fail_on: Option<Severity>) -> ExitCode {
    match fail_on {
        Some(severity) if has_gaps(assessment, severity) => ExitCode::from(FINDINGS),
        _ => ExitCode::SUCCESS,
    }
}
