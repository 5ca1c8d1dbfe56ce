//! The dialogue with `x11`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, X11);
