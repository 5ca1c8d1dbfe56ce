//! From options to a server that answers: its files, its store, its listeners.
//!
//! Nothing is reachable from other machines before somebody who looks after the server can sign in with a password and a
//! second factor. Keys lie beside the store, never in it, readable for their owner only.

use crate::agents::authority::{Authority, AuthorityError};
use crate::agents::endpoint;
use crate::agents::tls::ServerIdentity;
use crate::demo::{self, DemoError};
use crate::jobs::worker::{Setup, Workers};
use crate::login::first::{self, FirstError};
use crate::login::seal::KEY_LENGTH;
use crate::web::app::{AgentsAt, App, AppError, Config, World};
use crate::web::routes;
use crate::web::serve::{self, Patience};
use crate::web::urls::PublicUrl;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use data_encoding::HEXLOWER;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use visite_catalog::Catalog;
use visite_facts::Text;
use visite_store::{Location, Store, StoreError};

/// Name of the file with the key of the installation, in the folder of the server.
pub const KEY_FILE: &str = "key";
/// Name of the file of SQLite, in the folder of the server.
pub const STORE_FILE: &str = "visite.db";

/// How long open requests may take once the server is to end.
const LAST_REQUESTS: Duration = Duration::from_secs(5);

/// How often it is looked whether the server's certificate is to be replaced.
const RENEWAL_EVERY: Duration = Duration::from_secs(3600);

/// How a server is to be started.
pub struct Options {
    /// Folder for store and keys; made if it is not there.
    pub data: PathBuf,
    /// Another place for the store than a file in that folder.
    pub database: Option<Location>,
    /// Where browsers reach it, encrypted.
    pub listen: SocketAddr,
    /// Where browsers of this machine reach it without encryption; an address of this machine itself.
    pub plain: Option<SocketAddr>,
    /// Where agents deliver.
    pub agent_listen: SocketAddr,
    /// Address under which people reach it.
    pub url: PublicUrl,
    /// Proxies before the server, which say in `X-Forwarded-For` for whom they ask.
    pub proxies: Vec<IpAddr>,
    /// Certificate chain and key (PEM) in place of one of the server's own authority.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// What Visite knows.
    pub catalog: Arc<Catalog>,
    /// Whether the store is filled with a practice that is made up; for an empty folder.
    pub demo: bool,
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A file or folder of the server.
    #[error("cannot use `{}`", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The key file is not what this program writes.
    #[error("`{}` is not a key of Visite", .0.display())]
    Key(PathBuf),
    /// The given certificate cannot be used.
    #[error("the certificate cannot be used")]
    Certificate(#[source] io::Error),
    /// Something else listens there, or nobody may.
    #[error("cannot listen at {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The address without encryption is not one of this machine itself.
    #[error("{0} can be reached from other machines, and there is no encryption")]
    PlainBeyond(SocketAddr),
    /// Nobody has a password and a second factor yet.
    #[error("{0} can be reached from other machines, and nobody has set a password and a second factor")]
    Unprotected(SocketAddr),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The authority.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The first account.
    #[error(transparent)]
    First(#[from] FirstError),
    /// The practice that is made up.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The key or the passwords.
    #[error(transparent)]
    App(#[from] AppError),
    /// TLS.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
    /// The system has no randomness.
    #[error("the system gives no random bytes")]
    Random,
}

impl StartError {
    /// What failed, in words.
    pub fn text(&self) -> Text {
        match self {
            Self::File { path, .. } => Text::new(
                format!("`{}` lässt sich nicht benutzen", path.display()),
                format!("cannot use `{}`", path.display()),
            ),
            Self::Key(path) => Text::new(
                format!("`{}` ist kein Schlüssel von Visite", path.display()),
                format!("`{}` is no key of Visite", path.display()),
            ),
            Self::Certificate(_) => {
                Text::new("Das angegebene Zertifikat lässt sich nicht benutzen", "the given certificate cannot be used")
            }
            Self::Listen { address, .. } => Text::new(
                format!("Unter {address} kann der Server nicht antworten"),
                format!("the server cannot listen at {address}"),
            ),
            Self::PlainBeyond(address) => Text::new(
                format!("{address} ist von anderen Computern aus erreichbar, und dort wäre nichts verschlüsselt"),
                format!("{address} can be reached from other computers, and nothing would be encrypted there"),
            ),
            Self::Unprotected(address) => Text::new(
                format!(
                    "{address} wäre von anderen Computern aus erreichbar, aber noch niemand hat Passwort und zweiten Faktor"
                ),
                format!(
                    "{address} could be reached from other computers, but nobody has a password and a second factor yet"
                ),
            ),
            Self::Store(error) => error.text(),
            Self::Authority(_) => Text::new(
                "Die Zertifikatsstelle des Servers lässt sich nicht benutzen",
                "the server’s certificate authority cannot be used",
            ),
            Self::Demo(_) => Text::new("Die Demo ließ sich nicht anlegen", "the demo could not be made"),
            Self::First(_) => {
                Text::new("Das erste Konto ließ sich nicht anlegen", "the first account could not be made")
            }
            Self::App(_) | Self::Tls(_) => {
                Text::new("Die Verschlüsselung lässt sich nicht einrichten", "encryption cannot be set up")
            }
            Self::Random => Text::new(
                "Das Betriebssystem liefert keine Zufallszahlen",
                "the operating system gives no random numbers",
            ),
        }
    }

    /// What to do next, where something can be done.
    pub fn hint(&self) -> Option<Text> {
        let hint = match self {
            Self::Listen { .. } => Text::new(
                "Vielleicht läuft Visite schon. Sonst nennen Sie eine andere Adresse: --listen 127.0.0.1:9443",
                "perhaps Visite is running already; else name another address: --listen 127.0.0.1:9443",
            ),
            Self::PlainBeyond(_) => Text::new(
                "Nennen Sie eine Adresse dieses Computers: --plain-listen 127.0.0.1:8080",
                "name an address of this computer: --plain-listen 127.0.0.1:8080",
            ),
            Self::Unprotected(_) => Text::new(
                "Starten Sie einmal ohne --listen und --agent-listen, öffnen Sie den angezeigten Link, und richten Sie beides ein.",
                "start once without --listen and --agent-listen, open the link that is shown, and set up both",
            ),
            Self::File { .. } => Text::new(
                "Wählen Sie mit --data einen Ordner, in den Sie schreiben dürfen.",
                "choose a folder that you may write to with --data",
            ),
            Self::Key(_) => Text::new(
                "Ohne den richtigen Schlüssel sind zweite Faktoren verloren. Holen Sie die Datei aus einer Sicherung.",
                "without the right key second factors are lost; take the file from a backup",
            ),
            _ => return None,
        };
        Some(hint)
    }
}

/// A server that answers.
pub struct Server {
    /// Where browsers reach it, encrypted.
    pub encrypted: SocketAddr,
    /// Where browsers of this machine reach it without encryption.
    pub plain: Option<SocketAddr>,
    /// Where agents deliver.
    pub agents: SocketAddr,
    /// The one-time link of the first person, while nobody can sign in otherwise.
    pub first_link: Option<String>,
    app: App,
    identity: Arc<ServerIdentity>,
    authority: Arc<Authority>,
    workers: Workers,
    running: JoinSet<io::Result<()>>,
    handles: Vec<Handle<SocketAddr>>,
}

/// Starts a server.
///
/// # Errors
///
/// See [`StartError`]; nothing listens then.
pub async fn start(options: Options) -> Result<Server, StartError> {
    // Parts that say nothing of their own speak TLS with the same library; a second call changes nothing.
    let _ = (*visite_agent::tls::provider()).clone().install_default();
    folder(&options.data)?;
    let key = installation_key(&options.data.join(KEY_FILE))?;
    let world = World::real();
    let now = (world.now)();
    let authority = Arc::new(Authority::open(&options.data.join("authority"), now)?);
    let location = options.database.unwrap_or_else(|| Location::file(options.data.join(STORE_FILE)));
    let store = Store::open(&location).await?;
    if options.demo {
        demo::fill(&store, &options.catalog, now).await?;
    }
    let plain = match options.plain {
        Some(address) if !address.ip().is_loopback() => return Err(StartError::PlainBeyond(address)),
        Some(address) => Some(listener(address)?),
        None => None,
    };
    let beyond = [options.listen, options.agent_listen].into_iter().find(|address| !address.ip().is_loopback());
    if let Some(address) = beyond
        && !first::may_listen_beyond_loopback(&store, now).await?
    {
        return Err(StartError::Unprotected(address));
    }
    let (encrypted, agents) = (listener(options.listen)?, listener(options.agent_listen)?);
    let address = |listener: &TcpListener, wanted| {
        listener.local_addr().map_err(|source| StartError::Listen { address: wanted, source })
    };
    let (encrypted_at, agents_at) = (address(&encrypted, options.listen)?, address(&agents, options.agent_listen)?);
    let plain_at = plain.as_ref().and_then(|plain| plain.local_addr().ok());
    let mut random = [0; 64];
    if !(world.random)(&mut random) {
        return Err(StartError::Random);
    }
    let first_link = first::link(&store, now, random).await?;
    let names = names(&options.url, &[encrypted_at, agents_at]);
    let identity = ServerIdentity::new(&authority, names, now)?;
    let tls = match &options.certificate {
        Some((chain, key)) => RustlsConfig::from_pem_file(chain, key).await.map_err(StartError::Certificate)?,
        None => RustlsConfig::from_config(Arc::new(own_certificate(Arc::clone(&identity))?)),
    };
    let config = Config {
        beyond_loopback: beyond.is_some(),
        key,
        catalog: options.catalog,
        agents: Some(AgentsAt {
            url: format!("https://{}:{}", options.url.host(), agents_at.port()),
            beyond: !agents_at.ip().is_loopback(),
            authority: Arc::clone(&authority),
        }),
        url: options.url,
        proxies: options.proxies,
        given_certificate: options.certificate.is_some(),
        demo: options.demo,
    };
    let app = App::new(store, config, world)?;
    let router = routes::router(&app, routes::table());
    let mut running = JoinSet::new();
    let mut handles = Vec::new();
    let mut handle = || {
        let handle = Handle::<SocketAddr>::new();
        handles.push(handle.clone());
        handle
    };
    running.spawn(serve::encrypted(encrypted, tls, handle(), Patience::default(), router.clone()));
    if let Some(plain) = plain {
        running.spawn(serve::plain(plain, handle(), Patience::default(), router));
    }
    let endpoint = endpoint::serve(app.clone(), agents, handle());
    running.spawn(async move { endpoint.await.map_err(io::Error::other) });
    let workers = Workers::start(&app, Setup::new(app.request_number()));
    Ok(Server {
        encrypted: encrypted_at,
        plain: plain_at,
        agents: agents_at,
        first_link,
        app,
        identity,
        authority,
        workers,
        running,
        handles,
    })
}

impl Server {
    /// Serves until `stop` is ready, or a listener breaks; then ends what is under way and closes the store.
    ///
    /// # Errors
    ///
    /// If a listener broke, or the store could not be closed.
    pub async fn serve(mut self, stop: impl Future<Output = ()>) -> Result<(), StartError> {
        let broken = tokio::select! {
            () = stop => None,
            () = keep_valid(&self.app, &self.authority, &self.identity) => None,
            ended = self.running.join_next() => match ended {
                Some(Ok(Err(source))) => Some(StartError::Listen { address: self.encrypted, source }),
                _ => None,
            },
        };
        self.handles.iter().for_each(|handle| handle.graceful_shutdown(Some(LAST_REQUESTS)));
        self.workers.stop().await;
        while self.running.join_next().await.is_some() {}
        self.app.store().close().await?;
        broken.map_or(Ok(()), Err)
    }
}

/// Replaces the server's own certificate in time, for as long as it serves.
async fn keep_valid(app: &App, authority: &Authority, identity: &ServerIdentity) {
    loop {
        tokio::time::sleep(RENEWAL_EVERY).await;
        if let Err(error) = identity.renew_if_due(authority, app.now()) {
            tracing::error!(%error, "the server's certificate cannot be replaced");
        }
    }
}

/// A folder for this server only.
fn folder(path: &Path) -> Result<(), StartError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|source| StartError::File { path: path.to_owned(), source })
}

/// The key of the installation; made at the first start.
fn installation_key(path: &Path) -> Result<[u8; KEY_LENGTH], StartError> {
    let file = |source| StartError::File { path: path.to_owned(), source };
    match fs::read_to_string(path) {
        Ok(text) => {
            let bytes = HEXLOWER.decode(text.trim().as_bytes()).ok();
            bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| StartError::Key(path.to_owned()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut key = [0; KEY_LENGTH];
            getrandom::fill(&mut key).map_err(|_| StartError::Random)?;
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut out = options.open(path).map_err(file)?;
            let text = HEXLOWER.encode(&key) + "\n";
            out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(file)?;
            Ok(key)
        }
        Err(error) => Err(file(error)),
    }
}

fn listener(address: SocketAddr) -> Result<TcpListener, StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok(listener)
}

/// By what other machines and this one call the server.
fn names(url: &PublicUrl, at: &[SocketAddr]) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    names.push(url.host().to_owned());
    names.extend(at.iter().map(SocketAddr::ip).filter(|ip| !ip.is_unspecified()).map(|ip: IpAddr| ip.to_string()));
    names.sort();
    names.dedup();
    names
}

/// TLS for browsers, with a certificate of the server's own authority.
fn own_certificate(identity: Arc<ServerIdentity>) -> Result<rustls::ServerConfig, rustls::Error> {
    let builder = rustls::ServerConfig::builder_with_provider(visite_agent::tls::provider());
    let mut config = builder
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(identity);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
