//! Why a server refuses, as a word that both sides know.

use super::MAX_ANSWER_BYTES;
use super::reading::{Fields, Malformed, Read, malformed};
use serde_json::json;
use visite_facts::{Word, words};

words! {
    /// Why a server refuses a request of an agent.
    pub enum RefusalReason {
        /// There is no such token.
        TokenUnknown = "token_unknown",
        /// The token was used before.
        TokenUsed = "token_used",
        /// The token is older than 24 hours.
        TokenExpired = "token_expired",
        /// The request for a certificate is not valid.
        RequestInvalid = "request_invalid",
        /// The route needs a client certificate, and none came.
        CertificateMissing = "certificate_missing",
        /// The client certificate is no agent's, or is not valid yet.
        CertificateInvalid = "certificate_invalid",
        /// The client certificate has expired; the computer must be enrolled again.
        CertificateExpired = "certificate_expired",
        /// Somebody ended the access of this agent.
        Revoked = "revoked",
        /// The server does not know this agent.
        AgentUnknown = "agent_unknown",
        /// The message means nothing to the server.
        Malformed = "malformed",
        /// The message is larger than the server takes.
        TooLarge = "too_large",
        /// The server no longer speaks this version of the protocol.
        VersionUnsupported = "version_unsupported",
        /// The server cannot take anything at the moment.
        Busy = "busy",
    }
}

/// The body of an answer with a status of 400 or above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: RefusalReason,
}

impl Refusal {
    /// The status with which it is sent.
    pub fn status(self) -> u16 {
        use RefusalReason as R;
        match self.reason {
            R::TokenUnknown | R::TokenUsed | R::TokenExpired | R::CertificateMissing => 403,
            R::CertificateInvalid | R::CertificateExpired | R::Revoked | R::AgentUnknown => 403,
            R::RequestInvalid | R::Malformed => 400,
            R::TooLarge => 413,
            R::VersionUnsupported => 404,
            R::Busy => 503,
        }
    }

    /// The body's bytes.
    pub fn to_json(self) -> Vec<u8> {
        json!({ "reason": self.reason.word() }).to_string().into_bytes()
    }
}

/// Reads the body of a refusal.
pub fn parse_refusal(bytes: &[u8]) -> Result<Read<Refusal>, Malformed> {
    let mut fields = Fields::of_message(bytes, MAX_ANSWER_BYTES)?;
    let word = fields.text("reason", 64)?;
    let reason = RefusalReason::from_word(&word).ok_or(malformed("reason", "a known reason"))?;
    Ok(fields.done(Refusal { reason }))
}
