//! Messages between agents and server: what was understood is written and understood again, and nothing of it is dropped.
#![no_main]

use visite_agent::protocol::{
    MAX_NUMBER, Read, parse_delivery, parse_delivery_answer, parse_enrol_answer, parse_enrol_request, parse_refusal,
    parse_renew_answer, parse_renew_request, unpack,
};

macro_rules! again {
    ($parse:ident, $bytes:ident) => {
        if let Ok(Read { value, .. }) = $parse($bytes) {
            assert_eq!($parse(&value.to_json()), Ok(Read { value, dropped: 0 }));
        }
    };
}

visite_fuzz::fuzz_bytes!(|bytes| {
    again!(parse_delivery, bytes);
    again!(parse_delivery_answer, bytes);
    again!(parse_enrol_answer, bytes);
    again!(parse_enrol_request, bytes);
    again!(parse_refusal, bytes);
    again!(parse_renew_answer, bytes);
    again!(parse_renew_request, bytes);
    if let Ok(read) = parse_delivery(bytes) {
        assert!((1..=MAX_NUMBER).contains(&read.value.sequence));
    }
    if let Ok(unpacked) = unpack(bytes, 100_000) {
        assert!(unpacked.len() <= 100_000);
    }
});
