//! The dialogue with `vnc`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Vnc);
