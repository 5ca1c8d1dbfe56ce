//! The dialogue with `sicct`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Sicct);
