//! The dialogue with `mdns` over datagrams.
#![no_main]

visite_fuzz::fuzz_dialogue!(udp, Mdns);
