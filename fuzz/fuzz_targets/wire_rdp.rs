//! The dialogue with `rdp`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Rdp);
