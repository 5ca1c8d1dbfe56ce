//! What commands read: facts, practice file, earlier assessments. Each error names the file and what to do.

use crate::failure::{Failure, Kind};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use visite_facts::snapshot::FactsError;
use visite_facts::{AssessedSubject, Assessment, FactsFile, Finding, Lang, Snapshot, SubjectId, Text};
use visite_host::windows::recording::{self, Recording, RecordingError};
use visite_target::Practice;

/// Largest facts, assessment or practice file, in bytes.
const MAX_INPUT_BYTES: u64 = 256 * 1024 * 1024;

/// Facts from files, or from all files of directories.
pub fn recorded(paths: &[PathBuf], lang: Lang) -> Result<Vec<Snapshot>, Failure> {
    let mut snapshots = Vec::new();
    for path in paths {
        for file in files_of(path, "json")? {
            let bytes = read(&file)?;
            if Recording::is_meant(&bytes) {
                let recording = Recording::from_json(&bytes).map_err(|error| no_recording(&file, &error))?;
                snapshots.extend(visite_host::windows::understand(&recording));
                continue;
            }
            let (facts, problems) = FactsFile::from_json(&bytes).map_err(|error| not_facts(&file, &error))?;
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

/// A file, or every file of a directory that ends in `extension`, in the order of their names; at least one.
pub fn files_of(path: &Path, extension: &str) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| Failure::reading(path, &error))? {
        let file = entry.map_err(|error| Failure::reading(path, &error))?.path();
        if file.extension().is_some_and(|found| found == extension) {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        let name = path.display();
        return Err(Failure::new(
            Kind::Missing,
            format!("In `{name}` liegt keine passende Datei (*.{extension})"),
            format!("there is no such file (*.{extension}) in `{name}`"),
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

fn no_recording(path: &Path, error: &RecordingError) -> Failure {
    let name = path.display();
    let failure = Failure::new(
        Kind::Data,
        format!("`{name}` ist keine vollständige Aufzeichnung eines Windows-Computers"),
        format!("`{name}` is not a whole recording of a Windows computer"),
    );
    let cause = match error {
        RecordingError::TooLarge => Text::new("sie hat mehr als 64 MiB", "it has more than 64 MiB"),
        RecordingError::Malformed(error) => {
            let (line, column) = (error.line(), error.column());
            Text::new(
                format!("nicht so geschrieben wie Aufzeichnungen (Zeile {line}, Spalte {column})"),
                format!("not written as recordings are (line {line}, column {column})"),
            )
        }
        RecordingError::OtherSchema(schema) => Text::new(
            format!("das Schema heißt `{schema}`, erwartet wird `{}`", recording::SCHEMA),
            format!("the schema is `{schema}`, expected is `{}`", recording::SCHEMA),
        ),
    };
    failure.because_of(cause).hint(
        "Machen Sie die Aufzeichnung noch einmal, mit dem Skript dieser Version: visite check --collector-script",
        "record again, with the script of this version: visite check --collector-script",
    )
}

/// The practice file.
pub fn practice(path: &Path) -> Result<Practice, Failure> {
    let bytes = read(path)?;
    let name = path.display().to_string();
    let text = visite_target::yaml::decode(&bytes, &name).map_err(|mistake| vec![*mistake]);
    text.and_then(|text| Practice::from_yaml(text, &name)).map_err(|mistakes| {
        Failure::mistakes(&format!("Die Praxisdatei `{name}`"), &format!("the practice file `{name}`"), mistakes)
    })
}

/// What counts of an earlier assessment, written with `--format json`.
#[derive(Debug, Default, serde::Deserialize)]
pub struct Previous {
    schema: String,
    /// What was found then.
    pub findings: Vec<Finding>,
    /// What was looked at then.
    #[serde(default)]
    subjects: Vec<AssessedSubject>,
}

impl Previous {
    /// Describes the subjects of findings that were not looked at this time, as they were described then: a finding that
    /// stays open has to name its device.
    pub fn describe(&self, assessment: &mut Assessment) {
        let mut missing: BTreeSet<&SubjectId> = assessment.findings.iter().map(|finding| &finding.subject).collect();
        for known in &assessment.subjects {
            missing.remove(&known.subject.id);
        }
        let earlier: Vec<AssessedSubject> =
            self.subjects.iter().filter(|known| missing.contains(&known.subject.id)).cloned().collect();
        assessment.subjects.extend(earlier);
    }
}

/// An earlier assessment of this schema; `command` is the one that makes such a file.
pub fn previous(path: &Path, schema: &str, command: &str) -> Result<Previous, Failure> {
    let name = path.display();
    let failure = || {
        Failure::new(
            Kind::Data,
            format!("`{name}` ist kein Ergebnis einer früheren Visite"),
            format!("`{name}` is not the result of an earlier round"),
        )
        .hint(
            format!("So entsteht eines: {command} --format json --output DATEI"),
            format!("to make one: {command} --format json --output FILE"),
        )
    };
    let earlier: Previous = serde_json::from_slice(&read(path)?).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        failure().because_of(Text::new(
            format!("Zeile {line}, Spalte {column} passt nicht dazu"),
            format!("line {line}, column {column} does not fit"),
        ))
    })?;
    // What one command sees, the other does not look at: its gaps would stay open for ever.
    if earlier.schema != schema {
        let found = earlier.schema.escape_debug();
        return Err(failure().because_of(Text::new(
            format!("das Schema heißt `{found}`, erwartet wird `{schema}`"),
            format!("the schema is `{found}`, expected `{schema}`"),
        )));
    }
    Ok(earlier)
}

/// What an earlier scan saw; `None` for the result of another command.
#[cfg(feature = "scan")]
pub fn previous_scan(path: &Path) -> Result<Option<visite_facts::scan::ScanSection>, Failure> {
    // What is wrong with the file is told by [`previous`], which reads it too.
    Ok(serde_json::from_slice(&read(path)?).ok())
}

/// Reads a file up to a size that no real one has.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
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
