//! The dialogue with `ipmi` over datagrams.
#![no_main]

visite_fuzz::fuzz_dialogue!(udp, Ipmi);
