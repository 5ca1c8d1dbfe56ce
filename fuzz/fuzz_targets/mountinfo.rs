//! Mounts as the kernel lists them, proc_pid_mountinfo(5).
#![no_main]

use visite_host::linux::machine_kind::parse_mountinfo;

visite_fuzz::fuzz_text!(|text| {
    let _ = parse_mountinfo(text);
});
