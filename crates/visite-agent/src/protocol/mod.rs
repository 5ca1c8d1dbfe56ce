//! The words that agents and server exchange, version 1. Both sides use these types.
//!
//! For whoever sends or receives one of the messages of `docs/concepts/platform.md`. Every `parse_*` function is pure and
//! total: it takes any bytes, is bounded in size and depth, drops and counts fields that it does not know, and refuses what
//! has no meaning. Deliberately absent: sending, storing, clocks.

mod body;
mod deliver;
mod enrol;
mod gzip;
mod hash;
mod names;
mod reading;
mod refusal;
mod token;

pub use body::{BodyError, content_of, parse_body};
pub(crate) use deliver::read_entries;
pub use deliver::{Delivery, DeliveryAnswer, Entry, Request, Schedule, parse_delivery, parse_delivery_answer};
pub use enrol::{
    EnrolAnswer, EnrolRequest, MedicalDevice, RenewAnswer, RenewRequest, parse_enrol_answer, parse_enrol_request,
    parse_renew_answer, parse_renew_request,
};
pub use gzip::{UnpackError, pack, unpack};
pub use hash::Hash;
pub use names::{AgentName, Id, parse_agent_name};
pub use reading::{Malformed, Read};
pub use refusal::{Refusal, RefusalReason, parse_refusal};
pub use token::{Token, TokenError, parse_token};

/// Where a client enrols; the only route that is open without a client certificate.
pub const ENROL: &str = "/agent/v1/enrol";
/// Where an agent gets its next certificate.
pub const RENEW: &str = "/agent/v1/renew";
/// Where an agent delivers.
pub const DELIVER: &str = "/agent/v1/deliver";

/// Largest message in bytes, unpacked. A full set of one computer has about half a megabyte.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;
/// Largest message in bytes as it is sent.
pub const MAX_PACKED_BYTES: usize = 4 * 1024 * 1024;
/// Largest answer of a server in bytes.
pub const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// Largest content of one snapshot in bytes.
pub const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;
/// Most snapshots of one delivery.
pub const MAX_SNAPSHOTS: usize = 256;
/// Largest number that a message may hold: JSON readers agree on whole numbers up to here (RFC 8259, 6).
pub const MAX_NUMBER: u64 = (1 << 53) - 1;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Anything may come; nothing of it panics.
        #[test]
        fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".{0,120}") {
            let _ = parse_delivery(&bytes);
            let _ = parse_delivery_answer(&bytes);
            let _ = parse_enrol_request(&bytes);
            let _ = parse_enrol_answer(&bytes);
            let _ = parse_renew_request(&bytes);
            let _ = parse_renew_answer(&bytes);
            let _ = parse_refusal(&bytes);
            let _ = unpack(&bytes, 1_000);
            let _ = crate::spool::parse_kept(&bytes);
            let _ = crate::certificate::parse_agent_certificate(&bytes);
            let _ = parse_body(&text, jiff::Timestamp::UNIX_EPOCH, None);
            let _ = parse_token(&text);
            let _ = parse_agent_name(&text);
            let _ = text.parse::<crate::address::ServerUrl>();
        }

        /// The same for JSON that has the right fields with odd values in them.
        #[test]
        fn no_value_is_too_odd(
            number in any::<i64>(),
            text in ".{0,40}",
            field in prop::sample::select(vec![
                "version", "epoch", "sequence", "sent_at", "full", "gap", "snapshots", "acknowledged", "schedule",
                "requests", "missing", "token", "csr", "name", "medical_device", "practice", "agent", "certificate", "ca",
                "reason", "schema", "made_at",
            ]),
        ) {
            for value in [
                serde_json::json!(number), serde_json::json!(text), serde_json::json!([text]), serde_json::json!(null),
                serde_json::json!({ &text: number }), serde_json::json!([{ "hash": text, "body": text }]),
            ] {
                let mut message = serde_json::json!({
                    "version": "1", "epoch": 1, "sequence": 1, "sent_at": "2026-11-24T12:00:00Z", "full": true, "gap": false,
                    "snapshots": [], "acknowledged": 1, "schedule": { "every_minutes": 60, "at_start": true }, "requests": [],
                    "missing": [], "token": "t", "csr": "c", "name": "n", "medical_device": { "belongs": false },
                    "practice": "p", "agent": "a", "certificate": "c", "ca": "c", "reason": "busy",
                    "schema": "visite.delivery/1", "made_at": "2026-11-24T12:00:00Z",
                });
                let whole = message.to_string().into_bytes();
                prop_assert!(parse_delivery(&whole).is_ok() && parse_delivery_answer(&whole).is_ok());
                prop_assert!(parse_enrol_request(&whole).is_ok() && parse_enrol_answer(&whole).is_ok());
                prop_assert!(parse_refusal(&whole).is_ok() && crate::spool::parse_kept(&whole).is_ok());
                message[field] = value;
                let bytes = message.to_string().into_bytes();
                if let Ok(read) = parse_delivery(&bytes) {
                    prop_assert!(read.value.sequence > 0 && read.value.sequence <= MAX_NUMBER);
                }
                let _ = (parse_delivery_answer(&bytes), parse_enrol_request(&bytes), parse_enrol_answer(&bytes));
                let _ = (parse_refusal(&bytes), crate::spool::parse_kept(&bytes));
            }
        }
    }
}
