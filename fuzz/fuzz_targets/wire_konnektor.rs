//! The dialogue with `konnektor`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Konnektor);
