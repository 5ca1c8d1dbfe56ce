//! The dialogue with `firebird`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Firebird);
