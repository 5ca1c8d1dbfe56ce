//! The dialogue with `smtp`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Smtp);
