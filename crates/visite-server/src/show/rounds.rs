//! Rounds: those so far, one as a report, two side by side.

use super::load::Reader;
use crate::pages::start::Point;
use crate::web::refusal::Refusal;
use jiff::Timestamp;
use visite_report::overview::Urgency;
use visite_store::{JobState, RoundInfo};

/// Most rounds that a list shows: three years of a round a day.
const MOST: u64 = 1000;

/// The rounds so far in numbers, oldest first.
pub async fn points(reader: &Reader) -> Result<Vec<Point>, Refusal> {
    let mut rounds = reader.practice.rounds(None, MOST).await?;
    rounds.reverse();
    Ok(rounds.into_iter().map(point).collect())
}

fn point(round: RoundInfo) -> Point {
    let open = |wanted: Urgency| {
        let counted = round.open.iter().filter(|(severity, _)| Urgency::from(**severity) == wanted);
        counted.map(|(_, count)| count).sum()
    };
    Point {
        at: round.at,
        points: round.summary.points,
        checked: round.summary.checked,
        urgent: open(Urgency::Urgent),
        act: open(Urgency::Act),
        occasion: open(Urgency::Occasion),
        round: round.id,
    }
}

/// What is being done and what comes next.
pub struct Work {
    /// The job of a round that runs now.
    pub running: Option<String>,
    /// When the next round begins.
    pub next: Option<Timestamp>,
}

/// Kinds of jobs that make a round.
const ROUNDS: &[&str] = &["round", "judge", "scan"];

/// The rounds among the newest jobs.
pub async fn work(reader: &Reader) -> Result<Work, Refusal> {
    let jobs = reader.practice.jobs(100).await?;
    let of_rounds = || jobs.iter().filter(|job| ROUNDS.contains(&job.kind.as_str()));
    let is_due = |at: Timestamp| at <= reader.now;
    let running = of_rounds().find(|job| {
        job.state == JobState::Running || (job.state == JobState::Waiting && is_due(job.due_at))
    });
    let waiting = of_rounds().filter(|job| job.state == JobState::Waiting && !is_due(job.due_at));
    Ok(Work { running: running.map(|job| job.id.to_string()), next: waiting.map(|job| job.due_at).min() })
}
