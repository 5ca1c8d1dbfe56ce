//! os-release(5): bad lines are named by number, in order.
//! Seeds: crates/visite-host/tests/data/os-release
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::os_release::parse_os_release;

visite_fuzz::fuzz_text!(|text| {
    let release = parse_os_release(text);
    assert!(release.malformed_lines.is_sorted());
    assert!(release.malformed_lines.last().is_none_or(|number| *number <= lines(text)));
    let _ = release.is_like("debian");
});
