//! `visite restore`: a server from a backup, on this machine or a new one.

use super::{counted, event, of_store, of_vault, reader, recall, shown, wait_for};
use crate::cli::{KeptArgs, RestoreArgs};
use crate::failure::{Failure, Kind};
use crate::output;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use visite_agent::files;
use visite_facts::Lang;
use visite_server::start::STORE_FILE;
use visite_server::vault;
use visite_store::{BackupHeader, Location, Store};

/// Runs the command.
pub fn run(arguments: &RestoreArgs, lang: Lang) -> Result<ExitCode, Failure> {
    let data = &arguments.kept.data;
    let wanted = arguments.kept.location()?;
    let mut file = reader(&arguments.file)?;
    let reading = |error: io::Error| Failure::reading(&arguments.file, &error);
    let sealed = vault::is_encrypted(&mut file).map_err(reading)?;
    let new = NewFolder::of(data)?;
    let passphrase = sealed.then(|| recall(arguments.passphrase_file.as_deref(), lang)).transpose()?;
    let opened = vault::open(file, passphrase.as_ref()).map_err(|error| of_vault(&error))?;
    let with_keys = opened.keys.is_some();
    if let Some(keys) = &opened.keys {
        keys.write(&new.path).map_err(|error| of_vault(&error))?;
    }
    let own_file = wanted == Location::file(data.join(STORE_FILE));
    let location = if own_file { Location::file(new.path.join(STORE_FILE)) } else { wanted };
    let header = wait_for(async {
        let store = Store::open(&location).await.map_err(|error| of_store(&error))?;
        let header = opened.restore(&store, &event("backup.restored")).await;
        store.close().await.map_err(|error| of_store(&error))?;
        header.map_err(|error| of_vault(&error))
    })?;
    new.keep(data)?;
    output::to_stdout(told(&header, with_keys, &arguments.kept, lang).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn told(header: &BackupHeader, with_keys: bool, kept: &KeptArgs, lang: Lang) -> String {
    let (when, counted) = (shown(header.created, lang), counted(header, lang));
    // The URL may hold a password, which is not repeated.
    let database = if kept.database.is_some() { " --database URL" } else { "" };
    let data = format!("{}{database}", kept.data.display());
    match (lang, with_keys) {
        (Lang::De, true) => format!(
            "Zurückgeholt, Stand {when}: {counted}, dazu die Schlüssel.\nAgenten melden sich von selbst, sobald der Server unter seiner alten Adresse läuft, und liefern nach, was seitdem war.\nWas seitdem beendet wurde, gilt wieder: Sehen Sie bei „Menschen und Rollen“, „Programme“ und „Verbundene Computer“ nach.\nWeiter: visite serve --data {data}\n"
        ),
        (Lang::De, false) => format!(
            "Zurückgeholt, Stand {when}: {counted}. Die Schlüssel waren nicht dabei.\nMelden Sie sich mit einem Notfallcode an, und richten Sie die Codes der App neu ein.\nMelden Sie jeden Agenten neu an: auf der Seite „Verbundene Computer“ ein Token erzeugen, dann dort visite agent enroll --replace URL TOKEN.\nWas seitdem beendet wurde, gilt wieder: Sehen Sie bei „Menschen und Rollen“ und „Programme“ nach.\nWeiter: visite serve --data {data}\n"
        ),
        (Lang::En, true) => format!(
            "Restored, as of {when}: {counted}, and the keys.\nAgents come back by themselves once the server runs at its old address, and deliver what has been since.\nWhat was ended since then counts again: look at “People and roles”, “Programs” and “Connected computers”.\nNext: visite serve --data {data}\n"
        ),
        (Lang::En, false) => format!(
            "Restored, as of {when}: {counted}. The keys were not in the file.\nSign in with a recovery code and set up the codes of the app anew.\nEnrol each agent anew: make a token on the page “Connected computers”, then there visite agent enroll --replace URL TOKEN.\nWhat was ended since then counts again: look at “People and roles” and “Programs”.\nNext: visite serve --data {data}\n"
        ),
    }
}

/// A folder that takes its place when everything is in it.
struct NewFolder {
    path: PathBuf,
    /// Whether the place is there already: then it stays what it is, e.g. a volume or a link to one.
    inside: bool,
}

impl NewFolder {
    /// Makes it for `data`, which must not be there or must be empty: beside it, or inside it if it is there.
    fn of(data: &Path) -> Result<Self, Failure> {
        let failed = |error| Failure::writing(data, &error);
        let inside = match fs::read_dir(data) {
            Ok(mut there) => match there.next() {
                None => true,
                Some(_) => {
                    let data = data.display();
                    return Err(Failure::new(
                        Kind::CannotCreate,
                        format!("In `{data}` liegt schon etwas; dorthin wird nichts zurückgeholt"),
                        format!("`{data}` is not empty; nothing is restored to it"),
                    )
                    .hint(
                        "Nennen Sie einen neuen Ordner (--data), oder verschieben Sie den alten.",
                        "name a new folder (--data), or move the old one away",
                    ));
                }
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(failed(error)),
        };
        let name = data.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = format!(".{name}.{}.restoring", std::process::id());
        let path = if inside { data.join(name) } else { data.with_file_name(name) };
        files::private_folder(&path).map_err(failed)?;
        Ok(Self { path, inside })
    }

    fn keep(self, data: &Path) -> Result<(), Failure> {
        self.moved(data).map_err(|error| Failure::writing(data, &error))
    }

    fn moved(&self, data: &Path) -> io::Result<()> {
        if !self.inside {
            fs::rename(&self.path, data)?;
            let beside = data.parent().filter(|parent| !parent.as_os_str().is_empty());
            return files::sync_folder(beside.unwrap_or(Path::new(".")));
        }
        let mut names =
            fs::read_dir(&self.path)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
        // The store comes last: without it a server would not look restored.
        names.sort_by_key(|name| name == STORE_FILE);
        for name in names {
            fs::rename(self.path.join(&name), data.join(&name))?;
        }
        files::private_folder(data)?;
        files::sync_folder(data)
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        // After it was kept there is nothing left in it, or of this name.
        let _ = fs::remove_dir_all(&self.path);
    }
}
