//! The dialogue with `mongodb`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Mongodb);
