//! The build of a kernel, as uname(2) tells it.
#![no_main]

use visite_host::linux::updates::parse_kernel_build;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_kernel_build(text).is_none_or(|version| text.contains(version)));
});
