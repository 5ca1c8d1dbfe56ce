//! `visite agent install` and `uninstall`: the service that starts the agent with the computer.

use super::{device, identity_failure};
use crate::cli::DeviceArgs;
use crate::failure::{Failure, Kind};
use crate::output;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use visite_agent::identity::{Home, IdentityError};
use visite_agent::service::{self, Plan, ServiceError};
use visite_facts::Lang;

/// Runs `install`.
pub fn install(
    home: &Home,
    root: PathBuf,
    program: Option<PathBuf>,
    device: &DeviceArgs,
    lang: Lang,
) -> Result<ExitCode, Failure> {
    let this_computer = root == Path::new("/");
    let enrolled = match home.read() {
        // Where the answer stands already, nobody is asked twice.
        Ok(_) if this_computer && device.medical_device.is_none() => true,
        Ok(_) => {
            device::answer(device, lang)?;
            true
        }
        Err(IdentityError::NotEnrolled(_)) => {
            device::answer(device, lang)?;
            false
        }
        Err(error) => return Err(identity_failure(&error)),
    };
    if this_computer && !enrolled {
        return Err(identity_failure(&IdentityError::NotEnrolled(home.folder().to_owned())));
    }
    let program = match program {
        Some(program) => program,
        None => std::env::current_exe().map_err(|error| Failure::reading(Path::new("visite"), &error))?,
    };
    let plan = Plan { root, program, data: home.folder().to_owned() };
    let path = service::install(&plan).map_err(|error| failure(&error))?;
    let path = path.display();
    let text = match (lang, this_computer) {
        (Lang::De, true) => format!("Der Agent läuft und startet mit dem Computer ({path}).\n"),
        (Lang::En, true) => format!("The agent is running and starts with the computer ({path}).\n"),
        (Lang::De, false) => format!("Geschrieben: {path}\n"),
        (Lang::En, false) => format!("Written: {path}\n"),
    };
    output::to_stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Runs `uninstall`.
pub fn uninstall(home: &Home, root: &Path, forget: bool, lang: Lang) -> Result<ExitCode, Failure> {
    let path = service::uninstall(root).map_err(|error| failure(&error))?;
    if forget {
        let _lock = home.lock().map_err(|error| identity_failure(&error))?;
        home.forget().map_err(|error| identity_failure(&error))?;
    }
    let path = path.display();
    let text = match (lang, forget) {
        (Lang::De, false) => format!("Entfernt: {path}. Schlüssel und Ablage sind noch da.\n"),
        (Lang::En, false) => format!("Removed: {path}. Keys and what is kept are still there.\n"),
        (Lang::De, true) => format!("Entfernt: {path}. Schlüssel und Ablage sind gelöscht.\n"),
        (Lang::En, true) => format!("Removed: {path}. Keys and what was kept are deleted.\n"),
    };
    output::to_stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn failure(error: &ServiceError) -> Failure {
    match error {
        ServiceError::File { path, source } if source.kind() == std::io::ErrorKind::NotFound => {
            Failure::reading(path, source)
        }
        ServiceError::File { path, source } => Failure::writing(path, source),
        ServiceError::Path(path) => {
            let path = path.display();
            Failure::new(
                Kind::Data,
                format!("Mit dem Pfad `{path}` kann ein Dienst nicht umgehen"),
                format!("a service cannot use the path `{path}`"),
            )
            .hint("Geben Sie einen vollständigen Pfad an.", "give a complete path")
        }
        ServiceError::Exposed(path) => {
            let path = path.display();
            Failure::new(
                Kind::Permission,
                format!("`{path}` können auch andere als der Administrator ändern"),
                format!("others than the administrator can change `{path}`"),
            )
            .hint(
                "Der Dienst läuft mit vielen Rechten. Kopieren Sie das Programm zuerst: sudo install visite /usr/local/bin/",
                "the service has many rights; copy the program first: sudo install visite /usr/local/bin/",
            )
        }
        ServiceError::Unsupported => Failure::new(
            Kind::Unavailable,
            "Auf diesem Computer läuft kein systemd",
            "systemd is not running on this computer",
        )
        .hint(
            "Starten Sie `visite agent run` mit den Mitteln dieses Systems.",
            "start `visite agent run` by the means of this system",
        ),
        ServiceError::Refused { command, said } => {
            Failure::new(Kind::Unavailable, format!("`{command}` ist gescheitert"), format!("`{command}` failed"))
                .because(said)
                .hint("Rufen Sie den Befehl als Administrator auf.", "call the command as administrator")
        }
    }
}
