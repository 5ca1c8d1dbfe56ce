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
