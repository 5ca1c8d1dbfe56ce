//! The dialogue with `mllp`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Mllp);
