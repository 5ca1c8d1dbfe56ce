//! The dialogue with `rsync`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Rsync);
