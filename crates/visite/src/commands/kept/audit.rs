//! `visite audit verify`: whether the audit log is as it was written.

use super::{of_store, wait_for};
use crate::cli::{AuditArgs, AuditCommand};
use crate::failure::Failure;
use crate::output;
use serde_json::json;
use std::process::ExitCode;
use visite_facts::Lang;
use visite_report::Format;
use visite_store::AuditFault;

/// The audit log is not as it was written (EX_DATAERR of sysexits.h).
const BROKEN: u8 = 65;

/// Runs the command.
pub fn run(arguments: &AuditArgs, lang: Lang) -> Result<ExitCode, Failure> {
    let AuditCommand::Verify { format } = arguments.command;
    let found = wait_for(async {
        let store = arguments.kept.open().await?;
        let found = store.verify_audit().await.map_err(|error| of_store(&error))?;
        store.close().await.map_err(|error| of_store(&error))?;
        Ok(found)
    })?;
    let text = if format == Format::Json { as_json(&found) } else { as_text(&found, lang) };
    output::to_stdout(text.as_bytes())?;
    Ok(if found.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(BROKEN) })
}

fn as_json(found: &Result<i64, AuditFault>) -> String {
    let fault = |fault: &AuditFault| match fault {
        AuditFault::Changed { number } => ("changed", *number),
        AuditFault::Missing { number } => ("missing", *number),
        AuditFault::Surplus { number } => ("surplus", *number),
    };
    let value = match found {
        Ok(rows) => json!({ "whole": true, "entries": rows }),
        Err(error) => {
            let (fault, number) = fault(error);
            json!({ "whole": false, "fault": fault, "number": number })
        }
    };
    format!("{value:#}\n")
}

fn as_text(found: &Result<i64, AuditFault>, lang: Lang) -> String {
    let de = lang == Lang::De;
    match found {
        Ok(1) if de => "Das Protokoll ist vollständig und unverändert: 1 Eintrag.\n".to_owned(),
        Ok(1) => "The audit log is whole and unchanged: 1 entry.\n".to_owned(),
        Ok(rows) if de => format!("Das Protokoll ist vollständig und unverändert: {rows} Einträge.\n"),
        Ok(rows) => format!("The audit log is whole and unchanged: {rows} entries.\n"),
        Err(fault) => {
            let what = match (fault, de) {
                (AuditFault::Changed { number }, true) => format!("Eintrag {number} wurde verändert"),
                (AuditFault::Changed { number }, false) => format!("Entry {number} was changed"),
                (AuditFault::Missing { number }, true) => format!("Eintrag {number} fehlt"),
                (AuditFault::Missing { number }, false) => format!("Entry {number} is missing"),
                (AuditFault::Surplus { number }, true) => format!("Eintrag {number} wurde angehängt"),
                (AuditFault::Surplus { number }, false) => format!("Entry {number} was put behind the end"),
            };
            if de {
                format!(
                    "Das Protokoll ist nicht mehr, wie es geschrieben wurde: {what}.\nWeiter: den Datenordner unverändert aufbewahren, mit der letzten Sicherung vergleichen, und klären, wer Zugriff auf den Server hatte.\n"
                )
            } else {
                format!(
                    "The audit log is not as it was written: {what}.\nNext: keep the data folder as it is, compare it with the last backup, and find out who had access to the server.\n"
                )
            }
        }
    }
}
