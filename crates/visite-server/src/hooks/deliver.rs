//! Sends a message, and tries again later while nobody takes it.

use super::address::{self, PRIVATE};
use super::plan::{BODY, HOOK, MESSAGE};
use super::sign::signature;
use crate::jobs::progress::Progress;
use crate::jobs::work::{End, Trouble, Work};
use crate::web::app::App;
use jiff::SignedDuration;
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use std::time::Duration;
use visite_facts::Text;
use visite_store::{PracticeId, StoreError, WebhookId};

/// Waits between tries, in seconds: about a day in all.
const WAITS: &[i64] = &[15, 60, 300, 1800, 7200, 21_600, 43_200];
/// Tries of a message.
pub const TRIES: i64 = WAITS.len() as i64 + 1;
/// How long a program may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The place for which the secret of a webhook is sealed.
pub fn place(practice: &PracticeId, hook: &WebhookId) -> String {
    format!("webhook/{practice}/{hook}")
}

/// Whether messages may go to own networks.
///
/// # Errors
///
/// If the store fails.
pub async fn may_private(app: &App) -> Result<bool, StoreError> {
    Ok(app.store().setting(PRIVATE).await?.as_deref() == Some("yes"))
}

/// The job.
///
/// # Errors
///
/// If the message cannot be sent, or was tried often enough.
pub async fn go(work: &Work) -> Result<End, Trouble> {
    let practice = work.practice()?;
    let (id, message, body) = (work.input(HOOK), work.input(MESSAGE), work.input(BODY));
    let hook = practice.webhooks().await?.into_iter().find(|hook| Some(hook.id.as_str()) == id);
    let (Some(hook), Some(message), Some(body)) = (hook, message, body) else {
        let (de, en) = ("Die Adresse ist inzwischen entfernt.", "The address was removed meanwhile.");
        return Ok(End::Done(Progress::new(1, 1, de, en)));
    };
    let (de, en) = ("Visite benachrichtigt ein Programm.", "Visite is telling a program.");
    work.shown.show(&Progress::new(0, 1, de, en));
    let secret = work.app.sealer().open(&place(practice.id(), &hook.id), &hook.secret).map_err(|_| {
        Trouble::refused(
            "Das Geheimnis der Adresse lässt sich nicht öffnen. Bitte die Adresse neu anlegen.",
            "The secret of the address cannot be opened. Please make the address anew.",
        )
    })?;
    match send(work, &hook.address, &secret, message, body).await {
        Ok(()) => {
            let (de, en) = ("Das Programm hat die Nachricht angenommen.", "The program took the message.");
            Ok(End::Done(Progress::new(1, 1, de, en)))
        }
        Err(why) => {
            let tried = usize::try_from(work.job.attempts).unwrap_or(usize::MAX);
            match WAITS.get(tried.saturating_sub(1)) {
                Some(seconds) => {
                    work.shown.show(&Progress::new(0, 1, why.de, why.en));
                    Ok(End::Later(SignedDuration::from_secs(*seconds)))
                }
                None => Err(Trouble::Refused(why)),
            }
        }
    }
}

/// Sends it once.
async fn send(work: &Work, to: &str, secret: &[u8], message: &str, body: &str) -> Result<(), Text> {
    let private = may_private(&work.app).await.map_err(|error| error.text())?;
    let url = address::read(to, private)?;
    let addresses = address::look_up(&url, private).await?;
    let host = url.host_str().unwrap_or_default().to_owned();
    // An address may hold a secret of the program: it stays out of the log.
    let unreachable = |why: reqwest::Error| {
        tracing::warn!(job.id = %work.job.id, error = %why.without_url(), "a program was not reached");
        Text::new(
            format!("Der Server „{host}“ hat nicht geantwortet. Bitte prüfen, ob er läuft."),
            format!("The server “{host}” did not answer. Please check whether it runs."),
        )
    };
    // What was looked up and found permitted is what is called. A redirect could lead anywhere, so none is followed.
    let client = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        .resolve_to_addrs(&host, &addresses)
        .user_agent(concat!("Visite/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(unreachable)?;
    let seconds = work.app.now().as_second();
    let answer = client
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", message)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", signature(secret, message, seconds, body))
        .body(body.to_owned())
        .send()
        .await
        .map_err(unreachable)?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    Err(Text::new(
        format!("Der Server „{host}“ hat die Nachricht mit {} abgelehnt.", status.as_u16()),
        format!("The server “{host}” refused the message with {}.", status.as_u16()),
    ))
}
