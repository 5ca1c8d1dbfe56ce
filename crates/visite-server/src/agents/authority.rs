//! The server's own certificate authority: for agents, and for the server itself.
//!
//! Made at first start and kept in one file that only its owner may read. Of a request it takes the public key and nothing
//! else: who somebody is, the server says. The server's own certificate lives in memory and is issued at each start; what
//! others know the server by is the authority.

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData,
    SerialNumber,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::sign::CertifiedKey;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use visite_agent::files;
use visite_agent::protocol::{AgentName, Hash};
use visite_agent::tls::provider;

/// Name of its file.
pub const FILE: &str = "authority.pem";
const MAX_BYTES: u64 = 64 * 1024;
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Clocks of other computers may run behind: certificates are valid since yesterday.
const BEFORE: SignedDuration = DAY;
/// How long the authority is valid. Whoever brought it to other computers should not have to do so again.
const AUTHORITY_LIFE: SignedDuration = SignedDuration::from_hours(30 * 365 * 24);
/// How long an agent's certificate is valid. It is renewed after two thirds, so that a computer may be off for four months.
const AGENT_LIFE: SignedDuration = SignedDuration::from_hours(365 * 24);
/// How long the server's certificate is valid: browsers refuse longer ones.
const SERVER_LIFE: SignedDuration = SignedDuration::from_hours(397 * 24);

/// Why the authority cannot work.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// Its file could not be read or written.
    #[error("`{}`", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its file is not what an authority writes.
    #[error("`{}` is damaged", .0.display())]
    Damaged(PathBuf),
    /// A request for a certificate is not valid: not signed by its own key, or for a kind of key that agents do not make.
    #[error("the request is not valid")]
    Request,
    /// A server cannot have this name.
    #[error("`{0}` is no name and no address")]
    Name(String),
    /// No certificate could be made.
    #[error("cannot make a certificate")]
    Certificate(#[from] rcgen::Error),
    /// The cryptography failed.
    #[error("cannot use a key")]
    Key(#[from] rustls::Error),
}

/// A certificate for an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The certificate, PEM.
    pub pem: String,
    /// Its number in small hexadecimal digits, by which it is revoked.
    pub serial: String,
    /// Until when it is valid.
    pub not_after: Timestamp,
}

/// A certificate authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    pem: String,
}

/// Without the key.
impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").field("hash", &self.hash().to_string()).finish_non_exhaustive()
    }
}

impl Authority {
    /// Opens the authority in `folder`, or makes one there.
    pub fn open(folder: &Path, now: Timestamp) -> Result<Self, AuthorityError> {
        let path = folder.join(FILE);
        let failed = |source| AuthorityError::File { path: path.clone(), source };
        let pem = match files::read_bounded(&path, MAX_BYTES) {
            Ok(bytes) => String::from_utf8(bytes).map_err(|_| AuthorityError::Damaged(path.clone()))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                files::private_folder(folder).map_err(failed)?;
                let pem = made(now)?;
                files::write_whole(&path, pem.as_bytes()).map_err(failed)?;
                pem
            }
            Err(error) => return Err(failed(error)),
        };
        Self::from_pem(&pem).ok_or(AuthorityError::Damaged(path))
    }

    /// From the text of its file: the certificate, and the key that belongs to it.
    fn from_pem(pem: &str) -> Option<Self> {
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
        let key = KeyPair::try_from(&PrivateKeyDer::from_pem_slice(pem.as_bytes()).ok()?).ok()?;
        let signing = provider().key_provider.load_private_key(private(&key)).ok()?;
        CertifiedKey::new(vec![certificate.clone()], signing).keys_match().ok()?;
        let public = pem.find("-----BEGIN CERTIFICATE-----").and_then(|start| pem.get(start..))?;
        let end = public.find("-----END CERTIFICATE-----")? + "-----END CERTIFICATE-----".len();
        let pem = format!("{}\n", public.get(..end)?);
        let issuer = Issuer::from_ca_cert_der(&certificate, key).ok()?;
        Some(Self { issuer, certificate, pem })
    }

    /// Its certificate, PEM: what other computers import, and what an agent gets.
    pub fn certificate_pem(&self) -> &str {
        &self.pem
    }

    /// Its certificate, DER.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// By what a token names it: the SHA-256 of its certificate.
    pub fn hash(&self) -> Hash {
        Hash::of(&self.certificate)
    }

    /// Issues the certificate of an agent for the key of a request (PEM).
    pub fn issue_for_agent(&self, csr: &str, name: &AgentName, now: Timestamp) -> Result<Issued, AuthorityError> {
        let request = CertificateSigningRequestParams::from_pem(csr).map_err(|_| AuthorityError::Request)?;
        if request.public_key.algorithm() != &PKCS_ECDSA_P256_SHA256 {
            return Err(AuthorityError::Request);
        }
        let (mut params, serial, not_after) = params(now, AGENT_LIFE)?;
        params.distinguished_name.push(DnType::CommonName, name.to_string());
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = params.signed_by(&request.public_key, &self.issuer)?;
        Ok(Issued { pem: certificate.pem(), serial, not_after })
    }

    /// Issues a certificate of the server for names and addresses, with a fresh key, and says when to replace it. The chain
    /// holds the authority, too, so that a computer that only has a token can compare it.
    pub fn issue_for_server(
        &self,
        names: &[String],
        now: Timestamp,
    ) -> Result<(CertifiedKey, Timestamp), AuthorityError> {
        let wrong = names.iter().find(|name| ServerName::try_from(name.as_str()).is_err());
        if let Some(name) = wrong {
            return Err(AuthorityError::Name(name.clone()));
        }
        let key = KeyPair::generate()?;
        let (mut params, ..) = params(now, SERVER_LIFE)?;
        params.subject_alt_names = CertificateParams::new(names)?.subject_alt_names;
        params.distinguished_name.push(DnType::CommonName, "Visite");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.signed_by(&key, &self.issuer)?;
        let signing = provider().key_provider.load_private_key(private(&key))?;
        let chain = vec![certificate.der().clone(), self.certificate.clone()];
        let two_thirds = SignedDuration::from_secs(SERVER_LIFE.as_secs() / 3 * 2);
        Ok((CertifiedKey::new(chain, signing), now.saturating_add(two_thirds).unwrap_or(now)))
    }
}

/// A new authority: certificate and key in one text.
fn made(now: Timestamp) -> Result<String, AuthorityError> {
    let key = KeyPair::generate()?;
    let (mut params, ..) = params(now, AUTHORITY_LIFE)?;
    // Its name holds a part of its key, so that a browser that knows two of them keeps them apart.
    let Hash([a, b, c, d, ..]) = Hash::of(&key.subject_public_key_info());
    params.distinguished_name.push(DnType::OrganizationName, "Visite");
    params.distinguished_name.push(DnType::CommonName, format!("Visite CA {a:02x}{b:02x}{c:02x}{d:02x}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let certificate = params.self_signed(&key)?;
    Ok(format!("{}{}", certificate.pem(), key.serialize_pem()))
}

/// What all certificates have: a number that nobody can foresee, and a time. Number and end are given apart, too.
fn params(now: Timestamp, life: SignedDuration) -> Result<(CertificateParams, String, Timestamp), AuthorityError> {
    let mut serial = [0; 16];
    provider().secure_random.fill(&mut serial).map_err(|_| rustls::Error::FailedToGetRandomBytes)?;
    // Positive, and never shorter (RFC 5280, 4.1.2.2).
    serial[0] = serial[0] & 0x7f | 0x40;
    let not_after = now.saturating_add(life).unwrap_or(Timestamp::MAX);
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.use_authority_key_identifier_extension = true;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    // Times before 1970 are 1970.
    let since_1970 = |time: Timestamp| Duration::from_secs(u64::try_from(time.as_second()).unwrap_or(0));
    let beginning = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = beginning + since_1970(now.saturating_sub(BEFORE).unwrap_or(now));
    params.not_after = beginning + since_1970(not_after);
    let serial = serial.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    Ok((params, serial, not_after))
}

fn private(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use visite_agent::certificate::parse_agent_certificate;
    use visite_agent::protocol::parse_agent_name;

    const NOW: Timestamp = Timestamp::constant(1_795_521_600, 0);

    fn request(key: &KeyPair) -> String {
        let mut params = CertificateParams::new(vec!["evil.example".to_owned()]).expect("a name");
        params.distinguished_name.push(DnType::CommonName, "agent:other/admin");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.serialize_request(key).and_then(|request| request.pem()).expect("a request")
    }

    #[test]
    fn the_authority_is_made_once_and_only_its_owner_reads_its_key() {
        let scratch = tempfile::tempdir().expect("a folder");
        let folder = scratch.path().join("data");
        let first = Authority::open(&folder, NOW).expect("made");
        let again = Authority::open(&folder, NOW).expect("read");
        assert_eq!((first.hash(), first.certificate_pem()), (again.hash(), again.certificate_pem()));
        assert!(!first.certificate_pem().contains("PRIVATE"));
        assert_ne!(first.hash(), Authority::open(&scratch.path().join("other"), NOW).expect("made").hash());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.join(FILE)).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_file_is_told_and_never_replaced() {
        let scratch = tempfile::tempdir().expect("a folder");
        let (one, two) = (made(NOW).expect("made"), made(NOW).expect("made"));
        let certificate = &one[..one.find("-----BEGIN PRIVATE").expect("a key")];
        let foreign_key = &two[two.find("-----BEGIN PRIVATE").expect("a key")..];
        for text in ["", "hello", certificate, &format!("{certificate}{foreign_key}")] {
            std::fs::write(scratch.path().join(FILE), text).expect("written");
            let error = Authority::open(scratch.path(), NOW).expect_err("damaged");
            assert!(matches!(error, AuthorityError::Damaged(_)), "{error:?}");
            assert_eq!(std::fs::read_to_string(scratch.path().join(FILE)).expect("there"), text);
        }
    }

    #[test]
    fn an_agent_gets_a_certificate_for_its_key_and_for_nothing_else_it_asked_for() {
        let scratch = tempfile::tempdir().expect("a folder");
        let authority = Authority::open(scratch.path(), NOW).expect("made");
        let key = KeyPair::generate().expect("a key");
        let name = parse_agent_name("agent:p/a").expect("a name");
        let issued = authority.issue_for_agent(&request(&key), &name, NOW).expect("issued");
        let der = CertificateDer::from_pem_slice(issued.pem.as_bytes()).expect("PEM");
        let read = parse_agent_certificate(&der).expect("an agent's");
        assert_eq!((read.name, read.serial, read.not_after), (name.clone(), issued.serial, issued.not_after));
        assert_eq!(read.public_key, key.subject_public_key_info());
        assert_eq!(read.not_before, NOW - DAY);
        let text = String::from_utf8_lossy(&der).into_owned();
        assert!(!text.contains("evil.example") && !text.contains("other/admin"));
        let again = authority.issue_for_agent(&request(&key), &name, NOW).expect("issued");
        assert_ne!(again.pem, issued.pem, "each has its own number");
    }

    #[test]
    fn requests_that_are_not_valid_are_refused() {
        let scratch = tempfile::tempdir().expect("a folder");
        let authority = Authority::open(scratch.path(), NOW).expect("made");
        let name = parse_agent_name("agent:p/a").expect("a name");
        let other = KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key");
        let good = request(&KeyPair::generate().expect("a key"));
        // One digit of the signature is another.
        let mut forged = good.clone().into_bytes();
        let place = forged.len() - "-----END CERTIFICATE REQUEST-----".len() - 12;
        forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).expect("ASCII");
        for csr in ["", "-----BEGIN CERTIFICATE REQUEST-----", authority.certificate_pem(), &request(&other), &forged] {
            let refused = authority.issue_for_agent(csr, &name, NOW);
            assert!(matches!(refused, Err(AuthorityError::Request)), "{csr}");
        }
        assert!(authority.issue_for_agent(&good, &name, NOW).is_ok());
    }

    #[test]
    fn the_server_has_names_and_addresses() {
        let scratch = tempfile::tempdir().expect("a folder");
        let authority = Authority::open(scratch.path(), NOW).expect("made");
        let names = ["praxis-server", "192.168.1.10", "fd00::1"].map(str::to_owned);
        let (key, renew_at) = authority.issue_for_server(&names, NOW).expect("issued");
        assert_eq!(key.cert.len(), 2);
        assert_eq!(key.cert[1], *authority.certificate());
        assert!(renew_at > NOW + DAY * 200 && renew_at < NOW + DAY * 397);
        let wrong = authority.issue_for_server(&["a b".to_owned()], NOW);
        assert!(matches!(wrong, Err(AuthorityError::Name(_))));
    }
}
