//! The dialogue with `ftp`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Ftp);
