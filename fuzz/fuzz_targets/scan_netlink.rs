//! Tables of the kernel: interfaces, addresses, routes, neighbours.
#![no_main]

use visite_scan::net::{Connections, parse_addresses, parse_links, parse_neighbours, parse_routes, parse_rules};

visite_fuzz::fuzz_bytes!(|bytes| {
    let _ = parse_neighbours(bytes);
    let connections = Connections {
        links: parse_links(bytes),
        addresses: parse_addresses(bytes),
        routes: parse_routes(bytes),
        ruled: parse_rules(bytes),
    };
    let _ = (connections.attached(), connections.route([10, 0, 0, 1].into()), connections.beside([10, 0, 0, 1].into()));
});
