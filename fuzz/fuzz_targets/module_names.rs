//! Lists of kernel modules: no more names than lines.
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::firewall::parse_module_names;

visite_fuzz::fuzz_text!(|text| {
    for separator in [' ', '\n'] {
        assert!(parse_module_names(text, separator).len() <= lines(text));
    }
});
