//! The dialogue with `rpcbind` over datagrams.
#![no_main]

visite_fuzz::fuzz_dialogue!(udp, Rpcbind);
