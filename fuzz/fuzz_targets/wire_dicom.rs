//! The dialogue with `dicom`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Dicom);
