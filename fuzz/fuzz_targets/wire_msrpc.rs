//! The dialogue with `msrpc`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Msrpc);
