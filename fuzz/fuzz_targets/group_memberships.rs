//! The groups of one account in `/etc/group`: no more than lines.
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::screen_lock::people::parse_group_memberships;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_group_memberships(text, "anna").len() <= lines(text));
});
