//! Deletes what need not be kept any longer, in all practices.

use super::progress::Progress;
use super::work::{End, Trouble, Work};

/// The job.
///
/// # Errors
///
/// If the store fails.
pub async fn go(work: &Work) -> Result<End, Trouble> {
    let (de, en) = ("Visite räumt auf.", "Visite is cleaning up.");
    work.shown.show(&Progress::new(0, 1, de, en));
    let done = work.app.store().clean_up(work.app.now()).await?;
    tracing::info!(?done, "cleaned up");
    let count = done.observations + done.bodies + done.shortened_rounds + done.sessions + done.tokens + done.jobs;
    let (de, en) = (format!("{count} alte Einträge gelöscht."), format!("{count} old entries deleted."));
    Ok(End::Done(Progress::new(1, 1, de, en)))
}
