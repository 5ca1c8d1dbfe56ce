//! The dialogue with `dns` over TCP.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Dns);
