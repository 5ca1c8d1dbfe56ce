//! `visite practice`: practices that a server keeps. One moves to another provider as a file, or ends with a proof.

use super::{NewFile, choose, counted, event, of_store, of_vault, reader, recall, wait_for};
use crate::cli::{KeptArgs, PracticeArgs, PracticeCommand};
use crate::failure::{Failure, Kind};
use crate::output;
use jiff::Timestamp;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use visite_facts::Lang;
use visite_server::login::first::{self, FirstError};
use visite_server::vault;
use visite_store::{PracticeId, RecordId, Store};

/// Runs the command.
pub fn run(arguments: &PracticeArgs, lang: Lang) -> Result<ExitCode, Failure> {
    let kept = &arguments.kept;
    let text = match &arguments.command {
        PracticeCommand::List => list(kept, lang)?,
        PracticeCommand::Export { id, output, passphrase_file } => {
            export(kept, id, output, passphrase_file.as_deref(), lang)?
        }
        PracticeCommand::Import { file, passphrase_file } => import(kept, file, passphrase_file.as_deref(), lang)?,
        PracticeCommand::Delete { id, proof, yes } => delete(kept, id, proof, *yes, lang)?,
    };
    output::to_stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn list(kept: &KeptArgs, lang: Lang) -> Result<String, Failure> {
    let practices = wait_for(async {
        let store = kept.open().await?;
        let practices = store.practices().await.map_err(|error| of_store(&error))?;
        close(&store).await?;
        Ok(practices)
    })?;
    let width = practices.iter().map(|practice| practice.id.as_str().len()).max().unwrap_or_default();
    let line = |text: String, practice: &visite_store::Practice| {
        format!("{text}{:width$}  {}\n", practice.id.as_str(), practice.name)
    };
    match (practices.is_empty(), lang) {
        (true, Lang::De) => Ok("Noch keine Praxis.\n".to_owned()),
        (true, Lang::En) => Ok("No practice yet.\n".to_owned()),
        _ => Ok(practices.iter().fold(String::new(), line)),
    }
}

fn export(
    kept: &KeptArgs,
    id: &str,
    output: &Path,
    passphrase_file: Option<&Path>,
    lang: Lang,
) -> Result<String, Failure> {
    let id = practice(id)?;
    let passphrase = choose(passphrase_file, lang)?;
    let header = wait_for(async {
        let store = kept.open().await?;
        let file = NewFile::create(output)?;
        let header = vault::export(&store, &id, &passphrase, &file, Timestamp::now()).await;
        let header = header.map_err(|error| of_vault(&error))?;
        let mut told = event("practice.exported");
        told.practice = Some(id.clone());
        store.append_audit(&told).await.map_err(|error| of_store(&error))?;
        file.keep()?;
        close(&store).await?;
        Ok(header)
    })?;
    let (path, counted) = (output.display(), counted(&header, lang));
    Ok(match lang {
        Lang::De => format!(
            "Die Praxis `{id}` steht in {path}: {counted}.\nAm anderen Server: visite practice import {path}. Danach die Agenten dort neu anmelden.\nHier bleibt sie, bis Sie sie löschen: visite practice delete {id} --proof nachweis.json\n"
        ),
        Lang::En => format!(
            "The practice `{id}` is in {path}: {counted}.\nAt the other server: visite practice import {path}. Then enrol the agents there.\nHere it stays until you delete it: visite practice delete {id} --proof proof.json\n"
        ),
    })
}

fn import(kept: &KeptArgs, file: &Path, passphrase_file: Option<&Path>, lang: Lang) -> Result<String, Failure> {
    let mut opened = reader(file)?;
    let sealed = vault::is_encrypted(&mut opened).map_err(|error| Failure::reading(file, &error))?;
    let passphrase = sealed.then(|| recall(passphrase_file, lang)).transpose()?;
    let opened = vault::open(opened, passphrase.as_ref()).map_err(|error| of_vault(&error))?;
    let (id, names) = wait_for(async {
        let store = kept.open().await?;
        let id = opened.import(&store, &event("practice.imported")).await.map_err(|error| of_vault(&error))?;
        let names = first::let_in(&store, &store.practice(id.clone()), Timestamp::now()).await;
        let names = names.map_err(|error| of_first(&error))?;
        close(&store).await?;
        Ok((id, names))
    })?;
    let seen = match (names.is_empty(), lang) {
        (true, Lang::De) => {
            "Noch hat niemand Zugang: Starten Sie den Server; der Link, den er zeigt, öffnet sie.".to_owned()
        }
        (true, Lang::En) => "Nobody has access yet: start the server; the link that it shows opens it.".to_owned(),
        (false, Lang::De) => format!("Zugang haben: {}.", names.join(", ")),
        (false, Lang::En) => format!("Access have: {}.", names.join(", ")),
    };
    Ok(match lang {
        Lang::De => format!(
            "Die Praxis `{id}` ist da. {seen}\nWeiter: auf der Seite „Verbundene Computer“ ein Token je Computer erzeugen, dann dort visite agent enroll --replace URL TOKEN. Die Geschichte der Computer bleibt.\nWohin Alarme gehen, kommt nicht mit: Tragen Sie es in den Einstellungen neu ein.\n"
        ),
        Lang::En => format!(
            "The practice `{id}` is here. {seen}\nNext: make a token for each computer on the page “Connected computers”, then there visite agent enroll --replace URL TOKEN. The computers keep their history.\nWhere alerts go does not come along: enter it anew in the settings.\n"
        ),
    })
}

fn delete(kept: &KeptArgs, id: &str, proof: &Path, yes: bool, lang: Lang) -> Result<String, Failure> {
    let id = practice(id)?;
    let deleted = wait_for(async {
        let store = kept.open().await?;
        let practice = store.practice(id.clone());
        let info = practice.info().await.map_err(|error| of_store(&error))?;
        if !yes {
            agree(&info.name, &id, lang)?;
        }
        let file = NewFile::create(proof)?;
        let now = Timestamp::now();
        let record = RecordId::new(format!("deletion-{}", now.as_microsecond())).map_err(|error| of_store(&error))?;
        let deleted = practice.delete(&event("practice.deleted"), &record).await.map_err(|error| of_store(&error))?;
        let text = serde_json::to_string_pretty(&deleted).map(|text| text + "\n").map_err(io::Error::other);
        let written = text.and_then(|text| (&file).write_all(text.as_bytes()));
        let gone = |failure: Failure| {
            failure.hint(
                format!("Die Praxis `{id}` ist gelöscht. Der Nachweis steht auch im Protokoll des Servers."),
                format!("the practice `{id}` is deleted; the proof is in the server’s audit log, too"),
            )
        };
        written.map_err(|error| gone(Failure::writing(proof, &error)))?;
        file.keep().map_err(gone)?;
        close(&store).await?;
        Ok(deleted)
    })?;
    let (rows, path) = (deleted.rows.values().sum::<u64>(), proof.display());
    Ok(match lang {
        Lang::De => format!(
            "Die Praxis `{id}` ist gelöscht: {rows} Zeilen. Der Nachweis steht in {path} und im Protokoll.\nFrühere Sicherungen enthalten sie noch. Löschen Sie auch diese, wenn sie nicht mehr gebraucht werden.\n"
        ),
        Lang::En => format!(
            "The practice `{id}` is deleted: {rows} rows. The proof is in {path} and in the audit log.\nEarlier backups still hold it. Delete these, too, when they are not needed any more.\n"
        ),
    })
}

fn of_first(error: &FirstError) -> Failure {
    match error {
        FirstError::Store(error) => of_store(error),
        FirstError::Stored(why) => Failure::new(
            Kind::Data,
            "Die Praxis ist da, aber niemand konnte Zugang bekommen",
            "the practice is here, but nobody could be given access",
        )
        .because(why),
    }
}

/// Asks on the terminal; nothing is deleted without an answer.
fn agree(name: &str, id: &PracticeId, lang: Lang) -> Result<(), Failure> {
    let refused = || {
        Failure::new(Kind::Permission, "Es wurde nichts gelöscht", "nothing was deleted").hint(
            format!("Schreiben Sie auf die Frage `{id}`, oder geben Sie --yes an."),
            format!("answer the question with `{id}`, or give --yes"),
        )
    };
    if !io::stdin().is_terminal() {
        return Err(refused());
    }
    match lang {
        Lang::De => eprint!("Alles von „{name}“ wird gelöscht, für immer. Zum Bestätigen `{id}` eingeben: "),
        Lang::En => eprint!("Everything of “{name}” will be deleted for good. Type `{id}` to confirm: "),
    }
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && answer.trim() == id.as_str() { Ok(()) } else { Err(refused()) }
}

fn practice(id: &str) -> Result<PracticeId, Failure> {
    PracticeId::new(id).map_err(|error| {
        of_store(&error).hint(
            "Welche Praxen es gibt, zeigt: visite practice list",
            "which practices there are shows: visite practice list",
        )
    })
}

async fn close(store: &Store) -> Result<(), Failure> {
    store.close().await.map_err(|error| of_store(&error))
}
