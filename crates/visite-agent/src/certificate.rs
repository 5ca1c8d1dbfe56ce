//! Reads the certificate of an agent: who it is, which number it has, and how long it is valid.

use crate::protocol::{AgentName, parse_agent_name};
use jiff::{SignedDuration, Timestamp};
use x509_parser::prelude::{FromDer, X509Certificate};

/// What a certificate of an agent says. Whether a CA signed it is for TLS to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentCertificate {
    /// Whose it is.
    pub name: AgentName,
    /// Its number, in small hexadecimal digits.
    pub serial: String,
    /// When it begins to be valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
    /// The public key (SubjectPublicKeyInfo, DER).
    pub public_key: Vec<u8>,
}

/// Why a certificate is no agent's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// It is not a certificate.
    #[error("not a certificate")]
    NotACertificate,
    /// Its subject is not exactly one common name of an agent.
    #[error("its subject is no agent")]
    NotAnAgent,
    /// Its times mean nothing.
    #[error("its times mean nothing")]
    NoTime,
}

impl AgentCertificate {
    /// When it should be replaced: after two thirds of its life.
    pub fn renew_at(&self) -> Timestamp {
        let life = self.not_after.duration_since(self.not_before);
        let two_thirds = SignedDuration::from_secs(life.as_secs() / 3 * 2);
        self.not_before.saturating_add(two_thirds).unwrap_or(self.not_after)
    }
}

/// Reads a certificate in DER. Strict about who: a subject with anything but one common name is nobody.
pub fn parse_agent_certificate(der: &[u8]) -> Result<AgentCertificate, CertificateError> {
    let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| CertificateError::NotACertificate)?;
    if !rest.is_empty() {
        return Err(CertificateError::NotACertificate);
    }
    let subject = certificate.subject();
    let mut names = subject.iter_common_name();
    let common_name = match (names.next(), subject.iter_attributes().count()) {
        (Some(name), 1) => name.as_str().ok(),
        _ => None,
    };
    let time = |time: x509_parser::time::ASN1Time| {
        Timestamp::from_second(time.timestamp()).map_err(|_| CertificateError::NoTime)
    };
    let serial = certificate.raw_serial().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    Ok(AgentCertificate {
        name: common_name.and_then(parse_agent_name).ok_or(CertificateError::NotAnAgent)?,
        serial,
        not_before: time(certificate.validity().not_before)?,
        not_after: time(certificate.validity().not_after)?,
        public_key: certificate.public_key().raw.to_vec(),
    })
}
