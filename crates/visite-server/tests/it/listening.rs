//! A real listener, and a client that keeps it waiting.

use crate::server::{Reach, Server};
use axum_server::Handle;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use visite_server::web::serve::{self, Patience};

/// Far longer than the server's patience; a test that waits so long has failed.
const AT_MOST: Duration = Duration::from_secs(20);

struct Listening {
    address: SocketAddr,
    handle: Handle<SocketAddr>,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
    _server: Server,
}

impl Listening {
    async fn new(patience: Duration) -> Self {
        let server = Server::new(Reach::Loopback).await;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let handle = Handle::new();
        let patience = Patience { request: patience };
        let task = tokio::spawn(serve::plain(listener, handle.clone(), patience, server.router.clone()));
        Self { address, handle, task, _server: server }
    }

    async fn talk(&self, said: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // The server may hang up before it has heard everything; what it answered counts.
        let _ = stream.write_all(said).await;
        let mut heard = Vec::new();
        let read = tokio::time::timeout(AT_MOST, stream.read_to_end(&mut heard)).await;
        // A reset is an end, too.
        let _ = read.expect("the server does not let go");
        String::from_utf8_lossy(&heard).into_owned()
    }

    async fn end(self) {
        self.handle.shutdown();
        tokio::time::timeout(AT_MOST, self.task).await.unwrap().unwrap().unwrap();
    }
}

#[tokio::test]
async fn pages_come_over_a_real_connection() {
    let listening = Listening::new(AT_MOST).await;
    let request = format!("GET /login HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", listening.address);
    let answer = listening.talk(request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("content-security-policy: default-src 'none'"));
    let foreign = listening.talk(b"GET /login HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n").await;
    assert!(foreign.starts_with("HTTP/1.1 421 "), "{foreign}");
    listening.end().await;
}

#[tokio::test]
async fn slow_clients_are_let_go() {
    let listening = Listening::new(Duration::from_millis(200)).await;
    for said in [&b""[..], b"G", b"GET /login HTTP/1.1\r\nhost: 127.0.0.1\r\n"] {
        let answer = listening.talk(said).await;
        assert!(!answer.contains("200 OK"), "{answer}");
    }
    listening.end().await;
}

#[tokio::test]
async fn endless_headers_are_refused() {
    let listening = Listening::new(AT_MOST).await;
    let request = format!("GET /login HTTP/1.1\r\nhost: 127.0.0.1\r\nx: {}\r\n\r\n", "y".repeat(100_000));
    let answer = listening.talk(request.as_bytes()).await;
    assert!(!answer.contains("200 OK"), "{answer}");
    listening.end().await;
}
