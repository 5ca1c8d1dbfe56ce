//! What the service says about itself, kept for a few minutes: where people sign in, and the keys it signs with.

use super::http::{CallError, Caller, any_inside, look_up, permit};
use super::service::{Service, address};
use crate::web::app::App;
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{CoreClientAuthMethod, CoreJwsSigningAlgorithm, CoreProviderMetadata};
use openidconnect::{DiscoveryError, IssuerUrl};
use std::sync::{Arc, Mutex, PoisonError};
use visite_facts::Text;

/// So long it counts. A key that is not among those kept is asked for at once.
const COUNTS: SignedDuration = SignedDuration::from_mins(10);

/// Algorithms with two keys, of which the service keeps one to itself. Never `none`, and none with a shared secret.
pub const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Why a service cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KnowError {
    /// It was not reached.
    #[error("the service was not reached")]
    Call(#[from] CallError),
    /// What answers is no such service.
    #[error("what answers is no service of OpenID Connect: {0}")]
    NoService(String),
    /// It calls itself otherwise.
    #[error("the service calls itself otherwise: {0}")]
    OtherName(String),
    /// It lacks something that Visite needs.
    #[error("the service lacks {0}")]
    Lacks(&'static str),
}

impl KnowError {
    /// What failed, why, and what to do; for people.
    pub fn text(&self) -> Text {
        match self {
            Self::Call(error) => error.text(),
            Self::NoService(_) => Text::new(
                "Unter dieser Adresse antwortet kein Anmeldedienst nach OpenID Connect. Prüfen Sie die Adresse: Der Dienst nennt sie „Issuer“ oder „Aussteller“.",
                "No sign-in service of OpenID Connect answers at this address. Check the address: the service calls it “issuer”.",
            ),
            Self::OtherName(_) => Text::new(
                "Der Anmeldedienst nennt sich selbst anders. Schreiben Sie die Adresse genau so wie er, mit oder ohne Schrägstrich am Ende; bei Microsoft mit der Kennung Ihres Mandanten statt „common“.",
                "The sign-in service calls itself otherwise. Write the address exactly as it does, with or without a slash at the end; with Microsoft, with the identifier of your tenant instead of “common”.",
            ),
            Self::Lacks(what) => Text::new(
                format!("Dem Anmeldedienst fehlt etwas, das Visite braucht: {what}. Fragen Sie, wer ihn betreut."),
                format!("The sign-in service lacks something that Visite needs: {what}. Ask whoever looks after it."),
            ),
        }
    }
}

/// What was learned last.
#[derive(Default)]
pub struct Known(Mutex<Option<Learned>>);

struct Learned {
    issuer: String,
    certificate: Option<String>,
    at: Timestamp,
    said: Arc<CoreProviderMetadata>,
}

impl Known {
    fn fresh(&self, service: &Service, now: Timestamp) -> Option<Arc<CoreProviderMetadata>> {
        let learned = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let learned = learned.as_ref()?;
        let same = learned.issuer == service.issuer && learned.certificate == service.certificate;
        let age = now.duration_since(learned.at);
        (same && !age.is_negative() && age < COUNTS).then(|| learned.said.clone())
    }

    fn keep(&self, service: &Service, at: Timestamp, said: &Arc<CoreProviderMetadata>) {
        let (issuer, certificate) = (service.issuer.clone(), service.certificate.clone());
        let learned = Learned { issuer, certificate, at, said: said.clone() };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(learned);
    }
}

/// What the service says about itself. `anew`: it is asked, whatever is kept.
///
/// # Errors
///
/// [`KnowError`].
pub async fn know(app: &App, service: &Service, anew: bool) -> Result<Arc<CoreProviderMetadata>, KnowError> {
    let now = app.now();
    if let Some(said) = app.oidc().fresh(service, now).filter(|_| !anew) {
        return Ok(said);
    }
    let said = Arc::new(ask(service).await?);
    app.oidc().keep(service, now, &said);
    Ok(said)
}

/// Asks the service, and looks whether it can be used.
async fn ask(service: &Service) -> Result<CoreProviderMetadata, KnowError> {
    let issuer = IssuerUrl::new(service.issuer.clone()).map_err(|error| KnowError::NoService(error.to_string()))?;
    let http = Caller(service);
    let said = CoreProviderMetadata::discover_async(issuer, &http).await.map_err(|error| match error {
        DiscoveryError::Request(error) => KnowError::Call(error),
        DiscoveryError::Validation(why) => KnowError::OtherName(why),
        other => KnowError::NoService(other.to_string()),
    })?;
    let token = said.token_endpoint().ok_or(KnowError::Lacks("token_endpoint"))?;
    for url in [said.authorization_endpoint().url(), token.url()] {
        permit(service, url)?;
    }
    if !said.id_token_signing_alg_values_supported().iter().any(|algorithm| ALGORITHMS.contains(algorithm)) {
        return Err(KnowError::Lacks("RS256"));
    }
    Ok(said)
}

/// Whether the service stands in an own network.
///
/// # Errors
///
/// If its name leads nowhere.
pub async fn stands_inside(service: &Service) -> Result<bool, Text> {
    let url = address(&service.issuer)?;
    Ok(any_inside(&look_up(&url).await.map_err(|error| error.text())?))
}

/// Whether the secret travels in the body: where the service takes it only there.
pub fn secret_in_body(said: &CoreProviderMetadata) -> bool {
    let methods = said.token_endpoint_auth_methods_supported();
    methods.is_some_and(|methods| {
        methods.contains(&CoreClientAuthMethod::ClientSecretPost)
            && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
    })
}
