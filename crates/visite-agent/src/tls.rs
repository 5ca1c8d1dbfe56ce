//! How the agent knows its server, and how the server knows it: TLS 1.3 with rustls and ring, and no other CA than the
//! server's own.

use crate::clock::Clock;
use crate::identity::Credentials;
use crate::protocol::Hash;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::sync::Arc;

/// The cryptography that agents and server use.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// For enrolling: believes a server whose chain leads to the CA certificate with the hash `ca`, which the token named.
pub fn pinned(ca: Hash, clock: &Clock) -> Result<ClientConfig, Error> {
    let verifier = Arc::new(PinnedCa { ca, provider: provider() });
    Ok(builder(clock)?.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// For everything else: believes servers of the CA that was met when enrolling, and shows the agent's own certificate.
pub fn mutual(credentials: &Credentials, clock: &Clock) -> Result<ClientConfig, Error> {
    let unusable = |_| Error::General("a certificate that is no PEM".to_owned());
    let mut roots = RootCertStore::empty();
    for ca in CertificateDer::pem_slice_iter(credentials.ca.as_bytes()) {
        roots.add(ca.map_err(unusable)?)?;
    }
    let chain = CertificateDer::pem_slice_iter(credentials.certificate.as_bytes()).collect::<Result<_, _>>();
    let key = PrivateKeyDer::from_pem_slice(credentials.key.as_bytes()).map_err(unusable)?;
    builder(clock)?.with_root_certificates(roots).with_client_auth_cert(chain.map_err(unusable)?, key)
}

fn builder(clock: &Clock) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, Error> {
    ClientConfig::builder_with_details(provider(), Arc::new(clock.clone()))
        .with_protocol_versions(&[&rustls::version::TLS13])
}

/// Believes one CA, known by the hash of its certificate, which the server sends along.
#[derive(Debug)]
struct PinnedCa {
    ca: Hash,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedCa {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let ca = intermediates.iter().find(|certificate| Hash::of(certificate) == self.ca);
        let ca = ca.ok_or(Error::InvalidCertificate(CertificateError::UnknownIssuer))?;
        let mut roots = RootCertStore::empty();
        roots.add(ca.clone().into_owned())?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone())
            .build()
            .map_err(|error| Error::General(error.to_string()))?;
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
