//! A connection that pays for what it makes this computer send, and for what the other end makes it send: who answers in
//! many small pieces or without end makes the system acknowledge as often.

use crate::pace::{Pacer, Turn};
use crate::tally::Counted;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, Sleep, timeout, timeout_at};
use tokio_rustls::client::TlsStream;

/// What may come unread, so that nobody can send much before we look. The kernel keeps as much again for itself.
const UNREAD_BYTES: u32 = 2 * SEGMENT_BYTES as u32;
/// Pieces of any size that may come.
const SMALL_PIECES: u64 = 40;
/// Size that pieces must have on average beyond those.
const PIECE_BYTES: u64 = 256;
/// Pieces that may be on the way when a connection ends; each is answered with a reset.
const ON_THE_WAY: u32 = 6;
/// What a full segment usually holds. Every second one is acknowledged (RFC 9293, 3.8.6.3).
const SEGMENT_BYTES: usize = 1460;

/// A connection.
#[derive(Debug)]
pub struct Line {
    stream: TcpStream,
    took: Duration,
    held: Held,
    heard: Arc<AtomicBool>,
    toll: Option<Toll>,
}

/// How long a line was made to wait before it might read: time for which nobody else is to blame.
#[derive(Clone, Debug, Default)]
pub struct Held(Arc<AtomicU64>);

impl Held {
    fn so_far(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }

    fn add(&self, pause: Duration) {
        self.0.fetch_add(u64::try_from(pause.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Waits for something until a moment that moves by as much as the line is held back meanwhile; `None` if it did not
    /// come.
    pub async fn within<T>(&self, wait: Duration, work: impl Future<Output = T>) -> Option<T> {
        let (begun, before) = (Instant::now(), self.so_far());
        let mut work = std::pin::pin!(work);
        loop {
            let until = begun + wait + self.so_far().saturating_sub(before);
            match timeout_at(until, work.as_mut()).await {
                Ok(done) => return Some(done),
                Err(_) if begun + wait + self.so_far().saturating_sub(before) > until => {}
                Err(_) => return None,
            }
        }
    }

    /// A watch that starts now and stands still while the line is held back.
    pub fn watch(&self) -> Watch {
        Watch { held: self.clone(), begun: Instant::now(), before: self.so_far() }
    }
}

/// Time that went by on a line.
#[derive(Debug)]
pub struct Watch {
    held: Held,
    begun: Instant,
    before: Duration,
}

impl Watch {
    /// How much of `whole` is left.
    pub fn left(&self, whole: Duration) -> Duration {
        (whole + self.held.so_far().saturating_sub(self.before)).saturating_sub(self.begun.elapsed())
    }
}

#[derive(Debug)]
struct Toll {
    pacer: Arc<Pacer>,
    ends: (SocketAddr, SocketAddr),
    paid: u32,
    /// How often something was read, and how many bytes.
    pieces: u32,
    bytes: u64,
    /// The right to read, and the wait for it.
    turn: Option<Turn>,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Toll {
    /// Pays for what was sent and not paid for, and tells what was counted; `read` are bytes that were read just now.
    fn settle(&mut self, read: usize) -> Counted {
        self.pieces += u32::from(read > 0);
        self.bytes += u64::try_from(read).unwrap_or(u64::MAX);
        let Some(counted) = self.pacer.counted(self.ends.0, self.ends.1) else {
            // Where the system does not count, what is usual.
            self.pacer.owe("tcp", u32::try_from(read / (2 * SEGMENT_BYTES)).unwrap_or(u32::MAX));
            return Counted { came: self.pieces, bytes: self.bytes, ..Counted::default() };
        };
        let owed = counted.sent.saturating_sub(self.paid);
        self.pacer.owe("tcp", owed);
        self.paid += owed;
        counted
    }
}

/// Something that runs over a line.
pub trait OverLine: AsyncRead + AsyncWrite + Unpin {
    /// The line.
    fn line(&mut self) -> &mut Line;
}

impl OverLine for Line {
    fn line(&mut self) -> &mut Line {
        self
    }
}

impl OverLine for TlsStream<Line> {
    fn line(&mut self) -> &mut Line {
        self.get_mut().0
    }
}

impl Line {
    /// Connects within `patience`.
    pub async fn connect(address: SocketAddr, patience: Duration, pacer: &Arc<Pacer>) -> Option<Self> {
        pacer.meet(address.ip());
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.ok()?;
        // Question and acknowledgement of the handshake; with a high rate the rest at once, for it is lost in the crowd.
        let first = if pacer.is_exact() { 2 } else { 4 };
        if pacer.is_exact() {
            socket.set_recv_buffer_size(UNREAD_BYTES).ok()?;
        }
        pacer.wait("tcp", first).await;
        let begun = Instant::now();
        let stream = timeout(patience, socket.connect(address)).await.ok()?.ok()?;
        let took = begun.elapsed();
        stream.set_nodelay(true).ok()?;
        let ends = (stream.local_addr().ok()?, address);
        let toll = Toll { pacer: Arc::clone(pacer), ends, paid: first, pieces: 0, bytes: 0, turn: None, waiting: None };
        Some(Self {
            stream,
            took,
            held: Held::default(),
            heard: Arc::default(),
            toll: pacer.is_exact().then_some(toll),
        })
    }

    /// Takes the right to send about as many packets as are needed for `bytes` and their answer.
    pub async fn pay(&mut self, bytes: usize, pacer: &Pacer) {
        match &mut self.toll {
            Some(toll) => {
                let packets = u32::try_from(bytes / SEGMENT_BYTES).unwrap_or(u32::MAX).saturating_add(1);
                toll.paid = toll.paid.saturating_add(packets);
                let begun = Instant::now();
                pacer.wait("tcp", packets).await;
                self.held.add(begun.elapsed());
            }
            None => pacer.wait("tcp", 2).await,
        }
    }

    /// How long it was held back.
    pub fn held(&self) -> Held {
        self.held.clone()
    }

    /// Sets `heard` as soon as the other end says anything.
    pub fn tell(&mut self, heard: &Arc<AtomicBool>) {
        self.heard = Arc::clone(heard);
    }

    /// How long the other end took to accept it.
    pub fn took(&self) -> Duration {
        self.took
    }

    /// With whom.
    pub fn other_end(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let Some(toll) = &mut self.toll else { return };
        let unread = toll.settle(0).waiting > 0;
        // The end, and the acknowledgement of the other's; or a reset, and one for each piece that was on the way.
        toll.pacer.owe("tcp", if unread { 1 + ON_THE_WAY } else { 2 });
    }
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Self { stream, held, heard, toll, .. } = &mut *self;
        let before = buffer.filled().len();
        let Some(toll) = toll else {
            ready!(Pin::new(stream).poll_read(cx, buffer))?;
            heard.fetch_or(buffer.filled().len() > before, Ordering::Relaxed);
            return Poll::Ready(Ok(()));
        };
        if toll.turn.is_none() {
            ready!(stream.poll_read_ready(cx))?;
            if is_crumbs(&toll.settle(0)) {
                // Whatever else comes is answered with a reset.
                stream.set_zero_linger()?;
                return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
            }
            toll.turn = Some(toll.pacer.reserve("tcp", 1));
            toll.paid = toll.paid.saturating_add(1);
        }
        while let Some(turn) = &mut toll.turn {
            if toll.waiting.is_none() {
                let pause = toll.pacer.pause(turn);
                if pause.is_zero() {
                    break;
                }
                held.add(pause);
                toll.waiting = Some(Box::pin(tokio::time::sleep(pause)));
            }
            if let Some(waiting) = &mut toll.waiting {
                ready!(waiting.as_mut().poll(cx));
            }
            toll.waiting = None;
        }
        ready!(Pin::new(stream).poll_read(cx, buffer))?;
        heard.fetch_or(buffer.filled().len() > before, Ordering::Relaxed);
        toll.turn = None;
        toll.settle(buffer.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

/// Whether somebody answers in crumbs.
fn is_crumbs(counted: &Counted) -> bool {
    u64::from(counted.came) > SMALL_PIECES + counted.bytes / PIECE_BYTES
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
    }

    #[test]
    fn whoever_answers_in_crumbs_is_not_listened_to_for_long() {
        for pacer in [Pacer::exact(10_000), Pacer::exact(10_000).without_counters()] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let serving = std::thread::spawn(move || {
                let mut stream = listener.accept().unwrap().0;
                // Each byte waits for a question, so that each is a piece of its own.
                (0..200).take_while(|_| stream.read_exact(&mut [0]).is_ok() && stream.write_all(b"x").is_ok()).count()
            });
            let pieces = runtime().block_on(async {
                let mut line = Line::connect(address, Duration::from_secs(5), &Arc::new(pacer)).await.unwrap();
                let mut pieces = 0;
                while line.write_all(b"?").await.is_ok() && line.read_exact(&mut [0]).await.is_ok() {
                    pieces += 1;
                }
                pieces
            });
            assert!((40..=41).contains(&pieces), "{pieces}");
            assert!(serving.join().unwrap() <= 42);
        }
    }

    #[test]
    fn time_in_which_a_line_is_held_back_is_nobodys_silence() {
        let held = Held::default();
        let watch = held.watch();
        let (told, left) = runtime().block_on(async {
            let late = async {
                held.add(Duration::from_secs(5));
                tokio::time::sleep(Duration::from_millis(50)).await;
            };
            let told = held.within(Duration::from_millis(10), late).await;
            (told, watch.left(Duration::from_secs(1)))
        });
        assert_eq!(told, Some(()));
        assert!(left > Duration::from_secs(4), "{left:?}");
        let silent = runtime().block_on(held.within(Duration::from_millis(10), std::future::pending::<()>()));
        assert_eq!(silent, None);
    }
}
