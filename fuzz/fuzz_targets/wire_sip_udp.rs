//! The dialogue with `sip` over datagrams.
#![no_main]

visite_fuzz::fuzz_dialogue!(udp, Sip);
