//! The dialogue with `kerberos` over TCP.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Kerberos);
