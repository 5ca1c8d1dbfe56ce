//! The dialogue with `sicct` over TCP.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Sicct);
