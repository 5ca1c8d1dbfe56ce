//! The grammar of sudoers(5): line numbers rise.
//! Seeds: crates/visite-host/tests/data/accounts
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::accounts::sudoers::grammar::parse_sudoers;

visite_fuzz::fuzz_text!(|text| {
    let statements = parse_sudoers(text);
    assert!(statements.is_sorted_by(|one, other| one.0 < other.0));
    assert!(statements.last().is_none_or(|(number, _)| *number <= lines(text)));
});
