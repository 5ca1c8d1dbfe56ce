//! The dialogue with `imap`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Imap);
