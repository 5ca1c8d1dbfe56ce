//! A file of recog: what is taken from it recognises without harm.
#![no_main]

use visite_wire::TextPlace;
use visite_wire::fingerprints::Fingerprints;

visite_fuzz::fuzz_text!(|text| {
    let mut fingerprints = Fingerprints::default();
    if fingerprints.add_recog("ssh_banners", text).is_ok() {
        for banner in ["OpenSSH_9.2p1 Debian-2+deb12u3", "dropbear_2022.83", ""] {
            let _ = fingerprints.identify(TextPlace::SshBanner, banner);
        }
    }
});
