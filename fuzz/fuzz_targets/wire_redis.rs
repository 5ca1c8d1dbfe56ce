//! The dialogue with `redis`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Redis);
