//! Enrolling and renewing: a key that never leaves this computer, and a certificate for it.

use crate::address::ServerUrl;
use crate::call::{CallError, Line};
use crate::certificate::{AgentCertificate, CertificateError, parse_agent_certificate};
use crate::clock::Clock;
use crate::identity::{Credentials, Home, Identity, IdentityError};
use crate::protocol::{
    ENROL, EnrolRequest, Hash, MedicalDevice, RENEW, RenewRequest, Token, parse_enrol_answer, parse_renew_answer,
};
use crate::tls;
use rcgen::{CertificateParams, DistinguishedName, KeyPair, PublicKeyData};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::sync::Arc;

/// What a person says when a computer is enrolled.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// The server.
    pub server: ServerUrl,
    /// A relay on the way there, as `host:port`.
    pub relay: Option<String>,
    /// The one-time token.
    pub token: Token,
    /// Name of this computer for people.
    pub name: String,
    /// Version of the program.
    pub version: String,
    /// Whether the computer belongs to a medical device.
    pub medical_device: MedicalDevice,
    /// Whether an earlier enrolment, and what is kept of it, may go.
    pub replace: bool,
}

/// Why enrolling or renewing failed.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// This computer is enrolled already.
    #[error("this computer is enrolled already")]
    Already(Box<Identity>),
    /// The server did not answer, or refused.
    #[error("the server")]
    Call(#[from] CallError),
    /// What the server sent does not fit together.
    #[error("the server sent {0}")]
    Answer(&'static str),
    /// The agent's own files.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// No key could be made.
    #[error("cannot make a key")]
    Key(#[from] rcgen::Error),
    /// TLS could not be prepared.
    #[error("cannot prepare TLS")]
    Tls(#[from] rustls::Error),
}

impl From<CertificateError> for EnrolError {
    fn from(_: CertificateError) -> Self {
        Self::Answer("a certificate that is not an agent's")
    }
}

/// Enrols this computer and keeps who it is from now on.
pub async fn enrol(home: &Home, enrolment: Enrolment, clock: &Clock) -> Result<Identity, EnrolError> {
    let _lock = home.lock()?;
    match home.read() {
        Ok(identity) if !enrolment.replace => return Err(EnrolError::Already(Box::new(identity))),
        Ok(_) | Err(IdentityError::NotEnrolled(_) | IdentityError::Damaged { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let Enrolment { server, relay, token, name, version, medical_device, replace: _ } = enrolment;
    let key = KeyPair::generate()?;
    let request = EnrolRequest {
        token: token.text(),
        csr: request_for(&key)?,
        name,
        version,
        medical_device: medical_device.clone(),
    };
    let config = Arc::new(tls::pinned(token.ca, clock)?);
    let line = Line { server: server.clone(), relay: relay.clone(), tls: config };
    let bytes = line.post(ENROL, &request.to_json()).await?;
    let answer = parse_enrol_answer(&bytes).map_err(CallError::from)?.value;
    let ca = CertificateDer::from_pem_slice(answer.ca.as_bytes());
    if ca.ok().map(|ca| Hash::of(&ca)) != Some(token.ca) {
        return Err(EnrolError::Answer("another CA than the token names"));
    }
    let credentials = Credentials { key: key.serialize_pem(), certificate: answer.certificate, ca: answer.ca };
    if own_certificate(&credentials, &key)?.name != answer.name {
        return Err(EnrolError::Answer("a certificate for another agent"));
    }
    // What was kept for another server, or under another name, must not reach this one.
    home.clear()?;
    let identity = Identity {
        server,
        relay,
        name: answer.name,
        credentials,
        epoch: answer.epoch,
        schedule: answer.schedule,
        medical_device,
    };
    home.write(&identity)?;
    Ok(identity)
}

/// Gets the next certificate, for a new key.
pub async fn renew(line: &Line, identity: &Identity) -> Result<Credentials, EnrolError> {
    let key = KeyPair::generate()?;
    let bytes = line.post(RENEW, &RenewRequest { csr: request_for(&key)? }.to_json()).await?;
    let answer = parse_renew_answer(&bytes).map_err(CallError::from)?.value;
    let credentials = Credentials { key: key.serialize_pem(), certificate: answer.certificate, ca: answer.ca };
    if own_certificate(&credentials, &key)?.name != identity.name {
        return Err(EnrolError::Answer("a certificate for another agent"));
    }
    Ok(credentials)
}

/// What the agent's certificate says.
pub fn certificate_of(credentials: &Credentials) -> Result<AgentCertificate, CertificateError> {
    let der = CertificateDer::from_pem_slice(credentials.certificate.as_bytes());
    parse_agent_certificate(&der.map_err(|_| CertificateError::NotACertificate)?)
}

fn own_certificate(credentials: &Credentials, key: &KeyPair) -> Result<AgentCertificate, EnrolError> {
    let certificate = certificate_of(credentials)?;
    if certificate.public_key != key.subject_public_key_info() {
        return Err(EnrolError::Answer("a certificate for another key"));
    }
    // That its own parts fit together is seen before they replace those that work.
    tls::mutual(credentials, &Clock::system())?;
    Ok(certificate)
}

/// A request for a certificate. It names nobody: who the agent is, the server says.
fn request_for(key: &KeyPair) -> Result<String, rcgen::Error> {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    parameters.serialize_request(key)?.pem()
}
