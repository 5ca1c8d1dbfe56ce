//! Databases of dconf: what has a value is contained.
//! Seeds: crates/visite-host/tests/data/screen_lock
#![no_main]

use visite_host::linux::screen_lock::gvdb::parse_gvdb;

visite_fuzz::fuzz_bytes!(|bytes| {
    const KEYS: [&str; 3] =
        ["/org/gnome/desktop/session/idle-delay", "/org/gnome/desktop/screensaver/lock-enabled", ""];
    let Ok(root) = parse_gvdb(bytes) else { return };
    let locks = root.table(".locks").ok().flatten();
    for table in [Some(&root), locks.as_ref()].into_iter().flatten() {
        for key in KEYS {
            if let Ok(value) = table.value(key) {
                assert_eq!(table.contains(key), Ok(value.is_some()));
            }
        }
    }
});
