//! The head of a database of ClamAV.
#![no_main]

use visite_host::linux::malware_protection::parse_cvd_time;

visite_fuzz::fuzz_bytes!(|bytes| {
    let _ = parse_cvd_time(bytes);
});
