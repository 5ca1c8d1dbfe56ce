//! The dialogue with `ssh`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Ssh);
