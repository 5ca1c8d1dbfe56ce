//! `visite check`: looks at this computer, another root or recorded facts, judges, and reports.

use crate::cli::CheckArgs;
use crate::failure::{Failure, Kind};
use crate::verdict::{Reporting, exit_code, report};
use crate::{input, layers, output};
use jiff::Timestamp;
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use visite_assess::{Input, assess};
use visite_catalog::Part;
use visite_facts::{ASSESSMENT_SCHEMA, FactsFile, Lang, Snapshot};
use visite_host::Machine;
use visite_host::windows::script::collector_script;

/// Runs the command.
pub fn run(arguments: &CheckArgs, lang: Lang) -> Result<ExitCode, Failure> {
    if arguments.collector_script {
        let script = collector_script();
        match &arguments.output {
            Some(path) => output::to_file(path, script.as_bytes())?,
            None => output::to_stdout(script.as_bytes())?,
        }
        return Ok(ExitCode::SUCCESS);
    }
    let facts = arguments.facts.iter().map(|path| ("--facts", path.as_path()));
    let read: Vec<_> = facts.chain(arguments.practice.iter().map(|path| ("--practice", path.as_path()))).collect();
    let written = [("--output", arguments.output.as_deref()), ("--save-facts", arguments.save_facts.as_deref())];
    output::distinct(&read, &written)?;
    let catalog = layers::load(&arguments.catalog, Part::JUDGING)?;
    let practice = arguments.practice.as_deref().map(input::practice).transpose()?;
    let previous = arguments.previous.as_deref();
    let previous = previous.map(|path| input::previous(path, ASSESSMENT_SCHEMA, "visite check")).transpose()?;
    let previous = previous.unwrap_or_default();
    let now = Timestamp::now();
    let snapshots = match arguments.facts.as_slice() {
        [] => observe(arguments, now, lang)?,
        paths => input::recorded(paths, lang)?,
    };
    if let Some(path) = &arguments.save_facts {
        output::to_file(path, FactsFile { snapshots: snapshots.clone() }.to_json().as_bytes())?;
    }
    let mut assessment = assess(&Input {
        catalog: &catalog,
        practice: practice.as_ref(),
        snapshots: &snapshots,
        acceptances: &[],
        previous: &previous.findings,
        now,
    });
    previous.describe(&mut assessment);
    let reporting = Reporting {
        format: arguments.format,
        output: arguments.output.as_deref(),
        quiet: arguments.quiet,
        verbose: arguments.verbose,
        lang,
        command: "visite check",
        // Who recorded the facts is not known; "even an administrator could not" would be a guess.
        privileged: arguments.facts.is_empty() && Machine::live().is_administrator(),
        this_computer: arguments.facts.is_empty() && arguments.root.is_none(),
        scan: None,
        surroundings: None,
    };
    report(&reporting, &assessment)?;
    Ok(exit_code(&assessment, arguments.fail_on))
}

fn observe(arguments: &CheckArgs, now: Timestamp, lang: Lang) -> Result<Vec<Snapshot>, Failure> {
    let machine = arguments.root.as_deref().map_or_else(|| Ok(Machine::live()), machine_at)?;
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

#[cfg(unix)]
fn machine_at(root: &Path) -> Result<Machine, Failure> {
    let found = root.canonicalize().map_err(|error| Failure::reading(root, &error))?;
    if found.is_dir() {
        return Ok(Machine::at(found));
    }
    let path = root.display();
    Err(Failure::new(Kind::Missing, format!("`{path}` ist kein Ordner"), format!("`{path}` is not a directory")))
}

#[cfg(not(unix))]
fn machine_at(_: &Path) -> Result<Machine, Failure> {
    Err(Failure::new(
        Kind::Usage,
        "`--root` geht nur unter Linux; hier sieht Visite sich diesen Computer an",
        "`--root` works on Linux only; here Visite looks at this computer",
    ))
}
