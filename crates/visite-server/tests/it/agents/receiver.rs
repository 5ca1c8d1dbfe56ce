//! A server of agents without a store: real TLS, real HTTP, the rules of the protocol, and maps in memory.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::post;
use axum::{Extension, Router};
use axum_server::tls_rustls::RustlsConfig;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use visite_agent::clock::{Clock, Moment};
use visite_agent::protocol::{
    AgentName, DELIVER, Delivery, DeliveryAnswer, ENROL, EnrolAnswer, Hash, RENEW, RefusalReason, RenewAnswer,
    Schedule, Token, parse_agent_name, parse_delivery, parse_enrol_request, parse_renew_request, parse_token,
};
use visite_server::agents::authority::Authority;
use visite_server::agents::guard::{Peer, Standing, demand_agent};
use visite_server::agents::message::{answer, read_message, refuse, unknown_route};
use visite_server::agents::tls::{ServerIdentity, server_config};

/// 24 November 2026, 12:00 UTC.
pub const START: Timestamp = Timestamp::constant(1_795_521_600, 0);

/// A clock that tests move: one for agents and server together.
#[derive(Clone, Default)]
pub struct Hands {
    running: Arc<AtomicU64>,
    set: Arc<AtomicI64>,
}

impl Hands {
    pub fn clock(&self) -> Clock {
        let hands = self.clone();
        Clock::new(move || hands.now())
    }

    pub fn now(&self) -> Moment {
        let running = self.running.load(Ordering::SeqCst);
        let seconds = running as i64 + self.set.load(Ordering::SeqCst);
        Moment { running: Duration::from_secs(running), wall: START + SignedDuration::from_secs(seconds) }
    }

    /// Lets time pass.
    pub fn pass(&self, minutes: u64) {
        self.running.fetch_add(minutes * 60, Ordering::SeqCst);
    }

    /// Sets what people see, forward or back.
    pub fn set(&self, days: i64) {
        self.set.fetch_add(days * 24 * 3600, Ordering::SeqCst);
    }
}

/// What the server does instead of its work, or afterwards.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Answers this and does nothing.
    Instead(u16, Vec<u8>),
    /// Does its work, and then answers this.
    Afterwards(u16, Vec<u8>),
}

/// What a store would keep.
#[derive(Clone)]
pub struct Kept {
    pub epoch: u64,
    pub schedule: Schedule,
    /// When each token was made, and whether it was used.
    pub tokens: BTreeMap<Hash, (Timestamp, bool)>,
    pub agents: BTreeMap<AgentName, Member>,
    pub bodies: BTreeMap<Hash, String>,
    pub revoked: BTreeSet<String>,
}

#[derive(Clone, Default)]
pub struct Member {
    pub last: u64,
    pub counted: Vec<Delivery>,
    /// Number of the certificate shown last.
    pub serial: String,
    pub medical_device: Option<visite_agent::protocol::MedicalDevice>,
    pub requests: Vec<visite_agent::protocol::Request>,
}

pub struct Shared {
    pub authority: Authority,
    pub hands: Hands,
    kept: Mutex<Kept>,
    pub faults: Mutex<VecDeque<Fault>>,
    /// How many deliveries came, counted or not, and how many bodies with them.
    pub came: Mutex<Vec<(u64, usize)>>,
}

impl Shared {
    pub fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("no test died with it")
    }
}

/// A server that listens; it ends with this value.
pub struct Receiver {
    pub address: SocketAddr,
    pub shared: Arc<Shared>,
    pub identity: Arc<ServerIdentity>,
    handle: axum_server::Handle<SocketAddr>,
}

impl Receiver {
    /// What a server is, before it listens.
    pub fn prepare(folder: &Path, hands: &Hands) -> Arc<Shared> {
        let kept = Kept {
            epoch: 1,
            schedule: Schedule::default(),
            tokens: BTreeMap::new(),
            agents: BTreeMap::new(),
            bodies: BTreeMap::new(),
            revoked: BTreeSet::new(),
        };
        Arc::new(Shared {
            authority: Authority::open(folder, START).expect("an authority"),
            hands: hands.clone(),
            kept: Mutex::new(kept),
            faults: Mutex::default(),
            came: Mutex::default(),
        })
    }

    pub fn start(folder: &Path, hands: &Hands) -> Self {
        Self::listen(
            Self::prepare(folder, hands),
            "127.0.0.1:0".parse().expect("an address"),
            &["localhost", "127.0.0.1"],
        )
    }

    pub fn listen(shared: Arc<Shared>, address: SocketAddr, names: &[&str]) -> Self {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let now = shared.hands.now().wall;
        let identity = ServerIdentity::new(&shared.authority, names, now).expect("a certificate");
        let config = server_config(&shared.authority, identity.clone(), &shared.hands.clock()).expect("TLS");
        let listener = TcpListener::bind(address).expect("a port");
        let address = listener.local_addr().expect("it has one");
        let handle = axum_server::Handle::new();
        let server = axum_server::from_tcp_rustls(listener, RustlsConfig::from_config(Arc::new(config)))
            .expect("a listener")
            .handle(handle.clone())
            .serve(router(shared.clone()).into_make_service());
        tokio::spawn(server);
        Self { address, shared, identity, handle }
    }

    /// Ends it and gives back what it kept.
    pub async fn stop(&self) -> (Arc<Shared>, SocketAddr) {
        let (shared, address) = (self.shared.clone(), self.address);
        self.handle.shutdown();
        // The port is free once the listener is gone.
        for _ in 0..1_000 {
            if TcpListener::bind(address).is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        (shared, address)
    }

    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    pub fn token(&self) -> Token {
        let mut kept = self.shared.kept();
        let token = Token::new([kept.tokens.len() as u8 + 1; 16], self.shared.authority.hash());
        kept.tokens.insert(token.stored(), (self.shared.hands.now().wall, false));
        token
    }

    pub fn fault(&self, fault: Fault) {
        self.shared.faults.lock().expect("no test died with it").push_back(fault);
    }

    /// What is counted of the only agent.
    pub fn only(&self) -> Member {
        let kept = self.shared.kept();
        assert_eq!(kept.agents.len(), 1);
        kept.agents.values().next().cloned().expect("one")
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.handle.shutdown();
    }
}

fn router(shared: Arc<Shared>) -> Router {
    let open = Router::new().route(ENROL, post(enrol)).with_state(shared.clone());
    let members = Router::new().route(RENEW, post(renew)).route(DELIVER, post(deliver)).with_state(shared.clone());
    let known = shared.clone();
    let members = demand_agent(members, shared.hands.clock(), move |peer| standing(known.clone(), peer));
    open.merge(members).fallback(unknown_route).layer(from_fn_with_state(shared, faulty))
}

async fn faulty(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let fault = shared.faults.lock().expect("no test died with it").pop_front();
    let (work, said) = match fault {
        None => return next.run(request).await,
        Some(Fault::Instead(status, bytes)) => (false, (status, bytes)),
        Some(Fault::Afterwards(status, bytes)) => (true, (status, bytes)),
    };
    if work {
        next.run(request).await;
    }
    let status = StatusCode::from_u16(said.0).expect("a status");
    Response::builder().status(status).body(Body::from(said.1)).expect("an answer")
}

async fn standing(shared: Arc<Shared>, peer: Peer) -> Standing {
    let mut kept = shared.kept();
    if kept.revoked.contains(&peer.serial) {
        return Standing::Revoked;
    }
    match kept.agents.get_mut(&peer.name) {
        Some(member) => {
            member.serial = peer.serial;
            Standing::Active
        }
        None => Standing::Unknown,
    }
}

async fn enrol(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let work = async {
        let message = read_message(request).await?;
        let request = parse_enrol_request(&message).map_err(|_| RefusalReason::Malformed)?.value;
        let token = parse_token(&request.token).map_err(|_| RefusalReason::TokenUnknown)?;
        let now = shared.hands.now().wall;
        let mut kept = shared.kept();
        let number = kept.agents.len() + 1;
        let (made, used) = kept.tokens.get_mut(&token.stored()).ok_or(RefusalReason::TokenUnknown)?;
        if *used {
            return Err(RefusalReason::TokenUsed);
        }
        if now.duration_since(*made) > SignedDuration::from_hours(24) {
            return Err(RefusalReason::TokenExpired);
        }
        let name = parse_agent_name(&format!("agent:praxis/a{number}")).expect("a name");
        let issued = shared.authority.issue_for_agent(&request.csr, &name, now);
        let issued = issued.map_err(|_| RefusalReason::RequestInvalid)?;
        *used = true;
        let member = Member { medical_device: Some(request.medical_device), ..Member::default() };
        kept.agents.insert(name.clone(), member);
        let ca = shared.authority.certificate_pem().to_owned();
        Ok(EnrolAnswer { name, certificate: issued.pem, ca, epoch: kept.epoch, schedule: kept.schedule }.to_json())
    };
    work.await.map_or_else(refuse, answer)
}

async fn renew(State(shared): State<Arc<Shared>>, Extension(peer): Extension<Peer>, request: Request) -> Response {
    let work = async {
        let message = read_message(request).await?;
        let request = parse_renew_request(&message).map_err(|_| RefusalReason::Malformed)?.value;
        let issued = shared.authority.issue_for_agent(&request.csr, &peer.name, shared.hands.now().wall);
        let certificate = issued.map_err(|_| RefusalReason::RequestInvalid)?.pem;
        Ok(RenewAnswer { certificate, ca: shared.authority.certificate_pem().to_owned() }.to_json())
    };
    work.await.map_or_else(refuse, answer)
}

async fn deliver(State(shared): State<Arc<Shared>>, Extension(peer): Extension<Peer>, request: Request) -> Response {
    let work = async {
        let message = read_message(request).await?;
        let delivery = parse_delivery(&message).map_err(|_| RefusalReason::Malformed)?.value;
        Ok(count(&shared, &peer, delivery).to_json())
    };
    work.await.map_or_else(refuse, answer)
}

/// The rules: contents that come are kept, a delivery counts once, whole, and under the epoch of the server.
fn count(shared: &Shared, peer: &Peer, mut delivery: Delivery) -> DeliveryAnswer {
    let mut kept = shared.kept();
    let bodies: Vec<(Hash, String)> =
        delivery.snapshots.iter_mut().filter_map(|entry| Some((entry.hash, entry.body.take()?))).collect();
    shared.came.lock().expect("no test died with it").push((delivery.sequence, bodies.len()));
    kept.bodies.extend(bodies);
    let hashes: BTreeSet<Hash> = delivery.snapshots.iter().map(|entry| entry.hash).collect();
    let missing: Vec<Hash> = hashes.into_iter().filter(|hash| !kept.bodies.contains_key(hash)).collect();
    let (epoch, schedule) = (kept.epoch, kept.schedule);
    let member = kept.agents.get_mut(&peer.name).expect("the guard has looked");
    if delivery.epoch == epoch && delivery.sequence > member.last && missing.is_empty() {
        member.last = delivery.sequence;
        member.counted.push(delivery);
    }
    let requests = std::mem::take(&mut member.requests);
    DeliveryAnswer { acknowledged: member.last, epoch, schedule, requests, missing }
}
