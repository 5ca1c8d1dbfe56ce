//! TLS of the agents' endpoint: 1.3 only, and a client certificate is asked for. Whoever has none may connect, for enrolling
//! comes before; [`super::guard`] keeps everybody else out.

use super::authority::{Authority, AuthorityError};
use jiff::Timestamp;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConfig, SignatureScheme};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use visite_agent::certificate::parse_agent_certificate;
use visite_agent::clock::Clock;
use visite_agent::tls::provider;

/// The server's own certificate, replaced while the server runs.
#[derive(Debug)]
pub struct ServerIdentity {
    names: Vec<String>,
    current: RwLock<(Arc<CertifiedKey>, Timestamp)>,
}

impl ServerIdentity {
    /// A certificate for names and addresses.
    pub fn new(authority: &Authority, names: Vec<String>, now: Timestamp) -> Result<Arc<Self>, AuthorityError> {
        let (key, renew_at) = authority.issue_for_server(&names, now)?;
        Ok(Arc::new(Self { names, current: RwLock::new((Arc::new(key), renew_at)) }))
    }

    /// Replaces the certificate after two thirds of its life; true if it did. Connections that are open go on.
    pub fn renew_if_due(&self, authority: &Authority, now: Timestamp) -> Result<bool, AuthorityError> {
        if now < self.current.read().unwrap_or_else(PoisonError::into_inner).1 {
            return Ok(false);
        }
        let (key, renew_at) = authority.issue_for_server(&self.names, now)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = (Arc::new(key), renew_at);
        Ok(true)
    }
}

impl ResolvesServerCert for ServerIdentity {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.read().unwrap_or_else(PoisonError::into_inner).0.clone())
    }
}

/// How the endpoint speaks TLS.
pub fn server_config(
    authority: &Authority,
    identity: Arc<ServerIdentity>,
    clock: &Clock,
) -> Result<ServerConfig, AuthorityError> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate().clone())?;
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
        .allow_unauthenticated()
        .clear_root_hint_subjects()
        .build()
        .map_err(|error| Error::General(error.to_string()))?;
    let config = ServerConfig::builder_with_details(provider(), Arc::new(clock.clone()))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(Arc::new(Agents(verifier)))
        .with_cert_resolver(identity);
    Ok(config)
}

/// Believes agents of the authority, also those whose certificate has expired: [`super::guard`] refuses them with a reason
/// that the agent understands, which an alert of TLS does not reliably bring across.
#[derive(Debug)]
struct Agents(Arc<dyn ClientCertVerifier>);

impl ClientCertVerifier for Agents {
    fn client_auth_mandatory(&self) -> bool {
        self.0.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let refused = |_| Error::InvalidCertificate(rustls::CertificateError::ApplicationVerificationFailure);
        let certificate = parse_agent_certificate(end_entity).map_err(refused)?;
        let last = u64::try_from(certificate.not_after.as_second()).unwrap_or(0);
        let then = UnixTime::since_unix_epoch(Duration::from_secs(now.as_secs().min(last)));
        self.0.verify_client_cert(end_entity, intermediates, then)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
