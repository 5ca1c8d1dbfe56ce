//! Socket tables of the kernel: no more sockets than lines.
//! Seeds: crates/visite-host/tests/data/sockets
#![no_main]

use visite_facts::facts::Transport;
use visite_fuzz::lines;
use visite_host::linux::sockets::parse_socket_table;

visite_fuzz::fuzz_text!(|text| {
    for transport in [Transport::Tcp, Transport::Udp] {
        let table = parse_socket_table(text, transport);
        assert!(table.is_none_or(|table| table.sockets.len() < lines(text)));
    }
});
