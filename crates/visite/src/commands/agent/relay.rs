//! `visite agent relay`: forwards connections of other computers to the server.

use super::{identity_failure, runtime, server};
use crate::failure::{Failure, Kind};
use crate::signals::asked_to_end;
use std::net::SocketAddr;
use std::process::ExitCode;
use visite_agent::identity::Home;
use visite_agent::relay::{Bounds, relay};
use visite_facts::Lang;

/// Runs the command.
pub fn run(home: &Home, listen: SocketAddr, given: Option<&str>, lang: Lang) -> Result<ExitCode, Failure> {
    let server = match given {
        Some(text) => server(text)?,
        None => home.read().map_err(|error| identity_failure(&error))?.server,
    };
    runtime()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await.map_err(|error| {
            Failure::new(
                Kind::Unavailable,
                format!("Auf `{listen}` lässt sich nicht warten"),
                format!("cannot listen on `{listen}`"),
            )
            .because(error)
            .hint(
                "Wählen Sie eine Adresse dieses Computers und einen freien Port.",
                "choose an address of this computer and a free port",
            )
        })?;
        let asked = asked_to_end();
        let at = listener.local_addr().unwrap_or(listen);
        eprintln!(
            "{}",
            match lang {
                Lang::De =>
                    format!("Reicht Verbindungen von {at} an {server} weiter. Was darin steht, bleibt verschlüsselt."),
                Lang::En => format!("Forwards connections from {at} to {server}. What they hold stays encrypted."),
            }
        );
        tokio::select! {
            () = relay(listener, server.endpoint(), Bounds::default()) => {}
            () = asked => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}
