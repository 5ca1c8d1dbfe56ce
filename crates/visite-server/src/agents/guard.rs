//! Who is calling, and whether they may: every route but enrolling stands behind [`demand_agent`].

use super::message::refuse;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum_server::tls::TlsInfo;
use jiff::Timestamp;
use std::future::Future;
use std::sync::Arc;
use visite_agent::certificate::parse_agent_certificate;
use visite_agent::clock::Clock;
use visite_agent::protocol::{AgentName, RefusalReason};

/// An agent that showed a valid certificate and whom nobody revoked. Handlers take it as `Extension<Peer>`; practice and
/// agent of a request come from here and from nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its practice and itself.
    pub name: AgentName,
    /// Number of its certificate in small hexadecimal digits.
    pub serial: String,
    /// Until when its certificate is valid.
    pub not_after: Timestamp,
}

/// What the server knows about an agent and its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may deliver.
    Active,
    /// Somebody ended its access, or this certificate of it.
    Revoked,
    /// There is no such agent.
    Unknown,
    /// Nobody can tell at the moment.
    Unavailable,
}

/// Lets only agents reach `router`. `standing` is asked with each request, so that an end of access counts at once.
pub fn demand_agent<F, A>(router: Router, clock: Clock, standing: F) -> Router
where
    F: Fn(Peer) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Standing> + Send,
{
    router.layer(from_fn(move |request: Request, next: Next| {
        let (now, standing) = (clock.now().wall, standing.clone());
        async move { admitted(request, next, now, standing).await.unwrap_or_else(refuse) }
    }))
}

async fn admitted<F, A>(
    mut request: Request,
    next: Next,
    now: Timestamp,
    standing: F,
) -> Result<Response, RefusalReason>
where
    F: Fn(Peer) -> A,
    A: Future<Output = Standing>,
{
    let peer = peer(request.extensions().get::<Arc<TlsInfo>>().map(AsRef::as_ref), now)?;
    match standing(peer.clone()).await {
        Standing::Active => {}
        Standing::Revoked => return Err(RefusalReason::Revoked),
        Standing::Unknown => return Err(RefusalReason::AgentUnknown),
        Standing::Unavailable => return Err(RefusalReason::Busy),
    }
    request.extensions_mut().insert(peer);
    Ok(next.run(request).await)
}

/// Who showed a certificate. That the authority signed it, TLS has seen to; whether it is valid now is judged here.
fn peer(info: Option<&TlsInfo>, now: Timestamp) -> Result<Peer, RefusalReason> {
    let der = info.and_then(|info| info.peer_certificates.first()).ok_or(RefusalReason::CertificateMissing)?;
    let certificate = parse_agent_certificate(der).map_err(|_| RefusalReason::CertificateInvalid)?;
    if now < certificate.not_before {
        return Err(RefusalReason::CertificateInvalid);
    }
    if now > certificate.not_after {
        return Err(RefusalReason::CertificateExpired);
    }
    Ok(Peer { name: certificate.name, serial: certificate.serial, not_after: certificate.not_after })
}
