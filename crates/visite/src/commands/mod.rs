//! One file a command.

#[cfg(feature = "agent")]
mod agent;
mod catalog;
mod check;
#[cfg(feature = "scan")]
mod imports;
#[cfg(feature = "scan")]
mod resume;
#[cfg(feature = "scan")]
mod scan;
#[cfg(feature = "scan")]
mod surroundings;

use crate::cli::{Cli, Command};
use crate::failure::Failure;
use std::process::ExitCode;

/// Runs what the command line says.
pub fn run(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        Command::Check(arguments) => check::run(&arguments, cli.lang),
        #[cfg(feature = "scan")]
        Command::Scan(arguments) => scan::run(&arguments, cli.lang),
        #[cfg(feature = "agent")]
        Command::Agent(arguments) => agent::run(arguments, cli.lang),
        Command::Catalog(arguments) => catalog::run(&arguments, cli.lang),
    }
}
