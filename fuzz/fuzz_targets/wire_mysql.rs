//! The dialogue with `mysql`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Mysql);
