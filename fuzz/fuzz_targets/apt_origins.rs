//! Rules of unattended-upgrades, one a line, of both kinds.
#![no_main]

use visite_host::linux::os_release::parse_os_release;
use visite_host::linux::updates::apt_origins::allows_security;

visite_fuzz::fuzz_text!(|text| {
    let release = parse_os_release("ID=debian\nVERSION_CODENAME=bookworm\n");
    let rules: Vec<String> = text.lines().map(str::to_owned).collect();
    let _ = allows_security(&rules, &rules, &release);
});
