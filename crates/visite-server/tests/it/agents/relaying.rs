//! The relay: bytes go through it untouched, to one place, within bounds.

use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use visite_agent::relay::{Bounds, relay};

/// A relay in front of the server, and where it listens.
async fn in_front_of(target: String, bounds: Bounds) -> (tokio::task::JoinHandle<()>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("it has one").to_string();
    (tokio::spawn(relay(listener, target, bounds)), address)
}

#[tokio::test]
async fn an_agent_enrols_and_delivers_through_a_relay() {
    let stage = Stage::new();
    let (relay, address) = in_front_of(stage.server.address.to_string(), Bounds::default()).await;
    // The name leads nowhere from this computer; TLS still checks it.
    let server = format!("https://localhost:{}", 1).parse().expect("an URL");
    let enrolment = Enrolment { server, relay: Some(address), ..stage.enrolment() };
    stage.enrol(enrolment).await.expect("enrolled");
    let mut agent = stage.again();
    step(&mut agent).await;
    assert_eq!(stage.server.only().counted.len(), 1);
    relay.abort();
    let _ = relay.await;
    stage.hands.pass(60);
    step(&mut agent).await;
    assert_eq!(stage.computer.told(|event| matches!(event, Event::Waiting { .. })), 1);
}

#[tokio::test]
async fn one_computer_cannot_take_all_places_and_a_full_relay_recovers() {
    let target = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let bounds = Bounds { connections: 4, of_one: 2, ..Bounds::default() };
    let (relay, address) = in_front_of(target.local_addr().expect("it has one").to_string(), bounds).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        held.push((TcpStream::connect(&address).await.expect("taken"), target.accept().await.expect("forwarded").0));
    }
    let mut third = TcpStream::connect(&address).await.expect("the system takes it");
    assert_eq!(third.read(&mut [0; 1]).await.ok().unwrap_or(0), 0, "the relay does not");
    let (mut here, mut there) = held.pop().expect("two");
    here.write_all(b"\x16\x03 bytes").await.expect("sent");
    let mut bytes = [0; 8];
    there.read_exact(&mut bytes).await.expect("they come");
    assert_eq!(&bytes, b"\x16\x03 bytes");
    drop((here, there));
    // Its place is free again, at the latest when the relay has seen both ends close.
    let again = async {
        loop {
            let mut stream = TcpStream::connect(&address).await.expect("the system takes it");
            tokio::select! {
                taken = target.accept() => return (stream, taken.expect("forwarded")),
                _ = stream.read_u8() => tokio::task::yield_now().await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), again).await.expect("recovered");
    relay.abort();
}

#[tokio::test]
async fn a_server_that_is_away_ends_the_connection() {
    let target = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let nobody = target.local_addr().expect("it has one").to_string();
    drop(target);
    let (relay, address) = in_front_of(nobody, Bounds::default()).await;
    let mut stream = TcpStream::connect(&address).await.expect("taken");
    assert_eq!(stream.read(&mut [0; 1]).await.ok().unwrap_or(0), 0);
    relay.abort();
}
