//! The dialogue with `postgresql`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Postgresql);
