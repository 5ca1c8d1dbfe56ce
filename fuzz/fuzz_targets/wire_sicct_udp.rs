//! The dialogue with `sicct` over datagrams.
#![no_main]

visite_fuzz::fuzz_dialogue!(udp, Sicct);
