//! The dialogue with `ipp`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Ipp);
