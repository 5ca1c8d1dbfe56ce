//! Long work: what runs, how far it is, how long it still takes, and what became of it.
//!
//! A job can be left and found again. The progress follows by server-sent events where scripts run, and with a link to
//! load it again where they do not.

use super::forms::{empty, guard};
use super::frame::{Frame, Page, Section};
use super::states::state;
use super::table::{Cell, Table};
use jiff::Timestamp;
use maud::{Markup, html};
use visite_report::html::{Icon, icon};
use visite_report::moment::span;

/// A job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// What it does, in a few words: `Visite`, `Netz 192.168.10.0/24 untersuchen`.
    pub title: String,
    /// How it is.
    pub state: State,
    /// When it was due or began.
    pub since: Timestamp,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// Steps that are done, and steps in all, if that is known.
    pub steps: Option<(u32, u32)>,
    /// What it does just now, or what came out of it, in a sentence.
    pub now: String,
    /// Seconds that it probably still takes.
    pub seconds_left: Option<i64>,
    /// Who asked for it; none if it was planned.
    pub by: Option<String>,
    /// Why it did not work, and what comes next.
    pub problem: Option<String>,
}

/// How a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its time has not come.
    Waiting,
    /// It runs.
    Running,
    /// It is done.
    Done,
    /// It did not work.
    Failed,
    /// Someone stopped it.
    Cancelled,
}

fn look(frame: &Frame<'_>, job: &Job) -> (&'static str, Icon, String) {
    match job.state {
        State::Waiting => ("unknown", Icon::Unknown, frame.say("job-waiting")),
        State::Running => ("occasion", Icon::Occasion, frame.say("job-running")),
        State::Done => ("good", Icon::Good, frame.say("job-done")),
        State::Failed => ("act", Icon::Act, frame.say("job-failed")),
        State::Cancelled => ("unknown", Icon::NotApplicable, frame.say("job-cancelled")),
    }
}

/// All jobs, in the order they are given, as a table.
pub fn table(frame: &Frame<'_>, jobs: &[Job]) -> Table {
    let columns = ["job", "html-state", "job-since", "job-now"];
    let mut table = Table::new(frame.say("nav-jobs"), &columns.map(|key| frame.say(key)));
    for job in jobs {
        let (class, symbol, word) = look(frame, job);
        let far =
            job.steps.filter(|_| job.state == State::Running).map(|steps| share(frame, steps)).unwrap_or_default();
        table.rows.push(vec![
            Cell::link(&frame.to(&["jobs", &job.id]), job.title.as_str()),
            Cell::shown(word.clone(), state(class, symbol, &word)).with_note(far),
            Cell::time(frame.calendar.when(job.since)),
            Cell::text(job.problem.as_deref().unwrap_or(&job.now)),
        ]);
    }
    table
}

/// The list.
pub fn page(frame: &Frame<'_>, jobs: &[Job]) -> Page {
    let table = table(frame, jobs);
    let content = html! {
        @if jobs.is_empty() {
            (empty(&frame.say("jobs-none"), &frame.say("jobs-none-text"), None))
        } @else {
            (table.html())
            (table.export(frame, &frame.to(&["jobs.csv"])))
        }
    };
    Page::new(Section::Jobs, frame.say("nav-jobs"), content)
}

/// One job.
pub fn job(frame: &Frame<'_>, job: &Job) -> Page {
    let address = |more: &[&str]| frame.to(&[&["jobs", job.id.as_str()], more].concat());
    let content = html! {
        @if job.state == State::Running {
            div hx-ext="sse" sse-connect=(address(&["events"])) sse-close="end" {
                div #progress aria-live="polite" sse-swap="progress" { (progress(frame, job)) }
            }
            p .note { (frame.say("job-leave")) }
            div .buttons {
                a .button.quiet href=(address(&[])) { (frame.say("job-reload")) }
                @if frame.may.decide {
                    form method="post" action=(address(&["cancel"])) {
                        (guard(frame))
                        button .quiet.danger type="submit" { (frame.say("job-cancel")) }
                    }
                }
            }
        } @else {
            div #progress { (progress(frame, job)) }
            @if matches!(job.state, State::Done) {
                div .buttons { a .button href=(frame.to(&[])) { (frame.say("job-see")) } }
            }
        }
        dl .facts {
            dt { (frame.say("job-since")) } dd { (frame.calendar.when(job.since)) }
            @if let Some(finished) = job.finished { dt { (frame.say("job-finished")) } dd { (frame.calendar.when(finished)) } }
            dt { (frame.say("job-by")) } dd { (job.by.clone().unwrap_or_else(|| frame.say("job-planned"))) }
        }
    };
    Page::new(Section::Jobs, job.title.as_str(), content).below(frame.to(&["jobs"]), frame.say("nav-jobs"))
}

/// How far a job is: a part of its page, and the content of the event `progress`.
pub fn progress(frame: &Frame<'_>, job: &Job) -> Markup {
    let (class, symbol, word) = look(frame, job);
    html! {
        p { (state(class, symbol, &word)) }
        @if let (State::Running, Some((done, all))) = (job.state, job.steps) {
            p .progress-line {
                progress max=(all.max(1)) value=(done) aria-label=(frame.say("job-progress")) {}
                span .time { (share(frame, (done, all))) }
            }
        }
        p .now { (job.now) }
        @if let (State::Running, Some(left)) = (job.state, job.seconds_left) {
            p .meta { (frame.texts.fill("job-left", [("time", span(frame.texts, rounded(left)).into())])) }
        }
        @if let Some(problem) = &job.problem {
            p .message.act-message { span .act { (icon(Icon::Act)) } span { (problem) } }
        }
    }
}

fn share(frame: &Frame<'_>, (done, all): (u32, u32)) -> String {
    frame.texts.fill("job-steps", [("done", done.into()), ("all", all.into())])
}

/// A time that is only guessed is not told to the second.
fn rounded(seconds: i64) -> i64 {
    match seconds {
        ..=10 => 10,
        11..=90 => (seconds + 9) / 10 * 10,
        _ => (seconds + 59) / 60 * 60,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessed_times_are_round() {
        assert_eq!([3, 11, 90, 91, 121].map(rounded), [10, 20, 90, 120, 180]);
    }
}
