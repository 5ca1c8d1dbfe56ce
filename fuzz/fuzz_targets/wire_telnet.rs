//! The dialogue with `telnet`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Telnet);
