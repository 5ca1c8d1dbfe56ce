//! The collector `linux.sockets` on sockets that the tests open themselves, and on roots that cannot tell.

use jiff::Timestamp;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use visite_facts::facts::{IpFamily, ListeningSocket, Reach, Transport};
use visite_facts::value::Completeness;
use visite_facts::{Fact, FactType, Known, Snapshot, Subject, SubjectKind, UnknownReason, identity::derived_id};
use visite_host::linux::sockets::SocketsCollector;
use visite_host::{Collector, Machine};

/// An empty snapshot for a collector to fill.
pub fn empty_snapshot() -> Snapshot {
    Snapshot {
        collector: "test".to_owned(),
        observed_at: Timestamp::UNIX_EPOCH,
        received_at: None,
        subject: Subject {
            id: derived_id(SubjectKind::Host, &[], "test"),
            kind: SubjectKind::Host,
            name: "test".into(),
        },
        identifiers: Vec::new(),
        facts: Default::default(),
        problems: Vec::new(),
    }
}

/// The records of a collection, and whether it is complete.
pub fn collection<T: FactType>(snapshot: &Snapshot) -> (Vec<T>, Completeness) {
    match snapshot.facts.get(T::SPEC.name) {
        Some(Fact::Collection { records, completeness }) => {
            (records.iter().map(T::from_record).collect(), *completeness)
        }
        other => panic!("{} is no collection: {other:?}", T::SPEC.name),
    }
}

fn observed(machine: &Machine) -> (Vec<ListeningSocket>, Completeness) {
    let mut snapshot = empty_snapshot();
    SocketsCollector.collect(machine, Timestamp::UNIX_EPOCH, &mut snapshot);
    collection(&snapshot)
}

fn own_program() -> String {
    let path = std::env::current_exe().expect("the test has a path");
    path.file_name().and_then(|name| name.to_str()).expect("cargo gives plain names").to_owned()
}

#[test]
fn own_sockets_are_seen_with_their_program() {
    let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let connected = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    connected.connect(udp.local_addr().expect("bound")).expect("nobody has to answer");
    let (sockets, completeness) = observed(&Machine::live());
    assert_eq!(completeness, Completeness::Complete);
    for (transport, word, port) in [
        (Transport::Tcp, "tcp", tcp.local_addr().expect("bound").port()),
        (Transport::Udp, "udp", udp.local_addr().expect("bound").port()),
    ] {
        let name = Known(format!("{word} 127.0.0.1:{port}"));
        let socket = sockets.iter().find(|socket| socket.socket == name).expect("the socket is listed");
        assert_eq!(socket.transport, Known(transport));
        assert_eq!(socket.family, Known(IpFamily::Ipv4));
        assert_eq!(socket.port, Known(i64::from(port)));
        assert_eq!(socket.reach, Known(Reach::Loopback));
        assert_eq!(socket.process, Known(own_program()));
    }
    let connected = Known(format!("udp 127.0.0.1:{}", connected.local_addr().expect("bound").port()));
    assert!(sockets.iter().all(|socket| socket.socket != connected), "a connected socket waits for nobody");
}

#[test]
fn another_root_is_never_an_empty_list() {
    let root = tempfile::tempdir().expect("a temporary directory");
    let (sockets, completeness) = observed(&Machine::at(root.path()));
    assert_eq!(sockets, []);
    assert_eq!(completeness, Completeness::Incomplete(UnknownReason::NotSupported));
}
