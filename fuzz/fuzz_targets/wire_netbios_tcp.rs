//! The dialogue with `netbios` over TCP.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Netbios);
