//! `visite agent enroll`: this computer gets a key, and a certificate for it.

use super::{causes, device, identity_failure, runtime, server};
use crate::cli::DeviceArgs;
use crate::failure::{Failure, Kind};
use crate::output;
use std::io::Read;
use std::process::ExitCode;
use visite_agent::call::CallError;
use visite_agent::clock::Clock;
use visite_agent::enrolment::{EnrolError, Enrolment, enrol};
use visite_agent::identity::Home;
use visite_agent::protocol::{RefusalReason, Token, TokenError, parse_token};
use visite_facts::Lang;
use visite_host::Machine;

/// Longest text that is read as a token.
const MAX_TOKEN: u64 = 1_000;

/// What the person wants.
pub struct Wish {
    pub url: String,
    pub token: String,
    pub name: Option<String>,
    pub relay: Option<String>,
    pub device: DeviceArgs,
    pub replace: bool,
}

/// Runs the command.
pub fn run(home: &Home, wish: Wish, lang: Lang) -> Result<ExitCode, Failure> {
    let url = server(&wish.url)?;
    let token = token(wish.token)?;
    let medical_device = device::answer(&wish.device, lang)?;
    let name = wish.name.unwrap_or_else(|| visite_host::linux::identity::identify(&Machine::live()).1);
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let (relay, replace) = (wish.relay, wish.replace);
    let enrolment = Enrolment { server: url, relay, token, name, version, medical_device, replace };
    let enrolled = runtime()?.block_on(enrol(home, enrolment, &Clock::system())).map_err(|error| failure(&error))?;
    let (name, server, minutes) = (&enrolled.name, &enrolled.server, enrolled.schedule.every_minutes());
    let text = match lang {
        Lang::De => format!(
            "Angemeldet bei {server} als {name}.\nDer Agent sieht diesen Computer alle {minutes} Minuten an; er ändert \
             nichts.\nNächster Schritt: visite agent install\n"
        ),
        Lang::En => format!(
            "Enrolled at {server} as {name}.\nThe agent looks at this computer every {minutes} minutes; it changes \
             nothing.\nNext step: visite agent install\n"
        ),
    };
    output::to_stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// The token from the argument, or from the input. It is named in no message.
fn token(argument: String) -> Result<Token, Failure> {
    let mut text = argument;
    if text == "-" {
        text.clear();
        std::io::stdin().lock().take(MAX_TOKEN).read_to_string(&mut text).map_err(|error| {
            Failure::new(Kind::Missing, "Das Token lässt sich nicht lesen", "cannot read the token").because(error)
        })?;
    }
    parse_token(&text).map_err(|error| {
        let failure = match error {
            TokenError::NotAToken => Failure::new(Kind::Data, "Das ist kein Token", "this is no token"),
            TokenError::Damaged => Failure::new(
                Kind::Data,
                "Das Token ist nicht vollständig oder enthält einen Fehler",
                "the token is not complete or has a mistake",
            ),
        };
        failure.hint(
            "Kopieren Sie es ganz von der Seite „Verbundene Computer“; es beginnt mit `visite1`.",
            "copy it whole from the page “Connected computers”; it begins with `visite1`",
        )
    })
}

fn failure(error: &EnrolError) -> Failure {
    let what = |kind| Failure::new(kind, "Dieser Computer lässt sich nicht anmelden", "cannot enrol this computer");
    match error {
        EnrolError::Already(identity) => Failure::new(
            Kind::CannotCreate,
            format!("Dieser Computer ist schon angemeldet: {} bei {}", identity.name, identity.server),
            format!("this computer is enrolled already: {} at {}", identity.name, identity.server),
        )
        .hint(
            "Soll die neue Anmeldung sie ersetzen, ergänzen Sie --replace.",
            "if the new enrolment is to replace it, add --replace",
        ),
        EnrolError::Identity(error) => identity_failure(error),
        EnrolError::Call(error) => {
            let (de, en) = hint(error);
            let kind = match error {
                CallError::Refused(RefusalReason::Busy) => Kind::Unavailable,
                CallError::Refused(_) | CallError::Tls(_) => Kind::Permission,
                _ => Kind::Unavailable,
            };
            what(kind).because_of(error.text()).hint(de, en)
        }
        EnrolError::Answer(_) | EnrolError::Key(_) | EnrolError::Tls(_) => causes(error)
            .into_iter()
            .fold(what(Kind::Unavailable).because(error), |failure, cause| failure.because(cause)),
    }
}

fn hint(error: &CallError) -> (&'static str, &'static str) {
    match error {
        CallError::Refused(RefusalReason::TokenUsed | RefusalReason::TokenExpired | RefusalReason::TokenUnknown) => (
            "Erzeugen Sie auf der Seite „Verbundene Computer“ ein neues Token; es gilt einmal und 24 Stunden.",
            "make a new token on the page “Connected computers”; it is valid once and for 24 hours",
        ),
        CallError::Refused(RefusalReason::VersionUnsupported) => {
            ("Aktualisieren Sie dieses Programm.", "update this program")
        }
        CallError::Tls(_) => (
            "Prüfen Sie Adresse und Token. Antwortet ein fremder Server, fragen Sie Ihren IT-Dienstleister.",
            "check address and token; if a strange server answers, ask your IT provider",
        ),
        _ => (
            "Prüfen Sie die Adresse und ob der Server läuft. Ohne Weg dorthin hilft: --relay HOST:PORT",
            "check the address and whether the server runs; without a way there, use --relay HOST:PORT",
        ),
    }
}
