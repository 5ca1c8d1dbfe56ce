//! At most two hundred packets a second in a running practice, whatever the other ends do.

use crate::network::{Computer, Sent, counting, runtime};
use std::io::{Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::sync::Arc;
use visite_facts::facts::{DeviceClass, NetworkService};
use visite_facts::scan::Profile;
use visite_scan::examine::Book;
use visite_scan::policy::Policy;
use visite_scan::scan::{Control, Plan, Scan, Stated, run};
use visite_scan::targets::Targets;

const MOST: usize = 200;

/// A laptop beside six servers, whose addresses these are.
fn network() -> (Computer, Computer, Vec<IpAddr>) {
    let (laptop, servers) = (Computer::new(), Computer::new());
    let addresses: Vec<String> = (11..17).map(|last| format!("10.9.1.{last}")).collect();
    let cards: Vec<String> = addresses.iter().map(|address| format!("{address}/24")).collect();
    let cards: Vec<&str> = cards.iter().map(String::as_str).collect();
    laptop.cable("eth0", &["10.9.1.2/24"], &servers, "eth0", &cards);
    (laptop, servers, addresses.iter().map(|address| address.parse().unwrap()).collect())
}

fn plan(addresses: &[IpAddr], tcp: Vec<u16>, ports_only: bool) -> Plan {
    let stated = |address: &IpAddr| Stated {
        name: address.to_string(),
        addresses: vec![*address],
        mac: None,
        class: DeviceClass::Server,
        approved: false,
    };
    let web = tcp.iter().map(|port| (*port, vec![NetworkService::Http])).collect();
    Plan {
        targets: Targets::of_networks(addresses.iter().map(|address| (*address).into())),
        excluded: Targets::default(),
        guests: Vec::new(),
        own: Vec::new(),
        tcp,
        udp: Vec::new(),
        policy: Policy { profile: Profile::Practice, logins: false, ports_only },
        assume_up: false,
        stated: addresses.iter().map(stated).collect(),
        done: Default::default(),
        book: Book { tcp: web, ..Book::default() },
        fingerprints: Arc::default(),
        domains: Vec::new(),
    }
}

/// Scans, and holds what left the computer against the limit and against the record.
fn scan_gently(laptop: &Computer, plan: Plan) -> Scan {
    let scan = || laptop.inside(|| runtime().block_on(run(plan, &Arc::new(Control::default()))).unwrap());
    let (scan, Sent { most, kinds, all }) = counting(laptop, scan);
    let own = usize::try_from(scan.packets.values().sum::<u64>()).unwrap();
    println!("{most} packets in a second, {all} in all, {own} in the record: {:?}", scan.packets);
    assert!(most <= MOST, "{most} packets in a second: {kinds:?}");
    assert!(all <= own + own / 10 + 30, "{all} were sent, {own} are in the record");
    scan
}

/// Answers each question at some ports of the servers, each on a thread; they end with the program.
fn serve(servers: &Computer, ports: &[u16], answer: fn(TcpStream)) {
    for port in ports {
        let listener = servers.inside(|| TcpListener::bind(("0.0.0.0", *port)).unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                std::thread::spawn(move || answer(stream));
            }
        });
    }
}

fn heads(mut stream: TcpStream, length: usize) -> Option<TcpStream> {
    stream.set_nodelay(true).ok()?;
    let asked = stream.read(&mut [0; 4096]).ok()?;
    let head =
        format!("HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n");
    (asked > 0 && stream.write_all(head.as_bytes()).is_ok()).then_some(stream)
}

#[test]
fn root_one_byte_at_a_time_does_not_hasten_the_scan() {
    let (laptop, servers, addresses) = network();
    let ports = [80, 8080, 8081];
    serve(&servers, &ports, |stream| {
        let Some(mut stream) = heads(stream, 60_000) else { return };
        (0..60_000).all(|_| stream.write_all(b"x").is_ok());
    });
    let scan = scan_gently(&laptop, plan(&addresses, ports.to_vec(), false));
    assert_eq!(scan.devices.len(), 6);
}

#[test]
fn root_large_pages_do_not_hasten_the_scan() {
    let (laptop, servers, addresses) = network();
    let ports = [80, 8080, 8081];
    serve(&servers, &ports, |stream| {
        let Some(mut stream) = heads(stream, 3_000_000) else { return };
        let _ = stream.write_all(&[b"<title>Praxis</title>".to_vec(), vec![b'x'; 3_000_000]].concat());
    });
    let scan = scan_gently(&laptop, plan(&addresses, ports.to_vec(), false));
    let services: Vec<_> = scan.devices.iter().flat_map(|device| &device.services).collect();
    assert_eq!(services.len(), 18);
    for service in services {
        let seen = service.examined.seen.as_ref().expect("a page is recognised by its beginning");
        assert_eq!(seen.service, NetworkService::Http);
    }
}

#[test]
fn root_a_device_with_every_port_open_does_not_hasten_the_scan() {
    let (laptop, servers, addresses) = network();
    serve(&servers, &[7777], drop);
    servers
        .nft("table ip t { chain p { type nat hook prerouting priority -100; tcp dport 1-1000 redirect to :7777; }; }");
    let scan = scan_gently(&laptop, plan(&addresses[..1], (1..=1000).collect(), true));
    let open = &scan.devices[0].ports[&addresses[0]].open;
    // Where printers print nobody knocks.
    assert_eq!(open.len(), 999);
}
