//! `visite backup`: everything that a server keeps, in one file.

use super::{NewFile, choose, counted, event, of_store, of_vault, passphrase_file, wait_for};
use crate::cli::BackupArgs;
use crate::failure::Failure;
use crate::output;
use jiff::Timestamp;
use serde_json::json;
use std::process::ExitCode;
use visite_facts::Lang;
use visite_server::vault::{self, Keys};

/// Runs the command.
pub fn run(arguments: &BackupArgs, lang: Lang) -> Result<ExitCode, Failure> {
    let keys = arguments.with_keys.then(|| Keys::read(&arguments.kept.data));
    let keys = keys.transpose().map_err(|error| of_vault(&error))?;
    let sealing = arguments.with_keys || passphrase_file(arguments.passphrase_file.as_deref()).is_some();
    let passphrase = sealing.then(|| choose(arguments.passphrase_file.as_deref(), lang)).transpose()?;
    let header = wait_for(async {
        let store = arguments.kept.open().await?;
        let file = NewFile::create(&arguments.output)?;
        let sealing = passphrase.as_ref().map(|passphrase| (passphrase, keys.as_ref()));
        let header = vault::back_up(&store, sealing, &file, Timestamp::now()).await;
        let header = header.map_err(|error| of_vault(&error))?;
        // Who takes a copy of everything along is written down before it can be taken along.
        let told = event("backup.written").with(json!({ "keys": keys.is_some(), "encrypted": sealing.is_some() }));
        store.append_audit(&told).await.map_err(|error| of_store(&error))?;
        file.keep()?;
        store.close().await.map_err(|error| of_store(&error))?;
        Ok(header)
    })?;
    let (path, counted) = (arguments.output.display(), counted(&header, lang));
    let open = match (lang, sealing) {
        (_, true) => "",
        (Lang::De, false) => {
            "Die Datei ist nicht verschlüsselt. Bewahren Sie sie so auf, dass niemand sonst sie liest.\n"
        }
        (Lang::En, false) => "The file is not encrypted. Keep it where nobody else reads it.\n",
    };
    let text = match (lang, keys.is_some()) {
        (Lang::De, true) => format!(
            "Gesichert in {path}: {counted}, dazu die Schlüssel.\nBewahren Sie Datei und Passwort getrennt auf, beides nicht nur auf diesem Computer.\nZurückholen: visite restore {path}\n"
        ),
        (Lang::De, false) => format!(
            "Gesichert in {path}: {counted}. Ohne die Schlüssel des Servers.\n{open}Mit Schlüsseln melden sich Agenten nach dem Zurückholen von selbst wieder: visite backup --with-keys\nZurückholen: visite restore {path}\n"
        ),
        (Lang::En, true) => format!(
            "Saved to {path}: {counted}, and the keys.\nKeep file and passphrase apart, neither on this computer only.\nTo restore: visite restore {path}\n"
        ),
        (Lang::En, false) => format!(
            "Saved to {path}: {counted}. Without the server’s keys.\n{open}With keys, agents come back by themselves after a restore: visite backup --with-keys\nTo restore: visite restore {path}\n"
        ),
    };
    output::to_stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
