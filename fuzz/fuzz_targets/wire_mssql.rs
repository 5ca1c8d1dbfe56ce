//! The dialogue with `mssql`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Mssql);
