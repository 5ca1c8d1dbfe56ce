//! The dialogue with `netbios` over datagrams.
#![no_main]

visite_fuzz::fuzz_dialogue!(udp, Netbios);
