//! What one day of the agent's schedule costs, run back to back: real collectors over this computer, real spool, real TLS to a
//! small server in another process.
//!
//! For `benches/agent`. It is a measurement, not a test: nothing fails when the machine is busy. Processor time is told apart
//! by the agent's own and that of the programs it asks; the package manager's simulation of an upgrade is most of the latter.

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};
use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio_rustls::TlsAcceptor;
use visite_agent::agent::{Agent, Step, World};
use visite_agent::clock::{Clock, Moment};
use visite_agent::event::Event;
use visite_agent::identity::{Credentials, Home, Identity};
use visite_agent::protocol::{
    DeliveryAnswer, MAX_MESSAGE_BYTES, MedicalDevice, Schedule, parse_agent_name, parse_delivery, unpack,
};
use visite_agent::spool::Limits;

/// Looks of a day: one every 15 minutes; one an hour, as the schedule is if nobody changes it.
const DAYS: [(u64, &str); 2] = [(96, "every 15 minutes"), (24, "every hour (default)")];
/// Processor seconds and megabytes that a day may cost.
const GOALS: (f64, f64) = (60.0, 40.0);

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [word, folder, looks] if word == "agent" => {
            runtime.block_on(day(Path::new(folder), looks.parse().expect("a number")));
        }
        _ => runtime.block_on(measure()),
    }
}

async fn measure() {
    println!("| a day | looks | delivered | sent | agent's own CPU | CPU of programs asked | own peak |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (looks, name) in DAYS {
        let scratch = tempfile::tempdir().expect("a folder");
        let (sent, delivered) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        serve(scratch.path(), sent.clone(), delivered.clone()).await;
        let program = std::env::current_exe().expect("it runs");
        let mut agent = tokio::process::Command::new(program);
        let output = agent.arg("agent").arg(scratch.path()).arg(looks.to_string()).output().await.expect("it ran");
        let told = String::from_utf8_lossy(&output.stdout);
        let figures: Vec<f64> = told.split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
        let [own, asked, peak] = figures.as_slice() else {
            panic!("no figures: {told} {}", String::from_utf8_lossy(&output.stderr))
        };
        let (sent, delivered) = (sent.load(Ordering::SeqCst), delivered.load(Ordering::SeqCst));
        let kilobytes = sent / 1000;
        println!("| {name} | {looks} | {delivered} | {kilobytes} kB | {own:.1} s | {asked:.1} s | {peak:.1} MB |");
        let reached = |reached| if reached { "reached" } else { "missed" };
        println!(
            "<!-- at most {} s: {} (own), {} (with programs asked); at most {} MB: {} -->",
            GOALS.0,
            reached(*own <= GOALS.0),
            reached(own + asked <= GOALS.0),
            GOALS.1,
            reached(*peak <= GOALS.1),
        );
    }
}

/// The day of an agent: a look, a delivery, and a jump to the next.
async fn day(folder: &Path, looks: u64) {
    let minutes = 24 * 60 / looks;
    let running = Arc::new(AtomicU64::new(0));
    let (start, hand) = (Timestamp::now(), running.clone());
    let clock = Clock::new(move || {
        let seconds = hand.load(Ordering::SeqCst);
        let wall = start + SignedDuration::from_secs(seconds.try_into().unwrap_or(0));
        Moment { running: Duration::from_secs(seconds), wall }
    });
    let world = World {
        clock,
        look: visite_agent::look(),
        random: Box::new(visite_agent::random),
        tell: Box::new(|event| {
            if matches!(event, Event::Waiting { .. } | Event::NotKept { .. }) {
                eprintln!("{}", event.text().en);
            }
        }),
        version: "bench".to_owned(),
        limits: Limits::default(),
    };
    let mut agent = Agent::open(Home::new(folder.join("agent")), world).expect("it is enrolled");
    for _ in 0..looks {
        assert!(matches!(agent.step().await, Step::Wait(_)));
        running.fetch_add(minutes * 60, Ordering::SeqCst);
    }
    let (own, asked) = processor_seconds();
    println!("{own} {asked} {}", peak_megabytes());
}

/// Processor time of this process and of the programs that it has waited for (proc(5), /proc/pid/stat, fields 14 to 17).
fn processor_seconds() -> (f64, f64) {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    let behind_the_name = stat.rsplit_once(')').expect("a name").1;
    let ticks: Vec<f64> =
        behind_the_name.split_whitespace().skip(11).take(4).filter_map(|field| field.parse().ok()).collect();
    // A tick is a hundredth of a second on every Linux that we build for.
    ((ticks[0] + ticks[1]) / 100.0, (ticks[2] + ticks[3]) / 100.0)
}

fn peak_megabytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1000.0
}

/// A server that acknowledges everything, and an agent in `folder` that knows it.
async fn serve(folder: &Path, sent: Arc<AtomicU64>, delivered: Arc<AtomicU64>) {
    let (ca_key, key, agent_key) = (key(), key(), key());
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let root = ca.self_signed(&ca_key).expect("a certificate");
    let issuer = Issuer::new(ca, ca_key);
    let server = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let server = server.signed_by(&key, &issuer).expect("a certificate");
    let mut agent = CertificateParams::default();
    agent.distinguished_name = DistinguishedName::new();
    agent.distinguished_name.push(DnType::CommonName, "agent:p/a");
    let agent = agent.signed_by(&agent_key, &issuer).expect("a certificate");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("it has one").port();
    let identity = Identity {
        server: format!("https://localhost:{port}").parse().expect("an URL"),
        relay: None,
        name: parse_agent_name("agent:p/a").expect("a name"),
        credentials: Credentials { key: agent_key.serialize_pem(), certificate: agent.pem(), ca: root.pem() },
        epoch: 1,
        schedule: Schedule::new(5, true),
        medical_device: MedicalDevice::No,
    };
    let home = Home::new(folder.join("agent"));
    drop(home.lock().expect("a folder"));
    home.write(&identity).expect("written");
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(visite_agent::tls::provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![server.der().clone()], private)
        .expect("a certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            let count = service_fn(|request| acknowledge(request, sent.clone(), delivered.clone()));
            // An agent that closes its connection is no failure.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), count).await;
        }
    });
}

fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

async fn acknowledge(
    request: Request<Incoming>,
    sent: Arc<AtomicU64>,
    delivered: Arc<AtomicU64>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let packed = request.into_body().collect().await?.to_bytes();
    sent.fetch_add(packed.len() as u64, Ordering::SeqCst);
    delivered.fetch_add(1, Ordering::SeqCst);
    let message = unpack(&packed, MAX_MESSAGE_BYTES).expect("gzip");
    let delivery = parse_delivery(&message).expect("a delivery").value;
    let answer = DeliveryAnswer {
        acknowledged: delivery.sequence,
        epoch: 1,
        schedule: Schedule::new(5, true),
        requests: Vec::new(),
        missing: Vec::new(),
    };
    Ok(Response::new(Full::new(Bytes::from(answer.to_json()))))
}
