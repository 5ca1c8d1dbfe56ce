//! The dialogue with `rpcbind` over TCP.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Rpcbind);
