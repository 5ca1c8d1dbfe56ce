//! Contents of snapshots as agents send them: what was read is written and read again without loss.
#![no_main]

use visite_agent::protocol::{content_of, parse_body};

visite_fuzz::fuzz_text!(|text| {
    let Ok((snapshot, _)) = parse_body(text, visite_fuzz::now(), None) else { return };
    let content = content_of(&snapshot);
    let (again, problems) = parse_body(&content, visite_fuzz::now(), None).expect("our own");
    assert!(problems.is_empty());
    assert_eq!(content_of(&again), content);
});
