//! What judging commands write: the report in the form asked for, and the exit code.

use crate::failure::{self, Failure, Kind};
use crate::output;
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use visite_facts::scan::ScanSection;
use visite_facts::{Assessment, FindingState, Lang, Severity};
use visite_report::{Detail, Format, Options, Surroundings};

/// Exit code for findings at or above `--fail-on`.
const FINDINGS: u8 = 2;

/// How a report is to look.
#[derive(Clone, Copy, Debug)]
pub struct Reporting<'a> {
    /// The form.
    pub format: Format,
    /// Where to write; the screen if absent.
    pub output: Option<&'a Path>,
    /// Only gaps, one line each.
    pub quiet: bool,
    /// Every point with its evidence.
    pub verbose: bool,
    /// Language of the reader.
    pub lang: Lang,
    /// The command to run again.
    pub command: &'a str,
    /// Whether the collectors ran as administrator.
    pub privileged: bool,
    /// Whether it is about the computer it is read on.
    pub this_computer: bool,
    /// What a scan saw.
    pub scan: Option<&'a ScanSection>,
    /// What else a report on a scan needs to know.
    pub surroundings: Option<&'a Surroundings>,
}

/// Writes the report.
pub fn report(reporting: &Reporting<'_>, assessment: &Assessment) -> Result<(), Failure> {
    let stdout = std::io::stdout();
    let on_terminal = reporting.output.is_none() && stdout.is_terminal();
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let options = Options {
        lang: reporting.lang,
        now: assessment.round.at,
        width: terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0)),
        color: on_terminal && !no_color,
        detail: match (reporting.quiet, reporting.verbose) {
            (true, _) => Detail::Quiet,
            (false, true) => Detail::Verbose,
            (false, false) => Detail::Normal,
        },
        privileged: reporting.privileged,
        this_computer: reporting.this_computer,
        command: reporting.command,
        version: env!("CARGO_PKG_VERSION"),
        scan: reporting.scan,
        surroundings: reporting.surroundings,
    };
    let mut bytes = Vec::new();
    visite_report::render(reporting.format, assessment, &options, &mut bytes).map_err(|error| {
        Failure::new(Kind::Write, "Der Bericht lässt sich nicht schreiben", "cannot write the report")
            .because_of(failure::system(&error))
    })?;
    // Quiet, and nothing to tell.
    if bytes.is_empty() {
        return Ok(());
    }
    match reporting.output {
        Some(path) => output::to_file(path, &bytes),
        None => output::to_stdout(&bytes),
    }
}

fn has_gaps(assessment: &Assessment, from: Severity) -> bool {
    assessment.findings.iter().any(|finding| {
        matches!(finding.state, FindingState::Open | FindingState::Reopened) && finding.effective_severity >= from
    })
}

/// The exit code: 2 for open findings at or above `fail_on`.
pub fn exit_code(assessment: &Assessment, fail_on: Option<Severity>) -> ExitCode {
    match fail_on {
        Some(severity) if has_gaps(assessment, severity) => ExitCode::from(FINDINGS),
        _ => ExitCode::SUCCESS,
    }
}
