//! The relay: for computers that have no way to the server themselves. It takes connections and forwards their bytes to one
//! place, the server's endpoint for agents; TLS goes from end to end, so that there is nothing in them for it to read.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Bounds of a relay.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Most connections at once.
    pub connections: usize,
    /// Most connections of one computer.
    pub of_one: usize,
    /// How long reaching the server may take.
    pub connect: Duration,
    /// How long a connection may last.
    pub life: Duration,
}

/// Room for a practice; a delivery takes seconds.
impl Default for Bounds {
    fn default() -> Self {
        let (connect, life) = (Duration::from_secs(10), Duration::from_secs(600));
        Self { connections: 64, of_one: 8, connect, life }
    }
}

/// Open connections by computer.
type Open = Arc<Mutex<BTreeMap<IpAddr, usize>>>;

/// Takes connections and forwards them to `target` (`host:port`). Ends only if it is dropped; its connections end with it.
pub async fn relay(listener: TcpListener, target: String, bounds: Bounds) {
    let open = Open::default();
    let mut tasks = JoinSet::new();
    loop {
        while tasks.try_join_next().is_some() {}
        if tasks.len() >= bounds.connections {
            // Others wait in the queue of the operating system.
            tasks.join_next().await;
            continue;
        }
        match listener.accept().await {
            Ok((stream, address)) => {
                if let Some(place) = Place::take(&open, address.ip(), bounds.of_one) {
                    tasks.spawn(forward(stream, target.clone(), bounds, place));
                }
            }
            // No more files may be opened, or the like: it gets better when connections end.
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn forward(mut stream: TcpStream, target: String, bounds: Bounds, _place: Place) -> io::Result<()> {
    let mut server = timeout(bounds.connect, TcpStream::connect(target)).await??;
    timeout(bounds.life, copy_bidirectional(&mut stream, &mut server)).await??;
    Ok(())
}

/// A place among the connections of one computer; given back when it is dropped.
struct Place {
    open: Open,
    computer: IpAddr,
}

impl Place {
    fn take(open: &Open, computer: IpAddr, most: usize) -> Option<Self> {
        let mut counts = open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(computer).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Self { open: open.clone(), computer })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.computer) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.computer);
            }
        }
    }
}
