//! The dialogue with `http`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Http);
