//! Enrols, renews and keeps what agents deliver, as `docs/concepts/platform.md` says.
//!
//! A renewed certificate counts from when the agent shows it: if the answer to a renewal is lost, the earlier one still
//! opens the door, and once the new one was shown, the earlier one does not.

use super::guard::{Peer, Standing, demand_agent};
use super::message::{answer, read_message, read_request, refuse, unknown_route};
use super::tls::{ServerIdentity, server_config};
use crate::agents::authority::{Authority, AuthorityError};
use crate::jobs::plan;
use crate::web::app::{AgentsAt, App};
use crate::web::serve::{Patience, patient};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use axum::{Extension, Router};
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};
use visite_agent::address::ServerUrl;
use visite_agent::clock::{Clock, Moment};
use visite_agent::protocol::{
    AgentName, DELIVER, DeliveryAnswer, ENROL, EnrolAnswer, MedicalDevice, RENEW, RefusalReason, RenewAnswer,
    Request as Asked, Schedule, parse_agent_name, parse_body, parse_delivery, parse_enrol_request, parse_renew_request,
    parse_token,
};
use visite_facts::Word;
use visite_store::{
    Agent, AgentId, AgentState, AuditEvent, DeliveredSnapshot, Delivery, NewAgent, PracticeId, PracticeStore,
    StoreError,
};

/// How often the server sees whether its own certificate is to be replaced.
const RENEWAL_EVERY: Duration = Duration::from_secs(3_600);
/// How long connections may go on when the server stops.
const LAST_ANSWERS: Duration = Duration::from_secs(5);
/// How long somebody who enrols may take. Anybody may knock here.
const ENROLLED_WITHIN: Duration = Duration::from_secs(30);
/// How long an agent may take to renew or deliver: the largest delivery over a line of 1 Mbit/s.
const DELIVERED_WITHIN: Duration = Duration::from_secs(180);
/// Deliveries of one agent that are worked on at once. It sends one after the other; after a broken connection the one before may
/// still be there.
const AT_ONCE: usize = 2;
/// How long nothing may come of what is being sent.
const BODY_PAUSE: Duration = Duration::from_secs(10);

/// Why the endpoint cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// This server was started without an endpoint for agents.
    #[error("this server takes no agents")]
    NoAgents,
    /// The address that agents call is not valid.
    #[error("`{0}` is no address of a server")]
    Address(String),
    /// The server's certificate could not be made.
    #[error("no certificate for the agents' endpoint")]
    Certificate(#[from] AuthorityError),
    /// The listener cannot be used.
    #[error("cannot listen for agents")]
    Listen(#[from] io::Error),
}

/// Serves agents until `handle` ends it, under the name in the address that they call and as `localhost`.
///
/// # Errors
///
/// If this server takes no agents, or cannot listen or make its certificate.
pub async fn serve(app: App, listener: TcpListener, handle: Handle<SocketAddr>) -> Result<(), EndpointError> {
    let Some(AgentsAt { url, authority, .. }) = app.agents() else { return Err(EndpointError::NoAgents) };
    let address: ServerUrl = url.parse().map_err(|_| EndpointError::Address(url.clone()))?;
    let mut names = vec![address.host().to_str().into_owned(), "localhost".to_owned(), "127.0.0.1".to_owned()];
    names.dedup();
    let identity = ServerIdentity::new(authority, names, app.now())?;
    let config = server_config(authority, identity.clone(), &clock(&app))?;
    let server = axum_server::from_tcp_rustls(listener, RustlsConfig::from_config(Arc::new(config)))?;
    let server = patient(server, Patience::default()).handle(handle).serve(router(app.clone()).into_make_service());
    tokio::select! {
        ended = server => Ok(ended?),
        () = keep_valid(&app, authority, &identity) => Ok(()),
    }
}

/// Ends what [`serve`] serves: no new connections, and a few seconds for answers that are under way.
pub fn stop(handle: &Handle<SocketAddr>) {
    handle.graceful_shutdown(Some(LAST_ANSWERS));
}

/// Replaces the server's certificate in time, for as long as it serves.
async fn keep_valid(app: &App, authority: &Authority, identity: &ServerIdentity) {
    loop {
        tokio::time::sleep(RENEWAL_EVERY).await;
        match identity.renew_if_due(authority, app.now()) {
            Ok(true) => tracing::info!("the certificate of the agents' endpoint was replaced"),
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "the certificate of the agents' endpoint cannot be replaced"),
        }
    }
}

/// The server's time, as certificates are judged by it.
fn clock(app: &App) -> Clock {
    let (app, start) = (app.clone(), Instant::now());
    Clock::new(move || Moment { running: start.elapsed(), wall: app.now() })
}

/// What agents may call. It has to be served with the TLS of [`serve`]: who calls stands in the client's certificate.
pub fn router(app: App) -> Router {
    let open = Router::new().route(ENROL, post(enrol)).with_state(app.clone());
    let members = Router::new().route(RENEW, post(renew)).route(DELIVER, post(deliver)).with_state(app.clone());
    let clock = clock(&app);
    let members = demand_agent(members, clock, move |peer| standing(app.clone(), peer));
    let within = |time| TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, time);
    let open = open.layer(within(ENROLLED_WITHIN));
    let members = members.layer(within(DELIVERED_WITHIN)).layer(Extension(Underway::default()));
    open.merge(members).layer(RequestBodyTimeoutLayer::new(BODY_PAUSE)).fallback(unknown_route)
}

async fn enrol(State(app): State<App>, request: Request) -> Response {
    enrolled(&app, request).await.map_or_else(refuse, |said| answer(said.to_json()))
}

async fn renew(State(app): State<App>, Extension(peer): Extension<Peer>, request: Request) -> Response {
    renewed(&app, &peer, request).await.map_or_else(refuse, |said| answer(said.to_json()))
}

async fn deliver(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    Extension(underway): Extension<Underway>,
    request: Request,
) -> Response {
    let Some(_turn) = underway.begin(&peer.name.to_string()) else { return refuse(RefusalReason::Busy) };
    delivered(&app, &peer, request).await.map_or_else(refuse, |said| answer(said.to_json()))
}

/// Deliveries that are being worked on, by agent: each holds megabytes, and one agent alone must not take them all.
#[derive(Clone, Default)]
struct Underway(Arc<Mutex<HashMap<String, usize>>>);

/// A delivery that is being worked on, until this is gone.
struct Turn {
    underway: Underway,
    agent: String,
}

impl Underway {
    /// Begins one, unless this agent has enough of them.
    fn begin(&self, agent: &str) -> Option<Turn> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = all.entry(agent.to_owned()).or_default();
        if *own >= AT_ONCE {
            return None;
        }
        *own += 1;
        Some(Turn { underway: self.clone(), agent: agent.to_owned() })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut all = self.underway.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = all.get_mut(&self.agent) {
            *own -= 1;
            if *own == 0 {
                all.remove(&self.agent);
            }
        }
    }
}

/// What an agent hears when the store did not do it.
fn refusal(error: &StoreError) -> RefusalReason {
    match error {
        StoreError::Revoked { .. } => RefusalReason::Revoked,
        StoreError::NotFound { .. } => RefusalReason::AgentUnknown,
        StoreError::Invalid { .. } => RefusalReason::Malformed,
        error => {
            // The agent keeps what it has and comes again, whatever it is.
            tracing::error!(error = error.chain(), "the store did not keep what an agent sent");
            RefusalReason::Busy
        }
    }
}

/// The store of the practice that a certificate names, and the agent's id in it.
fn whose(app: &App, name: &AgentName) -> Option<(PracticeStore, AgentId)> {
    let practice = PracticeId::new(name.practice.as_str()).ok()?;
    Some((app.store().practice(practice), AgentId::new(name.agent.as_str()).ok()?))
}

async fn standing(app: App, peer: Peer) -> Standing {
    let Some((practice, id)) = whose(&app, &peer.name) else { return Standing::Unknown };
    match stands(&app, &practice, &id, &peer).await {
        Ok(standing) => standing,
        Err(StoreError::NotFound { .. }) => Standing::Unknown,
        Err(StoreError::Revoked { .. }) => Standing::Revoked,
        Err(error) => {
            tracing::error!(error = error.chain(), "nobody can tell whether an agent may deliver");
            Standing::Unavailable
        }
    }
}

async fn stands(app: &App, practice: &PracticeStore, id: &AgentId, peer: &Peer) -> Result<Standing, StoreError> {
    let agent = practice.agent(id).await?;
    if agent.state == AgentState::Revoked {
        return Ok(Standing::Revoked);
    }
    if agent.serial == peer.serial {
        return Ok(Standing::Active);
    }
    if peer.not_after.as_second() < agent.expires_at.as_second() {
        return Ok(Standing::Revoked);
    }
    let event = AuditEvent::new(app.now(), peer.name.to_string(), Some(practice.id()), "agent.renewed");
    let event = event.with(json!({ "serial": peer.serial, "until": peer.not_after }));
    practice.renew_agent(&event, id, &peer.serial, peer.not_after).await?;
    Ok(Standing::Active)
}

async fn enrolled(app: &App, request: Request) -> Result<EnrolAnswer, RefusalReason> {
    let authority = &app.agents().ok_or(RefusalReason::Busy)?.authority;
    let message = read_request(request).await?;
    let request = parse_enrol_request(&message).map_err(|_| RefusalReason::Malformed)?.value;
    let token = parse_token(&request.token).map_err(|_| RefusalReason::TokenUnknown)?.text();
    let now = app.now();
    let found = app.store().find_enrolment(&token).await.map_err(|error| refusal(&error))?;
    let (practice, given) = found.ok_or(RefusalReason::TokenUnknown)?;
    if given.used_at.is_some() {
        return Err(RefusalReason::TokenUsed);
    }
    if given.expires_at <= now {
        return Err(RefusalReason::TokenExpired);
    }
    let id = AgentId::from_random(app.random().map_err(|_| RefusalReason::Busy)?);
    let name = parse_agent_name(&format!("agent:{practice}/{id}")).ok_or_else(|| {
        tracing::error!(practice.id = %practice, "no certificate can name this practice: its id is too long");
        RefusalReason::Busy
    })?;
    let issued = authority.issue_for_agent(&request.csr, &name, now).map_err(|_| RefusalReason::RequestInvalid)?;
    let approval = match request.medical_device {
        MedicalDevice::No => None,
        MedicalDevice::Approved { approval } => Some(approval),
    };
    let new = NewAgent {
        id,
        name: request.name,
        serial: issued.serial,
        expires_at: issued.not_after,
        version: request.version,
        medical_device: approval.is_some(),
    };
    let event = AuditEvent::new(now, name.to_string(), Some(&practice), "agent.enrolled").with(json!({
        "name": new.name, "token_of": given.created_by, "medical_device": new.medical_device, "approval": approval,
    }));
    let enrolled = app.store().enrol(&event, &token, &new).await.map_err(|error| refusal(&error))?;
    // Somebody else was quicker with the same token.
    let enrolled = enrolled.ok_or(RefusalReason::TokenUsed)?;
    let info = app.store().practice(practice).info().await.map_err(|error| refusal(&error))?;
    Ok(EnrolAnswer {
        name,
        certificate: issued.pem,
        ca: authority.certificate_pem().to_owned(),
        epoch: u64::try_from(enrolled.epoch).unwrap_or_default(),
        schedule: schedule(&info.settings),
    })
}

async fn renewed(app: &App, peer: &Peer, request: Request) -> Result<RenewAnswer, RefusalReason> {
    let authority = &app.agents().ok_or(RefusalReason::Busy)?.authority;
    let message = read_request(request).await?;
    let request = parse_renew_request(&message).map_err(|_| RefusalReason::Malformed)?.value;
    let issued = authority.issue_for_agent(&request.csr, &peer.name, app.now());
    let certificate = issued.map_err(|_| RefusalReason::RequestInvalid)?.pem;
    Ok(RenewAnswer { certificate, ca: authority.certificate_pem().to_owned() })
}

/// When agents of a practice look: its setting `agents`, `{every_minutes, at_start}`; hourly and at start without it.
pub fn schedule(settings: &Json) -> Schedule {
    let usual = Schedule::default();
    let said = settings.get("agents");
    let every = said.and_then(|said| said.get("every_minutes")).and_then(Json::as_u64);
    let at_start = said.and_then(|said| said.get("at_start")).and_then(Json::as_bool);
    Schedule::new(every.unwrap_or(usual.every_minutes().into()), at_start.unwrap_or(usual.at_start))
}

async fn delivered(app: &App, peer: &Peer, request: Request) -> Result<DeliveryAnswer, RefusalReason> {
    let message = read_message(request).await?;
    let delivery = parse_delivery(&message).map_err(|_| RefusalReason::Malformed)?.value;
    drop(message);
    let (practice, id) = whose(app, &peer.name).ok_or(RefusalReason::AgentUnknown)?;
    let store = |error: StoreError| refusal(&error);
    let agent = practice.agent(&id).await.map_err(store)?;
    let epoch = app.store().epoch().await.map_err(store)?;
    let info = practice.info().await.map_err(store)?;
    let seen_at = delivery.snapshots.iter().map(|entry| entry.observed_at).max();
    let mut said = DeliveryAnswer {
        acknowledged: u64::try_from(agent.last_sequence).unwrap_or_default(),
        epoch: u64::try_from(epoch).unwrap_or_default(),
        schedule: schedule(&info.settings),
        requests: requests(&practice, seen_at).await.map_err(store)?,
        missing: Vec::new(),
    };
    if delivery.epoch != said.epoch || delivery.sequence <= said.acknowledged {
        return Ok(said);
    }
    let sequence = delivery.sequence;
    let receipt = practice.deliver(&id, understood(delivery, app.now())?).await.map_err(store)?;
    if receipt.counted {
        said.acknowledged = sequence;
    }
    said.missing = receipt.missing.iter().filter_map(|hash| hash.parse().ok()).collect();
    if receipt.changed {
        judge(&practice, &agent, app.now()).await;
    }
    Ok(said)
}

/// A round that waits asks whoever has not looked since it began.
async fn requests(practice: &PracticeStore, seen_at: Option<Timestamp>) -> Result<Vec<Asked>, StoreError> {
    let rounds = practice.open_jobs(plan::Kind::Round.word()).await?;
    let asked = rounds.iter().any(|round| seen_at.is_none_or(|seen| seen < round.created_at));
    Ok(if asked { vec![Asked::LookNow] } else { Vec::new() })
}

/// What a delivery means for the store. Each content is what the entry says it is.
fn understood(delivery: visite_agent::protocol::Delivery, received_at: Timestamp) -> Result<Delivery, RefusalReason> {
    let number = |number: u64| i64::try_from(number).map_err(|_| RefusalReason::Malformed);
    let mut snapshots = Vec::with_capacity(delivery.snapshots.len());
    for entry in delivery.snapshots {
        let body = match &entry.body {
            None => None,
            Some(text) => {
                let read = parse_body(text, entry.observed_at, Some(received_at));
                let (snapshot, dropped) = read.map_err(|_| RefusalReason::Malformed)?;
                if (snapshot.subject.id.0.as_str(), &snapshot.collector) != (entry.subject.as_str(), &entry.collector) {
                    return Err(RefusalReason::Malformed);
                }
                if !dropped.is_empty() {
                    tracing::debug!(count = dropped.len(), "facts that this version does not know were dropped");
                }
                Some(snapshot)
            }
        };
        snapshots.push(DeliveredSnapshot {
            hash: entry.hash.to_string(),
            observed_at: entry.observed_at,
            subject: visite_facts::SubjectId(entry.subject),
            collector: entry.collector,
            body,
        });
    }
    Ok(Delivery {
        epoch: number(delivery.epoch)?,
        sequence: number(delivery.sequence)?,
        received_at,
        version: delivery.version,
        full: delivery.full,
        gap: delivery.gap,
        snapshots,
    })
}

/// Plans judging what came: soon for a computer that is new, together with the others else. If that fails, the next round
/// judges it.
async fn judge(practice: &PracticeStore, before: &Agent, now: Timestamp) {
    let planned = if before.deliveries == 0 {
        plan::judge(practice, now).await
    } else {
        plan::judge_reports(practice, now).await
    };
    if let Err(error) = planned {
        tracing::warn!(practice.id = %practice.id(), error = error.chain(), "judging could not be planned");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_agent_does_not_take_all_the_room() {
        let underway = Underway::default();
        let turns = [underway.begin("a").expect("a turn"), underway.begin("a").expect("a turn")];
        assert!(underway.begin("a").is_none());
        assert!(underway.begin("b").is_some(), "others have their own");
        drop(turns);
        assert!(underway.begin("a").is_some());
        assert!(underway.0.lock().expect("whole").is_empty(), "nothing is remembered");
    }

    #[test]
    fn the_schedule_is_the_practices_within_bounds() {
        assert_eq!(schedule(&json!({})), Schedule::default());
        assert_eq!(schedule(&json!({ "agents": { "every_minutes": 15 } })), Schedule::new(15, true));
        assert_eq!(schedule(&json!({ "agents": { "every_minutes": 0, "at_start": false } })), Schedule::new(5, false));
        assert_eq!(schedule(&json!({ "agents": "hourly" })), Schedule::default());
    }
}
