//! Announcements of UPnP: what they say may be shown.
#![no_main]

use visite_fuzz::assert_tame;
use visite_wire::ssdp::parse_announcement;

visite_fuzz::fuzz_bytes!(|bytes| {
    let Some(announced) = parse_announcement(bytes) else { return };
    let texts = [Some(&announced.kind), Some(&announced.name), announced.location.as_ref(), announced.server.as_ref()];
    texts.into_iter().flatten().for_each(|text| assert_tame(text));
});
