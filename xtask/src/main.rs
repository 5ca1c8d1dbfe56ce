//! Work on this repository: `cargo xtask new|generate|tidy|dist`.
//!
//! For developers. It writes skeletons, generated pages and schemas, and holds the repository's rules; it is no part of
//! the product.

mod dist;
mod generate;
mod new;
mod oui;
mod tidy;

use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What can be wrong: told to the developer as it is.
type Outcome<T> = Result<T, String>;

#[derive(Parser)]
#[command(name = "xtask", about = "Work on this repository")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Write the skeleton of something new.
    New {
        #[command(subcommand)]
        what: new::What,
    },
    /// Write everything that is generated: reference pages and JSON Schemas.
    Generate {
        #[command(subcommand)]
        what: Option<Generated>,
    },
    /// Check the rules of the repository.
    Tidy,
    /// Make the programs that practices get.
    Dist {
        #[command(subcommand)]
        system: System,
    },
}

/// For which system.
#[derive(Subcommand)]
enum System {
    /// 64-bit Windows.
    Windows,
}

/// What is generated from data that does not lie in the repository.
#[derive(Subcommand)]
enum Generated {
    /// The table of makers of network hardware, from the lists of the IEEE.
    Oui(oui::Arguments),
}

fn main() -> ExitCode {
    let root = root();
    let outcome = match Arguments::parse().task {
        Task::New { what } => new::run(&root, &what),
        Task::Generate { what: None } => generate::run(&root),
        Task::Generate { what: Some(Generated::Oui(arguments)) } => oui::run(&root, &arguments),
        Task::Tidy => tidy::run(&root),
        Task::Dist { system: System::Windows } => dist::windows(&root),
    };
    match outcome {
        Ok(message) => {
            println!("{message}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The repository's root: the folder above this crate.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned()
}

fn read(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Outcome<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| format!("cannot create `{}`: {error}", folder.display()))?;
    }
    std::fs::write(path, text).map_err(|error| format!("cannot write `{}`: {error}", path.display()))
}

/// Every file below `folder` that `keep` wants, sorted. A folder that is not there has none.
fn files_below(folder: &Path, keep: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            if name != "target" && name != ".git" && name != "node_modules" {
                found.extend(files_below(&path, keep));
            }
        } else if keep(&path) {
            found.push(path);
        }
    }
    found.sort();
    found
}
