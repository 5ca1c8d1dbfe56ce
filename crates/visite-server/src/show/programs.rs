//! Programs that use the interface: their tokens, of a practice and of the installation.

use super::desk::Desk;
use super::hooks;
use super::load::Reader;
use crate::act::invalid;
use crate::api::caller::token_text;
use crate::hooks::deliver::may_private;
use crate::login::secret::Secret;
use crate::pages::Frame;
use crate::pages::frame::Page;
use crate::pages::hooks::Hooks;
use crate::pages::programs::{self, DAYS, Made, Token, View, offered};
use crate::web::app::App;
use crate::web::input::Input;
use crate::web::refusal::{Refusal, redirect};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use maud::Markup;
use serde_json::json;
use std::collections::BTreeMap;
use visite_facts::{Text, Word};
use visite_store::{AccountId, NewToken, StoreError};

/// What the form says: name, days, and a field for each scope that was ticked.
type Form = BTreeMap<String, String>;

/// A token and whoever answers for it, for a page.
async fn shown(app: &App, tokens: Vec<visite_store::Token>, now: Timestamp) -> Result<Vec<Token>, Refusal> {
    let mut shown = Vec::new();
    for token in tokens {
        let by = match AccountId::new(token.created_by.clone()) {
            Ok(id) => match app.store().account(&id).await {
                Ok(account) => account.name,
                Err(StoreError::NotFound { .. }) => token.created_by,
                Err(error) => return Err(error.into()),
            },
            Err(_) => token.created_by,
        };
        shown.push(Token {
            id: token.id,
            name: token.name,
            scopes: token.scopes.iter().filter_map(|word| Word::from_word(word)).collect(),
            by,
            ended: token.expires_at <= now,
            expires: token.expires_at,
            last_used: token.last_used_at,
        });
    }
    Ok(shown)
}

/// The token that a form asks for; else what is missing in it.
fn wished(form: &Form, overall: bool, now: Timestamp) -> Result<NewToken, Text> {
    let text = |field: &str| form.get(field).map_or("", |value| value.trim());
    let scopes: Vec<String> =
        offered(overall).filter(|scope| form.contains_key(scope.word())).map(|scope| scope.word().to_owned()).collect();
    if scopes.is_empty() {
        return Err(Text::new(
            "Bitte wählen Sie aus, was das Programm darf.",
            "Please choose what the program may do.",
        ));
    }
    let days = DAYS.iter().find(|days| **days == text("days")).and_then(|days| days.parse::<i64>().ok());
    let Some(days) = days else {
        return Err(Text::new(
            "Bitte wählen Sie, wie lange der Zugang gilt.",
            "Please choose how long the access lasts.",
        ));
    };
    let expires_at = now.saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX);
    Ok(NewToken { name: text("name").to_owned(), scopes, expires_at })
}

/// What came of a form: the token, which is told once, or what was not right.
type Outcome = Result<(String, String), Text>;

async fn make(
    app: &App,
    form: &Form,
    overall: bool,
    now: Timestamp,
    keep: impl AsyncFnOnce(&str, &NewToken) -> Result<(), StoreError>,
) -> Result<Outcome, Refusal> {
    let new = match wished(form, overall, now) {
        Ok(new) => new,
        Err(why) => return Ok(Err(why)),
    };
    let token = token_text(&Secret::new(app.random()?));
    match keep(&token, &new).await {
        Ok(()) => Ok(Ok((new.name, token))),
        Err(error) => Ok(Err(invalid(error)?)),
    }
}

/// The page of a practice with its tokens and addresses, and what was just made.
///
/// # Errors
///
/// If the store does not answer.
pub async fn of_practice(
    reader: &Reader,
    made: Option<Made<'_>>,
    hook: Option<(String, String)>,
) -> Result<Markup, Refusal> {
    let tokens = shown(&reader.app, reader.practice.tokens().await?, reader.now).await?;
    let may_overall = reader.visitor.administers(&reader.app).await?;
    let hooks = Hooks { made: hook, ..hooks::load(reader).await? };
    let view = View { tokens: &tokens, made, overall: false, may_overall, hooks, private: false };
    Ok(reader.show(|frame| programs::page(frame, &view)))
}

/// The page of a practice again, with what was not right.
///
/// # Errors
///
/// If the store does not answer.
pub async fn again(reader: Reader, why: &Text) -> Result<Response, Refusal> {
    let tokens = shown(&reader.app, reader.practice.tokens().await?, reader.now).await?;
    let hooks = hooks::load(&reader).await?;
    let view = View { tokens: &tokens, made: None, overall: false, may_overall: false, hooks, private: false };
    let why = why.get(reader.lang).to_owned();
    Ok(reader.show_problem(&why, |frame| programs::page(frame, &view)))
}

/// `GET /p/{practice}/programs`
pub async fn show(reader: Reader) -> Result<Markup, Refusal> {
    of_practice(&reader, None, None).await
}

/// `POST /p/{practice}/programs`: makes a token, which this answer shows and no other ever again.
pub async fn create(reader: Reader, Input(form): Input<Form>) -> Result<Response, Refusal> {
    let keep = async |token: &str, new: &NewToken| {
        let event = reader.event("token.created", json!({ "name": new.name, "scopes": new.scopes }));
        reader.practice.create_token(&event, token, new).await
    };
    match make(&reader.app, &form, false, reader.now, keep).await? {
        Ok((name, token)) => {
            let made = Made { name: &name, token: &token };
            Ok(of_practice(&reader, Some(made), None).await?.into_response())
        }
        Err(why) => again(reader, &why).await,
    }
}

/// `POST /p/{practice}/programs/{token}/end`
pub async fn end(reader: Reader, Path((_, id)): Path<(String, String)>) -> Result<Response, Refusal> {
    let name = name_of(&reader.practice.tokens().await?, &id)?;
    reader.practice.withdraw_token(&reader.event("token.withdrawn", json!({ "name": name })), &id).await?;
    Ok(reader.done(&["programs"], "token-ended"))
}

fn name_of(tokens: &[visite_store::Token], id: &str) -> Result<String, Refusal> {
    tokens.iter().find(|token| token.id == id).map(|token| token.name.clone()).ok_or(Refusal::NotFound)
}

async fn overall(desk: &Desk) -> Result<Vec<Token>, Refusal> {
    shown(&desk.app, desk.app.store().tokens().await?, desk.now).await
}

fn overall_page(frame: &Frame<'_>, tokens: &[Token], made: Option<Made<'_>>, private: bool) -> Page {
    let hooks = Hooks::default();
    programs::page(frame, &View { tokens, made, overall: true, may_overall: true, hooks, private })
}

/// `GET /programs`
pub async fn show_overall(desk: Desk) -> Result<Markup, Refusal> {
    let (tokens, private) = (overall(&desk).await?, may_private(&desk.app).await?);
    Ok(desk.show(|frame| overall_page(frame, &tokens, None, private)))
}

/// `POST /programs`: makes a token of the installation, which this answer shows and no other ever again.
pub async fn create_overall(desk: Desk, Input(form): Input<Form>) -> Result<Response, Refusal> {
    let keep = async |token: &str, new: &NewToken| {
        let event = desk.event("token.created", json!({ "name": new.name, "scopes": new.scopes }));
        desk.app.store().create_token(&event, token, new).await
    };
    let outcome = make(&desk.app, &form, true, desk.now, keep).await?;
    let (tokens, private) = (overall(&desk).await?, may_private(&desk.app).await?);
    match outcome {
        Ok((name, token)) => {
            let made = Made { name: &name, token: &token };
            Ok(desk.show(|frame| overall_page(frame, &tokens, Some(made), private)).into_response())
        }
        Err(why) => {
            let why = why.get(desk.lang).to_owned();
            Ok(desk.show_problem(&why, |frame| overall_page(frame, &tokens, None, private)))
        }
    }
}

/// `POST /programs/{token}/end`
pub async fn end_overall(desk: Desk, Path(id): Path<String>) -> Result<Response, Refusal> {
    let name = name_of(&desk.app.store().tokens().await?, &id)?;
    desk.app.store().withdraw_token(&desk.event("token.withdrawn", json!({ "name": name })), &id).await?;
    Ok(redirect("/programs?done=token-ended"))
}
