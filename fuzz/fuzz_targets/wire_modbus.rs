//! The dialogue with `modbus`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Modbus);
