//! People who work in or for the practice, and the IT provider.
//!
//! For the register of people, the rights they have, and everyone who asks who allowed or accepted something. Names
//! are optional: an id such as `mfa-1` is enough for every check. Deliberately absent: passwords, private contacts.

use crate::formats::{DateText, FreeText};
use crate::ids::PersonId;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use visite_facts::words;

words! {
    /// What a person does in or for the practice.
    pub enum PersonRole {
        /// Owns the practice and answers for it.
        Owner = "owner",
        /// Physician, dentist or psychotherapist.
        Physician = "physician",
        /// Treats patients without being a physician, e.g. physiotherapist or dietician.
        Therapist = "therapist",
        /// Medical assistant (Medizinische Fachangestellte).
        Assistant = "assistant",
        /// Office, accounting, practice management.
        Office = "office",
        /// In training, or an intern.
        Trainee = "trainee",
        /// Responsible for information technology and its security in the practice.
        ItResponsible = "it_responsible",
        /// Data-protection officer.
        DataProtectionOfficer = "data_protection_officer",
        /// Comes from another organisation, e.g. the IT provider or a cleaning company.
        External = "external",
    }
}

/// Someone who works in or for the practice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "person")]
pub struct Person {
    /// Id, e.g. `mfa-1`. Other entries refer to it.
    pub id: PersonId,
    /// What the person does; several are possible.
    #[schemars(length(min = 1))]
    pub roles: Vec<PersonRole>,
    /// Name, if documents shall show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<FreeText>")]
    pub name: Option<String>,
    /// The organisation an external person comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<FreeText>")]
    pub organisation: Option<String>,
    /// First day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<DateText>")]
    pub since: Option<Date>,
    /// Last day; absent while the person stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<DateText>")]
    pub until: Option<Date>,
}

impl Person {
    /// Whether the person works in or for the practice on `date`.
    pub fn is_active_on(&self, date: Date) -> bool {
        self.since.is_none_or(|since| since <= date) && self.until.is_none_or(|until| date <= until)
    }
}

/// The IT provider of the practice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "provider")]
pub struct Provider {
    /// Name of the company.
    #[schemars(with = "FreeText")]
    pub name: String,
    /// How to reach it in an emergency.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<FreeText>")]
    pub contact: Option<String>,
    /// Day on which the contract on processing of data was signed (AVV, Art. 28 DSGVO).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<DateText>")]
    pub processing_agreement: Option<Date>,
    /// Day on which it was bound in writing to professional secrecy (§ 203 StGB).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<DateText>")]
    pub confidentiality_agreement: Option<Date>,
}
