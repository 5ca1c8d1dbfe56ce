//! Takes jobs that are due and does them, a few at once. Several nodes share the jobs of one store: each is leased to one
//! node, which says that it lives; whoever falls silent loses it.

use super::plan::Kind;
use super::planner;
use super::progress::Shown;
use super::work::{End, Look, Trouble, Work};
use crate::hooks::deliver::TRIES;
use crate::web::app::App;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use visite_facts::{Text, Word};
use visite_store::{Job, StoreError};

/// How long a node may be silent before its jobs are others'.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How often a job says that it lives, and how far it is.
const BEAT: Duration = Duration::from_secs(2);
/// How often a node looks for jobs when it has nothing to do.
const IDLE: Duration = Duration::from_secs(1);
/// Beginnings of a job until it is given up: one that ends the program each time must not do so forever.
const ATTEMPTS: i64 = 5;
/// A round is begun again and again while it waits for computers.
const ATTEMPTS_OF_ROUND: i64 = 200;
/// How long a failed attempt waits, times the attempts so far.
const AGAIN: SignedDuration = SignedDuration::from_secs(15);
/// Tries to tell the store how a job ended.
const TELLS: u32 = 5;

/// How a node works.
#[derive(Clone)]
pub struct Setup {
    /// Names the node; no two have the same name at the same time.
    pub node: String,
    /// Jobs that it does at once.
    pub at_once: usize,
    /// How to look at this machine.
    pub look: Look,
}

impl Setup {
    /// A node that looks at the machine on which it runs and does up to four jobs at once.
    pub fn new(node: impl Into<String>) -> Self {
        Self { node: node.into(), at_once: 4, look: visite_agent::look() }
    }
}

/// The workers of this node. They end with [`Workers::stop`], or when this value is gone.
#[derive(Debug)]
pub struct Workers {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts to work, and to plan what is due by itself.
    pub fn start(app: &App, setup: Setup) -> Self {
        let (stop, stopped) = watch::channel(false);
        let tasks = vec![
            tokio::spawn(work(app.clone(), setup, stopped.clone())),
            tokio::spawn(planner::run(app.clone(), stopped)),
        ];
        Self { stop, tasks }
    }

    /// Ends: nothing new is begun, and what is under way is given back for others, or for the next start.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        for task in self.tasks.drain(..) {
            if let Err(error) = task.await {
                tracing::error!(%error, "a worker ended badly");
            }
        }
    }
}

/// Returns when the node stops.
pub(super) async fn stopping(stopped: &mut watch::Receiver<bool>) {
    // An error says that nobody can stop it any more: then it ends, too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

async fn work(app: App, setup: Setup, mut stopped: watch::Receiver<bool>) {
    let mut tasks = JoinSet::new();
    // Programs that are slow to take their messages hold up at most half of what a node does.
    let messages = Arc::new(Semaphore::new((setup.at_once / 2).max(1)));
    loop {
        while tasks.len() < setup.at_once {
            let room = messages.clone().try_acquire_owned().ok();
            match claim(&app, &setup.node, room.is_some()).await {
                Ok(Some(job)) => {
                    let room = room.filter(|_| job.kind == Kind::Notify.word());
                    let doing = held(app.clone(), setup.look.clone(), job, stopped.clone());
                    tasks.spawn(async move {
                        doing.await;
                        drop(room);
                    });
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(error = error.chain(), "cannot look for jobs");
                    break;
                }
            }
            if *stopped.borrow() {
                break;
            }
        }
        tokio::select! {
            () = stopping(&mut stopped) => break,
            _ = tasks.join_next(), if !tasks.is_empty() => {}
            () = tokio::time::sleep(IDLE) => {}
        }
    }
    while tasks.join_next().await.is_some() {}
}

/// `messages`: whether it may be one for a program.
async fn claim(app: &App, node: &str, messages: bool) -> Result<Option<Job>, StoreError> {
    let may =
        |kind: &str| (cfg!(feature = "scan") || kind != Kind::Scan.word()) && (messages || kind != Kind::Notify.word());
    let kinds: Vec<&str> = Kind::ALL.iter().copied().filter(|kind| may(kind)).collect();
    let now = app.now();
    app.store().claim_job(node, &kinds, now, lease(now)).await
}

fn lease(now: Timestamp) -> Timestamp {
    now.saturating_add(LEASE).unwrap_or(Timestamp::MAX)
}

/// Does a job that is this node's, and says that it lives, until it ends, or the lease or the node does.
async fn held(app: App, look: Look, job: Job, mut stopped: watch::Receiver<bool>) {
    let limit = match Kind::from_word(&job.kind) {
        Some(Kind::Round) => ATTEMPTS_OF_ROUND,
        Some(Kind::Notify) => TRIES,
        _ => ATTEMPTS,
    };
    if job.attempts > limit {
        let why = Text::new(
            "Nach mehreren Versuchen aufgegeben. Bitte das Protokoll des Servers ansehen.",
            "Given up after several attempts. Please see the log of the server.",
        );
        return finish(&app, &job, Err(&why)).await;
    }
    let shown = Arc::new(Shown::new(job.progress.clone()));
    let work = Work { app: app.clone(), look, job: job.clone(), shown: shown.clone() };
    // A task of its own: if it panics, the job ends and not the node.
    let mut doing = Abort(tokio::spawn(work.go()));
    let mut beat = tokio::time::interval(BEAT);
    let ended = loop {
        tokio::select! {
            ended = &mut doing.0 => break ended.unwrap_or_else(|error| Err(Trouble::Broken(error))),
            () = stopping(&mut stopped) => {
                drop(doing);
                return give_back(&app, &job, &shown.json(), SignedDuration::ZERO).await;
            }
            _ = beat.tick() => match app.store().extend_job(&job, lease(app.now()), &shown.json()).await {
                Ok(true) => {}
                Ok(false) => {
                    tracing::info!(job.id = %job.id, "the job was stopped, or another node has it now");
                    return;
                }
                // The lease may outlast it.
                Err(error) => tracing::warn!(job.id = %job.id, error = error.chain(), "cannot say that a job goes on"),
            },
        }
    };
    match ended {
        Ok(End::Done(result)) => finish(&app, &job, Ok(&result.to_json())).await,
        Ok(End::Later(time)) => give_back(&app, &job, &shown.json(), time).await,
        Err(trouble) if trouble.is_passing() && job.attempts < limit => {
            tracing::warn!(job.id = %job.id, error = chain(&trouble), "a job is tried again");
            let attempts = i32::try_from(job.attempts).unwrap_or(i32::MAX);
            give_back(&app, &job, &shown.json(), AGAIN.saturating_mul(attempts)).await;
        }
        Err(trouble) => {
            tracing::warn!(job.id = %job.id, error = chain(&trouble), "a job did not work");
            finish(&app, &job, Err(&trouble.text())).await;
        }
    }
}

fn chain(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Store(error) => error.chain(),
        other => other.to_string(),
    }
}

/// A task that ends with whoever holds it.
struct Abort<T>(JoinHandle<T>);

impl<T> Drop for Abort<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn finish(app: &App, job: &Job, result: Result<&Json, &Text>) {
    let why = result.err().map(|why| serde_json::json!(why).to_string()).unwrap_or_default();
    let result = result.map_err(|_| why.as_str());
    tell(job, || app.store().finish_job(job, app.now(), result)).await;
}

async fn give_back(app: &App, job: &Job, progress: &Json, time: SignedDuration) {
    let due = app.now().saturating_add(time).unwrap_or(Timestamp::MAX);
    let told = async || {
        app.store().extend_job(job, lease(app.now()), progress).await?;
        app.store().give_back_job(job, due).await
    };
    tell(job, told).await;
}

/// Tells the store, a few times if it does not answer. After that the lease ends by itself, and the job is done again.
async fn tell<F: Future<Output = Result<bool, StoreError>>>(job: &Job, told: impl Fn() -> F) {
    for _ in 0..TELLS {
        match told().await {
            Ok(_) => return,
            Err(error) => tracing::warn!(job.id = %job.id, error = error.chain(), "cannot say how a job ended"),
        }
        tokio::time::sleep(BEAT).await;
    }
}
