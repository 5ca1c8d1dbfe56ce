//! `visite agent run`: the agent at work, until it is ended or there is nothing to do any more.

use super::{causes, identity_failure, runtime};
use crate::failure::{Failure, Kind};
use crate::signals::asked_to_end;
use std::process::ExitCode;
use visite_agent::agent::{Agent, AgentError, End, World};
use visite_agent::clock::Clock;
use visite_agent::identity::Home;
use visite_agent::spool::{Limits, SpoolError};
use visite_facts::Lang;

/// Runs the command. What happens is told on standard error, one line each, for the journal.
pub fn run(home: Home, lang: Lang) -> Result<ExitCode, Failure> {
    let world = World {
        clock: Clock::system(),
        look: visite_agent::look(),
        random: Box::new(visite_agent::random),
        tell: Box::new(move |event| eprintln!("{}", event.text().get(lang))),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        limits: Limits::default(),
    };
    let agent = Agent::open(home, world).map_err(|error| failure(&error))?;
    let runtime = runtime()?;
    let end = runtime.block_on(async {
        let asked = asked_to_end();
        tokio::select! {
            end = agent.run() => Some(end),
            () = asked => None,
        }
    });
    // A look that is under way only reads; nobody has to wait for it.
    runtime.shutdown_background();
    match end {
        None => Ok(ExitCode::SUCCESS),
        Some(End::Left) => {
            eprintln!("{}", End::Left.text().get(lang));
            Ok(ExitCode::SUCCESS)
        }
        Some(end) => {
            let text = end.text();
            Err(Failure::new(Kind::Permission, text.de, text.en).hint(
                "Soll der Computer wieder berichten, melden Sie ihn neu an: visite agent enroll --replace URL TOKEN",
                "if the computer is to report again, enrol it anew: visite agent enroll --replace URL TOKEN",
            ))
        }
    }
}

fn failure(error: &AgentError) -> Failure {
    match error {
        AgentError::Identity(error) => identity_failure(error),
        AgentError::Spool(SpoolError { path, source }) => Failure::writing(path, source),
        AgentError::Tls(_) => {
            let failure = Failure::new(
                Kind::Data,
                "Schlüssel und Zertifikat dieses Agenten lassen sich nicht verwenden",
                "key and certificate of this agent cannot be used",
            );
            causes(error).into_iter().fold(failure, |failure, cause| failure.because(cause)).hint(
                "Melden Sie den Computer neu an: visite agent enroll --replace URL TOKEN",
                "enrol the computer again: visite agent enroll --replace URL TOKEN",
            )
        }
    }
}
