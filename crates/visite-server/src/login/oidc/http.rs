//! Asks the service: no redirects, little time, short answers, and no way into networks that the service itself does not
//! stand in.
//!
//! The issuer is set by whoever looks after the installation, but where it leads is said by the service: a service on the
//! internet must not make this server ask in its own networks. Trusted are the system's roots, as for webhooks, so that an
//! administrator brings a root of their own to one place; or the certificates of the settings, and then no others.

use super::service::{Service, certificates, is_local};
use crate::hooks::address::{is_public, resolve};
use crate::trust::is_about_certificate;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::redirect::Policy;
use reqwest::{Client, Request, Url};
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;
use visite_facts::Text;

/// How long one answer may take. Three of them fit into the time that a browser is given.
const PATIENCE: Duration = Duration::from_secs(8);
/// Largest answer, in bytes: lists of keys and tokens have a few thousand.
const MOST: usize = 512 * 1024;

/// Why the service was not asked, or did not answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The address is not one of the kind that is asked.
    #[error("`{0}` is not encrypted")]
    NotEncrypted(Url),
    /// The name leads nowhere.
    #[error("`{0}` has no address")]
    NotFound(String),
    /// The name leads into an own network, and the service does not stand there.
    #[error("`{0}` lies in an own network, where the service does not stand")]
    Inside(String),
    /// The request could not be made, was not answered, or was answered without a trusted certificate.
    #[error("`{0}` did not answer as expected")]
    Failed(String, #[source] reqwest::Error),
    /// The answer is longer than answers are.
    #[error("`{0}` answered with more than {MOST} bytes")]
    TooLarge(String),
}

impl CallError {
    /// What failed, why, and what to do; for people.
    pub fn text(&self) -> Text {
        match self {
            Self::NotEncrypted(url) => Text::new(
                format!(
                    "Der Anmeldedienst verweist auf {url}. Diese Adresse ist nicht verschlüsselt. Stellen Sie den Dienst auf https:// um."
                ),
                format!(
                    "The sign-in service points to {url}. That address is not encrypted. Change the service to https://."
                ),
            ),
            Self::NotFound(host) => Text::new(
                format!("Der Server „{host}“ ist nicht zu finden. Prüfen Sie die Schreibweise der Adresse."),
                format!("The server “{host}” cannot be found. Check the spelling of the address."),
            ),
            Self::Inside(host) => Text::new(
                format!(
                    "Der Anmeldedienst verweist auf „{host}“ in einem eigenen Netz, steht aber selbst nicht dort. Ist er umgezogen, speichern Sie die Einstellungen neu."
                ),
                format!(
                    "The sign-in service points to “{host}” in an own network, but does not stand there itself. If it has moved, save the settings again."
                ),
            ),
            Self::Failed(host, why) if is_about_certificate(why) => Text::new(
                format!(
                    "Dem Zertifikat von „{host}“ vertraut dieser Server nicht. Gehört der Dienst Ihrer Praxis oder Firma, tragen Sie dessen Stammzertifikat ein."
                ),
                format!(
                    "This server does not trust the certificate of “{host}”. If the service belongs to your practice or company, enter its root certificate."
                ),
            ),
            Self::Failed(host, _) => Text::new(
                format!("Der Server „{host}“ antwortet nicht. Prüfen Sie die Adresse und ob der Dienst läuft."),
                format!("The server “{host}” does not answer. Check the address, and whether the service runs."),
            ),
            Self::TooLarge(host) => Text::new(
                format!("Der Server „{host}“ hat mit viel zu vielen Daten geantwortet. Prüfen Sie die Adresse."),
                format!("The server “{host}” answered with far too much data. Check the address."),
            ),
        }
    }
}

/// Whether the service is to be asked at `url`: encrypted, or on this machine itself if it stands there.
///
/// # Errors
///
/// [`CallError::NotEncrypted`] if not.
pub fn permit(service: &Service, url: &Url) -> Result<(), CallError> {
    let local = service.issuer.parse::<Url>().is_ok_and(|issuer| is_local(&issuer));
    let permitted = url.scheme() == "https" || (local && is_local(url));
    if permitted { Ok(()) } else { Err(CallError::NotEncrypted(url.clone())) }
}

/// The addresses behind a name.
///
/// # Errors
///
/// [`CallError::NotFound`] if there are none.
pub async fn look_up(url: &Url) -> Result<Vec<SocketAddr>, CallError> {
    let found = resolve(url).await;
    if found.is_empty() { Err(CallError::NotFound(host(url))) } else { Ok(found) }
}

/// Whether any of these addresses lies in an own network.
pub fn any_inside(addresses: &[SocketAddr]) -> bool {
    addresses.iter().any(|address| !is_public(address.ip()))
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// Asks one service, for the library.
pub struct Caller<'s>(pub &'s Service);

// A closure would do for the library, but not for the futures of a server, which go from thread to thread.
impl<'c> AsyncHttpClient<'c> for Caller<'_> {
    type Error = CallError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, CallError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(call(self.0, request))
    }
}

/// Asks once.
async fn call(service: &Service, request: HttpRequest) -> Result<HttpResponse, CallError> {
    let request = Request::try_from(request).map_err(|error| CallError::Failed(service.host(), error))?;
    permit(service, request.url())?;
    let host = host(request.url());
    let addresses = look_up(request.url()).await?;
    if !service.inside && any_inside(&addresses) {
        return Err(CallError::Inside(host));
    }
    // The address may hold a secret: it stays out of the log.
    let failed = |error: reqwest::Error| CallError::Failed(host.clone(), error.without_url());
    // What was looked up and found permitted is what is called.
    let client = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        .resolve_to_addrs(&host, &addresses)
        .user_agent(concat!("Visite/", env!("CARGO_PKG_VERSION")));
    let own = service.certificate.as_deref().and_then(certificates);
    let client = match own {
        Some(own) => client.tls_certs_only(own),
        None => client,
    };
    let mut answer = client.build().map_err(failed)?.execute(request).await.map_err(failed)?;
    let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(failed)? {
        if body.len() + piece.len() > MOST {
            return Err(CallError::TooLarge(host));
        }
        body.extend_from_slice(&piece);
    }
    let mut response = HttpResponse::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}
