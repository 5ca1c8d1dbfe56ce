//! Addresses of programs that are told what happened: one more, a test, one less.

use super::desk::Desk;
use super::load::Reader;
use super::programs::{again, of_practice};
use crate::hooks::address::{self, PRIVATE};
use crate::hooks::deliver::{may_private, place};
use crate::hooks::sign::secret_text;
use crate::hooks::{HookEvent, plan};
use crate::pages::hooks::{Hook, Hooks};
use crate::web::input::Input;
use crate::web::refusal::{Refusal, redirect};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::collections::BTreeMap;
use visite_facts::{Text, Word};
use visite_store::{Webhook, WebhookId};

/// Most addresses of a practice: each message goes to all of them.
const MOST: usize = 10;

/// The addresses of a practice, for its page.
///
/// # Errors
///
/// If the store does not answer.
pub async fn load(reader: &Reader) -> Result<Hooks, Refusal> {
    let all = reader.practice.webhooks().await?.into_iter().map(|hook| Hook {
        id: hook.id.to_string(),
        address: hook.address,
        events: hook.events.iter().filter_map(|word| HookEvent::from_word(word)).collect(),
    });
    Ok(Hooks { all: all.collect(), made: None })
}

/// `POST /p/{practice}/hooks`: makes one; this answer shows its secret, and no other ever again.
pub async fn create(reader: Reader, Input(form): Input<BTreeMap<String, String>>) -> Result<Response, Refusal> {
    let events: Vec<String> =
        HookEvent::ALL.iter().filter(|word| form.contains_key(**word)).map(|word| (*word).to_owned()).collect();
    let address = form.get("address").map_or("", |address| address.trim());
    let wrong = if events.is_empty() {
        Some(Text::new(
            "Bitte wählen Sie aus, worüber das Programm benachrichtigt wird.",
            "Please choose what the program is told.",
        ))
    } else if reader.practice.webhooks().await?.len() >= MOST {
        Some(Text::new(
            "Mehr als 10 Adressen hat eine Praxis nicht. Entfernen Sie erst eine.",
            "A practice has no more than 10 addresses. Remove one first.",
        ))
    } else {
        address::read(address, may_private(&reader.app).await?).err()
    };
    if let Some(why) = wrong {
        return again(reader, &why).await;
    }
    let secret: [u8; 32] = reader.app.random()?;
    let id = WebhookId::from_random(reader.app.random()?);
    let sealed = reader.app.sealer().seal(&place(reader.practice.id(), &id), &secret, reader.app.random()?)?;
    let hook = Webhook { id, address: address.to_owned(), secret: sealed, events, created_at: reader.now };
    let event = reader.event("webhook.created", json!({ "name": server_of(&hook.address), "events": hook.events }));
    reader.practice.put_webhook(&event, &hook).await?;
    let made = Some((hook.address, secret_text(&secret)));
    Ok(of_practice(&reader, None, made).await?.into_response())
}

/// The server of an address: the rest may hold a secret of the program, which has no place in the audit log.
fn server_of(address: &str) -> String {
    address.parse::<reqwest::Url>().ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

async fn one(reader: &Reader, id: &str) -> Result<Webhook, Refusal> {
    let hooks = reader.practice.webhooks().await?;
    hooks.into_iter().find(|hook| hook.id.as_str() == id).ok_or(Refusal::NotFound)
}

/// `POST /p/{practice}/hooks/{hook}/test`: sends a message that says nothing; how that went stands with its job.
pub async fn test(reader: Reader, Path((_, id)): Path<(String, String)>) -> Result<Response, Refusal> {
    let hook = one(&reader, &id).await?;
    // One a minute: whoever presses again before that sees how the first one went.
    let what = (reader.now.as_second() / 60).to_string();
    let job = plan::message(&reader.practice, &hook, "test", &what, &json!({}), reader.now).await?;
    Ok(reader.done(&["jobs", job.as_str()], "hook-tested"))
}

/// `POST /p/{practice}/hooks/{hook}/remove`
pub async fn remove(reader: Reader, Path((_, id)): Path<(String, String)>) -> Result<Response, Refusal> {
    let hook = one(&reader, &id).await?;
    let event = reader.event("webhook.removed", json!({ "name": server_of(&hook.address) }));
    reader.practice.remove_webhook(&event, &hook.id).await?;
    Ok(reader.done(&["programs"], "hook-removed"))
}

/// `POST /programs/private`
pub async fn set_private(desk: Desk, Input(form): Input<BTreeMap<String, String>>) -> Result<Response, Refusal> {
    let value = form.contains_key("private").then_some("yes");
    let event = desk.event("webhooks.private", json!({ "allowed": value.is_some() }));
    desk.app.store().set_setting(&event, PRIVATE, value).await?;
    Ok(redirect("/programs?done=saved"))
}
