//! `/proc/net/fib_trie`: no more addresses than lines.
//! Seeds: crates/visite-host/tests/data/sockets
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::sockets::parse_fib_trie;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_fib_trie(text).len() <= lines(text));
});
