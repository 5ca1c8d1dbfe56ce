//! The dialogue with `sip` over TCP.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Sip);
