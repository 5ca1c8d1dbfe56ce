//! `visite serve`: web pages, login and the agents' endpoint, until somebody ends it.

use crate::cli::ServeArgs;
use crate::failure::{Failure, Kind};
use crate::layers;
use crate::signals::asked_to_end;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use visite_catalog::Part;
use visite_facts::{Lang, Text};
use visite_server::start::{Options, Server, StartError, start};
use visite_server::web::urls::{PublicUrl, PublicUrlError};
use visite_store::StoreError;

/// Runs the command.
pub fn run(arguments: &ServeArgs, lang: Lang) -> Result<ExitCode, Failure> {
    // A demo keeps nothing; the folder goes when this function ends.
    let demo = arguments.demo.then(tempfile::tempdir).transpose().map_err(|error| {
        Failure::new(
            Kind::CannotCreate,
            "Für die Demo lässt sich kein Ordner anlegen",
            "cannot make a folder for the demo",
        )
        .because(error)
    })?;
    let data = demo.as_ref().map_or(arguments.data.as_path(), |folder| folder.path());
    let options = options(arguments, data)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Failure::new(Kind::Write, "Der Server lässt sich nicht starten", "the server cannot be started").because(error)
    })?;
    log();
    runtime.block_on(async {
        // Whoever reads the greeting may end it at once.
        let ended = asked_to_end();
        let server = start(options).await.map_err(|error| failure(&error))?;
        if !arguments.quiet {
            if arguments.demo {
                eprintln!("{}\n", told_of_demo(lang));
            }
            eprint!("{}", greeting(&server, lang));
        }
        server.serve(ended).await.map_err(|error| failure(&error))
    })?;
    Ok(ExitCode::SUCCESS)
}

fn options(arguments: &ServeArgs, data: &Path) -> Result<Options, Failure> {
    let mut layers = Vec::new();
    // What a practice lays over the catalogue for good lies with its data.
    layers.extend(Some(data.join("catalog")).filter(|own| own.is_dir()));
    layers.extend(arguments.catalog.iter().cloned());
    let catalog = layers::load(&layers, Part::ALL)?;
    let database = arguments.database.as_deref().map(str::parse).transpose();
    let database = database.map_err(|error: StoreError| failure(&StartError::Store(error)))?;
    // If nothing else is said, people reach it on this machine.
    let usual = || format!("https://localhost:{}", arguments.listen.port());
    let url = arguments.public_url.clone().unwrap_or_else(usual);
    let url: PublicUrl = url.parse().map_err(|error: PublicUrlError| {
        Failure::new(Kind::Data, "Die öffentliche Adresse ist nicht zu verstehen", "cannot read the public address")
            .because(error)
    })?;
    Ok(Options {
        data: data.to_owned(),
        demo: arguments.demo,
        database,
        listen: arguments.listen,
        plain: (!arguments.no_plain).then_some(arguments.plain_listen),
        agent_listen: arguments.agent_listen,
        url,
        proxies: arguments.proxy.clone(),
        certificate: arguments.certificate.clone().zip(arguments.key.clone()),
        catalog: Arc::new(catalog),
    })
}

/// What is different in a demo.
fn told_of_demo(lang: Lang) -> &'static str {
    match lang {
        Lang::De => "Demo: eine Beispielpraxis aus aufgezeichneten Messwerten. Beim Beenden wird alles gelöscht.",
        Lang::En => "Demo: a made-up practice of recorded measurements. When it ends, everything is deleted.",
    }
}

/// What the one who started it needs first.
fn greeting(server: &Server, lang: Lang) -> String {
    let here = server.plain.map_or_else(
        || format!("https://localhost:{}", server.encrypted.port()),
        |plain| format!("http://localhost:{}", plain.port()),
    );
    let agents = server.agents;
    match (lang, &server.first_link) {
        (Lang::De, Some(link)) => format!(
            "Visite läuft.\n\n  Öffnen Sie auf diesem Computer:\n  {here}{link}\n\n  Der Link gilt einmal und 30 Minuten lang. Agenten melden sich bei {agents}. Beenden: Strg-C\n"
        ),
        (Lang::En, Some(link)) => format!(
            "Visite is running.\n\n  Open on this computer:\n  {here}{link}\n\n  The link works once, for 30 minutes. Agents report to {agents}. To end: Ctrl-C\n"
        ),
        (Lang::De, None) => format!("Visite läuft: {here}\nAgenten melden sich bei {agents}. Beenden: Strg-C\n"),
        (Lang::En, None) => format!("Visite is running: {here}\nAgents report to {agents}. To end: Ctrl-C\n"),
    }
}

fn failure(error: &StartError) -> Failure {
    let kind = match error {
        StartError::Unprotected(_) | StartError::PlainBeyond(_) => Kind::Permission,
        StartError::Listen { .. } | StartError::Store(_) => Kind::Unavailable,
        StartError::Key(_) | StartError::Certificate(_) => Kind::Data,
        _ => Kind::CannotCreate,
    };
    let Text { de, en } = error.text();
    let mut failure = Failure::new(kind, de, en);
    let mut cause = error.source();
    while let Some(why) = cause {
        failure = failure.because(why);
        cause = why.source();
    }
    match error.hint() {
        Some(Text { de, en }) => failure.hint(de, en),
        None => failure,
    }
}

/// Logs go to standard error; `VISITE_LOG` says how much (`warn` if nothing is said, `info`, `visite_server=debug`).
fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("VISITE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    // Another subscriber is there only in tests.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
