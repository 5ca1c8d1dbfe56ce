//! What each call prints, and with which status it ends.
//!
//! The facts are `facts.json` with the present moment put in: an invented reception desk on which one account has no
//! password and sudo could not be read. Its operating system is none that the catalogue knows, so that no support end
//! comes near.

#[cfg(feature = "agent")]
mod agent;
mod arguments;
mod catalog;
mod check;
#[cfg(feature = "server")]
mod faults;
mod files;
#[cfg(feature = "server")]
mod kept;
#[cfg(feature = "server")]
mod load;
#[cfg(feature = "server")]
mod mail;
#[cfg(feature = "server")]
mod moved;
mod output;
#[cfg(feature = "server")]
mod postgres;
#[cfg(feature = "scan")]
mod scan;
#[cfg(feature = "server")]
mod serve;
#[cfg(feature = "server")]
mod server;
mod windows;

use jiff::Timestamp;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder with the facts, removed when the test is over.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: crate::program::shared_folder() };
        desk.write("facts.json", facts());
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The path as an argument.
    fn arg(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).expect("the folder is ours");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("it was written")
    }

    /// A call of the program that shows the folder as `[DIR]`. `@name` among the arguments is a file in it.
    fn call(&self, arguments: &[&str]) -> crate::program::Call {
        let arguments = arguments.iter().map(|argument| match argument.strip_prefix('@') {
            Some(name) => self.arg(name),
            None => (*argument).to_owned(),
        });
        crate::program::visite(arguments).hide(self.folder.path(), "[DIR]")
    }

    /// What `visite check` says about the facts.
    fn check(&self, arguments: &[&str]) -> crate::program::Answer {
        self.call(&[&["check", "--facts", "@facts.json"], arguments].concat()).run()
    }
}

/// The facts, seen just now.
fn facts() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cli/facts.json");
    let text = fs::read_to_string(path).expect("it is part of the repository");
    text.replace("[NOW]", &Timestamp::now().to_string())
}
