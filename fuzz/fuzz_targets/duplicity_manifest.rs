//! Names in Duplicity's notes.
#![no_main]

use visite_host::linux::backup::parse_manifest_name;

visite_fuzz::fuzz_text!(|text| {
    let _ = parse_manifest_name(text);
});
