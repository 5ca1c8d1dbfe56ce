//! A server with login and nothing else, for the browser's test: `tests/browser/login.mjs`.
//!
//! `cargo run -p visite-server --example login -- DIRECTORY` keeps its store in an existing directory, listens on a
//! free port of this machine, and prints the one-time link of the very first person.

use std::error::Error;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use visite_server::login::first;
use visite_server::web::app::{App, Config, World};
use visite_server::web::{routes, serve};
use visite_store::{Location, Store};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory: PathBuf = std::env::args_os().nth(1).ok_or("usage: login DIRECTORY")?.into();
    let store = Store::open(&Location::file(directory.join("visite.db"))).await?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    // Passkeys belong to names, and `localhost` is the one name that browsers trust without encryption.
    let origin = format!("http://localhost:{}", listener.local_addr()?.port());
    let (mut for_key, mut for_link) = ([0; 32], [0; 64]);
    getrandom::fill(&mut for_key)?;
    getrandom::fill(&mut for_link)?;
    let link = first::link(&store, jiff::Timestamp::now(), for_link).await?.ok_or("somebody is set up already")?;
    let catalog =
        visite_catalog::load(&[visite_catalog::Layer::embedded()]).map_err(|_| "the catalogue has a mistake")?;
    let catalog = std::sync::Arc::new(catalog);
    let config = Config {
        url: origin.parse()?,
        beyond_loopback: false,
        key: for_key,
        catalog,
        agents: None,
        proxies: Vec::new(),
        given_certificate: false,
        demo: false,
    };
    let app = App::new(store, config, World::real())?;
    println!("{origin}{link}");
    let router = routes::router(&app, routes::table());
    let handle = axum_server::Handle::<SocketAddr>::new();
    Ok(serve::plain(listener, handle, serve::Patience::default(), router).await?)
}
