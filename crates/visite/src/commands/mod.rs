//! One file a command.

#[cfg(feature = "scan")]
mod again;
#[cfg(feature = "agent")]
mod agent;
#[cfg(feature = "scan")]
mod aims;
mod catalog;
mod check;
#[cfg(feature = "scan")]
mod imports;
#[cfg(feature = "server")]
mod kept;
#[cfg(feature = "scan")]
mod permission;
#[cfg(feature = "scan")]
mod preview;
#[cfg(feature = "scan")]
mod recognition;
#[cfg(feature = "scan")]
mod resume;
#[cfg(feature = "scan")]
mod scan;
#[cfg(feature = "server")]
mod serve;
#[cfg(feature = "scan")]
mod surroundings;
#[cfg(feature = "scan")]
mod telematics;

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
        #[cfg(feature = "server")]
        Command::Serve(arguments) => serve::run(&arguments, cli.lang),
        #[cfg(feature = "server")]
        Command::Backup(arguments) => kept::backup::run(&arguments, cli.lang),
        #[cfg(feature = "server")]
        Command::Restore(arguments) => kept::restore::run(&arguments, cli.lang),
        #[cfg(feature = "server")]
        Command::Practice(arguments) => kept::practice::run(&arguments, cli.lang),
        #[cfg(feature = "server")]
        Command::Audit(arguments) => kept::audit::run(&arguments, cli.lang),
        Command::Catalog(arguments) => catalog::run(&arguments, cli.lang),
    }
}
