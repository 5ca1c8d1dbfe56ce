//! Deliveries as an agent keeps them on disk: what was read is written and read again without loss.
#![no_main]

use visite_agent::spool::parse_kept;

visite_fuzz::fuzz_bytes!(|bytes| {
    let Ok(kept) = parse_kept(bytes) else { return };
    // Contents lie beside the delivery; one that stands in it is not written again.
    let again = parse_kept(&kept.to_json()).expect("our own");
    assert_eq!(again.to_json(), kept.to_json());
    assert_eq!(again.hashes().count(), kept.snapshots.len());
});
