//! Enrolling and renewing: how an agent gets its certificates.

use super::deliver::Schedule;
use super::reading::{Fields, Malformed, Read, malformed};
use super::{AgentName, MAX_ANSWER_BYTES};
use serde_json::json;

/// Longest PEM text of a certificate, a chain or a request.
const MAX_PEM: usize = 16 * 1024;
/// Longest name for people.
const MAX_NAME: usize = 200;
/// Longest text of an approval.
const MAX_APPROVAL: usize = 1_000;
/// Largest request before anybody is known.
const MAX_REQUEST: usize = 32 * 1024;

/// Whether the computer belongs to a medical device, as the person said who enrolled it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MedicalDevice {
    /// It does not.
    No,
    /// It does, and its manufacturer approved of the agent.
    Approved {
        /// Who approved what and when, in the words of that person.
        approval: String,
    },
}

impl MedicalDevice {
    /// As it stands in messages and in the agent's own file.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::No => json!({ "belongs": false }),
            Self::Approved { approval } => json!({ "belongs": true, "approval": approval }),
        }
    }

    pub(crate) fn from_json(value: serde_json::Value) -> Result<Self, Malformed> {
        Self::read(Fields::of_value(value, "medical_device")?).map(|read| read.value)
    }

    fn read(mut fields: Fields) -> Result<Read<Self>, Malformed> {
        let device = match (fields.flag("belongs")?, fields.optional_text("approval", MAX_APPROVAL)?) {
            (false, None) => Self::No,
            (true, Some(approval)) if !approval.trim().is_empty() => Self::Approved { approval },
            _ => return Err(malformed("medical_device", "no, or yes with the manufacturer's approval")),
        };
        Ok(fields.done(device))
    }
}

/// `POST /agent/v1/enrol`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolRequest {
    /// The token's text.
    pub token: String,
    /// The request for a certificate, PEM.
    pub csr: String,
    /// Name of the computer for people.
    pub name: String,
    /// Version of the program.
    pub version: String,
    /// Whether the computer belongs to a medical device.
    pub medical_device: MedicalDevice,
}

impl EnrolRequest {
    /// The message's bytes.
    pub fn to_json(&self) -> Vec<u8> {
        let Self { token, csr, name, version, medical_device } = self;
        let medical_device = medical_device.to_json();
        json!({ "token": token, "csr": csr, "name": name, "version": version, "medical_device": medical_device })
            .to_string()
            .into_bytes()
    }
}

/// Reads a request to enrol.
pub fn parse_enrol_request(bytes: &[u8]) -> Result<Read<EnrolRequest>, Malformed> {
    let mut fields = Fields::of_message(bytes, MAX_REQUEST)?;
    let medical_device = MedicalDevice::read(fields.object("medical_device")?)?;
    fields.drop_also(medical_device.dropped);
    let request = EnrolRequest {
        token: fields.text("token", 256)?,
        csr: fields.text("csr", MAX_PEM)?,
        name: fields.text("name", MAX_NAME)?,
        version: fields.text("version", 64)?,
        medical_device: medical_device.value,
    };
    Ok(fields.done(request))
}

/// The answer to [`EnrolRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolAnswer {
    /// Who the agent is from now on.
    pub name: AgentName,
    /// Its certificate, PEM.
    pub certificate: String,
    /// The CA's certificate, PEM.
    pub ca: String,
    /// The server's epoch.
    pub epoch: u64,
    /// When to look.
    pub schedule: Schedule,
}

impl EnrolAnswer {
    /// The message's bytes.
    pub fn to_json(&self) -> Vec<u8> {
        json!({
            "practice": self.name.practice.as_str(),
            "agent": self.name.agent.as_str(),
            "certificate": self.certificate,
            "ca": self.ca,
            "epoch": self.epoch,
            "schedule": self.schedule.to_json(),
        })
        .to_string()
        .into_bytes()
    }
}

/// Reads the answer to a request to enrol.
pub fn parse_enrol_answer(bytes: &[u8]) -> Result<Read<EnrolAnswer>, Malformed> {
    let mut fields = Fields::of_message(bytes, MAX_ANSWER_BYTES)?;
    let mut id = |field| fields.text(field, 64)?.parse().map_err(|()| malformed(field, "an id"));
    let name = AgentName { practice: id("practice")?, agent: id("agent")? };
    let schedule = Schedule::read(fields.object("schedule")?)?;
    fields.drop_also(schedule.dropped);
    let answer = EnrolAnswer {
        name,
        certificate: fields.text("certificate", MAX_PEM)?,
        ca: fields.text("ca", MAX_PEM)?,
        epoch: fields.number("epoch")?,
        schedule: schedule.value,
    };
    Ok(fields.done(answer))
}

/// `POST /agent/v1/renew`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewRequest {
    /// The request for a certificate, PEM.
    pub csr: String,
}

impl RenewRequest {
    /// The message's bytes.
    pub fn to_json(&self) -> Vec<u8> {
        json!({ "csr": self.csr }).to_string().into_bytes()
    }
}

/// Reads a request to renew.
pub fn parse_renew_request(bytes: &[u8]) -> Result<Read<RenewRequest>, Malformed> {
    let mut fields = Fields::of_message(bytes, MAX_REQUEST)?;
    let request = RenewRequest { csr: fields.text("csr", MAX_PEM)? };
    Ok(fields.done(request))
}

/// The answer to [`RenewRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewAnswer {
    /// The next certificate, PEM.
    pub certificate: String,
    /// The CA's certificate, PEM; more than one while the server changes its CA.
    pub ca: String,
}

impl RenewAnswer {
    /// The message's bytes.
    pub fn to_json(&self) -> Vec<u8> {
        json!({ "certificate": self.certificate, "ca": self.ca }).to_string().into_bytes()
    }
}

/// Reads the answer to a request to renew.
pub fn parse_renew_answer(bytes: &[u8]) -> Result<Read<RenewAnswer>, Malformed> {
    let mut fields = Fields::of_message(bytes, MAX_ANSWER_BYTES)?;
    let answer = RenewAnswer { certificate: fields.text("certificate", MAX_PEM)?, ca: fields.text("ca", MAX_PEM)? };
    Ok(fields.done(answer))
}
