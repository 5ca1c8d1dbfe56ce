//! Why another server is not trusted.

use std::error::Error;

/// Whether a connection failed because of the other side's certificate: signed by nobody known, for another name, or out of
/// date. `error` is what the library of HTTP or mail gave.
pub fn is_about_certificate(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return matches!(error, rustls::Error::InvalidCertificate(_));
        }
        // Between the library of TLS and us, errors are wrapped as those of reading and writing.
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::CertificateError::UnknownIssuer;

    #[test]
    fn a_certificate_is_told_from_other_reasons() {
        let wrapped = |error: rustls::Error| std::io::Error::other(std::io::Error::other(error));
        assert!(is_about_certificate(&wrapped(rustls::Error::InvalidCertificate(UnknownIssuer))));
        assert!(!is_about_certificate(&wrapped(rustls::Error::HandshakeNotComplete)));
        assert!(!is_about_certificate(&std::io::Error::other("refused")));
    }
}
