//! Three versions of Debian packages, one a line: their order is a total one.
#![no_main]

use std::cmp::Ordering::Greater;
use visite_host::linux::updates::compare_versions;

visite_fuzz::fuzz_text!(|text| {
    let mut versions = text.splitn(3, '\n');
    let [a, b, c] = [(); 3].map(|()| versions.next().unwrap_or_default());
    assert!(compare_versions(a, a).is_eq());
    assert_eq!(compare_versions(a, b), compare_versions(b, a).reverse());
    if compare_versions(a, b) != Greater && compare_versions(b, c) != Greater {
        assert_ne!(compare_versions(a, c), Greater);
    }
});
