//! Answers of web servers: no more is kept than came, and a whole one may become one at each of its bytes.
#![no_main]

use visite_wire::http::{may_become_response, parse_response};

visite_fuzz::fuzz_bytes!(|bytes| {
    let Some(response) = parse_response(bytes) else { return };
    assert!((200..600).contains(&response.status) || response.status == 101);
    assert!(response.body.len() <= bytes.len());
    let half = &bytes[..bytes.len() / 2];
    assert!(parse_response(half).is_some() || may_become_response(half));
});
