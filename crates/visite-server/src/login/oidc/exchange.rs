//! The way to the service and back: where to send the browser, and what the code is worth that comes back with it.
//!
//! A token counts if the service signed it with a key of its own (never `none`, never a shared secret), for this client and
//! no other, in answer to this very request (nonce), now.

use super::failure::Failure;
use super::http::{CallError, Caller};
use super::known::{ALGORITHMS, know, secret_in_body};
use super::service::Service;
use super::ticket::{Purpose, Ticket};
use crate::web::app::App;
use jiff::Timestamp;
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreErrorResponseType, CoreIdToken, CoreIdTokenClaims,
    CoreIdTokenVerifier, CoreProviderMetadata, CoreRequestTokenError,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, LanguageTag, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, SignatureVerificationError, TokenResponse,
};
use reqwest::Url;
use std::time::{Duration, SystemTime};
use visite_facts::{Lang, Text, Word};

/// Where the service sends people back to.
pub const RETURN: &str = "/login/oidc/return";
/// So far the clocks of both may differ, in seconds.
const SKEW: i64 = 60;
/// Longest name that is kept of an account, in characters.
const MOST_OF_NAME: usize = 200;

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// What the service proved about somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// How the service names the person. Together with the issuer this is who it is.
    pub subject: String,
    /// What people call the account there; to be shown.
    pub name: String,
    /// Whether a second factor was shown there that counts here.
    pub second_factor: bool,
    /// When the person signed in there, if the service says so.
    pub at: Option<Timestamp>,
}

fn client(app: &App, service: &Service, said: &CoreProviderMetadata) -> Result<Client, Failure> {
    let back = RedirectUrl::new(app.url().join(RETURN)).map_err(|error| Failure::Client(error.to_string()))?;
    let (id, secret) = (ClientId::new(service.client.clone()), ClientSecret::new(service.secret.clone()));
    let sent = if secret_in_body(said) { AuthType::RequestBody } else { AuthType::BasicAuth };
    let client = CoreClient::from_provider_metadata(said.clone(), id, Some(secret));
    Ok(client.set_redirect_uri(back).set_auth_type(sent))
}

/// The address to send a browser to.
///
/// # Errors
///
/// If the service cannot be asked where that is.
pub async fn way_there(app: &App, service: &Service, ticket: &Ticket, lang: Lang) -> Result<Url, Failure> {
    let said = know(app, service, false).await.map_err(Failure::Away)?;
    let client = client(app, service, &said)?;
    let (state, nonce) = (CsrfToken::new(ticket.state.clone()), Nonce::new(ticket.nonce.clone()));
    let verifier = PkceCodeVerifier::new(ticket.verifier.clone());
    let request = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce)
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        .add_ui_locale(LanguageTag::new(lang.word().to_owned()));
    let request = match ticket.purpose {
        Purpose::SignIn => request,
        // Whoever is still signed in there has to show that it is them.
        Purpose::Again => request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO),
        // The name is shown beside the link, so that people see which of their accounts it is.
        Purpose::Link { .. } | Purpose::Invitation { .. } => request.add_scope(Scope::new("profile".to_owned())),
    };
    Ok(request.url().0)
}

/// What `code` proves, which came back with the state of `ticket`.
///
/// # Errors
///
/// Why it proves nothing.
pub async fn prove(app: &App, service: &Service, ticket: &Ticket, code: &str) -> Result<Proved, Failure> {
    let said = know(app, service, false).await.map_err(Failure::Away)?;
    let client = client(app, service, &said)?;
    let http = Caller(service);
    let answer = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .map_err(|error| Failure::Client(error.to_string()))?
        .set_pkce_verifier(PkceCodeVerifier::new(ticket.verifier.clone()))
        .request_async(&http)
        .await
        .map_err(refused)?;
    // Nothing else is asked with it, so the access token is dropped here.
    let token = answer.id_token().ok_or_else(|| Failure::Token("no id_token".to_owned()))?;
    match claims(app, service, ticket, &said, token) {
        Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
            // The service has a new key.
            let said = know(app, service, true).await.map_err(Failure::Away)?;
            claims(app, service, ticket, &said, token).map(|claims| proved(service, claims))
        }
        other => other.map(|claims| proved(service, claims)),
    }
    .map_err(|error| Failure::Token(error.to_string()))
}

fn refused(error: CoreRequestTokenError<CallError>) -> Failure {
    match error {
        RequestTokenError::ServerResponse(answer) => {
            let said = answer.error().to_string();
            match answer.error() {
                CoreErrorResponseType::InvalidClient | CoreErrorResponseType::UnauthorizedClient => {
                    Failure::Client(said)
                }
                _ => Failure::Code(said),
            }
        }
        RequestTokenError::Request(error) => Failure::Away(error.into()),
        // What could not be read may hold a token, so it is not told.
        RequestTokenError::Parse(error, _) => Failure::Token(error.to_string()),
        RequestTokenError::Other(why) => Failure::Token(why),
    }
}

/// What a token says, once all of it is verified.
fn claims<'t>(
    app: &App,
    service: &Service,
    ticket: &Ticket,
    said: &CoreProviderMetadata,
    token: &'t CoreIdToken,
) -> Result<&'t CoreIdTokenClaims, ClaimsVerificationError> {
    let (now, began) = (app.now().as_second(), ticket.began().as_second());
    let late = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(now - SKEW).unwrap_or_default());
    let at = move |text: &str, second: i64, from: i64| {
        if (from - SKEW..=now + SKEW).contains(&second) {
            Ok(())
        } else {
            Err(format!("{text} is {second}, now is {now}"))
        }
    };
    let anew = ticket.purpose == Purpose::Again;
    // As a public client: with the secret at hand the library could take a signature made with it.
    let verifier = CoreIdTokenVerifier::new_public_client(
        ClientId::new(service.client.clone()),
        said.issuer().clone(),
        said.jwks().clone(),
    )
    .set_allowed_algs(ALGORITHMS)
    .set_time_fn(move || late.into())
    .set_issue_time_verifier_fn(move |issued| at("iat", issued.timestamp(), began))
    .set_auth_time_verifier_fn(move |signed_in| match signed_in {
        Some(signed_in) => at("auth_time", signed_in.timestamp(), if anew { began } else { 0 }),
        None if anew => Err("auth_time is missing".to_owned()),
        None => Ok(()),
    });
    let claims = token.claims(&verifier, &Nonce::new(ticket.nonce.clone()))?;
    match claims.authorized_party() {
        Some(party) if **party != service.client => {
            Err(ClaimsVerificationError::InvalidAudience(format!("it was made for `{}`", **party)))
        }
        _ => Ok(claims),
    }
}

fn proved(service: &Service, claims: &CoreIdTokenClaims) -> Proved {
    let word = |wanted: &String| {
        let methods = claims.auth_method_refs().is_some_and(|methods| methods.iter().any(|method| **method == *wanted));
        methods || claims.auth_context_ref().is_some_and(|class| **class == *wanted)
    };
    let subject = claims.subject().to_string();
    let name = claims.preferred_username().map(|name| name.to_string());
    let name = name.or_else(|| claims.email().map(|email| email.to_string())).unwrap_or_else(|| subject.clone());
    Proved {
        subject,
        name: name.chars().filter(|sign| !sign.is_control()).take(MOST_OF_NAME).collect(),
        second_factor: service.second_factor.as_ref().is_some_and(word),
        at: claims.auth_time().and_then(|at| Timestamp::from_second(at.timestamp()).ok()),
    }
}

/// Whether the service can be used as it is set: it is asked for what it says about itself, and whether it takes Visite's
/// name and secret, with a code that nobody has.
///
/// # Errors
///
/// Why not, and what to do; for people.
pub async fn try_out(app: &App, service: &Service) -> Result<(), Text> {
    let said = know(app, service, true).await.map_err(|error| error.text())?;
    let client = client(app, service, &said).map_err(|failure| failure.text(&service.host()))?;
    let http = Caller(service);
    let request = client
        .exchange_code(AuthorizationCode::new("visite".to_owned()))
        .map_err(|error| Failure::Client(error.to_string()).text(&service.host()))?
        .set_pkce_verifier(PkceCodeVerifier::new("visite".repeat(8)));
    let Err(error) = request.request_async(&http).await else { return Ok(()) };
    match refused(error) {
        // It knows Visite, and knows that nobody has this code.
        Failure::Code(_) => Ok(()),
        Failure::Client(said) => {
            tracing::info!(error = said, "the sign-in service does not take the client");
            Err(Text::new(
                "Der Anmeldedienst ist erreichbar, nimmt aber Client-ID oder Geheimnis nicht an. Kopieren Sie beide noch einmal; bei Microsoft den „Wert“ des Geheimnisses, nicht seine ID.",
                "The sign-in service can be reached, but does not take the client ID or the secret. Copy both again; with Microsoft, the “value” of the secret and not its ID.",
            ))
        }
        Failure::Away(error) => Err(error.text()),
        other => {
            tracing::info!(error = ?other, "the sign-in service answered otherwise than expected");
            Err(Text::new(
                "Der Anmeldedienst hat auf eine Probe unerwartet geantwortet. Prüfen Sie die Adresse; ist sie richtig, fragen Sie, wer den Dienst betreut.",
                "The sign-in service answered a trial otherwise than expected. Check the address; if it is right, ask whoever looks after the service.",
            ))
        }
    }
}
