//! Certificates of agents: whoever is read is exactly who would be written.
#![no_main]

use visite_agent::certificate::parse_agent_certificate;
use visite_agent::protocol::parse_agent_name;

visite_fuzz::fuzz_bytes!(|bytes| {
    let Ok(certificate) = parse_agent_certificate(bytes) else { return };
    assert_eq!(parse_agent_name(&certificate.name.to_string()), Some(certificate.name.clone()));
    assert!(certificate.renew_at() <= certificate.not_after || certificate.not_after < certificate.not_before);
});
