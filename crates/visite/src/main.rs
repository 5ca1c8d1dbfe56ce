//! Visite: the ward round for a medical practice's IT, as one program.
//!
//! This crate is wiring only: it reads arguments and files, runs collectors, hands everything to `visite-assess` and
//! the result to `visite-report`. It judges nothing and knows no operating system.

mod cli;
mod commands;
mod failure;
mod help;
mod input;
mod layers;
mod output;
#[cfg(feature = "scan")]
mod running;
#[cfg(feature = "agent")]
mod signals;
mod verdict;

use clap::FromArgMatches;
use std::process::ExitCode;

fn main() -> ExitCode {
    let lang = cli::lang_of(std::env::args_os());
    let arguments = help::command(lang).try_get_matches_from(cli::helped(std::env::args_os()));
    let parsed = arguments.and_then(|matches| cli::Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => commands::run(cli).unwrap_or_else(|failure| failure.report(lang)),
        Err(error) => help::usage_error(&error, lang),
    }
}
