//! A server with its own store and clock, and browsers that visit it.

use crate::engine;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use futures_core::Stream;
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tower::ServiceExt;
use visite_catalog::{Catalog, Layer};
use visite_facts::Lang;
use visite_server::agents::authority::Authority;
use visite_server::login::factors::Factors;
use visite_server::login::password::Password;
use visite_server::login::{secret::Secret, session};
use visite_server::web::app::{AgentsAt, App, Config, World};
use visite_server::web::{routes, visit::Unencrypted};
use visite_store::{AccountId, AuditEvent, NewAccount, NewPractice, NewSession, PracticeId, Role, Store};

pub const PASSWORD: &str = "lampe regen sofa nuss";
pub const APP_KEY: &[u8; 20] = b"12345678901234567890";
const BEGIN: &str = "2026-03-02T08:00:00Z";

/// The catalogue of the product, loaded once.
pub static CATALOG: LazyLock<Arc<Catalog>> =
    LazyLock::new(|| Arc::new(visite_catalog::load(&[Layer::embedded()]).unwrap()));

pub struct Server {
    pub app: App,
    pub router: Router,
    clock: Arc<AtomicI64>,
    pub drawn: Arc<AtomicU64>,
    pub store: Store,
    _dir: TempDir,
}

/// How a server is reached.
#[derive(Clone, Copy)]
pub enum Reach {
    /// From this machine only.
    Loopback,
    /// From other machines.
    Beyond,
}

impl Server {
    pub async fn new(reach: Reach) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&engine::at(dir.path().join("visite.db"))).await.unwrap();
        let begin: Timestamp = BEGIN.parse().unwrap();
        let clock = Arc::new(AtomicI64::new(begin.as_microsecond()));
        let drawn = Arc::new(AtomicU64::new(0));
        let world = {
            let (clock, drawn) = (clock.clone(), drawn.clone());
            World {
                now: Box::new(move || Timestamp::from_microsecond(clock.load(Ordering::SeqCst)).unwrap()),
                random: Box::new(move |bytes| {
                    for chunk in bytes.chunks_mut(32) {
                        let block = Sha256::digest(drawn.fetch_add(1, Ordering::SeqCst).to_be_bytes());
                        chunk.copy_from_slice(&block[..chunk.len()]);
                    }
                    true
                }),
            }
        };
        let authority = Arc::new(Authority::open(dir.path(), begin).unwrap());
        let config = Config {
            url: "https://visite.example.org".parse().unwrap(),
            beyond_loopback: matches!(reach, Reach::Beyond),
            proxies: Vec::new(),
            given_certificate: false,
            demo: false,
            key: [7; 32],
            catalog: CATALOG.clone(),
            agents: Some(AgentsAt {
                url: "https://visite.example.org:8444".into(),
                beyond: matches!(reach, Reach::Beyond),
                authority,
            }),
        };
        let app = App::new(store.clone(), config, world).unwrap();
        let router = routes::router(&app, routes::table());
        Self { app, router, clock, drawn, store, _dir: dir }
    }

    pub fn now(&self) -> Timestamp {
        self.app.now()
    }

    pub fn wait(&self, time: SignedDuration) {
        self.clock.fetch_add(time.as_micros() as i64, Ordering::SeqCst);
    }

    pub fn event(&self) -> AuditEvent {
        AuditEvent::new(self.now(), "test", None, "test")
    }

    pub async fn practice(&self, id: &str) -> PracticeId {
        let id = PracticeId::new(id).unwrap();
        let new = NewPractice { id: id.clone(), name: format!("Praxis {id}"), time_zone: "Europe/Berlin".into() };
        self.store.create_practice(&self.event(), &new).await.unwrap();
        id
    }

    /// An account without password and second factor.
    pub async fn account(&self, name: &str) -> AccountId {
        let id = AccountId::new(name).unwrap();
        let new = NewAccount {
            id: id.clone(),
            email: format!("{name}@praxis.example"),
            name: name.to_owned(),
            language: Lang::De,
            provider_role: None,
        };
        self.store.create_account(&self.event(), &new).await.unwrap();
        id
    }

    pub async fn grant(&self, practice: &PracticeId, account: &AccountId, role: Role, until: Option<Timestamp>) {
        self.store.practice(practice.clone()).grant(&self.event(), account, role, until).await.unwrap();
    }

    pub async fn set_password(&self, id: &AccountId) {
        let hash = self.app.passwords().hash(Password::typed(PASSWORD), [1; 16]).await.unwrap();
        self.store.set_password_hash(&self.event(), id, Some(&hash)).await.unwrap();
    }

    pub async fn factors(&self, id: &AccountId) -> Factors {
        Factors::of(&self.store.account(id).await.unwrap()).unwrap()
    }

    pub async fn set_app(&self, id: &AccountId) {
        let account = self.store.account(id).await.unwrap();
        let sealed = self.app.sealer().seal(&Factors::app_place(&account), APP_KEY, [2; 12]).unwrap();
        let factors = Factors { app: Some(sealed), ..Factors::of(&account).unwrap() };
        assert!(factors.keep(&self.store, &self.event(), &account).await.unwrap());
    }

    /// An account with password, app, and a role in a practice.
    pub async fn person(&self, name: &str, practice: &PracticeId, role: Role) -> AccountId {
        let id = self.account(name).await;
        self.set_password(&id).await;
        self.set_app(&id).await;
        self.grant(practice, &id, role, None).await;
        id
    }

    /// The code that the app of [`Server::set_app`] shows now.
    pub fn code(&self) -> String {
        self.code_of(APP_KEY)
    }

    pub fn code_of(&self, key: &[u8]) -> String {
        let totp = totp_rs::Builder::new().with_secret(key.to_vec()).build().unwrap();
        totp.generate(self.now().as_second() as u64).to_string()
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser {
            server: self,
            cookies: BTreeMap::new(),
            unencrypted: false,
            host: "visite.example.org".into(),
            from: [192, 0, 2, 1],
        }
    }

    /// A browser on the machine itself, without encryption.
    pub fn local_browser(&self) -> Browser<'_> {
        Browser { unencrypted: true, host: "127.0.0.1:8080".into(), from: [127, 0, 0, 1], ..self.browser() }
    }

    /// A browser in which `account` is signed in, with the second factor shown if it has one.
    pub async fn signed_in(&self, account: &AccountId) -> Browser<'_> {
        let mut browser = self.browser();
        let secret =
            Secret::new(Sha256::digest(format!("session {}", self.drawn.fetch_add(1, Ordering::SeqCst))).into());
        let now = self.now();
        let new = NewSession {
            account: account.clone(),
            now,
            expires_at: session::end(now, now, true),
            second_factor_at: self.factors(account).await.any().then_some(now),
            proved_at: None,
            address: "192.0.2.1".into(),
            program: "Firefox/140.0".into(),
        };
        self.store.open_session(&secret.text(), &new).await.unwrap();
        browser.take_cookie(&session::cookie(&secret, true));
        browser
    }

    /// What the audit log says, newest first.
    pub async fn audit(&self) -> Vec<String> {
        self.store.audit_log(None, 100).await.unwrap().into_iter().map(|entry| entry.event.what).collect()
    }
}

/// A body whose pieces come when the test sends them.
pub struct Pieces(mpsc::UnboundedReceiver<Bytes>);

impl Pieces {
    /// A body that has this so far, and the way to the rest; without it the body never ends.
    pub fn beginning(first: &str) -> (mpsc::UnboundedSender<Bytes>, Body) {
        let (sender, receiver) = mpsc::unbounded_channel();
        sender.send(Bytes::copy_from_slice(first.as_bytes())).unwrap();
        (sender, Body::from_stream(Self(receiver)))
    }
}

impl Stream for Pieces {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|piece| piece.map(Ok))
    }
}

#[derive(Clone)]
pub struct Browser<'s> {
    pub server: &'s Server,
    pub cookies: BTreeMap<String, String>,
    unencrypted: bool,
    pub host: String,
    pub from: [u8; 4],
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    /// Whether it leads to `path`.
    #[track_caller]
    pub fn leads_to(&self, path: &str) {
        assert_eq!((self.status, self.location()), (StatusCode::SEE_OTHER, path), "{}", self.body);
    }

    #[track_caller]
    pub fn is(&self, status: StatusCode) -> &Self {
        assert_eq!(self.status, status, "{} {}", self.location(), self.body);
        self
    }

    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(self.body.contains(text), "no „{text}“ in: {}", self.body);
        self
    }

    /// What stands between `before` and the next quotation mark.
    #[track_caller]
    pub fn between(&self, before: &str) -> String {
        let (_, rest) = self.body.split_once(before).unwrap_or_else(|| panic!("no {before} in {}", self.body));
        rest.split('"').next().unwrap().to_owned()
    }
}

impl Browser<'_> {
    fn origin(&self) -> String {
        format!("{}://{}", if self.unencrypted { "http" } else { "https" }, self.host)
    }

    pub fn take_cookie(&mut self, line: &str) {
        let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
        if line.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// The value of the session.
    pub fn session(&self) -> Option<&str> {
        self.cookies.get("__Host-visite").or_else(|| self.cookies.get("visite")).map(String::as_str)
    }

    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", &self.host)
            .extension(ConnectInfo(SocketAddr::from((self.from, 50_000))));
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if self.unencrypted { request.extension(Unencrypted) } else { request }
    }

    pub async fn send(&mut self, request: Request<Body>) -> Answer {
        let response = self.server.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for line in parts.headers.get_all(SET_COOKIE) {
            self.take_cookie(line.to_str().unwrap());
        }
        let body = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self.request(Method::GET, path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self
            .request(Method::POST, path)
            .header("origin", self.origin())
            .header("sec-fetch-site", "same-origin")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    pub async fn post_json(&mut self, path: &str, body: &str) -> Answer {
        let request = self
            .request(Method::POST, path)
            .header("origin", self.origin())
            .header("accept", "application/json")
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_owned()))
            .unwrap();
        self.send(request).await
    }

    pub async fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        self.post("/login", &[("email", email), ("password", password)]).await
    }

    /// Password and code, as a person does.
    pub async fn sign_in_whole(&mut self, email: &str) {
        self.sign_in(email, PASSWORD).await.leads_to("/login/code?next=%2F");
        let code = self.server.code();
        self.post("/login/code", &[("code", &code)]).await.leads_to("/");
    }
}
