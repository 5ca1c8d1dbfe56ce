//! Answers to a request for an association of DICOM.
#![no_main]

use visite_wire::dicom::parse_association;

visite_fuzz::fuzz_bytes!(|bytes| {
    let _ = parse_association(bytes);
});
