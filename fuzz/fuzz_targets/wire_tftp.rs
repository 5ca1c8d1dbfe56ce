//! The dialogue with `tftp` over datagrams.
#![no_main]

visite_fuzz::fuzz_dialogue!(udp, Tftp);
