//! The dialogue with `rtsp`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Rtsp);
