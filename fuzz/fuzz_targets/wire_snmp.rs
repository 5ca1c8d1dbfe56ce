//! The dialogue with `snmp` over datagrams.
#![no_main]

visite_fuzz::fuzz_dialogue!(udp, Snmp);
