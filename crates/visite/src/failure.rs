//! What went wrong, told in three parts: what failed, why, what to do next. The kind decides the exit code.

use std::fmt::Write;
use std::io;
use std::path::Path;
use std::process::ExitCode;
use visite_facts::{Lang, Text};
use visite_target::Mistake;
use visite_target::yaml::MAX_MISTAKES;

/// The kinds of failure, with their exit codes (sysexits.h, as in ARCHITECTURE.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Arguments that do not go together; what clap itself refuses never gets here.
    Usage = 64,
    /// Bad input data.
    Data = 65,
    /// Input that is not there.
    Missing = 66,
    /// A service that is not there.
    #[cfg(feature = "agent")]
    Unavailable = 69,
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
    causes: Vec<Text>,
    mistakes: Vec<Mistake>,
    hint: Option<Text>,
}

impl Failure {
    /// What failed, in both languages.
    pub fn new(kind: Kind, de: impl Into<String>, en: impl Into<String>) -> Self {
        let (causes, mistakes) = (Vec::new(), Vec::new());
        Self(Box::new(Details { kind, what: Text::new(de, en), causes, mistakes, hint: None }))
    }

    /// What a person has to write differently in a file, or in several: each with its place, its line and its own hint.
    pub fn mistakes(de: &str, en: &str, mistakes: Vec<Mistake>) -> Self {
        let (number, numeral) = match mistakes.len() {
            1 => ("einen Fehler".to_owned(), "a mistake".to_owned()),
            count => (format!("{count} Fehler"), format!("{count} mistakes")),
        };
        let mut failure = Self::new(Kind::Data, format!("{de} hat {number}"), format!("{en} has {numeral}"));
        failure.0.mistakes = mistakes;
        failure
    }

    /// A file or directory that could not be read.
    pub fn reading(path: &Path, error: &io::Error) -> Self {
        let path = path.display();
        let kind = match error.kind() {
            io::ErrorKind::NotFound => Kind::Missing,
            io::ErrorKind::PermissionDenied => Kind::Permission,
            _ => Kind::Data,
        };
        Self::new(kind, format!("`{path}` lässt sich nicht lesen"), format!("cannot read `{path}`"))
            .because_of(system(error))
    }

    /// A file that could not be written.
    pub fn writing(path: &Path, error: &io::Error) -> Self {
        let path = path.display();
        Self::new(Kind::CannotCreate, format!("`{path}` lässt sich nicht schreiben"), format!("cannot write `{path}`"))
            .because_of(system(error))
            .hint("Wählen Sie einen Ordner, in den Sie schreiben dürfen.", "choose a directory that you may write to")
    }

    /// Adds why, in the words of another library, which are the same in both languages.
    #[cfg(feature = "scan")]
    pub fn because(self, cause: impl ToString) -> Self {
        let cause = cause.to_string();
        self.because_of(Text::new(cause.clone(), cause))
    }

    /// Adds why, in both languages.
    pub fn because_of(mut self, cause: Text) -> Self {
        self.0.causes.push(cause);
        self
    }

    /// Adds what to do next.
    pub fn hint(mut self, de: impl Into<String>, en: impl Into<String>) -> Self {
        self.0.hint = Some(Text::new(de, en));
        self
    }

    /// Tells it on standard error and gives the exit code.
    pub fn report(&self, lang: Lang) -> ExitCode {
        eprint!("{}", self.text(lang));
        ExitCode::from(self.0.kind as u8)
    }

    /// What, why and what next, as it stands on standard error; several lines.
    pub fn text(&self, lang: Lang) -> String {
        let (error, cause, hint) = match lang {
            Lang::De => ("Fehler", "Ursache", "Hinweis"),
            Lang::En => ("error", "cause", "hint"),
        };
        let mut text = format!("{error}: {}\n", self.0.what.get(lang));
        for why in &self.0.causes {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "  {cause}: {}", why.get(lang));
        }
        if let Some(next) = &self.0.hint {
            let _ = writeln!(text, "{hint}: {}", next.get(lang));
        }
        for mistake in self.0.mistakes.iter().take(MAX_MISTAKES) {
            let _ = writeln!(text, "\n{}", mistake.text(lang));
        }
        if let Some(more) = self.0.mistakes.len().checked_sub(MAX_MISTAKES).filter(|more| *more > 0) {
            let _ = match lang {
                Lang::De => writeln!(text, "\nund {more} weitere"),
                Lang::En => writeln!(text, "\nand {more} more"),
            };
        }
        text
    }
}

/// Why the operating system refused, in our words where it is one of the usual reasons, else in its own.
pub fn system(error: &io::Error) -> Text {
    use io::ErrorKind as E;
    let (de, en) = match error.kind() {
        E::NotFound => ("das gibt es nicht", "there is no such file or directory"),
        E::PermissionDenied => ("dafür fehlt die Berechtigung", "permission denied"),
        E::IsADirectory => ("das ist ein Ordner", "that is a directory"),
        E::NotADirectory => ("ein Teil des Pfads ist kein Ordner", "a part of the path is not a directory"),
        E::AlreadyExists => ("das gibt es schon", "that exists already"),
        E::StorageFull => ("der Datenträger ist voll", "the disk is full"),
        E::ReadOnlyFilesystem => ("der Datenträger ist schreibgeschützt", "the file system is read-only"),
        E::InvalidFilename => {
            ("der Name ist zu lang oder hier nicht erlaubt", "the name is too long or not allowed here")
        }
        _ => return Text::new(error.to_string(), error.to_string()),
    };
    Text::new(de, en)
}

#[cfg(test)]
mod tests {
    use super::*;
    use visite_target::Practice;

    #[test]
    fn the_usual_reasons_of_the_system_are_told_in_both_languages() {
        let nowhere = Path::new("/nowhere/at all");
        let error = std::fs::read(nowhere).expect_err("it does not exist");
        assert_eq!(
            Failure::reading(nowhere, &error).text(Lang::De),
            "Fehler: `/nowhere/at all` lässt sich nicht lesen\n  Ursache: das gibt es nicht\n"
        );
        for (kind, de) in [
            (io::ErrorKind::PermissionDenied, "dafür fehlt die Berechtigung"),
            (io::ErrorKind::IsADirectory, "das ist ein Ordner"),
        ] {
            let text = system(&io::Error::from(kind));
            assert_eq!(text.de, de);
            assert_ne!(text.en, de);
        }
        // What is not usual is told as the system tells it.
        let other = system(&io::Error::from_raw_os_error(40));
        assert_eq!(other.de, other.en);
    }

    fn told(file: &str, lang: Lang) -> String {
        let mistakes = Practice::from_yaml(file, "p.yaml").expect_err("a file with mistakes");
        Failure::mistakes("Die Praxisdatei", "the practice file", mistakes).text(lang)
    }

    #[test]
    fn mistakes_in_a_file_are_told_in_the_language_of_the_reader() {
        let file = "schema: visite.practice/1\nname: x\nequipment: {wifi: ja}\n";
        assert_eq!(
            told(file, Lang::De),
            "Fehler: Die Praxisdatei hat einen Fehler\n\n\
             Fehler: p.yaml:3:19: Hier steht `ja`; erwartet wird `true` (ja) oder `false` (nein)\n\
             \x20 3 | equipment: {wifi: ja}\n\
             Hinweis: Schreiben Sie `true`.\n"
        );
        assert_eq!(
            told(file, Lang::En),
            "error: the practice file has a mistake\n\n\
             error: p.yaml:3:19: `ja` is neither `true` nor `false`\n\
             \x20 3 | equipment: {wifi: ja}\n\
             hint: write `true`\n"
        );
        assert!(told("sch: 1\n", Lang::De).starts_with("Fehler: Die Praxisdatei hat 3 Fehler\n"));
    }
}
