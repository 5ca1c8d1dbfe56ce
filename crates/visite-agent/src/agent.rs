//! The agent at work: looks when it is time, keeps what it saw, delivers it, renews its certificate.
//!
//! [`Agent::step`] does what is due and says how long there is nothing to do. Clock, chance, eyes and mouth are arguments, so
//! that a test lives through a week in a second. It opens no port and takes no commands: the server's answers hold a closed
//! list of requests.

use crate::Look;
use crate::answer::{Meaning, Sent, meaning};
use crate::backoff::Backoff;
use crate::call::{CallError, Line};
use crate::clock::{Clock, Moment};
use crate::enrolment::{EnrolError, certificate_of, renew};
use crate::event::Event;
use crate::identity::{Home, Identity, IdentityError, Lock};
use crate::protocol::{
    DELIVER, Delivery, DeliveryAnswer, Entry, Hash, MAX_BODY_BYTES, MAX_SNAPSHOTS, RefusalReason, Request, content_of,
    parse_delivery_answer,
};
use crate::spool::{Limits, Parcel, Spool, SpoolError};
use crate::status::Status;
use crate::tls;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use visite_facts::{Snapshot, Text};

/// Shortest distance of two looks, whatever clocks and servers say.
const LOOK_AGAIN: Duration = Duration::from_secs(5 * 60);
/// Shortest distance of two attempts to renew.
const RENEW_AGAIN: Duration = Duration::from_secs(3600);
/// Longest time in which nothing is looked at, so that a clock that was set, or sleep, is noticed.
const NAP: Duration = Duration::from_secs(60);
/// Most deliveries of one step, so that whoever wants to end the agent waits for one of them only.
const AT_ONCE: usize = 50;
/// How often a server may ask for contents of the same delivery.
const ROUNDS: usize = 16;

/// What the agent needs from outside.
pub struct World {
    /// Tells the time.
    pub clock: Clock,
    /// Looks at the computer.
    pub look: Arc<Look>,
    /// Gives numbers that nobody can foresee.
    pub random: Box<dyn FnMut() -> u32 + Send>,
    /// Is told what happens.
    pub tell: Box<dyn FnMut(&Event) + Send>,
    /// Version of the program.
    pub version: String,
    /// How much is kept.
    pub limits: Limits,
}

/// Why the agent ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The server asked it to leave; keys and what was kept are deleted.
    Left,
    /// Somebody ended the access of this computer.
    Revoked,
    /// Its certificate has expired; it must be enrolled again.
    Expired,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing to do for so long.
    Wait(Duration),
    /// Nothing to do any more.
    End(End),
}

/// Why the agent cannot work.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// Its own files.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// What it keeps.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// Its key and its certificate do not fit together.
    #[error("key and certificate cannot be used")]
    Tls(#[from] rustls::Error),
}

/// An agent at work.
pub struct Agent {
    home: Home,
    identity: Identity,
    line: Line,
    spool: Spool,
    world: World,
    status: Status,
    /// The status as it stands in its file.
    written: Option<Status>,
    started: Moment,
    looked: Option<Moment>,
    renewed: Option<Moment>,
    look_wanted: bool,
    renewal_wanted: bool,
    backoff: Backoff,
    /// Why the last look could not be kept.
    disk: Option<Text>,
    _lock: Lock,
}

/// How a request to the server went on.
enum Way {
    Ok,
    Later(Text),
    End(End),
}

impl Agent {
    /// Takes up work in `home`; fails if this computer is not enrolled, or another agent is at work.
    pub fn open(home: Home, world: World) -> Result<Self, AgentError> {
        // First who it is: whoever only asks should leave no folder behind.
        home.read()?;
        let lock = home.lock()?;
        let identity = home.read()?;
        let spool = Spool::open(&home.spool(), world.limits)?;
        let line = line_of(&identity, &world.clock)?;
        let started = world.clock.now();
        let earlier = Status::read(&home).unwrap_or_default();
        let status = Status {
            version: world.version.clone(),
            started_at: Some(started.wall),
            waiting: spool.waiting(),
            problem: None,
            dropped: 0,
            ..earlier
        };
        let look_wanted = identity.schedule.at_start;
        Ok(Self {
            home,
            identity,
            line,
            spool,
            world,
            status,
            written: None,
            started,
            looked: None,
            renewed: None,
            look_wanted,
            renewal_wanted: false,
            backoff: Backoff::default(),
            disk: None,
            _lock: lock,
        })
    }

    /// Who it is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Works until there is nothing to do any more. Dropping the future at any moment loses nothing.
    pub async fn run(mut self) -> End {
        loop {
            match self.step().await {
                Step::Wait(time) => tokio::time::sleep(time.min(NAP)).await,
                Step::End(end) => return end,
            }
        }
    }

    /// Does what is due.
    pub async fn step(&mut self) -> Step {
        if self.until_look().is_zero() {
            self.look().await;
        }
        if self.backoff.left(self.running()).is_zero() {
            let end = match self.deliver().await {
                Way::Ok => {
                    self.backoff.worked();
                    self.status.problem = self.disk.clone();
                    self.renew_if_due().await
                }
                Way::Later(why) => {
                    self.wait_because(why);
                    None
                }
                Way::End(end) => Some(end),
            };
            if let Some(end) = end {
                if end != End::Left {
                    self.status.problem = Some(end.text());
                    self.write_status();
                }
                return Step::End(end);
            }
        }
        self.status.waiting = self.spool.waiting();
        self.write_status();
        let left = self.backoff.left(self.running());
        let nothing = left.is_zero() && (self.spool.waiting() == 0);
        Step::Wait(if nothing { self.until_look() } else { self.until_look().min(left) })
    }

    fn running(&self) -> Duration {
        self.world.clock.now().running
    }

    /// How long until it is time to look.
    fn until_look(&self) -> Duration {
        let now = self.world.clock.now();
        let every = Duration::from_secs(u64::from(self.identity.schedule.every_minutes()) * 60);
        let due = if self.look_wanted { Duration::ZERO } else { every };
        let since = now.since(self.looked.unwrap_or(self.started));
        // However the clock is set, the steady one holds the distance.
        let at_least = match self.looked {
            Some(looked) => LOOK_AGAIN.saturating_sub(now.running.saturating_sub(looked.running)),
            None => Duration::ZERO,
        };
        due.saturating_sub(since).max(at_least)
    }

    async fn look(&mut self) {
        let now = self.world.clock.now();
        self.looked = Some(now);
        self.look_wanted = false;
        let look = self.world.look.clone();
        // A look reads files and runs programs for seconds; whoever ends the agent need not wait for it.
        let snapshots = tokio::task::spawn_blocking(move || look(now.wall)).await.unwrap_or_default();
        self.status.looked_at = Some(now.wall);
        let seen = self.entries(&snapshots);
        self.tell(&Event::Looked { snapshots: seen.len() });
        drop(snapshots);
        self.disk = match self.spool.push(&seen, now.wall) {
            Ok(_) => None,
            Err(error) => {
                self.tell(&Event::NotKept { full: error.is_full(), why: format!("{error}: {}", error.source) });
                Some(disk_text(&error))
            }
        };
    }

    fn entries(&mut self, snapshots: &[Snapshot]) -> Vec<Entry> {
        let mut entries = Vec::with_capacity(snapshots.len());
        for snapshot in snapshots {
            let body = content_of(snapshot);
            if body.len() > MAX_BODY_BYTES || entries.len() == MAX_SNAPSHOTS {
                self.tell(&Event::TooMuch { collector: snapshot.collector.clone() });
                continue;
            }
            entries.push(Entry {
                hash: Hash::of(body.as_bytes()),
                observed_at: snapshot.observed_at,
                subject: snapshot.subject.id.to_string(),
                collector: snapshot.collector.clone(),
                body: Some(body),
            });
        }
        entries
    }

    /// Delivers what waits, oldest first, until nothing waits or the server takes nothing.
    async fn deliver(&mut self) -> Way {
        let (mut delivered, mut rounds, mut missing) = (0, 0, None);
        let mut way = Way::Ok;
        while delivered < AT_ONCE
            && let Some(parcel) = self.spool.next(missing.take().as_ref())
        {
            let number = parcel.sequence;
            let (sent, answer) = match self.send(parcel).await {
                Ok(both) => both,
                Err(error) => {
                    way = self.refused(number, error);
                    if matches!(way, Way::Ok) {
                        continue;
                    }
                    break;
                }
            };
            rounds += 1;
            let meant = meaning(&sent, &answer);
            let counts = meant != Meaning::SetBack;
            let step = self.follow(number, meant, &mut missing);
            match step {
                Ok(true) => (delivered, rounds) = (delivered + 1, 0),
                Ok(false) if rounds < ROUNDS => {}
                Ok(false) => way = Way::Later(not_taken()),
                Err(why) => way = Way::Later(why),
            }
            if counts && let Some(end) = self.obey(&answer) {
                way = Way::End(end);
            }
            if !matches!(way, Way::Ok) {
                break;
            }
        }
        if delivered > 0 {
            self.status.delivered_at = Some(self.world.clock.now().wall);
            self.tell(&Event::Delivered { deliveries: delivered });
        }
        way
    }

    async fn send(&mut self, parcel: Parcel) -> Result<(Sent, DeliveryAnswer), CallError> {
        let Parcel { sequence, full, gap, snapshots } = parcel;
        let hashes: BTreeSet<Hash> = snapshots.iter().map(|entry| entry.hash).collect();
        let epoch = self.identity.epoch;
        let sent = Sent { epoch, sequence, highest: self.spool.highest(), hashes };
        let (version, sent_at) = (self.world.version.clone(), self.world.clock.now().wall);
        let message = Delivery { version, epoch, sequence, sent_at, full, gap, snapshots }.to_json();
        let bytes = self.line.post(DELIVER, &message).await?;
        let read = parse_delivery_answer(&bytes)?;
        self.count_dropped(read.dropped);
        Ok((sent, read.value))
    }

    /// Does what an answer means. True: one more is delivered; false: on with what waits now; else why not now.
    fn follow(&mut self, number: u64, meant: Meaning, missing: &mut Option<BTreeSet<Hash>>) -> Result<bool, Text> {
        let disk = |error: SpoolError| disk_text(&error);
        match meant {
            Meaning::Acknowledged => {
                self.spool.acknowledge(number, self.world.clock.now().wall).map_err(disk)?;
                return Ok(true);
            }
            Meaning::Missing(hashes) => *missing = Some(hashes),
            Meaning::Restored { epoch, after } => {
                let before = self.spool.waiting();
                self.spool.reopen(after).map_err(disk)?;
                // Only now: if this is interrupted, the server says it again.
                self.identity.epoch = epoch;
                self.keep_identity()?;
                self.tell(&Event::Restored { again: self.spool.waiting().saturating_sub(before) });
            }
            Meaning::Renumber(first) => {
                self.spool.renumber(first).map_err(disk)?;
                self.tell(&Event::Renumbered);
            }
            Meaning::SetBack => {
                return Err(Text::new(
                    "Der Server steht auf einem älteren Stand, ohne dass er als wiederhergestellt gilt",
                    "the server is older than before and does not say that it was restored",
                ));
            }
            Meaning::Nothing => return Err(not_taken()),
        }
        Ok(false)
    }

    /// Takes over the schedule and notes what else the server asks for.
    fn obey(&mut self, answer: &DeliveryAnswer) -> Option<End> {
        if answer.schedule != self.identity.schedule {
            self.identity.schedule = answer.schedule;
            // If it cannot be kept, it counts for as long as this runs, and comes again with each answer.
            let _ = self.keep_identity();
        }
        for request in &answer.requests {
            match request {
                Request::LookNow => self.look_wanted = true,
                Request::RenewCertificate => self.renewal_wanted = true,
                Request::Leave => {
                    // What is left if this fails, a person has to remove; the keys go first.
                    let _ = self.home.forget();
                    return Some(End::Left);
                }
            }
        }
        None
    }

    /// What a failed request means; a delivery that the server refuses to understand is given up.
    fn refused(&mut self, number: u64, error: CallError) -> Way {
        if let Some(end) = ended(&error) {
            return Way::End(end);
        }
        if !matches!(error, CallError::Refused(RefusalReason::Malformed | RefusalReason::TooLarge)) {
            return Way::Later(error.text());
        }
        match self.spool.give_up(number) {
            Ok(()) => {
                self.tell(&Event::GivenUp { sequence: number, why: error.text() });
                Way::Ok
            }
            Err(error) => Way::Later(disk_text(&error)),
        }
    }

    /// Renews the certificate when it is time. If that fails, deliveries go on.
    async fn renew_if_due(&mut self) -> Option<End> {
        let now = self.world.clock.now();
        let due = match certificate_of(&self.identity.credentials) {
            Ok(certificate) => now.wall >= certificate.renew_at(),
            Err(_) => true,
        };
        let lately = self.renewed.is_some_and(|renewed| now.running.saturating_sub(renewed.running) < RENEW_AGAIN);
        if lately || !(due || self.renewal_wanted) {
            return None;
        }
        self.renewed = Some(now);
        let why = match self.renew().await {
            Ok(()) => return None,
            Err(Way::End(end)) => return Some(end),
            Err(Way::Later(why)) => why,
            Err(Way::Ok) => return None,
        };
        let (waiting, seconds) = (self.spool.waiting(), RENEW_AGAIN.as_secs());
        self.tell(&Event::Waiting { why: why.clone(), waiting, seconds });
        self.status.problem = Some(why);
        None
    }

    async fn renew(&mut self) -> Result<(), Way> {
        let credentials = renew(&self.line, &self.identity).await.map_err(|error| match error {
            EnrolError::Call(error) => ended(&error).map_or_else(|| Way::Later(error.text()), Way::End),
            error => Way::Later(Text::new(
                format!("Das neue Zertifikat lässt sich nicht verwenden ({error})"),
                format!("the new certificate cannot be used ({error})"),
            )),
        })?;
        let earlier = std::mem::replace(&mut self.identity.credentials, credentials);
        if let Err(why) = self.keep_identity() {
            self.identity.credentials = earlier;
            return Err(Way::Later(why));
        }
        let line = line_of(&self.identity, &self.world.clock);
        self.line = line.map_err(|error| Way::Later(CallError::Tls(error).text()))?;
        self.renewal_wanted = false;
        if let Ok(certificate) = certificate_of(&self.identity.credentials) {
            self.tell(&Event::Renewed { until: certificate.not_after });
        }
        Ok(())
    }

    fn keep_identity(&self) -> Result<(), Text> {
        self.home.write(&self.identity).map_err(|error| {
            let cause = std::error::Error::source(&error).map_or_else(String::new, |cause| format!(" ({cause})"));
            Text::new(format!("{error} lässt sich nicht schreiben{cause}"), format!("cannot write {error}{cause}"))
        })
    }

    fn wait_because(&mut self, why: Text) {
        let random = (self.world.random)();
        self.backoff.failed(self.running(), random);
        let seconds = self.backoff.left(self.running()).as_secs();
        self.tell(&Event::Waiting { why: why.clone(), waiting: self.spool.waiting(), seconds });
        self.status.problem = Some(why);
    }

    fn count_dropped(&mut self, count: usize) {
        self.status.dropped = self.status.dropped.saturating_add(count);
        if count > 0 {
            self.tell(&Event::Dropped { count });
        }
    }

    fn tell(&mut self, event: &Event) {
        (self.world.tell)(event);
    }

    /// Writes how it is, if that changed.
    fn write_status(&mut self) {
        if self.written.as_ref() == Some(&self.status) {
            return;
        }
        // On a full disk the agent works on; that the disk is full, it tells.
        self.written = self.status.write(&self.home).is_ok().then(|| self.status.clone());
    }
}

impl End {
    /// Why the agent ended, for people.
    pub fn text(self) -> Text {
        let (de, en) = match self {
            Self::Left => (
                "Dieser Computer ist abgemeldet; Schlüssel und Beobachtungen sind gelöscht",
                "this computer has left; keys and observations are deleted",
            ),
            Self::Revoked => ("Der Zugang dieses Computers wurde beendet", "the access of this computer was ended"),
            Self::Expired => {
                ("Das Zertifikat dieses Computers ist abgelaufen", "the certificate of this computer has expired")
            }
        };
        Text::new(de, en)
    }
}

/// Whether a refusal is the end.
fn ended(error: &CallError) -> Option<End> {
    match error {
        CallError::Refused(RefusalReason::Revoked) => Some(End::Revoked),
        CallError::Refused(RefusalReason::CertificateExpired) => Some(End::Expired),
        _ => None,
    }
}

fn line_of(identity: &Identity, clock: &Clock) -> Result<Line, rustls::Error> {
    let tls = Arc::new(tls::mutual(&identity.credentials, clock)?);
    Ok(Line { server: identity.server.clone(), relay: identity.relay.clone(), tls })
}

fn not_taken() -> Text {
    Text::new(
        "Der Server nimmt die Lieferung nicht an und sagt nicht, warum",
        "the server does not take the delivery and does not say why",
    )
}

fn disk_text(error: &SpoolError) -> Text {
    let why = &error.source;
    if error.is_full() {
        Text::new("Die Festplatte dieses Computers ist voll", "the disk of this computer is full")
    } else {
        Text::new(
            format!("{error} lässt sich nicht lesen oder schreiben ({why})"),
            format!("cannot read or write {error} ({why})"),
        )
    }
}
