//! The dialogue with `oracle`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Oracle);
