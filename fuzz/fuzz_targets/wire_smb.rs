//! The dialogue with `smb`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Smb);
