//! The dialogue with `dns` over datagrams.
#![no_main]

visite_fuzz::fuzz_dialogue!(udp, Dns);
