//! What went wrong, told in three parts: what failed, why, what to do next. The kind decides the exit code.

use std::fmt::Write;
use std::io;
use std::path::Path;
use std::process::ExitCode;
use visite_facts::{Lang, Text};

/// The kinds of failure, with their exit codes (sysexits.h, as in ARCHITECTURE.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Bad input data.
    Data = 65,
    /// Input that is not there.
    Missing = 66,
    /// Output that cannot be created.
    CannotCreate = 73,
    /// Output that broke off.
    Write = 74,
    /// No permission.
    Permission = 77,
}

/// A failure that ends the command. Boxed, so that the way that succeeds stays light.
#[derive(Debug)]
pub struct Failure(Box<Details>);

#[derive(Debug)]
struct Details {
    kind: Kind,
    what: Text,
    causes: Vec<String>,
    hint: Option<Text>,
}

impl Failure {
    /// What failed, in both languages.
    pub fn new(kind: Kind, de: impl Into<String>, en: impl Into<String>) -> Self {
        Self(Box::new(Details { kind, what: Text { de: de.into(), en: en.into() }, causes: Vec::new(), hint: None }))
    }

    /// A file or directory that could not be read.
    pub fn reading(path: &Path, error: &io::Error) -> Self {
        let path = path.display();
        let kind = match error.kind() {
            io::ErrorKind::NotFound => Kind::Missing,
            io::ErrorKind::PermissionDenied => Kind::Permission,
            _ => Kind::Data,
        };
        Self::new(kind, format!("`{path}` lässt sich nicht lesen"), format!("cannot read `{path}`")).because(error)
    }

    /// A file that could not be written.
    pub fn writing(path: &Path, error: &io::Error) -> Self {
        let path = path.display();
        Self::new(Kind::CannotCreate, format!("`{path}` lässt sich nicht schreiben"), format!("cannot write `{path}`"))
            .because(error)
            .hint("Wählen Sie einen Ordner, in den Sie schreiben dürfen.", "choose a directory that you may write to")
    }

    /// Adds why.
    pub fn because(mut self, cause: impl ToString) -> Self {
        self.0.causes.push(cause.to_string());
        self
    }

    /// Adds what to do next.
    pub fn hint(mut self, de: impl Into<String>, en: impl Into<String>) -> Self {
        self.0.hint = Some(Text { de: de.into(), en: en.into() });
        self
    }

    /// Tells it on standard error and gives the exit code.
    pub fn report(&self, lang: Lang) -> ExitCode {
        eprint!("{}", self.text(lang));
        ExitCode::from(self.0.kind as u8)
    }

    fn text(&self, lang: Lang) -> String {
        let (error, cause, hint) = match lang {
            Lang::De => ("Fehler", "Ursache", "Hinweis"),
            Lang::En => ("error", "cause", "hint"),
        };
        let mut text = format!("{error}: {}\n", self.0.what.get(lang));
        for why in &self.0.causes {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "  {cause}: {why}");
        }
        if let Some(next) = &self.0.hint {
            let _ = writeln!(text, "{hint}: {}", next.get(lang));
        }
        text
    }
}
