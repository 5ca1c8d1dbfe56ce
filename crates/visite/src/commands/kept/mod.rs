//! Commands around what a server keeps: backup, restore, practices that move or end, the audit log.
//!
//! They may run beside a server that is at work: the store lets several programs in.

pub mod audit;
pub mod backup;
pub mod practice;
pub mod restore;

use crate::cli::KeptArgs;
use crate::failure::{self, Failure, Kind};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use visite_facts::{Lang, Text};
use visite_server::start::STORE_FILE;
use visite_server::vault::{MIN_PASSPHRASE, Passphrase, VaultError};
use visite_store::{AuditEvent, Location, Store, StoreError};

/// Who did it, for the audit log: somebody at the command line of the server.
const WHO: &str = "visite";

/// Longest file with a passphrase, in bytes.
const MAX_PASSPHRASE: u64 = 4096;

impl KeptArgs {
    fn location(&self) -> Result<Location, Failure> {
        match self.database.as_deref().map(str::parse::<Location>).transpose() {
            Ok(location) => Ok(location.unwrap_or_else(|| Location::file(self.data.join(STORE_FILE)))),
            Err(error) => Err(of_store(&error)),
        }
    }

    /// Opens what is there already; a store is not made.
    async fn open(&self) -> Result<Store, Failure> {
        let location = self.location()?;
        if let Location::Sqlite(path) = &location {
            fs::metadata(path).map_err(|error| {
                Failure::reading(path, &error).hint(
                    "Nennen Sie den Datenordner von `visite serve`: --data ORDNER",
                    "name the data folder of `visite serve`: --data DIR",
                )
            })?;
        }
        Store::open(&location).await.map_err(|error| of_store(&error))
    }
}

/// Runs what waits for the store.
fn wait_for<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Failure::new(Kind::Unavailable, "Das lässt sich nicht ausführen", "this cannot be carried out").because(error)
    })?;
    runtime.block_on(work)
}

fn event(what: &str) -> AuditEvent {
    AuditEvent::new(Timestamp::now(), WHO, None, what)
}

fn of_store(error: &StoreError) -> Failure {
    if let StoreError::NotFound { id, .. } = error {
        return Failure::new(
            Kind::Missing,
            format!("`{id}` gibt es auf diesem Server nicht"),
            format!("there is no `{id}` on this server"),
        )
        .hint("Was es gibt, zeigt: visite practice list", "what there is shows: visite practice list");
    }
    let kind = match error {
        StoreError::File { .. } | StoreError::Invalid { .. } | StoreError::Location { .. } => Kind::Data,
        StoreError::Damaged { .. } | StoreError::Newer { .. } | StoreError::Stored { .. } => Kind::Data,
        StoreError::Io(_) => Kind::Write,
        StoreError::NotEmpty | StoreError::AlreadyThere { .. } | StoreError::Full(_) => Kind::CannotCreate,
        StoreError::Denied(_) => Kind::Permission,
        _ => Kind::Unavailable,
    };
    let Text { de, en } = error.text();
    with_causes(Failure::new(kind, de, en), error.source())
}

fn of_vault(error: &VaultError) -> Failure {
    let VaultError::Store(of) = error else {
        let kind = match error {
            VaultError::Key { source, .. } if source.kind() == io::ErrorKind::NotFound => Kind::Missing,
            VaultError::Key { .. } => Kind::Permission,
            VaultError::Io(_) => Kind::Write,
            _ => Kind::Data,
        };
        let Text { de, en } = error.text();
        let failure = with_causes(Failure::new(kind, de, en), error.source());
        return match error {
            VaultError::PassphraseMissing => failure.hint(
                "Nennen Sie eine Datei, in der es steht: --passphrase-file DATEI oder VISITE_PASSPHRASE_FILE",
                "name a file that holds it: --passphrase-file FILE or VISITE_PASSPHRASE_FILE",
            ),
            _ => failure,
        };
    };
    of_store(of)
}

fn with_causes(mut failure: Failure, mut cause: Option<&(dyn Error + 'static)>) -> Failure {
    while let Some(why) = cause {
        failure = match why.downcast_ref::<io::Error>() {
            Some(error) => failure.because_of(failure::system(error)),
            None => failure.because(why),
        };
        cause = why.source();
    }
    failure
}

/// Names the file with the passphrase if the arguments do not.
const PASSPHRASE_FILE: &str = "VISITE_PASSPHRASE_FILE";

/// The file with the passphrase, if somebody named one.
fn passphrase_file(named: Option<&Path>) -> Option<PathBuf> {
    let from_environment = || std::env::var_os(PASSPHRASE_FILE).filter(|path| !path.is_empty()).map(PathBuf::from);
    named.map(Path::to_owned).or_else(from_environment)
}

/// The passphrase for a new file: from a file, or typed twice.
fn choose(file: Option<&Path>, lang: Lang) -> Result<Passphrase, Failure> {
    let (first, again) = match lang {
        Lang::De => ("Passwort für diese Datei: ", "Noch einmal: "),
        Lang::En => ("Passphrase for this file: ", "Once more: "),
    };
    let text = match passphrase_file(file) {
        Some(file) => from_file(&file)?,
        None => {
            let text = typed(first)?;
            if typed(again)? != text {
                return Err(Failure::new(Kind::Usage, "Die beiden Eingaben sind verschieden", "the two do not agree")
                    .hint("Rufen Sie den Befehl noch einmal auf.", "call the command once more"));
            }
            text
        }
    };
    Passphrase::chosen(text).map_err(|_| {
        Failure::new(
            Kind::Usage,
            format!("Das Passwort hat weniger als {MIN_PASSPHRASE} Zeichen"),
            format!("the passphrase has fewer than {MIN_PASSPHRASE} characters"),
        )
        .hint(
            "Wer die Datei hat, darf beliebig oft raten. Nehmen Sie vier zufällige Wörter.",
            "whoever has the file may guess as often as they like; take four words at random",
        )
    })
}

/// The passphrase of a file that is there.
fn recall(file: Option<&Path>, lang: Lang) -> Result<Passphrase, Failure> {
    let prompt = match lang {
        Lang::De => "Passwort dieser Datei: ",
        Lang::En => "Passphrase of this file: ",
    };
    Ok(Passphrase::typed(passphrase_file(file).map_or_else(|| typed(prompt), |file| from_file(&file))?))
}

fn typed(prompt: &str) -> Result<String, Failure> {
    let missing = || of_vault(&VaultError::PassphraseMissing);
    if !io::stdin().is_terminal() {
        return Err(missing());
    }
    rpassword::prompt_password(prompt).map_err(|_| missing())
}

/// The first line of a file.
fn from_file(path: &Path) -> Result<String, Failure> {
    let bytes = visite_agent::files::read_bounded(path, MAX_PASSPHRASE);
    let bytes = bytes.map_err(|error| Failure::reading(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let error = io::Error::new(io::ErrorKind::InvalidData, error);
        Failure::reading(path, &error)
    })?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn reader(path: &Path) -> Result<BufReader<File>, Failure> {
    File::open(path).map(BufReader::new).map_err(|error| Failure::reading(path, &error))
}

/// A file that appears when it is whole, and that only its owner may read.
struct NewFile {
    path: PathBuf,
    part: NamedTempFile,
}

impl NewFile {
    /// Nothing that is there is overwritten: it may be the only good backup.
    fn create(path: &Path) -> Result<Self, Failure> {
        if fs::symlink_metadata(path).is_ok() {
            return Err(already_there(path));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let part =
            tempfile::Builder::new().prefix(&format!(".{name}.")).suffix(".partial").tempfile_in(folder_of(path));
        Ok(Self { path: path.to_owned(), part: part.map_err(|error| Failure::writing(path, &error))? })
    }

    /// Keeps it; from now on it is there, also after the power has failed.
    fn keep(self) -> Result<(), Failure> {
        let Self { path, part } = self;
        let writing = |error: io::Error| Failure::writing(&path, &error);
        part.as_file().sync_all().map_err(writing)?;
        match part.persist_noclobber(&path) {
            Ok(_) => {}
            Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => return Err(already_there(&path)),
            // Some file systems of the network cannot do that in one step.
            Err(refused) => match fs::symlink_metadata(&path) {
                Ok(_) => return Err(already_there(&path)),
                Err(_) => drop(refused.file.persist(&path).map_err(|refused| writing(refused.error))?),
            },
        }
        // The name is kept when the folder is; Windows and some file systems of the network know no such thing.
        let _ = File::open(folder_of(&path)).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

impl Write for &NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.part.as_file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.part.as_file().flush()
    }
}

fn already_there(path: &Path) -> Failure {
    Failure::writing(path, &io::ErrorKind::AlreadyExists.into()).hint(
        "Nennen Sie einen neuen Namen. Was da ist, wird nicht überschrieben.",
        "give it a new name; what is there is not overwritten",
    )
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A time as people read it.
fn shown(time: Timestamp, lang: Lang) -> String {
    let format = match lang {
        Lang::De => "%d.%m.%Y, %H:%M Uhr",
        Lang::En => "%-d %B %Y, %H:%M",
    };
    TimeZone::system().to_datetime(time).strftime(format).to_string()
}

/// `1 Praxis`, `3 Agenten`: what a file holds, in words.
fn counted(header: &visite_store::BackupHeader, lang: Lang) -> String {
    let words = [
        ("practice", ["Praxis", "Praxen"], ["practice", "practices"]),
        ("agent", ["Agent", "Agenten"], ["agent", "agents"]),
        ("round", ["Visite", "Visiten"], ["round", "rounds"]),
        ("finding", ["Feststellung", "Feststellungen"], ["finding", "findings"]),
    ];
    let one = |(table, de, en): (&str, [&'static str; 2], [&'static str; 2])| {
        let count = header.tables.get(table).copied().unwrap_or_default();
        let [singular, plural] = if lang == Lang::De { de } else { en };
        format!("{count} {}", if count == 1 { singular } else { plural })
    };
    words.map(one).join(", ")
}
