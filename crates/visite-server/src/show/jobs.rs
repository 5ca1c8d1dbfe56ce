//! Jobs: the list, one with its progress as it goes on, and stopping it.

use super::file::networks_of;
use super::load::Reader;
use crate::act::Denied;
use crate::jobs::plan::{BY, Kind, RELEASE};
use crate::login::views::t;
use crate::pages::jobs::{self, State};
use crate::web::refusal::Refusal;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_core::Stream;
use maud::Markup;
use serde::Deserialize;
use serde_json::Value as Json;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::mpsc;
use visite_facts::{Text, Word};
use visite_store::{Job, JobId, JobState};

/// Jobs that the list shows.
const MOST: u64 = 200;
/// How often a job is looked at for those who watch it.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(1);
/// Looks of one stream. Then the browser asks anew, and so does the guard whether it may.
const LOOKS: usize = 60;

/// How far a job is, as whoever does it writes it. What is not there is not known.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Progress {
    /// Steps that are done.
    done: Option<u32>,
    /// Steps in all.
    #[serde(alias = "of")]
    all: Option<u32>,
    /// What it does just now, or what came of it.
    now: Option<Text>,
    /// Seconds that it probably still takes.
    seconds_left: Option<i64>,
}

impl Progress {
    fn of(value: Option<&Json>) -> Self {
        value.and_then(|value| Self::deserialize(value).ok()).unwrap_or_default()
    }
}

/// A job as pages show it.
async fn shown(reader: &Reader, job: &Job) -> Result<jobs::Job, Refusal> {
    let by = match job.input.get(BY).and_then(Json::as_str) {
        Some(account) => reader.name_of(account).await?,
        None => None,
    };
    let state = match job.state {
        // It begins with the next look of a node: whoever waits for it follows it already.
        JobState::Waiting if job.due_at <= reader.now => State::Running,
        JobState::Waiting => State::Waiting,
        JobState::Running => State::Running,
        JobState::Done => State::Done,
        JobState::Failed => State::Failed,
        JobState::Cancelled => State::Cancelled,
    };
    let progress = Progress::of(if state == State::Done { job.result.as_ref() } else { Some(&job.progress) });
    let now = match (state, progress.now) {
        (State::Waiting, _) => {
            let when = reader.framed(|frame| frame.calendar.when(job.due_at));
            format!("{} {when}", t(reader.lang, "Beginnt", "Begins"))
        }
        (State::Running, None) if job.state == JobState::Waiting => {
            t(reader.lang, "Beginnt gleich.", "Begins in a moment.").to_owned()
        }
        (_, Some(now)) => now.get(reader.lang).to_owned(),
        (_, None) => String::new(),
    };
    let failed = job.result.as_ref().filter(|_| state == State::Failed);
    Ok(jobs::Job {
        id: job.id.to_string(),
        title: title(reader, job),
        state,
        since: job.due_at,
        finished: job.finished_at,
        steps: progress.done.zip(progress.all),
        now,
        seconds_left: progress.seconds_left,
        by,
        problem: failed.map(|why| problem(reader, why)),
    })
}

/// Why a job did not work: a text in both languages, or one that is the same in both.
fn problem(reader: &Reader, why: &Json) -> String {
    let text = |text: &str| serde_json::from_str::<Text>(text).ok();
    match why {
        Json::String(plain) => text(plain).map_or_else(|| plain.clone(), |text| text.get(reader.lang).to_owned()),
        other => Text::deserialize(other).map_or_else(|_| other.to_string(), |text| text.get(reader.lang).to_owned()),
    }
}

fn title(reader: &Reader, job: &Job) -> String {
    let say = |de, en| t(reader.lang, de, en).to_owned();
    match Kind::from_word(&job.kind) {
        Some(Kind::Round) => say("Visite", "Round"),
        Some(Kind::Judge) => say("Beurteilen, was bekannt ist", "Judge what is known"),
        Some(Kind::Look) => say("Den Computer von Visite ansehen", "Look at the computer of Visite"),
        Some(Kind::Scan) => {
            let release = job.input.get(RELEASE).and_then(Json::as_str).unwrap_or_default();
            let named = say("Netz untersuchen", "Examine the network");
            networks(reader, release).map_or(named.clone(), |networks| format!("{named}: {networks}"))
        }
        Some(Kind::Notify) => say("Ein Programm benachrichtigen", "Tell a program"),
        Some(Kind::CleanUp) => say("Aufräumen", "Clean up"),
        None => job.kind.clone(),
    }
}

/// The networks of a release that still stands in the practice file.
fn networks(reader: &Reader, id: &str) -> Option<String> {
    let practice = reader.practice_file()?;
    practice.releases.iter().flatten().find(|release| release.id.as_str() == id).map(networks_of)
}

async fn all(reader: &Reader) -> Result<Vec<jobs::Job>, Refusal> {
    let mut all = Vec::new();
    for job in reader.practice.jobs(MOST).await? {
        all.push(shown(reader, &job).await?);
    }
    Ok(all)
}

/// `GET /p/{practice}/jobs`
pub async fn list(reader: Reader) -> Result<Markup, Refusal> {
    let all = all(&reader).await?;
    Ok(reader.show(|frame| jobs::page(frame, &all)))
}

/// `GET /p/{practice}/jobs.csv`
pub async fn file(reader: Reader) -> Result<Response, Refusal> {
    let all = all(&reader).await?;
    Ok(reader.csv("jobs", |frame| jobs::table(frame, &all)))
}

async fn one(reader: &Reader, id: &str) -> Result<Job, Refusal> {
    let id = JobId::new(id).map_err(|_| Refusal::NotFound)?;
    Ok(reader.practice.job(&id).await?)
}

/// `GET /p/{practice}/jobs/{job}`: the page, or for htmx only the progress.
pub async fn show(
    reader: Reader,
    headers: HeaderMap,
    Path((_, id)): Path<(String, String)>,
) -> Result<Markup, Refusal> {
    let job = shown(&reader, &one(&reader, &id).await?).await?;
    if headers.contains_key("hx-request") {
        return Ok(reader.framed(|frame| jobs::progress(frame, &job)));
    }
    Ok(reader.show(|frame| jobs::job(frame, &job)))
}

/// `POST /p/{practice}/jobs/{job}/cancel`
pub async fn cancel(reader: Reader, Path((_, id)): Path<(String, String)>) -> Result<Response, Refusal> {
    let job = one(&reader, &id).await?;
    match reader.actor().cancel(&job).await {
        Ok(true) => Ok(reader.done(&["jobs", &id], "cancelled")),
        Ok(false) => Ok(reader.done(&["jobs"], "cancelled")),
        Err(Denied::Refusal(refusal)) => Err(refusal),
        Err(Denied::Because(why)) => {
            let why = why.get(reader.lang).to_owned();
            let job = shown(&reader, &job).await?;
            Ok(reader.show_problem(&why, |frame| jobs::job(frame, &job)))
        }
    }
}

/// What comes in by and by.
struct Events(mpsc::Receiver<Event>);

impl Stream for Events {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|event| event.map(Ok))
    }
}

/// `GET /p/{practice}/jobs/{job}/events`: `progress` whenever something changed, and `end` when the job has ended.
pub async fn events(reader: Reader, Path((_, id)): Path<(String, String)>) -> Result<Response, Refusal> {
    let job = one(&reader, &id).await?;
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(watch(reader, job.id, sender));
    Ok(Sse::new(Events(receiver)).into_response())
}

/// Tells about a job until it has ended, nobody listens any more, or the time of the stream is over.
async fn watch(mut reader: Reader, id: JobId, sender: mpsc::Sender<Event>) {
    let mut told = String::new();
    for _ in 0..LOOKS {
        reader.now = reader.app.now();
        // The browser asks again if the store does not answer.
        let Ok(job) = reader.practice.job(&id).await else { return };
        let Ok(view) = shown(&reader, &job).await else { return };
        let progress = reader.framed(|frame| jobs::progress(frame, &view).into_string());
        if progress != told {
            if sender.send(Event::default().event("progress").data(&progress)).await.is_err() {
                return;
            }
            told = progress;
        }
        if !matches!(view.state, State::Waiting | State::Running) {
            // Whether anybody still listens does not matter at the end.
            let _ = sender.send(Event::default().event("end").data("")).await;
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOKED_AT_EVERY) => {}
            () = sender.closed() => return,
        }
    }
}
