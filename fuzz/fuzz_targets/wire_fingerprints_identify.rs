//! A fingerprint of the catalogue and a text: pattern in the first line, the text behind it.
#![no_main]

use visite_wire::TextPlace;
use visite_wire::fingerprints::{Fingerprints, Own};

visite_fuzz::fuzz_text!(|text| {
    let (pattern, text) = text.split_once('\n').unwrap_or((text, ""));
    let own = Own {
        id: "fuzz",
        place: TextPlace::HttpServer.word(),
        pattern,
        product: Some("{1}"),
        version: Some("{2}"),
        ..Own::default()
    };
    let mut fingerprints = Fingerprints::default();
    if fingerprints.add_own(&own).is_ok() {
        let _ = fingerprints.identify(TextPlace::HttpServer, text);
    }
});
