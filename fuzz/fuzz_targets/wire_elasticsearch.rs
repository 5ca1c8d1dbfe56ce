//! The dialogue with `elasticsearch`.
#![no_main]

visite_fuzz::fuzz_dialogue!(tcp, Elasticsearch);
