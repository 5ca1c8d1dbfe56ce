//! `visite agent`: enrols this computer, examines it on schedule, sets up the service, forwards for others.

mod device;
mod enroll;
mod relay;
mod service;
mod status;
mod work;

use crate::cli::{AgentArgs, AgentCommand};
use crate::failure::{Failure, Kind};
use std::error::Error;
use std::process::ExitCode;
use visite_agent::address::ServerUrl;
use visite_agent::identity::{Home, IdentityError};
use visite_facts::Lang;

/// Runs the command.
pub fn run(arguments: AgentArgs, lang: Lang) -> Result<ExitCode, Failure> {
    let home = Home::new(arguments.data);
    match arguments.command {
        AgentCommand::Enroll { url, token, name, relay, device, replace } => {
            let wish = enroll::Wish { url, token, name, relay, device, replace };
            enroll::run(&home, wish, lang)
        }
        AgentCommand::Run => work::run(home, lang),
        AgentCommand::Status => status::run(&home, lang),
        AgentCommand::Install { root, program, device } => service::install(&home, root, program, &device, lang),
        AgentCommand::Uninstall { root, forget } => service::uninstall(&home, &root, forget, lang),
        AgentCommand::Relay { listen, server } => relay::run(&home, listen, server.as_deref(), lang),
    }
}

/// One thread is enough for one conversation at a time.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Failure::new(Kind::Unavailable, "Der Agent lässt sich nicht starten", "cannot start the agent").because(error)
    })
}

fn server(text: &str) -> Result<ServerUrl, Failure> {
    text.parse().map_err(|_| {
        Failure::new(
            Kind::Data,
            format!("`{text}` ist keine Adresse eines Servers"),
            format!("`{text}` is no address of a server"),
        )
        .hint(
            "Schreiben Sie sie wie auf der Seite „Verbundene Computer“: https://NAME:PORT",
            "write it as on the page “Connected computers”: https://NAME:PORT",
        )
    })
}

/// What is wrong with the agent's own files.
fn identity_failure(error: &IdentityError) -> Failure {
    match error {
        IdentityError::NotEnrolled(_) => {
            Failure::new(Kind::Missing, "Dieser Computer ist nicht angemeldet", "this computer is not enrolled").hint(
                "Erzeugen Sie auf der Seite „Verbundene Computer“ ein Token, dann: visite agent enroll URL TOKEN",
                "make a token on the page “Connected computers”, then: visite agent enroll URL TOKEN",
            )
        }
        IdentityError::Busy(folder) => Failure::new(
            Kind::Unavailable,
            format!("In `{}` arbeitet schon ein Agent", folder.display()),
            format!("an agent is at work in `{}`", folder.display()),
        )
        .hint("Beenden Sie ihn zuerst: systemctl stop visite-agent", "end it first: systemctl stop visite-agent"),
        IdentityError::Damaged { path, field } => Failure::new(
            Kind::Data,
            format!("`{}` ist beschädigt (`{field}`)", path.display()),
            format!("`{}` is damaged (`{field}`)", path.display()),
        )
        .hint(
            "Melden Sie den Computer neu an: visite agent enroll --replace URL TOKEN",
            "enrol the computer again: visite agent enroll --replace URL TOKEN",
        ),
        IdentityError::File { path, source } => {
            let failure = Failure::reading(path, source);
            match source.kind() {
                std::io::ErrorKind::PermissionDenied => failure.hint(
                    "Rufen Sie den Befehl als Administrator auf: sudo visite agent ...",
                    "call the command as administrator: sudo visite agent ...",
                ),
                _ => failure,
            }
        }
    }
}

/// Causes of an error, each once.
fn causes(error: &dyn Error) -> Vec<String> {
    let (mut causes, mut next) = (Vec::new(), error.source());
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes
}
