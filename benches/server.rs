//! What a server with many practices costs: time to ready, memory, pages, check-ins of agents.
//!
//! For `benches/server`. The real program in a process of its own, a store filled with recorded computers that were judged by
//! the catalogue, real connections that are kept open. It is a measurement, not a test: nothing fails when the machine is
//! busy. All traffic stays on this machine, and every part of it has an end.

#[path = "../tests/cli/postgres.rs"]
mod postgres;

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};
use postgres::Postgres;
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::ServerName;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpSocket, TcpStream};
use visite_agent::clock::Clock;
use visite_agent::identity::Credentials;
use visite_agent::protocol::{
    DELIVER, Delivery, Entry, Hash, content_of, pack, parse_agent_name, parse_delivery_answer,
};
use visite_assess::{Input, assess};
use visite_catalog::{Catalog, Layer};
use visite_facts::identity::derived_id;
use visite_facts::{FactsFile, Lang, Snapshot, Subject, SubjectKind};
use visite_server::agents::authority::Authority;
use visite_server::login::factors::Factors;
use visite_server::login::first::{INSTALLATION_KIND, PROVIDER};
use visite_server::login::secret::Secret;
use visite_server::login::session;
use visite_store::{
    AccountId, AgentId, AuditEvent, DeliveredSnapshot, Location, NewAccount, NewAgent, NewPractice, NewSession,
    PracticeId, Role, Store,
};

/// Recordings of computers; the devices of a practice are copies of them.
const COMPUTERS: [&str; 5] = [
    include_str!("../tests/hosts/debian-12-server/facts.json"),
    include_str!("../tests/hosts/debian-12-workstation-gnome/facts.json"),
    include_str!("../tests/hosts/ubuntu-24.04-desktop/facts.json"),
    include_str!("../tests/hosts/fedora-43-workstation/facts.json"),
    include_str!("../tests/hosts/opensuse-leap-15.6/facts.json"),
];
/// Agents that check in side by side, each on a connection of its own, and for how long.
const AGENTS: usize = 64;
const CHECK_INS: Duration = Duration::from_secs(20);
/// Rounds that are judged and kept one after the other.
const ROUNDS: usize = 100;
/// Divides the large tables of PostgreSQL by practice.
const DIVIDE: &str = include_str!("../docs/examples/postgresql-partitions.sql");
/// How often each page is asked for.
const TIMES: usize = 150;
/// Requests of one address, which the server lets through at once; then another address of this machine asks.
const OF_ADDRESS: usize = 250;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [engine, practices, devices] = words.as_slice() else {
        panic!("engine (sqlite, postgres, divided), practices, devices: e.g. sqlite 50 20")
    };
    let number = |text: &String| text.parse::<usize>().expect("a number");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(measure(engine, number(practices), number(devices)));
}

async fn measure(engine: &str, practices: usize, devices: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let cluster = (engine != "sqlite").then(Postgres::start_durable);
    let url = cluster.as_ref().map(Postgres::url);
    // The first start makes keys and tables.
    let empty = Server::start(&data, url.as_deref());
    println!("empty: ready after {} ms, {:.0} MB", empty.ready.as_millis(), empty.megabytes("VmRSS"));
    drop(empty);
    if let Some(cluster) = cluster.as_ref().filter(|_| engine == "divided") {
        cluster.execute(DIVIDE);
    }
    let began = Instant::now();
    let mut filled = fill(&data, url.as_deref(), practices, devices).await;
    println!("filled with {practices} practices of {devices} computers in {:.0} s", began.elapsed().as_secs_f64());

    let rounds = rounds(&data, url.as_deref(), practices).await;

    let server = Server::start(&data, url.as_deref());
    let engine = match engine {
        "sqlite" => "SQLite",
        "divided" => "PostgreSQL, divided",
        _ => "PostgreSQL",
    };
    println!("\n| {engine}, {practices} x {devices} | p50 | p95 | p99 |\n| --- | ---: | ---: | ---: |");
    println!("| ready after | {} ms | | |", server.ready.as_millis());
    println!("| memory at the start | {:.0} MB | | |", server.megabytes("VmRSS"));
    let mut browser = Browser { at: server.plain, cookie: filled.provider.clone(), asked: 0, way: None };
    for page in [
        "",
        "/findings",
        "/devices",
        "/devices/DEVICE",
        "/measures",
        "/checks",
        "/requirements",
        "/rounds",
        "/network",
        "/agents",
    ] {
        let mut times = Vec::new();
        for turn in 0..TIMES {
            let practice = turn * 7919 % practices;
            let path = format!("/p/p{practice}{page}").replace("DEVICE", &device(practice, turn % devices).id.0);
            times.push(browser.get(&path).await);
        }
        row(&format!("page `{}`", if page.is_empty() { "/" } else { page }), times);
    }
    let mut times = Vec::new();
    for _ in 0..TIMES {
        times.push(browser.get("/practices").await);
    }
    row("overview of all practices", times);
    row("a round: read, judged and kept, one after the other", rounds);
    println!("| memory after the pages | {:.0} MB | | |", server.megabytes("VmRSS"));
    let megabytes = || match &cluster {
        Some(cluster) => cluster.megabytes(),
        None => ["visite.db", "visite.db-wal"]
            .map(|name| std::fs::metadata(data.join(name)).map_or(0, |file| file.len() / 1_000_000))
            .iter()
            .sum(),
    };
    let before = megabytes();
    let mut all = 0;
    for (name, stays) in [("", true), (", each on a new connection", false)] {
        let times = check_ins(&server, &mut filled.agents, stays).await;
        all += times.len();
        let rate = times.len() as f64 / CHECK_INS.as_secs_f64();
        row(&format!("check-in{name}, {AGENTS} side by side, **{rate:.0} a second**"), times);
    }
    println!(
        "| memory after the check-ins, and its peak | {:.0} MB, {:.0} MB | | |",
        server.megabytes("VmRSS"),
        server.megabytes("VmHWM")
    );
    println!("| the database before {all} check-ins, and after | {before} MB, {} MB | | |", megabytes());
}

fn row(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at =
        |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default().as_secs_f64() * 1000.0;
    println!("| {name} | {:.1} ms | {:.1} ms | {:.1} ms |", at(50), at(95), at(99));
}

/// The program, until it is dropped.
struct Server {
    child: Child,
    ready: Duration,
    plain: SocketAddr,
    agents: SocketAddr,
}

impl Server {
    fn start(data: &Path, database: Option<&str>) -> Self {
        let began = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_visite"));
        command.args(["--lang", "en", "serve", "--listen", "127.0.0.1:0", "--plain-listen", "127.0.0.1:0"]);
        command.args(["--agent-listen", "127.0.0.1:0", "--data"]).arg(data);
        command.args(database.into_iter().flat_map(|database| ["--database", database]));
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("piped"));
        let mut greeting = String::new();
        while !greeting.contains("Ctrl-C") && lines.read_line(&mut greeting).expect("text") > 0 {}
        let ready = began.elapsed();
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        let after = |text: &str| -> String {
            let rest = greeting.split(text).nth(1).unwrap_or_else(|| panic!("{greeting}"));
            rest.chars().take_while(|sign| sign.is_ascii_digit()).collect()
        };
        let at = |port: String| SocketAddr::from((Ipv4Addr::LOCALHOST, port.parse().expect("a port")));
        Self { child, ready, plain: at(after("http://localhost:")), agents: at(after("report to 127.0.0.1:")) }
    }

    /// A line of /proc/pid/status, in megabytes.
    fn megabytes(&self, name: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("it is there");
        line.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1000.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let id = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        let _ = self.child.wait();
    }
}

/// Asks for one page after the other on a connection that stays open.
struct Browser {
    at: SocketAddr,
    cookie: String,
    asked: usize,
    way: Option<SendRequest<Full<Bytes>>>,
}

impl Browser {
    /// How long the whole answer took.
    async fn get(&mut self, path: &str) -> Duration {
        if self.asked.is_multiple_of(OF_ADDRESS) || self.way.is_none() {
            let socket = TcpSocket::new_v4().expect("a socket");
            let number = u8::try_from(self.asked / OF_ADDRESS % 250 + 1).expect("an address");
            socket.bind((Ipv4Addr::new(127, 0, 7, number), 0).into()).expect("an address of this machine");
            let stream = socket.connect(self.at).await.expect("a connection");
            stream.set_nodelay(true).expect("a socket");
            let (way, connection) = handshake(TokioIo::new(stream)).await.expect("HTTP");
            tokio::spawn(connection);
            self.way = Some(way);
        }
        self.asked += 1;
        let began = Instant::now();
        let way = self.way.as_mut().expect("made above");
        let request = Request::get(path)
            .header("host", format!("localhost:{}", self.at.port()))
            .header("cookie", &self.cookie)
            .body(Full::default())
            .expect("a request");
        way.ready().await.expect("the connection is open");
        let answer = way.send_request(request).await.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        answer.into_body().collect().await.expect("a whole answer");
        began.elapsed()
    }
}

/// What was made to be asked for.
struct Filled {
    /// Cookie of somebody who looks after all practices.
    provider: String,
    agents: Vec<Courier>,
}

/// An agent with its certificate, and what it delivered.
struct Courier {
    credentials: Credentials,
    sequence: i64,
    entries: Vec<Entry>,
    subject: Subject,
}

fn device(practice: usize, number: usize) -> Subject {
    let name = format!("platz-{practice}-{number}");
    Subject { id: derived_id(SubjectKind::Host, &[], &name), kind: SubjectKind::Host, name }
}

async fn fill(data: &Path, database: Option<&str>, practices: usize, devices: usize) -> Filled {
    let location =
        database.map_or_else(|| Location::file(data.join("visite.db")), |url| url.parse().expect("an address"));
    let store = Store::open(&location).await.expect("a store");
    let authority = Arc::new(Authority::open(&data.join("authority"), Timestamp::now()).expect("an authority"));
    let catalog = Arc::new(visite_catalog::load(&[Layer::embedded()]).expect("the catalogue"));
    let recorded = Arc::new(recorded());
    let provider = provider(&store).await;
    let epoch = store.epoch().await.expect("an epoch");
    let mut waiting = tokio::task::JoinSet::new();
    let mut agents = Vec::new();
    for practice in 0..practices {
        // Only a few agents check in; making keys for all of them would take longer than the rest.
        let real = if practice * 2 < AGENTS { 2.min(devices) } else { 0 };
        let (store, authority, catalog, recorded, provider) =
            (store.clone(), authority.clone(), catalog.clone(), recorded.clone(), provider.0.clone());
        waiting.spawn(async move {
            fill_practice(&store, &authority, &catalog, &recorded, &provider, practice, devices, real, epoch).await
        });
        while waiting.len() >= 4 {
            agents.extend(waiting.join_next().await.expect("one waits").expect("it was filled"));
        }
    }
    while let Some(more) = waiting.join_next().await {
        agents.extend(more.expect("it was filled"));
    }
    store.close().await.expect("closed");
    Filled { provider: provider.1, agents }
}

/// The recordings, moved to an hour ago.
fn recorded() -> Vec<Vec<Snapshot>> {
    let an_hour_ago = Timestamp::now() - SignedDuration::from_hours(1);
    let read = |text: &&str| FactsFile::from_json(text.as_bytes()).expect("facts").0.snapshots;
    let mut all: Vec<Vec<Snapshot>> = COMPUTERS.iter().map(read).collect();
    all.iter_mut().flatten().for_each(|snapshot| snapshot.observed_at = an_hour_ago);
    all
}

/// Somebody who looks after everything, and the cookie of their session.
async fn provider(store: &Store) -> (AccountId, String) {
    let now = Timestamp::now();
    let event = AuditEvent::new(now, "bench", None, "bench");
    // Nobody but a provider looks after so many.
    store.set_setting(&event, INSTALLATION_KIND, Some(PROVIDER)).await.expect("kept");
    let id = AccountId::new("provider").expect("an id");
    let new = NewAccount {
        id: id.clone(),
        email: "provider@it.example".to_owned(),
        name: "Provider".to_owned(),
        language: Lang::De,
        provider_role: Some(Role::ProviderAdmin),
    };
    store.create_account(&event, &new).await.expect("an account");
    store.set_password_hash(&event, &id, Some("nobody signs in with it")).await.expect("kept");
    let account = store.account(&id).await.expect("there");
    let factors = Factors { app: Some("nobody signs in with it".to_owned()), ..Factors::default() };
    assert!(factors.keep(store, &event, &account).await.expect("kept"));
    let secret = Secret::new([7; 32]);
    let new = NewSession {
        account: id.clone(),
        now,
        expires_at: session::end(now, now, true),
        second_factor_at: Some(now),
        proved_at: None,
        address: "127.0.0.1".to_owned(),
        program: "bench".to_owned(),
    };
    store.open_session(&secret.text(), &new).await.expect("a session");
    let cookie = session::cookie(&secret, false);
    (id, cookie.split(';').next().expect("a cookie").to_owned())
}

#[allow(clippy::too_many_arguments, reason = "each practice is made by a task of its own")]
async fn fill_practice(
    store: &Store,
    authority: &Authority,
    catalog: &Catalog,
    recorded: &[Vec<Snapshot>],
    provider: &AccountId,
    practice: usize,
    devices: usize,
    real: usize,
    epoch: i64,
) -> Vec<Courier> {
    let now = Timestamp::now();
    let id = PracticeId::new(format!("p{practice}")).expect("an id");
    let event = AuditEvent::new(now, "bench", Some(&id), "bench");
    let new = NewPractice { id: id.clone(), name: format!("Praxis {practice}"), time_zone: "Europe/Berlin".to_owned() };
    store.create_practice(&event, &new).await.expect("a practice");
    let kept = store.practice(id.clone());
    kept.grant(&event, provider, Role::ProviderAdmin, None).await.expect("access");
    let mut couriers = Vec::new();
    for number in 0..devices {
        let subject = device(practice, number);
        let agent = AgentId::new(format!("a{number}")).expect("an id");
        let (mut serial, mut credentials) = (String::new(), None);
        if number < real {
            let key = KeyPair::generate().expect("a key");
            let request =
                CertificateParams::default().serialize_request(&key).and_then(|csr| csr.pem()).expect("a request");
            let name = parse_agent_name(&format!("agent:{id}/{agent}")).expect("a name");
            let issued = authority.issue_for_agent(&request, &name, now).expect("a certificate");
            serial = issued.serial;
            let ca = authority.certificate_pem().to_owned();
            credentials = Some(Credentials { key: key.serialize_pem(), certificate: issued.pem, ca });
        }
        let new = NewAgent {
            id: agent.clone(),
            name: subject.name.clone(),
            serial,
            expires_at: now + SignedDuration::from_hours(24 * 300),
            version: "bench".to_owned(),
            medical_device: false,
        };
        kept.create_agent(&event, &new).await.expect("an agent");
        // No two computers have the same contents, as in most practices.
        let own = visite_facts::Problem {
            source: subject.name.clone(),
            reason: visite_facts::UnknownReason::NotSupported,
            detail: "bench".to_owned(),
        };
        let of = |snapshot: &Snapshot| {
            let mut of_this = Snapshot { subject: subject.clone(), identifiers: Vec::new(), ..snapshot.clone() };
            of_this.problems.push(own.clone());
            of_this
        };
        let snapshots: Vec<Snapshot> = recorded[number % recorded.len()].iter().map(of).collect();
        let delivered = |snapshot: &Snapshot| DeliveredSnapshot {
            hash: Hash::of(content_of(snapshot).as_bytes()).to_string(),
            observed_at: snapshot.observed_at,
            subject: snapshot.subject.id.clone(),
            collector: snapshot.collector.clone(),
            body: Some(snapshot.clone()),
        };
        let delivery = visite_store::Delivery {
            epoch,
            sequence: 1,
            received_at: now,
            version: "bench".to_owned(),
            full: true,
            gap: false,
            snapshots: snapshots.iter().map(delivered).collect(),
        };
        assert!(kept.deliver(&agent, delivery).await.expect("delivered").counted);
        if let Some(credentials) = credentials {
            let entry = |snapshot: &Snapshot| Entry {
                hash: Hash::of(content_of(snapshot).as_bytes()),
                observed_at: snapshot.observed_at,
                subject: snapshot.subject.id.0.clone(),
                collector: snapshot.collector.clone(),
                body: None,
            };
            let entries = snapshots.iter().map(entry).collect();
            couriers.push(Courier { credentials, sequence: 1, entries, subject });
        }
    }
    let snapshots = kept.snapshots().await.expect("snapshots");
    for days in [1, 0] {
        let input = Input {
            catalog,
            practice: None,
            snapshots: &snapshots,
            acceptances: &[],
            previous: &kept.previous_findings().await.expect("findings"),
            now: now - SignedDuration::from_hours(24 * days),
        };
        kept.save_round(&assess(&input)).await.expect("a round");
    }
    couriers
}

/// Practices judged by the catalogue, as the server does at night: what is known is read, judged and kept.
async fn rounds(data: &Path, database: Option<&str>, practices: usize) -> Vec<Duration> {
    let location =
        database.map_or_else(|| Location::file(data.join("visite.db")), |url| url.parse().expect("an address"));
    let store = Store::open(&location).await.expect("a store");
    let catalog = visite_catalog::load(&[Layer::embedded()]).expect("the catalogue");
    let mut times = Vec::new();
    for turn in 0..ROUNDS {
        let practice = store.practice(PracticeId::new(format!("p{}", turn * 7919 % practices)).expect("an id"));
        let began = Instant::now();
        let input = Input {
            catalog: &catalog,
            practice: None,
            snapshots: &practice.snapshots().await.expect("snapshots"),
            acceptances: &practice.acceptances().await.expect("acceptances"),
            previous: &practice.previous_findings().await.expect("findings"),
            now: Timestamp::now(),
        };
        practice.save_round(&assess(&input)).await.expect("a round");
        times.push(began.elapsed());
    }
    store.close().await.expect("closed");
    times
}

/// Agents that check in as fast as the server takes it: each delivery names all that is as it was, and brings one small
/// content that is new. How long each took that was acknowledged. Connections stay open, or there is a new one for each,
/// with a handshake in which both show their certificates.
async fn check_ins(server: &Server, agents: &mut [Courier], stays: bool) -> Vec<Duration> {
    let mut working = tokio::task::JoinSet::new();
    let until = Instant::now() + CHECK_INS;
    for (index, agent) in agents.iter().enumerate() {
        let mut way = connected(server.agents, &agent.credentials).await;
        let (entries, subject, mut sequence) = (agent.entries.clone(), agent.subject.clone(), agent.sequence);
        let (at, credentials) = (server.agents, agent.credentials.clone());
        let epoch = 1;
        working.spawn(async move {
            let mut times = Vec::new();
            while Instant::now() < until {
                sequence += 1;
                let message = check_in(&entries, &subject, epoch, sequence);
                let began = Instant::now();
                if !stays {
                    way = connected(at, &credentials).await;
                }
                let request = Request::post(DELIVER)
                    .header("host", "localhost")
                    .header("content-type", "application/json")
                    .header("content-encoding", "gzip")
                    .body(Full::new(Bytes::from(pack(&message))))
                    .expect("a request");
                way.ready().await.expect("the connection is open");
                let answer = way.send_request(request).await.expect("an answer");
                let status = answer.status();
                let body = answer.into_body().collect().await.expect("a whole answer").to_bytes();
                assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
                let answer = parse_delivery_answer(&body).expect("an answer of the protocol").value;
                assert_eq!(i64::try_from(answer.acknowledged).ok(), Some(sequence), "{:?}", answer.missing);
                times.push(began.elapsed());
            }
            (index, sequence, times)
        });
    }
    let mut times = Vec::new();
    while let Some(one) = working.join_next().await {
        let (index, sequence, more) = one.expect("an agent");
        agents[index].sequence = sequence;
        times.extend(more);
    }
    times
}

async fn connected(at: SocketAddr, credentials: &Credentials) -> SendRequest<Full<Bytes>> {
    let tls = visite_agent::tls::mutual(credentials, &Clock::system()).expect("a certificate");
    let stream = TcpStream::connect(at).await.expect("a connection");
    stream.set_nodelay(true).expect("a socket");
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = tokio_rustls::TlsConnector::from(Arc::new(tls)).connect(name, stream).await.expect("TLS");
    let (way, connection) = handshake(TokioIo::new(stream)).await.expect("HTTP");
    tokio::spawn(connection);
    way
}

fn check_in(entries: &[Entry], subject: &Subject, epoch: u64, sequence: i64) -> Vec<u8> {
    let now = Timestamp::now();
    let mut snapshots = entries.to_vec();
    let news = Snapshot {
        collector: "linux.sockets".to_owned(),
        observed_at: now,
        received_at: None,
        subject: subject.clone(),
        identifiers: Vec::new(),
        facts: Default::default(),
        problems: vec![visite_facts::Problem {
            source: "bench".to_owned(),
            reason: visite_facts::UnknownReason::NotSupported,
            detail: format!("number {sequence}"),
        }],
    };
    let body = content_of(&news);
    snapshots.retain(|entry| entry.collector != news.collector);
    snapshots.iter_mut().for_each(|entry| entry.observed_at = now);
    snapshots.push(Entry {
        hash: Hash::of(body.as_bytes()),
        observed_at: now,
        subject: subject.id.0.clone(),
        collector: news.collector,
        body: Some(body),
    });
    let delivery = Delivery {
        version: "bench".to_owned(),
        epoch,
        sequence: u64::try_from(sequence).expect("a number"),
        sent_at: now,
        full: false,
        gap: false,
        snapshots,
    };
    delivery.to_json()
}
