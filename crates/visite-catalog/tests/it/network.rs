//! The list of services and the sets of ports.

use visite_catalog::{Catalog, Layer, Part, load, load_parts};
use visite_facts::Word;
use visite_facts::facts::NetworkService;
use visite_facts::scan::is_silent;

/// Ports at which serial adapters and label printers can be blocked by a mere connection.
const FRAGILE: [u16; 3] = [4001, 6101, 10001];

fn embedded() -> Catalog {
    load_parts(&[Layer::embedded()], &[Part::Network]).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

/// The mistakes of the embedded files with one text changed in `file`.
fn mistake(file: &str, from: &str, to: &str) -> String {
    let mut layer = Layer::embedded();
    let text = layer.files[file].replacen(from, to, 1);
    assert_ne!(text, layer.files[file], "`{from}` stands in {file}");
    layer.files.insert(file.to_owned().into(), text.into());
    let mistakes = load(&[layer]).expect_err("a mistake");
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_service_is_described() {
    assert_eq!(embedded().services.services.len(), NetworkService::ALL.len());
}

#[test]
fn the_wider_set_has_a_thousand_distinct_ports() {
    let ports = embedded().ports.top1000_tcp();
    assert_eq!(ports.len(), 1000);
    assert!(ports.is_sorted_by(|a, b| a < b), "each once");
    assert!(ports.iter().all(|port| *port > 0));
    for port in [104, 2575, 4242, 11112] {
        assert!(ports.contains(&port), "{port}");
    }
}

#[test]
fn the_usual_set_is_small_and_holds_every_usual_port() {
    let catalog = embedded();
    let (tcp, udp) = (catalog.ports.practice_tcp(), catalog.ports.practice_udp());
    assert!((120..=200).contains(&tcp.len()), "{}", tcp.len());
    assert!((10..=20).contains(&udp.len()), "{}", udp.len());
    for (word, rule) in &catalog.services.services {
        assert!(rule.tcp.iter().all(|port| tcp.contains(port)), "{word}");
        assert!(rule.udp.iter().all(|port| udp.contains(port)), "{word}");
    }
}

#[test]
fn no_set_touches_a_port_at_which_printers_print_and_the_usual_none_at_which_adapters_hang() {
    let sets = embedded().ports;
    let touched: Vec<u16> = sets.top1000_tcp().into_iter().filter(|port| is_silent(*port)).collect();
    assert!(touched.is_empty(), "{touched:?}");
    assert!(sets.practice_tcp().iter().all(|port| !FRAGILE.contains(port)));
    for port in [515, 9100, 9107, 9112, 9116] {
        assert!(is_silent(port), "{port}");
    }
    for port in [514, 516, 9099, 9108, 9111, 9117] {
        assert!(!is_silent(port), "{port}");
    }
}

#[test]
fn a_layer_cannot_bring_a_printers_port() {
    let message = mistake("ports.yaml", "tcp: [631,", "tcp: [515, 631,");
    assert!(message.contains("TCP port 515 never gets a packet"), "{message}");
    let message = mistake("services.yaml", "tcp: [631]", "tcp: [631, 9100]");
    assert!(message.contains("TCP port 9100 never gets a packet"), "{message}");
}

#[test]
fn mistakes_name_what_is_wrong() {
    let message = mistake("ports.yaml", "tcp: [631,", "tcp: [104, 631,");
    assert!(message.contains("port 104 stands in another group too"), "{message}");
    let message = mistake("ports.yaml", "tcp: [631,", "tcp: [630, 631,");
    assert!(message.contains("have 1001 TCP ports together, not 1000"), "{message}");
    let message = mistake("services.yaml", "  modbus:\n", "  modbuss:\n");
    assert!(message.contains("modbuss"), "{message}");
    let message = mistake("services.yaml", "tcp: [25, 465, 587]", "tcp: [25, 587, 465]");
    assert!(message.contains("in rising order"), "{message}");
}
