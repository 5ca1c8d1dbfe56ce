//! A round: this machine looks, the others are asked to, and when they have answered, everything is judged.
//!
//! Agents answer when they call; whoever is off does not hold the round up for longer than [`PATIENCE`].

use super::judge::{judge, told};
use super::look::{THIS_MACHINE, look};
use super::progress::Progress;
use super::work::{End, Trouble, Work};
use crate::login::first::stands_in_practice;
use jiff::{SignedDuration, Timestamp};
use visite_store::{Agent, AgentState};

/// How long a round waits for computers that are on.
pub const PATIENCE: SignedDuration = SignedDuration::from_mins(10);
/// How long it waits until it looks again who has answered.
const AGAIN: SignedDuration = SignedDuration::from_secs(10);
/// Whoever did not report for so long is off, and not waited for.
const ON: SignedDuration = SignedDuration::from_hours(3);
const STEPS: u32 = 3;

/// The job.
///
/// # Errors
///
/// If nothing can be kept or judged.
pub async fn go(work: &Work) -> Result<End, Trouble> {
    let practice = work.practice()?;
    let began = work.job.created_at;
    // The machine of a provider belongs to none of its practices, that of a practice to no other.
    let own = stands_in_practice(work.app.store(), practice.id()).await?;
    let agents = practice.agents().await?;
    let this_machine = agents.iter().find(|agent| agent.id.as_str() == THIS_MACHINE);
    let has_looked = this_machine.and_then(|agent| agent.last_seen_at).is_some_and(|seen| seen >= began);
    let may_look = this_machine.is_none_or(|agent| agent.state == AgentState::Active);
    if own && may_look && !has_looked {
        let (de, en) = ("Visite sieht diesen Computer an.", "Visite is looking at this computer.");
        work.shown.show(&Progress::new(0, STEPS, de, en));
        look(work, &practice).await?;
    }
    let now = work.app.now();
    let (answered, waited_for) = answers(&agents, began, now);
    // The computers of a demo never answer.
    if !work.app.demo() && answered < waited_for && now < began.saturating_add(PATIENCE).unwrap_or(Timestamp::MAX) {
        let de = format!("{answered} von {waited_for} Computern haben berichtet.");
        let en = format!("{answered} of {waited_for} computers have reported.");
        work.shown.show(&Progress::new(1, STEPS, de, en));
        return Ok(End::Later(AGAIN));
    }
    let (de, en) = ("Visite beurteilt, was bekannt ist.", "Visite is judging what is known.");
    work.shown.show(&Progress::new(2, STEPS, de, en));
    judge(&work.app, &practice).await.map(|assessment| End::Done(told(&assessment, STEPS)))
}

/// How many other computers have reported since the round began, and how many are on or have.
fn answers(agents: &[Agent], began: Timestamp, now: Timestamp) -> (usize, usize) {
    let others = agents.iter().filter(|agent| agent.state == AgentState::Active && agent.id.as_str() != THIS_MACHINE);
    let on_since = now.saturating_sub(ON).unwrap_or(Timestamp::MIN);
    let seen: Vec<Timestamp> = others.filter_map(|agent| agent.last_seen_at).filter(|seen| *seen >= on_since).collect();
    (seen.iter().filter(|seen| **seen >= began).count(), seen.len())
}
