//! The dialogue with `postgresql`, for whether a password is asked for.
#![no_main]

visite_fuzz::fuzz_dialogue!(login, Postgresql);
