//! Names by which entries of the practice file refer to each other, one type for each kind of entry.
//!
//! For everyone who follows such a reference. An id is chosen by the practice and stays for good: documents, scans and
//! acceptances name it. Deliberately absent: ids of subjects, which come from `visite-facts`.

use crate::formats::{Complaint, parse_id, text_form};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! ids {
    ($($(#[doc = $doc:literal])* $name:ident $schema:literal $description:literal;)+) => { $(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Complaint;
            fn from_str(text: &str) -> Result<Self, Complaint> {
                parse_id(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        text_form!($name, $schema, "id", $description);
    )+ };
}

ids! {
    /// Names a [`Person`](crate::Person).
    PersonId "PersonId" "Id of a person: lower-case letters, digits, hyphens.";
    /// Names a [`Zone`](crate::Zone), or [`INTERNET`](crate::INTERNET).
    ZoneId "ZoneId" "Id of a zone: lower-case letters, digits, hyphens. `internet` is everything outside.";
    /// Names a [`Conduit`](crate::Conduit).
    ConduitId "ConduitId" "Id of a conduit: lower-case letters, digits, hyphens.";
    /// Names a [`Device`](crate::Device).
    DeviceId "DeviceId" "Id of a device: lower-case letters, digits, hyphens.";
    /// Names a [`Release`](crate::Release).
    ReleaseId "ReleaseId" "Id of a release: lower-case letters, digits, hyphens.";
    /// Names an [`Exemption`](crate::Exemption).
    ExemptionId "ExemptionId" "Id of an exemption: lower-case letters, digits, hyphens.";
}
