//! The dialogue with `pop3`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Pop3);
