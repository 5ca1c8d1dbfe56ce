//! Names of the things that the store keeps. Parsed once, so that no key holds what an address or a certificate cannot.
//!
//! An id is given by the caller or made from random bytes that the caller brings; the store draws no random numbers.

use crate::StoreError;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest id, in bytes.
const MAX_ID_BYTES: usize = 64;

/// Whether `text` can be an id: 1 to 64 small letters, digits, `-`, `_` and `.`, so that it is one part of a path and
/// of a certificate's subject.
fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    !text.is_empty() && text.len() <= MAX_ID_BYTES && text.bytes().all(allowed) && !text.starts_with('.')
}

macro_rules! ids {
    ($($(#[doc = $doc:literal])* $name:ident = $kind:literal;)+) => {$(
        $(#[doc = $doc])*
        #[doc = ""]
        #[doc = "1 to 64 small letters, digits, `-`, `_` and `.`."]
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id spelled `text`; an error if it has other characters or is too long.
            pub fn new(text: impl Into<String>) -> Result<Self, StoreError> {
                let text = text.into();
                if is_id(&text) { Ok(Self(text)) } else { Err(StoreError::id($kind, &text)) }
            }

            /// An id from random bytes, which the caller draws.
            pub fn from_random(bytes: [u8; 16]) -> Self {
                Self(crate::hex(&bytes))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// An id that stands in a row already.
            pub(crate) fn stored(text: String) -> Self {
                Self(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = StoreError;
            fn from_str(text: &str) -> Result<Self, StoreError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = StoreError;
            fn try_from(text: String) -> Result<Self, StoreError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    )+};
}

ids! {
    /// Names a practice.
    PracticeId = "practice";
    /// Names a place of a practice.
    SiteId = "site";
    /// Names an agent of a practice.
    AgentId = "agent";
    /// Names an account of a person.
    AccountId = "account";
    /// Names a job.
    JobId = "job";
    /// Names a record, which is a proof that a practice keeps.
    RecordId = "record";
    /// Names a webhook.
    WebhookId = "webhook";
}
