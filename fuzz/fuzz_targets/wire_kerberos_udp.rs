//! The dialogue with `kerberos` over datagrams.
#![no_main]

visite_fuzz::fuzz_dialogue!(udp, Kerberos);
