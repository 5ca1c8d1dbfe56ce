//! One request to the server and its answer: a connection of its own, bounded in time and size.
//!
//! Looks lie minutes or hours apart, so that a connection kept open would only be one more thing that breaks. No proxies, no
//! redirects: the agent goes to one place, or to the relay that leads there.

use crate::address::ServerUrl;
use crate::protocol::{MAX_ANSWER_BYTES, Malformed, RefusalReason, pack, parse_refusal};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use rustls::{AlertDescription, CertificateError, ClientConfig};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use visite_facts::Text;

/// How long a connection may take to come about, name and TLS included.
const CONNECT: Duration = Duration::from_secs(20);
/// How long the whole request may take: four megabytes over a slow line.
const WHOLE: Duration = Duration::from_secs(300);

/// Where requests go, and how the two sides know each other.
#[derive(Clone, Debug)]
pub struct Line {
    /// The server; its certificate is checked for this name.
    pub server: ServerUrl,
    /// Where to connect instead, as `host:port`.
    pub relay: Option<String>,
    /// What TLS believes and shows.
    pub tls: Arc<ClientConfig>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No connection came about, or it broke off.
    #[error("cannot reach `{address}`")]
    Unreachable {
        /// Where to.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// TLS ended it.
    #[error("no secure connection")]
    Tls(#[source] rustls::Error),
    /// What came is no HTTP.
    #[error("the answer is no HTTP")]
    Http(#[source] hyper::Error),
    /// The server refuses, and says why.
    #[error("refused: {0:?}")]
    Refused(RefusalReason),
    /// The server refuses without a reason of the protocol.
    #[error("status {0}")]
    Status(u16),
    /// The answer is larger than any real one.
    #[error("the answer is larger than any real one")]
    TooLarge,
    /// The answer means nothing.
    #[error("the answer means nothing: {0}")]
    Answer(#[from] Malformed),
}

impl Line {
    /// Sends a message and gives the answer's bytes.
    pub async fn post(&self, path: &str, message: &[u8]) -> Result<Vec<u8>, CallError> {
        match timeout(WHOLE, self.exchange(path, message)).await {
            Ok(result) => result,
            Err(_) => Err(self.unreachable(io::ErrorKind::TimedOut.into())),
        }
    }

    async fn exchange(&self, path: &str, message: &[u8]) -> Result<Vec<u8>, CallError> {
        let connected = timeout(CONNECT, self.connect()).await;
        let stream =
            connected.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())).map_err(|error| self.broken(error))?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| self.http(error))?;
        let connection = Task(tokio::spawn(connection));
        let request = Request::post(path)
            .header(header::HOST, self.server.endpoint())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_ENCODING, "gzip")
            .body(Full::new(Bytes::from(pack(message))))
            .map_err(|_| self.unreachable(io::ErrorKind::InvalidInput.into()))?;
        let answer = sender.send_request(request).await.map_err(|error| self.http(error))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), MAX_ANSWER_BYTES).collect().await;
        let body = body.map_err(|error| match error.downcast::<hyper::Error>() {
            Ok(error) => self.http(*error),
            Err(error) if error.is::<LengthLimitError>() => CallError::TooLarge,
            Err(_) => self.unreachable(io::ErrorKind::Other.into()),
        })?;
        drop(connection);
        let bytes = body.to_bytes().to_vec();
        if status.is_success() {
            return Ok(bytes);
        }
        // A proxy in between answers with pages of its own.
        Err(parse_refusal(&bytes)
            .map_or(CallError::Status(status.as_u16()), |read| CallError::Refused(read.value.reason)))
    }

    async fn connect(&self) -> io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.address()).await?;
        TlsConnector::from(self.tls.clone()).connect(self.server.host().clone(), stream).await
    }

    fn address(&self) -> String {
        self.relay.clone().unwrap_or_else(|| self.server.endpoint())
    }

    fn unreachable(&self, source: io::Error) -> CallError {
        CallError::Unreachable { address: self.address(), source }
    }

    fn broken(&self, error: io::Error) -> CallError {
        match tls_error(&error) {
            Some(error) => CallError::Tls(error),
            None => self.unreachable(error),
        }
    }

    fn http(&self, error: hyper::Error) -> CallError {
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            if let Some(io) = cause.downcast_ref::<io::Error>() {
                return match tls_error(io) {
                    Some(error) => CallError::Tls(error),
                    None => self.unreachable(io.kind().into()),
                };
            }
            source = cause.source();
        }
        if error.is_parse() {
            CallError::Http(error)
        } else {
            self.unreachable(io::ErrorKind::ConnectionAborted.into())
        }
    }
}

/// A task that ends with its owner.
struct Task<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn tls_error(error: &io::Error) -> Option<rustls::Error> {
    error.get_ref()?.downcast_ref::<rustls::Error>().cloned()
}

impl CallError {
    /// What went wrong, for people.
    pub fn text(&self) -> Text {
        match self {
            Self::Unreachable { address, source } => Text::new(
                format!("Der Server unter `{address}` antwortet nicht ({source})"),
                format!("the server at `{address}` does not answer ({source})"),
            ),
            Self::Tls(error) => tls_text(error),
            Self::Http(_) | Self::Answer(_) | Self::TooLarge => Text::new(
                format!("Unter dieser Adresse antwortet etwas anderes als ein Visite-Server ({self})"),
                format!("something else than a Visite server answers at this address ({self})"),
            ),
            Self::Status(status) => Text::new(
                format!("Der Server lehnt ab, ohne einen Grund zu nennen (HTTP {status})"),
                format!("the server refuses without a reason (HTTP {status})"),
            ),
            Self::Refused(reason) => refusal_text(*reason),
        }
    }
}

fn tls_text(error: &rustls::Error) -> Text {
    use rustls::Error::{AlertReceived, InvalidCertificate};
    match error {
        InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature) => Text::new(
            "Der Server weist sich nicht so aus, wie das Token oder die Anmeldung es verlangt",
            "the server does not identify itself as the token or the enrolment demands",
        ),
        InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }) => {
            Text::new(
                "Das Zertifikat des Servers gilt nicht für diese Adresse",
                "the server's certificate is not valid for this address",
            )
        }
        InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => Text::new(
            "Das Zertifikat des Servers gilt heute nicht. Stimmen Datum und Uhrzeit dieses Computers?",
            "the server's certificate is not valid today. Are date and time of this computer right?",
        ),
        AlertReceived(
            AlertDescription::UnknownCA | AlertDescription::BadCertificate | AlertDescription::DecryptError,
        ) => Text::new(
            "Der Server erkennt das Zertifikat dieses Computers nicht an",
            "the server does not accept the certificate of this computer",
        ),
        other => Text::new(
            format!("Es kommt keine sichere Verbindung zustande ({other})"),
            format!("no secure connection comes about ({other})"),
        ),
    }
}

fn refusal_text(reason: RefusalReason) -> Text {
    use RefusalReason as R;
    let (de, en) = match reason {
        R::TokenUnknown => ("Der Server kennt dieses Token nicht", "the server does not know this token"),
        R::TokenUsed => ("Dieses Token wurde schon benutzt", "this token was used before"),
        R::TokenExpired => ("Dieses Token ist abgelaufen", "this token has expired"),
        R::RequestInvalid => (
            "Der Server lehnt die Anfrage nach einem Zertifikat ab",
            "the server refuses the request for a certificate",
        ),
        R::CertificateMissing | R::CertificateInvalid => (
            "Der Server erkennt das Zertifikat dieses Computers nicht an",
            "the server does not accept the certificate of this computer",
        ),
        R::CertificateExpired => {
            ("Das Zertifikat dieses Computers ist abgelaufen", "the certificate of this computer has expired")
        }
        R::Revoked => ("Der Zugang dieses Computers wurde beendet", "the access of this computer was ended"),
        R::AgentUnknown => ("Der Server kennt diesen Computer nicht", "the server does not know this computer"),
        R::Malformed => ("Der Server versteht diese Nachricht nicht", "the server does not understand this message"),
        R::TooLarge => ("Dem Server ist diese Nachricht zu groß", "this message is too large for the server"),
        R::VersionUnsupported => ("Der Server ist neuer als dieses Programm", "the server is newer than this program"),
        R::Busy => ("Der Server kann gerade nichts annehmen", "the server cannot take anything at the moment"),
    };
    Text::new(de, en)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::protocol::Hash;

    /// A server that takes connections and never says a word. Time passes by itself when nothing else happens.
    #[tokio::test(start_paused = true)]
    async fn a_server_that_never_answers_is_given_up() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = silent.local_addr().expect("it has one");
        let tls = Arc::new(crate::tls::pinned(Hash::of(b""), &Clock::system()).expect("TLS"));
        let line = Line { server: format!("https://{address}").parse().expect("an URL"), relay: None, tls };
        let begin = tokio::time::Instant::now();
        let error = line.post("/", b"{}").await.expect_err("silence");
        assert!(matches!(&error, CallError::Unreachable { source, .. } if source.kind() == io::ErrorKind::TimedOut));
        assert!(begin.elapsed() <= CONNECT + Duration::from_secs(1));
        assert!(error.text().de.contains(&address.to_string()));
    }
}
