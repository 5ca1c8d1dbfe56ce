//! Certificates: what they say may be shown.
//! Seeds: crates/visite-wire/tests/data/x509
#![no_main]

use visite_fuzz::assert_tame;
use visite_wire::x509::Certificate;

visite_fuzz::fuzz_bytes!(|bytes| {
    let Some(certificate) = Certificate::read(bytes) else { return };
    for name in [&certificate.subject, &certificate.issuer] {
        for text in [&name.common_name, &name.organisation].into_iter().flatten() {
            assert_tame(text);
        }
        let _ = name.text();
    }
});
