//! The dialogue with `mqtt`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Mqtt);
