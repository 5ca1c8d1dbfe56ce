//! The dialogue with `ldap`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Ldap);
