//! The dialogue with `fhir`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Fhir);
