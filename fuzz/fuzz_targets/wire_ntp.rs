//! The dialogue with `ntp` over datagrams.
#![no_main]

visite_fuzz::fuzz_dialogue!(udp, Ntp);
