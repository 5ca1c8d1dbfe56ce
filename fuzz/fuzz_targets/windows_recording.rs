//! Recordings of Windows computers: read, understood, and the same facts each time.
#![no_main]

use visite_host::windows::recording::Recording;
use visite_host::windows::understand;

visite_fuzz::fuzz_bytes!(|bytes| {
    let Ok(recording) = Recording::from_json(bytes) else { return };
    assert_eq!(understand(&recording), understand(&recording));
});
