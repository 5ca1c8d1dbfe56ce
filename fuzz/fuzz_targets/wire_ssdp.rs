//! The dialogue with `ssdp` over datagrams.
#![no_main]

visite_fuzz::fuzz_dialogue!(udp, Ssdp);
