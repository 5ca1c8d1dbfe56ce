//! Lends dialogues a connection: TCP, TLS or datagrams, each within limits that no server can stretch.

use crate::line::{Line, OverLine};
use crate::pace::Pacer;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use visite_wire::{Dialogue, Event, MAX_ANSWER_BYTES, MAX_STEPS, Step};

/// Time in which pieces of one answer are gathered before a dialogue looks at them again.
const GATHER: Duration = Duration::from_millis(4);

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until a connection stands.
    pub connect: Duration,
    /// Until something comes after something was sent.
    pub silence: Duration,
    /// For a whole dialogue, however much comes.
    pub whole: Duration,
}

impl Limits {
    /// Three times as patient.
    #[must_use]
    pub fn patient(self) -> Self {
        Self { connect: self.connect * 3, silence: self.silence * 3, whole: self.whole * 3 }
    }
}

/// How a dialogue ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended<A> {
    /// With an answer.
    Done(A),
    /// The other side speaks something else.
    NotThis,
    /// What the other side said could be the beginning of this, and nothing more came.
    CutShort,
    /// The other side said nothing at all.
    Silent,
    /// There was no connection, or it was refused.
    Unreachable,
}

impl<A> Ended<A> {
    /// The answer, if there was one.
    pub fn answer(self) -> Option<A> {
        match self {
            Self::Done(answer) => Some(answer),
            Self::NotThis | Self::CutShort | Self::Silent | Self::Unreachable => None,
        }
    }
}

/// Opens a connection.
pub async fn open(address: SocketAddr, limits: Limits, pacer: &Arc<Pacer>) -> Option<Line> {
    Line::connect(address, limits.connect, pacer).await
}

/// Holds a dialogue over a stream.
pub async fn hold<S, D>(stream: &mut S, dialogue: &mut D, limits: Limits, pacer: &Pacer) -> Ended<D::Answer>
where
    S: OverLine + ?Sized,
    D: Dialogue + ?Sized,
{
    let held = stream.line().held();
    let watch = held.watch();
    let (mut received, mut heard, mut sends) = (Vec::new(), false, 0);
    let mut fell_silent = false;
    let mut step = dialogue.step(Event::Connected);
    loop {
        match step {
            Step::Done(answer) => return Ended::Done(answer),
            Step::NotThis if !heard => return Ended::Silent,
            Step::NotThis => return if fell_silent { Ended::CutShort } else { Ended::NotThis },
            Step::Send(bytes) => {
                sends += 1;
                if sends > MAX_STEPS {
                    return Ended::NotThis;
                }
                received.clear();
                stream.line().pay(bytes.len(), pacer).await;
                let sent = timeout(watch.left(limits.whole), async {
                    stream.write_all(&bytes).await?;
                    stream.flush().await
                });
                if !matches!(sent.await, Ok(Ok(()))) {
                    fell_silent = true;
                    step = dialogue.step(Event::Closed);
                    if matches!(step, Step::Send(_)) {
                        return Ended::NotThis;
                    }
                    continue;
                }
            }
            Step::More if received.len() >= MAX_ANSWER_BYTES => return Ended::NotThis,
            Step::More => {}
        }
        let left = watch.left(limits.whole);
        if left.is_zero() {
            return if heard { Ended::NotThis } else { Ended::Silent };
        }
        let came = held.within(limits.silence.min(left), gather(stream, &mut received)).await;
        // Who is cut off in the middle of much was not silent.
        fell_silent = !matches!(came, Some(1..)) && !watch.left(limits.whole).is_zero();
        step = match came {
            None => dialogue.step(Event::Silence),
            Some(0) => dialogue.step(Event::Closed),
            Some(_) => {
                heard = true;
                dialogue.step(Event::Received(&received))
            }
        };
    }
}

/// Reads what comes, and what comes right behind it; how much it was, 0 for an end or an error.
async fn gather<S: AsyncRead + Unpin + ?Sized>(stream: &mut S, received: &mut Vec<u8>) -> usize {
    let before = received.len();
    let mut buffer = [0; 8192];
    let Ok(mut count) = stream.read(&mut buffer).await else { return 0 };
    let until = Instant::now() + GATHER;
    loop {
        received.extend_from_slice(buffer.get(..count).unwrap_or_default());
        if count == 0 || received.len() >= MAX_ANSWER_BYTES {
            break;
        }
        match timeout_at(until, stream.read(&mut buffer)).await {
            Ok(Ok(more)) => count = more,
            Ok(Err(_)) | Err(_) => break,
        }
    }
    received.truncate(MAX_ANSWER_BYTES);
    received.len().saturating_sub(before)
}

/// What a service says by itself; empty if nothing within `wait`. `None` if it hung up without a word.
pub async fn greeting<S: OverLine>(stream: &mut S, wait: Duration) -> Option<Vec<u8>> {
    let (mut received, held) = (Vec::new(), stream.line().held());
    match held.within(wait, gather(stream, &mut received)).await {
        Some(0) => None,
        Some(_) => Some(received),
        None => Some(Vec::new()),
    }
}

/// Opens a socket for datagrams to and from `address`, whose local address is the one they are sent from. With `any_port`
/// it takes answers from other ports of the device too.
pub async fn open_datagrams(address: SocketAddr, any_port: bool, pacer: &Pacer) -> io::Result<UdpSocket> {
    pacer.meet(address.ip());
    let any: IpAddr = if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0)).await?;
    // A connected socket learns that the port is closed; one that takes answers from other ports does not.
    socket.connect(address).await?;
    if any_port { UdpSocket::bind(SocketAddr::new(socket.local_addr()?.ip(), 0)).await } else { Ok(socket) }
}

/// Holds a dialogue over datagrams. A question that is not answered is asked once more.
pub async fn hold_datagrams<D>(
    socket: &UdpSocket,
    address: SocketAddr,
    any_port: bool,
    dialogue: &mut D,
    limits: Limits,
    pacer: &Pacer,
) -> Ended<D::Answer>
where
    D: Dialogue + ?Sized,
{
    let until = Instant::now() + limits.whole;
    let (mut received, mut heard, mut sends, mut asked) = (Vec::new(), false, 0, Vec::new());
    let mut buffer = vec![0; 65_536];
    let mut step = dialogue.step(Event::Connected);
    loop {
        let mut repeat = false;
        match step {
            Step::Done(answer) => return Ended::Done(answer),
            Step::NotThis => return if heard { Ended::NotThis } else { Ended::Silent },
            Step::Send(bytes) => {
                (repeat, asked) = (true, bytes);
                sends += 1;
                received.clear();
                if sends > MAX_STEPS || !send(socket, &asked, address, any_port, pacer).await {
                    return Ended::Unreachable;
                }
            }
            Step::More => {}
        }
        step = loop {
            if Instant::now() >= until {
                return if heard { Ended::NotThis } else { Ended::Silent };
            }
            let wait = (Instant::now() + limits.silence).min(until);
            match timeout_at(wait, socket.recv_from(&mut buffer)).await {
                Ok(Ok((_, from))) if from.ip() != address.ip() => {}
                Ok(Ok((count, _))) => {
                    heard = true;
                    received.extend_from_slice(buffer.get(..count).unwrap_or_default());
                    received.truncate(MAX_ANSWER_BYTES);
                    break if received.is_empty() { Step::NotThis } else { dialogue.step(Event::Received(&received)) };
                }
                Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => return Ended::Unreachable,
                // Somebody on the way does not let it through.
                Ok(Err(_)) => return Ended::Silent,
                Err(_) if repeat => {
                    repeat = false;
                    if !send(socket, &asked, address, any_port, pacer).await {
                        return Ended::Unreachable;
                    }
                }
                Err(_) => break dialogue.step(Event::Silence),
            }
        };
    }
}

async fn send(socket: &UdpSocket, bytes: &[u8], address: SocketAddr, any_port: bool, pacer: &Pacer) -> bool {
    pacer.wait("udp", 1).await;
    let sent = if any_port { socket.send_to(bytes, address).await } else { socket.send(bytes).await };
    sent.is_ok()
}

/// Makes TLS connections that look at everything and trust nothing: what is inside is examined, and nothing secret is sent.
#[derive(Clone)]
pub struct Tls(TlsConnector);

impl Tls {
    /// With the protocol versions 1.2 and 1.3.
    pub fn new() -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Arc::new(AnyCertificate(Arc::clone(&provider)));
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring supports the default versions")
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Self(TlsConnector::from(Arc::new(config)))
    }

    /// Goes over to TLS; the certificates that the server showed stand beside the stream, its own first.
    pub async fn wrap(
        &self,
        mut stream: Line,
        limits: Limits,
        pacer: &Pacer,
    ) -> Option<(TlsStream<Line>, Vec<Vec<u8>>)> {
        let held = stream.held();
        // The question and the keys.
        for _ in 0..2 {
            stream.pay(0, pacer).await;
        }
        let name = ServerName::from(stream.other_end().ok()?.ip());
        let stream = held.within(limits.whole, self.0.connect(name, stream)).await?.ok()?;
        let shown = stream.get_ref().1.peer_certificates().unwrap_or_default();
        let certificates = shown.iter().map(|certificate| certificate.as_ref().to_vec()).collect();
        Some((stream, certificates))
    }
}

impl Default for Tls {
    fn default() -> Self {
        Self::new()
    }
}

/// Accepts every certificate. What is wrong with it is an observation, not a reason to look away.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        // Nothing is verified, so that old servers, whose certificates are signed with SHA-1, can be spoken with as well.
        let mut schemes = self.0.signature_verification_algorithms.supported_schemes();
        schemes.extend([SignatureScheme::RSA_PKCS1_SHA1, SignatureScheme::ECDSA_SHA1_Legacy]);
        schemes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    const LIMITS: Limits = Limits {
        connect: Duration::from_millis(500),
        silence: Duration::from_millis(200),
        whole: Duration::from_millis(800),
    };

    /// Says "hello" and wants "world" behind whatever comes.
    struct Hello;

    impl Dialogue for Hello {
        type Answer = usize;
        fn step(&mut self, event: Event<'_>) -> Step<usize> {
            match event {
                Event::Connected => Step::Send(b"hello".to_vec()),
                Event::Received(bytes) if bytes.ends_with(b"world") => Step::Done(bytes.len()),
                Event::Received(_) => Step::More,
                Event::Silence | Event::Closed => Step::NotThis,
            }
        }
    }

    fn against(server: impl FnOnce(std::net::TcpStream) + Send + 'static) -> Ended<usize> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serving = std::thread::spawn(move || server(listener.accept().unwrap().0));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let ended = runtime.block_on(async {
            let pacer = Arc::new(Pacer::new(100_000));
            let mut stream = open(address, LIMITS, &pacer).await.unwrap();
            hold(&mut stream, &mut Hello, LIMITS, &pacer).await
        });
        serving.join().unwrap();
        ended
    }

    #[test]
    fn an_answer_in_pieces_is_put_together() {
        let ended = against(|mut stream| {
            stream.read_exact(&mut [0; 5]).unwrap();
            for piece in [b"wo".as_slice(), b"r", b"ld"] {
                stream.write_all(piece).unwrap();
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        assert_eq!(ended, Ended::Done(5));
    }

    #[test]
    fn silence_hanging_up_and_endless_answers_end() {
        assert_eq!(against(|_stream| std::thread::sleep(Duration::from_millis(400))), Ended::Silent);
        assert_eq!(against(drop), Ended::Silent);
        let endless = against(|mut stream| while stream.write_all(&[b'x'; 4096]).is_ok() {});
        assert_eq!(endless, Ended::NotThis);
        let dripping = against(|mut stream| {
            while stream.write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        assert_eq!(dripping, Ended::NotThis);
        let cut_short = against(|mut stream| {
            stream.read_exact(&mut [0; 5]).unwrap();
            stream.write_all(b"wo").unwrap();
        });
        assert_eq!(cut_short, Ended::CutShort);
    }
}
