//! `dnf needs-restarting -r` with each exit status; never both yes and no for the same text.
#![no_main]

use visite_host::linux::updates::dnf_output::parse_needs_restarting;

visite_fuzz::fuzz_text!(|text| {
    let yes = parse_needs_restarting(Some(1), text);
    let no = parse_needs_restarting(Some(0), text);
    assert!(yes != Some(false) && no != Some(true) && (yes.is_none() || no.is_none()));
    assert_eq!(parse_needs_restarting(None, text), None);
});
